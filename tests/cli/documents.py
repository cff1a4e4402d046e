"""What the README and the manual promise: their examples run, and their lists equal the tables.

  documents.py APEX            says what differs; tests/cli/run calls it
  documents.py --write APEX    writes what the binary says into the documents

An example is a line "$ COMMAND" in a console block of the README or between .EX and .EE of a manual
page, followed by what it prints; it runs in a copy of man/examples. A list stands between the
comments `generated: LIST` and `end`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ["man/" + name for name in
         ("apex.1", "apex-check.1", "apex-ctl.1", "apex-diff.1", "apex-ds.1", "apex-explain.1",
          "apex-keygen.1", "apex-keys.1", "apex-print.1", "apex-serve.1", "apex-sign.1",
          "apex-verify.1", "apex-views.1",
          "apex.toml.5", "apex-zonefile.5")]
COMPLETION = "man/apex.bash-completion"
EDGE = "==== end of an example ===="


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def from_roff(line):
    return re.sub(r"\\([-e&])", lambda found: {"-": "-", "e": "\\", "&": ""}[found[1]], line)


def to_roff(line):
    line = line.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + line if line[:1] in (".", "'") else line


class Documents:
    def __init__(self, apex):
        self.apex = os.path.abspath(apex)

    def output(self, *words):
        return subprocess.run([self.apex, *words], check=True, stdout=subprocess.PIPE,
                              encoding="utf-8").stdout

    def run_examples(self, commands):
        """The output of each command, all in one shell."""
        with tempfile.TemporaryDirectory() as folder:
            examples = os.path.join(folder, "examples")
            shutil.copytree(os.path.join(ROOT, "man/examples"), examples)
            os.mkdir(os.path.join(folder, "bin"))
            os.symlink(self.apex, os.path.join(folder, "bin/apex"))
            path = os.path.join(folder, "bin") + ":" + os.environ["PATH"]
            # `$?` of an example must be that of the one before: it is put back after the edge.
            script = "".join("%s\nstatus=$?; echo '%s'; (exit $status)\n" % (command, EDGE)
                             for command in commands)
            result = subprocess.run(["bash", "-c", script], cwd=examples, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
                                    encoding="utf-8", timeout=60)
        return result.stdout.split(EDGE + "\n")[:-1]

    def filled_examples(self, text, block, encode, decode):
        """The text with the outputs of its examples as they are."""
        def fill(found):
            commands = [decode(line[2:]) for line in found[2].splitlines() if line.startswith("$ ")]
            if not commands:
                return found[0]
            body = ""
            for command, output in zip(commands, self.run_examples(commands)):
                body += "$ " + encode(command) + "\n"
                body += "".join(encode(line) + "\n" for line in output.splitlines())
            return found[1] + body + found[3]
        return block.sub(fill, text)

    def list_of(self, words):
        kind = words[0]
        if kind == "commands":
            rows = re.findall(r"^  (\w+) +(.*)$", self.output("help").split("more:")[0], re.M)
            return "".join(".TP\n.B %s\n%s.\n" % row for row in rows)
        if kind == "synopsis":
            rows = re.findall(r"^(?:usage:|      ) apex (.*)$", self.output("help", words[1]), re.M)
            return ".nf\n" + "".join(".B apex " + to_roff(row) + "\n" for row in rows) + ".fi\n"
        if kind == "options":
            return self.output("help", words[1], "--format", "roff")
        return self.output("help", kind, "--format", "roff")

    def filled_lists(self, text):
        return re.sub(r'(^\.\\" generated: (.*)\n)(?:.*\n)*?(\.\\" end\n)',
                      lambda found: found[1] + self.list_of(found[2].split()) + found[3],
                      text, flags=re.M)

    def wanted(self, path):
        """A document as it should be."""
        if path == COMPLETION:
            return self.output("help", "completion")
        text = read(path)
        if path == "README.md":
            block = re.compile(r"^(```console\n)(.*?)(^```\n)", re.M | re.S)
            return self.filled_examples(text, block, str, str)
        block = re.compile(r"^(\.EX\n)(.*?)(^\.EE\n)", re.M | re.S)
        return self.filled_examples(self.filled_lists(text), block, to_roff, from_roff)


def all_documents():
    return ["README.md", COMPLETION] + PAGES


def main(words):
    write = words[:1] == ["--write"]
    documents = Documents(words[-1])
    differing = 0
    for path in all_documents():
        wanted = documents.wanted(path)
        present = read(path) if os.path.exists(os.path.join(ROOT, path)) else ""
        if wanted == present:
            continue
        differing += 1
        print(("written: " if write else "differs: ") + path)
        if write:
            with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
                file.write(wanted)
    return 1 if differing and not write else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
