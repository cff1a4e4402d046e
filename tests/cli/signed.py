"""Signed requests (TSIG) over real sockets, the MACs worked out here a second time. The cases of tests/cli/run
for [[key]] and keygen --tsig; dig and kdig check what they are answered, named is asked beside apex."""

import base64
import hashlib
import hmac
import os
import re
import socket
import struct
import subprocess
import sys
import time

from serving import CALL, GOOD, INPUT, NOERROR, NXDOMAIN, Server, configured, expect, free_port, question, \
    receive_exactly

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers"))
import peers  # noqa: E402

FORMERR, NOTIMP, NOTAUTH = 1, 4, 9
BADSIG, BADKEY, BADTIME, BADTRUNC = 16, 17, 18, 22
TSIG, ANY = 250, 255
# The hash and the octets of a whole MAC (RFC 8945 6).
ALGORITHMS = {"hmac-md5": ("md5", 16), "hmac-sha1": ("sha1", 20), "hmac-sha224": ("sha224", 28),
              "hmac-sha256": ("sha256", 32), "hmac-sha256-128": ("sha256", 16), "hmac-sha384": ("sha384", 48),
              "hmac-sha384-192": ("sha384", 24), "hmac-sha512": ("sha512", 64), "hmac-sha512-256": ("sha512", 32)}
SECRET = bytes(range(40))
TEXT = base64.b64encode(SECRET).decode()


def tool(name):
    return peers.program(name, "APEX_" + name.upper(), "build/peers/bin")[0]


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.lower().split(".") if label) + b"\0"


def algorithm_name(word):
    return wire(word + ".sig-alg.reg.int" if word == "hmac-md5" else word)


class Key:
    def __init__(self, name, algorithm="hmac-sha256", secret=SECRET):
        self.name, self.algorithm, self.secret = name, algorithm, secret

    def mac(self, octets):
        word, size = ALGORITHMS[self.algorithm]
        return hmac.new(self.secret, octets, getattr(hashlib, word)).digest()[:size]

    def table(self, more=""):
        return '[[key]]\nname = "%s"\nalgorithm = "%s"\nsecret = "%s"\n%s' % (
            self.name, self.algorithm, base64.b64encode(self.secret).decode(), more)


def with_additional(message, change):
    return message[:10] + struct.pack("!H", struct.unpack("!H", message[10:12])[0] + change) + message[12:]


def variables(key, seconds, fudge, error=0, other=b""):
    return (wire(key.name) + struct.pack("!HI", ANY, 0) + algorithm_name(key.algorithm) +
            struct.pack("!HIHHH", seconds >> 32, seconds & 0xffffffff, fudge, error, len(other)) + other)


def record(key, seconds, fudge, mac, number, error=0, other=b"", rr_class=ANY, ttl=0):
    rdata = (algorithm_name(key.algorithm) + struct.pack("!HIHH", seconds >> 32, seconds & 0xffffffff, fudge, len(mac)) +
             mac + struct.pack("!HHH", number, error, len(other)) + other)
    return wire(key.name) + struct.pack("!HHIH", TSIG, rr_class, ttl, len(rdata)) + rdata


def signed(message, key, seconds=None, fudge=300, size=None, number=None, **more):
    """The message with its TSIG, and the MAC."""
    seconds = int(time.time()) if seconds is None else seconds
    (own,) = struct.unpack("!H", message[:2])
    number = own if number is None else number
    mac = key.mac(struct.pack("!H", number) + message[2:] + variables(key, seconds, fudge))
    mac = mac if size is None else (mac + bytes(64))[:size]
    return with_additional(message, 1) + record(key, seconds, fudge, mac, number, **more), mac


def skip_name(octets, at):
    while octets[at] & 0xc0 == 0 and octets[at]:
        at += 1 + octets[at]
    return at + (2 if octets[at] & 0xc0 else 1)


class Signature:
    """The TSIG that ends a reply: none, or what stands in it."""

    def __init__(self, octets):
        self.octets, self.there = octets, False
        counts = struct.unpack("!4H", octets[4:12])
        at = 12
        for _ in range(counts[0]):
            at = skip_name(octets, at) + 4
        for _ in range(sum(counts[1:])):
            start, at = at, skip_name(octets, at)
            kind, rr_class, ttl, size = struct.unpack("!HHIH", octets[at:at + 10])
            at += 10
            rdata, at = octets[at:at + size], at + size
            expect(not self.there, "a TSIG that is not the last record")
            if kind != TSIG:
                continue
            self.there, self.start = True, start
            expect((rr_class, ttl) == (ANY, 0), octets.hex())
            self.key_name, self.algorithm = octets[start:at - size - 10], rdata[:skip_name(rdata, 0)]
            rest = rdata[len(self.algorithm):]
            high, low, self.fudge, mac_size = struct.unpack("!HIHH", rest[:10])
            self.seconds, self.mac, rest = high << 32 | low, rest[10:10 + mac_size], rest[10 + mac_size:]
            self.number, self.error, other = struct.unpack("!HHH", rest[:6])
            self.other = rest[6:]
            expect(len(self.other) == other, octets.hex())
        expect(at == len(octets), octets.hex())

    def is_good(self, key, request_mac):
        message = with_additional(self.octets[:self.start], -1)
        octets = (struct.pack("!H", len(request_mac)) + request_mac + struct.pack("!H", self.number) + message[2:] +
                  variables(key, self.seconds, self.fudge, self.error, self.other))
        return (self.mac == key.mac(octets) and self.key_name.lower() == wire(key.name) and
                self.algorithm == algorithm_name(key.algorithm))


def exchange(port, message, tcp=False):
    if tcp:
        with socket.create_connection(("127.0.0.1", port), 5) as stream:
            stream.sendall(struct.pack("!H", len(message)) + message)
            return receive_exactly(stream, *struct.unpack("!H", receive_exactly(stream, 2)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.settimeout(5)
        datagram.connect(("127.0.0.1", port))
        datagram.send(message)
        return datagram.recv(4096)


def case_signed_answers_are_right(folder):
    port, keys = free_port(), [Key(word + ".example", word) for word in ALGORITHMS]
    words = configured(folder, port, "".join(key.table() for key in keys))
    with Server(folder, *words):
        for key in keys:
            for tcp in (False, True):
                for name, rcode in (("www.example.com", NOERROR), ("no.example.com", NXDOMAIN)):
                    request, mac = signed(question(name, "A"), key)
                    reply = exchange(port, request, tcp)
                    signature = Signature(reply)
                    expect(reply[3] & 15 == rcode, reply.hex())
                    expect(signature.there and signature.error == 0, reply.hex())
                    expect(abs(signature.seconds - time.time()) < 5, signature.seconds)
                    expect(signature.is_good(key, mac), (key.algorithm, reply.hex()))


# What is wrong: (rcode, TSIG error or None for no TSIG, whether the reply is signed).
ODD = [
    ("nothing", {}, (NOERROR, 0, True)),
    ("another key", {"key": Key("nobody.example")}, (NOTAUTH, BADKEY, False)),
    ("another algorithm", {"key": Key("key.example", "hmac-sha512")}, (NOTAUTH, BADKEY, False)),
    ("another secret", {"key": Key("key.example", secret=b"x")}, (NOTAUTH, BADSIG, False)),
    ("an hour ago", {"seconds": -3600}, (NOTAUTH, BADTIME, True)),
    ("in an hour", {"seconds": 3600}, (NOTAUTH, BADTIME, True)),
    ("long ago, with much fudge", {"seconds": -3600, "fudge": 7200}, (NOERROR, 0, True)),
    ("no fudge", {"seconds": -5, "fudge": 1}, (NOTAUTH, BADTIME, True)),
    ("a MAC of 16 octets", {"size": 16}, (NOTAUTH, BADTRUNC, True)),
    ("a MAC of 31 octets", {"size": 31}, (NOTAUTH, BADTRUNC, True)),
    ("a MAC of 15 octets", {"size": 15}, (FORMERR, None, False)),
    ("a MAC of 33 octets", {"size": 33}, (FORMERR, None, False)),
    ("no MAC", {"size": 0}, (FORMERR, None, False)),
    ("another id in the header", {"number": 99}, (NOERROR, 0, True)),
    ("class IN", {"rr_class": 1}, (FORMERR, None, False)),
    ("TTL 1", {"ttl": 1}, (FORMERR, None, False)),
]
# Where named 9.18 differs from RFC 8945 4.2 and 5.2.2.1: a FORMERR for the MAC's length has a TSIG with BADSIG; no MAC
# and a TTL that is not 0 are BADSIG themselves.
NAMED_DIFFERS = {"a MAC of 15 octets", "a MAC of 33 octets", "no MAC", "TTL 1"}


def odd_request(more):
    more = dict(more)
    key = more.pop("key", Key("key.example"))
    if "seconds" in more:
        more["seconds"] += int(time.time())
    return key, signed(question("www.example.com", "A"), key, **more)


def what_came(port, key, request, mac, tcp=False):
    reply = exchange(port, request, tcp)
    signature = Signature(reply)
    if not signature.there:
        return (reply[3] & 15, None, False)
    if signature.mac:
        expect(signature.is_good(key, mac), reply.hex())
    if signature.error == BADTIME:
        high, low = struct.unpack("!HI", signature.other)
        expect(abs((high << 32 | low) - time.time()) < 5, reply.hex())
    return (reply[3] & 15, signature.error, bool(signature.mac))


def case_signed_badly_is_told_as_rfc_8945_says(folder):
    port = free_port()
    words = configured(folder, port, Key("key.example").table() + '[log]\nqueries = true\n')
    with Server(folder, *words) as server:
        for what, more, wanted in ODD:
            for tcp in (False, True):
                key, (request, mac) = odd_request(more)
                got = what_came(port, key, request, mac, tcp)
                expect(got == wanted, (what, got, wanted))
        request, _ = signed(question("www.example.com", "A"), Key("key.example"))
        for size in range(33, len(request)):  # cut off in its TSIG
            expect(exchange(port, request[:size])[3] & 15 == FORMERR, size)
        server.wait_for("signature=bad-truncation", 4)
        log = server.log()
        expect("signature=good key=key.example." in log and "signature=bad-key" in log, log)
        expect(not re.search("signature=bad-.* key=", log), log)
        stats = folder.run("ctl", "-c", "apex.toml", "stats")
        expect(re.search(r"signed queries by signature(\n .*)*  bad-signature\n", stats.out), stats)
    expect(TEXT not in log, log)


def case_signed_badly_is_told_as_named_tells_it(folder):
    named = tool("named")
    if named is None:
        return
    port = free_port()
    folder.write("example.com.zone", b"$TTL 1h\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.80\n")
    folder.write("named.conf", ("""options { directory "%s"; listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };
        pid-file none; session-keyfile none; recursion no; notify no; };
        controls { };
        key key.example { algorithm hmac-sha256; secret "%s"; };
        zone example.com { type primary; file "example.com.zone"; };""" % (folder.path, port, TEXT)).encode())
    with open(folder.at("named.log"), "wb") as log:
        process = subprocess.Popen([named, "-g", "-c", folder.at("named.conf")], cwd=folder.path, stdout=log, stderr=log)
    try:
        for _ in range(200):
            time.sleep(0.1)
            if "running" in folder.text("named.log") or process.poll() is not None:
                break
        expect(process.poll() is None, folder.text("named.log"))
        for what, more, wanted in ODD:
            key, (request, mac) = odd_request(more)
            got = what_came(port, key, request, mac)
            expect(got == wanted or what in NAMED_DIFFERS, (what, got, wanted))
    finally:
        process.terminate()
        process.wait(20)


def case_signed_requests_of_dig_and_kdig(folder):
    port = free_port()
    keys = [Key(word + ".example", word) for word in ALGORITHMS if word not in ("hmac-sha1", "hmac-md5")]
    big = "".join('big TXT "%s%d"\n' % ("x" * 100, i) for i in range(5))
    folder.write("example.com.zone", ("$TTL 1h\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.1\n" + big).encode())
    words = configured(folder, port, "".join(key.table() for key in keys))
    with Server(folder, *words):
        for name in ("dig", "kdig"):
            program = tool(name)
            if program is None:
                continue
            for key in keys:
                if key.algorithm.count("-") > 1:
                    continue  # RFC 8945's truncated algorithms are known to neither
                for kind, host in (("A", "ns1"), ("A", "none"), ("TXT", "big")):
                    for transport in ("+notcp", "+tcp"):
                        status, out, errors = peers.call(
                            [program, "@127.0.0.1", "-p", str(port), "-y", "%s:%s:%s" % (key.algorithm, key.name, TEXT),
                             "+noedns", transport, host + ".example.com", kind])
                        said = (out + errors).decode()
                        expect(status == 0 and "TSIG" in said, (key.algorithm, said))
                        expect(not re.search("(?i)verify failure|couldn't verify|failed to verify|BADSIG|warning",
                                             said.replace("WARNING: recursion", "")), said)
                        expect(key.name in said, said)


def case_signed_requests_after_a_reload(folder):
    port, old, new = free_port(), Key("key.example"), Key("key.example", secret=b"another secret")

    def write(key):
        folder.write("key", ('key "key.example" {\n\talgorithm hmac-sha256;\n\tsecret "%s";\n};\n' %
                             base64.b64encode(key.secret).decode()).encode())
        os.chmod(folder.at("key"), 0o600)

    write(old)
    words = configured(folder, port, "[[key]]\nsecret-file = 'key'\n")
    with Server(folder, *words) as server:
        def errors():
            return [what_came(port, key, *signed(question("www.example.com", "A"), key))[1] for key in (old, new)]
        expect(errors() == [0, BADSIG], errors())
        write(new)
        result = folder.run("ctl", "-c", "apex.toml", "reload")
        expect(result.status == GOOD, result)
        expect(errors() == [BADSIG, 0], errors())
        folder.write("key", b"key k { secret %s }" % base64.b64encode(old.secret))
        result = folder.run("ctl", "-c", "apex.toml", "reload")
        expect(result.status == INPUT, result)
        expect(errors() == [BADSIG, 0], errors())
        log = server.log()
    for key in (old, new):
        expect(base64.b64encode(key.secret).decode() not in log + result.out + result.errors, log)


def case_secrets_are_not_shown(folder):
    for text in ('name = "a..b"\nsecret = "%s"', 'name = "a"\nsecret = "%s!"', 'name = "a"\nsecrets = "%s"',
                 'name = "a"\nsecret = "%s', 'name = "a", secret = "%s"'):
        folder.write("apex.toml", ("[[key]]\n" + text % TEXT).encode())
        for form in ("text", "json", "sarif"):
            result = folder.run("check", "-c", "apex.toml", "--format", form)
            expect(result.status == INPUT, result)
            expect(TEXT not in result.out + result.errors, result)
    folder.write("apex.toml", b"[[key]]\nname = 'a'\nsecret-file = 'key'\n")
    folder.write("key", TEXT.encode())
    os.chmod(folder.at("key"), 0o644)
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == GOOD and "[secret-in-the-open]" in result.out, result)
    os.chmod(folder.at("key"), 0o600)
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == GOOD and "secret-in-the-open" not in result.out, result)


def case_keygen_makes_keys_for_signed_requests(folder):
    port = free_port()
    for algorithm in ALGORITHMS:
        table = folder.run("keygen", "--tsig", "one.example", "--algorithm", algorithm)
        statement = folder.run("keygen", "--tsig", "-a", algorithm, "--bind", "two.example.")
        expect(table.status == GOOD and table.out.startswith('[[key]]\nname = "one.example"\n'), table)
        expect(statement.status == GOOD and statement.out.startswith('key "two.example" {\n'), statement)
        folder.write("two", statement.out.encode())
        os.chmod(folder.at("two"), 0o600)
        configured(folder, port, table.out + "[[key]]\nsecret-file = 'two'\n")
        result = folder.run("check", "-c", "apex.toml")
        expect(result.status == GOOD and "secret-in-the-open" not in result.out, result)
        for text in (table.out, statement.out):
            secret = base64.b64decode(re.search('secret (?:= )?"(.*)"', text)[1])
            expect(len(secret) == hashlib.new(ALGORITHMS[algorithm][0]).digest_size, text)
    expect(folder.run("keygen", "--tsig", "a").out != folder.run("keygen", "--tsig", "a").out)
    for words, sentence in ((("--tsig",), "no key is named"), (("--tsig", "a", "b"), "more than one"),
                            (("--tsig", "a b"), "no name for a key"), (("--tsig", "a..b"), "a..b"),
                            (("--tsig", "."), "no name for a key"), (("--tsig", "--ksk", "a"), "--ksk"),
                            (("--tsig", "-a", "ed25519", "a"), "signs zones"), (("--bind", "a"), "--tsig"),
                            (("-a", "hmac-sha256", "a"), "signs transactions")):
        result = folder.run("keygen", *words)
        expect(result.status == CALL and result.out == "" and sentence in result.errors, result)
