"""Questions for a world: names that exist, that nearly exist and that do not, all types, all flags."""

import struct

import asking
import message

COMMON = ["A", "A", "A", "AAAA", "AAAA", "TXT", "MX", "NS", "NS", "SOA", "CNAME", "DS", "DS", "SRV",
          "DNAME", "HTTPS", "NAPTR", "HINFO", "PTR", "CAA", "SVCB"]
DNSSEC = ["RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS"]
ODD = ["TYPE65280", "TYPE1234", "TYPE62", "TYPE65535", "SPF", "NXNAME", "ANY", "ANY", "ANY"]
META = ["OPT", "MAILB", "MAILA", "AXFR", "IXFR", "TYPE0"]
LABELS = ["a", "b", "c", "d", "e", "A", "*", "www", "zz", "ns", "x", "\0", "_tcp", "no-such-name"]
RD, AD, CD, TC, AA, RA, Z = 0x100, 0x20, 0x10, 0x200, 0x400, 0x80, 0x40


def number_of(rrtype):
    return int(rrtype[4:]) if rrtype.startswith("TYPE") else message.TYPES[rrtype]


def parents(name):
    """A name's ancestors, nearest first, the root last."""
    while name != b"\0":
        name = name[1 + name[0]:]
        yield name


def label(text):
    return bytes([len(text)]) + text.encode("latin-1")


class Questions:
    """An endless supply for one world."""

    def __init__(self, world, random):
        self.world, self.random = world, random
        self.owners, self.by_zone = {}, {}
        for zone in world.zones:
            names = dict(zone.names)
            for owner in list(names):
                for parent in parents(owner):  # empty non-terminals
                    if len(parent) < len(zone.octets):
                        break
                    names.setdefault(parent, [])
            self.by_zone[zone.octets] = (zone, names, list(names))

    def case(self, name):
        """The same name with some letters in the other case."""
        chance = self.random.random()
        if chance < 0.6:
            return name
        octets, at = bytearray(name), 0
        while octets[at]:
            for k in range(at + 1, at + 1 + octets[at]):
                if bytes([octets[k]]).isalpha() and (chance > 0.9 or self.random.random() < 0.5):
                    octets[k] ^= 0x20
            at += 1 + octets[at]
        return bytes(octets)

    def name(self):
        """(kind, zone, name, types that the name has, as far as it is known)"""
        zone, names, owners = self.by_zone[self.random.choice(list(self.by_zone))]
        owner, chance = self.random.choice(owners), self.random.random()
        types = [rrtype for rrtype, _ in names[owner]]
        if chance < 0.45:
            return "owner", zone, owner, types
        if chance < 0.75:  # below a name
            for _ in range(self.random.choice((1, 1, 1, 2, 3))):
                name = label(self.random.choice(LABELS)) + owner
                owner = name if len(name) <= 255 else owner
            return "below", zone, owner, types
        if chance < 0.87 and owner != zone.octets:  # beside a name
            parent = owner[1 + owner[0]:]
            return "beside", zone, label(self.random.choice(LABELS)) + parent, types
        if chance < 0.91:  # as long as a name can be
            while len(owner) < 254:
                owner = label("y" * min(63, 254 - len(owner))) + owner
            return "long", zone, owner, types
        if chance < 0.94:  # as many labels as a name can have
            while len(owner) < 254:
                owner = label(self.random.choice("ab")) + owner
            return "labels", zone, owner, types
        if chance < 0.97:
            return "apex", zone, zone.octets, ["NS", "SOA", "A"]
        return "outside", None, self.random.choice(
            (b"\0", label("test") + b"\0", label("outside") + label("example") + b"\0",
             label("www") + label("outside") + label("example") + b"\0", label("x") + label("test") + b"\0")), []

    def rrtype(self, types):
        chance = self.random.random()
        if types and chance < 0.4:
            return number_of(self.random.choice(types))
        if chance < 0.8:
            return number_of(self.random.choice(COMMON))
        if chance < 0.9:
            return number_of(self.random.choice(DNSSEC))
        if chance < 0.985:
            return number_of(self.random.choice(ODD))
        return number_of(self.random.choice(META))

    def edns(self):
        chance = self.random.random()
        if chance < 0.25:
            return None
        flags = 0x8000 if chance > 0.5 else 0
        size = self.random.choice((1232, 1232, 1232, 4096, 512, 65535, 0, 100, 513, 700, 900))
        options, odd = b"", self.random.random()
        if odd < 0.03:
            options = struct.pack(">HH", 3, 0)  # NSID
        elif odd < 0.05:
            options = struct.pack(">HH", 65001, 3) + b"abc"  # nobody's
        elif odd < 0.06:
            options = struct.pack(">HHHBB", 8, 4, 1, 0, 0)  # client subnet, which nobody here has
        elif odd < 0.07:
            return size, self.random.choice((1, 255)), flags, b""
        elif odd < 0.08:
            flags |= self.random.choice((1, 0x4000, 0x2aaa))
        return size, 0, flags, options

    def question(self):
        kind, zone, name, types = self.name()
        rrtype, rrclass, flags, chance = self.rrtype(types), 1, 0, self.random.random()
        if self.random.random() < 0.3:
            flags |= self.random.choice((RD, RD, CD, AD, RD | CD | AD, TC, AA, RA, Z))
        if chance < 0.02:
            rrclass = self.random.choice((3, 4, 255, 254, 42, 255))
        elif chance < 0.025:
            kind, zone, rrclass, rrtype = "chaos", None, 3, self.random.choice((16, 16, 16, 1, 255))
            first = self.random.choice(("version", "version", "id", "hostname", "authors", "no-such"))
            second = self.random.choice(("bind", "server"))
            name = label(first) + label(second) + b"\0"
        elif chance < 0.03:
            flags |= self.random.choice((1, 2, 3, 6, 7, 15)) << 11
            kind = "opcode"
        return asking.Question(self.case(name), rrtype, rrclass, flags, self.edns(),
                               self.random.random() < 0.1, kind, zone.octets if zone else None)
