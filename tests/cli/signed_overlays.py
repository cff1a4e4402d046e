"""Overlays over a zone that is signed while served: what the view shows is taken by asking, and others
judge it. The cases of tests/cli/run for `base` and `overlay` with `dnssec`."""

import bisect
import concurrent.futures
import hashlib
import json
import re

from examples import skipped
from serving import GOOD, Server, expect, free_port
from signed import tool, wire
import peers  # its folder is known by now

BASE = """$ORIGIN example.com.
$TTL 1h
@ SOA ns1 hostmaster %d 2h 15m 2w 10m
@ NS ns1
@ NS ns2
@ MX 10 mail
ns1 A 192.0.2.1
ns2 A 192.0.2.2
mail A 192.0.2.25
www A 192.0.2.80
vpn A 192.0.2.4
only.deep.below A 192.0.2.5
*.wild TXT "any of them"
child NS ns.child
child DS 60485 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A
ns.child A 192.0.2.53
gone NS ns.gone
ns.gone A 192.0.2.54
"""
PATCH = """$TTL 10m
$REPLACE www A
www A 10.0.0.80
$REMOVE vpn
$REMOVE only.deep.below
$REMOVE gone subtree
printer A 10.0.0.9
*.dev CNAME www
far.away.from.here AAAA fd00::1
lab NS ns.lab
ns.lab A 10.0.0.53
"""
HIGHER = """$TTL 10m
$REMOVE printer
top A 10.0.0.99
*.wild TXT "and more"
"""
VIEWS = """listen = ["127.0.0.1:%(port)d", "127.0.0.2:%(port)d", "127.0.0.3:%(port)d"]
[[zone]]
name = "example.com"
file = "base.zone"
%(dnssec)s
[[view]]
name = "inside"
destinations = ["127.0.0.2"]
[[view.zone]]
name = "example.com"
base = "default"
overlay = "inside.patch"
[[view]]
name = "higher"
destinations = ["127.0.0.3"]
[[view.zone]]
name = "example.com"
base = "inside"
overlay = "higher.patch"
"""
NSEC = "dnssec = true"
NSEC3 = 'dnssec = "hashed"\n[policy.hashed]\ndenial = "nsec3"'
KEYS = "apex-state/signing/example.com"
# An unknown type at a name shows its NSEC or NSEC3 record; what is at or below a cut comes as a referral.
UNKNOWN = "TYPE65280"
TYPES = ("A", "AAAA", "TXT", "CNAME", "DS", UNKNOWN)
APEX_TYPES = ("SOA", "NS", "MX", "DNSKEY", "CDS", "CDNSKEY", "NSEC3PARAM", "ZONEMD", UNKNOWN)


def written(folder, text):
    folder.write("apex.toml", text.encode())
    folder.write("base.zone", (BASE % 1).encode())
    folder.write("inside.patch", PATCH.encode())
    folder.write("higher.patch", HIGHER.encode())


def names_of(folder, patches):
    """All names of the merged zone, empty non-terminals too, as the patches make it without a server."""
    words = [word for patch in patches for word in ("--overlay", patch)]
    result = folder.run("print", *words, "example.com", "base.zone")
    expect(result.status == GOOD, result)
    names = set()
    for line in result.out.splitlines():
        name = line.split()[0]
        while name.endswith("example.com."):
            names.add(name)
            name = name.split(".", 1)[1]
    return sorted(names)


def hashed(name):
    """As NSEC3 has it, without salt and iterations (RFC 5155 5)."""
    return hashlib.sha1(wire(name)).digest()


CANDIDATES = sorted((hashed("n%d.example.com" % number), "n%d.example.com" % number) for number in range(50000))


def not_there(name, nsec3):
    """A name that is not there, right behind the other: what denies it is the other's NSEC or NSEC3 record."""
    if not nsec3:
        return name.replace(".", "-.", 1)
    return CANDIDATES[bisect.bisect(CANDIDATES, (hashed(name), "")) % len(CANDIDATES)][1]


def zone_asked(folder, destination, port, patches, at):
    """The zone as it is told to who asks for all of it, in a file."""
    words = [tool("dig"), "-p", str(port), "+norec", "+noall", "+answer", "+authority", "+additional"]
    nsec3 = "nsec3" in folder.text("apex.toml")

    def ask(name, kind):
        words.extend([name, kind, "@" + destination, "+dnssec", "+tcp", "+norec"])
    for name in names_of(folder, patches):
        for kind in APEX_TYPES if name == "example.com." else TYPES:
            ask(name, kind)
        if name != "example.com.":
            ask(not_there(name, nsec3), "A")
    status, out, errors = peers.call(words)
    expect(status == 0, errors)
    lines = {re.sub(r"\s+", " ", line) for line in out.decode().splitlines()
             if re.match(r"[^;\s]\S*\s+\d+\s+IN\s", line)}
    # In a negative answer the SOA's TTL is the negative one, and a name from a wildcard stands for the wildcard.
    made = {line.split()[0] for line in lines} - set(names_of(folder, patches))
    records = [line for line in lines if not (line.split()[0] in made and " NSEC3 " not in line and
                                              " RRSIG NSEC3 " not in line) and
               not re.match(r"example\.com\. 600 IN (RRSIG )?SOA ", line)]
    records.sort(key=lambda line: (" IN SOA " not in line, line))
    folder.write(at, ("\n".join(records) + "\n").encode())
    return records


def judged(folder, at):
    """Everybody at hand takes the zone."""
    ds = folder.run("ds", "--keys", KEYS, "example.com")
    expect(ds.status == GOOD, ds)
    folder.write("ds", ds.out.encode())
    result = folder.run("verify", "--ds", "ds", "example.com", at)
    expect(result.status == GOOD, result)
    for name, words in (("ldns-verify-zone", ["-V", "1", at]), ("dnssec-verify", ["-z", "-o", "example.com", at])):
        program = tool(name)
        if program is None:
            skipped("there is no " + name)
            continue
        status, out, errors = peers.call([program, *words], folder.path)
        expect(status == 0, (name, out, errors, folder.text(at)))


# Questions to the inside view: a name of the base, of the patch, from a wildcard, at a new cut, and what is not there.
VALIDATED = [
    ("mail", "A", "192.0.2.25"), ("www", "A", "10.0.0.80"), ("printer", "A", "10.0.0.9"),
    ("x.wild", "TXT", "any of them"), ("build.dev", "A", "10.0.0.80"), ("child", "DS", "60485"),
    ("printer", "AAAA", "ncache nxrrset"), ("from.here", "A", "ncache nxrrset"), ("lab", "DS", "ncache nxrrset"),
    ("x.wild", "A", "ncache nxrrset"), ("vpn", "A", "ncache nxdomain"), ("only.deep.below", "A", "ncache nxdomain"),
    ("x.gone", "A", "ncache nxdomain"),
]


def validated(folder, destination, port, questions):
    """delv goes from the DS that the base's parent would have to each answer of the view."""
    delv = tool("delv")
    if delv is None:
        return skipped("there is no delv")
    tag, algorithm, digest, *octets = re.split(r"\sDS\s", folder.text("ds"))[-1].split()
    folder.write("anchor", ('trust-anchors { "example.com." static-ds %s %s %s "%s"; };\n' %
                            (tag, algorithm, digest, "".join(octets))).encode())
    words = [delv, "@" + destination, "-p", str(port), "-a", folder.at("anchor"), "+root=example.com"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda row: peers.call([*words, row[0] + ".example.com", row[1]]), questions))
    for (name, kind, wanted), (status, out, errors) in zip(questions, told):
        said = (out + errors).decode()
        expect(status == 0 and "fully validated" in said and "unsigned answer" not in said and wanted in said,
               (name, kind, wanted, said))
    return None


def served_records(folder):
    """Records by view."""
    rows = [json.loads(row) for row in folder.run("ctl", "-j", "zones").out.splitlines()]
    return {row["view"]: row["records"] for row in rows}


PATCHES = {"default": ("127.0.0.1", []), "inside": ("127.0.0.2", ["inside.patch"]),
           "higher": ("127.0.0.3", ["inside.patch", "higher.patch"])}


def check_zones(folder, port):
    """Each view's zone is whole and good, and all have one key."""
    keys = set()
    counts = served_records(folder)
    for view, (destination, patches) in PATCHES.items():
        records = zone_asked(folder, destination, port, patches, "taken")
        expect(len(records) == counts[view], (view, counts, records))
        keys.update(line for line in records if " IN DNSKEY " in line)
        judged(folder, "taken")
    expect(len(keys) == 1, keys)


def check_signed_overlays(folder, dnssec):
    if tool("dig") is None:
        return skipped("there is no dig")
    port = free_port()
    written(folder, VIEWS % {"port": port, "dnssec": dnssec})
    with Server(folder, "-c", "apex.toml") as server:
        check_zones(folder, port)
        validated(folder, "127.0.0.2", port, VALIDATED)
        # Another base: a name that the patches keep, a new cut, and one less.
        text = BASE % 2 + "new A 192.0.2.99\nnext NS ns.next\nns.next A 192.0.2.55\n"
        folder.write("base.zone", text.replace("*.wild TXT", "*.wilder TXT").encode())
        expect(folder.run("ctl", "reload").status == GOOD, server.log())
        check_zones(folder, port)
        validated(folder, "127.0.0.3", port, [("new", "A", "192.0.2.99"), ("next", "DS", "ncache nxrrset"),
                                              ("x.wilder", "TXT", "any of them"), ("x.wild", "TXT", "and more"),
                                              ("printer", "A", "ncache nxdomain")])
        # Another patch.
        folder.write("inside.patch", (PATCH + "$REMOVE mail\nbelow TXT \"here\"\n").encode())
        expect(folder.run("ctl", "reload").status == GOOD, server.log())
        check_zones(folder, port)
        validated(folder, "127.0.0.3", port, [("mail", "A", "ncache nxdomain"), ("below", "TXT", "here")])
    return None


def case_overlays_of_a_signed_zone_validate(folder):
    check_signed_overlays(folder, NSEC)


def case_overlays_of_a_zone_signed_with_nsec3_validate(folder):
    check_signed_overlays(folder, NSEC3)


EARLY = """[[view]]
name = "early"
destinations = ["127.0.0.9"]
[[view.zone]]
name = "example.com"
base = "default"
overlay = "early.patch"
"""


def case_signed_overlays_validate_when_views_come(folder):
    if tool("dig") is None:
        return skipped("there is no dig")
    port = free_port()
    head, inside, higher = re.split(r"(?=\[\[view\]\]\n)", VIEWS % {"port": port, "dnssec": NSEC})
    folder.write("early.patch", b"$TTL 1h\nearly A 10.0.0.1\n")
    written(folder, head + inside)
    with Server(folder, "-c", "apex.toml") as server:
        for number, text in enumerate((inside + higher, higher + inside, EARLY + higher + inside)):
            folder.write("apex.toml", (head + text).encode())
            if number > 0:
                folder.write("base.zone", (BASE % (number + 1) + "new%d A 192.0.2.99\n" % number).encode())
            result = folder.run("ctl", "reload")
            expect(result.status == GOOD, (result, server.log()))
            check_zones(folder, port)
    return None


def case_signed_overlays_validate_when_views_go(folder):
    if tool("dig") is None:
        return skipped("there is no dig")
    port = free_port()
    head, inside, higher = re.split(r"(?=\[\[view\]\]\n)", VIEWS % {"port": port, "dnssec": NSEC})
    folder.write("early.patch", b"$TTL 1h\nearly A 10.0.0.1\n")
    written(folder, head)
    with Server(folder, "-c", "apex.toml") as server:
        for number, text in enumerate((inside + higher, EARLY + inside + higher, inside + higher, "", higher + inside)):
            folder.write("apex.toml", (head + text).encode())
            if number % 2:
                folder.write("base.zone", (BASE % (number + 1) + "new%d A 192.0.2.99\n" % number).encode())
            result = folder.run("ctl", "reload")
            expect(result.status == GOOD, (result, server.log()))
            if text:
                check_zones(folder, port)
    return None


def case_an_overlay_that_is_signed_leaves_its_base_unsigned(folder):
    dig = tool("dig")
    if dig is None:
        return skipped("there is no dig")
    port = free_port()
    text = VIEWS % {"port": port, "dnssec": ""}
    written(folder, text.replace('overlay = "inside.patch"\n', 'overlay = "inside.patch"\n%s\n' % NSEC))

    def keys(server):
        told = [peers.call([dig, "@" + destination, "-p", str(port), "+short", "example.com", "DNSKEY"])[1]
                for destination, _ in PATCHES.values()]
        expect(told[0] == b"" and told[1] != b"" and told[1] == told[2], (told, server.log()))
        return told
    with Server(folder, "-c", "apex.toml") as server:
        before = keys(server)
        folder.write("base.zone", (BASE % 2 + "new A 192.0.2.99\n").encode())
        result = folder.run("ctl", "reload")
        expect(result.status == GOOD, (result, server.log()))
        expect(keys(server) == before)
        expect(server.stop()[0] == GOOD)
    with Server(folder, "-c", "apex.toml") as server:
        expect(keys(server) == before)
    return None
