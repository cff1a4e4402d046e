"""The little internet, signed by the servers themselves: apex serve with `dnssec`, children first, so
that their DS records go into their parents as `apex ds` prints them."""

import os
import subprocess
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")]
import servers  # noqa: E402
import worlds  # noqa: E402

POLICIES = {None: "", "nsec": "dnssec = true\n", "nsec3": 'dnssec = "hashed"\n', "optout": 'dnssec = "open"\n'}
TABLES = ('[policy.hashed]\ndenial = "nsec3"\n'
          '[policy.open]\ndenial = "nsec3"\nopt-out = true\n')


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
        keys = os.path.join(self.folder, "apex-state", "signing", origin.rstrip(".") or "%root")
        done = subprocess.run([self.path, "ds", "-k", keys, origin], capture_output=True, check=True)
        return done.stdout.decode("ascii").splitlines(keepends=True)


def start(path, folder, zones, texts, addresses, port):
    """The running servers by their names; `zones` are rows (server, origin, file, denial)."""
    running, ds_of_children = {}, []
    for name in dict.fromkeys(row[0] for row in zones):
        served = []
        for _, origin, text, _ in (row for row in zones if row[0] == name):
            zone_path = os.path.join(folder, "live-" + text + ".zone")
            with open(os.path.join(texts, text), encoding="ascii") as file:
                parents = [line for child, line in ds_of_children if worlds.is_child(child, origin)]
                with open(zone_path, "w", encoding="ascii") as out:
                    out.write(file.read() + "".join(parents))
            served.append(servers.Zone(origin, zone_path))
        denials = {row[1]: row[3] for row in zones}
        server = running[name] = LiveApex(path, denials)
        server.start(os.path.join(folder, "live-" + name), served, address=addresses[name], port=port)
        for zone in served:
            server.wait_for(zone.origin)
            if denials[zone.origin]:
                ds_of_children += [(zone.origin, line) for line in server.ds(zone.origin)]
    with open(os.path.join(folder, "anchor"), "w", encoding="ascii") as file:
        file.writelines(line for child, line in ds_of_children if child == ".")
    return running
