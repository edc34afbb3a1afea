"""R25: what the messages in the user's own inbox say, and that none is ever sent."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import fm_desktop
from fm_desktop.model.message import Mailbox
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.notes import News, composed, grouped
from fm_desktop.providers.mime import read_headers

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HOUR = Span(Timed(datetime(2026, 11, 27, 10), "UTC"), Timed(datetime(2026, 11, 27, 11, 30), "UTC"))
VISIT = News("id-1", "Visit to Acme", HOUR, "Place: Room 3\nOrganiser: Ana Muñoz <ana@acme.example>")


def made(*news: News, address: str = "emma@example.com") -> email.message.EmailMessage:
    return email.message_from_bytes(composed(news, address, "Europe/Madrid", AT), policy=email.policy.default)


def test_R25_a_note_says_what_when_where_and_by_whom():
    note = made(VISIT)
    assert note["Subject"] == "New in your calendar: Visit to Acme"
    lines = note.get_content().splitlines()
    assert lines[:4] == [
        "Visit to Acme",
        "2026-11-27 11:00 to 12:30 (Europe/Madrid)",
        "Place: Room 3",
        "Organiser: Ana Muñoz <ana@acme.example>",
    ]


def test_R25_a_note_is_from_the_user_to_the_user_and_known_as_one_of_a_program():
    raw = composed([VISIT], "emma@example.com", "Europe/Madrid", AT)
    found = read_headers(raw)
    assert found.sender == (Mailbox("emma@example.com", "FM Desktop"),)
    assert (found.to, found.cc, found.bcc, found.reply_to) == ((Mailbox("emma@example.com"),), (), (), ())
    assert (found.date, found.notice) == (AT, True)
    assert b"Auto-Submitted: auto-generated\r\n" in raw
    assert all(line.endswith(b"\r") for line in raw.split(b"\n")[:-1])


def test_the_same_event_has_the_same_message_id_on_every_computer():
    ids = [made(each)["Message-ID"] for each in (VISIT, VISIT, News("id-2", "Visit to Acme"))]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (None, None),
        (day_span(date(2026, 11, 27)), "2026-11-27, all day"),
        (Span(date(2026, 11, 27), date(2026, 11, 30)), "2026-11-27 – 2026-11-29, all day"),
        (Span(HOUR.start, HOUR.start), "2026-11-27 11:00 (Europe/Madrid)"),
        (
            Span(HOUR.start, Timed(datetime(2026, 11, 28, 1), "UTC")),
            "2026-11-27 11:00 to 2026-11-28 02:00 (Europe/Madrid)",
        ),
    ],
)
def test_times_are_those_of_the_users_clock(span, told):
    lines = made(News("id", "Visit", span)).get_content().splitlines()
    assert lines[:2] == ["Visit", told or ""]


def test_R25_more_than_three_at_once_are_one_message():
    many = [News(f"id-{number}", f"Visit {number}", HOUR) for number in range(60)]
    assert grouped(many[:3]) == ((many[0],), (many[1],), (many[2],))
    assert grouped(many[:4]) == (tuple(many[:4]),)
    note = made(*many)
    assert note["Subject"] == "60 new events in your calendar"
    lines = note.get_content().splitlines()
    assert lines[0] == "- Visit 0, 2026-11-27 11:00 to 12:30 (Europe/Madrid)"
    assert lines[49].startswith("- Visit 49,")
    assert lines[50:52] == ["and 10 more", ""]


@pytest.mark.parametrize(
    "title",
    ["A\r\nBcc: all@example.com\r\n\r\nbody", "x" * 5_000, "half \ud800 a letter", "", "Reunión “ñ” 会议", "\0\x07"],
)
def test_no_title_becomes_a_header_or_keeps_a_note_from_being_made(title):
    raw = composed([News("id", title)], "emma@example.com", "Europe/Madrid", AT)
    found = read_headers(raw)
    assert found.subject.startswith("New in your calendar: ")
    assert len(found.subject) < 250
    assert found.bcc == ()
    assert raw.count(b"\r\n\r\n", 0, raw.index(b"\r\n\r\n") + 4) == 1


def test_an_address_with_other_letters_is_left_as_it_is():
    found = read_headers(composed([VISIT], "añá@bücher.example", "Europe/Madrid", AT))
    assert [each.address for each in (*found.sender, *found.to)] == ["añá@bücher.example"] * 2


def test_R25_the_program_has_nothing_that_sends_mail():
    senders = re.compile(r"^\s*(?:import|from)\s+(?:\w*smtp\w*|email\.\w*smtp)", re.MULTILINE)
    for path in Path(fm_desktop.__file__).parent.rglob("*.py"):
        assert not senders.search(path.read_text(encoding="utf-8")), path
