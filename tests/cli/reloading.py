"""Reload while clients ask: nothing lost, nothing mixed, nothing going back. Cases of tests/cli/run."""

import os
import signal
import socket
import struct
import threading
import time

from serving import Server, ask, configured, expect, free_port, question, receive_exactly

NAMES = 200
# At least so many of both; of answers a long run wants more.
VERSIONS, ANSWERS = 12, 0
MANY_ANSWERS = 5_000_000


def version_zone(version):
    """Every RRset carries the version in each of its records, and so does the serial."""
    rows = ["$TTL 60", "@ SOA ns1 hostmaster %d 2h 15m 2w 60" % version, "@ NS ns1", "ns1 A 192.0.2.1"]
    for name in range(NAMES):
        rows += ["n%d A 10.%d.%d.%d" % (name, version >> 8, version & 255, last) for last in (1, 2, 3)]
    return ("\n".join(rows) + "\n").encode()


def replace(folder, octets):
    """As a careful writer does: whole, or not at all."""
    with open(folder.at("next"), "wb") as file:
        file.write(octets)
    os.rename(folder.at("next"), folder.at("example.com.zone"))


def version_of(octets, number):
    """The version that all records of an answer agree on."""
    sent, flags, _, answers, _, _ = struct.unpack("!6H", octets[:12])
    expect(sent == number and flags & 15 == 0 and answers == 3, octets.hex())
    # The three records end the message: pointer, type, class, TTL, length, address.
    addresses = [octets[len(octets) - 16 * i + 12:len(octets) - 16 * i + 16] for i in (3, 2, 1)]
    versions = {address[1] << 8 | address[2] for address in addresses}
    expect(len(versions) == 1 and {address[3] for address in addresses} == {1, 2, 3}, octets.hex())
    return versions.pop()


class Asker(threading.Thread):
    """Asks one by one over one socket, so through one worker, until it is told to stop."""

    def __init__(self, port, tcp):
        super().__init__()
        self.tcp, self.over, self.fault, self.answers, self.version = tcp, False, None, 0, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", port))

    def exchange(self, message):
        if not self.tcp:
            self.socket.send(message)
            return self.socket.recv(4096)
        self.socket.sendall(struct.pack("!H", len(message)) + message)
        return receive_exactly(self.socket, *struct.unpack("!H", receive_exactly(self.socket, 2)))

    def run(self):
        try:
            while not self.over:
                number = self.answers & 0xffff
                name = "n%d.example.com" % (self.answers % NAMES)
                version = version_of(self.exchange(question(name, "A", number)), number)
                expect(version >= self.version, "%d after %d" % (version, self.version))
                self.version = version
                self.answers += 1
        except Exception as fault:  # told by the case
            self.fault = fault


def case_reload_under_load_loses_and_mixes_nothing(folder):
    port = free_port()
    words = configured(folder, port, "threads = 2")
    replace(folder, version_zone(1))
    with Server(folder, *words) as server:
        askers = [Asker(port, tcp) for tcp in (False, False, False, True)]
        for asker in askers:
            asker.start()
        version = 1
        while version < VERSIONS or sum(asker.answers for asker in askers) < ANSWERS:
            version += 1
            replace(folder, version_zone(version))
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 20
            while min(asker.version for asker in askers) < version:
                expect(time.monotonic() < deadline, server.log())
                for asker in askers:
                    expect(asker.fault is None, asker.fault)
                time.sleep(0.005)
        for asker in askers:
            asker.over = True
            asker.join()
            asker.socket.close()
            expect(asker.fault is None, asker.fault)
            expect(asker.answers > VERSIONS, asker.answers)
        expect(server.stop()[0] == 0)


def case_reload_of_a_file_that_is_cut_short(folder):
    """A writer that is not careful: the half of a file is no new version."""
    port = free_port()
    words = configured(folder, port, "max-shrink = 30")
    replace(folder, version_zone(1))
    with Server(folder, *words) as server:
        whole = version_zone(2)
        folder.write("example.com.zone", whole[:len(whole) // 2].rsplit(b"\n", 1)[0] + b"\n")
        result = folder.run("ctl", "reload")
        expect(result.status == 1, result)
        server.wait_for("max-shrink")  # the log is written beside all else
        expect(version_of(ask(port, "n199.example.com").octets, 4711) == 1)
        folder.write("example.com.zone", whole)
        expect(folder.run("ctl", "reload").status == 0, server.log())
        expect(version_of(ask(port, "n199.example.com").octets, 4711) == 2)


def case_serve_again_after_being_killed(folder):
    port = free_port()
    words = configured(folder, port)
    replace(folder, version_zone(1))
    with Server(folder, *words) as server:
        expect(version_of(ask(port, "n0.example.com").octets, 4711) == 1)
        server.kill()
    replace(folder, version_zone(2))
    with Server(folder, *words):
        expect(version_of(ask(port, "n0.example.com").octets, 4711) == 2)
        expect(folder.run("ctl", "status").status == 0)
