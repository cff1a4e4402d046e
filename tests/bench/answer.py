"""`tests/bench/run answer`: the figures of answering, against nsd, knotd and a bare UDP echo."""

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import dear
import measure
import servers
import worlds

HERE = os.path.dirname(os.path.abspath(__file__))
ORIGINS = {"host": "host.test", "tld": "bench"}
BLOCKS = ["udp", "growth", "rrl", "tcp", "start", "many", "dear", "reload", "signed"]
QUERIES = 300_000
EDNS, DO = ["--edns"], ["--do"]


class Bench:
    def __init__(self, arguments, table, folder):
        self.arguments, self.table, self.folder = arguments, table, folder
        self.seconds, self.rounds = arguments.seconds, arguments.rounds
        self.subject = servers.Apex()
        if arguments.stand_in:
            self.subject = servers.KINDS[arguments.stand_in]()
            self.subject.name = "apex"
        self.peers = [peer for peer in (servers.Nsd(), servers.Knot()) if peer.present()]
        self.names = [peer.name for peer in self.peers]

    # ---- zones ----------------------------------------------------------------------------------

    def made(self, shape, records):
        """(zones, queries' file) of gen_zone, made once."""
        base = os.path.join(self.folder, "%s-%d" % (shape, records))
        if not os.path.exists(base + ".q"):
            subprocess.run([os.path.join(HERE, "gen_zone"), shape, "--records", str(records), "--queries",
                            str(QUERIES), "--out", self.folder], check=True, stdout=subprocess.DEVNULL)
        return [servers.Zone(ORIGINS[shape], base + ".zone")], base + ".q"

    def running(self, kinds, zones):
        place = tempfile.mkdtemp(prefix="run-", dir=self.folder)
        return measure.Running(kinds, place, zones, zones[-1].origin)

    # ---- rows -----------------------------------------------------------------------------------

    def faults(self, label, rounds):
        """Every answer is checked: nothing lost, nothing wrong."""
        wrong, lost = rounds.total("apex", "wrong"), rounds.total("apex", "lost")
        self.table.row(label + ": answers wrong or lost", wrong + lost, 0, "{:.0f}")
        for name, rows in rounds.rows.items():
            first = next((row["first_wrong"] for row in rows if row["first_wrong"]), "")
            if first and name != "echo":
                self.table.say("%s: %s: %d wrong, the first: %s" % (
                    label, name, rounds.total(name, "wrong"), first))

    def say_all(self, label, rounds):
        for name in rounds.rows:
            median = lambda key, name=name: rounds.median(name, key)
            self.table.say("%s: %-5s %5.2f us (user %.2f, kernel %.2f), %7.0f answers/s, %4.0f octets, "
                           "p99 %.0f us" % (label, name, median("us"), median("user_us"),
                                            median("us") - median("user_us"), median("rate"),
                                            median("octets"), median("p99")))

    def alternate(self, running, generator, queries, options, seconds=None):
        rounds = measure.Rounds()
        for server in running.values():  # caches warm
            measure.load(generator, server, queries, 1, *options)
        for _ in range(self.rounds):
            for name, server in running.items():
                rounds.add(name, measure.load(generator, server, queries, seconds or self.seconds, *options))
        return rounds

    def ratios(self, label, rounds, total, user=None, echo=None, rate=None):
        row, ratio = self.table.row, measure.ratio
        median, best = rounds.median, rounds.best
        row(label + ": CPU time an answer / better peer", ratio(median("apex", "us"), best("us", self.names)), total)
        if user:
            row(label + ": user time an answer / better peer",
                ratio(median("apex", "user_us"), best("user_us", self.names)), user)
        if echo:
            row(label + ": CPU time an answer / UDP echo", ratio(median("apex", "us"), median("echo", "us")), echo)
        if rate:
            row(label + ": answers a second, better peer / apex",
                ratio(best("rate", self.names, max), median("apex", "rate")), 1 / rate)

    # ---- blocks ---------------------------------------------------------------------------------

    def udp(self):
        for shape in ORIGINS:
            label = "%s-%d UDP" % (shape, self.arguments.records)
            zones, queries = self.made(shape, self.arguments.records)
            with self.running([self.subject, *self.peers, measure.Echo()], zones) as running:
                rounds = self.alternate(running, "udp-load", queries, EDNS)
                self.say_all(label, rounds)
                self.ratios(label, rounds, 0.60, 0.25, 1.35, 1.7)
                self.faults(label, rounds)
                self.whole_answers(label, running, queries, EDNS)

    def whole_answers(self, label, running, queries, options):
        """Each query once: digests of whole answers, apex' and the first peer's."""
        if not self.peers:
            return
        digests = os.path.join(self.folder, "answers.sum")
        measure.load("udp-load", running[self.names[0]], queries, 120, "--once", "--record", digests, *options)
        counts = measure.load("udp-load", running["apex"], queries, 120, "--once", "--verify", digests, *options)
        self.table.row(label + ": of %d whole answers, unlike %s'" % (counts["sent"], self.names[0]),
                       counts["wrong"] + counts["lost"], 0, "{:.0f}")
        if counts["first_wrong"]:
            self.table.say(label + ": first unlike: " + counts["first_wrong"])

    def growth(self):
        if not self.arguments.long:
            return
        small, large = self.arguments.records // 10, 5 * self.arguments.records
        for shape in ORIGINS:
            rounds = measure.Rounds()
            for _ in range(self.rounds):
                for records in (small, large):
                    zones, queries = self.made(shape, records)
                    with self.running([self.subject], zones) as running:
                        measure.load("udp-load", running["apex"], queries, 1, *EDNS)
                        rounds.add(records, measure.load("udp-load", running["apex"], queries, self.seconds, *EDNS))
            self.table.row("%s UDP: CPU time an answer, %d records / %d" % (shape, large, small),
                           measure.ratio(rounds.median(large, "us"), rounds.median(small, "us")), 1.15)

    def rrl(self):
        """Loopback is never limited, so this asks from another address, in a network of its own."""
        zones, queries = self.made("host", self.arguments.records)
        words = ["unshare", "--user", "--map-root-user", "--net", sys.executable,
                 os.path.join(HERE, "rate_limited.py"), zones[0].path, queries, str(self.rounds), str(self.seconds)]
        done = subprocess.run(words, capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        if done.returncode:
            self.table.say("rrl: not measured: " + done.stderr.strip()[-300:])
            self.table.row("host UDP: CPU time with rate limits / without", None, 1.1)
            return
        self.table.row("host UDP: CPU time with rate limits / without", float(done.stdout.split()[-1]), 1.1)

    def tcp(self):
        label = "host-%d TCP" % self.arguments.records
        zones, queries = self.made("host", self.arguments.records)
        with self.running([self.subject, *self.peers], zones) as running:
            rounds = self.alternate(running, "tcp-load", queries, EDNS)
            self.say_all(label, rounds)
            self.ratios(label, rounds, 0.7)
            self.faults(label, rounds)

    def started(self, server, zones, core):
        """(seconds to the first answer, octets in memory)"""
        place = tempfile.mkdtemp(prefix="start-", dir=self.folder)
        server.start(place, zones, core)
        try:
            seconds = server.wait_for(zones[-1].origin, seconds=600, pause=0.001)
            time.sleep(0.5)
            return seconds, measure.memory(server.process.pid)
        finally:
            server.stop()
            shutil.rmtree(place)

    def starts(self, label, zones, kinds, core=measure.SERVER_CORE):
        rounds = measure.Rounds()
        for _ in range(self.rounds):
            for server in kinds:
                seconds, octets = self.started(server, zones, core)
                rounds.add(server.name, {"seconds": seconds, "octets": octets})
        for name in rounds.rows:
            self.table.say("%s: %-5s first answer after %.2f s, %.0f MiB" % (
                label, name, rounds.median(name, "seconds"), rounds.median(name, "octets") / 2**20))
        return rounds

    def start(self):
        for shape in ORIGINS:
            label = "%s-%d start" % (shape, self.arguments.records)
            zones, _ = self.made(shape, self.arguments.records)
            rounds = self.starts(label, zones, [self.subject, *self.peers])
            self.table.row(label + ": to the first answer / better peer",
                           measure.ratio(rounds.median("apex", "seconds"), rounds.best("seconds", self.names)), 1 / 3)

    def many(self):
        count = self.arguments.zones
        subprocess.run([os.path.join(HERE, "gen_zone"), "many", "--zones", str(count), "--queries", "1000",
                        "--out", self.folder], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.folder, "many-%d" % count, "zones.list"), encoding="ascii") as lines:
            zones = [servers.Zone(*line.split()) for line in lines]
        nsd = [peer for peer in self.peers if peer.name == "nsd"]
        # Nothing is asked before the zones are there, so both may also load on all cores.
        for place, core in (("one core", measure.SERVER_CORE), ("all cores", [])):
            label = "%d zones, %s" % (count, place)
            rounds = self.starts(label, zones, [self.subject, *nsd], core)
            for key, bound, text in (("seconds", 1 / 5, "to the first answer"), ("octets", 1 / 3, "memory")):
                self.table.row("%s: %s / nsd's" % (label, text),
                               measure.ratio(rounds.median("apex", key), rounds.median("nsd", key)), bound)

    def dear(self):
        chance = random.Random(1)
        path, kinds = dear.make_plain(self.folder, chance)
        zones = [servers.Zone("dear.test", path)]
        deep, nothing = dear.make_deep(self.folder, chance)
        keys = tempfile.mkdtemp(prefix="keys-", dir=self.folder)
        zones.append(servers.Zone("deep.test", worlds.Signer(keys).sign("deep.test.", deep, "nsec3")))
        with self.running([self.subject, *self.peers], zones) as running:
            rounds = {}
            for kind, queries in [*kinds.items(), ("nothing, NSEC3", nothing)]:
                options = DO if "NSEC3" in kind else EDNS
                rounds[kind] = self.alternate(running, "udp-load", queries, options, max(1, self.seconds / 2))
                self.say_all("dear: " + kind, rounds[kind])
            plain = rounds.pop("plain").median("apex", "us")
            for kind, counts in rounds.items():
                self.table.row("dear: %s / plain hit" % kind, measure.ratio(counts.median("apex", "us"), plain), 2.5)
                self.faults("dear: " + kind, counts)

    def signed(self):
        records = self.arguments.records // 10
        zones, queries = self.made("host", records)
        keys = tempfile.mkdtemp(prefix="keys-", dir=self.folder)
        zones = [servers.Zone("host.test", worlds.Signer(keys).sign("host.test.", zones[0].path, "nsec"))]
        label = "host-%d signed, DO" % records
        with self.running([self.subject, *self.peers, measure.Echo()], zones) as running:
            rounds = self.alternate(running, "udp-load", queries, DO)
            self.say_all(label, rounds)
            self.ratios(label, rounds, 0.65)
            self.faults(label, rounds)
            self.whole_answers(label, running, queries, DO)

    def reload(self):
        """At half of what the server can do, by the clock, while its zone is replaced again and again."""
        label = "host-%d reload" % self.arguments.records
        zones, queries = self.made("host", self.arguments.records)
        served = os.path.join(self.folder, "served.zone")
        shutil.copy(zones[0].path, served)
        options = ["--sockets", 16, *EDNS]
        with self.running([self.subject], [servers.Zone("host.test", served)]) as running:
            server = running["apex"]
            most = measure.load("udp-load", server, queries, 3, *EDNS)["rate"]
            options += ["--rate", int(most / 2)]
            calm = measure.load("udp-load", server, queries, 2 * self.seconds, *options)
            replacing = Replacing(server, zones[0].path, served)
            replacing.start()
            counts = measure.load("udp-load", server, queries, 4 * self.seconds, *options)
            replacing.stop()
        for what, row in (("nothing reloaded", calm), ("%d versions" % replacing.versions, counts)):
            self.table.say("%s: %s: %.0f answers/s asked, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, most %.0f us" % (
                label, what, most / 2, row["p50"], row["p99"], row["p999"], row["most"]))
        self.table.row(label + ": answers wrong or lost", counts["lost"] + counts["wrong"], 0, "{:.0f}")
        self.table.row(label + ": p99.9 in ms", counts["p999"] / 1000, 5)
        self.table.row(label + ": versions that are missing to two", max(0, 2 - replacing.versions), 0, "{:.0f}")


class Replacing(threading.Thread):
    """Puts a new version of a zone file in place and says SIGHUP, whenever the last one is served.

    The files are written before: to write them meanwhile would take time from both cores."""

    FIRST, MOST = 2026010100, 24

    def __init__(self, server, source, served):
        super().__init__(daemon=True)
        self.server, self.served, self.versions, self.ending = server, served, 0, threading.Event()
        self.serials = iter(range(self.FIRST + 1, self.FIRST + 1 + self.MOST))
        with open(source, encoding="ascii") as file:
            head, rest = file.read().split(" %d " % self.FIRST, 1)
        lines = rest.split("\n")
        for serial in range(self.FIRST + 1, self.FIRST + 1 + self.MOST):
            lines = self.change(lines)
            with open(self.next(serial), "w", encoding="ascii") as file:
                file.write("%s %d %s" % (head, serial, "\n".join(lines)))

    def change(self, lines):
        """What a version has other than the one before, the serial apart."""
        return lines

    def next(self, serial):
        return "%s.%d" % (self.served, serial)

    def run(self):
        self.make(self.MOST)

    def make(self, versions):
        """So many, if they are not told to end."""
        for serial in itertools.islice(self.serials, versions):
            os.rename(self.next(serial), self.served)
            self.server.process.send_signal(signal.SIGHUP)
            while not self.ending.wait(0.05) and self.serial() != serial:
                pass
            if self.ending.is_set():
                return
            self.versions += 1

    def serial(self):
        message = b"\0\1\0\0\0\1\0\0\0\0\0\0" + servers.wire_name("host.test") + b"\0\6\0\1"
        reply = servers.exchange(self.server.address, self.server.port, message)
        return int.from_bytes(reply[-20:-16], "big") if reply and len(reply) > 20 else None

    def stop(self):
        self.ending.set()
        self.join(30)
        for serial in range(self.FIRST + 1, self.FIRST + 1 + self.MOST):
            if os.path.exists(self.next(serial)):
                os.unlink(self.next(serial))


def answer(arguments, table):
    folder = arguments.keep or tempfile.mkdtemp(prefix="apex-bench-", dir="/tmp")
    os.makedirs(folder, exist_ok=True)
    bench = Bench(arguments, table, folder)
    if not bench.subject.present():
        sys.exit("run: there is no build; run ./bootstrap test first, or set APEX")
    for name in arguments.only.split(",") if arguments.only else BLOCKS:
        if name not in BLOCKS:
            sys.exit("run: there is no block %s; there are %s" % (name, ", ".join(BLOCKS)))
        try:
            getattr(bench, name)()
        except servers.NotStarted as reason:
            table.say("%s: not measured: %s" % (name, reason))
            table.row(name, None, 0)
    if not arguments.keep:
        shutil.rmtree(folder)
    return table.short
