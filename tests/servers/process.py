"""Starting a server as a child process on a free port, waiting until it answers, ending it by its id."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

_START_SECONDS = 20.0
_ATTEMPTS = 3


def free_port() -> int:
    """A port of loopback that is free now. Somebody may take it first: `start` then tries another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Server:
    """A running child process. `stop` may be called more than once."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def start(module_args: Callable[[int], Sequence[str]], log: Path, ready: str = "/") -> Server:
    """Runs `python -m <module_args(port)>` and returns when it answers HTTP at the path `ready`."""
    return start_command(lambda port: [sys.executable, "-m", *module_args(port)], log, ready)


def start_command(command: Callable[[int], Sequence[str]], log: Path, ready: str = "/") -> Server:
    """Runs a command that is given its port, and returns when it answers HTTP at the path `ready`."""
    for _ in range(_ATTEMPTS):
        port = free_port()
        with log.open("ab") as output:
            process = subprocess.Popen(command(port), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        server = Server(process, port, log)
        if _answers(server, ready):
            return server
        server.stop()
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def _answers(server: Server, path: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                client.get(path)
            except httpx2.TransportError:
                time.sleep(0.02)
            else:
                return True
    return False
