"""Whatever an address or an identity holds, it is a value in a condition of ForceManager and never more of the condition:
held against the sandbox's own parser."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fm_desktop.crm.where import all_of, equals, is_in
from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sandbox.sql import tables
from fm_desktop.sandbox.where import condition

MINE = 1
TEXTS = ("x", "", "%", "x' OR '1'='1", "a,b", "O'Brien")
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(["'", "''", '"', "\\", "%", "_", "*", " OR ", " AND ", "1=1", "--", ";", "/*", ")", "(", ",", "=", "\0", "\n", "x", "null", "salesRepId=2"]),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(tables())
    rows = [(number, owner, text) for owner in (MINE, 2) for number, text in enumerate(TEXTS, 100 * owner)]
    connection.executemany("INSERT INTO calendar (id, salesRepId, extId) VALUES (?, ?, ?)", rows)
    yield connection
    connection.close()


def found(db: sqlite3.Connection, where: str) -> set[int]:
    """Which rows; none where the server does not take the condition at all."""
    try:
        met = condition("calendar", where)
    except ApiError:
        return set()
    return {row[0] for row in db.execute(f"SELECT id FROM calendar WHERE {met.sql}", met.values)}


@settings(deadline=None, max_examples=40)
@given(text=TEXT)
@example(text="x' OR salesRepId=2 OR extId='x")
@example(text="' OR 1=1 --")
@example(text="\\' OR 1=1")
@example(text="%")
@example(text="x\0' OR 1=1")
def test_a_text_finds_the_users_own_rows_with_that_very_text_and_no_others(db: sqlite3.Connection, text: str) -> None:
    expected = {100 + place for place, each in enumerate(TEXTS) if each.casefold() == text.casefold()}
    mine = f"salesRepId={MINE}"
    assert found(db, all_of([mine, equals("extId", text)])) <= expected
    assert found(db, all_of([mine, is_in("extId", [text, "nobody has this"])])) <= expected


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_is_there_is_found(db: sqlite3.Connection, text: str) -> None:
    assert found(db, all_of([f"salesRepId={MINE}", is_in("extId", [text])])) == {100 + TEXTS.index(text)}


@settings(deadline=None, max_examples=40)
@given(texts=st.lists(TEXT, min_size=1, max_size=5))
def test_what_the_server_reads_is_what_was_meant(texts: list[str]) -> None:
    """The parser gives back the same values, however many there are."""
    met = condition("calendar", is_in("extId", texts))
    assert [str(each) for each in met.values] == texts
