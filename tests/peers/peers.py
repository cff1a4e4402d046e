"""Other servers' tools that read zone text, each behind one call: a file in, zone text out.

What comes out is read by apex again, so that two readings are compared in one notation. A peer has
one or more forms in which it gives a zone out: its own text, and where it can, the octets of rdata
(RFC 3597 5), which no printer of its own can hide an error in.
"""

import os
import shutil
import struct
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ORIGIN = "example.com."
SECONDS = 60  # for one call; a peer that hangs must not hang the run


def program(name, variable, *folders):
    """(path, chosen): a program's path, and whether its variable chose it."""
    if os.environ.get(variable):
        return os.environ[variable], True
    for folder in folders:
        path = os.path.join(ROOT, folder, name)
        if os.access(path, os.X_OK):
            return path, False
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return shutil.which(name, path=path), False


def call(words, folder=None):
    """(exit code, output, errors); a program that hangs counts as one that refuses."""
    try:
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return -1, b"", b"no answer within %d s" % SECONDS
    return done.returncode, done.stdout, done.stderr


class Refused(Exception):
    """A tool does not take a zone; the text is what it said."""


def complaint(output, errors):
    said = (errors + b"\n" + output).decode("utf-8", "replace").strip().splitlines()
    said = [line for line in said if " error: " in line] or said
    return " / ".join(line.strip() for line in said[:2])[:300]


class Apex:
    """The side that is tested, and the common notation."""

    def __init__(self, path):
        self.path = path

    def canonical(self, path, folder=None):
        """The zone's records, one line each, in canonical order."""
        status, output, errors = call([self.path, "print", "-t", "1", ORIGIN, path], folder)
        if status != 0:
            raise Refused(complaint(b"", errors))
        return output.decode("ascii").splitlines()

    def accepts(self, path, folder=None):
        status, _, errors = call([self.path, "check", "-t", "1", "--quiet", ORIGIN, path], folder)
        if status not in (0, 1):
            raise RuntimeError("apex check: exit %d: %s" % (status, complaint(b"", errors)))
        return status == 0


class Bind:
    """named-compilezone and named-checkzone; never with their default -i, which asks the network."""

    name, folds_case = "bind", False

    def __init__(self):
        self.compile, self.chosen = program("named-compilezone", "NAMED_COMPILEZONE",
                                            "build/peers/bin")
        self.check, _ = program("named-checkzone", "NAMED_CHECKZONE", "build/peers/bin")
        self.forms = [self.text, self.octets]

    def present(self):
        return bool(self.compile and self.check)

    def compiled(self, form, path, folder):
        status, output, errors = call(
            [self.compile, "-i", "none", "-k", "ignore", "-M", "ignore", "-S", "ignore", "-F", form,
             "-s", "full", "-o", "-", ORIGIN, path], folder)
        if status != 0:
            raise Refused(complaint(b"", errors))
        return output

    def text(self, path, folder):
        return self.compiled("text", path, folder)

    def octets(self, path, folder):
        return raw_to_text(self.compiled("raw", path, folder))

    def accepts(self, path, folder):
        return call([self.check, "-q", "-i", "local", ORIGIN, path], folder)[0] == 0


def raw_to_text(raw):
    """BIND's raw format, which holds rdata as octets, as zone text with unknown types."""
    lines, at = [], 20
    if struct.unpack_from(">II", raw) == (2, 1):  # format raw, version 1: 8 octets more
        at += 4
    while at < len(raw):
        size, _, rrtype, _, ttl, count = struct.unpack_from(">IHHHII", raw, at)
        end, at = at + size, at + 18
        length, = struct.unpack_from(">H", raw, at)
        owner, at = name_text(raw[at + 2:at + 2 + length]), at + 2 + length
        for _ in range(count):
            length, = struct.unpack_from(">H", raw, at)
            rdata, at = raw[at + 2:at + 2 + length], at + 2 + length
            lines.append("%s %d IN TYPE%d \\# %d %s\n" % (owner, ttl, rrtype, length, rdata.hex()))
        at = end
    return "".join(lines).encode()


def name_text(octets):
    """An absolute name; each octet as \\DDD, so that nothing depends on what needs an escape."""
    text, at = "", 0
    while octets[at]:
        text += "".join("\\%03d" % o for o in octets[at + 1:at + 1 + octets[at]]) + "."
        at += 1 + octets[at]
    return text or "."


class Ldns:
    """ldns-read-zone; it takes no origin and checks nothing of a zone as a whole."""

    name, folds_case = "ldns", False

    def __init__(self):
        self.path, self.chosen = program("ldns-read-zone", "LDNS_READ_ZONE", "build/peers/bin")
        self.forms = [self.text, self.octets]

    def present(self):
        return bool(self.path)

    def read(self, options, path, folder):
        status, output, errors = call([self.path, *options, path], folder)
        if status != 0:
            raise Refused(complaint(b"", errors))
        return output

    def text(self, path, folder):
        return self.read([], path, folder)

    def octets(self, path, folder):
        return self.read(["-U", "OPT"], path, folder)  # all but that one


class Nsd:
    """nsd-checkzone."""

    name, folds_case = "nsd", True

    def __init__(self):
        self.path, self.chosen = program("nsd-checkzone", "NSD_CHECKZONE", "build/peers/bin")
        self.forms = [self.text]

    def present(self):
        return bool(self.path)

    def text(self, path, folder):
        status, output, errors = call([self.path, "-p", ORIGIN, path], folder)
        if status != 0:
            raise Refused(complaint(output, errors))
        return output

    def accepts(self, path, folder):
        return call([self.path, ORIGIN, path], folder)[0] == 0


KNOT_CONFIGURATION = """server:
    rundir: {folder}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: {folder}/socket
database:
    storage: {folder}
log:
  - target: stderr
    any: warning
template:
  - id: default
    journal-content: none
    zonefile-sync: -1
    semantic-checks: off
zone:
  - domain: {origin}
    file: {folder}/zone
"""


class Knot:
    """knotd, which listens to nothing but its control socket and prints what it loaded; kzonecheck
    cannot print in the versions that Debian 12 has, and says whether a zone is taken."""

    name, folds_case = "knot", True

    def __init__(self):
        self.check, self.chosen = program("kzonecheck", "KZONECHECK", "build/peers/bin")
        self.server, _ = program("knotd", "KNOTD", "build/peers/bin")
        self.control, _ = program("knotc", "KNOTC", "build/peers/bin")
        self.forms = [self.text]
        self.process = self.folder = None
        self.one_at_a_time, self.loads = threading.Lock(), 0

    def present(self):
        return bool(self.check and self.server and self.control)

    def start(self, folder):
        """In a folder whose path is short enough for a socket (108 octets)."""
        self.folder = folder
        with open(os.path.join(folder, "knot.conf"), "w", encoding="utf-8") as file:
            file.write(KNOT_CONFIGURATION.format(folder=folder, origin=ORIGIN))
        with open(os.path.join(folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [self.server, "-c", os.path.join(folder, "knot.conf")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        until = time.monotonic() + 20
        while call(self.words("status"))[0] != 0:
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError("knotd does not start: " + self.said(0))
            time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def words(self, *command):
        return [self.control, "-b", "-f", "-s", os.path.join(self.folder, "socket"), *command]

    def said(self, since):
        with open(os.path.join(self.folder, "log"), "rb") as log:
            log.seek(since)
            return log.read().decode("utf-8", "replace")

    def text(self, path, folder):
        with self.one_at_a_time:
            self.loads += 1
            marker = b"apex-load-%d." % self.loads
            with open(os.path.join(self.folder, "zone"), "wb") as zone:
                zone.write(b"$INCLUDE %s\n%s%s 60 IN TXT marker\n" % (
                    os.path.join(folder, path).encode(), marker, ORIGIN.encode()))
            since = os.path.getsize(os.path.join(self.folder, "log"))
            call(self.words("zone-reload", ORIGIN))
            lines = self.wait_for(marker, since)
        return b"".join(line for line in lines if not line.startswith(marker))

    def wait_for(self, marker, since):
        """The zone's records. knotc does not tell whether it was loaded: where it was not, the log
        says so sooner or later, and the zone before stays."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            _, output, _ = call(self.words("zone-read", ORIGIN))
            lines = [line.partition(b"] ")[2] for line in output.splitlines(True)]
            if any(line.startswith(marker) for line in lines):
                return lines
            said = self.said(since)
            if "event 'load' failed" in said:
                raise Refused(complaint(b"", said.encode()))
            time.sleep(0.01)
        raise Refused("no answer within %d s" % SECONDS)

    def accepts(self, path, folder):
        return call([self.check, "-o", ORIGIN, path], folder)[0] == 0


def all_peers():
    return [Bind(), Ldns(), Nsd(), Knot()]
