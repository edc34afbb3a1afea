"""A mailbox at an own Exchange server, and the same mailbox after it was moved to Microsoft 365.

Items keep their UIDs and named properties, and nothing else of what they are known by: ids, change keys and states are
others. To Do shows the tasks of the old mailbox without any mark of ours, which are `linkedResources` there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.providers.outlook.identity import GRAPH_PROPERTY_ID, PROPERTY_NAME
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import Settings, parse
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.report import Report
from fm_desktop.sync.store import Store
from tests.fakes.real import EMMA
from tests.fakes.tokens import GivenTokens
from tests.real.engine.scene import day
from tests.real.graph.outlook import MADRID, every_week
from tests.real.graph.outlook import Outlook as GraphOutlook
from tests.servers.ews import EwsServer, Item
from tests.servers.ews.series import attendees
from tests.servers.ews.view import plain
from tests.servers.ews.xml import text, truth
from tests.servers.graph import GraphServer
from tests.servers.graph.events import touch

_SETTINGS = """
[crm]
url = "{crm}"
public_key = "{key}"
user = "{user}"
requests_per_second = 1000
[provider]
address = "{user}"
{provider}
[sync]
channels = ["email", "calendar"]
"""
AT_EXCHANGE = '[provider.ews]\nuser = "{user}"\nurl = "{url}"\n'
AT_GRAPH = 'name = "microsoft-365"\nsign_in = "oauth"\n[provider.graph]\nurl = "{url}"\n'


class Computer:
    """The user's computer: one state, whatever the settings say."""

    def __init__(self, home: Path, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox
        environment = {
            "FM_DESKTOP_HOME": str(home),
            "FM_DESKTOP_CRM_PRIVATE_KEY": sandbox.private_key,
            "FM_DESKTOP_PROVIDER_PASSWORD": "secret",
        }
        self._paths, self._credentials = Paths.of(environment), Credentials(environment)
        self._paths.make()
        self.token = ""

    def settings(self, provider: str, **values: str) -> Settings:
        crm = {"crm": self._sandbox.url, "key": self._sandbox.public_key, "user": EMMA}
        return parse(_SETTINGS.format(provider=provider.format(user=EMMA, **values), **crm))

    def sync(self, settings: Settings) -> Report:
        """One cycle of a new process: both parts."""
        tokens = GivenTokens(lambda: self.token) if settings.provider.sign_in == "oauth" else None
        with self._state() as store:
            connector = Connector(self._paths, settings, self._credentials, Redactor(), tokens)
            sides = connector.connect(store, threading.Event())
            sides.notice_move(store)
            engine, mail = sides.engine(store), sides.mail_cycle(store)
            try:
                report = engine.cycle()
                assert report.error is None, report.error
                assert mail is not None
                logging = mail.run()
                assert logging.error is None, logging.error
                sides.remember_calendar(store, went_well=True)
            finally:
                engine.close()
                sides.close()
        return report

    def problems(self, settings: Settings) -> list[str]:
        with self._state() as store:
            state = Connector(self._paths, settings, self._credentials, Redactor()).state(store)
            return [each.message for each in state.problems.open()]

    def deselect(self, settings: Settings, calendar: str) -> None:
        """The user takes a calendar out; its copies stay."""
        with self._state() as store:
            state = Connector(self._paths, settings, self._credentials, Redactor()).state(store)
            Calendars(state).deselect(calendar, remove_copies=False)

    @contextmanager
    def _state(self) -> Iterator[Store]:
        store = Store.open(self._paths.store_file)
        try:
            yield store
        finally:
            store.close()


def moved(old: EwsServer, new: GraphServer) -> None:
    """Everything that is in a mailbox, in its new place. Single own events, series of every week, invitations, tasks
    and messages of the inbox are what is known here."""
    outlook = GraphOutlook(new.url, new.new_token())
    try:
        for item in old.items("calendar"):
            _move_event(item, new, outlook)
        for item in old.items("tasks"):
            _move_task(item, outlook)
        for item in old.items("inbox"):
            new.deliver(item.mime)
    finally:
        outlook.close()


def _move_event(item: Item, new: GraphServer, outlook: GraphOutlook) -> None:
    start, end = (text(item.properties[name]) for name in ("Start", "End"))
    title = text(item.properties.get("Subject"))
    if item.my_response != "Organizer":
        others = tuple(each for each in attendees(item) if each != EMMA)
        name, address = item.organiser
        event = new.invite(
            title, start.rstrip("Z"), end.rstrip("Z"), organizer=address, organizer_name=name, others=others
        )
        for each in event.attendees:
            # The old server knows them by their addresses alone.
            each["emailAddress"]["name"] = each["emailAddress"]["address"]
    else:
        recurrence = {"recurrence": every_week(day(1))} if "Recurrence" in item.properties else {}
        made = outlook.ask(
            "POST", "me/events", {"subject": title, **_body(item), **_span(item, start, end), **recurrence}
        )
        event = next(each for each in new.box.events.values() if each.global_uid == made["iCalUId"])
        _remove_dates(item, outlook, title)
    with new.lock:
        event.uid = item.uid
        touch(new.box, event)
    own = [text(each, "t:Value") for (_, name, _), each in item.extended.items() if name == f"name {PROPERTY_NAME}"]
    for value in own:
        identity = next(each["id"] for each in outlook.events() if each["iCalUId"] == item.uid)
        outlook.ask("PATCH", f"me/events/{identity}", {"singleValueExtendedProperties": [{"id": GRAPH_PROPERTY_ID, "value": value}]})  # fmt: skip


def _remove_dates(item: Item, outlook: GraphOutlook, title: str) -> None:
    gone = {each.date().isoformat() for each in item.deleted}
    for each in outlook.dates(title) if gone else ():
        if str(each["start"]["dateTime"])[:10] in gone:
            outlook.remove_date(each)


def _body(item: Item) -> dict[str, Any]:
    kept = item.properties.get("Body")
    if kept is None:
        return {}
    return {"body": {"contentType": (kept.get("BodyType") or "Text").lower(), "content": text(kept)}}


def _span(item: Item, start: str, end: str) -> dict[str, Any]:
    if truth(text(item.properties.get("IsAllDayEvent"))):
        # Midnight in Madrid is an hour or two before the day begins in UTC.
        days = (f"{(datetime.fromisoformat(each) + timedelta(hours=3)).date()}T00:00:00" for each in (start, end))
        first, last = ({"dateTime": each, "timeZone": MADRID} for each in days)
        return {"start": first, "end": last, "isAllDay": True}
    first, last = ({"dateTime": each.rstrip("Z"), "timeZone": "UTC"} for each in (start, end))
    return {"start": first, "end": last}


def _move_task(item: Item, outlook: GraphOutlook) -> None:
    due = text(item.properties.get("DueDate"))
    dated = {"dueDateTime": {"dateTime": f"{due[:10]}T00:00:00", "timeZone": "UTC"}} if due else {}
    done = "completed" if text(item.properties.get("Status")) == "Completed" else "notStarted"
    words = {"body": {"contentType": "text", "content": plain(text(item.properties.get("Body"))).strip()}}
    outlook.ask(
        "POST", outlook.task_list, {"title": text(item.properties["Subject"]), "status": done, **dated, **words}
    )
