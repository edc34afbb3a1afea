"""The double of Exchange, a raw SOAP client for it that knows nothing of ours, letters and events."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from lxml import etree

from tests.servers.ews import EwsServer

NAMES = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "m": "http://schemas.microsoft.com/exchange/services/2006/messages",
    "t": "http://schemas.microsoft.com/exchange/services/2006/types",
    "e": "http://schemas.microsoft.com/exchange/services/2006/errors",
}
LETTER = (
    b"From: Ann <ann@example.org>\r\nTo: emma@example.com\r\nSubject: Offer 1\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello Emma\r\n"
)
MIXED = (
    b"From: Ann <ann@example.org>\r\nTo: emma@example.com\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nMessage-ID: <2@example.org>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nCaf\xc3\xa9\r\n.\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
)
ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Madrid
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
"""
NINE = "DTSTART;TZID=Europe/Madrid:20261201T090000\nDTEND;TZID=Europe/Madrid:20261201T100000"


class Raw:
    """Sends a request as it is written, and finds things in the answer."""

    def __init__(self, server: EwsServer) -> None:
        self.server = server
        self.client = httpx2.Client(auth=(server.user, server.password), trust_env=False, timeout=30)

    def post(self, body: str, header: str = '<t:RequestServerVersion Version="Exchange2016"/>') -> httpx2.Response:
        spaces = f'xmlns:s="{NAMES["s"]}" xmlns:m="{NAMES["m"]}" xmlns:t="{NAMES["t"]}"'
        envelope = f"<s:Envelope {spaces}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        return self.client.post(
            self.server.url, content=envelope.encode(), headers={"Content-Type": "text/xml; charset=utf-8"}
        )

    def ask(self, body: str, header: str = '<t:RequestServerVersion Version="Exchange2016"/>') -> etree._Element:
        response = self.post(body, header)
        assert response.status_code == 200, response.text
        return etree.fromstring(response.content)

    def create(self, properties: str, sending: str = "SendToNone", kind: str = "CalendarItem") -> tuple[str, str]:
        answer = self.ask(
            f'<m:CreateItem SendMeetingInvitations="{sending}"><m:Items><t:{kind}>{properties}</t:{kind}></m:Items></m:CreateItem>'
        )
        return identity(answer)

    def get(self, item: str, shape: str = "AllProperties") -> etree._Element:
        return self.ask(
            f"<m:GetItem><m:ItemShape><t:BaseShape>{shape}</t:BaseShape></m:ItemShape>"
            f'<m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:GetItem>'
        )

    def update(
        self,
        item: str,
        key: str | None,
        uri: str,
        value: str,
        resolution: str = "NeverOverwrite",
        sending: str = "SendToNone",
        kind: str = "CalendarItem",
    ) -> etree._Element:
        change_key = f' ChangeKey="{key}"' if key else ""
        return self.ask(
            f'<m:UpdateItem ConflictResolution="{resolution}" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="{sending}"><m:ItemChanges>'
            f'<t:ItemChange><t:ItemId Id="{item}"{change_key}/><t:Updates><t:SetItemField><t:FieldURI FieldURI="{uri}"/>'
            f"<t:{kind}>{value}</t:{kind}></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
        )

    def delete(self, item: str, attributes: str = 'SendMeetingCancellations="SendToNone"') -> etree._Element:
        return self.ask(
            f'<m:DeleteItem DeleteType="HardDelete" {attributes}><m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:DeleteItem>'
        )

    def sync(self, state: str = "", most: int = 512, folder: str = "calendar") -> etree._Element:
        known = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        return self.ask(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>"
            f'<t:DistinguishedFolderId Id="{folder}"/></m:SyncFolderId>{known}<m:MaxChangesReturned>{most}</m:MaxChangesReturned></m:SyncFolderItems>'
        )


def text(answer: etree._Element, name: str) -> str | None:
    return answer.findtext(f".//t:{name}", namespaces=NAMES)


def code(answer: etree._Element) -> str | None:
    return answer.findtext(".//m:ResponseCode", namespaces=NAMES)


def identity(answer: etree._Element) -> tuple[str, str]:
    found = answer.find(".//t:ItemId", NAMES)
    assert found is not None, etree.tostring(answer)
    return str(found.get("Id")), str(found.get("ChangeKey"))


def meeting(
    subject: str = "Visit", start: str = "2026-12-01T09:00:00Z", end: str = "2026-12-01T10:00:00Z", more: str = ""
) -> str:
    return f"<t:Subject>{subject}</t:Subject><t:Start>{start}</t:Start><t:End>{end}</t:End>{more}"


def event(title: str, *more: str, times: str = NINE, uid: str = "visit-1") -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T100000Z", times, f"SUMMARY:{title}", *more, "END:VEVENT\n"]
    return "\n".join(lines)


def whole(*events: str) -> str:
    """The text of an iCalendar object, with the zone that they name."""
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//tests//EN\n{ZONE}{''.join(events)}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    )


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer(schemes=("NTLM", "Basic")) as running:
        yield running


@pytest.fixture
def raw(server: EwsServer) -> Iterator[Raw]:
    client = Raw(server)
    yield client
    client.client.close()
