"""Every view, over UDP and TCP, unsigned, signed and signed badly, from several clients to several
addresses, before and after reloads; dig and kdig ask. The cases of tests/cli/run for who is shown what."""

import base64
import concurrent.futures
import re
import socket
import struct
import time

from examples import skipped
from serving import GOOD, INPUT, NOERROR, NXDOMAIN, REFUSED, Server, expect, free_port, question, receive_exactly
from signed import ODD, Key, Signature, signed, tool
import peers  # its folder is known by now

CLIENTS = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
DESTINATIONS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
NAME = "who.example.com"
ZONE = """$TTL 1h
@ SOA ns1 h %d 2h 15m 2w 10m
@ NS ns1
ns1 A 192.0.2.1
who TXT "seen by %s"
only-%s TXT "secret of %s"
"""
PATCH = """$TTL 1h
$REPLACE who TXT
who TXT "seen by %s"
$REMOVE only-%s
only-%s TXT "secret of %s"
"""


class Plan:
    """Views as lists, the configuration that says the same, and the slow way to choose one of them."""

    def __init__(self, views, keys, served):
        self.views, self.keys, self.served = views, keys, served

    def seen(self, client, destination, key):
        """Which zone content one is shown, or none."""
        for view, clients, destinations, keys, _ in self.views:
            if ((clients is None or client in clients) and (destinations is None or destination in destinations) and
                    (keys is None or key in keys)):
                return self.served[view]
        return self.served.get("default")

    def write(self, folder, port, serial, zones=True):
        def write(name, content):
            if zones:
                folder.write(name, content.encode())

        text = "listen = [%s]\n" % ", ".join('"%s:%d"' % (address, port) for address in DESTINATIONS)
        text += "".join(key.table() for key in self.keys)
        if "default" in self.served:
            text += '[[zone]]\nname = "example.com"\nfile = "default.zone"\n'
            shown = self.served["default"]
            write("default.zone", ZONE % (serial, shown, shown, shown))
        for view, clients, destinations, keys, base in self.views:
            text += '[[view]]\nname = "%s"\n' % view
            for word, members in (("clients", clients), ("destinations", destinations), ("keys", keys)):
                if members is not None:
                    text += "%s = [%s]\n" % (word, ", ".join('"%s"' % one for one in members))
            text += '[[view.zone]]\nname = "example.com"\n'
            shown = self.served[view]
            if base is None:
                text += 'file = "%s.zone"\n' % view
                write(view + ".zone", ZONE % (serial, shown, shown, shown))
            else:
                text += 'base = "%s"\noverlay = "%s.patch"\n' % (base, view)
                below = self.served[base]
                write(view + ".patch", PATCH % (shown, below, shown, shown))
        folder.write("apex.toml", text.encode())


def secret(name, octets):
    return Key(name, secret=octets)


PARTNER, LABORATORY = secret("partner.example", b"a" * 32), secret("laboratory.example", b"b" * 32)
PARTNER_LATER, GUEST = secret("partner.example", b"c" * 32), secret("guest.example", b"d" * 32)
KEYS = [PARTNER, LABORATORY, PARTNER_LATER, GUEST]
# name, clients, destinations, keys, base of its overlay; overlays rest on the default view and on each other.
BEFORE = Plan([("office", ["127.0.0.11"], None, None, "default"),
               ("both", None, ["127.0.0.3"], ["laboratory.example"], None),
               ("partner", None, None, ["partner.example", "laboratory.example"], "office"),
               ("address", None, ["127.0.0.2"], None, "default")],
              [PARTNER, LABORATORY],
              {"office": "all-red", "both": "all-green", "partner": "all-blue", "address": "all-white", "default": "all-black"})
# Other views first, another secret, another key, other overlays; and nothing for who is in no view.
AFTER = Plan([("partner", None, None, ["partner.example"], None),
              ("address", ["127.0.0.11", "127.0.0.13"], ["127.0.0.3"], None, "partner"),
              ("both", None, ["127.0.0.1", "127.0.0.2"], ["guest.example"], None),
              ("office", ["127.0.0.12"], None, None, "both")],
             [PARTNER_LATER, GUEST],
             {"partner": "all-orange", "address": "all-yellow", "both": "all-violet", "office": "all-brown"})
# Their hyphens stand in no base64, as signatures are shown in.
SHOWN = re.compile("seen by|secret of|" + "|".join({*BEFORE.served.values(), *AFTER.served.values()}))


def asked_by(program, port, client, key):
    """What dig or kdig shows of all destinations over both transports, in turn."""
    words = [program, "-b", client, "-p", str(port)]
    if key is not None:
        words += ["-y", "%s:%s:%s" % (key.algorithm, key.name, base64.b64encode(key.secret).decode())]
    for destination in DESTINATIONS:
        for transport in ("+notcp", "+tcp"):
            words += [NAME, "TXT", "@" + destination, transport, "+norec", "+timeout=5"]
    return words


def check_with(program, plan, port):
    """The whole matrix with one program."""
    rows = [(client, key) for client in CLIENTS for key in [None, *KEYS]]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(lambda row: peers.call(asked_by(program, port, *row)), rows))
    for (client, key), (_, out, errors) in zip(rows, shown):
        said = (out + errors).decode()
        replies = said.split("->>HEADER<<-")[1:]
        expect(len(replies) == 2 * len(DESTINATIONS), said)
        good = key is None or any(one is key for one in plan.keys)
        for number, reply in enumerate(replies):
            seen = plan.seen(client, DESTINATIONS[number // 2], key.name if key else None) if good else None
            status = re.search(r"status: (\w+)", reply)[1]
            wanted = ("NOERROR",) if seen else ("REFUSED",) if good else ("NOTAUTH", "BADSIG", "BADKEY")  # kdig's words
            where = (client, key and (key.name, key.secret), DESTINATIONS[number // 2], number % 2, reply)
            expect(status in wanted, (wanted, where))
            if seen:
                expect(SHOWN.findall(reply) == ["seen by", seen], (seen, where))
            else:
                expect(not SHOWN.search(reply), where)


def exchange(port, source, destination, message, tcp):
    """One message there and back, from one of the clients."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        peer.bind((source, 0))
        peer.connect((destination, port))
        if not tcp:
            peer.send(message)
            return peer.recv(4096)
        peer.sendall(struct.pack("!H", len(message)) + message)
        return receive_exactly(peer, *struct.unpack("!H", receive_exactly(peer, 2)))


def shown_in(octets):
    return SHOWN.findall(octets.decode("latin-1"))


def check_octets(plan, port):
    """Names of one view alone are in no other, and a bad signature gets the same few octets everywhere."""
    names = sorted({*BEFORE.served.values(), *AFTER.served.values()})
    for client in CLIENTS:
        for destination in DESTINATIONS:
            for tcp in (False, True):
                for key in [None, *plan.keys]:
                    seen = plan.seen(client, destination, key.name if key else None)
                    for name in names:
                        request = question("only-%s.example.com" % name, "TXT")
                        octets, mac = signed(request, key) if key else (request, b"")
                        reply = exchange(port, client, destination, octets, tcp)
                        rcode = REFUSED if seen is None else NOERROR if seen == name else NXDOMAIN
                        expect(reply[3] & 15 == rcode, (client, destination, key and key.name, name, reply))
                        wanted = [name, "secret of", name] if rcode == NOERROR else [name]  # the question is there
                        expect(shown_in(reply) == wanted, (wanted, reply))
                        expect(key is None or Signature(reply).is_good(key, mac), reply)


def check_bad(plan, port):
    """Whatever is wrong with a signature, the reply tells of no view: it is the same for all."""
    good = plan.keys[-1]
    for what, more, (rcode, _, _) in ODD:
        if rcode == NOERROR:
            continue
        more, told = dict(more), set()
        key = more.pop("key", None)
        if key is None:
            key = good
        elif key.name == "key.example":
            key = Key(good.name, key.algorithm, key.secret)
        if "seconds" in more:
            more["seconds"] += int(time.time())
        request, _ = signed(question(NAME, "TXT"), key, **more)
        for client in CLIENTS:
            for destination in DESTINATIONS:
                for tcp in (False, True):
                    reply = exchange(port, client, destination, request, tcp)
                    expect(reply[3] & 15 == rcode and reply[6:10] == bytes(4), (what, reply))
                    expect(not shown_in(reply), (what, reply))
                    told.add((reply[:12], len(reply)))
        expect(len(told) == 1, (what, told))


def check_all(plan, port):
    check_octets(plan, port)
    check_bad(plan, port)
    for name in ("dig", "kdig"):
        program = tool(name)
        if program is None:
            skipped("there is no " + name)
        else:
            check_with(program, plan, port)


class Connections:
    """One from each client to each address, kept over reloads."""

    def __init__(self, port):
        self.all = {}
        for client in CLIENTS:
            for destination in DESTINATIONS:
                self.all[client, destination] = socket.create_connection((destination, port), 5, (client, 0))

    def check(self, plan):
        for (client, destination), peer in self.all.items():
            for key in [None, *plan.keys]:
                message = question(NAME, "TXT")
                message = signed(message, key)[0] if key else message
                peer.sendall(struct.pack("!H", len(message)) + message)
                reply = receive_exactly(peer, *struct.unpack("!H", receive_exactly(peer, 2)))
                seen = plan.seen(client, destination, key.name if key else None)
                expect(shown_in(reply) == (["seen by", seen] if seen else []), (client, destination, seen, reply))

    def close(self):
        for peer in self.all.values():
            peer.close()


def case_every_view_for_every_client_address_and_key(folder):
    port = free_port()
    BEFORE.write(folder, port, 1)
    with Server(folder, "-c", "apex.toml"):
        check_all(BEFORE, port)
        kept = Connections(port)
        kept.check(BEFORE)
        AFTER.write(folder, port, 2)
        result = folder.run("ctl", "reload")
        expect(result.status == GOOD, result)
        kept.check(AFTER)
        check_all(AFTER, port)
        # A configuration at fault changes nothing: no view, no key.
        BEFORE.write(folder, port, 3, zones=False)
        with open(folder.at("apex.toml"), "a", encoding="utf-8") as file:
            file.write('[[view]]\nname = "last"\nkeys = ["nobody.example"]\n')
        result = folder.run("ctl", "reload")
        expect(result.status == INPUT and "nobody.example" in result.errors + result.out, result)
        kept.check(AFTER)
        check_octets(AFTER, port)
        BEFORE.write(folder, port, 4)
        result = folder.run("ctl", "reload")
        expect(result.status == GOOD, result)
        kept.check(BEFORE)
        check_octets(BEFORE, port)
        kept.close()
