"""Views in a configuration, as a user has them checked and explained. The cases of tests/cli/run for
[[view]]; what the server does with them is tests/clients."""

import json

from serving import CALL, GOOD, INPUT, Server, ask, expect, free_port

VIEWS = b"""
[[zone]]
name = "example.com"
file = "good.zone"

[[view]]
name = "inside"
clients = ["!10.9.0.0/16", "10.0.0.0/8", "fd00::/8"]
zones-from = ["default"]
[[view.zone]]
name = "example.com"
base = "default"
overlay = "inside.patch"

[[view]]
name = "partner"
destinations = ["127.0.0.2"]
keys = ["partner-key"]
[[view.zone]]
name = "example.com"
base = "inside"

[[key]]
name = "partner-key"
secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
"""
PATCH = b"$TTL 1h\n$REPLACE www A\nwww A 10.0.0.80\nprinter A 10.0.0.9\n"


def written(folder, text=VIEWS, patch=PATCH):
    folder.write("apex.toml", text)
    folder.write("inside.patch", patch)


def case_views_are_checked_with_their_zones(folder):
    written(folder)
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == GOOD and result.errors == "", result)
    lines = result.out.splitlines()
    # Each zone once: the file's and the overlay.
    expect(len(lines) == 2, result)
    expect(lines[0].startswith("example.com (default): ") and "6 records" in lines[0], result)
    expect(lines[1].startswith("example.com (inside, partner): ") and "7 records" in lines[1], result)
    result = folder.run("check", "--format", "json", "-c", "apex.toml")
    expect([zone["views"] for zone in json.loads(result.out)["zones"]] ==
           [["default"], ["inside", "partner"]], result)
    written(folder, patch=b"$REMOVE nobody\n")
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == INPUT and result.out.count("inside.patch:1:") == 1, result)
    folder.write("good.zone", b"no zone")
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == INPUT and "inside.patch" not in result.out, result)


def case_views_that_are_in_vain_are_told(folder):
    written(folder, VIEWS + b"""
[[view]]
name = "late"
clients = ["10.1.0.0/16", "11.0.0.0/8"]
[[view]]
name = "never"
clients = ["11.1.0.0/16"]
""")
    result = folder.run("check", "-c", "apex.toml")
    expect(result.status == GOOD, result)
    at = VIEWS.count(b"\n") + 4  # where "late" says who its clients are
    expect(f"apex.toml:{at}:12: warning: nobody of '10.1.0.0/16' is answered by view 'late': view "
           "'inside' comes first [client-network-shadowed]" in result.out, result)
    expect("warning: view 'never' answers nobody" in result.out, result)
    expect(folder.run("check", "--strict", "-c", "apex.toml").status == INPUT)
    result = folder.run("check", "--rule", "view-never-chosen=off", "-c", "apex.toml")
    expect("'never'" not in result.out and "'late'" in result.out, result)


def case_views_are_explained(folder):
    written(folder)
    asked = ("explain", "www.example.com", "A")
    result = folder.run(*asked, "--client", "10.1.2.3")
    expect(result.status == GOOD, result)
    expect("inside answers this client: 10.1.2.3 is one of its clients" in result.out, result)
    expect("inside.patch:3:1: www.example.com. 3600 IN A 10.0.0.80" in result.out, result)
    result = folder.run(*asked, "--client", "10.9.2.3")
    expect("10.9.2.3 is none of its clients, !10.9.0.0/16, 10.0.0.0/8" in result.out, result)
    expect("127.0.0.1 is none of its destinations" in result.out, result)
    expect("no key signed the question, and it has keys, partner-key." in result.out, result)
    expect("default answers this client" in result.out and "192.0.2.80" in result.out, result)
    result = folder.run(*asked, "--key", "partner-key", "--destination", "127.0.0.2")
    expect("partner answers this client" in result.out and "10.0.0.80" in result.out, result)
    expect("the key partner-key. is one of its keys" in result.out, result)
    expect(folder.run(*asked, "--key", "other").status == CALL)
    expect(folder.run(*asked, "--key", "other", "example.com=good.zone").status == CALL)
    found = json.loads(folder.run("explain", "--json", "www.example.com", "10.1.2.3").out)
    expect("inside" in json.dumps(found), found)


def case_views_are_served_and_ctl_tells_which(folder):
    port = free_port()
    # Of two views by destination each answers its own; clients of 127.0.0.0/8 are in none.
    text = b'listen = ["127.0.0.1:%d"]\n' % port + VIEWS
    written(folder, text)
    with Server(folder, "-c", "apex.toml"):
        expect(ask(port, "www.example.com").rcode == 0)
        result = folder.run("ctl", "which", "10.1.2.3", "printer.example.com")
        first, _, line = result.out.splitlines()
        expect(first == "10.1.2.3 is answered by view 'inside': client of 10.0.0.0/8", result)
        expect(line.startswith("example.com. ") and line.endswith("inside.patch"), result)
        result = folder.run("ctl", "which", "--destination", "127.0.0.2", "--key", "partner-key",
                            "192.0.2.1")
        expect(result.out == "192.0.2.1 is answered by view 'partner': destination in 127.0.0.2/32, "
               "key partner-key.\n", result)
        found = json.loads(folder.run("ctl", "which", "-j", "fd00::1").out)
        expect((found["view"], found["client-network"]) == ("inside", "fd00::/8"), found)
        result = folder.run("ctl", "which", "10.9.0.1", "www.example.com", "example.org")
        expect(result.status == INPUT and "10.9.0.1 is answered by view 'default'\n" in result.out
               and "no zone of view 'default' covers 'example.org.'" in result.errors, result)
        for words in (["--key", "other", "10.0.0.1"], ["10.0.0.1", "10.0.0.2"], ["a..b"]):
            result = folder.run("ctl", "which", *words)
            expect(result.status == INPUT and result.out == "", result)
        result = folder.run("ctl", "explain", "www.example.com", "--client", "10.0.0.1")
        expect(result.status == GOOD and "10.0.0.80" in result.out, result)
        stats = json.loads(folder.run("ctl", "-j", "stats").out)
        expect(stats["views"]["default"] == 1 and stats["zones"] == {"example.com.": 1}, stats)
        rows = [json.loads(row) for row in folder.run("ctl", "-j", "zones").out.splitlines()]
        expect([row["view"] for row in rows] == ["inside", "partner", "default"], rows)
