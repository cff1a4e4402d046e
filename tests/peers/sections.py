"""The sections of tests/peers/run: each gives a list of jobs, a job gives a list of outcomes."""

import os

import compare
import peers
import random_zone

RR = os.path.join(peers.ROOT, "tests", "rr")
SOA = "@ 3600 IN SOA ns.example.net. hostmaster.example.net. 1 7200 900 1209600 600\n"
HEAD = "$ORIGIN example.com.\n$TTL 3600\n"
NS = "@ 3600 IN NS ns.example.net.\n"


# ---- records ------------------------------------------------------------------------------------

def entries(text):
    """The entries of zone text: each a string, over several lines where parentheses say so."""
    found, entry, depth, quoted, comment, skip = [], "", 0, False, False, False
    for letter in text:
        if comment:
            comment = letter != "\n"
        elif skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            comment = letter == ";"
            depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "\n" and depth == 0:
            if entry.strip() and not entry.startswith(";"):
                found.append(entry)
            entry = ""
        else:
            entry += letter
    return found


def good_records():
    """{type: texts of its good records}"""
    records = {}
    for name in sorted(os.listdir(RR)):
        if name.endswith(".zone"):
            with open(os.path.join(RR, name), encoding="utf-8") as file:
                good = file.read().split(";; bad")[0]
            records[name[:-5]] = entries(good)
    return records


def octets_of(rrtype):
    """In hex, as tests/rr/TYPE.wire has them: every other line."""
    with open(os.path.join(RR, rrtype + ".wire"), encoding="utf-8") as file:
        return [line.strip().replace("-", "") for line in file][::2]


def zone_of(record_texts):
    """A zone with each record at a name of its own, which may hold nothing beside it."""
    if record_texts[0].startswith("SOA"):
        return HEAD + "@ 3600 IN " + record_texts[0] + "\n" + NS
    return HEAD + SOA + NS + "".join(
        "r%d 3600 IN %s\n" % (i, text) for i, text in enumerate(record_texts))


def compare_type(bench, section, peer, texts, octets, zone_text):
    """All records of a type in one zone; where that does not agree, each by itself."""
    names = [" ".join(text.split()) for text in texts]
    known = [bench.row_for(section, peer, name) for name in names]
    together = [i for i, row in enumerate(known) if not row or row.found == "agrees"]
    # Of a type that the peer does not know at all, one record is enough.
    alone = [i for i, row in enumerate(known)
             if i not in together and (not row.whole_type or known.index(row) == i)]
    if texts[0].startswith("SOA"):
        together, alone = [], together + alone
    outcomes = []
    if together:
        path = bench.write(zone_text([texts[i] for i in together]).encode())
        found = bench.judge_reading("", peer, bench.ours(path), path,
                                    octets={octets[i] for i in together})
        if found.found == "agrees":
            outcomes += [compare.Outcome(names[i], peer, "agrees") for i in together]
        else:
            alone = together + alone
    for i in alone:
        path = bench.write(zone_text([texts[i]]).encode())
        outcomes.append(bench.judge_reading(names[i], peer, bench.ours(path), path,
                                            octets={octets[i]}))
    return outcomes


def records(bench, section="records", zone_text=zone_of):
    return [lambda rrtype=rrtype, texts=texts, peer=peer: compare_type(
        bench, section, peer, texts, octets_of(rrtype), zone_text)
            for rrtype, texts in good_records().items() for peer in bench.peers]


def printed(bench):
    """The peers read what apex prints."""
    def zone_text(texts):
        lines = bench.ours(bench.write(zone_of(texts).encode()))
        return "\n".join(lines) + "\n" if isinstance(lines, list) else zone_of(texts)
    return records(bench, "printed", zone_text)


# ---- cases in files -----------------------------------------------------------------------------

def unescaped(text):
    """<HH> is the octet of that number; <EOF> at the end takes the last line end away."""
    if text.endswith("<EOF>\n"):
        text = text[:-6]
    octets, at = b"", 0
    while at < len(text):
        if text[at] == "<" and text[at + 3:at + 4] == ">":
            octets, at = octets + bytes.fromhex(text[at + 1:at + 3]), at + 4
        else:
            octets, at = octets + text[at].encode(), at + 1
    return octets


class TextCase:
    """=== NAME, then the zone; a line `--- FILE` begins a file that it includes."""

    def __init__(self, name):
        self.name, self.text, self.files = name, "", {}


def read_cases(path):
    cases, file = [], None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("=== "):
                cases.append(TextCase(line[4:].strip()))
                file = None
            elif line.startswith("--- ") and cases:
                file = line[4:].strip()
                cases[-1].files[file] = ""
            elif file:
                cases[-1].files[file] += line
            elif cases:
                cases[-1].text += line
    return cases


def write_case(bench, section, case):
    """A folder for the case, because BIND and NSD look for what is included in the current one."""
    folder = os.path.join(bench.folder, section + "." + case.name.replace(" ", "-"))
    os.makedirs(folder, exist_ok=True)
    for name, text in {"zone": case.text, **case.files}.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(unescaped(text))
    return folder


def compare_text(bench, section, case):
    folder = write_case(bench, section, case)
    ours = bench.ours("zone", folder)
    return [bench.judge_reading(case.name, peer, ours, "zone", folder) for peer in bench.peers]


def syntax(bench, path):
    return [lambda case=case: compare_text(bench, "syntax", case) for case in read_cases(path)]


def compare_verdict(bench, case):
    folder = write_case(bench, "refused", case)
    ours = bench.apex.accepts("zone", folder)
    outcomes = []
    for peer in bench.peers:
        if hasattr(peer, "accepts"):
            theirs = peer.accepts("zone", folder)
            found = "agrees" if ours == theirs else "accepts" if theirs else "refuses"
            outcomes.append(compare.Outcome(case.name, peer, found))
    return outcomes


def refused(bench, path):
    return [lambda case=case: compare_verdict(bench, case) for case in read_cases(path)]


# ---- random -------------------------------------------------------------------------------------

def compare_random(bench, seed, number):
    text = random_zone.make(seed, number)
    path = bench.write(text.encode(), "random%d" % number)
    ours = bench.ours(path)
    name, outcomes = "zone %d of seed %d" % (number, seed), []
    for peer in bench.peers:
        forms = [peer.forms[number % len(peer.forms)]]
        outcomes.append(bench.judge_reading(name, peer, ours, path, forms=forms))
    return outcomes


def random_zones(bench, seed, count):
    return [lambda number=number: compare_random(bench, seed, number) for number in range(count)]
