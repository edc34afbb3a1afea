"""Processes that kill themselves (SIGKILL) in the middle of their work.

Two ends of a pipe. `Children` starts a runner, a script that calls `serve`: every line of the runner's standard input
is a piece of work, told as JSON; each is done in a fresh child of the runner, which has only imported the program, and
is answered by one line. What a process leaves behind when it is killed is what the sweep is about, so nothing here
cleans up.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DIED = {"died": -signal.SIGKILL}


class Children:
    """The process whose children do the work."""

    def __init__(self, runner: str = "tests.crash.computer") -> None:
        self._runner = runner
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", self._runner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def do(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a child answers, or `DIED`."""
        try:
            return self._asked(told)
        except BaseException:
            # A test that was timed out leaves an answer in the pipe, which is not the next one's.
            self._process.kill()
            self.stop()
            self._process = self._start()
            raise

    def learn(self, modules: list[str]) -> None:
        """What children import when they first need it is imported once, for all that follow."""
        self._asked({"modules": modules})

    def _asked(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=120)
        self._process.stdout.close()


def serve(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    for line in sys.stdin:
        told = json.loads(line)
        if "modules" in told:
            _import(told["modules"])
            print("{}", flush=True)
            continue
        child = os.fork()
        if child == 0:
            print(json.dumps(work(told)), flush=True)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            print(json.dumps({"died": status}), flush=True)


def _import(modules: list[str]) -> None:
    for each in modules:
        if each not in sys.modules:
            importlib.import_module(each)
    gc.collect()
    gc.freeze()
