"""Zones for the comparison of answers: those of tests/peers/zones, some of them signed, and random
ones. A world is a set of zones that servers are started with; the root zone needs one of its own,
since nothing is outside of it."""

import os
import subprocess

import peers
import servers

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zones")
PLAIN = ["show.test", "child.show.test", "grand.child.show.test", "far.show.test", "lab",
         "apexdname.test", "least.test"]
ROOT = [("root", "."), ("test", "test."), ("dom.test", "dom.test.")]
# What dnssec-signzone is told besides: NSEC; NSEC3 without salt, with salt and iterations; opt-out.
DENIALS = {"nsec": [], "nsec3": ["-3", "-", "-H", "0"], "salted": ["-3", "abcdef12", "-H", "7"],
           "optout": ["-3", "-", "-H", "0", "-A"]}
SIGNATURES = ["-s", "20200101000000", "-e", "20370101000000"]


class World:
    """zones: servers.Zone, each with `names`: what its file holds, {owner as octets: types}."""

    def __init__(self, name):
        self.name, self.zones = name, []

    def add(self, origin, path, source=None):
        zone = servers.Zone(origin, path)
        zone.names = names_of(source or path, zone.origin)
        zone.octets = wire(zone.origin)
        self.zones.append(zone)
        return zone


# ---- zone text, as far as tests/peers/zones needs it --------------------------------------------

def wire(text, origin=b"\0"):
    """A name's octets; escapes as in RFC 1035 5.1."""
    if text == "@":
        return origin
    if text == ".":
        return b"\0"
    labels, label, at = [], b"", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1:at + 4].isdigit():
            label += bytes([int(text[at + 1:at + 4])])
            at += 4
        elif text[at] == "\\":
            label += text[at + 1].encode()
            at += 2
        elif text[at] == ".":
            labels.append(label)
            label, at = b"", at + 1
        else:
            label += text[at].encode()
            at += 1
    octets = b"".join(bytes([len(l)]) + l for l in labels + ([label] if label else []))
    return octets + (b"\0" if text.endswith(".") and not text.endswith("\\.") else origin)


def is_child(name, parent):
    """Whether a zone's origin is one label below another's; both absolute texts."""
    return name != "." and name.split(".", 1)[1] == parent.lstrip(".")


def names_of(path, origin):
    """{owner: [(type, first name or address in the rdata)]}, of a file with one record a line."""
    names, base = {}, wire(origin)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line[0] in "$;\n":
                continue
            owner, *words = line.split()
            if words[0].isdigit():
                words = words[1:]
            names.setdefault(wire(owner, base), []).append((words[0], words[1:]))
    return names


# ---- signing ------------------------------------------------------------------------------------

class Signer:
    """dnssec-signzone with one key for each zone."""

    def __init__(self, folder):
        self.folder = folder
        self.keygen, _ = peers.program("dnssec-keygen", "DNSSEC_KEYGEN", "build/peers/bin")
        self.signzone, _ = peers.program("dnssec-signzone", "DNSSEC_SIGNZONE", "build/peers/bin")

    def present(self):
        return bool(self.keygen and self.signzone)

    def sign(self, origin, source, denial, algorithm="ECDSAP256SHA256"):
        """The path of the signed zone, one record a line."""
        key = subprocess.run([self.keygen, "-q", "-a", algorithm, "-f", "KSK", "-K", self.folder, origin],
                             check=True, capture_output=True, text=True, cwd=self.folder).stdout.strip()
        path = os.path.join(self.folder, origin + "unsigned")
        with open(source, encoding="utf-8") as text, open(path, "w", encoding="utf-8") as unsigned, \
                open(os.path.join(self.folder, key + ".key"), encoding="utf-8") as public:
            unsigned.write("$ORIGIN %s\n" % origin + text.read() +
                           "".join(line for line in public if not line.startswith(";")))
        signed = os.path.join(self.folder, origin + "signed")
        done = subprocess.run([self.signzone, "-q", "-z", "-P", "-O", "full", "-o", origin, "-K", self.folder,
                               "-f", signed, *SIGNATURES, *DENIALS[denial], path, key],
                              capture_output=True, text=True, cwd=self.folder, check=False)
        if done.returncode:
            raise servers.NotStarted("dnssec-signzone refuses %s: %s" % (path, done.stderr.strip()[-600:]))
        return signed


# ---- random zones -------------------------------------------------------------------------------

LABELS = ["a", "b", "c", "d", "e", "B", "*"]


class RandomZone:
    """Few labels and many roles, so that questions made of the same labels meet all of them."""

    def __init__(self, origin, random):
        self.origin, self.random, self.roles, self.lines = origin, random, {}, []

    def relative_name(self):
        depth = self.random.choice((1, 1, 2, 2, 3, 4))
        return ".".join(self.random.choice(LABELS) for _ in range(depth))

    def target(self):
        """A name that records point to: mostly one of this zone."""
        chance = self.random.random()
        if chance < 0.5 and self.roles:
            return self.random.choice(list(self.roles))
        if chance < 0.8:
            return self.relative_name().replace("*", "a")
        if chance < 0.85:
            return "@"
        return self.random.choice(("www.show.test.", "x.outside.example.", "w.wild.show.test.",
                                   "cut.show.test.", "."))

    def below(self, name, kinds):
        """Whether an ancestor of a name has one of these roles."""
        labels = name.lower().split(".")
        return any(self.roles.get(".".join(labels[cut:])) in kinds for cut in range(1, len(labels)))

    def put(self, owner, *rdata):
        ttl = self.random.choice((0, 60, 3600, 3600, 86400))
        self.lines += ["%s %d %s" % (owner, ttl, text) for text in dict.fromkeys(rdata)]

    def address(self):
        return "192.0.2.%d" % self.random.randrange(256)

    def add_data(self, name, types=("A", "AAAA", "TXT", "MX", "SRV", "TYPE65280", "HTTPS", "NAPTR", "CAA")):
        makers = {"A": lambda: "A " + self.address(),
                  "AAAA": lambda: "AAAA 2001:db8::%x" % self.random.randrange(65536),
                  "TXT": lambda: 'TXT "%d" "%s"' % (self.random.randrange(9), "x" * self.random.choice((1, 9, 200))),
                  "MX": lambda: "MX %d %s" % (self.random.randrange(9), self.target()),
                  "SRV": lambda: "SRV 0 %d 53 %s" % (self.random.randrange(9), self.target()),
                  "TYPE65280": lambda: "TYPE65280 \\# 2 %04x" % self.random.randrange(65536),
                  "HTTPS": lambda: "HTTPS %d %s" % (1 + self.random.randrange(9), self.target()),
                  "NAPTR": lambda: 'NAPTR 1 %d "a" "" "" %s' % (self.random.randrange(9), self.target()),
                  "CAA": lambda: 'CAA 0 issue "%d.example"' % self.random.randrange(9)}
        for rrtype in self.random.sample(types, self.random.choice((1, 1, 2, 3, min(4, len(types)))[:len(types)])):
            self.put(name, *(makers[rrtype]() for _ in range(self.random.choice((1, 1, 2, 4)))))

    def add_cut(self, name):
        targets = ["ns." + name if self.random.random() < 0.6 else self.target()
                   for _ in range(self.random.choice((1, 2, 3)))]
        self.put(name, *("NS " + target for target in targets if target != "."), "NS ns2.outside.example.")
        if "ns." + name in targets:
            self.roles["ns." + name.lower()] = "glue"
            self.add_data("ns." + name, ("A", "AAAA"))
        if self.random.random() < 0.4:
            self.put(name, "DS %d 13 2 %064x" % (self.random.randrange(65536), self.random.getrandbits(256)))

    def add_name(self):
        name = self.relative_name()
        key = name.lower()
        if key in self.roles or self.below(name, ("dname", "cut")):
            if self.below(name, ("cut",)) and key not in self.roles:
                self.roles[key] = "glue"
                self.add_data(name, ("A", "AAAA"))
            return
        wild = name.startswith("*")
        has_children = any(other.endswith("." + key) for other in self.roles)
        role = self.random.choices(("data", "alias", "cut", "dname"),
                                   (5, 3, 0 if wild or has_children else 2, 0 if wild or has_children else 1))[0]
        self.roles[key] = role
        if role == "data":
            self.add_data(name)
        elif role == "alias":
            self.put(name, "CNAME " + self.target())
        elif role == "cut":
            self.add_cut(name)
        else:
            self.put(name, "DNAME " + self.target())
            if self.random.random() < 0.5:
                self.put(name, "TXT beside")

    def text(self, names):
        self.put("@", "SOA ns hostmaster %d 1800 900 604800 %d" % (
            self.random.getrandbits(31), self.random.choice((0, 60, 7200, 100000))))
        self.put("@", "NS ns", "NS ns.outside.example.")
        self.roles["ns"] = "data"
        self.add_data("ns", ("A", "AAAA"))
        for _ in range(names):
            self.add_name()
        ttls, lines = {}, []  # one TTL for each RRset (RFC 2181 5.2)
        for line in dict.fromkeys(self.lines):
            owner, ttl, rrtype, rest = line.split(None, 3)
            ttl = ttls.setdefault((owner.lower(), rrtype), ttl)
            lines.append("%s %s %s %s" % (owner, ttl, rrtype, rest))
        return "$TTL 3600\n" + "\n".join(dict.fromkeys(lines)) + "\n"


# ---- worlds -------------------------------------------------------------------------------------

def main_world(folder, random, count):
    """All plain zones, the signed ones, and `count` random ones, half of them signed."""
    world, signer = World("main"), Signer(folder)
    for name in PLAIN:
        world.add(name, os.path.join(HERE, name))
    if not signer.present():
        raise servers.NotStarted("dnssec-keygen and dnssec-signzone are missing")
    for denial in DENIALS:
        source = os.path.join(HERE, "signed")
        world.add(denial + ".test", signer.sign(denial + ".test.", source, denial), source)
    for number in range(count):
        origin = "r%d.test." % number
        path = os.path.join(folder, origin + "zone")
        with open(path, "w", encoding="utf-8") as file:
            file.write("$ORIGIN %s\n" % origin +
                       RandomZone(origin, random).text(random.choice((5, 20, 60))))
        signed = signer.sign(origin, path, random.choice(list(DENIALS))) if number % 2 else path
        world.add(origin, signed, path)
    return world


def plain_world():
    """The plain zones alone."""
    world = World("follow")
    for name in PLAIN:
        world.add(name, os.path.join(HERE, name))
    return world


def root_world(folder):
    """The root zone, plain; and what is below it."""
    world = World("root")
    for name, origin in ROOT:
        world.add(origin, os.path.join(HERE, name))
    return world


def signed_root_world(folder):
    world, signer = World("signed-root"), Signer(folder)
    source = os.path.join(HERE, "root")
    world.add(".", signer.sign(".", source, "nsec"), source)
    return world
