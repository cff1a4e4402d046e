"""What rate limits cost an answer: apex with and without them, asked from an address that is not
loopback (which is never limited), inside a network namespace that has nothing else.

  rate_limited.py ZONEFILE QUERIES ROUNDS SECONDS     prints the ratio of CPU times
"""

import fcntl
import json
import socket
import statistics
import struct
import subprocess
import sys
import tempfile

import measure
import servers

ADDRESS = "192.0.2.1"
SIOCSIFADDR, SIOCSIFFLAGS, UP_AND_RUNNING = 0x8916, 0x8914, 0x41
LIMITS = "[rate-limit]\nresponses-per-second = 1000000\n"


def give_address(interface, address):
    """An interface of this namespace with an address, up."""
    name = interface.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFADDR, struct.pack("16sHH4s8x", name, socket.AF_INET, 0,
                                                     socket.inet_aton(address)))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name, UP_AND_RUNNING))


def cost(server, queries, seconds):
    """CPU microseconds an answer."""
    before = measure.Usage(server.process.pid)
    words = [*measure.LOAD_CORE, measure.tool("udp-load"), "--port", str(server.port), "--from", ADDRESS,
             "--to", ADDRESS, "--queries", queries, "--seconds", str(seconds), "--edns"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    counts = json.loads(done.stdout)
    if counts["wrong"] or counts["lost"]:
        sys.exit("answers wrong or lost: " + done.stdout)
    return 1e6 * measure.Usage(server.process.pid).since(before)[0] / max(1, counts["answered"])


def main():
    zone, queries, rounds, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    give_address("lo", "127.0.0.1")
    give_address("lo:1", ADDRESS)
    with_limits, without = servers.Apex(extra=LIMITS), servers.Apex()
    costs = {with_limits: [], without: []}
    with tempfile.TemporaryDirectory(prefix="apex-rrl-") as folder:
        try:
            for number, server in enumerate(costs):
                server.start("%s/%d" % (folder, number), [servers.Zone("host.test", zone)],
                             measure.SERVER_CORE, address=ADDRESS)
                server.wait_for("host.test", seconds=300)
                cost(server, queries, 1)
            for _ in range(rounds):
                for server, found in costs.items():
                    found.append(cost(server, queries, seconds))
        finally:
            for server in costs:
                server.stop()
    print(statistics.median(costs[with_limits]) / statistics.median(costs[without]))


main()
