"""Records in text to octets, as far as tests/scenarios writes them: one a line, absolute names.

Written apart from zoneparser/ on purpose. A record is as in tests/peers/message.py: (owner, type,
class, TTL, rdata), names in lower case.
"""

import base64
import ipaddress
import re
import struct
import time

import message
import worlds

TYPES = {**message.TYPES, "SIG": 24}
CLASSES = {name: number for number, name in message.CLASSES.items()}
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
ESCAPE = re.compile(r"\\(\d{3}|.)")
SERVICE_KEYS = {"mandatory": 0, "alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ipv6hint": 6}
BASE32, BASE32HEX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV"


class Unknown(Exception):
    """Text that this reader does not know."""


def numbered(word, known, prefix):
    """A mnemonic's number, or that of a word like TYPE9 or 9."""
    digits = word[len(prefix):] if word.startswith(prefix) else word
    if word in known or digits.isdigit():
        return known[word] if word in known else int(digits)
    raise Unknown("%s %s" % (prefix.lower(), word))


def type_number(word):
    return numbered(word, TYPES, "TYPE")


def class_number(word):
    return numbered(word, CLASSES, "CLASS")


# ---- fields: each takes its words from the front of a list -------------------------------------

def number(layout):
    return lambda words: struct.pack(layout, int(words.pop(0)))


def name(words):
    return worlds.wire(words.pop(0))


def string(words):
    octets = ESCAPE.sub(lambda found: chr(int(found[1])) if found[1].isdigit() and len(found[1]) == 3
                        else found[1], words.pop(0)).encode("latin-1")
    return bytes([len(octets)]) + octets


def all_of(field):
    def every(words):
        octets = b""
        while words:
            octets += field(words)
        return octets
    return every


def the_rest(decode):
    def joined(words):
        text = "".join(words)
        words.clear()
        return decode(text)
    return joined


def moment(words):
    text = words.pop(0)
    seconds = int(text) if len(text) < 14 else int(time.mktime(time.strptime(text + "UTC", "%Y%m%d%H%M%S%Z")))
    return struct.pack(">I", seconds)


def salt(words):
    word = words.pop(0)
    octets = b"" if word == "-" else bytes.fromhex(word)
    return bytes([len(octets)]) + octets


def next_hash(words):
    octets = base64.b32decode(words.pop(0).upper().translate(str.maketrans(BASE32HEX, BASE32)))
    return bytes([len(octets)]) + octets


def types(words):
    """RFC 4034 4.1.2."""
    numbers, octets = {type_number(word) for word in words}, b""
    words.clear()
    for window in sorted({one >> 8 for one in numbers}):
        bits = [one & 255 for one in numbers if one >> 8 == window]
        bitmap = bytearray(max(bits) // 8 + 1)
        for bit in bits:
            bitmap[bit // 8] |= 0x80 >> bit % 8
        octets += bytes([window, len(bitmap)]) + bytes(bitmap)
    return octets


def service_parameters(words):
    parameters = {}
    while words:
        key, _, value = words.pop(0).partition("=")
        if key == "alpn":
            octets = b"".join(string([one]) for one in value.split(","))
        elif key == "port":
            octets = struct.pack(">H", int(value))
        else:
            raise Unknown("parameter " + key)
        parameters[SERVICE_KEYS[key]] = octets
    return b"".join(struct.pack(">HH", key, len(parameters[key])) + parameters[key] for key in sorted(parameters))


U8, U16, U32 = number(">B"), number(">H"), number(">I")
FIELDS = {
    "A": [lambda words: ipaddress.IPv4Address(words.pop(0)).packed],
    "AAAA": [lambda words: ipaddress.IPv6Address(words.pop(0)).packed],
    "NS": [name], "CNAME": [name], "DNAME": [name], "PTR": [name],
    "SOA": [name, name, U32, U32, U32, U32, U32],
    "MX": [U16, name],
    "TXT": [all_of(string)],
    "HINFO": [string, string],
    "SRV": [U16, U16, U16, name],
    "NAPTR": [U16, U16, string, string, string, name],
    "SVCB": [U16, name, service_parameters], "HTTPS": [U16, name, service_parameters],
    "DS": [U16, U8, U8, the_rest(bytes.fromhex)],
    "DNSKEY": [U16, U8, U8, the_rest(base64.b64decode)],
    "RRSIG": [lambda words: struct.pack(">H", type_number(words.pop(0))), U8, U8, U32, moment, moment, U16, name,
              the_rest(base64.b64decode)],
    "NSEC": [name, types],
    "NSEC3": [U8, U8, U16, salt, next_hash, types],
    "NSEC3PARAM": [U8, U8, U16, salt],
}


def rdata(rrtype, words):
    if words[:1] == ["\\#"]:
        octets = bytes.fromhex("".join(words[2:]))
        if len(octets) != int(words[1]):
            raise Unknown("\\# with another length")
        return octets
    if rrtype not in FIELDS:
        raise Unknown("type " + rrtype)
    octets = b"".join(field(words) for field in FIELDS[rrtype])
    if words:
        raise Unknown("words too many: " + " ".join(words))
    return octets


def record(line):
    """owner TTL [class] type rdata"""
    words = [quoted if bare == "" else bare for quoted, bare in WORD.findall(line)]
    try:
        owner, ttl, words = worlds.wire(words[0]).lower(), int(words[1]), words[2:]
        rrclass = class_number(words.pop(0)) if words[0] in CLASSES else 1
        rrtype = words.pop(0)
        octets = rdata(rrtype, words)
    except (IndexError, ValueError) as error:
        raise Unknown("%s: %s" % (line, error)) from error
    number_of = type_number(rrtype)
    return owner, number_of, rrclass, ttl, message.plain_rdata(octets, 0, len(octets), number_of)
