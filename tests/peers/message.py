"""DNS messages as the comparisons see them: made from octets, compared as sets of records.

A record is (owner, type, class, TTL, rdata) with owner and the names inside rdata in lower case and
uncompressed (RFC 4343, RFC 3597 4), so that only what differs in meaning differs here.
"""

import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17,
         "AFSDB": 18, "RT": 21, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "DNAME": 39, "OPT": 41, "DS": 43, "SSHFP": 44,
         "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "CDS": 59,
         "SVCB": 64, "HTTPS": 65, "SPF": 99, "NXNAME": 128, "TKEY": 249, "TSIG": 250, "IXFR": 251,
         "AXFR": 252, "MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257}
NAMES_OF_TYPES = {number: name for name, number in TYPES.items()}
CLASSES = {1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN"]

# What stands before the names in the rdata of types whose names may be compressed or hold capitals
# (RFC 4034 6.2), and how many names there are. NAPTR is its own case.
NAMES_IN = {2: (0, 1), 5: (0, 1), 6: (0, 2), 7: (0, 1), 8: (0, 1), 9: (0, 1), 12: (0, 1), 14: (0, 2),
            15: (2, 1), 17: (0, 2), 18: (2, 1), 21: (2, 1), 33: (6, 1), 36: (2, 1), 39: (0, 1),
            46: (18, 1), 47: (0, 1), 64: (2, 1), 65: (2, 1)}


class Unreadable(Exception):
    """These octets are no message."""


def read_name(octets, at):
    """(uncompressed name in lower case, where it ends)"""
    labels, end, hops = [], None, 0
    while True:
        size = octets[at]
        if size >= 0xc0:
            if end is None:
                end = at + 2
            hops += 1
            target = (size & 0x3f) << 8 | octets[at + 1]
            if hops > 127 or target >= at:
                raise Unreadable("a compression pointer that does not point back")
            at = target
        elif size > 63:
            raise Unreadable("a label of an unknown kind")
        else:
            labels.append(octets[at:at + size + 1])
            at += size + 1
            if size == 0:
                break
    name = b"".join(labels)
    if len(name) > 255:
        raise Unreadable("a name of %d octets" % len(name))
    return name.lower(), at if end is None else end


def plain_rdata(octets, at, end, rrtype):
    """Rdata without compression, its names in lower case where their case means nothing."""
    where = NAMES_IN.get(rrtype)
    if where:
        head, count = where
        parts = [octets[at:at + head]]
        at += head
        for _ in range(count):
            name, at = read_name(octets, at)
            parts.append(name)
        parts.append(octets[at:end])
        if at > end:
            raise Unreadable("rdata that ends too early")
        return b"".join(parts)
    if rrtype == 35:
        begin, at = at, at + 4
        for _ in range(3):
            at += 1 + octets[at]
        name, after = read_name(octets, at)
        return octets[begin:at] + name + octets[after:end]
    return octets[at:end]


class Message:
    """A reply. sections: answer, authority, additional (without OPT); options: of the OPT record, or
    None where there is none."""

    __slots__ = ("id", "flags", "rcode", "question", "sections", "options", "dnssec_ok", "udp_size",
                 "version", "size", "trailing")

    def __init__(self, octets):
        try:
            self.read(octets)
        except (IndexError, struct.error) as error:
            raise Unreadable("it ends too early") from error

    def read(self, octets):
        self.id, self.flags, questions, *counts = struct.unpack_from(">6H", octets)
        self.size, at = len(octets), 12
        self.rcode, self.options, self.dnssec_ok = self.flags & 15, None, False
        self.udp_size = self.version = 0
        for _ in range(questions):
            _, at = read_name(octets, at)
            at += 4
        self.question = octets[12:at]
        self.sections = [[], [], []]
        for section, count in zip(self.sections, counts):
            for _ in range(count):
                at = self.read_record(octets, at, section)
        self.trailing = len(octets) - at

    def read_record(self, octets, at, section):
        owner, at = read_name(octets, at)
        rrtype, rrclass, ttl, size = struct.unpack_from(">HHIH", octets, at)
        at += 10
        end = at + size
        if end > len(octets):
            raise Unreadable("a record that ends too early")
        if rrtype == 41:
            self.read_opt(owner, rrclass, ttl, octets[at:end])
        else:
            section.append((owner, rrtype, rrclass, ttl, plain_rdata(octets, at, end, rrtype)))
        return end

    def read_opt(self, owner, rrclass, ttl, rdata):
        if self.options is not None or owner != b"\0":
            raise Unreadable("a second OPT record, or one that has a name")
        self.options, at = {}, 0
        self.udp_size, self.version = rrclass, ttl >> 16 & 255
        self.rcode |= ttl >> 20 & 0xff0
        self.dnssec_ok = bool(ttl & 0x8000)
        while at < len(rdata):
            code, size = struct.unpack_from(">HH", rdata, at)
            self.options[code] = rdata[at + 4:at + 4 + size]
            at += 4 + size

    @property
    def answer(self):
        return self.sections[0]

    @property
    def authority(self):
        return self.sections[1]

    @property
    def additional(self):
        return self.sections[2]

    @property
    def truncated(self):
        return bool(self.flags & 0x200)

    @property
    def authoritative(self):
        return bool(self.flags & 0x400)


# ---- text, for people ---------------------------------------------------------------------------

def name_text(octets):
    text, at = "", 0
    while octets[at]:
        label = octets[at + 1:at + 1 + octets[at]]
        text += "".join(chr(o) if 33 <= o < 127 and chr(o) not in '."\\();@$' else "\\%03d" % o
                        for o in label) + "."
        at += 1 + octets[at]
    return text or "."


def type_text(number):
    return NAMES_OF_TYPES.get(number, "TYPE%d" % number)


def rdata_text(rrtype, rdata):
    try:
        if rrtype == 1 and len(rdata) == 4:
            return ".".join(map(str, rdata))
        if rrtype in NAMES_IN and rrtype != 46:
            head, count = NAMES_IN[rrtype]
            at, words = head, [str(v) for v in struct.unpack(">%dH" % (head // 2), rdata[:head])]
            for _ in range(count):
                name, at = read_name(rdata, at)
                words.append(name_text(name))
            return " ".join(words + ([rdata[at:].hex()] if at < len(rdata) else []))
        if rrtype == 46:
            covered, algorithm, labels = struct.unpack_from(">HBB", rdata)
            signer, _ = read_name(rdata, 18)
            return "%s %d %d ... %s" % (type_text(covered), algorithm, labels, name_text(signer))
        if rrtype == 16:
            return '"%s"' % rdata[1:40].decode("latin-1")
    except (IndexError, struct.error):
        pass
    return rdata.hex()[:60]


def record_text(record):
    owner, rrtype, rrclass, ttl, rdata = record
    return "%s %d %s %s %s" % (name_text(owner), ttl, CLASSES.get(rrclass, "CLASS%d" % rrclass),
                               type_text(rrtype), rdata_text(rrtype, rdata))


def rcode_text(rcode):
    return RCODES[rcode] if rcode < len(RCODES) else "RCODE%d" % rcode


def message_text(message):
    """A reply in a few lines."""
    if message is None:
        return "(no reply)"
    if isinstance(message, str):
        return "(unreadable: %s)" % message
    bits = [name for bit, name in ((0x400, "aa"), (0x200, "tc"), (0x100, "rd"), (0x80, "ra"),
                                   (0x40, "z"), (0x20, "ad"), (0x10, "cd")) if message.flags & bit]
    lines = ["%s %s%s, %d octets" % (
        rcode_text(message.rcode), " ".join(bits),
        "" if message.options is None else " edns%s %s" % (
            " do" if message.dnssec_ok else "",
            " ".join("%d=%s" % (k, v.hex()) for k, v in message.options.items())), message.size)]
    for title, section in zip(("answer", "authority", "additional"), message.sections):
        lines += ["  %s: %s" % (title, record_text(record)) for record in section[:30]]
        if len(section) > 30:
            lines.append("  %s: and %d more" % (title, len(section) - 30))
    return "\n".join(lines)
