#!/usr/bin/python3
"""What is written on a machine becomes what runs there, whatever ended the run that wrote it."""
import contextlib
import hashlib
import ipaddress
import json
import os
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: in_force
short_description: Has a machine do what its configuration files say
description:
  - Compares what is in force with what is written, puts right what differs, and compares again. It goes by what the machine
    is found to do and never by what an earlier task has changed, so a run that was cut anywhere is completed by the next.
  - Fails when something cannot be read, and when it still differs after it was put right.
options:
  firewall:
    description: A file for nft. Its tables in the kernel are compared with those that it makes in a network namespace of its own.
    type: path
  sysctls:
    description: A file for systemd-sysctl, of keys without patterns and values as the kernel prints them.
    type: path
  addresses:
    description: Addresses of lo beside those of the host itself; all others are taken away.
    type: list
    elements: str
  services:
    description: Services that are enabled and run.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the unit.
        type: str
        required: true
      reads:
        description: Files and folders that it reads when it is started or reloaded, beside its unit.
        type: list
        elements: path
      verb:
        description: How it comes to read them anew.
        type: str
        choices: [reload, restart]
  definitions:
    description: Further units, or patterns of such, of which systemd has to know what is written.
    type: list
    elements: str
"""

# Empty after a boot, as the memory of every process is.
STAMPS = Path("/run/in-force")


class Fault(Exception):
    """What is in force could not be read or put right."""


def run(*argv, text=None):
    result = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip() or "failed without a word"
        raise Fault(f"{' '.join(argv)}: {said}")
    return result.stdout


class Firewall:
    def __init__(self, file):
        self.file = file

    def compare(self):
        load_and_list = 'nft --file "$1"; nft --json list ruleset'
        self.wanted = objects_of(run("unshare", "--net", "sh", "-ec", load_and_list, "sh", self.file))
        tables = {key[:2] for key in self.wanted}
        live = objects_of(run("nft", "--json", "list", "ruleset"))
        self.live = {key: value for key, value in live.items() if key[:2] in tables}
        return [f"firewall: {' '.join(key)}" for key in differing(self.wanted, self.live)]

    def apply(self):
        run("nft", "--file", "-", text=transaction(self.wanted, self.live, self.file))


def objects_of(listing):
    """
    What `nft --json list ruleset` says, by family, table, kind and name, without what packets and switches change: figures,
    elements that time out (the flag `dynamic` is not in the listing) and those of maps.
    """
    objects = {}
    for entry in json.loads(listing)["nftables"]:
        ((kind, item),) = entry.items()
        if kind == "metainfo":
            continue
        lasting = without_figures(item)
        key = (item["family"], item.get("table", item["name"] if kind == "table" else ""), kind)
        if kind == "rule":
            objects.setdefault((*key, item["chain"]), []).append(lasting)
            continue
        elements = lasting.pop("elem", [])
        if kind == "set" and "timeout" not in item.get("flags", []):
            lasting["elem"] = sorted(json.dumps(element, sort_keys=True) for element in elements)
        objects[(*key, item["name"])] = lasting
    return objects


def without_figures(value):
    if isinstance(value, dict):
        return {key: without_figures(one) for key, one in value.items() if key not in ("handle", "packets", "bytes")}
    return [without_figures(one) for one in value] if isinstance(value, list) else value


def differing(wanted, live):
    return sorted(key for key in {*wanted, *live} if wanted.get(key) != live.get(key))


def transaction(wanted, live, file):
    """
    Loads the file over what is there. What it does not make, or makes otherwise, is deleted before, since a chain of yesterday
    would go on filtering and a set cannot be redefined; all else keeps what it has counted and collected.
    """
    lines = [f"flush table {family} {table}" for family, table, kind, _ in live if kind == "table"]
    # chains first: their rules, which refer to the rest, are flushed by now
    for family, table, kind, name in sorted(live, key=lambda key: key[2] != "chain"):
        if kind not in ("table", "rule") and redefined(wanted, live, (family, table, kind, name)):
            lines.append(f"delete {kind} {family} {table} {name}")
    return "".join(f"{line}\n" for line in [*lines, f'include "{file}"'])


def redefined(wanted, live, key):
    definitions = [{**objects.get(key, {}), "elem": None} for objects in (wanted, live)]
    return definitions[0] != definitions[1]


class Sysctls:
    def __init__(self, file):
        self.file = file

    def compare(self):
        wanted = settings_of(Path(self.file).read_text())
        live = {key: value_of(key) for key in wanted}
        return [f"sysctl: {key} is {live[key]}, not {value}" for key, value in wanted.items() if live[key] != value]

    def apply(self):
        run("/lib/systemd/systemd-sysctl", self.file)


def settings_of(text):
    """Of a file in the form of sysctl.d(5), without what is marked with `-` and may not be changed on this machine."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.split("=", 1) for line in lines if line and line[0] not in "#;"]
    settings = {key.strip(): " ".join(value.split()) for key, value in pairs}
    return {key.lstrip("-"): value for key, value in settings.items() if key[0] != "-" or os.access(path_of(key[1:]), os.W_OK)}


def path_of(key):
    return Path("/proc/sys", key.replace(".", "/"))


def value_of(key):
    return " ".join(path_of(key).read_text().split())


class Addresses:
    def __init__(self, wanted):
        self.wanted = {str(ipaddress.ip_interface(address)) for address in wanted}

    def compare(self):
        self.live = addresses_of(run("ip", "--json", "address", "show", "dev", "lo"))
        missing = [f"lo: {address} is missing" for address in sorted(self.wanted - self.live)]
        return missing + [f"lo: {address} is not wanted" for address in sorted(self.live - self.wanted)]

    def apply(self):
        for address in sorted(self.wanted - self.live):
            run("ip", "address", "replace", address, "dev", "lo")
        for address in sorted(self.live - self.wanted):
            run("ip", "address", "delete", address, "dev", "lo")


def addresses_of(listing):
    found = [one for link in json.loads(listing) for one in link.get("addr_info", [])]
    return {f"{one['local']}/{one['prefixlen']}" for one in found if one["scope"] != "host"}


class Definitions:
    """What systemd has read of the unit files."""

    def __init__(self, units):
        self.units = units

    def compare(self):
        found = blocks_of(run("systemctl", "show", "--property=Id,NeedDaemonReload", *self.units))
        return [f"systemd: {unit['Id']} as it was before" for unit in found if unit["NeedDaemonReload"] == "yes"]

    def apply(self):
        run("systemctl", "daemon-reload")


def blocks_of(output):
    return [dict(line.split("=", 1) for line in block.splitlines()) for block in output.split("\n\n") if block.strip()]


class Service:
    def __init__(self, name, reads, verb):
        self.name, self.reads, self.verb = name, reads or [], verb

    def compare(self):
        self.unit = properties_of(self.name)
        self.stale = self.verb is not None and is_active(self.unit) and self.stamp() != self.last_stamp()
        differences = [] if self.unit["UnitFileState"] == "enabled" else ["is not enabled"]
        if not is_active(self.unit) and not is_passed_over(self.unit):
            differences.append(f"is {self.unit['ActiveState']}")
        if self.stale:
            differences.append("runs from what it read before")
        return [f"{self.name}: {difference}" for difference in differences]

    def apply(self):
        # before: what is written meanwhile may not have been read
        digest = self.digest()
        if self.unit["UnitFileState"] != "enabled":
            run("systemctl", "enable", "--quiet", self.name)
        if not is_active(self.unit):
            run("systemctl", "start", self.name)
        elif self.stale:
            run("systemctl", self.verb, self.name)
        self.unit = properties_of(self.name)
        if is_active(self.unit):
            STAMPS.mkdir(mode=0o700, exist_ok=True)
            self.stamp_file().write_text(self.stamp(digest))

    def digest(self):
        units = [self.unit["FragmentPath"], *self.unit["DropInPaths"].split()]
        return digest_of([*map(Path, self.reads), *map(Path, units)])

    def stamp(self, digest=None):
        """
        What it has read, and when: whoever else starts or reloads it changes the time. A program or library that was replaced
        under the process makes it another too.
        """
        identity = self.unit["InvocationID"], self.unit["StateChangeTimestampMonotonic"], runs_deleted_files(self.unit["MainPID"])
        return f"{digest or self.digest()} {identity}\n"

    def stamp_file(self):
        return STAMPS / self.name

    def last_stamp(self):
        with contextlib.suppress(FileNotFoundError):
            return self.stamp_file().read_text()
        return None


PROPERTIES = (
    "ActiveState,ConditionResult,ConditionTimestampMonotonic,DropInPaths,FragmentPath,InvocationID,MainPID,"
    "StateChangeTimestampMonotonic,UnitFileState"
)


def properties_of(name):
    (unit,) = blocks_of(run("systemctl", "show", f"--property={PROPERTIES}", name))
    return unit


def is_active(unit):
    return unit["ActiveState"] == "active"


def is_passed_over(unit):
    """Whether its own condition has kept it from this machine, as time synchronisation is from containers."""
    return unit["ActiveState"] == "inactive" and unit["ConditionTimestampMonotonic"] != "0" and unit["ConditionResult"] == "no"


def digest_of(paths):
    digest = hashlib.sha256()
    for path in sorted(file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])):
        if path.is_file():
            digest.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def runs_deleted_files(pid):
    """Whether a package upgrade has replaced the program or a library under the process; `0` stands for none."""
    if pid == "0":
        return False
    process = Path("/proc", pid)
    mapped = (process / "maps").read_text().splitlines()
    replaced = any(line.endswith(" (deleted)") and ".so" in line for line in mapped)
    return replaced or os.readlink(process / "exe").endswith(" (deleted)")


def parts_of(options):
    """In the order in which they are put right: units as written before they are used, the firewall before what it protects."""
    services = options["services"] or []
    units = [service["name"] for service in services] + (options["definitions"] or [])
    if units:
        yield Definitions(units)
    if options["sysctls"]:
        yield Sysctls(options["sysctls"])
    if options["addresses"] is not None:
        yield Addresses(options["addresses"])
    if options["firewall"]:
        yield Firewall(options["firewall"])
    for service in services:
        yield Service(**service)


def put_in_force(part, look_only):
    differences = part.compare()
    if differences and not look_only:
        part.apply()
        left = part.compare()
        if left:
            raise Fault(f"still not in force: {', '.join(left)}")
    return differences


SERVICE = {
    "name": {"type": "str", "required": True},
    "reads": {"type": "list", "elements": "path"},
    "verb": {"type": "str", "choices": ["reload", "restart"]},
}
OPTIONS = {
    "firewall": {"type": "path"},
    "sysctls": {"type": "path"},
    "addresses": {"type": "list", "elements": "str"},
    "services": {"type": "list", "elements": "dict", "options": SERVICE},
    "definitions": {"type": "list", "elements": "str"},
}


def main():
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    found = []
    try:
        for part in parts_of(module.params):
            found += put_in_force(part, module.check_mode)
    except (Fault, OSError) as fault:
        module.fail_json(msg=str(fault), differences=found)
    module.exit_json(changed=bool(found), differences=found)


if __name__ == "__main__":
    main()
