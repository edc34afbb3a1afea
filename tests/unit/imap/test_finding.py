"""Searches for addresses, before they are sent."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fm_desktop.providers.imap.finding import searches

SPAN = ["SINCE", "1-Nov-2026"]


def test_one_address_in_every_field() -> None:
    assert list(searches(["ana@customer.example"], SPAN)) == [
        (
            [
                'SINCE 1-Nov-2026 OR OR FROM "ana@customer.example" TO "ana@customer.example" '
                'OR CC "ana@customer.example" BCC "ana@customer.example"'
            ],
            None,
        )
    ]


def test_other_letters_go_apart_and_in_utf_8() -> None:
    plain, foreign = searches(["ana@müller.example"], SPAN)
    assert '"ana@xn--mller-kva.example"' in plain[0][0]
    assert foreign == (
        [*SPAN, "OR", "OR", "FROM", "ana@müller.example", "TO", "ana@müller.example", "OR", "CC", "ana@müller.example", "BCC", "ana@müller.example"],
        "UTF-8",
    )  # fmt: skip


def test_nothing_to_find_is_no_search() -> None:
    assert list(searches([], SPAN)) == []
    assert list(searches(["", "a\r\nb@c", "\x00@x"], SPAN)) == []


@settings(deadline=None)
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80), max_size=60))
def test_lines_are_bounded_and_every_quote_is_closed(locals_: list[str]) -> None:
    addresses = [f"{local}@customer.example" for local in locals_]
    for criteria, charset in searches(addresses, SPAN):
        assert charset is None
        (text,) = criteria
        assert len(text) < 6_000
        outside, inside, position = "", False, 0
        while position < len(text):
            if inside and text[position] == "\\":
                position += 1
            elif text[position] == '"':
                inside = not inside
            elif not inside:
                outside += text[position]
            position += 1
        assert not inside
        assert set(outside.split()) <= {"SINCE", "1-Nov-2026", "OR", "FROM", "TO", "CC", "BCC"}
        assert (
            outside.split().count("OR") == sum(outside.split().count(each) for each in ("FROM", "TO", "CC", "BCC")) - 1
        )


def test_a_domain_too_long_to_be_coded_is_searched_for_as_it_is() -> None:
    domain = "ü" * 100 + ".example"
    ((_, charset),) = searches([f"ana@{domain}"], SPAN)
    assert charset == "UTF-8"
