"""Reads the texts of tests/scenarios (README.md there has the format) into what is asked and expected."""

import struct

import record_text
import worlds

RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6,
          "NOTAUTH": 9, "BADVERS": 16, "BADCOOKIE": 23}
AA, TC, RD, AD, CD = 0x400, 0x200, 0x100, 0x20, 0x10
NSID, EXPIRE, COOKIE, KEEPALIVE, PADDING, EXTENDED_ERROR, ZONE_VERSION = 3, 9, 10, 11, 12, 15, 19
OPTIONS = {"nsid": NSID, "expire": EXPIRE, "keepalive": KEEPALIVE, "padding": PADDING, "zone-version": ZONE_VERSION}
USUAL_SIZE = 1232
ID = 0x1234
CLIENT = "192.0.2.250"  # who asks where no query says it


class Unreadable(Exception):
    """A text that is not as README.md says, with file and line."""


class Zone:
    def __init__(self, origin, text, words):
        self.origin, self.text = origin, text
        self.loaded, self.refused = "not-loaded" not in words, "refused" in words
        self.octets = worlds.wire(origin).lower()
        self.allow = listed(words, "allow")


class View:
    """A view with its zones; what is asked of it is found by its clients."""

    def __init__(self, words=()):
        self.clients, self.destinations = listed(words, "clients"), listed(words, "destinations")
        self.allow, self.follow, self.zones = listed(words, "allow"), "follow=view" in words, []


class Scenario:
    def __init__(self, file):
        self.file, self.options, self.views, self.queries = file, {}, [View()], []


class Query:
    """octets: the request; name: the question's, or None where it may be anything."""

    def __init__(self, title, octets, name):
        self.title, self.octets, self.name = title, octets, name
        self.client, self.local, self.transports = CLIENT, None, ("udp", "tcp")


class Expected:
    """What the lines below a query say of its reply; `answers` are those that may be."""

    def __init__(self):
        self.silent, self.rcode, self.flags, self.edns, self.dnssec_ok = False, 0, 0, False, False
        self.options, self.cookie = {}, False
        self.answers, self.authority, self.additional = [], [], []


def listed(words, key):
    """The values of a word "key=a,b", or None."""
    for word in words:
        if word.startswith(key + "="):
            return word[len(key) + 1:].split(",")
    return None


def directives(path):
    """(line, words, the lines below) of each; comments are left out."""
    found = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("%"):
                found.append((number, line[1:].split(), []))
            elif not line.startswith("#") and found:
                found[-1][2].append(line.rstrip("\n"))
    return found


# ---- requests -----------------------------------------------------------------------------------

def option_octets(options):
    return b"".join(struct.pack(">HH", code, len(octets)) + octets for code, octets in options)


def read_query(title, words):
    """(query, whether it has OPT, whether it sets DO)"""
    flags, size, dnssec_ok, options, rrclass, octets = 0, None, False, [], 1, worlds.wire(words[0])
    query = Query(title, b"", octets.lower())
    for place, word in enumerate(words[2:]):
        key, _, value = word.partition("=")
        if key in ("rd", "cd", "ad"):
            flags |= {"rd": RD, "cd": CD, "ad": AD}[key]
        elif key in ("tcp", "udp"):
            query.transports = (key,)
        elif key == "from":
            query.client = value
        elif key == "to":
            query.local = value
        elif key in OPTIONS:
            options.append((OPTIONS[key], b""))
        elif key == "cookie":
            options.append((COOKIE, bytes.fromhex(value)))
        elif key == "size":
            size = int(value)
        elif key == "do":
            dnssec_ok = True
        elif key != "edns" and place == 0:
            rrclass = record_text.class_number(word)
            continue
        elif key != "edns":
            raise record_text.Unknown("word " + word)
        if size is None and key in ("edns", "do", "cookie", *OPTIONS):
            size = USUAL_SIZE
    query.octets = struct.pack(">6H", ID, flags, 1, 0, 0, size is not None) + octets + \
        struct.pack(">HH", record_text.type_number(words[1]), rrclass)
    if size is not None:
        said = option_octets(options)
        query.octets += struct.pack(">BHHBBHH", 0, 41, size, 0, 0, 0x8000 * dnssec_ok, len(said)) + said
    query.cookie = next((said for code, said in options if code == COOKIE), b"")
    query.rrclass = rrclass
    return query, size is not None, dnssec_ok


# ---- replies ------------------------------------------------------------------------------------

def read_edns(expected, words):
    expected.edns = True
    for word in words:
        key, _, value = word.partition("=")
        if key == "do":
            expected.dnssec_ok = True
        elif key == "cookie":
            expected.cookie = True
        elif key == "ede":
            expected.options[EXTENDED_ERROR] = struct.pack(">H", int(value))
        elif key in OPTIONS:
            expected.options[OPTIONS[key]] = bytes.fromhex(value)
        else:
            raise record_text.Unknown("word " + word)


def read_reply(expected, lines, rrclass):
    section = None
    for line in lines:
        words = line.split()
        if not words:
            continue
        if words[0] in ("answer:", "or:"):
            expected.answers.append([])
            section = expected.answers[-1]
        elif words[0] in ("authority:", "additional:"):
            section = getattr(expected, words[0][:-1])
        elif section is not None:
            owner, rrtype, _, ttl, rdata = record_text.record(line)
            section.append((owner, rrtype, 1 if rrclass == 255 else rrclass, ttl, rdata))
        elif words[0] == "no-reply":
            expected.silent = True
        elif words[0] == "rcode":
            expected.rcode = RCODES[words[1]]
        elif words[0] == "flags":
            expected.flags = sum({"aa": AA, "tc": TC, "rd": RD}[word] for word in words[1:])
        elif words[0] == "edns":
            read_edns(expected, words[1:])
        else:
            raise record_text.Unknown(line)
    expected.answers = expected.answers or [[]]


def read(path, file):
    """A scenario, and the rows of its table with their lines."""
    scenario, title, rows = Scenario(file), "", []
    for number, words, lines in directives(path):
        place = "%s:%d: " % (file, number)
        kind, words = words[0], words[1:]
        try:
            if kind == "title":
                title = " ".join(words)
            elif kind == "option" and words[0] == "follow":
                scenario.views[-1].follow = words[1] == "view"
            elif kind == "option":
                scenario.options[words[0]] = words[1]
            elif kind == "view":
                if not scenario.views[-1].zones and len(scenario.views) == 1:
                    scenario.views.pop()
                scenario.views.append(View(words[1:]))
            elif kind == "zone":
                scenario.views[-1].zones.append(Zone(words[0], "\n".join(lines) + "\n", words[1:]))
            elif kind == "query":
                query, edns, dnssec_ok = read_query("%s%s: %s" % (place, title, " ".join(words)), words)
                query.expected = Expected()
                query.expected.edns, query.expected.dnssec_ok = edns, dnssec_ok
                read_reply(query.expected, lines, query.rrclass)
                if query.expected.flags & TC and query.transports == ("udp", "tcp"):
                    query.transports = ("udp",)
                scenario.queries.append(query)
            elif kind == "table":
                rows += [(number + 1 + below, row) for below, row in enumerate(lines) if row.strip()]
            else:
                raise record_text.Unknown("directive " + kind)
        except (record_text.Unknown, IndexError, KeyError, ValueError) as error:
            raise Unreadable(place + repr(error)) from error
    scenario.queries += [read_row("%s:%d: " % (file, number), row) for number, row in rows]
    return scenario


# ---- odd_queries.txt ----------------------------------------------------------------------------

class Maker:
    """A message from the words of a row."""

    def __init__(self):
        self.id, self.flags, self.counts, self.forced, self.body, self.cut = ID, 0, [0, 0, 0, 0], None, b"", None

    def add(self, word):
        key, _, value = word.partition("=")
        values = value.split(",") if value else []
        if key in ("id", "flags"):
            setattr(self, key, int(value, 16))
        elif key == "q":
            self.counts[0] += 1
            self.body += worlds.wire(values[0]) + struct.pack(
                ">HH", record_text.type_number(values[1]), record_text.class_number((values + ["IN"])[2]))
        elif key == "rr":
            self.counts[("", "an", "ns", "ar").index(values[0])] += 1
            rdata = bytes.fromhex("".join(values[5:]))
            self.body += worlds.wire(values[1]) + struct.pack(
                ">HHIH", record_text.type_number(values[2]), record_text.class_number(values[3]), int(values[4]),
                len(rdata)) + rdata
        elif key == "opt":
            self.counts[3] += 1
            options = bytes.fromhex("".join(values[4:]))
            self.body += struct.pack(">BHHBBHH", 0, 41, int(values[0]), int(values[1]), int(values[2]),
                                     int(values[3], 16), len(options)) + options
        elif key == "hex":
            self.body += bytes.fromhex(value)
        elif key == "counts":
            self.forced = [int(one) for one in values]
        elif key == "cut":
            self.cut = int(value)
        elif key == "pad":
            self.body += bytes(int(value))
        else:
            raise record_text.Unknown("word " + word)

    def octets(self):
        return (struct.pack(">6H", self.id, self.flags, *(self.forced or self.counts)) + self.body)[:self.cut]


def read_row(place, row):
    try:
        title, request, outcome = [column.strip() for column in row.split("|")]
        maker = Maker()
        for word in request.split():
            maker.add(word)
        query = Query(place + title, maker.octets(), None)
        query.outcome = outcome.split()
        if query.outcome[0] in ("udp", "tcp"):
            query.transports = (query.outcome.pop(0),)
    except (record_text.Unknown, IndexError, ValueError) as error:
        raise Unreadable(place + repr(error)) from error
    return query
