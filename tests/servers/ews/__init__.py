"""An honest double of Exchange Web Services, as Exchange 2016 on a company's own server offers it.

Written from Microsoft's documentation. Every request is checked against Microsoft's schema and refused as Exchange refuses
it (ErrorSchemaValidation); every answer is checked too, and a wrong one fails the test that caused it.

    with EwsServer() as server:
        server.url, server.user, server.password, server.address
        server.sent       # mails that other people would have got
        server.requests   # names of the operations asked for
        server.faults     # what is to go wrong
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from tests.servers.ews import messages, zones
from tests.servers.ews.call import Sent, State
from tests.servers.ews.errors import WrongAnswerError
from tests.servers.ews.faults import Faults, Gate
from tests.servers.ews.http import PATH, Front
from tests.servers.ews.mailbox import Folder, Item, Mailbox
from tests.servers.ews.view import mailbox
from tests.servers.ews.writing import Writer
from tests.servers.ews.xml import Element, t
from tests.servers.ews.xsd import schema

__all__ = ["EwsServer", "Faults", "Gate", "Item", "Sent", "WrongAnswerError"]


class EwsServer:
    """One mailbox behind a random port of loopback. `schemes` are the ways to sign in that it offers, in that order."""

    def __init__(
        self, user: str = "ACME\\emma", password: str = "secret", address: str = "emma@example.com",
        name: str = "Emma Example", schemes: tuple[str, ...] = ("NTLM", "Basic"),
    ) -> None:  # fmt: skip
        self.user, self.password, self.address, self.name, self.schemes = user, password, address, name, schemes
        schema()
        self.box = Mailbox(name, address)
        self.state = State(self.box)
        self.faults = Faults()
        self.requests: list[str] = []
        self.errors: list[Exception] = []
        self.redirect_discovery_to: str | None = None
        self._front = Front(self)
        self._thread = threading.Thread(target=self._front.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return self._front.server_port

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return self.base + PATH

    @property
    def sent(self) -> list[Sent]:
        return self.state.sent

    def start(self) -> None:
        self._thread.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops, and fails if the double itself was wrong."""
        self.stop()
        if self.errors:
            raise WrongAnswerError(f"the double failed: {self.errors[0]}") from self.errors[0]

    def stop(self) -> None:
        self.state.stopped = True
        self.faults.release_all()
        with self.box.changed:
            self.box.changed.notify_all()
        self._front.shutdown()
        self._front.cut_all()
        self._front.server_close()
        self._thread.join()

    # What others do to the mailbox

    def change_password(self, password: str) -> None:
        """Who signed in with the old one has to do so again."""
        self.password = password
        self._front.cut_all()

    def expire_sync_states(self) -> None:
        """Every synchronisation state handed out so far is refused from now on (ErrorInvalidSyncStateData)."""
        self.state.generation += 1

    def short_pages(self, size: int) -> None:
        """No answer has more changes or items than this."""
        self.state.page = size

    def invite(
        self, subject: str, start: datetime, end: datetime, organiser: tuple[str, str] = ("Paul Partner", "paul@partner.test"),
        others: tuple[str, ...] = (), zone: str = "UTC", recurrence: Element | None = None, uid: str | None = None,
        folder: Folder | None = None,
    ) -> Item:  # fmt: skip
        """A meeting of somebody else, in the calendar as Exchange puts it there: tentative, not answered."""
        element = t(
            "CalendarItem", t("Subject", subject), t("UID", uid) if uid else None, t("Start", zones.write(start)),
            t("End", zones.write(end)), t("LegacyFreeBusyStatus", "Tentative"),
            t("RequiredAttendees", *(t("Attendee", mailbox("", each)) for each in (self.address, *others))), recurrence,
            t("StartTimeZone", Id=zone), t("EndTimeZone", Id=zone),
        )  # fmt: skip
        with self.box.changed:
            item = Writer(self.box, None).create(element)
            item.organiser, item.my_response = organiser, "NoResponseReceived"
            item.folder = folder or self.box.distinguished("calendar")
            return self.box.add(item)

    def deliver(self, mime: bytes, folder: str = "inbox", read: bool = False, received: datetime | None = None) -> Item:
        """A message that arrives, now unless it is said when."""
        with self.box.changed:
            item = Writer(self.box, None).create(t("Message"))
            item.properties["DateTimeReceived"] = t("DateTimeReceived", zones.write(received or datetime.now(UTC)))
            messages.fill(item, mime, read=read)
            item.folder = self.box.distinguished(folder)
            return self.box.add(item, "NewMailEvent")

    def answered(self, item: Item, address: str, response: str) -> None:
        """An attendee has answered: Accept, Tentative, Decline."""
        with self.box.changed:
            item.responses[address.lower()] = response
            self.box.touch(item)

    def cancel(self, item: Item) -> None:
        """The organiser has called a meeting off; it stays in the calendar until the user removes it."""
        with self.box.changed:
            item.cancelled = True
            self.box.touch(item)

    def folder(self, name: str) -> Folder:
        return self.box.distinguished(name)

    def items(self, name: str) -> list[Item]:
        return self.box.within(self.box.distinguished(name))
