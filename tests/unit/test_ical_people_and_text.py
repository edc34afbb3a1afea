"""Addresses in every spelling, descriptions of every kind and size."""

from __future__ import annotations

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span
from fm_desktop.providers.ical import WriteContext, create, edit, read
from tests.unit.ical_entries import MADRID, NOW, OWN, at, calendar, item

GOOGLE = WriteContext("Europe/Madrid", OWN, html_descriptions=True)


# --- people ---------------------------------------------------------------------------------------


def test_addresses_in_every_spelling() -> None:
    found = item(
        "DTSTART:20260101T100000Z",
        "ORGANIZER;CN=Boss:MAILTO:Boss@Partner.Example",
        "ATTENDEE;PARTSTAT=TENTATIVE:Mailto:EMMA@example.com",
        "ATTENDEE;EMAIL=b@x.example:urn:uuid:1234",
        "ATTENDEE;CN=No Address:urn:uuid:5678",
        "ATTENDEE;CN=Plain:c@x.example",
        "ATTENDEE:mailto:d%40x.example?subject=hi",
        "ATTENDEE;CN=Twice:mailto:c@X.example",
        "ATTENDEE;CN=Odd: one:mailto:e@x.example",
        "ATTENDEE;CUTYPE=ROOM:mailto:room@x.example",
        "ATTENDEE;PARTSTAT=X-LATER;ROLE=NON-PARTICIPANT:invalid:nomail",
    )
    assert found.organiser.address == "boss@partner.example"
    assert [each.address for each in found.participants] == [
        "emma@example.com",
        "b@x.example",
        "",
        "c@x.example",
        "d@x.example",
        "e@x.example",
        "",
    ]
    assert found.participants[2].name == "No Address"
    assert found.participants[6].optional
    assert found.participants[6].answer is Answer.NEEDS_ACTION
    assert found.answer is Answer.TENTATIVE


def test_an_organiser_alone_is_no_invitation() -> None:
    own = item("DTSTART:20260101T100000Z", "ORGANIZER:mailto:emma@example.com")
    unnamed = item("DTSTART:20260101T100000Z", "ORGANIZER:/principals/1/")
    foreign = item("DTSTART:20260101T100000Z", "ORGANIZER:mailto:boss@partner.example")
    assert own.organiser is None
    assert unnamed.organiser is None
    assert foreign.organiser.address == "boss@partner.example"


def test_ten_thousand_attendees_survive_an_edit_as_they_are() -> None:
    lines = [f'ATTENDEE;CN="P, {n}";PARTSTAT=ACCEPTED;X-N={n}:mailto:p{n}@x.example' for n in range(10_000)]
    raw = calendar("DTSTART:20260101T100000Z", "SUMMARY:All hands", *lines, "ORGANIZER:mailto:emma@example.com")
    assert len(read(raw, MADRID)[0].participants) == 10_000
    edited = edit(raw, Patch(title="All hands!"), None, MADRID, NOW)
    assert "\r\n".join(lines).encode() in edited
    assert b"\r\nSEQUENCE:1\r\n" in edited


# --- text -----------------------------------------------------------------------------------------


def test_a_description_of_five_megabytes() -> None:
    text = "Zeile mit ä und, Komma; gut\\.\n" * 170_000
    projection = Projection(Kind.EVENT, "Big", Span(at(2026, 1, 1, 10), at(2026, 1, 1, 11)), text=text)
    raw = create(projection, "u1", MADRID, NOW)
    assert len(raw) > 5_000_000
    assert read(raw, MADRID)[0].text == text.strip("\n")
    assert read(edit(raw, Patch(title="x"), None, MADRID, NOW), MADRID)[0].text == text.strip("\n")


def _described(text: str, context: WriteContext = MADRID) -> str:
    return item("DTSTART:20260101T100000Z", "DESCRIPTION:" + text, context=context).text


def test_html_is_shown_as_text_where_it_is_html() -> None:
    assert _described("<html><body><p>One &amp\\; two</p><ul><li>x</li></ul></body></html>") == "One & two\n\n  * x"
    assert _described("a < b and <br> is a tag") == "a < b and <br> is a tag"
    assert _described("a < b &amp\\; c", GOOGLE) == "a < b & c"
    assert _described("one\\ntwo <b>bold</b>", GOOGLE) == "one\ntwo bold"


def test_html_nested_without_end_is_read_in_bounded_time() -> None:
    markup = "<div>" * 100_000 + "deep &amp; down" + "</div>" * 100_000
    assert _described(markup.replace(";", "\\;")) == "deep & down"
    hidden = "<div>" * 1_000 + "<style>p {}</style><script>x<b></script>seen<br>here" + "</div>" * 1_000
    assert _described(hidden) == "seen\nhere"


def test_the_html_beside_a_missing_description_is_read_and_replaced() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "X-ALT-DESC;FMTTYPE=text/html:<p>Hello</p>")
    assert read(raw, MADRID)[0].text == "Hello"
    assert edit(raw, Patch(text="Hello"), None, MADRID, NOW) == raw
    edited = edit(raw, Patch(text="Bye"), None, MADRID, NOW)
    assert b"X-ALT-DESC" not in edited
    assert read(edited, MADRID)[0].text == "Bye"
    assert read(edit(edited, Patch(text=""), None, MADRID, NOW), MADRID)[0].text == ""
