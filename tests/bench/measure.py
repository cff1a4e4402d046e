"""What the answer benchmarks measure with: servers pinned to core 0, generators on core 1, and the
time that the scheduler counts for a server's processes."""

import json
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "peers"))
import servers  # noqa: E402

TOOLS = {"udp-echo": ["udp_echo.cpp"], "udp-load": ["udp_load.cpp", "queries.cpp"],
         "tcp-load": ["tcp_load.cpp", "queries.cpp"]}
SERVER_CORE, LOAD_CORE = ["taskset", "-c", "0"], ["taskset", "-c", "1"]
TICK = os.sysconf("SC_CLK_TCK")
SPARE_SECONDS = 60  # that a generator may need for its files


def tool(name):
    """A generator's path; compiled when its sources are newer."""
    folder = os.path.join(ROOT, "build", "bench")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    sources = [os.path.join(HERE, source) for source in TOOLS[name]]
    newest = max(os.path.getmtime(file) for file in sources + [os.path.join(HERE, "queries.h")])
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-O3", "-o", path, *sources], check=True)
    return path


class Echo(servers.Server):
    """The floor: UDP without DNS."""

    name = "echo"

    def __init__(self):
        super().__init__()
        self.path = tool("udp-echo")

    program_name, variable = "udp-echo", "UDP_ECHO"

    def configure(self, zones):
        return [self.path, str(self.port)]

    def wait_for(self, name, rrtype=6, seconds=10, pause=0.005):
        while servers.ask_once(self.address, self.port, name, rrtype) is None:
            if time.monotonic() - self.started > seconds:
                raise servers.NotStarted("the echo does not answer")
        return time.monotonic() - self.started


class Usage:
    """User and kernel seconds of a process and all below it, at a moment. The sum is the scheduler's
    own count in nanoseconds; how it divides is sampled by the clock's tick."""

    def __init__(self, pid):
        self.user = self.kernel = self.exact = 0.0
        for one in servers.family(pid):
            try:
                with open("/proc/%d/stat" % one, encoding="ascii") as stat:
                    words = stat.read().rsplit(")", 1)[1].split()
                self.user += int(words[11]) / TICK
                self.kernel += int(words[12]) / TICK
                for thread in os.listdir("/proc/%d/task" % one):
                    with open("/proc/%d/task/%s/schedstat" % (one, thread), encoding="ascii") as stat:
                        self.exact += int(stat.read().split()[0]) / 1e9
            except OSError:
                pass

    def since(self, before):
        """(total, user) seconds."""
        user, kernel = self.user - before.user, self.kernel - before.kernel
        total = max(self.exact - before.exact, 1e-9)
        return total, total * user / max(user + kernel, 1e-9)


def memory(pid):
    """Octets in memory of a process and all below it, shared pages in proportion."""
    total = 0
    for one in servers.family(pid):
        try:
            with open("/proc/%d/smaps_rollup" % one, encoding="ascii") as rollup:
                total += 1024 * int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.MULTILINE).group(1))
        except (OSError, AttributeError):
            pass
    return total


def load(generator, server, queries, seconds, *options):
    """Runs a generator against a server: its counts, with us and user_us an answer."""
    words = [*LOAD_CORE, tool(generator), "--port", str(server.port), "--queries", queries,
             "--seconds", str(seconds), *map(str, options)]
    before = Usage(server.process.pid)
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds + SPARE_SECONDS, check=False)
    after = Usage(server.process.pid)
    if done.returncode:
        raise servers.NotStarted("%s: %s" % (generator, done.stderr.strip()))
    counts = json.loads(done.stdout)
    total, user = after.since(before)
    answers = max(1, counts["answered"])
    counts["us"], counts["user_us"] = 1e6 * total / answers, 1e6 * user / answers
    return counts


class Rounds:
    """Counts of several servers in alternating rounds; medians."""

    def __init__(self):
        self.rows = {}

    def add(self, name, counts):
        self.rows.setdefault(name, []).append(counts)

    def median(self, name, key):
        rows = self.rows.get(name)
        return statistics.median(row[key] for row in rows) if rows else None

    def total(self, name, key):
        return sum(row[key] for row in self.rows.get(name, []))

    def best(self, key, names, choose=min):
        """The better peer's median; None without peers."""
        return choose((self.median(name, key) for name in names if name in self.rows), default=None)


def ratio(ours, theirs):
    return None if ours is None or not theirs else ours / theirs


class Running:
    """Servers with the same zones, each pinned to core 0; ended with the block that they are for."""

    def __init__(self, kinds, folder, zones, probe):
        self.kinds, self.folder, self.zones, self.probe = kinds, folder, zones, probe

    def __enter__(self):
        try:
            for server in self.kinds:  # one after the other: loading is not what is measured here
                server.start(self.folder, self.zones, SERVER_CORE)
                server.wait_for(self.probe, seconds=300)
        except servers.NotStarted:
            self.__exit__()
            raise
        return {server.name: server for server in self.kinds}

    def __exit__(self, *_):
        for server in self.kinds:
            server.stop()
