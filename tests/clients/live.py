"""The little internet, signed by the servers themselves: apex serve with `dnssec`, children first, so
that their DS records go into their parents as `apex ds` prints them. On request some links of the
chain are broken: see FAULTS."""

import os
import subprocess
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")]
import servers  # noqa: E402
import worlds  # noqa: E402

POLICIES = {None: "", "nsec": "dnssec = true\n", "nsec3": 'dnssec = "hashed"\n', "optout": 'dnssec = "open"\n'}
TABLES = ('[policy.hashed]\ndenial = "nsec3"\n'
          '[policy.open]\ndenial = "nsec3"\nopt-out = true\n')


# What is wrong with a zone where the links are broken on purpose.
#   digest    its DS in the parent has another digest
#   swapped   its DS in the parent is that of a key that it no longer has
#   expired   it was signed in 2024, for two weeks, and is served from that file
FAULTS = {"dom.test.": "digest", "insecure.test.": "swapped", "deny.test.": "expired"}


class LiveApex(servers.Apex):
    """Zones as files have them, each with the kind of denial that it is to be signed with."""

    def __init__(self, path, denials):
        super().__init__(path)
        self.denials = denials

    def configure(self, zones):
        words = super().configure(zones)
        path = os.path.join(self.folder, "apex.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for zone in zones:
            row = 'name = "%s"\n' % zone.origin
            text = text.replace(row, row + POLICIES[self.denials[zone.origin]])
        self.write("apex.toml", text + TABLES)
        return words

    def ds(self, origin):
        return ds_of(self.path, origin,
                     os.path.join(self.folder, "apex-state", "signing", origin.rstrip(".") or "%root"))


def ds_of(apex, origin, keys):
    done = subprocess.run([apex, "ds", "-k", keys, origin], capture_output=True, check=True)
    return done.stdout.decode("ascii").splitlines(keepends=True)


def other_digest(line):
    words = line.split()
    words[-1] = ("0" if words[-1][0] != "0" else "1") + words[-1][1:]
    return " ".join(words) + "\n"


def other_key(apex, origin, folder, *times):
    """A folder with one key of the zone."""
    keys = os.path.join(folder, "keys-" + origin)
    os.mkdir(keys)
    subprocess.run([apex, "keygen", "-k", keys, *times, origin], capture_output=True, check=True)
    return keys


def sign_long_ago(apex, origin, path, folder):
    """The signed file, and the folder of its keys."""
    keys = other_key(apex, origin, folder, "-P", "20240101000000", "-A", "20240101000000")
    subprocess.run([apex, "sign", "-k", keys, "--at", "20240201000000", "-o", path + ".signed", origin, path], check=True)
    return path + ".signed", keys


def start(path, folder, zones, texts, addresses, port, faults=None):
    """The running servers by their names; `zones` are rows (server, origin, file, denial)."""
    path = servers.Apex(path).path  # none given: the one that is built
    running, ds_of_children, faults = {}, [], faults or {}
    for name in dict.fromkeys(row[0] for row in zones):
        served, denials, keys = [], {}, {}
        for _, origin, text, denial in (row for row in zones if row[0] == name):
            zone_path = os.path.join(folder, "live-" + text + ".zone")
            with open(os.path.join(texts, text), encoding="ascii") as file:
                parents = [line for child, line in ds_of_children if worlds.is_child(child, origin)]
                with open(zone_path, "w", encoding="ascii") as out:
                    out.write(file.read() + "".join(parents))
            fault = faults.get(origin)
            if fault == "expired":
                zone_path, keys[origin] = sign_long_ago(path, origin, zone_path, folder)
            elif fault == "swapped":
                keys[origin] = other_key(path, origin, folder)
            denials[origin] = None if fault == "expired" else denial or (fault and "nsec")
            served.append(servers.Zone(origin, zone_path))
        server = running[name] = LiveApex(path, denials)
        server.start(os.path.join(folder, "live-" + name), served, address=addresses[name], port=port)
        for zone in served:
            server.wait_for(zone.origin)
            if zone.origin in keys:
                lines = ds_of(path, zone.origin, keys[zone.origin])
            else:
                lines = server.ds(zone.origin) if denials[zone.origin] else []
            if faults.get(zone.origin) == "digest":
                lines = [other_digest(line) for line in lines]
            ds_of_children += [(zone.origin, line) for line in lines]
    with open(os.path.join(folder, "anchor"), "w", encoding="ascii") as file:
        file.writelines(line for child, line in ds_of_children if child == ".")
    return running
