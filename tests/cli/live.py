"""Zones that are signed while they are served. The cases of tests/cli/run for `dnssec`."""

import os
import re
import signal
import stat

from serving import GOOD, INPUT, TYPES, Server, ask, configured, expect, free_port, serial, zone

TYPES.update({"DNSKEY": 48, "NSEC": 47})


def live(folder, port, text="dnssec = true"):
    words = configured(folder, port)
    with open(folder.at("apex.toml"), "a", encoding="utf-8") as file:
        file.write(text + "\n")
    return words


def key_of(folder, name="example.com"):
    where = folder.at("apex-state/signing/" + name)
    return [os.path.join(where, file) for file in os.listdir(where) if file.endswith(".private")]


def case_live_signing_from_one_line(folder):
    port = free_port()
    words = live(folder, port)
    with Server(folder, *words) as server:
        expect(ask(port, "example.com", "DNSKEY").answers == 1)
        first = serial(port)
        keys = key_of(folder)
        expect(len(keys) == 1 and stat.S_IMODE(os.stat(keys[0]).st_mode) == 0o600, keys)
        expect("event=ds-to-publish" in server.log() and "not before" in server.log(), server.log())
        # The DS that the log tells is the one that `apex ds` prints.
        ds = folder.run("ds", "-k", "apex-state/signing/example.com", "example.com")
        expect(ds.status == GOOD and re.split(r"\s+", ds.out.strip())[-1] in server.log(), ds)
        keys_now = folder.run("keys", "-k", "apex-state/signing/example.com", "example.com")
        expect(keys_now.status == GOOD and "active" in keys_now.out, keys_now)
        folder.write("example.com.zone", zone(1, "new A 192.0.2.9\n"))
        os.utime(folder.at("example.com.zone"), (1, 1))
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("event=zone-changed")
        expect(serial(port) == first + 1)
        expect(server.stop()[0] == GOOD)
    with Server(folder, *words) as server:
        expect(serial(port) == first + 1, server.log())
        expect("key-made" not in server.log().split("event=ended")[-1], server.log())


def case_live_signing_does_not_lose_what_it_signed(folder):
    port = free_port()
    words = live(folder, port)
    with Server(folder, *words) as server:
        expect(server.stop()[0] == GOOD)
    for key in key_of(folder):
        os.rename(key, key + ".gone")
        os.rename(key.replace(".private", ".key"), key + ".key.gone")
    with Server(folder, *words) as server:
        expect(ask(port, "example.com", "DNSKEY").rcode == 2)
        expect("its keys are gone" in server.log(), server.log())
        expect(server.stop()[0] == GOOD)
    for name in os.listdir(folder.at("apex-state/signing/example.com")):
        path = folder.at("apex-state/signing/example.com/" + name)
        if name.endswith(".private.gone"):
            os.rename(path, path[:-5])
        elif name.endswith(".key.gone"):
            os.rename(path, path.replace(".private.key.gone", ".key"))
    configured(folder, port)  # without `dnssec`
    with Server(folder, *words) as server:
        expect(ask(port, "example.com", "DNSKEY").answers == 1)
        expect("event=still-signed" in server.log(), server.log())
        expect(server.stop()[0] == GOOD)
    live(folder, port, 'dnssec = "unsign"')
    with Server(folder, *words) as server:
        expect(ask(port, "example.com", "DNSKEY").answers == 0)
        expect(server.stop()[0] == GOOD)


def case_live_signing_said_wrong(folder):
    port = free_port()
    for text, sentence in (('dnssec = "defualt"', "did you mean 'default'"), ("dnssec = 1", "true, false"),
                           ('[policy.x]\nalgorithm = "rsa"', "'algorithm' must be one of"),
                           ("[policy.x]\nvalidity-days = 1", "from 2 to 366"),
                           ("[policy.x]\nvalidity-days = 10\nrenew-days = 12", "renew"),
                           ("[policy.x]\nopt-out = 1", "true or false"),
                           ('[policy.unsign]\ndenial = "nsec"', "unsign"),
                           ('[policy.x]\nalgoritm = "ed25519"', "algorithm")):
        words = live(folder, port, text)
        result = folder.run("check", *words)
        expect(result.status == INPUT and sentence in result.out + result.errors, (text, result))
