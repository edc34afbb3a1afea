"""The providers that the sweep runs at: a new user of each, a person's hands, and the way back to an earlier moment."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from tests.contract.stages.dav import DavHand
from tests.contract.stages.ews import EwsStage
from tests.contract.stages.graph import GraphStage
from tests.contract.stages.stage import CALENDAR, Hand
from tests.real.engine.scene import item_lines
from tests.servers.account import DavAccount
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.ews import Item
from tests.servers.ews.xml import text
from tests.servers.graph import calendars
from tests.servers.graph.events import Event

PRIVATE = "Private"
BOTH = (CALENDAR, PRIVATE)
NOTE = "note:"
_STAMPS = ("DTSTAMP", "CREATED", "LAST-MODIFIED", "X-RADICALE")


class Place(Protocol):
    """A provider with one user. `settings` are the tables below [provider], `entry` its name in the catalog;
    `environment` holds the secrets, `token` what a sign-in with the browser brought. `authority` is the file of the one
    that is to be trusted, '' for those of the system."""

    name: str
    settings: str
    entry: str
    token: str
    environment: dict[str, str]
    authority: str

    def keep(self) -> None:
        """Everything is to be as it is now after each `restore`."""

    def restore(self) -> None: ...

    def picture(self) -> Sequence[str]:
        """What is in the calendars and in the inbox, without what depends on when it was made."""

    def mails(self) -> Sequence[str]:
        """What other people would have been sent since the last `restore`."""

    def close(self) -> None: ...


@runtime_checkable
class CalendarPlace(Place, Protocol):
    """One with calendars, and not with a mailbox alone. `chosen` are the calendars that take part, and the list of tasks
    where tasks have one of their own."""

    chosen: Sequence[str]

    @property
    def hand(self) -> Hand: ...

    def move(self, title: str) -> None:
        """A person moves an event of `Work` to `Private`."""


class DavPlace:
    """A real CalDAV server. `store` is the folder of the user's calendars."""

    chosen = BOTH
    token = ""
    entry = "own"

    def __init__(self, account: DavAccount, store: Path, mail: MailPlace | None = None) -> None:
        self.name = account.server
        self._account, self._store, self._mail = account, store, mail
        self._kept = store.with_name(f"{store.name}.kept")
        self.calendars = {each: account.make_calendar(each.lower(), label=each) for each in BOTH}
        self.hand: Hand = DavHand(account, self.calendars)
        self.settings = f'[provider.caldav]\nurl = "{account.url}"\nuser = "{account.user}"\n'
        self.environment = {"FM_DESKTOP_PROVIDER_PASSWORD": account.password}
        if mail is not None:
            self.settings += mail.settings
        self.authority = "" if mail is None else mail.authority

    def move(self, title: str) -> None:
        (name, data), *_ = (each for each in self._all(CALENDAR) if f"SUMMARY:{title}\r\n".encode() in each[1])
        self._account.put(self.calendars[PRIVATE], name, data)
        self._account.delete(self.calendars[CALENDAR], name)

    def split(self, title: str, until: int) -> None:
        """A person ends a series after so many dates."""
        (name, data), *_ = (each for each in self._all(CALENDAR) if f"SUMMARY:{title}\r\n".encode() in each[1])
        lines = [
            line if not line.startswith(b"RRULE") else b"RRULE:FREQ=WEEKLY;COUNT=%d" % until
            for line in data.split(b"\r\n")
        ]
        self._account.put(self.calendars[CALENDAR], name, b"\r\n".join(lines))

    def keep(self) -> None:
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self._store, self._kept)
        if self._mail is not None:
            self._mail.keep()

    def restore(self) -> None:
        shutil.rmtree(self._store)
        shutil.copytree(self._kept, self._store)
        if self._mail is not None:
            self._mail.restore()

    def picture(self) -> Sequence[str]:
        found = [
            f"{calendar}: {[line for line in sorted(item_lines(data)) if not line.startswith(_STAMPS)]}"
            for calendar in BOTH for _, data in self._all(calendar)
        ]  # fmt: skip
        return sorted(found) + ([] if self._mail is None else list(self._mail.picture()))

    def mails(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        self._account.client.close()
        shutil.rmtree(self._kept, ignore_errors=True)

    def _all(self, calendar: str) -> list[tuple[str, bytes]]:
        return sorted(self._account.all(self.calendars[calendar]).items())


class GraphPlace:
    name = "graph"
    chosen = (*BOTH, "Tasks")
    entry = "microsoft-365"

    def __init__(self) -> None:
        self._stage = GraphStage()
        self._server = self._stage.server
        self._private = calendars.add(self._server.box, PRIVATE)
        self.hand: Hand = self._stage.hand
        self.token = self._server.token
        self.settings = f'[provider.graph]\nurl = "{self._server.url}"\n'
        self.environment: dict[str, str] = {}
        self.authority = ""
        self._kept: Any = None

    def move(self, title: str) -> None:
        self._server.move_event(self._stage.hand.stored(title), self._private)

    def keep(self) -> None:
        self._kept = self._copied(self._server.box)

    def restore(self) -> None:
        with self._server.lock:
            self._server.box = self._copied(self._kept)
            self._server.box.sent.clear()

    def _copied(self, box: Any) -> Any:
        """The counter goes on, so that no number is given out twice."""
        return copy.deepcopy(box, {id(each): each for each in (box.faults, box._numbers)})

    def picture(self) -> Sequence[str]:
        box = self._server.box
        names = {each.key: each.name for each in box.calendars.values()}
        events = [f"{names[each.calendar]}: {_graph_event(each)}" for each in box.events.values()]
        tasks = [f"task: {sorted(each.details.items())}" for each in box.tasks.values()]
        inbox = [letter(each.raw) for each in box.messages.values()]
        return sorted(events + tasks + inbox)

    def mails(self) -> Sequence[str]:
        return sorted(f"{each.kind} {each.to} {each.subject}" for each in self._server.sent) + self._server.forbidden

    def close(self) -> None:
        self._stage.close()


def _graph_event(event: Event) -> str:
    details = sorted((key, str(value)) for key, value in event.details.items())
    people = sorted(str(each["emailAddress"]) for each in event.attendees)
    parts = (details, event.body, event.start, event.end, event.all_day, people, event.recurrence, event.cancelled)
    return f"{parts} {sorted(event.deleted)} {[_graph_event(each) for _, each in sorted(event.exceptions.items())]}"


class EwsPlace:
    name = "ews"
    chosen = (*BOTH, "Tasks")
    entry = "own"
    token = ""

    def __init__(self) -> None:
        self._stage = EwsStage()
        self._server = self._stage.server
        # One request for one write: NTLM would send the first one three times.
        self._server.schemes = ("Basic",)
        self._private = self._server.box.add_folder(self._server.folder("msgfolderroot"), PRIVATE, "IPF.Appointment").id
        self.hand: Hand = self._stage.hand
        self.settings = (
            f'[provider.ews]\nuser = "{self._server.user.replace(chr(92), chr(92) * 2)}"\nurl = "{self._server.url}"\n'
        )
        self.environment = {"FM_DESKTOP_PROVIDER_PASSWORD": self._server.password}
        self.authority = ""
        self._kept: Any = None

    def move(self, title: str) -> None:
        box = self._server.box
        box.move(self._stage.hand.stored(title), box.folder(self._private))

    def keep(self) -> None:
        self._kept = self._copied(self._server.state)

    def restore(self) -> None:
        with self._server.box.changed:
            self._server.state = self._copied(self._kept)
            self._server.box = self._server.state.box
            self._server.state.sent.clear()

    def _copied(self, state: Any) -> Any:
        """Counters go on, so that no number is given out twice; there is one lock."""
        box = state.box
        return copy.deepcopy(state, {id(each): each for each in (box.changed, box._numbers, box._versions)})

    def picture(self) -> Sequence[str]:
        gone = self._server.folder("deleteditems")
        items = [each for each in self._server.box.items.values() if each.folder is not gone]
        messages = [letter(each.mime) for each in items if each.kind == "Message"]
        return sorted(messages + [f"{each.folder.name}: {_ews_item(each)}" for each in items if each.kind != "Message"])

    def mails(self) -> Sequence[str]:
        return sorted(f"{each.kind} {each.to} {each.subject}" for each in self._server.sent)

    def close(self) -> None:
        self._stage.close()


_EWS_INCIDENTAL = ("DateTimeCreated", "CompleteDate")


def _ews_item(item: Item) -> str:
    values = sorted(
        (key, "".join(each.itertext())) for key, each in item.properties.items() if key not in _EWS_INCIDENTAL
    )
    exceptions = [_ews_item(each) for _, each in sorted(item.exceptions.items())]
    return f"{values} {item.cancelled} {sorted(item.deleted)} {exceptions} {text(item.properties.get('UID'))}"


class MailPlace:
    """A mailbox at Dovecot."""

    name = "dovecot"
    entry = "own"
    token = ""

    def __init__(self, server: DovecotServer, password: str = "a password") -> None:
        self.account: MailAccount = server.account(password=password)
        self.settings = f'[provider.imap]\nhost = "localhost"\nport = {server.tls_port}\nuser = "{self.account.user}"\n'
        self.environment = {"FM_DESKTOP_PROVIDER_PASSWORD": password}
        self.authority = str(server.ca_file)
        self._kept: frozenset[str] = frozenset()

    def keep(self) -> None:
        self._kept = frozenset(self._names())

    def restore(self) -> None:
        for name, path in self._names().items():
            if name not in self._kept:
                path.unlink()

    def picture(self) -> Sequence[str]:
        return sorted(letter(path.read_bytes()) for path in self._names().values())

    def mails(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        return

    def _names(self) -> dict[str, Path]:
        """By the part of the name that does not change when a message is looked at."""
        return {path.name.partition(":")[0]: path for path in self.account.maildir.files()}


def letter(raw: bytes) -> str:
    """What a message in the inbox is known by; its date is that of a cycle."""
    named = sorted(line for line in raw.decode().split("\r\n") if line.startswith(("Subject:", "Message-ID:")))
    return f"{NOTE} {named}"
