"""A session with the program in which everything is kept: what it printed, what it wrote, how it and its children show
in the list of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.security.keychain import VARIABLE, FileKeychain
from tests.security.program import CRASH
from tests.servers.command import Ended

_PROGRAM = (sys.executable, "-m", "tests.security.program")
# A computer that is busy with other tests starts a program slowly.
PATIENCE = 150.0
_BETWEEN_LOOKS = 0.02


@dataclass(slots=True)
class Session:
    """`folder` is all that the program can write to. `shown` is what other processes could see or read of it."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    umask: int = -1
    shown: dict[str, bytes] = field(default_factory=dict)
    programs: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for each in (self.home.parent, self.folder / "tmp", self.folder / "user", self.browser):
            each.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.folder / "profile" / "home"

    @property
    def browser(self) -> Path:
        return self.folder.parent / f"{self.folder.name}-browser"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FM_DESKTOP", "XDG_"))}
        return {
            **kept,
            "FM_DESKTOP_HOME": str(self.home),
            "HOME": str(self.folder / "user"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHON_KEYRING_BACKEND": "tests.security.keychain.FileKeychain",
            VARIABLE: str(self.folder.parent / f"{self.folder.name}-keychain.json"),
            "BROWSER": f"{sys.executable} -m tests.security.person {self.browser} %s",
            **self.extra,
        }

    def keep(self, which: str, account: str, secret: str) -> None:
        """Puts a secret into the keychain, as a person did when setting up."""
        os.environ[VARIABLE] = self.environment[VARIABLE]
        try:
            FileKeychain().set_password("fm-desktop", f"{which}:{account}", secret)
        finally:
            del os.environ[VARIABLE]

    def run(self, *arguments: str, crash: bool = False, somebody: bool = False, code: int | None = None) -> Ended:
        """One command to its end. `somebody`: there is a terminal, so that the browser may be opened."""
        with self.running(*arguments, crash=crash, somebody=somebody) as process:
            out, err = process.communicate(timeout=PATIENCE)
        ended = Ended(process.returncode, out.decode(), err.decode())
        assert code in (None, ended.code), f"{arguments}: {ended.code}\n{ended.out}\n{ended.err}"
        name = f"{' '.join(arguments)} ({len(self.shown)})"
        self.shown |= {f"output of {name}": out, f"errors of {name}": err}
        return ended

    @contextmanager
    def running(
        self, *arguments: str, crash: bool = False, somebody: bool = False
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A command as long as the block; killed at its end where it runs still, as by a power cut."""
        ours, terminal = os.openpty() if somebody else (-1, subprocess.DEVNULL)
        process = subprocess.Popen(
            [*_PROGRAM, *arguments],
            env=self.environment | ({CRASH: "1"} if crash else {}),
            umask=self.umask,
            stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process.pid, over))
        watcher.start()
        try:
            yield process
        finally:
            over.set()
            watcher.join()
            if process.poll() is None:
                process.kill()
                out, err = process.communicate()
                self.shown |= {f"output of killed {process.pid}": out, f"errors of killed {process.pid}": err}
            if somebody:
                os.close(ours)
                os.close(terminal)

    def _watch(self, pid: int, over: threading.Event) -> None:
        self.programs.add(pid)
        while not over.wait(_BETWEEN_LOOKS):
            for each in _family(pid):
                for name in ("cmdline", "environ"):
                    with suppress(OSError):
                        self.shown[f"{name} of {each}"] = Path(f"/proc/{each}/{name}").read_bytes()

    def files(self) -> list[Path]:
        """All that the program wrote, and what the browser was started with."""
        return [each for top in (self.folder, self.browser) for each in top.rglob("*") if each.is_file()]


def _family(pid: int) -> list[int]:
    """A process and what it started."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    return found
