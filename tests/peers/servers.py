"""Servers that are started on loopback with the same zones: nsd, knotd, named, apex and the bare echo.

Who compares them (tests/peers/answers, tests/bench, tests/clients) gives the zones, gets back a
running process of which only its pid and its port matter. One worker each, rate limits off, the same
identity and version. What a server needs lives in a folder of its own; stop() ends that process.
"""

import os
import socket
import struct
import subprocess
import time

import peers

IDENTITY, VERSION = "here", "compared"


class NotStarted(Exception):
    """A server did not come up; the text is what it said."""


class Zone:
    def __init__(self, origin, path):
        self.origin = origin if origin.endswith(".") else origin + "."
        self.path = os.path.abspath(path)


def free_port(address="127.0.0.1"):
    """A port above 20000 that is free for UDP and TCP at this moment."""
    for _ in range(1000):
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((address, port))
        except OSError:
            continue
        return port
    raise NotStarted("no free port")


def wire_name(text):
    """The octets of an absolute name without escapes."""
    labels = [label.encode("ascii") for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def exchange(address, port, message, seconds=0.05):
    """The reply to one message over UDP, or None."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                       socket.SOCK_DGRAM) as asking:
        asking.settimeout(seconds)
        try:
            asking.connect((address, port))
            asking.send(message)
            return asking.recv(65535)
        except OSError:
            return None


def ask_once(address, port, name, rrtype, seconds=0.05):
    """(rcode, answers, authority) of one plain UDP question, or None."""
    reply = exchange(address, port, struct.pack(">6H", 4660, 0, 1, 0, 0, 0) + wire_name(name) +
                     struct.pack(">HH", rrtype, 1), seconds)
    if reply is None or len(reply) < 12:
        return None
    flags, _, answers, authority = struct.unpack(">4H", reply[2:10])
    return flags & 15, answers, authority


def family(pid):
    """A process and all its descendants."""
    pids = [pid]
    for one in pids:
        try:
            for thread in os.listdir("/proc/%d/task" % one):
                with open("/proc/%d/task/%s/children" % (one, thread), encoding="ascii") as children:
                    pids += [int(child) for child in children.read().split()]
        except OSError:
            pass
    return pids


class Server:
    """One server program; a kind says how it is configured and called."""

    name = variable = program_name = None
    folders = ("build/peers/bin",)

    def __init__(self):
        self.path, self.chosen = peers.program(self.program_name, self.variable, *self.folders)
        self.process = self.port = self.folder = self.log = self.started = None
        self.address = "127.0.0.1"

    def present(self):
        return bool(self.path)

    def configure(self, zones):
        """Writes the configuration into self.folder; the words of the call."""
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, folder, zones, prefix=(), address="127.0.0.1", port=None):
        """Starts it with its own folder below `folder`; does not wait for answers."""
        self.folder = os.path.join(folder, self.name)
        os.makedirs(self.folder, exist_ok=True)
        self.address, self.port = address, port or free_port(address)
        words = self.configure(zones)
        self.log = os.path.join(self.folder, "said")
        self.started = time.monotonic()
        try:
            with open(self.log, "ab") as said:
                self.process = subprocess.Popen([*prefix, *words], cwd=self.folder,
                                                stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        except OSError as error:
            raise NotStarted("%s cannot be started: %s" % (self.name, error)) from error

    def wait_for(self, name, rrtype=6, seconds=60, pause=0.005):
        """Waits for the first answer with data; the seconds since the start."""
        while True:
            answer = ask_once(self.address, self.port, name, rrtype)
            if answer and answer[0] == 0 and answer[1] + answer[2]:
                return time.monotonic() - self.started
            if self.process.poll() is not None or time.monotonic() - self.started > seconds:
                raise NotStarted("%s does not answer for %s: %s" % (self.name, name, self.said()))
            time.sleep(pause)

    def said(self):
        lines = []
        for name in ("said", "log"):
            try:
                with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as said:
                    lines += said.read().strip().splitlines()[-6:]
            except OSError:
                pass
        return " / ".join(lines)[-900:] or "it said nothing"

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if not self.process:
            return
        pids = family(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in pids[1:]:  # children that outlived their parent
            try:
                os.kill(pid, 9)
            except OSError:
                pass
        self.process = None


class Nsd(Server):
    name, variable, program_name = "nsd", "NSD", "nsd"
    minimal = "yes"

    def configure(self, zones):
        text = """server:
  server-count: 1
  ip-address: {address}@{port}
  username: ""
  chroot: ""
  zonesdir: ""
  database: ""
  identity: "{identity}"
  version: "{version}"
  nsid: "{nsid}"
  logfile: "{folder}/log"
  pidfile: "{folder}/pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zones"
  xfrdir: "{folder}"
  tcp-count: 500
  rrl-ratelimit: 0
  minimal-responses: {minimal}
  ipv4-edns-size: 1232
remote-control:
  control-enable: no
""".format(address=self.address, port=self.port, folder=self.folder, identity=IDENTITY,
           version=VERSION, nsid=IDENTITY.encode().hex(),
           minimal=self.minimal)
        text += "".join('zone:\n  name: "%s"\n  zonefile: "%s"\n' % (zone.origin, zone.path)
                        for zone in zones)
        return [self.path, "-d", "-c", self.write("nsd.conf", text)]


class Knot(Server):
    name, variable, program_name = "knot", "KNOTD", "knotd"

    def configure(self, zones):
        text = """server:
    rundir: "{folder}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    identity: "{identity}"
    version: "{version}"
    nsid: "{identity}"
    udp-max-payload: 1232
log:
  - target: "{folder}/log"
    any: warning
database:
    storage: "{folder}"
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
""".format(address=self.address, port=self.port, folder=self.folder, identity=IDENTITY,
           version=VERSION)
        text += "".join('  - domain: "%s"\n    file: "%s"\n' % (zone.origin, zone.path)
                        for zone in zones)
        return [self.path, "-c", self.write("knot.conf", text)]


class Named(Server):
    name, variable, program_name = "named", "NAMED", "named"
    minimal = "yes"

    def configure(self, zones):
        text = """options {{
  directory "{folder}"; listen-on port {port} {{ {address}; }}; listen-on-v6 {{ none; }};
  recursion no; allow-transfer {{ none; }}; notify no; dnssec-validation no; empty-zones-enable no;
  minimal-responses {minimal}; zero-no-soa-ttl no; max-udp-size 1232; server-id "{identity}"; version "{version}";
  hostname "{identity}"; pid-file "{folder}/pid"; session-keyfile "{folder}/session.key";
  lock-file none; querylog no; check-names primary ignore; check-integrity no; check-sibling no;
  check-mx ignore; check-srv-cname ignore; check-mx-cname ignore; check-dup-records ignore;
}};
controls {{ }};
logging {{ channel c {{ file "{folder}/log"; severity warning; }}; category default {{ c; }}; }};
""".format(address=self.address, port=self.port, folder=self.folder, identity=IDENTITY,
           version=VERSION, minimal=self.minimal)
        text += "".join('zone "%s" { type primary; file "%s"; };\n' % (zone.origin, zone.path)
                        for zone in zones)
        return [self.path, "-f", "-n", "1", "-c", self.write("named.conf", text)]


MANY = 1000


class Apex(Server):
    name, variable, program_name = "apex", "APEX", "apex"
    folders = ("build/release/server", "build/release")

    def __init__(self, path=None, extra=""):
        super().__init__()
        self.path, self.extra = os.path.abspath(path) if path else self.path, extra

    def configure(self, zones):
        text = 'listen = ["%s:%d"]\nthreads = 1\nversion = "%s"\nserver-id = "%s"\nnsid = "%s"\n' % (
            self.address, self.port, VERSION, IDENTITY, IDENTITY) + self.extra
        if len(zones) < MANY:
            text += "".join('[[zone]]\nname = "%s"\nfile = "%s"\n' % (zone.origin, zone.path)
                            for zone in zones)
        else:  # as its manual has it for many
            names = "".join("%s %s\n" % (zone.origin, zone.path) for zone in zones)
            text += '[[zones]]\nlist = "%s"\n' % self.write("zones.list", names)
        return [self.path, "serve", "-c", self.write("apex.toml", text)]


KINDS = {kind.name: kind for kind in (Nsd, Knot, Named, Apex)}
