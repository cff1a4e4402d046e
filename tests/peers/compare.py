"""One text, two readers: do they agree, and if not, is the difference known?

A case has one of these outcomes:
  agrees    the peer makes the same of it as apex
  refuses   the peer does not take the text, apex does
  accepts   the peer takes the text, apex does not
  differs   both take it and make different records of it
"""

import os
import re
import threading

import peers


class Outcome:
    def __init__(self, case, peer, found, detail=""):
        self.case, self.peer, self.found, self.detail = case, peer, found, detail


class Row:
    """A known difference: SECTION | PEER | CASE, * for anything | OUTCOME | REASON."""

    def __init__(self, line, number):
        section, peer, case, self.found, self.reason = [w.strip() for w in line.split(" | ", 4)]
        self.sections, self.peers = section.split(","), peer.split(",")
        self.line, self.text = number, case
        self.case = re.compile(".*".join(re.escape(part) for part in case.split("*")), re.DOTALL)
        self.whole_type = bool(re.fullmatch(r"[A-Z0-9-]+ \*", case)) and self.found == "refuses"
        self.used = {(s, p): 0 for s in self.sections for p in self.peers}

    def covers(self, section, peer, case):
        return section in self.sections and peer in self.peers and self.case.fullmatch(case)


def read_rows(path):
    rows = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                rows.append(Row(line.rstrip("\n"), number))
    return rows


def owner_and_rest(line):
    owner, rest = line.split("\t", 1)
    return owner.lower() + "\t" + rest


def normal(lines, folds_case):
    """A zone's lines to compare: owners without case (RFC 4343), all else too where the peer
    writes names in lower case."""
    return sorted(line.lower() if folds_case else owner_and_rest(line) for line in lines)


def first_difference(ours, theirs):
    ours_only = [line for line in ours if line not in set(theirs)]
    theirs_only = [line for line in theirs if line not in set(ours)]
    shown = lambda lines: repr(lines[0][:300]) if lines else "nothing"
    return "apex has %s, the peer %s" % (shown(ours_only), shown(theirs_only))


def hex_of(text):
    """The rdata of all records of zone text in the form of RFC 3597 5."""
    data = (line.split()[6:] for line in text.decode("latin-1").splitlines())
    return {"".join(words).upper() for words in data}


class Unequal(Exception):
    """The peer and apex do not have the same."""


class Bench:
    """Apex, the peers, and a folder to work in."""

    def __init__(self, apex, present, folder, differences, verbose):
        self.apex, self.peers, self.folder, self.verbose = apex, present, folder, verbose
        self.rows = read_rows(differences)
        self.counter, self.lock = 0, threading.Lock()

    def write(self, octets, name="zone"):
        """A new file; its path."""
        with self.lock:
            self.counter += 1
            path = os.path.join(self.folder, "%s.%d" % (name, self.counter))
        with open(path, "wb") as file:
            file.write(octets)
        return path

    def row_for(self, section, peer, case):
        return next((r for r in self.rows if r.covers(section, peer.name, case)), None)

    def ours(self, path, folder=None):
        """Apex' lines, or the Refused that says why there are none."""
        try:
            return self.apex.canonical(path, folder)
        except peers.Refused as refusal:
            return refusal

    def theirs(self, peer, form, path, folder, octets):
        """What the peer makes of a file, in apex' notation."""
        text = form(path, folder)
        missing = octets - hex_of(text) if form.__name__ == "octets" else None
        if missing:
            raise Unequal("the peer does not have the octets %s" % missing.pop()[:300])
        theirs = self.ours(self.write(text, peer.name))
        if isinstance(theirs, peers.Refused):
            raise Unequal("apex does not read what the peer prints: %s" % theirs)
        return theirs

    def judge_reading(self, case, peer, ours, path, folder=None, forms=None, octets=frozenset()):
        """ours: apex' lines, or the Refused that says why there are none; octets, in hex: what must
        be among the peer's rdata, whatever apex says."""
        refused = isinstance(ours, peers.Refused)
        for form in forms or peer.forms:
            try:
                theirs = self.theirs(peer, form, path, folder or self.folder, octets)
            except peers.Refused as refusal:
                if not refused:
                    return Outcome(case, peer, "refuses", str(refusal))
                continue
            except Unequal as trouble:
                return Outcome(case, peer, "differs", str(trouble))
            if refused:
                return Outcome(case, peer, "accepts", str(ours))
            mine, other = normal(ours, peer.folds_case), normal(theirs, peer.folds_case)
            if mine != other:
                return Outcome(case, peer, "differs",
                               "%s: %s" % (form.__name__, first_difference(mine, other)))
        return Outcome(case, peer, "agrees")

    def judge(self, section, outcomes):
        """The failures among the outcomes, as lines; rows that do not hold are failures, too."""
        failures, agreed = [], {}
        for outcome in outcomes:
            row = self.row_for(section, outcome.peer, outcome.case)
            expected = row.found if row else "agrees"
            if row and outcome.found == row.found:
                row.used[section, outcome.peer.name] += 1
            if outcome.found == expected:
                continue
            if outcome.found == "agrees":
                agreed.setdefault((row, outcome.peer), outcome.case)
                continue
            failures.append("%s %s: %s: %s" % (outcome.peer.name, outcome.found, outcome.case[:300],
                                               outcome.detail))
        for (row, peer), case in agreed.items():
            text = "differences.txt:%d: %s agrees with apex about %s" % (row.line, peer.name, case)
            if peer.chosen:  # another version than the one that the rows describe
                print("   note: " + text)
            else:
                failures.append(text)
        names = {peer.name for peer in self.peers}
        for row in self.rows:
            failures += ["differences.txt:%d: no case of %s for %s" % (row.line, s, p)
                         for (s, p), used in row.used.items()
                         if s == section and p in names and not used and
                         not any(key[0] is row and key[1].name == p for key in agreed)]
        return sorted(failures)
