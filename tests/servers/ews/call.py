"""One request on its way through the server, and the mails it would cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.servers.ews import series
from tests.servers.ews.errors import EwsError, folder_not_found, message_xml
from tests.servers.ews.mailbox import Folder, Item, Mailbox
from tests.servers.ews.view import Viewer
from tests.servers.ews.writing import Writer
from tests.servers.ews.xml import Element, children, find, local, m, text


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail the server would have sent to other people."""

    kind: str  # MeetingRequest, MeetingUpdate, MeetingCancellation, Accept, Tentative, Decline, Message
    subject: str
    to: tuple[str, ...]
    uid: str = ""


@dataclass(slots=True)
class State:
    """What of the server outlives a request."""

    box: Mailbox
    sent: list[Sent] = field(default_factory=list)
    page: int = 512  # the most changes or items in one answer
    zone_name: str = "UTC"  # of the user, as Outlook on the web has it
    generation: int = 0  # of synchronisation states: older ones are refused
    subscriptions: dict[str, tuple[frozenset[str], frozenset[str], int]] = field(default_factory=dict)
    connections: dict[str, object] = field(default_factory=dict)  # the newest of each subscription
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    state: State
    request: Element
    zone: ZoneInfo | None = None
    zone_name: str = "UTC"
    version: str = "Exchange2016"

    @property
    def box(self) -> Mailbox:
        return self.state.box

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.box, self.zone)

    @property
    def writer(self) -> Writer:
        return Writer(self.box, self.zone, self.zone_name)

    def folder(self, element: Element) -> Folder:
        if local(element) == "FolderId":
            return self.box.folder(element.get("Id", ""))
        address = text(element, "t:Mailbox/t:EmailAddress")
        if address and address.lower() != self.box.address.lower():
            raise folder_not_found()
        return self.box.distinguished(element.get("Id", ""))

    def within(self, path: str) -> Folder:
        holder = find(self.request, path)
        return self.folder(children(holder)[0])

    def mail(self, kind: str, item: Item, to: list[str]) -> None:
        if to:
            self.state.sent.append(Sent(kind, text(item.properties.get("Subject")), tuple(sorted(to)), item.uid))


Operation = Callable[[Call], list[Element]]


def each(
    call: Call, name: str, wanted: list[Element], act: Callable[[Element], list[Element]], holder: str | None
) -> list[Element]:
    """A response message for each thing asked for; one that is refused does not stop the others."""
    made = []
    for element in wanted:
        try:
            made.append(success(name, *act(element)))
        except EwsError as error:
            made.append(failure(name, error, holder))
    return made


def success(name: str, *content: Element | None) -> Element:
    return m(f"{name}ResponseMessage", m("ResponseCode", "NoError"), *content, ResponseClass="Success")


def failure(name: str, error: EwsError, holder: str | None = None) -> Element:
    return m(
        f"{name}ResponseMessage", m("MessageText", error.message), m("ResponseCode", error.code), m("DescriptiveLinkKey", "0"),
        _message_xml(error), m(holder) if holder else None, ResponseClass="Error",
    )  # fmt: skip


def _message_xml(error: EwsError) -> Element | None:
    if not error.details:
        return None
    return m("MessageXml", *children(message_xml(error.details)))


def people(item: Item) -> list[str]:
    return list(series.attendees(item))
