#!/usr/bin/python3
"""Packages are installed, and everything that is installed is as new as the archive has it, in one go."""
import os
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: installed
short_description: Installs packages and brings the rest up to date
description:
  - Reads the lists of the archive, and installs in one transaction of apt-get(8) what is missing and what is newer. No maintainer script
    starts or restarts a service meanwhile. Where nothing is missing and nothing is to be brought up to date, nobody is asked.
  - Does in one task what ansible.builtin.apt does in two, each of which reads all packages into Python before it begins.
options:
  packages:
    description: Their names.
    type: list
    elements: str
    required: true
  upgrade:
    description: Whether all that is installed is brought up to date too.
    type: bool
    default: false
  policy:
    description: The program that invoke-rc.d(8) asks whether a service may be started, where there is one.
    type: path
    default: /usr/sbin/policy-rc.d
"""

# Longer than apt-daily of a first boot takes.
LOCK_SECONDS = 120
# Who reads lists holds a lock that no setting of apt waits for.
IS_LOCKED = re.compile(r"Could not get lock \S*/lists/lock")
# Files that somebody has changed stay as they are.
INSTALL = ("--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
FORBIDS = "#!/bin/sh\n# while packages are installed\nexit 101\n"


class Fault(Exception):
    """A program failed."""


def execute(*argv):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(argv, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL)


def run(*argv):
    result = execute(*argv)
    if result.returncode != 0:
        raise fault_of(argv, result)
    return result.stdout


def fault_of(argv, result):
    return Fault(f"{argv[0]} {argv[1]}: {result.stderr.strip() or result.stdout.strip()[-2000:] or 'failed without a word'}")


def installed_versions():
    """By name and architecture."""
    listing = run("dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}:${Architecture} ${Version}\n")
    words = [line.split() for line in listing.splitlines()]
    return {name: version for status, name, version in (one for one in words if len(one) == 3) if status == "installed"}


def read_lists():
    """A list that could not be had is a fault, not the warning that it is to apt-get."""
    argv = ("apt-get", "update", "--quiet", "--error-on=any")
    deadline = time.monotonic() + LOCK_SECONDS
    while (result := execute(*argv)).returncode != 0:
        if not IS_LOCKED.search(result.stderr) or time.monotonic() > deadline:
            raise fault_of(argv, result)
        time.sleep(1)


@contextmanager
def services_left_alone(policy):
    kept = policy.with_name(f".{policy.name}.kept")
    # what a run left that was killed is not somebody's own
    if policy.exists() and policy.read_text() != FORBIDS:
        policy.rename(kept)
    policy.write_text(FORBIDS)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)
        if kept.exists():
            kept.rename(policy)


def changes(before, after):
    """A sentence each."""
    names = sorted({*before, *after})
    return [f"{name}: {before.get(name, 'none')} → {after.get(name, 'none')}" for name in names if before.get(name) != after.get(name)]


def announced(simulation):
    """What apt-get(8) says of packages that it would install or remove."""
    return sorted(re.findall(r"^(?:Inst|Remv) (.+)$", simulation, re.MULTILINE))


def install(packages, upgrade, policy, look_only):
    before = installed_versions()
    missing = [name for name in packages if not any(one.startswith(f"{name}:") for one in before)]
    if not upgrade and not missing:
        return []
    read_lists()
    argv = ("apt-get", "dist-upgrade" if upgrade else "install", *INSTALL, *(packages if upgrade else missing))
    if look_only:
        return announced(run(*argv, "--simulate"))
    with services_left_alone(Path(policy)):
        run(*argv)
    return changes(before, installed_versions())


OPTIONS = {
    "packages": {"type": "list", "elements": "str", "required": True},
    "upgrade": {"type": "bool", "default": False},
    "policy": {"type": "path", "default": "/usr/sbin/policy-rc.d"},
}


def main():
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        found = install(**module.params, look_only=module.check_mode)
    except (Fault, OSError) as fault:
        module.fail_json(msg=str(fault))
    module.exit_json(changed=bool(found), packages=found)


if __name__ == "__main__":
    main()
