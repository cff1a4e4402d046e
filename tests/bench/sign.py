"""Signing from file to signed file: apex sign against ldns-signzone, kzonesign and what OpenSSL can
do at all, on the same zone, one after the other in each round, on both cores.

Each signer has keys of its own making of the same kind: one key of ECDSAP256SHA256 that signs all,
an NSEC chain. The signed zones of all have to verify (ldns-verify-zone).

And signing live: what a start with stored signatures costs over one without signing, and what ten
changed names do to a zone that is served."""

import os
import random
import re
import shutil
import statistics
import subprocess
import time

import answer
import measure
import servers

CORES = "0,1"
ORIGIN = "host.test"
OPENSSL_SECONDS = "3"


def run(words, folder):
    """(wall s, CPU s) of a command that succeeds."""
    start = time.monotonic()
    child = subprocess.Popen(["taskset", "-c", CORES, *words], cwd=folder,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"run: {' '.join(words)} exits {child.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime


def openssl_rate():
    """Signatures a second on both cores."""
    out = subprocess.run(["taskset", "-c", CORES, "openssl", "speed", "-seconds", OPENSSL_SECONDS,
                          "-multi", "2", "ecdsap256"], check=True, capture_output=True,
                         text=True).stdout
    return float(re.search(r"ecdsa \(nistp256\)\s+\S+\s+\S+\s+([\d.]+)", out)[1])


class Apex:
    name, out = "apex", "apex.signed"

    def __init__(self, tool, zone, folder):
        subprocess.run([tool, "keygen", ORIGIN], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        self.command = [tool, "sign", ORIGIN, zone, "-o", self.out]


class Ldns:
    name, out = "ldns-signzone", "ldns.signed"

    def __init__(self, tool, zone, folder):
        keys = [f[:-4] for f in os.listdir(folder) if f.endswith(".key")]
        self.command = [tool, "-f", self.out, "-o", ORIGIN, zone, *keys]


class Knot:
    name = "kzonesign"

    def __init__(self, tool, zone, folder):
        self.out = "knot.out/" + os.path.basename(zone)
        for part in ("knot.db", "knot.out"):
            os.mkdir(os.path.join(folder, part))
        with open(os.path.join(folder, "knot.conf"), "w", encoding="ascii") as file:
            file.write(f"""database:
    storage: {folder}/knot.db
policy:
  - id: nsec
    algorithm: ecdsap256sha256
    single-type-signing: on
    nsec3: off
    signing-threads: 2
zone:
  - domain: {ORIGIN}
    file: {zone}
    dnssec-signing: on
    dnssec-policy: nsec
""")
        self.command = [tool, "-c", "knot.conf", "-o", "knot.out", ORIGIN]


def sign(arguments, table, program, zone_file, folder):
    records = arguments.sign_records
    zone = os.path.abspath(zone_file("host", records, folder))
    work = os.path.join(os.path.abspath(folder), f"sign-{os.getpid()}")
    os.mkdir(work)
    tools = [(Apex, program("apex", "APEX", "build/release", "build/release/server")),
             (Ldns, program("ldns-signzone", "LDNS_SIGNZONE", "build/peers/bin")),
             (Knot, program("kzonesign", "KZONESIGN", "build/peers/bin"))]
    signers = [kind(tool, zone, work) for kind, tool in tools if tool]
    walls, cpus, rates = {}, {}, []
    for _ in range(arguments.rounds):
        rates.append(openssl_rate())
        for signer in signers:
            wall, cpu = run(signer.command, work)
            walls.setdefault(signer.name, []).append(wall)
            cpus.setdefault(signer.name, []).append(cpu)
    verify = program("ldns-verify-zone", "LDNS_VERIFY_ZONE", "build/peers/bin")
    for signer in signers if verify else []:
        run([verify, signer.out], work)
    with open(os.path.join(work, Apex.out), encoding="ascii") as file:
        signatures = sum(line.split("\t", 4)[3] == "RRSIG" for line in file)
    shutil.rmtree(work)
    wall = {name: statistics.median(times) for name, times in walls.items()}
    rate = statistics.median(rates)
    label = f"host-{records}"
    said = ", ".join(f"{name} {wall[name]:.2f} (CPU {statistics.median(cpus[name]):.2f})"
                     for name in wall)
    table.say(f"{label}: {signatures} signatures; seconds: {said}")
    table.say(f"{label}: signatures/s: apex {signatures / wall['apex']:.0f}, openssl speed {rate:.0f}")
    # The machine is not alone: what was measured in one round is compared in it.
    openssl = statistics.median(r * w / signatures for r, w in zip(rates, walls["apex"]))
    table.row(f"{label}: openssl speed / apex, signatures a second", openssl, 1 / 0.85)
    for name, bound in (("kzonesign", 1 / 2), ("ldns-signzone", 1 / 2.8)):
        ratios = [a / b for a, b in zip(walls["apex"], walls.get(name, []))]
        table.row(f"{label}: wall time, apex / {name}",
                  statistics.median(ratios) if ratios else None, bound)


# ---- live ---------------------------------------------------------------------------------------

CHANGES = 10       # names in a version
SIGNING_SECONDS = 600
PLAIN, SIGNED = "", "dnssec = true\n"


class LiveApex(servers.Apex):
    """With its log at hand."""

    def __init__(self, path, choice):
        super().__init__(path)
        self.name, self.choice = "apex-signed" if choice else "apex-plain", choice

    def configure(self, zones):
        words = super().configure(zones)
        with open(os.path.join(self.folder, "apex.toml"), encoding="utf-8") as file:
            text = file.read()
        row = 'name = "%s."\n' % ORIGIN
        if row not in text:
            raise SystemExit("run: the configuration has no row " + row.strip())
        self.write("apex.toml", text.replace(row, row + self.choice))
        return words

    def resigned(self):
        """Milliseconds of each signing of changes, and how many changes each had."""
        with open(self.log, encoding="utf-8", errors="replace") as said:
            rows = re.findall(r"event=zone-signed-again.* changes=(\d+) microseconds=(\d+)", said.read())
        return [int(microseconds) / 1000 for changes, microseconds in rows if int(changes)]

    def wait_for_store(self):
        stored = os.path.join(self.folder, "apex-state", "signing", ORIGIN, "signatures")
        until = time.monotonic() + SIGNING_SECONDS
        while not os.path.exists(stored):
            if time.monotonic() > until:
                raise SystemExit("run: the signatures are not stored")
            time.sleep(0.2)


class Changing(answer.Replacing):
    """Other addresses for ten names in each version."""

    MOST = 16

    def __init__(self, server, source, served):
        self.random = random.Random(1)
        super().__init__(server, source, served)

    def change(self, lines):
        rows = [i for i, line in enumerate(lines) if re.search(r"\sA\s+\d", line)]
        for i in self.random.sample(rows, CHANGES):
            lines[i] = re.sub(r"(\sA\s+)[\d.]+",
                              lambda m: m[1] + "198.51.100.%d" % self.random.randrange(256), lines[i])
        return lines


def start_seconds(server, folder, zones):
    server.start(folder, zones, ["taskset", "-c", CORES])
    try:
        return server.wait_for(ORIGIN, seconds=SIGNING_SECONDS)
    finally:
        server.stop()


def live(arguments, table, program, zone_file, folder):
    label = f"host-{arguments.records}"
    source = os.path.abspath(zone_file("host", arguments.records, folder))
    queries = source[:-len(".zone")] + ".q"
    work = os.path.join(os.path.abspath(folder), f"live-{os.getpid()}")
    os.mkdir(work)
    served = os.path.join(work, "served.zone")
    shutil.copy(source, served)
    zones = [servers.Zone(ORIGIN, served)]
    apex = program("apex", "APEX", "build/release", "build/release/server")
    plain, signed = LiveApex(apex, PLAIN), LiveApex(apex, SIGNED)
    signed.start(work, zones, ["taskset", "-c", CORES])
    first = signed.wait_for(ORIGIN, seconds=SIGNING_SECONDS)
    signed.wait_for_store()
    signed.stop()
    ratios, plain_seconds, signed_seconds = [], [], []
    for _ in range(arguments.rounds):
        plain_seconds.append(start_seconds(plain, work, zones))
        signed_seconds.append(start_seconds(signed, work, zones))
        ratios.append(signed_seconds[-1] / plain_seconds[-1])
    table.say(f"{label}: seconds to the first answer: unsigned {statistics.median(plain_seconds):.2f}, signed "
              f"for the first time {first:.2f}, with stored signatures {statistics.median(signed_seconds):.2f}")
    table.row(f"{label}: start with stored signatures / without signing", statistics.median(ratios), 1.5)
    change_names(arguments, table, label, (signed, zones, queries, source, served, work))
    shutil.rmtree(work)


def change_names(arguments, table, label, what):
    signed, zones, queries, source, served, work = what
    signed.start(work, zones, measure.SERVER_CORE)
    try:
        signed.wait_for(ORIGIN, seconds=SIGNING_SECONDS)
        most = measure.load("udp-load", signed, queries, 3, *answer.EDNS)["rate"]
        options = ["--sockets", 16, *answer.EDNS, "--rate", int(most / 2)]
        calm = measure.load("udp-load", signed, queries, 2 * arguments.seconds, *options)
        changing = Changing(signed, source, served)
        # By itself, and then on the core that answers, where it has what answers leave.
        changing.make(5)
        alone = signed.resigned()
        changing.start()
        busy = measure.load("udp-load", signed, queries, 4 * arguments.seconds, *options)
        changing.stop()
        beside = signed.resigned()[len(alone):]
    finally:
        signed.stop()
    for what, times in (("nothing asked", alone), ("beside answers", beside)):
        table.say(f"{label}: {len(times)} versions of {CHANGES} names signed, {what}: ms median "
                  f"{statistics.median(times or [0]):.1f}, most {max(times, default=0):.1f}")
    table.say(f"{label}: p99 of answers in us: nothing changed {calm['p99']:.0f}, meanwhile {busy['p99']:.0f}")
    table.row(f"{label}: {CHANGES} changed names signed again, ms", max(alone, default=None), 20, "{:.1f}")
    table.row(f"{label}: p99 of answers meanwhile / nothing changed", busy["p99"] / calm["p99"], 1.2)
    table.row(f"{label}: answers wrong or lost meanwhile", busy["lost"] + busy["wrong"], 0, "{:.0f}")
