"""Mail cycles in processes of their own, one of which kills itself (SIGKILL) after its n-th commit or network write.

As `tests/crash/runner.py`: a line of standard input is a cycle, told as JSON, and is answered by one line.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fm_desktop.addressbook import AddressBook
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.directory import DirectoryReader
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from fm_desktop.providers.mime import read_content
from fm_desktop.sync.mail.folders import Folders, history_start
from fm_desktop.sync.mail.pipeline import Mailbox, MailCycle
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.store import Store
from tests.crash.runner import Moments

EMMA = "emma@example.com"


def cycle(told: dict[str, Any]) -> dict[str, Any]:
    moments = Moments(told["die_after"])
    store = Store.open(Path(told["folder"]) / "state.db")
    with store.transaction():
        store.run("INSERT OR IGNORE INTO account (id, tenant, crm_user, address) VALUES (1, 'sandbox', '1', '')")
    moments.watch_store(store)
    budget = Budget(1000.0, wait=lambda seconds, cancel: False)
    client = CrmClient(told["crm"], told["public_key"], told["private_key"], budget)
    moments.watch(client, "post", "put_file")
    server = Server("localhost", told["port"], Security.TLS, Path(told["ca_file"]))
    source = ImapSource(server, Password(told["mail_user"], told["mail_password"]))
    later = timedelta(minutes=told.get("minutes", 0))

    def clock() -> datetime:
        return datetime.now(UTC) + later

    book = AddressBook(store, DirectoryReader(client, told["user"]), clock)
    since = history_start(Folders(store, 1), clock(), 30)
    options = MailOptions(user=str(told["user"]), address=EMMA, own=frozenset({EMMA}), since=since)
    box = Mailbox(source, CrmMailLog(client, told["user"]), read_content)
    report = MailCycle(store, 1, box, book, options, clock).run()
    problems = int(store.value("SELECT count(*) FROM problem"))
    error = None if report.error is None else str(report.error)
    return {
        "outcome": report.outcome.value, "logged": report.logged, "problems": problems, "error": error,
        "moments": moments.count,
    }  # fmt: skip


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(cycle(json.loads(line))), flush=True)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            print(json.dumps({"outcome": "died", "status": status}), flush=True)


if __name__ == "__main__":
    main()
