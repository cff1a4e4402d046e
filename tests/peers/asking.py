"""Many questions to many servers at once, over UDP and TCP, each with a window of open ones."""

import errno
import select
import socket
import struct
import time

WINDOW = 100
SECONDS, TRIES = 0.7, 2
BUFFER = 1 << 22


class Question:
    """What is asked; octets(id) is the message."""

    __slots__ = ("name", "rrtype", "rrclass", "flags", "edns", "tcp", "kind", "zone")

    def __init__(self, name, rrtype, rrclass=1, flags=0, edns=None, tcp=False, kind="", zone=None):
        """name: octets as written; edns: None or (size, version, flags, options as octets);
        kind: what the generator meant by it; zone: the origin of the zone that it is about."""
        self.name, self.rrtype, self.rrclass, self.flags = name, rrtype, rrclass, flags
        self.edns, self.tcp, self.kind, self.zone = edns, tcp, kind, zone

    @property
    def opcode(self):
        return self.flags >> 11 & 15

    @property
    def dnssec_ok(self):
        return bool(self.edns and self.edns[2] & 0x8000)

    def octets(self, number):
        message = struct.pack(">6H", number, self.flags, 1, 0, 0, 1 if self.edns else 0) + self.name + \
            struct.pack(">HH", self.rrtype, self.rrclass)
        if self.edns:
            size, version, flags, options = self.edns
            message += struct.pack(">BHHBBHH", 0, 41, size, 0, version, flags, len(options)) + options
        return message


class UdpAsker:
    """The open questions to one server over one socket."""

    def __init__(self, address, port, source, questions, replies):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((address, port))
        self.socket.setblocking(False)
        self.questions, self.replies = questions, replies
        self.todo = list(reversed([number for number, question in questions if not question.tcp]))
        self.by_number = dict(questions)
        self.open, self.tries = {}, {}

    def fileno(self):
        return self.socket.fileno()

    def busy(self):
        return bool(self.todo or self.open)

    def send(self):
        while self.todo and len(self.open) < WINDOW:
            number = self.todo.pop()
            try:
                self.socket.send(self.by_number[number].octets(number))
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    self.todo.append(number)
                    return
            self.open[number] = time.monotonic() + SECONDS

    def receive(self):
        while True:
            try:
                reply = self.socket.recv(65535)
            except BlockingIOError:
                return
            except OSError:  # a port that nobody listens at
                return
            number = int.from_bytes(reply[:2], "big")
            if number in self.open:
                del self.open[number]
                self.replies[number] = reply

    def expire(self, now):
        for number in [n for n, deadline in self.open.items() if deadline < now]:
            del self.open[number]
            self.tries[number] = self.tries.get(number, 1) + 1
            if self.tries[number] <= TRIES:
                self.todo.append(number)

    def close(self):
        self.socket.close()


class TcpAsker:
    """The same over TCP: several messages at once on one connection, a new one where it is closed."""

    def __init__(self, address, port, source, questions, replies):
        self.peer, self.replies = (address, port), replies
        self.source = (source, 0) if source else None
        self.by_number = dict(questions)
        self.todo = list(reversed([number for number, question in questions if question.tcp]))
        self.open, self.tries = {}, {}
        self.socket, self.got = None, b""
        if self.todo:
            self.connect()

    def connect(self):
        self.close()
        self.got = b""
        try:
            self.socket = socket.create_connection(self.peer, 5, self.source)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            self.socket, self.todo, self.open = None, [], {}

    def fileno(self):
        return self.socket.fileno()

    def busy(self):
        return bool(self.socket and (self.todo or self.open))

    def again(self):
        """The connection is gone: what is open goes over a new one."""
        for number in self.open:
            self.tries[number] = self.tries.get(number, 1) + 1
            if self.tries[number] <= TRIES:
                self.todo.append(number)
        self.open = {}
        if self.todo:
            self.connect()

    def send(self):
        while self.todo and len(self.open) < WINDOW // 5:
            number = self.todo.pop()
            message = self.by_number[number].octets(number)
            self.open[number] = time.monotonic() + SECONDS * TRIES
            try:
                self.socket.sendall(struct.pack(">H", len(message)) + message)
            except OSError:
                self.again()
                return

    def receive(self):
        try:
            got = self.socket.recv(1 << 18)
        except OSError:
            got = b""
        if not got:
            self.again()
            return
        self.got += got
        while len(self.got) >= 2:
            size = int.from_bytes(self.got[:2], "big")
            if len(self.got) < 2 + size:
                break
            reply, self.got = self.got[2:2 + size], self.got[2 + size:]
            number = int.from_bytes(reply[:2], "big")
            if number in self.open:
                del self.open[number]
                self.replies[number] = reply

    def expire(self, now):
        if any(deadline < now for deadline in self.open.values()):
            self.again()

    def close(self):
        if self.socket:
            self.socket.close()


def ask(servers, questions, source=None):
    """{server's name: replies}, a reply being octets or None; at most 65,536 questions. `source` is
    the address to ask from."""
    numbered = list(enumerate(questions))
    replies = {server.name: [None] * len(numbered) for server in servers}
    askers = [kind(server.address, server.port, source, numbered, replies[server.name])
              for server in servers for kind in (UdpAsker, TcpAsker)]
    looked = time.monotonic()
    try:
        while busy := [asker for asker in askers if asker.busy()]:
            for asker in busy:
                asker.send()
            waiting = [asker for asker in busy if asker.busy()]
            for asker in select.select(waiting, [], [], 0.05)[0]:
                asker.receive()
            now = time.monotonic()
            if now - looked > 0.1:
                looked = now
                for asker in busy:
                    asker.expire(now)
    finally:
        for asker in askers:
            asker.close()
    return replies
