"""A message of the demo as its writer's mail program makes it, and what ForceManager must hold of it.

Made of the standard library's e-mail package, which the program does not read mail with.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, make_msgid, parseaddr

from fm_desktop.sandbox.sample import MAIN_USER

INBOX, SENT, CUSTOMERS, ARCHIVE = "INBOX", "Sent", "Customers", "Archive"
DRAFTS, JUNK, TRASH = "Drafts", "Junk", "Trash"
FOLDERS = (SENT, CUSTOMERS, ARCHIVE, DRAFTS, JUNK, TRASH)
"""Those that a mailbox has beside its inbox."""
READ = (INBOX, SENT, CUSTOMERS, ARCHIVE)
"""Those that mail to be logged may be in."""

EMMA = f"Emma Ruiz <{MAIN_USER}>"
LONGEST_BODY = 4_000
"""Characters that ForceManager takes of a message's text."""
FULL_TEXT = "Full text.txt"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes

    @property
    def media_type(self) -> tuple[str, str]:
        guessed, _ = mimetypes.guess_type(self.name)
        main, _, sub = (guessed or "application/octet-stream").partition("/")
        return main, sub


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`at` is when it was sent, and received, on the user's clock.

    `logged_for`: the names of the contacts and accounts it must be logged for; () for one that must not be logged.
    `why_not`: the reason then, and `special`: what is special about it, for people. `said`: what the record must say
    of a page (`html`) without a `text`. `picture`: one that the page shows, by `cid:picture`. `invitation`: an
    iCalendar object. `answers`: the Message-ID of the letter it is an answer to.
    """

    subject: str
    sender: str
    at: datetime
    to: str = EMMA
    cc: str = ""
    bcc: str = ""
    folder: str = INBOX
    text: str = ""
    html: str = ""
    said: str = ""
    picture: File | None = None
    files: tuple[File, ...] = ()
    invitation: str = ""
    charset: str = "utf-8"
    answers: str = ""
    list_id: str = ""
    message_id: str = ""
    logged_for: tuple[str, ...] = ()
    why_not: str = ""
    special: str = ""
    unread: bool = False

    @property
    def is_sent(self) -> bool:
        return parseaddr(self.sender)[1] == MAIN_USER

    @property
    def sender_address(self) -> str:
        return parseaddr(self.sender)[1].lower()

    @property
    def to_addresses(self) -> tuple[str, ...]:
        return tuple(address.lower() for _, address in getaddresses([self.to]))

    @property
    def is_long(self) -> bool:
        """Is its text longer than ForceManager takes?"""
        return len(self.text) > LONGEST_BODY

    @property
    def file_names(self) -> tuple[str, ...]:
        """Of the files that a record of it must have."""
        return (*(each.name for each in self.files), *([FULL_TEXT] if self.is_long else []))

    @property
    def flags(self) -> tuple[str, ...]:
        flags = () if self.unread else ("\\Seen",)
        return (*flags, "\\Draft") if self.folder == DRAFTS else flags

    def raw(self) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = self.message_id or make_msgid(domain=self.sender_address.partition("@")[2])
        optional = {
            "Cc": self.cc,
            "Bcc": self.bcc,
            "In-Reply-To": self.answers,
            "References": self.answers,
            "List-Id": self.list_id,
        }
        for name, value in optional.items():
            if value:
                message[name] = value
        self._fill(message)
        return message.as_bytes()

    def _fill(self, message: EmailMessage) -> None:
        if self.text:
            message.set_content(self.text, charset=self.charset)
        if self.html:
            page = _html(message, self.html)
            if self.picture is not None:
                main, sub = self.picture.media_type
                page.add_related(
                    self.picture.data, main, sub, cid="<picture>", disposition="inline", filename=self.picture.name
                )
        if self.invitation:
            message.add_alternative(self.invitation, subtype="calendar", params={"method": "REQUEST"})
        for each in self.files:
            main, sub = each.media_type
            message.add_attachment(each.data, main, sub, filename=each.name)


def _html(message: EmailMessage, html: str) -> MIMEPart:
    """Puts a page into a message, beside its text if it has one, and returns the part with the page."""
    if message.get_content_type() == "text/plain" and message.get_payload() is None:
        message.set_content(html, subtype="html")
        return message
    message.add_alternative(html, subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, MIMEPart)
    return page
