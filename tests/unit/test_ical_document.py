"""The content-line document: identity, folding, leniency, bounded time."""

from __future__ import annotations

import pytest

from fm_desktop.providers.ical.document import Component, content_line, parse, serialise, unclosed


def event(raw: bytes) -> Component:
    return parse(raw).components("VEVENT")[0]


def one(line: bytes):
    return event(b"BEGIN:VEVENT\r\n" + line + b"\r\nEND:VEVENT\r\n")


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_every_kind_of_line_end_is_understood_and_used_for_new_lines(end: bytes) -> None:
    raw = end.join((b"BEGIN:VEVENT", b"SUMMARY:one", b" and two", b"UID:1", b"END:VEVENT", b""))
    root = parse(raw)
    part = root.components("VEVENT")[0]
    assert part.first("SUMMARY").value == "oneand two"
    part.put("SUMMARY", "new")
    assert serialise(root) == end.join((b"BEGIN:VEVENT", b"SUMMARY:new", b"UID:1", b"END:VEVENT", b""))


def test_a_fold_in_the_middle_of_a_character() -> None:
    assert one(b"SUMMARY:caf\xc3\r\n \xa9").first("SUMMARY").value == "café"


def test_a_fold_in_the_middle_of_a_name_and_by_a_tab() -> None:
    assert one(b"SUMM\r\n ARY:a\r\n\tb").first("SUMMARY").value == "ab"


def test_names_in_lower_case_and_a_byte_order_mark() -> None:
    root = parse(
        b"\xef\xbb\xbfbegin:vcalendar\r\nbegin:vevent\r\nsummary;language=en:x\r\nend:vevent\r\nend:vcalendar\r\n"
    )
    part = root.components("VCALENDAR")[0].components("VEVENT")[0]
    assert part.first("SUMMARY").value == "x"
    assert part.first("SUMMARY").parameter("LANGUAGE") == "en"
    assert unclosed(root) == ""


def test_long_lines_without_folds() -> None:
    assert len(one(b"DESCRIPTION:" + b"x" * 100_000).first("DESCRIPTION").value) == 100_000


def test_parameters_with_quotes_colons_commas_and_carets() -> None:
    found = one(b'ATTENDEE;CN="Ruiz, Ana: ^\'boss^\' ^^ ^n2";MEMBER="mailto:a@x","mailto:b@x";X=:mailto:ana@x').first(
        "ATTENDEE"
    )
    assert found.parameter("CN") == 'Ruiz, Ana: "boss" ^ \n2'
    assert dict(found.parameters)["MEMBER"] == ("mailto:a@x", "mailto:b@x")
    assert found.value == "mailto:ana@x"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'ATTENDEE;CN="never closed:mailto:a@x', "mailto:a@x"),
        (b"ATTENDEE;CN=a: b:mailto:a@x", " b:mailto:a@x"),
        (b"ATTENDEE;:mailto:a@x", "mailto:a@x"),
        (b"ATTENDEE;CN:mailto:a@x", "mailto:a@x"),
    ],
)
def test_malformed_parameters_do_not_cost_the_value(line: bytes, value: str) -> None:
    assert one(line).first("ATTENDEE").value == value


def test_quoted_parameters_are_written_so_that_they_are_read_back() -> None:
    line = content_line("X-A", "v", (("CN", ('a "b"; c: d, ^e\nf',)), ("Y", ("1", "2:3"))))
    found = one(line.rstrip(b"\r\n")).first("X-A")
    assert found.parameters == (("CN", ('a "b"; c: d, ^e\nf',)), ("Y", ("1", "2:3")))


def test_new_lines_are_folded_at_75_octets_and_never_in_a_character() -> None:
    raw = content_line("SUMMARY", "añ€😀" * 60)
    for piece in raw.split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()
    assert one(raw.rstrip(b"\r\n")).first("SUMMARY").value == "añ€😀" * 60


def test_a_value_in_an_old_encoding() -> None:
    assert one(b"SUMMARY:caf\xe9").first("SUMMARY").value == "café"


def test_soft_line_breaks_of_quoted_printable_belong_to_their_line() -> None:
    raw = b"BEGIN:VEVENT\r\nDESCRIPTION;ENCODING=QUOTED-PRINTABLE:one=\r\ntwo: three=0A=\r\nend\r\nUID:1\r\nEND:VEVENT\r\n"
    root = parse(raw)
    part = root.components("VEVENT")[0]
    assert part.first("DESCRIPTION").value == "onetwo: three=0Aend"
    part.put("DESCRIPTION", "new")
    assert serialise(root) == b"BEGIN:VEVENT\r\nDESCRIPTION:new\r\nUID:1\r\nEND:VEVENT\r\n"


def test_junk_is_kept_where_it_is() -> None:
    raw = b"\r\nBEGIN:VEVENT\r\nno property\r\nUID:1\r\n\x00\xff\r\nEND:VTODO\r\nEND:VEVENT\r\nrest"
    root = parse(raw)
    assert serialise(root) == raw
    assert unclosed(root) == ""
    root.components("VEVENT")[0].put("SUMMARY", "x")
    assert serialise(root) == raw.replace(b"END:VTODO\r\n", b"END:VTODO\r\nSUMMARY:x\r\n")


def test_new_properties_stand_before_sub_components() -> None:
    root = parse(b"BEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nEND:VALARM\r\nX-LATE:1\r\nEND:VEVENT\r\n")
    root.components("VEVENT")[0].put("SUMMARY", "x")
    assert serialise(root).startswith(b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nBEGIN:VALARM")


def test_a_file_cut_short_is_told() -> None:
    assert unclosed(parse(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n")) == "VCALENDAR"
    assert unclosed(parse(b"BEGIN:VEVENT\r\nBEGIN:VALARM\r\nUID:1\r\nEND:VEVENT\r\n")) == "VALARM"


def test_hostile_nesting_neither_recurses_nor_loses_bytes() -> None:
    raw = b"BEGIN:X\r\n" * 50_000 + b"END:X\r\n" * 50_000
    root = parse(raw)
    assert serialise(root) == raw
    assert unclosed(root) == ""


def test_nesting_that_is_never_closed_takes_no_quadratic_time() -> None:
    raw = b"BEGIN:X\r\nEND:Y\r\n" * 20_000
    assert serialise(parse(raw)) == raw
