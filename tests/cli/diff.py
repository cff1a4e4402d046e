"""What differs between zones, configurations and views, as a user is told it. The cases of
tests/cli/run for diff and views, and for what check -c says of leaks; which questions get another
answer is tests/server/answer/answer_diff_test.cpp and tests/properties/answer_diff_test.cpp."""

import json

from serving import CALL, GOOD, INPUT, SYSTEM, expect
from views import PATCH, VIEWS

CHANGED = (b"192.0.2.80", b"192.0.2.81")


def versions(folder):
    with open(folder.at("good.zone"), "rb") as file:
        folder.write("new.zone", file.read().replace(*CHANGED))


def case_diff_shows_both_answers(folder):
    versions(folder)
    result = folder.run("diff", "good.zone", "new.zone")
    expect(result.status == INPUT and result.errors == "", result)
    expect(result.out == """\
names: 1
  www.example.com. A, ANY, in caches for up to 1 h
    example: www.example.com. A
    = NOERROR aa
    - answer      www.example.com. 3600 A 192.0.2.80
    + answer      www.example.com. 3600 A 192.0.2.81
1 class of questions: names 1
""", result)
    same = folder.run("diff", "example.com", "good.zone", "good.zone")
    expect(same.status == GOOD and same.out == "every question gets the same answer\n", same)


def case_diff_as_json(folder):
    versions(folder)
    result = folder.run("diff", "--json", "good.zone", "new.zone")
    first, last = [json.loads(line) for line in result.out.splitlines()]
    expect(result.status == INPUT and first["group"] == "names", result)
    expect(first["types"] == ["A", "ANY"] and first["held"] == 3600, result)
    expect(first["after"]["answer"] == ["www.example.com. 3600 A 192.0.2.81"], result)
    expect(last == {"same": False, "classes": 1, "groups": {"names": 1}}, result)


def case_diff_shows_as_many_as_the_limit_says(folder):
    hosts = b"".join(b"h%d A 192.0.2.1\n" % number for number in range(9))
    with open(folder.at("good.zone"), "rb") as file:
        folder.write("more.zone", file.read() + hosts)
    result = folder.run("diff", "--limit", "findings-per-rule=4", "good.zone", "more.zone")
    expect(result.out.count("example: ") == 4 and "names: 9\n" in result.out, result)
    expect("  and 5 more\n" in result.out, result)


def case_diff_says_what_is_wrong_with_a_call(folder):
    versions(folder)
    folder.write("apex.toml", VIEWS)
    folder.write("inside.patch", PATCH)
    for status, piece, words in (
            (CALL, "nothing is named", []),
            (CALL, "is all that is named", ["good.zone"]),
            (CALL, "takes two views", ["-c", "apex.toml"]),
            (CALL, "there is no view 'outside'",
             ["-c", "apex.toml", "--view", "inside", "--view", "outside"]),
            (CALL, "zone files have no views", ["good.zone", "new.zone", "--view", "inside"]),
            (SYSTEM, "cannot read 'none.zone'", ["good.zone", "none.zone"]),
            (INPUT, "would be refused", ["good.zone", "broken.zone"])):
        result = folder.run("diff", *words)
        expect(result.status == status and piece in result.errors and result.out == "", result)


def case_diff_of_configurations_and_of_views(folder):
    folder.write("apex.toml", VIEWS)
    folder.write("inside.patch", PATCH)
    result = folder.run("diff", "-c", "apex.toml", "-v", "default", "-v", "inside")
    expect(result.status == INPUT and "+ answer      printer.example.com. 3600 A 10.0.0.9" in
           result.out, result)
    same = folder.run("diff", "-c", "apex.toml", "-v", "inside", "-v", "partner")
    expect(same.status == GOOD, same)
    folder.write("next.patch", PATCH + b"scanner A 10.0.0.10\n")
    folder.write("next.toml", VIEWS.replace(b"inside.patch", b"next.patch"))
    result = folder.run("diff", "apex.toml", "next.toml")
    expect(result.status == INPUT and result.out.count("scanner.example.com. any type") == 2,
           result)
    expect("view inside\n" in result.out and "view default\n" not in result.out, result)


def case_views_are_shown_side_by_side(folder):
    folder.write("apex.toml", VIEWS)
    folder.write("inside.patch", PATCH)
    result = folder.run("views")
    expect(result.status == GOOD and result.out == """\
name                  type  default     inside     partner
printer.example.com.  any   NXDOMAIN    10.0.0.9   10.0.0.9
www.example.com.      A     192.0.2.80  10.0.0.80  10.0.0.80
""", result)
    rows = [json.loads(line) for line in folder.run("views", "--json", "-c", "apex.toml",
                                                    "www.example.com").out.splitlines()]
    expect(len(rows) == 1 and rows[0]["views"]["inside"] == "10.0.0.80", rows)


PUBLIC = b"""
[[zone]]
name = "example.com"
file = "good.zone"
"""
SIGNED = (b"@ DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL"
          b"fDLUT0rAK9iUzy1L53eKGQ==\n")
PARENT = b"""$ORIGIN com.
$TTL 1h
@ SOA ns1.example hostmaster.example 7 2h 15m 2w 10m
@ NS ns1.example
example NS ns1.example
example DS 31589 13 2 CDE0D742D6998AA554A92D890F8184C698CFAC8A26FA59875A990C03E576343C
ns1.example A 10.0.0.53
"""


def case_private_addresses_in_a_public_view_are_told(folder):
    with open(folder.at("good.zone"), "rb") as file:
        good = file.read()
    folder.write("good.zone", good + b"int A 10.0.0.1\nula AAAA fd00::1\nlocalhost A 127.0.0.1\n")
    folder.write("com.zone", PARENT)
    folder.write("apex.toml", PUBLIC + b'[[zone]]\nname = "com"\nfile = "com.zone"\n')
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == GOOD and result.out.count("[address-leaks]") == 2, result)
    expect("10.0.0.1, which is private (RFC 1918), in view 'default'" in result.out, result)
    expect("good.zone:10:" in result.out and "unique-local" in result.out, result)
    expect(result.out.count("[glue-leaks]") == 1 and "com.zone:7:1" in result.out, result)
    for text in (b'listen = ["127.0.0.1"]', b'allow-query = ["10.0.0.0/8"]',
                 b'rules = { address-leaks = "off", glue-leaks = "off" }'):
        folder.write("apex.toml", text + PUBLIC + b'[[zone]]\nname = "com"\nfile = "com.zone"\n')
        quiet = folder.run("check", "-c", "apex.toml")
        expect(quiet.status == GOOD and "leaks" not in quiet.out, quiet)


def case_views_that_contradict_a_ds_are_told(folder):
    with open(folder.at("good.zone"), "rb") as file:
        good = file.read()
    folder.write("signed.zone", good + SIGNED)
    folder.write("com.zone", PARENT)
    text = PUBLIC + b"""
[[zone]]
name = "com"
file = "com.zone"
[[view]]
name = "inside"
clients = ["10.0.0.0/8"]
[[view.zone]]
name = "example.com"
file = "signed.zone"
"""
    folder.write("apex.toml", text)
    result = folder.run("check", "-c", "apex.toml")
    expect("zone 'example.com.' is signed in view 'inside' and not in view 'default'" in
           result.out, result)
    folder.write("good.zone", good + SIGNED.replace(b"mdss", b"mdst"))
    result = folder.run("check", "-c", "apex.toml")
    expect("[keys-differ]" in result.out and "[signing-differs]" not in result.out, result)
    folder.write("good.zone", good + SIGNED)
    result = folder.run("check", "-c", "apex.toml")
    expect("[keys-differ]" not in result.out and "[signing-differs]" not in result.out, result)


def case_names_of_one_view_are_told_if_wanted(folder):
    folder.write("apex.toml", VIEWS)
    folder.write("inside.patch", PATCH)
    expect("[name-in-one-view]" not in folder.run("check", "-c", "apex.toml").out)
    with_them = folder.run("check", "-r", "name-in-one-view=note", "-c", "apex.toml")
    # Two views have it: the overlay is shared.
    expect("printer" not in with_them.out, with_them)
    folder.write("apex.toml", VIEWS.replace(b'base = "inside"', b'base = "default"'))
    with_them = folder.run("check", "-r", "name-in-one-view=note", "-c", "apex.toml")
    expect("'printer.example.com.' exists in view 'inside' alone" in with_them.out, with_them)
