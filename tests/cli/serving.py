"""Real servers on loopback: started, asked, told, killed. The cases of tests/cli/run for serve and ctl."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

GOOD, INPUT, CALL, SYSTEM = 0, 1, 2, 3
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TYPES = {"A": 1, "SOA": 6, "TXT": 16}


def zone(serial, extra=""):
    return ("$TTL 1h\n@ SOA ns1 hostmaster %d 2h 15m 2w 10m\n@ NS ns1\nns1 A 192.0.2.1\n"
            "www A 192.0.2.80\n%s" % (serial, extra)).encode()


def expect(condition, result=""):
    if not condition:
        raise AssertionError(repr(result))


def free_port():
    """A port that nobody has, for both transports."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            stream.bind(("127.0.0.1", 0))
            try:
                datagram.bind(stream.getsockname())
            except OSError:
                continue
            return stream.getsockname()[1]


def question(name, kind, number=4711):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return struct.pack("!6H", number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", TYPES[kind], 1)


def receive_exactly(stream, size):
    octets = b""
    while len(octets) < size:
        piece = stream.recv(size - len(octets))
        if not piece:
            raise EOFError
        octets += piece
    return octets


class Answer:
    def __init__(self, octets):
        self.octets = octets
        number, self.flags, _, self.answers, _, _ = struct.unpack("!6H", octets[:12])
        self.rcode = self.flags & 15

    def __repr__(self):
        return "rcode %d, %d answers: %s" % (self.rcode, self.answers, self.octets.hex())


def ask(port, name, kind="A", tcp=False, timeout=5):
    if tcp:
        with socket.create_connection(("127.0.0.1", port), timeout) as stream:
            message = question(name, kind)
            stream.sendall(struct.pack("!H", len(message)) + message)
            return Answer(receive_exactly(stream, *struct.unpack("!H", receive_exactly(stream, 2))))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.settimeout(timeout)
        datagram.connect(("127.0.0.1", port))
        datagram.send(question(name, kind))
        return Answer(datagram.recv(4096))


def serial(port, name="example.com"):
    answer = ask(port, name, "SOA")
    expect(answer.rcode == NOERROR and answer.answers == 1, answer)
    return struct.unpack("!I", answer.octets[-20:-16])[0]


class Server:
    """apex serve in a folder; its log is the file `log`."""

    def __init__(self, folder, *words, env=None, ready=True, **more):
        self.folder, self.log_path = folder, folder.at("log")
        self.log_start = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([folder.apex, "serve", *words], cwd=folder.path, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env={**os.environ, **(env or {})}, **more)
        if ready:
            self.wait_for("event=serving")

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def log(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode()

    def wait_for(self, text, count=1, seconds=20):
        deadline = time.monotonic() + seconds
        while self.log().count(text) < count:
            expect(self.process.poll() is None, "ended: " + self.log())
            expect(time.monotonic() < deadline, "no %r: %s" % (text, self.log()))
            time.sleep(0.01)

    def stop(self, number=signal.SIGTERM):
        """The exit code, and how long the end took."""
        start = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - start

    def kill(self):
        self.process.kill()
        self.process.wait()


def configured(folder, port, text="", zones=("example.com",)):
    """Writes apex.toml and its zones, and returns the words of the call."""
    rows = "".join('[[zone]]\nname = "%s"\nfile = "%s.zone"\n' % (name, name) for name in zones)
    folder.write("apex.toml", ('listen = ["127.0.0.1:%d"]\n%s\n%s' % (port, text, rows)).encode())
    for name in zones:
        if not os.path.exists(folder.at(name + ".zone")):
            folder.write(name + ".zone", zone(1))
    return ["-c", "apex.toml"]


def failing_start(folder, *words, env=None):
    result = folder.run("serve", *words, env=env)
    expect(result.out == "", result)
    return result


# ---- starting ----------------------------------------------------------------------------------

def case_serve_zone_files_without_a_configuration(folder):
    port = free_port()
    folder.write("a.zone", zone(7))
    with Server(folder, "-L", "127.0.0.1:%d" % port, "example.com=a.zone", "example.net=a.zone") as server:
        for tcp in (False, True):
            answer = ask(port, "www.example.com", tcp=tcp)
            expect((answer.rcode, answer.answers) == (NOERROR, 1), answer)
            expect(answer.octets.endswith(bytes((192, 0, 2, 80))), answer)
            expect(ask(port, "no.example.net", tcp=tcp).rcode == NXDOMAIN)
            expect(ask(port, "example.org", tcp=tcp).rcode == REFUSED)
        expect(not os.path.exists(folder.at("apex-state")))
        expect(server.stop()[0] == GOOD)
    expect("event=stopping because=SIGTERM" in server.log() and "event=ended" in server.log(), server.log())


def case_serve_without_anything_says_what_to_do(folder):
    result = failing_start(folder)
    expect(result.status == CALL and "apex serve example.com=example.com.zone" in result.errors, result)
    configured(folder, 1)
    result = failing_start(folder)
    expect(result.status == CALL and "apex serve -c apex.toml" in result.errors, result)


def case_serve_calls_that_are_at_fault(folder):
    configured(folder, 1)
    for words, piece in ((["-c", "apex.toml", "x=y.zone"], "both named"),
                         (["example.com=good.zone", "EXAMPLE.com.=good.zone"], "named twice"),
                         (["example.com=-"], "standard input"),
                         (["missing.zone"], "ORIGIN=missing.zone"),
                         (["-L", "nowhere:53", "example.com=good.zone"], "nowhere:53"),
                         (["-L", "127.0.0.1:70000", "example.com=good.zone"], "70000"),
                         (["-t", "many", "example.com=good.zone"], "no number of threads"),
                         (["-t", "1025", "example.com=good.zone"], "0 to 1024"),
                         (["--listne", "x", "example.com=good.zone"], "did you mean '--listen'?")):
        result = failing_start(folder, *words)
        expect(result.status == CALL and piece in result.errors, (words, result))


def case_serve_configurations_that_are_at_fault(folder):
    for text, status, pieces in (
            (b"listne = []\n", INPUT, ["apex.toml:1:1: error", "did you mean 'listen'?"]),
            (b"listen = ['nowhere']\n", INPUT, ["apex.toml:1:", "nowhere"]),
            (b"allow-query = ['10.0.0.1/8']\n", INPUT, ["apex.toml:1:"]),
            (b"x = = 1\n", INPUT, ["apex.toml:1:", "[configuration-syntax]"])):
        folder.write("apex.toml", text)
        result = failing_start(folder, "-c", "apex.toml")
        expect(result.status == status, (text, result))
        for piece in pieces:
            expect(piece in result.errors, (text, piece, result))
    result = failing_start(folder, "-c", "missing.toml")
    expect(result.status == SYSTEM and "missing.toml" in result.errors, result)


def case_serve_a_port_in_use(folder):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            taken.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                taken.listen()
            port = taken.getsockname()[1]
            result = failing_start(folder, "-L", "127.0.0.1:%d" % port, "example.com=good.zone")
            expect(result.status == SYSTEM and result.errors.count("\n") == 1, result)
            expect("127.0.0.1:%d" % port in result.errors, result)


def case_serve_users_that_cannot_be(folder):
    port = free_port()
    folder.write("good.toml", b"")
    configured(folder, port, "user = 'no-such-user-here'")
    result = failing_start(folder, "-c", "apex.toml")
    expect(result.status == SYSTEM and "no user 'no-such-user-here'" in result.errors, result)
    if os.geteuid() != 0:
        configured(folder, port, "user = 'root'")
        result = failing_start(folder, "-c", "apex.toml")
        expect(result.status == SYSTEM and "only root can become user 'root'" in result.errors, result)
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            if int(file.read()) > 53:
                result = failing_start(folder, "-L", "127.0.0.1:53", "example.com=good.zone")
                expect(result.status == SYSTEM and "127.0.0.1:53" in result.errors, result)


def case_serve_root_becomes_the_user(folder):
    if os.geteuid() != 0:
        return
    port = free_port()
    os.chmod(folder.path, 0o755)
    words = configured(folder, port, "user = 'nobody'")
    with Server(folder, *words) as server:
        with open("/proc/%d/status" % server.process.pid, encoding="ascii") as file:
            status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        expect(set(status["Uid"].split()) == {"65534"}, status["Uid"])
        expect(set(status["Gid"].split()) == {"65534"}, status["Gid"])
        expect(status["Groups"].split() == ["65534"] and status["NoNewPrivs"].strip() == "1", status)
        expect(int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0, status)
        expect(os.stat(folder.at("apex-state")).st_uid == 65534)
        expect(ask(port, "www.example.com").answers == 1)
        expect(folder.run("ctl", "status").status == GOOD)
        expect("runs-as-root" not in server.log(), server.log())


def case_serve_a_zone_that_does_not_load(folder):
    port = free_port()
    words = configured(folder, port, zones=("example.com", "example.net"))
    folder.write("example.net.zone", zone(1, "bad A 192.0.2.300\n"))
    with Server(folder, *words) as server:
        expect(ask(port, "www.example.com").answers == 1)
        expect(ask(port, "www.example.net").rcode == SERVFAIL)
        server.wait_for("example.net.zone:6:7")
        zones = folder.run("ctl", "zones", "--json")
        states = {row["zone"]: row["state"] for row in map(json.loads, zones.out.splitlines())}
        expect(states == {"example.com.": "served", "example.net.": "not-loaded"}, zones)
        folder.write("example.net.zone", zone(2))
        expect(folder.run("ctl", "reload").status == GOOD)
        expect(serial(port, "example.net") == 2)


# ---- reloading ---------------------------------------------------------------------------------

def case_serve_reloads_when_it_is_told(folder):
    port = free_port()
    words = configured(folder, port)
    with Server(folder, *words) as server:
        expect(serial(port) == 1)
        folder.write("example.com.zone", zone(2, "new A 192.0.2.9\n"))
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while serial(port) != 2:
            expect(time.monotonic() < deadline, server.log())
            time.sleep(0.01)
        expect(ask(port, "new.example.com").answers == 1)
        folder.write("example.com.zone", zone(3))
        result = folder.run("ctl", "reload", "example.com")
        expect(result.status == GOOD and result.out, result)
        expect(serial(port) == 3)
        # A file that is broken changes nothing, and is told.
        folder.write("example.com.zone", zone(4, "bad A 192.0.2.300\n"))
        result = folder.run("ctl", "reload")
        expect(result.status == INPUT and result.errors, result)
        expect(serial(port) == 3)
        server.wait_for("example.com.zone:6:7")
        row = json.loads(folder.run("ctl", "zones", "--json").out)
        expect(row["state"] == "refused" and row["serial"] == 3 and row["refused"], row)
        # Nor does a configuration.
        folder.write("apex.toml", b"listne = 1\n")
        result = folder.run("ctl", "-d", "apex-state", "reload")
        expect(result.status == INPUT, result)
        expect(serial(port) == 3)
        expect(server.stop()[0] == GOOD)


def case_serve_takes_over_zones_of_the_configuration(folder):
    port = free_port()
    words = configured(folder, port, zones=("example.com", "example.net"))
    with Server(folder, *words) as server:
        configured(folder, port, "threads = 7", zones=("example.com", "example.org"))
        result = folder.run("ctl", "reload")
        expect(result.status == GOOD, result)
        expect(ask(port, "www.example.org").answers == 1)
        expect(ask(port, "www.example.com").answers == 1)
        expect(ask(port, "www.example.net").rcode == REFUSED)
        server.wait_for("event=restart-needed keys=threads")


def case_ctl_adds_zones_for_good(folder):
    port = free_port()
    words = configured(folder, port)
    folder.write("more zones/a.zone", zone(5))
    with Server(folder, *words) as server:
        result = folder.run("ctl", "zone", "add", "added.example", "more zones/a.zone")
        expect(result.status == GOOD, result)
        expect(serial(port, "added.example") == 5)
        result = folder.run("ctl", "zone", "add", "added.example", "more zones/a.zone")
        expect(result.status == INPUT and result.errors, result)
        result = folder.run("ctl", "zone", "remove", "example.com")
        expect(result.status == INPUT and result.errors, result)
        folder.write("more zones/a.zone", zone(6))
        expect(folder.run("ctl", "zone", "reload", "added.example").status == GOOD)
        expect(serial(port, "added.example") == 6)
        server.kill()
    with Server(folder, *words) as server:
        expect(serial(port, "added.example") == 6 and serial(port) == 1)
        expect(folder.run("ctl", "zone", "remove", "added.example").status == GOOD)
        expect(ask(port, "added.example").rcode == REFUSED)
        expect(server.stop()[0] == GOOD)
    with Server(folder, *words):
        expect(ask(port, "added.example").rcode == REFUSED and serial(port) == 1)


# ---- ctl ---------------------------------------------------------------------------------------

def case_ctl_without_a_server(folder):
    result = folder.run("ctl", "status")
    expect(result.status == CALL and "no apex.toml here" in result.errors, result)
    port = free_port()
    words = configured(folder, port)
    for call in (["status"], ["-c", "apex.toml", "status"], ["-d", "nowhere", "status"],
                 ["-s", "x" * 300 + "/y", "status"]):
        result = folder.run("ctl", *call)
        expect(result.status == SYSTEM and "no server is running" in result.errors, result)
        expect(result.errors.count("\n") == 1 and result.out == "", result)
    with Server(folder, *words) as server:
        server.kill()
    result = folder.run("ctl", "status")
    expect(result.status == SYSTEM and "nobody answers" in result.errors, result)
    with Server(folder, *words):
        expect(folder.run("ctl", "status").status == GOOD)


def case_ctl_calls_that_are_at_fault(folder):
    for words, piece in ((["statsu"], "did you mean 'status'?"), ([], "no command is given"),
                         (["zone", "add", "x"], "zone add NAME FILE"), (["status", "x"], "does not take 'x'"),
                         (["-s", "a", "-d", "b", "status"], "one is enough"), (["zone"], "did you mean 'zone")):
        result = folder.run("ctl", *words)
        expect(result.status == CALL and piece in result.errors and result.out == "", (words, result))


def case_ctl_tells_and_counts(folder):
    port = free_port()
    words = configured(folder, port, zones=("example.com", "example.net"))
    with Server(folder, *words, "--threads", "2"):
        for _ in range(3):
            ask(port, "www.example.com")
        ask(port, "no.example.net", tcp=True)
        ask(port, "example.org")
        text = folder.run("ctl", "status")
        expect(text.status == GOOD and re.search(r"^state +serving$", text.out, re.M), text)
        status = json.loads(folder.run("ctl", "--json", "status").out)
        expect((status["state"], status["zones"], status["workers"]) == ("serving", 2, 2), status)
        expect(status["listen"] == ["127.0.0.1:%d" % port] and status["queries"] == 5, status)
        stats = json.loads(folder.run("ctl", "-j", "stats").out)
        expect(stats["transports"] == {"udp": 4, "tcp": 1} and stats["types"] == {"A": 5}, stats)
        expect(stats["rcodes"] == {"NOERROR": 3, "NXDOMAIN": 1, "REFUSED": 1}, stats)
        expect(stats["zones"] == {"example.com.": 3, "example.net.": 1}, stats)
        expect(list(stats["views"]) == ["default"], stats)
        expect(sum(row["answers"] for row in stats["latency"]) == 5, stats)
        text = folder.run("ctl", "stats")
        expect(re.search(r"^ +3  example\.com\.$", text.out, re.M) and "below" in text.out, text)
        rows = [json.loads(line) for line in folder.run("ctl", "zones", "-j").out.splitlines()]
        expect([(row["zone"], row["queries"], row["serial"]) for row in rows]
               == [("example.com.", 3, 1), ("example.net.", 1, 1)], rows)
        text = folder.run("ctl", "zones", "net")
        expect("example.net." in text.out and "example.com." not in text.out, text)
        expect(folder.run("ctl", "zones", "org").status == INPUT)
        text = folder.run("ctl", "which", "a.b.example.com")
        expect(text.status == GOOD and "example.com.zone" in text.out, text)
        expect(folder.run("ctl", "which", "example.org").status == INPUT)
        expect(folder.run("ctl", "which", "example.org", "nobody").status == INPUT)
        expect(folder.run("ctl", "reload", "exa..mple").status == INPUT)


def case_ctl_stops(folder):
    port = free_port()
    words = configured(folder, port)
    with Server(folder, *words) as server:
        result = folder.run("ctl", "stop")
        expect(result.status == GOOD and result.out == "stopped\n", result)
        expect(server.process.wait(5) == GOOD)
        expect(not os.path.exists(folder.at("apex-state/control.sock")))


def case_ctl_strangers_at_the_socket(folder):
    """Whatever is written to it, the server goes on."""
    port = free_port()
    words = configured(folder, port)
    with Server(folder, *words):
        expect(os.stat(folder.at("apex-state")).st_mode & 0o777 == 0o700)
        expect(os.stat(folder.at("apex-state/control.sock")).st_mode & 0o777 == 0o600)
        idle = []
        for octets in (b"\0" * 70000, b"\n" * 5000, b"text " + b"x " * 9000, b"json zones\n" * 300,
                       bytes(range(256)) * 20, b"text zone add \"" + b"a" * 300 + b"\" /etc/passwd\n", b""):
            stream = socket.socket(socket.AF_UNIX)
            stream.connect(folder.at("apex-state/control.sock"))
            try:
                stream.sendall(octets)
            except OSError:
                pass
            idle.append(stream)
        expect(folder.run("ctl", "status").status == GOOD)
        expect(ask(port, "www.example.com").answers == 1)
        for stream in idle:
            stream.close()


def case_serve_one_server_a_state_folder(folder):
    port = free_port()
    words = configured(folder, port)
    with Server(folder, *words) as server:
        result = failing_start(folder, *words, "--listen", "127.0.0.1:%d" % free_port())
        expect(result.status == SYSTEM and "in use by the server" in result.errors, result)
        expect(str(server.process.pid) in result.errors, result)
        expect(folder.run("ctl", "status").status == GOOD)
        expect(ask(port, "www.example.com").answers == 1)


# ---- logs --------------------------------------------------------------------------------------

def case_serve_logs_to_a_file_that_may_move(folder):
    port = free_port()
    words = configured(folder, port, "[log]\nfile = 'apex.log'\nformat = 'json'\nqueries = true\n"
                                     "queries-file = 'queries.log'\n")
    read = lambda name: open(folder.at(name), encoding="utf-8").read()  # noqa: E731

    def wait_for(name, text):
        deadline = time.monotonic() + 20
        while not os.path.exists(folder.at(name)) or text not in read(name):
            expect(time.monotonic() < deadline, (name, text))
            time.sleep(0.01)

    with Server(folder, *words, ready=False) as server:
        wait_for("apex.log", "\"event\":\"serving\"")
        ask(port, "www.example.com")
        wait_for("queries.log", "www.example.com.")
        os.rename(folder.at("apex.log"), folder.at("apex.log.1"))
        os.rename(folder.at("queries.log"), folder.at("queries.log.1"))
        expect(folder.run("ctl", "log", "reopen").status == GOOD)
        wait_for("apex.log", "log-reopened")
        ask(port, "no.example.com", tcp=True)
        wait_for("queries.log", "no.example.com.")
        expect(server.stop()[0] == GOOD)
    for name in ("apex.log", "apex.log.1", "queries.log", "queries.log.1"):
        for line in read(name).splitlines():
            json.loads(line)
    row = json.loads(read("queries.log").splitlines()[0])
    expect((row["client"], row["transport"], row["type"], row["rcode"], row["view"])
           == ("127.0.0.1", "tcp", "A", "NXDOMAIN", "default"), row)
    expect(server.log() == "", server.log())


def case_serve_goes_on_without_room_for_its_log(folder):
    port = free_port()
    words = configured(folder, port, "[log]\nfile = '/dev/full'\nqueries = true\n")
    with Server(folder, *words, ready=False) as server:
        deadline = time.monotonic() + 20
        while folder.run("ctl", "status").status != GOOD or "serving" not in folder.run("ctl", "status").out:
            expect(time.monotonic() < deadline)
        for _ in range(100):
            expect(ask(port, "www.example.com").answers == 1)
        deadline = time.monotonic() + 20
        while json.loads(folder.run("ctl", "-j", "status").out)["log_lines_lost"] < 100:
            expect(time.monotonic() < deadline)
        expect(folder.run("ctl", "reload").status == GOOD)
        expect(server.stop()[0] == GOOD)
    result = failing_start(folder, *configured(folder, port, "[log]\nfile = 'nowhere/log'\n"))
    expect(result.status == SYSTEM and "nowhere/log" in result.errors, result)


def case_serve_names_of_strangers_in_the_log(folder):
    port = free_port()
    words = configured(folder, port, "[log]\nqueries = true\n")
    with Server(folder, *words) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            octets = question("evil.example.com", "A")
            datagram.sendto(octets.replace(b"\4evil", b"\4\n\x1b[\""), ("127.0.0.1", port))
        server.wait_for("event=query")
        line = next(line for line in server.log().splitlines() if "event=query" in line)
        expect("\x1b" not in line and "\\010" in line and "type=A" in line and "rcode=NXDOMAIN" in line, line)


# ---- service managers, signals -----------------------------------------------------------------

def case_serve_tells_its_service_manager(folder):
    port = free_port()
    words = configured(folder, port)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(folder.at("notify"))
        manager.settimeout(20)
        with Server(folder, *words, env={"NOTIFY_SOCKET": folder.at("notify")}) as server:
            expect(manager.recv(4096).startswith(b"READY=1"))
            server.process.send_signal(signal.SIGHUP)
            expect(manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC="))
            expect(manager.recv(4096).startswith(b"READY=1"))
            expect(server.stop()[0] == GOOD)
            expect(manager.recv(4096) == b"STOPPING=1")


def case_serve_takes_over_sockets(folder):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        port = free_port()
        stream.bind(("127.0.0.1", port))
        stream.listen()
        datagram.bind(("127.0.0.1", port))
        script = ("exec 3<&%d 4<&%d; LISTEN_FDS=2 LISTEN_PID=$$ exec \"$APEX\" serve -t 2 example.com=good.zone"
                  % (stream.fileno(), datagram.fileno()))
        # bash replaces itself, so that its number is the server's.
        log = open(folder.at("log"), "wb")
        process = subprocess.Popen(["bash", "-c", script], cwd=folder.path, stdout=log, stderr=log,
                                   pass_fds=(stream.fileno(), datagram.fileno()),
                                   env={**os.environ, "APEX": folder.apex})
        log.close()
        try:
            for tcp in (False, True):
                expect(ask(port, "www.example.com", tcp=tcp, timeout=20).answers == 1)
            process.terminate()
            expect(process.wait(5) == GOOD)
        finally:
            process.kill()
            process.wait()


def case_serve_ends_at_once_under_load(folder):
    port = free_port()
    words = configured(folder, port)
    stopping, answered = threading.Event(), []

    def load():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            datagram.settimeout(0.05)
            datagram.connect(("127.0.0.1", port))
            while not stopping.is_set():
                try:
                    for _ in range(20):
                        datagram.send(question("www.example.com", "A"))
                    for _ in range(20):
                        datagram.recv(512)
                        answered.append(1)
                except OSError:
                    pass

    threads = [threading.Thread(target=load, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    took = []
    # The machine may be busy with other work: one good time of three will do.
    while len(took) < 3 and min(took, default=9) > 0.5:
        answered.clear()
        with Server(folder, *words) as server:
            idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
            deadline = time.monotonic() + 20
            while len(answered) < 100:
                expect(time.monotonic() < deadline, len(answered))
                time.sleep(0.01)
            status, seconds = server.stop()
            expect(status == GOOD and seconds < 5, (status, seconds, server.log()))
            took.append(seconds)
            for stream in idle:
                stream.close()
    stopping.set()
    for thread in threads:
        thread.join()
    expect(min(took) < 0.5, took)


def case_serve_goes_on_where_ipv6_is_switched_off(folder):
    port = free_port()
    configured(folder, port)
    script = ("ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6 && "
              "exec \"$0\" serve -L '[::1]:%d' %s example.com=example.com.zone")
    space = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c"]
    if subprocess.run([*space, "ip link set lo up && test -w /proc/sys/net/ipv6/conf/lo/disable_ipv6"],
                      capture_output=True, check=False).returncode:
        return  # no namespaces here
    for more, works in (("-L 127.0.0.1:%d" % port, True), ("", False)):
        with open(folder.at("log"), "wb") as log, subprocess.Popen(
                [*space, script % (port, more), folder.apex], cwd=folder.path, stdout=log,
                stderr=log) as process:
            deadline = time.monotonic() + 20
            while process.poll() is None and "event=serving" not in folder.text("log"):
                expect(time.monotonic() < deadline, folder.text("log"))
                time.sleep(0.01)
            process.terminate()
            status = process.wait(20)
        said = folder.text("log")
        if works:
            expect(status == GOOD and "event=serving listen=127.0.0.1:%d " % port in said, (status, said))
        else:
            expect(status == SYSTEM and "no interface of this machine has that address" in said, (status, said))


def case_serve_ends_while_it_loads(folder):
    port = free_port()
    rows = b"".join(b"h%d A 192.0.2.1\n" % row for row in range(600000))
    folder.write("example.com.zone", zone(1) + rows)
    words = configured(folder, port)
    with Server(folder, *words, ready=False) as server:
        deadline = time.monotonic() + 20
        while not os.path.exists(folder.at("apex-state/control.sock")):
            expect(time.monotonic() < deadline)
        status, seconds = server.stop()
        expect(status == GOOD and seconds < 2, (status, seconds, server.log()))
