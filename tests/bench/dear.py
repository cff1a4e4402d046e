"""The dearest queries: zones, and for each kind of answer a file of queries that reach it.

The zone dear.test holds chains, many types and records at a name, names of many labels; deep.test is
the same idea signed with NSEC3, for what does not exist below names of 115 labels."""

import os

CHAINS, LINKS = 500, 16
COUNT = 2000
LABELS = 115


def write(folder, kind, queries, letter):
    """KIND.q and KIND.exp, as gen_zone writes them; the path of the first."""
    path = os.path.join(folder, kind)
    with open(path + ".q", "w", encoding="ascii") as file:
        file.write("".join("%s %s\n" % query for query in queries))
    with open(path + ".exp", "w", encoding="ascii") as file:
        file.write((letter + "\n") * len(queries))
    return path + ".q"


def make_plain(folder, random):
    """(zone file, {kind: queries' file}) of dear.test."""
    lines = ["$ORIGIN dear.test.", "$TTL 3600", "@ SOA ns hostmaster 1 1800 900 604800 300", "@ NS ns",
             "ns A 192.0.2.1"]
    kinds = {name: [] for name in ("plain", "chain", "any", "large", "huge", "referral", "deep", "wild")}
    address = lambda: "192.0.2.%d" % random.randrange(256)
    for n in range(COUNT):
        lines.append("h%d A %s" % (n, address()))
        kinds["plain"].append(("h%d.dear.test" % n, "A"))
    for n in range(CHAINS):
        lines += ["c%d-%d CNAME c%d-%d" % (n, link, n, link + 1) for link in range(LINKS - 1)]
        lines.append("c%d-%d CNAME h%d" % (n, LINKS - 1, n))
        kinds["chain"].append(("c%d-0.dear.test" % n, "A"))
        lines += ["a%d A %s" % (n, address()), "a%d AAAA 2001:db8::%x" % (n, n), "a%d MX 10 h%d" % (n, n),
                  'a%d TXT "%s"' % (n, "x" * 200), 'a%d CAA 0 issue "ca.example"' % n,
                  "a%d SRV 0 0 53 h%d" % (n, n), 'a%d HINFO "c" "o"' % n, "a%d HTTPS 1 ." % n]
        kinds["any"].append(("a%d.dear.test" % n, "ANY"))
        lines += ["l%d A 192.0.%d.%d" % (n, 2 + k // 256, k % 256) for k in range(60)]
        kinds["large"].append(("l%d.dear.test" % n, "A"))
        lines += ['t%d TXT "%d%s"' % (n, k, "y" * 250) for k in range(20)]
        kinds["huge"].append(("t%d.dear.test" % n, "TXT"))
        for k in range(13):
            lines += ["d%d NS ns%d.d%d" % (n, k, n), "ns%d.d%d A %s" % (k, n, address()),
                      "ns%d.d%d AAAA 2001:db8::%x:%x" % (k, n, k, n)]
        kinds["referral"].append(("www.d%d.dear.test" % n, "A"))
        kinds["deep"].append((".".join(["x"] * LABELS) + ".h%d.dear.test" % n, "A"))
        kinds["wild"].append((".".join(["x"] * LABELS) + ".w%d.dear.test" % n, "A"))
        lines.append("*.w%d A %s" % (n, address()))
    path = os.path.join(folder, "dear.test.zone")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    letters = {"huge": "T", "referral": "R", "deep": "X"}
    return path, {kind: write(folder, "dear-" + kind, rows, letters.get(kind, "A"))
                  for kind, rows in kinds.items()}


def make_deep(folder, random):
    """(zone file, queries' file) of deep.test, which is signed by who asks for it."""
    lines = ["$TTL 3600", "@ SOA ns hostmaster 1 1800 900 604800 300", "@ NS ns", "ns A 192.0.2.1"]
    lines += ["h%d A 192.0.2.%d" % (n, random.randrange(256)) for n in range(COUNT)]
    path = os.path.join(folder, "deep.test.zone")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    below = [(".".join(["x"] * LABELS) + ".h%d.deep.test" % n, "A") for n in range(COUNT)]
    return path, write(folder, "deep-nx", below, "X")
