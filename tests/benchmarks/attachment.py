"""A large attachment on its whole way, from the mailbox into ForceManager: what it adds to the memory of a cycle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fm_desktop.sandbox.server import SandboxServer
from tests.benchmarks.report import Row
from tests.real.mail.office import Office, message
from tests.servers.command import EMMA
from tests.servers.dovecot import DovecotServer

_MEGABYTE = 1_000_000


def added_memory(folder: Path, megabytes: int) -> list[Row]:
    """`sync --once` as a process that logs one message; the same with a file of a few bytes is what it takes anyway."""
    folder.mkdir(parents=True)
    dovecot = DovecotServer()
    try:
        with SandboxServer(folder / "crm", sample_data=True, rate_limit=None) as sandbox:
            small = _peak(Office(folder / "small", sandbox, dovecot.account(), dovecot=dovecot), b"a few bytes")
            large = _peak(
                Office(folder / "large", sandbox, dovecot.account(), dovecot=dovecot), os.urandom(megabytes * _MEGABYTE)
            )
    finally:
        dovecot.stop()
    added = (large - small) * 1024 / _MEGABYTE
    return [
        Row(
            f"a file of {megabytes} MB from mailbox to ForceManager, memory added", f"{added:.1f} MB",
            f"the same with a few bytes {small * 1024 / _MEGABYTE:.0f} MB", large / small, "under 20 MB", added < 20,
        )
    ]  # fmt: skip


def _peak(office: Office, data: bytes) -> int:
    """The most memory the process took, in kB."""
    office.trust()
    subject = f"A file of {len(data)} bytes"
    office.deliver(message(subject, _contact(office.sandbox), files=[("drawings.bin", data)]))
    office.set_up(email="attachment_limit_mb = 200")
    command = [sys.executable, "-m", "tests.benchmarks.measured", "sync", "--once"]
    done = subprocess.run(command, env=office.environment, capture_output=True, text=True, check=True)
    kept = [each for each in office.records() if each["subject"] == subject]
    if not kept or office.files(kept[0]) != {"drawings.bin": data}:
        raise SystemExit(f"the file did not arrive:\n{done.stdout}{done.stderr}")
    return int(done.stdout)


def _contact(sandbox: SandboxServer) -> str:
    """The address of one of the user's contacts."""
    (user,) = sandbox.store.rows("users", f"email = '{EMMA}'")
    contacts = sandbox.store.rows("contacts", "deleted = false")
    return next(str(each["email"]) for each in contacts if each["salesRepId"]["id"] == user["id"])
