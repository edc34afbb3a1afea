"""A user's computer between the sandbox CRM and a mailbox at Dovecot, as the command line sees it; and messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.servers.command import EMMA, Computer
from tests.servers.dovecot import DovecotServer, MailAccount

NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A contact at ForceManager."""

    id: int
    account: int
    address: str


@dataclass(slots=True)
class Office(Computer):
    """`account` is the mailbox; with `caldav` the same user has calendars, under the same password."""

    dovecot: DovecotServer | None = None
    caldav: Any = None

    def trust(self) -> Office:
        """Lets the command trust the authority of the tests."""
        assert self.dovecot is not None
        self.environment["SSL_CERT_FILE"] = str(self.dovecot.ca_file)
        return self

    def setup_file(self, *lines: str, **changes: str) -> Path:
        """`channels` and `email` (lines of that table) may be changed; `lines` are added to [sync]."""
        assert self.dovecot is not None
        caldav = ""
        if self.caldav is not None:
            caldav = f'[provider.caldav]\nurl = "{self.caldav.url}"\nuser = "{self.caldav.user}"\n'
        channels = changes.get("channels", '["email"]')
        text = f"""
[crm]
url = "{self.sandbox.url}"
public_key = "{self.sandbox.public_key}"
user = "{EMMA}"
requests_per_second = 1000
[provider]
address = "{EMMA}"
{caldav}
[provider.imap]
host = "localhost"
port = {self.dovecot.tls_port}
user = "{self.account.user}"
[email]
{changes.get("email", "")}
[sync]
channels = {channels}
interval_seconds = {changes.get("interval", "10")}
"""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home.parent / f"{self.home.name}.toml"
        path.write_text(text + "\n".join(lines), encoding="utf-8")
        return path

    def set_up(self, *lines: str, **changes: str) -> None:
        self.does("setup", "--file", str(self.setup_file(*lines, **changes)))

    def cycle(self, *, patience: float = 60.0) -> dict[str, Any]:
        """One cycle, however it ends."""
        done = subprocess.run(
            [sys.executable, "-m", "fm_desktop", "sync", "--once", "--json"],
            env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=patience,
        )  # fmt: skip
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    # --- the mailbox ---

    @property
    def mail(self) -> MailAccount:
        account: Any = self.account
        return account  # type: ignore[no-any-return]

    def deliver(self, *raws: bytes, folder: str = "INBOX", received: datetime | None = None) -> None:
        for raw in raws:
            self.mail.maildir.deliver(raw, folder, received=received)

    # --- ForceManager ---

    def records(self) -> list[dict[str, Any]]:
        return self.sandbox.store.rows("emails")

    def subjects(self) -> list[str]:
        return sorted(each["subject"] for each in self.records())

    def files(self, record: dict[str, Any]) -> dict[str, bytes | None]:
        """The files of a record by name, None for one whose bytes have not come."""
        uploads = self.sandbox.tenant.uploads
        return {
            each["name"]: uploads.path(each["id"]).read_bytes() if uploads.has(each["id"]) else None
            for each in record["attachments"]
        }


def message(
    subject: str,
    sender: str,
    to: str | Iterable[str] = EMMA,
    text: str = "Hello.",
    *,
    cc: str = "",
    date: datetime | None = None,
    message_id: str = "",
    files: Iterable[tuple[str, bytes]] = (),
    **headers: str,
) -> bytes:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to if isinstance(to, str) else ", ".join(to)
    if cc:
        made["Cc"] = cc
    made["Subject"] = subject
    made["Date"] = format_datetime(date or NOW - timedelta(hours=1))
    made["Message-ID"] = f"<{message_id or subject.replace(' ', '.')}@tests.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()
