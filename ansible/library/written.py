#!/usr/bin/python3
"""The files of a role are on a machine as they are to be, all of them in one go."""
import grp
import os
import shlex
import stat
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: written
short_description: Writes files that belong to root
description:
  - Compares files with what they are to be, and writes those that differ, in their order. Each is checked before it takes the place
    of the old one as a whole, so that a file is never half there, nor one that its program refuses.
  - Does in one task what ansible.builtin.copy and template do in one for each file, most of which is the start of Python on the machine.
options:
  files:
    description: The files.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Where it is; folders are made.
        type: path
        required: true
      content:
        description: All of it.
        type: str
        required: true
      mode:
        description: Its permissions, in octal digits.
        type: str
        default: "0644"
      group:
        description: Its group.
        type: str
        default: root
      validate:
        description: A command that fails for one that is wrong; `%s` stands for a file with the content.
        type: str
"""


class Fault(Exception):
    """A file that its program refuses."""


class File:
    def __init__(self, path, content, mode, group, validate):
        self.path, self.content, self.validate = Path(path), content.encode(), validate
        self.mode, self.group = int(mode, 8), grp.getgrnam(group).gr_gid
        # always the same name, so that what a run leaves that was cut is taken away by the next
        self.draft = self.path.with_name(f".{self.path.name}.draft")

    def is_written(self):
        self.draft.unlink(missing_ok=True)
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            return False
        is_alike = (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (0, self.group, self.mode)
        return is_alike and stat.S_ISREG(found.st_mode) and self.path.read_bytes() == self.content

    def write(self):
        self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            with open(os.open(self.draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as draft:
                draft.write(self.content)
                os.fchown(draft.fileno(), 0, self.group)
                os.fchmod(draft.fileno(), self.mode)
                os.fsync(draft.fileno())
            self.check()
            self.draft.replace(self.path)
        finally:
            self.draft.unlink(missing_ok=True)

    def check(self):
        if self.validate is None:
            return
        argv = [str(self.draft) if word == "%s" else word.replace("%s", str(self.draft)) for word in shlex.split(self.validate)]
        result = subprocess.run(argv, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Fault(f"{self.path} is refused by {argv[0]}: {(result.stderr + result.stdout).strip()}")


FILE = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True},
    "mode": {"type": "str", "default": "0644"},
    "group": {"type": "str", "default": "root"},
    "validate": {"type": "str"},
}


def main():
    options = {"files": {"type": "list", "elements": "dict", "options": FILE, "required": True}}
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    written = []
    try:
        os.umask(0o022)
        for file in (File(**options) for options in module.params["files"]):
            if file.is_written():
                continue
            if not module.check_mode:
                file.write()
            written.append(str(file.path))
    except (Fault, OSError, KeyError) as fault:
        module.fail_json(msg=str(fault), written=written)
    module.exit_json(changed=bool(written), written=written)


if __name__ == "__main__":
    main()
