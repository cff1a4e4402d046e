"""Zones as a user signs them. The cases of tests/cli/run for sign; what signing makes is tested in
tests/signer, and by other servers' tools in tests/peers/signed."""

import os
import re
import stat

from serving import CALL, GOOD, INPUT, SYSTEM, expect

AT = ("--at", "20270115000000")
ORIGIN = "example.com"


def keyed(folder, *words):
    """A key for good.zone in the folder of the case, that signs always."""
    result = folder.run("keygen", *words, "-P", "20200101000000", "-A", "20200101000000", ORIGIN)
    expect(result.status == GOOD, result)
    return result.out.strip()


def types(text):
    return sorted({line.split("\t")[3] for line in text.splitlines()})


def refused(result, status, *pieces):
    expect(result.status == status and result.out == "", result)
    for piece in pieces:
        expect(piece in result.errors, result)


def case_sign_and_verify(folder):
    keyed(folder)
    for words in ([], ["--nsec3"], ["--nsec3", "--opt-out", "--salt", "AB", "--iterations", "2"],
                  ["--zonemd"], ["--serial", "increment"], ["-t", "1"], ["-t", "3"]):
        result = folder.run("sign", ORIGIN, "good.zone", "-o", "signed", *words)
        expect(result.status == GOOD and result.out == result.errors == "", result)
        result = folder.run("verify", ORIGIN, "signed")
        expect(result.status == GOOD and ": validates" in result.out, (words, result))
        # Signed again, it is the same zone with other signatures.
        folder.run("sign", ORIGIN, "signed", "-o", "again", *words)
        lines = [re.sub(r"\t(RRSIG|ZONEMD)\t.*| \d+ 7200 ", "", folder.text(name)) for name in ("signed", "again")]
        expect(lines[0] == lines[1], words)


def case_sign_is_the_same_at_the_same_time(folder):
    keyed(folder, "-a", "ed25519")
    outputs = [folder.run("sign", ORIGIN, "good.zone", "-o", "-", *AT, "-t", str(threads)).out
               for threads in (1, 2, 4)]
    expect(len(set(outputs)) == 1 and outputs[0].startswith("example.com.\t3600\tIN\tSOA\t"), outputs)
    other = folder.run("sign", ORIGIN, "good.zone", "-o", "-", "--at", "20270115000001").out
    expect(other != outputs[0])


def case_sign_times_and_serials(folder):
    keyed(folder, "-a", "ed25519")
    def soa(*words):
        result = folder.run("sign", ORIGIN, "good.zone", "-o", "-", *AT, *words)
        expect(result.status == GOOD, result)
        rrsig = re.search(r"\tRRSIG\tSOA 15 2 3600 (\d+) (\d+) ", result.out)
        return result.out.split("\n", 1)[0].split()[6], rrsig.group(1)[:8], rrsig.group(2)
    expect(soa()[0] == "7" and soa()[2] == "20270114230000", soa())
    expect(soa()[1] in ("20270128", "20270129"), soa())
    expect(soa("--jitter", "0")[1] == "20270129", soa("--jitter", "0"))
    expect(soa("--validity", "3d", "--jitter", "0")[1] == "20270118")
    expect(soa("--serial", "increment")[0] == "8")
    expect(soa("--serial", "unixtime")[0] == "1799971200")
    expect(soa("--serial", "date")[0] == "2027011500")


def case_sign_writes_whole_files(folder):
    keyed(folder)
    folder.run("sign", ORIGIN, "good.zone", "-o", "signed")
    expect(stat.S_IMODE(os.stat(folder.at("signed")).st_mode) == 0o644)
    os.chmod(folder.at("signed"), 0o640)
    before = os.stat(folder.at("signed")).st_ino
    folder.run("sign", ORIGIN, "good.zone", "-o", "signed")
    after = os.stat(folder.at("signed"))
    expect(stat.S_IMODE(after.st_mode) == 0o640 and after.st_ino != before)
    expect(sorted(os.listdir(folder.path))[:1] and not
           [name for name in os.listdir(folder.path) if ".new-" in name])
    # A zone over itself.
    result = folder.run("sign", ORIGIN, "signed", "-o", "signed")
    expect(result.status == GOOD, result)
    refused(folder.run("sign", ORIGIN, "good.zone", "-o", "missing/signed"), SYSTEM,
            "cannot write 'missing/signed'")
    os.mkfifo(folder.at("pipe"))
    refused(folder.run("sign", ORIGIN, "good.zone", "-o", "pipe"), CALL, "no regular file", "-o -")
    result = folder.shell("$APEX print example.com good.zone | $APEX sign example.com - -o - | head -n 1")
    expect(result.status == GOOD and "SOA" in result.out, result)


def case_sign_without_keys(folder):
    refused(folder.run("sign", ORIGIN, "good.zone", "-o", "signed"), INPUT,
            "no keys in the folder '.' sign 'example.com.'", "apex keygen example.com.")
    keyed(folder)
    refused(folder.run("sign", ORIGIN, "good.zone", "-o", "signed", "--at", "20100101000000"), INPUT,
            "no keys in the folder")
    refused(folder.run("sign", ORIGIN, "good.zone", "-o", "signed", "--keys", "nowhere"), SYSTEM,
            "nowhere")
    expect(not os.path.exists(folder.at("signed")))


def case_sign_keeps_foreign_keys(folder):
    base = keyed(folder)
    foreign = "@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
    folder.write("foreign.zone", folder.text("good.zone").encode() + foreign.encode())
    refused(folder.run("sign", ORIGIN, "foreign.zone", "-o", "signed"), INPUT,
            "no private key in the folder '.' belongs to them")
    own = folder.text(base + ".key").splitlines()[-1] + "\n"
    folder.write("both.zone", folder.text("foreign.zone").encode() + own.encode())
    result = folder.run("sign", ORIGIN, "both.zone", "-o", "-")
    expect(result.status == GOOD and len(re.findall(r"\tDNSKEY\t", result.out)) == 2, result)


def case_sign_refuses_what_would_be_refused(folder):
    keyed(folder)
    refused(folder.run("sign", ORIGIN, "broken.zone", "-o", "signed"), INPUT, "broken.zone:9", "error")
    refused(folder.run("sign", ORIGIN, "absent.zone", "-o", "signed"), SYSTEM, "cannot read")


def case_sign_calls_at_fault(folder):
    for words, piece in ((["good.zone"], "nothing says where"), (["-o", "x"], "no zone file"),
                         (["good.zone", "-o", "x", "--salt", "AB"], "--salt is for NSEC3"),
                         (["good.zone", "-o", "x", "--nsec3", "--salt", "A"], "'A' is no salt"),
                         (["good.zone", "-o", "x", "--nsec3", "--iterations", "-1"], "'-1' is no"),
                         (["good.zone", "-o", "x", "--validity", "soon"], "no period"),
                         (["good.zone", "-o", "x", "--validity", "0"], "due as soon"),
                         (["good.zone", "-o", "x", "--jitter", "8d"], "jitter"),
                         (["good.zone", "-o", "x", "--at", "later"], "later"),
                         (["a=good.zone", "b=good.zone", "-o", "x"], "more than one zone")):
        refused(folder.run("sign", *words), CALL, piece)
