"""Content, search and waiting: what is downloaded, what is never, and how new mail is noticed."""

from __future__ import annotations

import io
import os
import threading
from datetime import date

import pytest

from fm_desktop.mailport import MailSource, Role
from fm_desktop.port import Gone
from tests.contract.features import Feature, proves
from tests.contract.letters import ANA, LATER, LONG_AGO, Reader, folder, letter, received
from tests.contract.stages.stage import MailStage
from tests.real.imap.mailbox import headings, subjects

PATIENCE = 60.0
BODY = 20_000
privacy, search = proves(Feature.MAIL_PRIVACY), proves(Feature.MAIL_SEARCH)
content, waiting = proves(Feature.MAIL_CONTENT), proves(Feature.MAIL_WAITING)


def _random_body() -> str:
    return "\r\n".join(os.urandom(30).hex() for _ in range(BODY // 62))


@privacy
def test_R10_bodies_of_strangers_never_cross_the_line(mail_stage: MailStage, source: MailSource) -> None:
    for number in range(60):
        sender = ANA if number % 20 == 0 else f"stranger{number}@elsewhere.example"
        mail_stage.postbox.deliver(letter(number, sender, body=_random_body()))
    reader = Reader(source)
    before = mail_stage.crossed()
    found = headings(reader.read())
    headers = mail_stage.crossed() - before
    known = [each for each in found if each.headers.sender[0].address == ANA]
    for each in known:
        assert source.download(each.ref, io.BytesIO())
    assert (len(found), len(known)) == (60, 3)
    # One body alone is 20,000; a service may wrap it in base64.
    assert headers < 60 * 3_000
    assert mail_stage.crossed() - before - headers < len(known) * (BODY * 4 // 3 + 5_000)


@content
def test_R11_a_message_is_given_byte_for_byte_and_stays_unread(mail_stage: MailStage, source: MailSource) -> None:
    raw = letter(1, body="Olá 👋\r\n.\r\n..\r\nFrom me\r\n" + _random_body(), extra="X-Odd:  two  blanks\r\n")
    mail_stage.postbox.deliver(raw)
    (found,) = headings(Reader(source).read())
    into = io.BytesIO()
    assert source.download(found.ref, into)
    assert into.getvalue() == raw
    assert mail_stage.postbox.unread() == 1


@content
@pytest.mark.parametrize("limit", [1, 1_000, 10_000])
def test_R11_no_more_than_the_limit_and_this_is_said(mail_stage: MailStage, source: MailSource, limit: int) -> None:
    raw = letter(1, body=_random_body())
    mail_stage.postbox.deliver(raw)
    (found,) = headings(Reader(source).read())
    into = io.BytesIO()
    assert source.download(found.ref, into, limit) is False
    assert into.getvalue() == raw[:limit]


@content
def test_R11_a_large_message_is_streamed(mail_stage: MailStage, source: MailSource) -> None:
    raw = letter(1, body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 100_000)
    mail_stage.postbox.deliver(raw)
    (found,) = headings(Reader(source).read())
    pieces = _Pieces()
    assert source.download(found.ref, pieces)
    assert pieces.total == len(raw)
    assert pieces.largest <= 1024 * 1024


class _Pieces(io.BytesIO):
    """Remembers how much it was given at once, and keeps nothing."""

    total = largest = 0

    def write(self, data: object) -> int:
        size = len(bytes(data))  # type: ignore[call-overload]
        self.total += size
        self.largest = max(self.largest, size)
        return int(size)


@content
def test_a_message_that_was_taken_out_is_gone(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1))
    (found,) = headings(Reader(source).read())
    mail_stage.postbox.remove("1@contract.example")
    with pytest.raises(Gone):
        source.download(found.ref, io.BytesIO())


@search
def test_R10_earlier_mail_from_and_to_an_address(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1))
    mail_stage.postbox.deliver(letter(2, sender="bob@other.example", to=f"x@other.example, {ANA}"))
    mail_stage.postbox.deliver(letter(3, sender="bob@other.example", extra=f"Cc: {ANA}\r\n"))
    mail_stage.postbox.deliver(letter(4, sender="bob@other.example", body=f"I met {ANA}"))
    found = source.search(folder(source, Role.INBOX), [ANA], LONG_AGO, LATER)
    assert {"Message 1", "Message 2", "Message 3"} == set(subjects(found))


@search
def test_a_search_keeps_to_its_days_and_one_around_them(mail_stage: MailStage, source: MailSource) -> None:
    for day in (5, 15, 25):
        mail_stage.postbox.deliver(letter(day), received=received(day))
    found = source.search(folder(source, Role.INBOX), [ANA], date(2026, 11, 14), date(2026, 11, 16))
    assert subjects(found) == ["Message 15"]


@search
def test_a_search_for_nobody_known_finds_nothing(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1))
    assert subjects(source.search(folder(source, Role.INBOX), ["nobody@other.example"], LONG_AGO, LATER)) == []


class _Waiting(threading.Thread):
    """A `wait` in a thread of its own, as the program has it."""

    def __init__(self, source: MailSource) -> None:
        super().__init__(daemon=True)
        self._source, self._folder = source, folder(source, Role.INBOX)
        self.result: bool | None = None
        self.start()

    def run(self) -> None:
        self.result = self._source.wait(self._folder, PATIENCE)

    def done(self) -> bool | None:
        self.join(PATIENCE)
        assert not self.is_alive(), "it still waits"
        return self.result


@waiting
def test_new_mail_ends_a_wait(mail_stage: MailStage, source: MailSource) -> None:
    reader = Reader(source)
    reader.read()
    waiting = _Waiting(source)
    mail_stage.waits()
    mail_stage.postbox.deliver(letter(1))
    assert waiting.done() is True
    assert subjects(reader.read()) == ["Message 1"]


@waiting
def test_a_wait_can_be_ended_from_outside(mail_stage: MailStage, source: MailSource) -> None:
    Reader(source).read()
    waiting = _Waiting(source)
    mail_stage.waits()
    source.wake()
    assert waiting.done() is not None
