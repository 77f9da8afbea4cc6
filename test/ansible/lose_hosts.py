"""A callback plugin that takes hosts away from a play: once a host has done the task named for it, ssh to it fails."""
import json
from pathlib import Path

from ansible.plugins.callback import CallbackBase

FOLDER = Path(__file__).parent


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "lose_hosts"

    def __init__(self):
        super().__init__()
        self.last_tasks = json.loads((FOLDER / "last-tasks.json").read_text())

    def v2_runner_on_ok(self, result):
        host, task = result._host, result._task
        if self.last_tasks.get(host.name) == task.get_name():
            host.vars["ansible_ssh_executable"] = str(FOLDER / "lost")

    v2_runner_on_skipped = v2_runner_on_ok
