"""`tests/bench/run views`: what views cost, in memory, in reloads and in each answer."""

import json
import os
import random
import re
import shutil
import signal
import time

import measure
import servers

COUNT = 1_000  # views, overlays
CHOSEN_AMONG, NETWORKS = 100, 100_000
CHANGED = 100  # names of a new version of the base
ORIGIN = "host.test"


class Apex(servers.Apex):
    """With views behind its zones, and a log as JSON in a file."""

    def __init__(self, views, folder):
        super().__init__(extra='[log]\nformat = "json"\nfile = "%s"\n' % os.path.join(folder, "apex.log"))
        self.views, self.events_file = views, os.path.join(folder, "apex.log")

    def configure(self, zones):
        words = super().configure(zones)
        with open(words[-1], "a", encoding="ascii") as file:
            file.write(self.views)
        return words

    def events(self, name):
        with open(self.events_file, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return [row for row in rows if row["event"] == name]


def view(number, zone):
    return '[[view]]\nname = "v%d"\nclients = ["10.%d.%d.0/24"]\n[[view.zone]]\nname = "%s"\n%s' % (
        number, number // 256, number % 256, ORIGIN, zone)


def shared_views():
    return "".join(view(number, 'base = "default"\n') for number in range(COUNT))


def overlaid_views(folder):
    """Each with ten records of its own."""
    text = ""
    for number in range(COUNT):
        path = os.path.join(folder, "v%d.patch" % number)
        with open(path, "w", encoding="ascii") as file:
            file.write("".join("view%d-%d 300 A 10.0.%d.%d\n" % (number, i, number % 256, i) for i in range(10)))
        text += view(number, 'base = "default"\noverlay = "%s"\n' % path)
    return text


def other_version(source, target):
    """The zone with 100 addresses and the serial changed."""
    with open(source, encoding="ascii") as file:
        lines = file.read().split("\n")
    places = [at for at, line in enumerate(lines) if re.search(r"\sA\s+\d+\.\d+\.\d+\.\d+$", line)]
    for at in random.Random(7).sample(places, CHANGED):
        lines[at] = re.sub(r"\d+\.\d+\.\d+\.\d+$", "203.0.113.%d" % (at % 255), lines[at])
    with open(target, "w", encoding="ascii") as file:
        file.write("\n".join(lines).replace(" 2026010100 ", " 2026010101 ", 1))


def start(views, zone, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    server = Apex(views(folder) if callable(views) else views, folder)
    server.start(folder, [servers.Zone(ORIGIN, zone)], measure.SERVER_CORE)
    server.wait_for(ORIGIN, seconds=300)
    time.sleep(1)  # what is done behind the answers
    return server


def reload_ms(server, source, served):
    """Milliseconds of a reload of the base with some names changed."""
    other_version(source, served + ".next")
    os.rename(served + ".next", served)
    before = len(server.events("reloaded"))
    server.process.send_signal(signal.SIGHUP)
    ends = time.monotonic() + 120
    while len(server.events("reloaded")) == before:
        if time.monotonic() > ends:
            raise servers.NotStarted("the reload does not end")
        time.sleep(0.05)
    return server.events("reloaded")[-1]["milliseconds"]


def memory(table, zone, folder):
    served = os.path.join(folder, "served.zone")
    kinds = {"one view": "", "1,000 views": shared_views(), "1,000 overlays": overlaid_views}
    octets, reloads = {}, {}
    for name, views in kinds.items():
        shutil.copy(zone, served)
        server = start(views, served, os.path.join(folder, "views"))
        try:
            octets[name] = measure.memory(server.process.pid)
            reloads[name] = reload_ms(server, zone, served)
            after = measure.memory(server.process.pid)
        finally:
            server.stop()
        table.say("%s: %.1f MiB, after a reload %.1f MiB; a reload takes %d ms" % (
            name, octets[name] / 2**20, after / 2**20, reloads[name]))
    table.row("memory of 1,000 views of one zone / one view", octets["1,000 views"] / octets["one view"], 1.05)
    table.row("memory with 1,000 overlays of ten records / without", octets["1,000 overlays"] / octets["one view"], 1.10)
    table.row("publishing a new base with 1,000 overlays, ms beyond the reload alone",
              reloads["1,000 overlays"] - reloads["one view"], 1000, "{:.0f}")


def many_networks():
    """100 views with 100,000 networks; the load's own address is in the last of them."""
    chance = random.Random(11)
    names = set()
    while len(names) < NETWORKS:
        length = chance.choice([16, 20, 24, 24, 24, 28, 32])
        address = chance.getrandbits(32) >> (32 - length) << (32 - length)
        if address >> 24 != 127:
            names.add("%d.%d.%d.%d/%d" % (*address.to_bytes(4, "big"), length))
    names = sorted(names)
    chance.shuffle(names)
    text, each = "", NETWORKS // CHOSEN_AMONG
    for number in range(CHOSEN_AMONG):
        clients = names[number * each:(number + 1) * each]
        if number == CHOSEN_AMONG - 1:
            clients.append("127.0.0.0/8")
        text += '[[view]]\nname = "v%d"\nclients = [%s]\n[[view.zone]]\nname = "%s"\nbase = "default"\n' % (
            number, ", ".join('"%s"' % name for name in clients), ORIGIN)
    return text


def choosing(arguments, table, zone, queries, folder):
    """The same questions with one view and with many, in alternating rounds."""
    servers_ = {"one view": start("", zone, os.path.join(folder, "one")),
                "many": start(many_networks(), zone, os.path.join(folder, "many"))}
    rounds = measure.Rounds()
    try:
        for server in servers_.values():
            measure.load("udp-load", server, queries, 1, "--edns")
        for _ in range(arguments.rounds):
            for name, server in servers_.items():
                rounds.add(name, measure.load("udp-load", server, queries, arguments.seconds, "--edns"))
    finally:
        for server in servers_.values():
            server.stop()
    one, many = rounds.median("one view", "us"), rounds.median("many", "us")
    table.say("an answer with one view %.2f us, with 100 views and 100,000 networks %.2f us" % (one, many))
    table.row("CPU time an answer with 100 views and 100,000 networks / one view", many / one, 1.03)


def views(arguments, table, zone, queries, folder):
    memory(table, zone, folder)
    choosing(arguments, table, zone, queries, folder)
