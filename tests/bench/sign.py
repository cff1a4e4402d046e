"""Signing from file to signed file: apex sign against ldns-signzone, kzonesign and what OpenSSL can
do at all, on the same zone, one after the other in each round, on both cores.

Each signer has keys of its own making of the same kind: one key of ECDSAP256SHA256 that signs all,
an NSEC chain. The signed zones of all have to verify (ldns-verify-zone)."""

import os
import re
import shutil
import statistics
import subprocess
import time

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
