"""Reading the answers to FETCH."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from fm_desktop.providers.imap.fetching import moment, parsed, sequence_set


def test_items_with_literals_in_the_middle() -> None:
    records = [
        (b"1 (UID 7 BODY[HEADER.FIELDS (FROM TO)] {4}", b"ab)\n"),
        (b' FLAGS (\\Seen $Junk) X-GM-LABELS ("\\\\Inbox" {3}', b'a"b'),
        b' "q\\"x" NIL [Imap]/Sent) RFC822.SIZE 12)',
        b"2 (FLAGS () UID 8)",
        None,
    ]
    assert list(parsed(records)) == [
        {
            b"UID": 7,
            b"BODY[HEADER.FIELDS (FROM TO)]": b"ab)\n",
            b"FLAGS": (b"\\Seen", b"$Junk"),
            b"X-GM-LABELS": (b"\\Inbox", b'a"b', b'q"x', None, b"[Imap]/Sent"),
            b"RFC822.SIZE": 12,
        },
        {b"FLAGS": (), b"UID": 8},
    ]


def test_parts_of_a_body_and_empty_strings() -> None:
    assert list(parsed([b'1 (uid 7 BODY[]<0> "")'])) == [{b"UID": 7, b"BODY[]<0>": b""}]
    assert list(parsed([b"1 (UID 7 BODY[]<1048576> NIL)"])) == [{b"UID": 7, b"BODY[]<1048576>": None}]


def test_a_quoted_number_is_text() -> None:
    assert list(parsed([b'1 (UID 7 BODY[]<0> "42")'])) == [{b"UID": 7, b"BODY[]<0>": b"42"}]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"1",
        b"x (UID 1)",
        b"1 (UID 1",
        b"1 UID 1)",
        b"1 (UID)",
        b'1 (UID "1)',
        b"1 (UID 1) (UID 2)",
        b"1 )(",
        b"1 (A {3})",
    ],
)
def test_what_is_no_answer(text: bytes) -> None:
    with pytest.raises(ValueError):
        list(parsed([text]))


def test_deep_lists_are_no_danger() -> None:
    depth = 100_000
    (data,) = parsed([b"1 (UID 1 X " + b"(" * depth + b")" * depth + b")"])
    assert data[b"UID"] == 1


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        list(parsed([b"1 (" + data, b"2 (UID 1)"]))
    except ValueError:
        return


_text = st.binary(max_size=20).filter(lambda value: not {13, 10} & set(value))
_atoms = st.from_regex(rb"\A[$\\A-Za-z]{1,10}\Z").filter(lambda atom: atom.upper() != b"NIL" and atom[-1:] != b"\\")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2**32 - 1), st.lists(_atoms, max_size=4), _text, st.binary(max_size=50)), max_size=5, unique_by=lambda each: each[0]))  # fmt: skip
def test_the_same_as_imapclient_reads(messages: list[tuple[int, list[bytes], bytes, bytes]]) -> None:
    records: list[bytes | tuple[bytes, bytes]] = []
    for uid, flags, text, literal in messages:
        quoted = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        records.append((b"5 (UID %d FLAGS (%s) X-TEXT \"%s\" BODY[] {%d}" % (uid, b" ".join(flags), quoted, len(literal)), literal))  # fmt: skip
        records.append(b")")
    expected = parse_fetch_response(list(records), normalise_times=False)
    for data in parsed(records):
        uid = data[b"UID"]
        assert isinstance(uid, int)
        assert {key: data[key] for key in (b"FLAGS", b"X-TEXT", b"BODY[]")} == {
            key: expected[uid][key] for key in (b"FLAGS", b"X-TEXT", b"BODY[]")
        }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"25-Nov-2026 10:00:00 +0130", datetime(2026, 11, 25, 8, 30, tzinfo=UTC)),
        (b" 5-nov-2026 23:59:59 -0800", datetime(2026, 11, 6, 7, 59, 59, tzinfo=UTC)),
        (b"05-NOV-2026 00:00:00 +0000", datetime(2026, 11, 5, tzinfo=UTC)),
        (b"31-Feb-2026 00:00:00 +0000", None),
        (b"01-Jan-0001 00:00:00 +0100", None),
        (b"31-Dec-9999 23:00:00 -0200", None),
        (b"25-Nov-2026 25:00:00 +0000", None),
        (b"25-Nov-2026 10:00:00 +9999", None),
        (b"25-Foo-2026 10:00:00 +0000", None),
        (b"today", None),
        (None, None),
        (5, None),
    ],
)
def test_the_moment_a_message_was_taken_in(value: bytes | int | None, expected: datetime | None) -> None:
    assert moment(value) == expected


@settings(deadline=None)
@given(st.sets(st.integers(1, 300)))
def test_ids_as_ranges_name_the_same_messages(uids: set[int]) -> None:
    named: set[int] = set()
    for each in filter(None, sequence_set(sorted(uids)).split(",")):
        ends = [int(end) for end in each.split(":")]
        named.update(range(ends[0], ends[-1] + 1))
    assert named == uids
