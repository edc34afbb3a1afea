"""mbsync as the peer of reading a mailbox: a whole process that fetches the headers of an inbox for the first time."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers.dovecot import DovecotServer, MailAccount


class Mbsync:
    """Set up to pull the inbox into a folder. Of each message it takes the headers only, as we do: what is larger than
    `MaxSize` comes as a stand-in."""

    def __init__(self, folder: Path, dovecot: DovecotServer, account: MailAccount) -> None:
        folder.mkdir(parents=True)
        self._inbox = folder / "inbox"
        self._config = folder / "config"
        self._config.write_text(
            f"""FSync no

IMAPAccount bench
Host localhost
Port {dovecot.tls_port}
User {account.user}
Pass "{account.password}"
SSLType IMAPS
CertificateFile {dovecot.ca_file}
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Inbox {self._inbox}
MaxSize 1

Channel bench
Far :far:
Near :near:
Sync PullNew
Create Near
SyncState *
""",
            encoding="utf-8",
        )

    def pull(self) -> None:
        command = ["mbsync", "-q", "-c", str(self._config), "bench"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"mbsync ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def count(self) -> int:
        """How many messages came."""
        return len(list(self._inbox.glob("[cn][eu][rw]/*")))
