"""Keys as a user makes, lists and moves them. The cases of tests/cli/run for keygen, ds and keys."""

import json
import os
import re
import stat
import subprocess

GOOD, INPUT, CALL, SYSTEM = 0, 1, 2, 3
ALGORITHMS = {"rsasha256": 8, "rsasha512": 10, "ecdsap256": 13, "ecdsap384": 14, "ed25519": 15,
              "ed448": 16}


def expect(condition, result=""):
    if not condition:
        raise AssertionError(repr(result))


def made(folder, *words):
    """The base name of a new key."""
    result = folder.run("keygen", *words)
    expect(result.status == GOOD and result.errors == "" and
           re.fullmatch(r"K\S+\+\d{3}\+\d{5}\n", result.out), result)
    return result.out.strip()


def refused(folder, status, sentence, *words, given=b""):
    result = folder.run(*words, given=given)
    expect(result.status == status and result.out == "" and sentence in result.errors, result)


def mode(folder, name):
    return stat.S_IMODE(os.lstat(folder.at(name)).st_mode)


def case_keygen_writes_a_pair(folder):
    for option, number in ALGORITHMS.items():
        words = ["--bits", "1024"] if number in (8, 10) else []
        base = made(folder, "-a", option, *words, "Example.COM")
        expect(base.startswith("Kexample.com.+%03d+" % number), base)
        expect((mode(folder, base + ".private"), mode(folder, base + ".key")) == (0o600, 0o644))
        record = folder.text(base + ".key").splitlines()[-1]
        expect(re.match(r"Example\.COM\. IN DNSKEY 257 3 %d \S+$" % number, record), record)
        expect("Private-key-format: v1.3\nAlgorithm: %d (" % number in
               folder.text(base + ".private"))
    left = [name for name in os.listdir(folder.path) if name.startswith("K")]
    expect(len(left) == 2 * len(ALGORITHMS), left)


def case_keygen_names_of_odd_zones(folder):
    expect(made(folder, ".").startswith("K.+013+"))
    expect(made(folder, "A/b.example").startswith("Ka%2Fb.example.+013+"))
    expect(made(folder, r"a\.b\032_~.example.").startswith("Ka%2Eb%20_%7E.example.+013+"))
    for name in (".", "a/B.example.", r"a\.b\032_~.example"):
        result = folder.run("keys", name)
        expect(result.status == GOOD and result.out.count("now ") == 1, result)


def case_keygen_flags_and_times(folder):
    base = made(folder, "--zsk", "-P", "20300101000000", "-A", "2030-01-08T01:00:00+01:00", "-I",
                "1895097600", "-D", "none", "--ttl", "2h", "example.com")
    expect("example.com. 7200 IN DNSKEY 256 3 13 " in folder.text(base + ".key"))
    lines = folder.text(base + ".private").splitlines()
    for line in ("Publish: 20300101000000", "Activate: 20300108000000", "Inactive: 20300120000000"):
        expect(line in lines, lines)
    expect(not any(line.startswith(("Delete", "Revoke")) for line in lines), lines)
    base = made(folder, "--publish", "none", "--activate", "none", "example.com")
    expect([line.split(":")[0] for line in folder.text(base + ".private").splitlines()] ==
           ["Private-key-format", "Algorithm", "PrivateKey", "Created"])


def case_keygen_calls_that_are_at_fault(folder):
    for sentence, words in (
            ("no zone is named", []), ("more than one zone", ["a", "b"]),
            ("is no name of a zone", ["a..b"]), ("is no value for", ["-a", "rsamd5", "a"]),
            ("exclude each other", ["--ksk", "--zsk", "a"]),
            ("is for new RSA keys", ["--bits", "2048", "a"]),
            ("is no size of an RSA key", ["-a", "rsasha256", "--bits", "512", "a"]),
            ("is no size of an RSA key", ["-a", "rsasha256", "--bits", "2048x", "a"]),
            ("is no point in time", ["-A", "soon", "a"]), ("not in order", ["-I", "now", "a"]),
            ("not in order", ["-I", "+2d", "-D", "+1d", "a"]), ("is no TTL", ["--ttl", "x", "a"]),
            ("beyond the times of a key file", ["-P", "-3000w", "a"])):
        refused(folder, CALL, sentence, "keygen", *words)
    refused(folder, SYSTEM, "No such file or directory", "keygen", "--keys", "missing", "a")
    expect(not [name for name in os.listdir(folder.path) if name.startswith("K")])


def case_keygen_takes_nobodys_place(folder):
    """PEM gives the same key again, and so the same names."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", folder.at("key.pem")],
                   check=True)
    os.chmod(folder.at("key.pem"), 0o644)
    result = folder.run("keygen", "--pem", "key.pem", "example.com")
    base = result.out.strip()
    expect(result.status == GOOD and "key.pem: others than its owner may read" in result.errors and
           base.startswith("Kexample.com.+015+"), result)
    os.chmod(folder.at("key.pem"), 0o600)
    before = folder.text(base + ".private")
    refused(folder, SYSTEM, "has a key of this zone with the same tag", "keygen", "--pem", "key.pem",
            "example.com")
    expect(folder.text(base + ".private") == before)
    # The same with links where the files would be.
    for name in (".private", ".key"):
        os.mkdir(folder.at("links" + name))
        os.symlink("../target", folder.at("links%s/%s%s" % (name, base, name)))
        result = folder.run("keygen", "--keys", "links" + name, "--pem", "key.pem", "example.com")
        expect(result.status == SYSTEM and result.out == "", result)
        expect(not os.path.exists(folder.at("target")))
    refused(folder, INPUT, "free of a password", "keygen", "--pem", "good.zone", "example.com")
    refused(folder, INPUT, "is not of algorithm", "keygen", "-a", "ed448", "--pem", "key.pem", "a.example")


def case_keys_in_pem_beside_a_key_file(folder):
    subprocess.run(["openssl", "genpkey", "-algorithm", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-out", folder.at("key.pem")], check=True)
    base = made(folder, "--pem", "key.pem", "example.com")
    os.remove(folder.at(base + ".private"))
    os.rename(folder.at("key.pem"), folder.at(base + ".pem"))
    result = folder.run("keys", "example.com")
    expect(result.status == GOOD and "signs everything" in result.out, result)


def case_keys_of_others_or_broken(folder):
    base = made(folder, "example.com")
    os.chmod(folder.at(base + ".private"), 0o640)
    result = folder.run("keys", "example.com")
    expect(result.status == GOOD and "chmod 600" in result.errors, result)
    refused(folder, INPUT, "has no key of 'example.org.'", "keys", "example.org")
    secret = re.search(r"PrivateKey: (\S+)", folder.text(base + ".private"))[1]
    text = folder.text(base + ".private")
    folder.write(base + ".private", text.replace("PrivateKey: ", "PrivateKey ").encode())
    result = folder.run("keys", "example.com")
    expect(result.status == INPUT and base + ".private:3: this line is no 'Label: value'" in
           result.errors and secret not in result.errors, result)
    os.remove(folder.at(base + ".private"))
    os.symlink("away", folder.at(base + ".private"))
    refused(folder, INPUT, "No such file or directory", "keys", "example.com")
    os.rename(folder.at(base + ".key"), folder.at("elsewhere"))
    os.symlink("elsewhere", folder.at(base + ".key"))
    folder.write("away", text.encode())
    os.chmod(folder.at("away"), 0o600)
    result = folder.run("keys", "example.com")
    expect(result.status == GOOD and result.errors == "" and "signs everything" in result.out, result)


def case_keys_tell_a_rollover(folder):
    ksk = made(folder, "--ksk", "-P", "20260101000000", "-A", "20260101000000", "example.com")
    old = made(folder, "--zsk", "-P", "20260101000000", "-A", "20260101000000", "-I",
               "20450101000000", "-D", "20450108000000", "example.com")
    new = made(folder, "--zsk", "-P", "20450101000000", "-A", "20450101000000", "example.com")
    result = folder.run("keys", "example.com", "--at", "2026-02-01")
    expect(result.status == GOOD and result.errors == "", result)
    lines = result.out.splitlines()
    now = {line.split()[3]: line for line in lines if line.startswith("now ")}
    expect("KSK  active     %s  signs the DNSKEY set" % ksk in now[ksk], result)
    expect("ZSK  active     %s  signs all but the DNSKEY set" % old in now[old], result)
    expect("ZSK  hidden     %s  waits" % new in now[new], result)
    warnings = [line for line in lines if line.startswith("warning: ")]
    expect(len(warnings) == 1 and old + " stops signing too soon" in warnings[0] and new in
           warnings[0], result)
    told = json.loads(folder.run("keys", "--json", "example.com", "--at", "2026-02-01").out)
    expect(len(told["keys"]) == 3 and len(told["warnings"]) == 1, told)
    expect([step["step"] for step in told["steps"] if step["key"] == old] == ["retired", "removed"],
           told)
    late = folder.run("keys", "example.com", "--at", "+3000w")
    expect(late.out.count("signs all but the DNSKEY set") == 1 and "removed" in late.out, late)


def case_keys_take_the_ttls_of_a_zone(folder):
    made(folder, "--ksk", "example.com")
    made(folder, "--zsk", "-I", "20450111000000", "-D", "20450113000000", "example.com")
    made(folder, "--zsk", "-P", "20450106000000", "-A", "20450111000000", "example.com")
    expect("warning" not in folder.run("keys", "example.com").out)
    result = folder.run("keys", "--ttl", "6d", "example.com")
    expect("stops signing too soon" in result.out, result)
    folder.write("long.zone", folder.text("good.zone").replace("$TTL 1h", "$TTL 3d").encode())
    result = folder.run("keys", "--zone", "long.zone", "example.com")
    expect("is removed too soon" in result.out and result.status == GOOD, result)
    result = folder.run("keys", "--zone", "long.zone", "--zone-ttl", "1h", "example.com")
    expect("warning" not in result.out, result)
    refused(folder, INPUT, "would be refused", "keys", "--zone", "broken.zone", "example.com")
    refused(folder, SYSTEM, "missing.zone", "keys", "--zone", "missing.zone", "example.com")
    refused(folder, CALL, "is no period", "keys", "--ds-ttl", "long", "example.com")
    refused(folder, CALL, "is no point in time", "keys", "--at", "then", "example.com")
    refused(folder, CALL, "no zone is named", "keys")


def case_ds_of_keys_files_and_sets(folder):
    ksk = made(folder, "--ksk", "example.com")
    zsk = made(folder, "--zsk", "example.com")
    tags = [int(base.split("+")[2]) for base in (ksk, zsk)]
    result = folder.run("ds", "example.com")
    expect(result.status == GOOD and
           re.fullmatch(r"example\.com\. IN DS %d 13 2 [0-9A-F]{64}\n" % tags[0], result.out), result)
    both = folder.run("ds", "-d", "2", "-d", "4", "--all", "example.com").out.splitlines()
    expect(len(both) == 4 and result.out.strip() in both, both)
    expect("DS %d 13 4 " % tags[1] in folder.run("ds", "-d", "4", "--key", str(tags[1]),
                                                 "example.com").out)
    keys = "".join(folder.text(base + ".key") for base in (ksk, zsk))
    expect(folder.run("ds", "example.com", "-", given=keys.encode()).out == result.out)
    folder.write("all.zone", (folder.text("good.zone") + keys).encode())
    expect(folder.run("ds", "EXAMPLE.com.", "all.zone").out.lower() == result.out.lower())
    only = folder.run("ds", "example.com", "-", given=folder.text(zsk + ".key").encode())
    expect("DS %d 13 2 " % tags[1] in only.out, only)
    refused(folder, INPUT, "no key of 'example.com.'", "ds", "example.com", "good.zone")
    refused(folder, INPUT, "-:1: ", "ds", "example.com", "-", given=b"example.com. IN DNSKEY 1\n")
    refused(folder, SYSTEM, "missing.zone", "ds", "example.com", "missing.zone")
    refused(folder, CALL, "exclude each other", "ds", "--keys", ".", "example.com", "all.zone")
    refused(folder, CALL, "is no value for", "ds", "-d", "1", "example.com")
    refused(folder, CALL, "is no key tag", "ds", "--key", "70000", "example.com")
    refused(folder, CALL, "no zone is named", "ds")
