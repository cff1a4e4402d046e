"""Random zone text, right and read by every peer: other records and other spellings each time.

The syntax stays within what each peer reads (no $INCLUDE, no $GENERATE, no relative $ORIGIN; TTL
before class; LF): the rest is in syntax.txt. make(seed, number) gives the same text each time.
"""

import base64
import random
import string

RECORDS = 150
LETTERS = string.ascii_lowercase + string.digits
CLIPPED = 40  # octets of keys, digests and octets of unknown types, where nothing fixes their number


class Maker:
    """Values of each kind of field, as text that may be written in several ways."""

    def __init__(self, rng):
        self.rng = rng

    def below(self, limit):
        """A number, often one at the bounds."""
        return self.rng.choice([0, 1, limit - 1, self.rng.randrange(limit), self.rng.randrange(limit)])

    def u8(self):
        return str(self.below(256))

    def u16(self):
        return str(self.below(65536))

    def u32(self):
        return str(self.below(2**32))

    def timer(self):
        return self.seconds(self.below(2**31))

    def seconds(self, number):
        """A number of seconds, perhaps with units."""
        if self.rng.random() < 0.6:
            return str(number)
        text = ""
        for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
            if number >= size and self.rng.random() < 0.8:
                text += "%d%s" % (number // size, self.rng.choice([unit, unit.upper()]))
                number %= size
        return text + "%ds" % number

    def label(self):
        size = self.rng.choice([1, 1, 2, 3, 5, 8, 13, 63])
        return "".join(self.rng.choice(LETTERS) for _ in range(size))

    def octets_label(self):
        """A label with any octet in it, as text with escapes."""
        text = ""
        for _ in range(self.rng.randrange(1, 8)):
            octet = self.rng.choice([self.rng.randrange(256), ord("."), ord("\\"), ord(" "), 0, 255])
            octet = ord("x") if octet in b'"$@' else octet  # ldns prints them without escape
            letter = chr(octet)
            if letter in LETTERS and self.rng.random() < 0.7:
                text += letter
            elif letter == "." and self.rng.random() < 0.5:
                text += "\\."
            else:
                text += "\\%03d" % octet
        return text

    def name(self):
        kind = self.rng.random()
        if kind < 0.05:
            return self.rng.choice(["@", "."])
        labels = [self.octets_label() if self.rng.random() < 0.1 else self.label()
                  for _ in range(self.rng.randrange(1, 4))]
        if kind < 0.5:
            return ".".join(labels)
        return ".".join(labels + [self.rng.choice(["example.com.", "example.net.", "org."])])

    def a4(self):
        return ".".join(str(self.below(256)) for _ in range(4))

    def a6(self):
        parts = [self.rng.choice([0, 0, 0, self.rng.randrange(65536)]) for _ in range(8)]
        texts = [("%x" if self.rng.random() < 0.7 else "%04X") % part for part in parts]
        zeros = [i for i, part in enumerate(parts) if part == 0]
        if not zeros or self.rng.random() < 0.3:
            return ":".join(texts)
        first = last = self.rng.choice(zeros)
        while last + 1 < 8 and parts[last + 1] == 0:
            last += 1
        return ":".join(texts[:first]) + "::" + ":".join(texts[last + 1:])

    def quoted(self, low=0, high=256):
        size = self.rng.choice([low, low + 1, 5, 20, self.rng.randrange(low, high)])
        text = ""
        for _ in range(size):
            octet = self.rng.randrange(256) if self.rng.random() < 0.2 else self.rng.randrange(32, 127)
            letter = chr(octet)
            if letter in '"\\':
                text += "\\" + letter
            elif 32 <= octet < 127:
                text += letter
            else:
                text += "\\%03d" % octet
        return '"%s"' % text

    def string(self):
        return self.label() if self.rng.random() < 0.4 else self.quoted()

    def strings(self):
        return " ".join(self.string() for _ in range(self.rng.randrange(1, 5)))

    def octets(self, size=None):
        return bytes(self.rng.randrange(256) for _ in range(size or self.rng.randrange(1, CLIPPED)))

    def hex(self, size=None):
        text = self.octets(size).hex()
        return text.upper() if self.rng.random() < 0.5 else text

    def base64(self):
        return base64.b64encode(self.octets()).decode()

    def hash32(self):
        return "".join(self.rng.choice("0123456789abcdefghijklmnopqrstuv") for _ in range(32))

    def types(self):
        known = ["A", "NS", "SOA", "MX", "TXT", "AAAA", "SRV", "DS", "RRSIG", "NSEC", "DNSKEY", "CAA",
                 "TYPE1234", "TYPE65280", "TLSA", "SPF", "URI"]
        return " ".join(self.rng.sample(known, self.rng.randrange(1, 8)))

    def time(self):
        return "20%02d%02d%02d%02d%02d%02d" % (
            self.rng.randrange(20, 37), self.rng.randrange(1, 13), self.rng.randrange(1, 29),
            self.rng.randrange(24), self.rng.randrange(60), self.rng.randrange(60))

    def parameters(self):
        """SvcParams in any order."""
        some = {"alpn": self.rng.choice(["h2", "h2,h3", '"h3,h2"']), "port": self.u16(),
                "ipv4hint": ",".join(self.a4() for _ in range(self.rng.randrange(1, 4))),
                "ipv6hint": ",".join(self.a6() for _ in range(self.rng.randrange(1, 3))),
                "key%d" % self.rng.randrange(1000, 65000): '"%s"' % self.label()}
        chosen = self.rng.sample(sorted(some), self.rng.randrange(len(some) + 1))
        return " ".join("%s=%s" % (key, some[key]) for key in chosen)


def octets_of_unknown(make):
    octets = make.octets(make.rng.randrange(0, CLIPPED) or None)
    text = octets.hex()
    cut = 2 * make.rng.randrange(0, len(octets) + 1)
    return "\\# %d %s %s" % (len(octets), text[:cut], text[cut:])


# Each type: how its data is made.
TYPES = {
    "A": lambda m: m.a4(),
    "AAAA": lambda m: m.a6(),
    "AFSDB": lambda m: "%s %s" % (m.u16(), m.name()),
    "APL": lambda m: "1:%s/%d !2:%s/%d" % (m.a4(), m.below(33), m.a6(), m.below(129)),
    "CAA": lambda m: "%s %s %s" % (m.u8(), m.rng.choice(["issue", "iodef", "x1"]), m.quoted()),
    "CERT": lambda m: "%s %s %s %s" % (m.rng.randrange(1, 9), m.u16(), m.rng.choice([5, 8, 13]), m.base64()),
    "CDS": lambda m: "%s 8 2 %s" % (m.u16(), m.hex(32)),
    "CSYNC": lambda m: "%s %s %s" % (m.u32(), m.u16(), m.types()),
    "DHCID": lambda m: m.base64(),
    "DNSKEY": lambda m: "%s 3 %d %s" % (m.rng.choice([256, 257]), m.rng.choice([8, 13, 15]), m.base64()),
    "DS": lambda m: "%s 8 %s" % (m.u16(), m.rng.choice(["1 " + m.hex(20), "2 " + m.hex(32)])),
    "EUI48": lambda m: "-".join(m.octets(1).hex() for _ in range(6)),
    "EUI64": lambda m: "-".join(m.octets(1).hex() for _ in range(8)),
    "HINFO": lambda m: "%s %s" % (m.string(), m.string()),
    "HTTPS": lambda m: "%d %s %s" % (m.rng.randrange(1, 65536), m.name(), m.parameters()),
    "KX": lambda m: "%s %s" % (m.u16(), m.name()),
    "L32": lambda m: "%s %s" % (m.u16(), m.a4()),
    "L64": lambda m: "%s %s" % (m.u16(), ":".join(m.hex(2) for _ in range(4))),
    "LOC": lambda m: "%d %d %d.%03d %s %d %d %d.%03d %s %d.%02dm %dm %dm %dm" % (
        m.below(90), m.below(60), m.below(60), m.below(1000), m.rng.choice("NS"), m.below(180),
        m.below(60), m.below(60), m.below(1000), m.rng.choice("EW"), m.below(100000), m.below(100),
        m.below(10), m.below(10) * 100, m.below(10) * 1000),
    "LP": lambda m: "%s %s" % (m.u16(), m.name()),
    "MINFO": lambda m: "%s %s" % (m.name(), m.name()),
    "MX": lambda m: "%s %s" % (m.u16(), m.name()),
    "NAPTR": lambda m: '%s %s "%s" "%s" "%s" %s' % (m.u16(), m.u16(), m.rng.choice("SAUP"), m.label(),
                                                  m.rng.choice(["", "!^.*$!sip:a@example.net!"]),
                                                  m.name()),
    "NID": lambda m: "%s %s" % (m.u16(), ":".join(m.hex(2) for _ in range(4))),
    "NS": lambda m: m.name(),
    "NSEC": lambda m: "%s %s" % (m.name(), m.types()),
    "NSEC3PARAM": lambda m: "1 0 %d %s" % (m.below(100), m.rng.choice(["-", m.hex(8)])),
    "OPENPGPKEY": lambda m: m.base64(),
    "PTR": lambda m: m.name(),
    "RP": lambda m: "%s %s" % (m.name(), m.name()),
    "RT": lambda m: "%s %s" % (m.u16(), m.name()),
    "SMIMEA": lambda m: "%s %s %s %s" % (m.u8(), m.u8(), m.u8(), m.hex()),
    "SRV": lambda m: "%s %s %s %s" % (m.u16(), m.u16(), m.u16(), m.name()),
    "SSHFP": lambda m: "%s %s %s" % (m.rng.choice("1234"),
                                  *m.rng.choice([("1", m.hex(20)), ("2", m.hex(32))])),
    "SVCB": lambda m: "%d %s %s" % (m.rng.randrange(1, 65536), m.name(), m.parameters()),
    "TLSA": lambda m: "%s %s %s %s" % (m.u8(), m.u8(), m.u8(), m.hex()),
    "TXT": lambda m: m.strings(),
    "TYPE65280": octets_of_unknown,
    "URI": lambda m: "%s %s %s" % (m.u16(), m.u16(), m.quoted(1)),
    "ZONEMD": lambda m: "%s 1 1 %s" % (m.u32(), m.hex(48)),
}
ALONE = {"CNAME": lambda m: m.name(), "DNAME": lambda m: m.name()}


class Writer:
    """Writes records in the many spellings that mean the same."""

    def __init__(self, rng):
        self.rng, self.lines, self.origin, self.ttl, self.owner = rng, [], "example.com.", None, None

    def blank(self):
        return self.rng.choice([" ", "\t", "  ", " \t "])

    def comment(self):
        return self.rng.choice([";", "; comment", ';"', "; ( not closed", "; \\", ";a;b"])

    def case(self, word):
        return self.rng.choice([word, word, word.lower(), word.capitalize()])

    def noise(self):
        """Between entries: nothing, empty lines, comments, directives that change nothing."""
        kind = self.rng.random()
        if kind < 0.1:
            self.lines.append(self.rng.choice(["", "  ", self.comment(), "  " + self.comment()]))
        elif kind < 0.15:
            self.ttl = self.rng.choice([60, 3600, 86400])
            self.lines.append("$TTL%s%s %s" % (self.blank(), self.ttl,
                                               self.rng.choice(["", self.comment()])))
        elif kind < 0.2:
            self.origin = self.rng.choice(["example.com.", "sub.example.com.", "x.y.example.com."])
            self.lines.append("$ORIGIN%s%s" % (self.blank(), self.origin))

    def owner_text(self, owner):
        """owner is absolute. The blank one, @, relative, absolute."""
        if owner == self.owner and self.rng.random() < 0.6:
            return ""
        if owner == self.origin and self.rng.random() < 0.7:
            return "@"
        if owner.endswith("." + self.origin) and self.rng.random() < 0.7:
            return owner[:-len(self.origin) - 1]
        return owner

    def data_text(self, data):
        """Data as made, or in parentheses over lines, with comments at the ends of the lines."""
        tokens = split(data)
        if not tokens or self.rng.random() < 0.7:
            return self.blank().join(tokens)
        text = "( "
        for token in tokens:
            kind = self.rng.random()
            text += token + (" %s\n  " % self.comment() if kind < 0.15 else
                             "\n" + self.blank() if kind < 0.35 else self.blank())
        return text + ")"

    def record(self, owner, ttl, rrtype, data):
        if self.owner:
            self.noise()
        words = [self.owner_text(owner)]
        if ttl != self.ttl or self.rng.random() < 0.5:
            words.append(Maker(self.rng).seconds(ttl))
        if self.rng.random() < 0.5:
            words.append(self.case("IN"))
        words += [self.case(rrtype), self.data_text(data)]
        line = self.blank().join(words)
        if self.rng.random() < 0.15:
            line += self.blank() + self.comment()
        self.lines.append(line)
        self.owner = owner


def split(data):
    """At blanks outside of quotes."""
    tokens, token, quoted, escaped = [], "", False, False
    for letter in data:
        if letter == " " and not quoted:
            if token:
                tokens.append(token)
            token = ""
            continue
        token += letter
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
    return tokens + [token] if token else tokens


def make(seed, number):
    rng = random.Random(seed * 1000003 + number)
    maker, writer = Maker(rng), Writer(rng)
    writer.lines.append("$ORIGIN example.com.")
    writer.lines.append("$TTL 3600")
    writer.ttl = 3600
    writer.record("example.com.", 3600, "SOA", "%s %s %s %s %s %s %s" % (
        maker.name(), maker.name(), maker.u32(), maker.timer(), maker.timer(), maker.timer(),
        maker.timer()))
    writer.record("example.com.", 3600, "NS", "ns.example.net.")
    written = 0
    while written < RECORDS:
        # Names of their own, so that no alias or cut stands beside or above anything.
        owner = "%s%d%s.example.com." % (rng.choice(["", "*.", "_x.", "A", "\\046"]), written,
                                         rng.choice(["", ".sub", ".x.y"]))
        if rng.random() < 0.1:
            rrtype = rng.choice(sorted(ALONE))
            writer.record(owner, rng.choice([0, 60, 2**31 - 1]), rrtype, ALONE[rrtype](maker))
            written += 1
            continue
        for rrtype in rng.sample(sorted(TYPES), rng.randrange(1, 6)):
            if rrtype == "NS" and owner.startswith("*"):
                continue  # RFC 4592 4.2; BIND does not take it
            ttl = rng.choice([writer.ttl, 3600, 60, rng.randrange(2**31)])
            for _ in range(rng.choice([1, 1, 1, 2, 4])):
                writer.record(owner, ttl, rrtype, TYPES[rrtype](maker))
                written += 1
    return "\n".join(writer.lines) + "\n"
