"""Signed zones, whole and broken, as a user has them looked at. The cases of tests/cli/run for
verify and for check --dnssec; what is found in which zone is tests/signer/verify_zone.txt."""

import json
import os
import re

from serving import CALL, GOOD, INPUT, SYSTEM, expect

HERE = os.path.dirname(os.path.abspath(__file__))
SIGNED = os.path.join(os.path.dirname(HERE), "signer/zones/nsec.zone")
AT = ("--at", "20260601000000")
DS = b"example. IN DS 4720 15 2 EC7C48E61E9E55E86A641EE82E2CA59DF0EAE303AF4E7D9800C161B98D4F12C5\n"


def signed(folder, change=lambda text: text, name="signed.zone"):
    with open(SIGNED, encoding="ascii") as file:
        folder.write(name, change(file.read()).encode())
    return name


def without_one_signature(text):
    return re.sub(r"^web\.example\.\t3600\tIN\tRRSIG\tAAAA.*\n", "", text, flags=re.M)


def expect_summary(result, status, words):
    expect(result.status == status and result.errors == "", result)
    expect(result.out.splitlines()[-1].endswith(words), result)


def case_verify_says_that_a_zone_validates(folder):
    name = signed(folder)
    expect_summary(folder.run("verify", *AT, "example", name), GOOD, "serial 2026010101: validates")
    expect_summary(folder.run("verify", *AT, name), GOOD, "validates")
    expect_summary(folder.run("verify", *AT, "-", given=open(SIGNED, "rb").read()), GOOD,
                   "validates")
    for moment in ("2026-06-01", "2026-06-01T00:00:00Z", "1780272000"):
        expect_summary(folder.run("verify", "--at", moment, name), GOOD, "validates")
    expect(folder.run("verify", "--quiet", *AT, name).out == "")


def case_verify_finds_a_fault_at_its_place(folder):
    name = signed(folder, without_one_signature)
    line = 1 + open(folder.at(name), encoding="ascii").read().splitlines().index(
        "web.example.\t3600\tIN\tAAAA\t2001:db8::80")
    result = folder.run("verify", *AT, "example", name)
    expect_summary(result, INPUT, "does not validate, 1 error")
    expect(result.out.startswith("%s:%d:1: error: 'web.example.' AAAA has no signature" %
                                 (name, line)), result)
    quiet = folder.run("verify", "-q", *AT, name)
    expect(quiet.status == INPUT and quiet.out == "", quiet)
    found = json.loads(folder.run("verify", "--format", "json", *AT, name).out)
    expect(found["exit_code"] == INPUT and found["zones"][0]["outcome"] == "bogus", found)
    finding, = found["zones"][0]["findings"]
    expect((finding["rule"], finding["line"], finding["column"]) == ("missing-signature", line, 1))
    sarif = json.loads(folder.run("verify", "--format", "sarif", *AT, name).out)
    expect(sarif["runs"][0]["results"][0]["ruleId"] == "missing-signature", sarif)
    expect_summary(folder.run("verify", *AT, "--rule", "missing-signature=warning", name), GOOD,
                   "validates, 1 warning")


def case_verify_at_another_time(folder):
    name = signed(folder)
    late = folder.run("verify", "--at", "20270102000000", "--limit", "findings-per-rule=1", name)
    expect_summary(late, INPUT, "does not validate, 36 errors")
    expect(late.out.count("[signature-expired]\n  more") == 1, late)
    early = folder.run("verify", "--at", "20251231000000", name)
    expect(early.status == INPUT and "[signature-not-yet-valid]" in early.out, early)
    soon = ("verify", "--at", "20261225000000", name)
    expect_summary(folder.run(*soon), GOOD, "validates")
    expect_summary(folder.run(*soon, "--soon", "8d"), GOOD, "validates, 35 warnings")
    expect(folder.run(*soon, "--soon", "8d", "--strict").status == INPUT)


def case_verify_with_the_parents_records(folder):
    name = signed(folder)
    folder.write("dsset-example.", DS)
    expect_summary(folder.run("verify", *AT, "--ds", "dsset-example.", name), GOOD, "validates")
    folder.write("wrong", DS.replace(b"12C5", b"12C6"))
    result = folder.run("verify", *AT, "--ds", "wrong", name)
    expect(result.status == INPUT and "[ds-leads-nowhere]" in result.out, result)
    for text in (b"", b"example. IN DS what\n", b"other. IN DS 4720 15 2 00\n"):
        folder.write("none", text)
        result = folder.run("verify", *AT, "--ds", "none", name)
        expect(result.status == CALL and "DS records of 'none'" in result.errors, result)
    expect(folder.run("verify", *AT, "--ds", "nowhere", name).status == CALL)


def case_verify_called_wrongly(folder):
    for words, piece in ((["verify"], "no zone file is named"),
                         (["verify", "a=good.zone", "b=good.zone"], "more than one zone"),
                         (["verify", "--at", "soon", "good.zone"], "no point in time"),
                         (["verify", "--soon", "soon", "good.zone"], "no period"),
                         (["check", "--at", "now", "good.zone"], "--dnssec")):
        result = folder.run(*words)
        expect(result.status == CALL and piece in result.errors and result.out == "", result)
    missing = folder.run("verify", "missing.zone")
    expect(missing.status == SYSTEM and "cannot read 'missing.zone'" in missing.errors, missing)
    refused = folder.run("verify", "broken.zone")
    expect_summary(refused, INPUT, "would be refused, 1 error")
    unsigned = folder.run("verify", "good.zone")
    expect(unsigned.status == INPUT and "[not-signed]" in unsigned.out, unsigned)


def case_check_looks_at_signatures_too(folder):
    good = signed(folder)
    bad = signed(folder, without_one_signature, "bad.zone")
    zones = ("example=" + good, "example.com=good.zone")
    result = folder.run("check", "--dnssec", *AT, *zones)
    expect(result.status == GOOD, result)
    expect([line.split(": ")[-1] for line in result.out.splitlines()] ==
           ["validates", "would be served"], result)
    result = folder.run("check", "--dnssec", *AT, "example", bad)
    expect_summary(result, INPUT, "does not validate, 1 error")
    expect_summary(folder.run("check", "example", bad), GOOD, "would be served")
    folder.write("apex.toml", b'[[zone]]\nname = "example"\nfile = "bad.zone"\n')
    result = folder.run("check", "-c", "apex.toml", "--dnssec", *AT)
    expect(result.status == INPUT and "[missing-signature]" in result.out, result)
    folder.write("mixed.zone", open(folder.at("good.zone"), "rb").read() +
                 b"@ NSEC www A\nwww NSEC @ A\n")
    expect("[not-signed]" in folder.run("check", "--dnssec", "mixed.zone").out)
