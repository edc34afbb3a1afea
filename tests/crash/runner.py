"""Cycles in processes of their own, one of which kills itself (SIGKILL) after its n-th commit or network write.

Every line of standard input is a cycle, told as JSON (the servers, the folder of the state file, `die_after`); each
runs in a fresh child of this process, which has only imported the program, and is answered by one line. What a
process leaves behind when it is killed is what the sweep is about, so nothing here cleans up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.rows import Context
from fm_desktop.port import Side
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.sync.cycle import Engine, Serial, Setting
from fm_desktop.sync.policy import Options
from fm_desktop.sync.store import Store, StoreError
from tests.fakes.memory import MemoryDirectory

EMMA, ZONE = "emma@example.com", "Europe/Madrid"


class Moments:
    """Counts commits and writes; the process dies right after the one it was told."""

    def __init__(self, die_after: int) -> None:
        self.die_after = die_after
        self.count = 0

    def passed(self) -> None:
        self.count += 1
        if self.count == self.die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_store(self, store: Store) -> None:
        transaction = store.transaction

        @contextmanager
        def watched() -> Iterator[None]:
            nested = store.db.in_transaction
            with transaction():
                yield
            if not nested:
                self.passed()

        store.transaction = watched  # type: ignore[method-assign]

    def watch(self, writer: Any, *verbs: str) -> None:
        for verb in verbs:
            setattr(writer, verb, self._then_passed(getattr(writer, verb)))

    def _then_passed(self, write: Any) -> Any:
        def watched(*values: Any) -> Any:
            result = write(*values)
            self.passed()
            return result

        return watched


def cycle(told: dict[str, Any]) -> dict[str, Any]:
    moments = Moments(told["die_after"])
    store = Store.open(Path(told["folder"]) / "state.db")
    with store.transaction():
        store.run("INSERT OR IGNORE INTO account (id, tenant, crm_user, address) VALUES (1, 'sandbox', '1', '')")
    budget = Budget(1000.0, wait=lambda seconds, cancel: False)
    client = CrmClient(told["crm"], told["public_key"], told["private_key"], budget)
    context = Context(told["user"], ZONE, branch_id=1, event_type_id=told["type"], task_type_id=told["type"])
    calendars = CalDavProvider(
        told["dav"], told["dav_user"], told["dav_password"], user_zone=ZONE, own_addresses=[EMMA]
    )
    calendars.connect()
    ports: dict[Side, Any] = {Side.CRM: CrmAgenda(client, "sandbox", EMMA, context), Side.PROVIDER: calendars}
    moments.watch(client, "post", "put", "delete")
    moments.watch(calendars, "create", "update", "delete")
    later = timedelta(minutes=told.get("minutes", 0))
    setting = Setting(
        1, Options(tenant="sandbox", user=str(told["user"]), zone=ZONE, series_days_ahead=60), frozenset({EMMA})
    )
    engine = Engine(store, setting, ports, MemoryDirectory(), lambda: datetime.now(UTC) + later, pool=Serial())
    if "max_pages_more" in told:
        # A disk with so much room: the file may grow by no more than this (SQLITE_FULL beyond).
        pages = store.value("PRAGMA page_count") + told["max_pages_more"]
        store.db.execute(f"PRAGMA max_page_count = {pages}")
    moments.watch_store(store)
    outcome: dict[str, Any] = {"set_aside": store.set_aside is not None}
    try:
        report = engine.cycle()
        outcome |= {"outcome": report.outcome.value, "writes": report.crm.total + report.provider.total}
        outcome |= {"unknown": report.unknown, "problems": report.problems, "held": report.held}
        outcome |= {"error": None if report.error is None else str(report.error)}
    except StoreError as error:
        outcome |= {"outcome": "store", "error": str(error)}
    return outcome | {"moments": moments.count}


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
