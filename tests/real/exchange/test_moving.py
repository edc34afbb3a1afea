"""A mailbox moved from an own Exchange server to Microsoft 365: nothing is doubled, nothing is lost, nobody is mailed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import Settings
from tests.fakes.real import EMMA, emma
from tests.real.engine.scene import crm_date, day
from tests.real.exchange.moving import AT_EXCHANGE, AT_GRAPH, Computer, moved
from tests.real.exchange.outlook import Outlook, between, body, days, distinguished, event, recurring
from tests.real.graph.outlook import Outlook as GraphOutlook
from tests.servers.ews import EwsServer
from tests.servers.ews.xml import t
from tests.servers.graph import GraphServer

UNTOUCHED = ("Dentist", "Fair", "Talks", "Weekly", "Buy paper", "Call", "Some day", "Visit of ours", "Task of ours")


@pytest.fixture
def old() -> Iterator[EwsServer]:
    with EwsServer(user=EMMA, address=EMMA, name="Emma") as server:
        yield server


@pytest.fixture
def new() -> Iterator[GraphServer]:
    with GraphServer(EMMA, "Emma") as server:
        yield server


@pytest.fixture
def computer(tmp_path: Path, sandbox: SandboxServer) -> Computer:
    return Computer(tmp_path, sandbox)


@pytest.fixture
def before(computer: Computer, old: EwsServer, sandbox: SandboxServer) -> Settings:
    """In step with the Exchange server."""
    settings = computer.settings(AT_EXCHANGE, url=old.url)
    fill(old)
    customer = next(row["email"] for row in sandbox.store.rows("contacts", "deleted = false") if row["email"])
    old.deliver(letter(customer))
    add(sandbox, "Visit of ours")
    add(sandbox, "Task of ours", task=True)
    computer.sync(settings)
    again = computer.sync(settings)
    assert again.crm.total == again.provider.total == 0
    assert computer.problems(settings) == []
    return settings


@pytest.fixture
def after(before: Settings, computer: Computer, old: EwsServer, new: GraphServer) -> Settings:
    """The settings once the mailbox was moved."""
    moved(old, new)
    new.sent.clear()
    computer.token = new.token
    return computer.settings(AT_GRAPH, url=new.url)


@pytest.fixture
def outlook(new: GraphServer) -> Iterator[GraphOutlook]:
    made = GraphOutlook(new.url, new.new_token())
    yield made
    made.close()


def fill(server: EwsServer) -> None:
    """What the user has there, made outside of ForceManager."""
    person, calendar, tasks = Outlook(server), distinguished("calendar"), distinguished("tasks")
    nine, week = at(2, 9), recurring("WEEKLY", day(1), 4)
    for made in (
        event("Dentist", body("Bring the card"), times=between(nine, nine + timedelta(hours=1))),
        event("Fair", times=days(day(3), day(5))),
        event("Weekly", week, times=between(at(1, 9), at(1, 10))),
    ):
        person.add(made, distinguished("calendar"))
    person.remove(person.date_of("Weekly", at(8, 9), calendar))
    server.invite("Talks", at(4, 9), at(4, 10), uid="abc@partner.test")
    for title, due in (("Buy paper", 3), ("Call", 3), ("Call", 4), ("Some day", None)):
        person.add(task(title, due), distinguished("tasks"))
    assert len(person.items(tasks)) == 4
    person.close()


def at(number: int, hour: int) -> datetime:
    return datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=hour)


def task(title: str, due: int | None) -> Any:
    return t("Task", t("Subject", title), t("DueDate", f"{day(due)}T00:00:00Z") if due else None)


def letter(sender: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, EMMA, "The new order"
    message["Date"], message["Message-ID"] = format_datetime(datetime.now(UTC)), "<order@client.example>"
    message.set_content("Dear Emma")
    return message.as_bytes()


def add(sandbox: SandboxServer, title: str, **more: object) -> None:
    """A person creates an event or a task on the CRM's page."""
    kind = sandbox.store.rows("activityTypes")[0]["id"]
    when = {"startDate": crm_date(6), "startHour": "10:00", "endDate": crm_date(6), "endHour": "11:00"}
    owner = {"salesRepId": emma(sandbox), "branchId": 1, "typeId": kind}
    sandbox.store.create("calendar", {"subject": title, **when, **owner, "allDay": False, "task": False, **more})


def rows(sandbox: SandboxServer) -> list[dict[str, Any]]:
    return sandbox.store.rows("calendar", f"deleted = false AND salesRepId = {emma(sandbox)}")


def seen(sandbox: SandboxServer) -> list[dict[str, Any]]:
    """All that people see of the rows; a task's mark is that of its new identity."""
    hidden = ("extId", "dateUpdated", "salesRepIdUpdated")
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows(sandbox)]


def there(outlook: GraphOutlook) -> Counter[str]:
    return Counter([*outlook.titles(), *(each["title"] for each in outlook.tasks())])


def test_a_moved_mailbox_is_recognised_and_nothing_is_written(
    after: Settings, computer: Computer, sandbox: SandboxServer, new: GraphServer, outlook: GraphOutlook
) -> None:
    rows_before, there_before = seen(sandbox), there(outlook)
    logged = len(sandbox.store.rows("emails"))
    assert {row["subject"] for row in rows_before} == set(UNTOUCHED)
    report = computer.sync(after)
    assert (seen(sandbox), there(outlook)) == (rows_before, there_before)
    assert (report.crm.total, report.provider.total, report.held) == (0, 0, 0)
    assert len(sandbox.store.rows("emails")) == logged > 0
    assert computer.sync(after).crm.total == 0
    assert computer.problems(after) == []
    assert (new.sent, new.forbidden) == ([], [])


def test_what_was_edited_on_either_side_while_the_mailbox_moved_is_kept(
    after: Settings, computer: Computer, sandbox: SandboxServer, new: GraphServer, outlook: GraphOutlook
) -> None:
    number, known = len(rows(sandbox)), there(outlook).total()
    for title, other in (("Dentist", "Dentist, at noon"), ("Visit of ours", "Visit of both")):
        (row,) = (each for each in rows(sandbox) if each["subject"] == title)
        sandbox.store.update("calendar", row["id"], {"subject": other})
    add(sandbox, "Born meanwhile")
    outlook.change("Fair", subject="Trade fair")
    outlook.add("Made meanwhile")
    computer.sync(after)
    computer.sync(after)
    titles = Counter(row["subject"] for row in rows(sandbox))
    for each in ("Dentist, at noon", "Visit of both", "Born meanwhile", "Trade fair", "Made meanwhile"):
        assert titles[each] == there(outlook)[each] == 1, each
    assert (titles.total(), there(outlook).total()) == (number + 2, known + 2)
    assert new.forbidden == []
    assert all(EMMA in each.to for each in new.sent), new.sent


def test_a_task_of_the_moved_mailbox_goes_on_being_kept_in_step(
    after: Settings, computer: Computer, sandbox: SandboxServer, outlook: GraphOutlook
) -> None:
    computer.sync(after)
    outlook.change_task("Buy paper", status="completed")
    renamed = f"{outlook.task_list}/{quote(outlook.task('Task of ours')['id'], safe='')}"
    outlook.ask("PATCH", renamed, {"title": "Task of both"})
    (row,) = (each for each in rows(sandbox) if each["subject"] == "Some day")
    sandbox.store.update("calendar", row["id"], {"subject": "One day"})
    computer.sync(after)
    done = {row["subject"]: row["completed"] for row in rows(sandbox) if row["task"]}
    assert done == {"Buy paper": True, "Call": False, "One day": False, "Task of both": False}
    assert there(outlook)["One day"] == there(outlook)["Task of both"] == 1


def test_a_calendar_that_took_no_part_takes_none_in_its_new_place(
    before: Settings, after: Settings, computer: Computer, sandbox: SandboxServer, outlook: GraphOutlook
) -> None:
    """Nor does what is moved back to the former server get doubled or lost."""
    computer.deselect(before, "Tasks")
    number = len(rows(sandbox))
    outlook.add_task("Private")
    for settings in (after, before):
        report = computer.sync(settings)
        assert (report.crm.total, report.provider.total) == (0, 0)
    assert len(rows(sandbox)) == number
