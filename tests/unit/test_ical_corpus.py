"""What objects in the style of each provider mean, and that an edit of one leaves all other lines alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest

from fm_desktop.model.items import Answer, Kind, Privacy
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.ical import Reading, WriteContext, edit, inspect, read
from fm_desktop.providers.ical.document import parse, serialise

CORPUS = Path(__file__).parent / "ical_corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.ics"))
OWN = frozenset({"emma@example.com"})
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def context(**changes) -> WriteContext:
    return WriteContext("Europe/Madrid", OWN, **changes)


def raw_of(name: str) -> bytes:
    return (CORPUS / f"{name}.ics").read_bytes()


def reading(name: str, **changes) -> Reading:
    return inspect(raw_of(name), context(**changes))


def at(*parts: int, zone: str = "Europe/Madrid") -> Timed:
    return Timed(datetime(*parts), zone)


def test_the_corpus_is_there() -> None:
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_parsing_and_serialising_gives_the_same_bytes(name: str) -> None:
    assert serialise(parse(raw_of(name))) == raw_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_corpus_has_to_be_guessed(name: str) -> None:
    assert reading(name).notes == ()


@pytest.mark.parametrize("name", NAMES)
def test_an_edit_of_the_title_touches_the_title_and_the_stamps_only(name: str) -> None:
    raw = raw_of(name)
    edited = edit(raw, Patch(title="Another title"), None, context(), NOW)
    ours = (b"SUMMARY", b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE")
    first = read(raw, context())[0]

    def others(data: bytes) -> list[bytes]:
        return [line.raw for line in _all_lines(data) if not line.raw.upper().startswith(ours)]

    assert others(edited) == others(raw)
    after = read(edited, context())
    assert after[0].title == "Another title"
    assert after[0].span == first.span
    assert after[1:] == read(raw, context())[1:]


@pytest.mark.parametrize("name", NAMES)
def test_an_edited_object_is_sound_for_another_reader(name: str) -> None:
    patch = Patch(title="Señal; a, b", text="line 1\nline 2 <x> \\ end")
    calendar = icalendar.Calendar.from_ical(edit(raw_of(name), patch, None, context(), NOW))
    part = next(each for each in calendar.walk() if each.name in ("VEVENT", "VTODO"))
    assert str(part["SUMMARY"]) == "Señal; a, b"
    assert str(part["DESCRIPTION"]) == "line 1\nline 2 <x> \\ end"
    assert "X-ALT-DESC" not in part


def _all_lines(raw: bytes):
    pending, found = [parse(raw)], []
    while pending:
        node = pending.pop(0)
        found += node.nodes if not hasattr(node, "raw") else []
        pending += [each for each in node.nodes if not hasattr(each, "raw")]
    return [each for each in found if hasattr(each, "raw")]


def test_google() -> None:
    item = reading("google", html_descriptions=True).items[0]
    assert item.title == "Revisión de oferta: Nordholz, 4º trimestre"
    assert item.span == Span(at(2026, 12, 2, 9, 30), at(2026, 12, 2, 10, 15))
    assert item.text == "Orden del día:\n1. Precios & plazos\n2. Oferta <https://docs.example.com/oferta>"
    assert item.place == "Sala Azul, 3ª planta"
    assert [each.address for each in item.participants] == ["emma@example.com", "b.lindqvist@nordholz.example"]
    assert item.organiser is not None
    assert item.organiser.address == "emma@example.com"
    assert item.answer is None, "the user organises it"


def test_google_html_stays_until_the_text_changes() -> None:
    raw = raw_of("google")
    moved = edit(raw, Patch(span=Span(at(2026, 12, 3, 9), at(2026, 12, 3, 10))), None, context(), NOW)
    assert b'DESCRIPTION:Orden del d\xc3\xada:<br>1. Precios &amp\\; plazos<br>2. <a href="http\r\n s://' in moved
    google = context(html_descriptions=True)
    edited = edit(raw, Patch(text="Precio < 10 & más\n\tfin"), None, google, NOW)
    assert b"DESCRIPTION:Precio &lt\\; 10 &amp\\; m\xc3\xa1s\\n\tfin\r\n" in edited
    assert read(edited, google)[0].text == "Precio < 10 & más\n\tfin"


def test_google_an_organiser_s_change_raises_the_sequence() -> None:
    edited = edit(raw_of("google"), Patch(title="x"), None, context(), NOW)
    assert b"\r\nSEQUENCE:2\r\n" in edited


def test_exchange() -> None:
    series, moved = reading("exchange").items
    assert series.is_series
    assert series.recurrence is not None
    assert series.recurrence.rules == ("FREQ=WEEKLY;UNTIL=20270331T080000Z;INTERVAL=1;BYDAY=WE;WKST=MO",)
    assert series.recurrence.excluded == (at(2026, 12, 23, 10), at(2026, 12, 30, 10))
    assert series.organiser is not None
    assert (series.organiser.name, series.organiser.address) == ("Duarte, Rui (Porto)", "rui.duarte@partner.example")
    assert [(each.name, each.optional) for each in series.participants] == [
        ("Emma Vidal", False),
        ("O'Neill; Sean", True),
    ]
    assert series.answer is Answer.NEEDS_ACTION
    assert moved.recurrence_id == at(2026, 12, 9, 10)
    assert moved.recurrence is None
    assert moved.answer is Answer.ACCEPTED


def test_exchange_one_date_is_edited_alone() -> None:
    raw = raw_of("exchange")
    edited = edit(raw, Patch(title="Moved"), at(2026, 12, 9, 10).in_zone("UTC"), context(), NOW)
    head = raw.index(b"BEGIN:VEVENT", raw.index(b"END:VEVENT"))
    assert edited[:head] == raw[:head]
    assert b"\r\nSUMMARY;LANGUAGE=en-US:Moved\r\n" in edited


def test_outlook_zone_known_by_its_rules_only() -> None:
    item = reading("outlook").items[0]
    assert item.span == Span(
        at(2026, 12, 15, 9, zone="Australia/Adelaide"), at(2026, 12, 15, 10, zone="Australia/Adelaide")
    )
    assert item.privacy is Privacy.PRIVATE
    assert item.text == "Bring the samples, please."


def test_outlook_keeps_its_own_zone_when_moved() -> None:
    start = at(2026, 12, 16, 9, zone="Australia/Adelaide").in_zone("UTC")
    end = at(2026, 12, 16, 11, zone="Australia/Adelaide").in_zone("UTC")
    edited = edit(raw_of("outlook"), Patch(span=Span(start, end)), None, context(), NOW)
    assert b'DTSTART;TZID="(UTC+09:30) Adelaide (custom)":20261216T090000\r\n' in edited
    assert b'DTEND;TZID="(UTC+09:30) Adelaide (custom)":20261216T110000\r\n' in edited
    assert read(edited, context())[0].span == Span(
        start.in_zone("Australia/Adelaide"), end.in_zone("Australia/Adelaide")
    )


def test_icloud() -> None:
    item = reading("icloud").items[0]
    assert item.title == "桜木町のお客様と打ち合わせ、来年度の契約更新について話し合う"
    assert item.place == "Sakuragi Tower\n1-1 Naka-ku, Yokohama"
    assert [(each.address, each.answer) for each in item.participants] == [
        ("emma@example.com", Answer.ACCEPTED),
        ("haruka@sakuragi.example", Answer.DECLINED),
    ]
    assert item.organiser is not None
    assert item.organiser.address == "emma@example.com", "from the EMAIL parameter: the value is a path"


def test_yahoo() -> None:
    item = reading("yahoo").items[0]
    assert item.kind is Kind.EVENT, "transparent alone makes no task"
    assert item.span == day_span(date(2026, 12, 7), date(2026, 12, 8))


def test_yahoo_new_lines_end_as_the_old_ones() -> None:
    edited = edit(raw_of("yahoo"), Patch(title="x", text="new"), None, context(), NOW)
    assert b"\r" not in edited


def test_nextcloud() -> None:
    item = reading("nextcloud").items[0]
    howe = "Australia/Lord_Howe"
    # The clock goes back by half an hour that night, and five hours are five hours.
    assert item.span == Span(at(2027, 4, 3, 23, zone=howe), at(2027, 4, 4, 3, 30, zone=howe))
    assert item.recurrence is not None
    assert item.recurrence.dates == (
        Span(at(2027, 4, 10, 23, zone=howe), at(2027, 4, 11, 1, zone=howe)),
        Span(at(2027, 4, 17, 23, zone=howe), at(2027, 4, 18, 1, zone=howe)),
        at(2027, 4, 24, 23, zone=howe),
    )
    assert item.recurrence.excluded_rules == ("FREQ=MONTHLY;BYMONTHDAY=31",)


def test_thunderbird_task() -> None:
    item = reading("thunderbird").items[0]
    assert item.kind is Kind.TASK
    assert item.span == Span(at(2026, 12, 4, 17), at(2026, 12, 4, 17))
    assert item.completed is False
    assert item.text == "price list"


def test_thunderbird_task_is_done_and_undone() -> None:
    done = edit(raw_of("thunderbird"), Patch(completed=True), None, context(), NOW)
    assert b"\r\nSTATUS:COMPLETED\r\nPERCENT-COMPLETE:100\r\n" in done
    assert b"\r\nCOMPLETED:20261125T083000Z\r\n" in done
    assert read(done, context())[0].completed
    undone = edit(done, Patch(completed=False), None, context(), NOW)
    assert b"\r\nSTATUS:NEEDS-ACTION\r\n" in undone
    assert b"COMPLETE:" not in undone
    assert b"COMPLETED" not in undone


def test_thunderbird_task_moves_start_and_due_together() -> None:
    target = at(2026, 12, 8, 12).in_zone("UTC")
    edited = edit(raw_of("thunderbird"), Patch(span=Span(target, target)), None, context(), NOW)
    assert b"DTSTART;TZID=/mozilla.org/20050126_1/Europe/Madrid:20261207T040000\r\n" in edited
    assert b"DUE;TZID=/mozilla.org/20050126_1/Europe/Madrid:20261208T120000\r\n" in edited


def test_thunderbird_text_loses_the_old_html_beside_it() -> None:
    edited = edit(raw_of("thunderbird"), Patch(text="new"), None, context(), NOW)
    assert b"\r\nDESCRIPTION:new\r\n" in edited


def test_evolution() -> None:
    item = reading("evolution").items[0]
    assert item.span == Span(
        at(2026, 10, 30, 14, zone="America/New_York"), at(2026, 10, 30, 15, zone="America/New_York")
    )
    assert item.privacy is Privacy.PRIVATE
    assert item.text == "Numbers by region:\n- north\n- south"


def test_fastmail() -> None:
    item = reading("fastmail").items[0]
    assert item.title == "Demo; second round"
    assert item.cancelled
    assert item.organiser is not None
    assert item.organiser.name == 'Lena"s office ^ team'
    assert item.answer is Answer.DECLINED


def test_davmail_turns_from_all_day_to_timed() -> None:
    span = Span(at(2026, 12, 14, 8, zone="UTC"), at(2026, 12, 14, 9, zone="UTC"))
    edited = edit(raw_of("davmail"), Patch(span=span), None, context(), NOW)
    assert b"\r\nDTSTART:20261214T080000Z\r\nDTEND:20261214T090000Z\r\n" in edited
    assert b"\r\nX-MICROSOFT-CDO-ALLDAYEVENT:FALSE\r\n" in edited
    assert b"\r\nX-MICROSOFT-MSNCALENDAR-ALLDAYEVENT:FALSE\r\n" in edited
    assert read(edited, context())[0].span == span
