"""Writes how long each task took on each host: one object of JSON a line, into the file that TASK_TIMES names."""

import json
import os
import time

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.started = {}

    def v2_runner_on_start(self, host, task):
        self.started[(host.get_name(), task._uuid)] = time.time()

    def _end(self, result, state):
        ended = time.time()
        host, task = result._host.get_name(), result._task
        started = self.started.pop((host, task._uuid), ended)
        line = {"host": host, "task": task.get_name(), "state": state, "startedAt": started, "seconds": ended - started}
        with open(os.environ["TASK_TIMES"], "a", encoding="utf8") as file:
            file.write(json.dumps(line) + "\n")

    def v2_runner_on_ok(self, result):
        self._end(result, "changed" if result.is_changed() else "ok")

    def v2_runner_on_skipped(self, result):
        self._end(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._end(result, "failed")
