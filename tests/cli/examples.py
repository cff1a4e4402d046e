"""The folders of man/examples that need a server: the commands of their READMEs print what stands
there. Each runs in a network namespace of its own, where the addresses and ports are free; where
the system permits none, or has no dig or unbound, the case is skipped, and a line says so.

  examples.py --write APEX    writes what the commands print into the READMEs
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from documents import EDGE, ROOT  # noqa: E402
from serving import expect  # noqa: E402

BLOCK = re.compile(r"^(```console\n)(.*?)(^```\n)", re.M | re.S)
PEERS = os.path.join(ROOT, "build/peers/bin")
EXAMPLES = ("lab", "split-horizon")
SERVE = """
ip link set lo up || exit 77
apex serve -c apex.toml %s 2> log &
server=$!
for i in $(seq 100); do apex ctl status 2>&1 | grep -q '^state *serving' && break; sleep 0.1; done
"""
HOSTS = "127.0.0.11 a.lab\n127.0.0.12 ns.test\n127.0.0.13 ns.shop.test\n127.0.0.14 ns.lab\n"


def skipped(why):
    print("skipped: " + why)


def missing(*programs):
    """Why a case cannot run here, or nothing."""
    path = PEERS + ":" + os.environ["PATH"]
    for name in programs:
        if shutil.which(name, path=path) is None:
            return "there is no " + name
    done = subprocess.run(["unshare", "-rnm", "ip", "link", "set", "lo", "up"], capture_output=True,
                          check=False)
    return "" if done.returncode == 0 else "the system permits no network namespace"


def in_namespace(apex, folder, example, script):
    """What a script prints that runs in a copy of the example, with apex and the peers at hand."""
    copy = os.path.join(folder, example)
    shutil.copytree(os.path.join(ROOT, "man/examples", example), copy)
    binaries = os.path.join(folder, "bin")
    os.mkdir(binaries)
    os.symlink(os.path.abspath(apex), os.path.join(binaries, "apex"))
    path = ":".join([binaries, PEERS, os.environ["PATH"], "/usr/sbin"])
    done = subprocess.run(["unshare", "-rnm", "bash", "-c", script], cwd=copy, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"})
    return done.stdout.decode()


def filled(apex, example):
    """(README as it is, README as its commands would have it)."""
    with open(os.path.join(ROOT, "man/examples", example, "README.md"), encoding="utf-8") as file:
        present = file.read()
    commands = [line[2:] for block in BLOCK.finditer(present) for line in block[2].splitlines()
                if line.startswith("$ ")]
    script = SERVE % "" + "".join("%s\necho '%s'\n" % (command, EDGE) for command in commands)
    with tempfile.TemporaryDirectory() as folder:
        outputs = in_namespace(apex, folder, example, script + "kill $server; wait $server\n")
    told = iter(zip(commands, outputs.split(EDGE + "\n")))

    def fill(found):
        lines = [line for line in found[2].splitlines() if line.startswith("$ ")]
        return found[1] + "".join("$ %s\n%s" % next(told) for _ in lines) + found[3]
    return present, BLOCK.sub(fill, present)


def check_readme(apex, example):
    why = missing("dig")
    if why:
        return skipped(why)
    present, wanted = filled(apex, example)
    expect(present == wanted, "man/examples/%s/README.md should read\n%s" % (example, wanted))
    return None


def case_the_split_horizon_example_is_as_its_readme_says(folder):
    check_readme(folder.apex, "split-horizon")


def case_the_lab_example_is_as_its_readme_says(folder):
    check_readme(folder.apex, "lab")


def case_a_resolver_validates_the_lab(folder):
    why = missing("dig", "unbound")
    if why:
        return skipped(why)
    listen = " ".join("-L 127.0.0.%d:53" % number for number in range(11, 15))
    folder.write("hosts", HOSTS.encode())
    script = SERVE % listen + """
for zone in test shop.test; do apex ds --keys apex-state/signing/$zone $zone > ds/$zone; done
apex ctl reload
apex ds --keys apex-state/signing/%root . > anchor
unbound -d -c unbound.conf > unbound.log 2>&1 &
for i in $(seq 50); do dig +tries=1 +timeout=1 @127.0.0.53 . NS > status && break; done
for name in www.shop.test www.blog.test nothing.shop.test a.customer.shop.test; do
    dig @127.0.0.53 +noall +comments +answer $name
done
mount --bind """ + folder.at("hosts") + """ /etc/hosts || echo "no mount"
echo TRACE
dig +trace +nodnssec @127.0.0.11 www.shop.test
kill %2 $server; wait
"""
    with tempfile.TemporaryDirectory() as place:
        shown = in_namespace(folder.apex, place, "lab", script)
    answers = re.findall(r"status: (\w+).*?flags: ([a-z ]+);", shown.split("TRACE")[0], re.S)
    expect(answers == [("NOERROR", "qr rd ra ad"), ("NOERROR", "qr rd ra"),
                       ("NXDOMAIN", "qr rd ra ad"), ("NOERROR", "qr rd ra ad")], shown)
    expect("192.0.2.80" in shown and "192.0.2.90" in shown, shown)
    trace = shown.split("TRACE")[1]
    hops = re.findall(r"from 127\.0\.0\.(\d+)#53\((\S+)\)", trace)
    expect([number for number, _ in hops][-3:] == ["11", "12", "13"], shown)
    return None


if __name__ == "__main__":
    for one in EXAMPLES:
        before, after = filled(sys.argv[-1], one)
        if before != after and sys.argv[1] == "--write":
            with open(os.path.join(ROOT, "man/examples", one, "README.md"), "w",
                      encoding="utf-8") as readme:
                readme.write(after)
