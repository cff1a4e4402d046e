"""Views asked by real hosts: a server and two clients, each in a network namespace of its own, joined
by veth pairs that the test makes; all goes with the process that holds it. Where the system permits
none, or has no dig, the case is skipped, and a line says so.

             198.51.100.9            198.51.100.1  ------  10.1.2.1, 10.1.2.53    10.1.2.3
             2001:db8::9   outside   2001:db8::1   server  fd00::1     inside     fd00::3
                                                   ------                         10.9.0.7, a guest
"""

import json
import os
import re
import shutil
import subprocess

from examples import EDGE, PEERS, ROOT, missing, skipped
from serving import expect

PORT = 5300
# Each host is a process that only holds its namespace; nsenter asks from there.
HOSTS = r"""
ip link set lo up || exit 77
host() {  # NAME SERVER-ADDRESSES CLIENT-ADDRESSES
    unshare -n sleep 300 &
    local pid=$! address
    while [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
    ip link add name "$1" type veth peer name up netns $pid || exit 77
    ip link set dev "$1" up
    nsenter -t $pid -n ip link set dev up up
    nsenter -t $pid -n ip link set dev lo up
    for address in $2; do ip address add $address dev "$1" nodad; done
    for address in $3; do nsenter -t $pid -n ip address add $address dev up nodad; done
    eval "$1=$pid"
}
host inside "10.1.2.1/24 10.1.2.53/24 fd00::1/64" "10.1.2.3/24 10.9.0.7/32 fd00::3/64"
host outside "198.51.100.1/24 2001:db8::1/64" "198.51.100.9/24 2001:db8::9/64"
ip route add 10.9.0.0/16 dev inside
for via in 10.1.2.1 fd00::1; do nsenter -t $inside -n ip route add default via $via; done
for via in 198.51.100.1 2001:db8::1; do nsenter -t $outside -n ip route add default via $via; done
apex serve -c apex.toml %s 2> log &
for i in $(seq 200); do apex ctl status 2>&1 | grep -q '^state *serving' && break; sleep 0.1; done
"""
STATS = "apex ctl -j stats\necho '%s'\ncat log\nkill %%3; wait %%3\n" % EDGE

# What each sees: name, type, answer to the office, answer to the world. A word is an rcode.
ANSWERS = [
    ("www.example.com", "A", ["10.0.0.80"], ["192.0.2.80"]),
    ("mail.example.com", "A", ["192.0.2.25"], ["192.0.2.25"]),
    ("vpn.example.com", "A", "NXDOMAIN", ["192.0.2.4"]),
    ("printer.example.com", "A", ["10.0.0.9"], "NXDOMAIN"),
    ("git.example.com", "TXT", ['"ask the platform team"'], "NXDOMAIN"),
    ("git.example.com", "AAAA", [], "NXDOMAIN"),
    ("build.dev.example.com", "A", ["git.example.com.", "10.0.0.12"], "NXDOMAIN"),
    ("www.example.net", "A", ["192.0.2.81"], ["192.0.2.81"]),
    ("9.0.0.10.in-addr.arpa", "PTR", ["printer.example.com."], "REFUSED"),
    ("www.example.org", "A", "REFUSED", "REFUSED"),
]
# Who asks from where which addresses, and which column is the answer.
ASKED = [
    ("inside", "10.1.2.3", ("10.1.2.1", "10.1.2.53", "198.51.100.1"), 2),
    ("inside", "10.9.0.7", ("10.1.2.1", "10.1.2.53"), 3),
    ("outside", "198.51.100.9", ("198.51.100.1", "10.1.2.53"), 3),
]
ASKED6 = [("inside", "fd00::3", ("fd00::1", "2001:db8::1"), 2),
          ("outside", "2001:db8::9", ("2001:db8::1",), 3)]


def in_hosts(folder, listen, script):
    """What a script prints beside a server of the folder's apex.toml; nothing outlives it."""
    binaries = folder.at("bin")
    os.makedirs(binaries, exist_ok=True)
    if not os.path.exists(folder.at("bin/apex")):
        os.symlink(folder.apex, folder.at("bin/apex"))
    path = ":".join([binaries, PEERS, os.environ["PATH"], "/usr/sbin"])
    words = " ".join("-L '%s'" % one for one in listen)
    done = subprocess.run(["unshare", "-rnmpf", "--mount-proc", "--kill-child", "bash", "-c",
                           HOSTS % words + script], cwd=folder.path, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout.decode()


def no_hosts():
    """Why there can be no such hosts here, or nothing."""
    why = missing("dig", "ip", "nsenter")
    if not why:
        done = subprocess.run(["unshare", "-rnmpf", "--mount-proc", "--kill-child", "bash", "-c",
                               "ip link add name a0 type veth peer name a1"], capture_output=True, check=False)
        why = "" if done.returncode == 0 else "the system permits no veth pair"
    return why


def dig(host, source, destinations, questions):
    """A line of the script: all questions to all destinations over both transports."""
    words = ["nsenter -t $%s -n dig -b %s -p %d +norec +tries=1 +timeout=5 +noall +comments +question "
             "+answer +stats" % (host, source, PORT)]
    for destination in destinations:
        for transport in ("+notcp", "+tcp"):
            words += ["%s %s @%s %s" % (name, kind, destination, transport) for name, kind, *_ in questions]
    return " ".join(words) + "\necho '%s'\n" % EDGE


def replies(shown):
    """(server, transport, name, type, rcode or data) of each reply that dig shows."""
    found = []
    for block in shown.split("->>HEADER<<-")[1:]:
        status = re.search(r"status: (\w+)", block)[1]
        name, kind = re.search(r"^;(\S+)\.\s+IN\s+(\S+)$", block, re.M).groups()
        server, transport = re.search(r"^;; SERVER: (\S+)#\d+\(\S+\) \((\w+)\)", block, re.M).groups()
        data = [line.split("\t")[-1] for line in block.splitlines() if re.match(r"[^;\s]\S*\s", line)
                and "\tIN\t" in line]
        found.append((server, transport, name, kind, data if status == "NOERROR" else status))
    return found


def expect_answers(shown, source, destinations, questions, column):
    wanted = [(destination, transport, row[0], row[1], row[column]) for destination in destinations
              for transport in ("UDP", "TCP") for row in questions]
    got = replies(shown)
    for one, two in zip(got, wanted):
        expect(one == two, (source, one, two))
    expect(len(got) == len(wanted) and "unexpected source" not in shown, shown)


def check_hosts(folder, listen, asked, questions):
    script = "".join(dig(host, source, to, questions) for host, source, to, _ in asked)
    status, shown = in_hosts(folder, listen, script + STATS)
    pieces = shown.split(EDGE + "\n")
    expect(status == 0 and len(pieces) == len(asked) + 2, shown)
    for piece, (_, source, to, column) in zip(pieces, asked):
        expect_answers(piece, source, to, questions, column)
    return json.loads(pieces[-2]), pieces[-1]


def case_hosts_see_the_view_that_is_theirs(folder):
    why = no_hosts()
    if why:
        return skipped(why)
    shutil.copytree(os.path.join(ROOT, "man/examples/split-horizon"), folder.path, dirs_exist_ok=True)
    # Each address by itself, and a socket that is bound to none and has to answer from the right one.
    for listen, asked in ((["%s:%d" % (address, PORT) for address in ("10.1.2.1", "10.1.2.53", "198.51.100.1")],
                           ASKED), (["*:%d" % PORT], ASKED + ASKED6)):
        stats, _ = check_hosts(folder, listen, asked, ANSWERS)
        counts = {2: 0, 3: 0}  # what a view refuses is its answer as well
        for _, _, to, column in asked:
            counts[column] += 2 * len(to) * len(ANSWERS)
        expect(stats["views"] == {"inside": counts[2], "default": counts[3]}, (stats["views"], counts))
    return None


OWN = b"""
[[view]]
name = "partners"
clients = ["198.51.100.0/24"]
destinations = ["10.1.2.53"]
[[view.zone]]
name = "example.com"
file = "partners.zone"

[[view]]
name = "inside"
clients = ["10.0.0.0/8", "!10.9.0.0/16", "fd00::/8"]
[[view.zone]]
name = "example.com"
file = "inside.zone"
"""


def case_hosts_in_no_view_are_refused(folder):
    why = no_hosts()
    if why:
        return skipped(why)
    zone = b"$TTL 1h\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\nwho TXT %s\n%s TXT x\n"
    folder.write("apex.toml", OWN)
    for name in (b"partners", b"inside"):
        folder.write(name.decode() + ".zone", zone % (name, name))
    # Name and type, then what one in no view, the partners and the office are told.
    questions = [("who.example.com", "TXT", "REFUSED", ['"partners"'], ['"inside"']),
                 ("inside.example.com", "TXT", "REFUSED", "NXDOMAIN", ['"x"']),
                 ("partners.example.com", "TXT", "REFUSED", ['"x"'], "NXDOMAIN"),
                 ("example.org", "SOA", "REFUSED", "REFUSED", "REFUSED")]
    asked = [("inside", "10.1.2.3", ("10.1.2.1", "10.1.2.53", "198.51.100.1"), 4),
             ("inside", "10.9.0.7", ("10.1.2.1", "10.1.2.53"), 2),
             ("inside", "fd00::3", ("fd00::1",), 4),
             ("outside", "198.51.100.9", ("198.51.100.1",), 2),
             ("outside", "198.51.100.9", ("10.1.2.53",), 3),
             ("outside", "2001:db8::9", ("2001:db8::1", "fd00::1"), 2)]
    check_hosts(folder, ["*:%d" % PORT], asked, questions)
    return None
