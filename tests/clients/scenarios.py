#!/usr/bin/env python3
"""The texts of tests/scenarios over real sockets: apex serves their zones on 127.0.0.1, and what comes
back over UDP and TCP is compared with what they say, whole messages.

  tests/clients/scenarios.py [-v] [APEX]

Zones of several scenarios are served by one process where no name of one means anything to another.
A configuration has one view, so that each view of a scenario is served by a process of its own, and
who gets which is decided here. Clients of the networks for documentation ask from their like within
127.0.0.0/8 (see LIKE); who cannot be had so is skipped, and a line says so. tests/clients/run runs
this too. The last line is "N passed, N failed".
"""

import argparse
import collections
import ipaddress
import os
import re
import socket
import struct
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "peers")]
import answer_rules  # noqa: E402
import message  # noqa: E402
import scenario_text  # noqa: E402
import servers  # noqa: E402
from scenario_text import AA, COOKIE, EXTENDED_ERROR, KEEPALIVE, PADDING, RD, TC, USUAL_SIZE  # noqa: E402

TEXTS = os.path.join(os.path.dirname(HERE), "scenarios")
SERVER = "127.0.0.1"
LIKE = {"192.0.2.0/24": "127.1.2.0", "198.51.100.0/24": "127.51.100.0", "203.0.113.0/24": "127.113.0.0",
        "127.0.0.0/8": "127.0.0.0"}
SECONDS = 3
QR, OPCODE = 0x8000, 0x7800
# Asked behind what is to be met with silence: when its reply is there, no other will come.
PROBE = struct.pack(">6H", 0x7e57, 0, 1, 0, 0, 0) + struct.pack(">BHH", 0, message.TYPES["SOA"], 1)
FACT = re.compile(r"(no-)?([a-z]+)(?:=(\d+))?")


class Skipped(Exception):
    """Why something cannot be had over loopback."""


def address_like(text):
    """The loopback address that stands for an address, or network, of a scenario."""
    network = ipaddress.ip_network(text)
    for known, like in LIKE.items():
        known = ipaddress.ip_network(known)
        if network.version == 4 and network.subnet_of(known):
            offset = int(network.network_address) - int(known.network_address)
            return "%s/%d" % (ipaddress.ip_address(like) + offset, network.prefixlen)
    raise Skipped("loopback has nothing like " + text)


def client_address(text):
    return address_like(text).split("/")[0]


def networks_like(words):
    """A list of networks as apex.toml has it; those that nobody can ask from are left out."""
    found = []
    for word in words:
        mark, text = ("!", word[1:]) if word.startswith("!") else ("", word)
        try:
            found.append(word if text in ("any", "none") else mark + address_like(text))
        except Skipped:
            continue
    return found or ["none"]


def holds(networks, client):
    """Whether a list of networks has the client; what "!" takes out stays out."""
    inside = all(word.startswith("!") for word in networks)
    for word in networks:
        if ipaddress.ip_address(client) in ipaddress.ip_network(word.lstrip("!")):
            if word.startswith("!"):
                return False
            inside = True
    return inside


# ---- what is served together --------------------------------------------------------------------

class World:
    """A view of a scenario, or several whose zones and questions are strangers to each other."""

    def __init__(self, scenario, view):
        self.settings = tuple(sorted(scenario.options.items())) + (view.follow, tuple(view.allow or ()))
        self.options, self.view = scenario.options, view
        self.zones, self.queries = list(view.zones), []

    def is_strange_to(self, other):
        """No zone of `other` is above or below one of ours, or has to do with a question to us."""
        ours = [zone.octets for zone in self.zones] + [query.name for query in self.queries]
        return None not in ours and not any(
            answer_rules.within(name, zone.octets) or answer_rules.within(zone.octets, name)
            for name in ours for zone in other.zones)

    def takes(self, other):
        if self.settings != other.settings or self.view.follow or \
                not self.is_strange_to(other) or not other.is_strange_to(self):
            return False
        self.zones += other.zones
        self.queries += other.queries
        return True


def view_of(scenario, query):
    """The first view whose clients the asker is one of."""
    for view in scenario.views:
        if view.destinations or query.local:
            raise Skipped("destinations need views of the configuration")
        if view.clients is None or holds(view.clients, query.client):
            if any(zone.refused and query.name and answer_rules.within(query.name, zone.octets) for zone in view.zones):
                raise Skipped("its zone is one that no server loads")
            return view
    raise Skipped("a client of no view needs views of the configuration")


def worlds_of(scenarios):
    """(worlds, [(title, reason)] of what is skipped)"""
    packed, skipped = [], []
    for scenario in scenarios:
        worlds = {view: World(scenario, view) for view in scenario.views}
        for query in scenario.queries:
            try:
                query.address = client_address(query.client)
                worlds[view_of(scenario, query)].queries.append(query)
            except Skipped as reason:
                skipped.append((query.title, str(reason)))
        for world in worlds.values():
            if world.queries and not any(one.takes(world) for one in packed):
                packed.append(world)
    return packed, skipped


class Server(servers.Apex):
    """One apex with the zones of a world."""

    def __init__(self, path, world, number):
        super().__init__(path)
        self.world, self.name = world, "apex-%d" % number

    def configure(self, zones):
        options = self.world.options
        text = 'listen = ["%s:%d"]\nthreads = 1\n' % (self.address, self.port)
        if "nsid" in options:
            text += 'nsid = "0x%s"\n' % options["nsid"]
        for key in ("version", "server-id"):
            if key in options:
                text += '%s = "%s"\n' % (key, options[key])
        if "udp-size" in options:
            text += "udp-size = %s\n" % options["udp-size"]
        if options.get("cookies") == "off":
            text += "cookies = false\n"
        if self.world.view.follow:
            text += 'follow = "view"\n'
        text += self.allow_query(self.world.view.allow)
        for number, zone in enumerate(self.world.zones):
            file = "missing" if not zone.loaded else self.write("%d.zone" % number, zone.text)
            text += '[[zone]]\nname = "%s"\nfile = "%s"\n' % (zone.origin, file) + self.allow_query(zone.allow)
        return [self.path, "serve", "-c", self.write("apex.toml", text)]

    @staticmethod
    def allow_query(words):
        if words is None:
            return ""
        return "allow-query = [%s]\n" % ", ".join('"%s"' % word for word in networks_like(words))

    def wait(self):
        until = time.monotonic() + SECONDS
        while servers.exchange(self.address, self.port, PROBE) is None:
            if not self.alive() or time.monotonic() > until:
                raise servers.NotStarted("%s does not answer: %s" % (self.name, self.said()))

    def misjudged_zones(self):
        """Sentences about zones that should have been loaded or refused, and were not."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            refused = {line.split("zone=")[1].split()[0]: line.strip() for line in log if "zone-not-loaded" in line}
        for zone in self.world.zones:
            if zone.loaded and (zone.origin in refused) != zone.refused:
                yield refused.get(zone.origin) or zone.origin + " should be refused, and is served"


# ---- asking -------------------------------------------------------------------------------------

def first_frame(stream):
    """The first message on a connection; nothing in it where the connection ends before."""
    got = b""
    while len(got) < 2 or len(got) < 2 + int.from_bytes(got[:2], "big"):
        more = stream.recv(65536)
        if not more:
            return b""
        got += more
    return got[2:2 + int.from_bytes(got[:2], "big")]


def ask(server, query, transport, silent):
    """The reply to a query, or where silence is expected to the probe behind it; b"" where the server ends
    the connection, None where nothing comes."""
    sent = [query.octets] + ([PROBE] if silent else [])
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as asking:
        asking.settimeout(SECONDS)
        asking.bind((query.address, 0))
        try:
            asking.connect((server.address, server.port))
            if transport == "tcp":
                asking.sendall(b"".join(struct.pack(">H", len(one)) + one for one in sent))
                return first_frame(asking)
            for one in sent:
                asking.send(one)
            return asking.recv(65535) or None
        except ConnectionResetError:
            return b""
        except OSError:
            return None


# ---- comparing ----------------------------------------------------------------------------------

def compared_options(options):
    """What of them is told: of an extended error the code, of keepalive and padding that they are there."""
    cut = {EXTENDED_ERROR: 2, KEEPALIVE: 0, PADDING: 0}
    return {code: octets[:cut.get(code)] for code, octets in (options or {}).items() if code != COOKIE}


def differences(query, reply, udp_size):
    """What a reply has that the scenario has not, or the other way round; in words."""
    expected, said = query.expected, []

    def compare(what, wanted, got):
        if wanted != got:
            said.append("%s %s, not %s" % (what, got, wanted))
    compare("id", int.from_bytes(query.octets[:2], "big"), reply.id)
    compare("rcode", expected.rcode, reply.rcode)
    compare("flags", "%04x" % (QR | expected.flags), "%04x" % (reply.flags & 0xfff0))
    compare("question", query.octets[12:12 + len(query.name) + 4], reply.question)
    compare("octets behind", 0, reply.trailing)
    compare("OPT", expected.edns, reply.options is not None)
    if expected.edns and reply.options is not None:
        compare("DO", expected.dnssec_ok, reply.dnssec_ok)
        compare("size in OPT", udp_size, reply.udp_size)
        compare("options", expected.options, compared_options(reply.options))
        cookie = reply.options.get(COOKIE, b"")
        compare("cookie", (query.cookie[:8], 24) if expected.cookie else (b"", 0), (cookie[:8], len(cookie)))
    answers = [collections.Counter(answer) for answer in expected.answers]
    got = collections.Counter(reply.answer)
    sections = [("answer", got if got in answers else answers[0], got)] + [
        (name, collections.Counter(getattr(expected, name)), collections.Counter(getattr(reply, name)))
        for name in ("authority", "additional")]
    for name, wanted, got in sections:
        said += ["%s lacks %s" % (name, message.record_text(record)) for record in wanted - got]
        said += ["%s has %s" % (name, message.record_text(record)) for record in got - wanted]
    return said


def fact_holds(name, number, reply):
    options, counted = reply.options or {}, {"answers": reply.answer, "authority": reply.authority}
    if name in counted:
        return len(counted[name]) == number
    facts = {"edns": reply.options is not None, "aa": bool(reply.flags & AA), "tc": bool(reply.flags & TC),
             "rd": bool(reply.flags & RD), "question": bool(reply.question), "option": number in options,
             "ede": options.get(EXTENDED_ERROR, b"")[:2] == struct.pack(">H", number)}
    return facts[name]


def odd_differences(query, reply):
    """The same for a row of odd_queries.txt."""
    rcodes, *words = query.outcome
    said = []
    if reply.rcode not in [scenario_text.RCODES[word] for word in rcodes.split("/")]:
        said.append("rcode %d for %s" % (reply.rcode, rcodes))
    asked = int.from_bytes(query.octets[2:4], "big")
    if reply.id.to_bytes(2, "big") != query.octets[:2]:
        said.append("another id")
    if not reply.flags & QR or reply.flags & 0xf0 or (reply.flags ^ asked) & (OPCODE | RD):
        said.append("flags %04x" % reply.flags)
    if reply.question not in (b"", query.octets[12:12 + len(reply.question)]):
        said.append("another question")
    if reply.trailing:
        said.append("octets behind")
    for word in words:
        no, name, number = FACT.fullmatch(word).groups()
        if fact_holds(name, int(number or 0), reply) == bool(no):
            said.append("not " + word)
    return said


def complaint_of(server, query, transport):
    """What is wrong with the reply to a query, or nothing."""
    odd = hasattr(query, "outcome")
    silent = query.outcome == ["silent"] if odd else query.expected.silent
    octets = ask(server, query, transport, silent)
    if silent and octets is not None:
        return "there is a reply" if octets and octets[:2] != PROBE[:2] else ""
    if not octets:
        return "there is no reply"
    try:
        reply = message.Message(octets)
    except message.Unreadable as error:
        return "the reply cannot be read: %s" % error
    udp_size = int(server.world.options.get("udp-size", USUAL_SIZE))
    said = odd_differences(query, reply) if odd else differences(query, reply, udp_size)
    if not said:
        return ""
    return "\n  ".join([*said, "in this reply:", *message.message_text(reply).splitlines()])


def ask_all(server, verbose):
    """How many questions to one server (passed, failed)."""
    counts = [0, 0]
    for query in server.world.queries:
        for transport in query.transports:
            complaint = complaint_of(server, query, transport)
            counts[bool(complaint)] += 1
            if complaint:
                print("%s, over %s:\n  %s" % (query.title, transport, complaint))
            elif verbose:
                print("good: %s, over %s" % (query.title, transport))
    return counts


def run(apex, folder, verbose=False):
    """How many questions of all texts (passed, failed)."""
    files = sorted(file for file in os.listdir(TEXTS) if file.endswith(".txt"))
    worlds, skipped = worlds_of([scenario_text.read(os.path.join(TEXTS, file), file) for file in files])
    running = [Server(apex, world, number) for number, world in enumerate(worlds)]
    passed = failed = 0
    try:
        for server in running:
            server.start(folder, [], address=SERVER)
        for server in running:
            server.wait()
            for sentence in server.misjudged_zones():
                failed += 1
                print("scenarios: " + sentence)
            good, bad = ask_all(server, verbose)
            passed, failed = passed + good, failed + bad
    finally:
        for server in running:
            server.stop()
    for title, reason in skipped:
        print("SKIPPED: %s: %s" % (title, reason))
    print("scenarios over sockets: %d questions of %d texts to %d servers, %d skipped" % (
        passed + failed, len(files), len(running), len(skipped)))
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("apex", nargs="?")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apex-scenarios-") as folder:
        passed, failed = run(options.apex, folder, options.verbose)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
