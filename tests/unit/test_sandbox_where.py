"""The sandbox's `where`: what it understands, what it refuses, and that nothing gets past it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sandbox.resources import CALENDAR
from fm_desktop.sandbox.sql import tables
from fm_desktop.sandbox.where import condition

ROWS = (
    (1, "Visit", 10, 0, "2026-11-25", "2026-11-20T08:00:00.000Z", None, "a'b"),
    (2, "call Emma", 11, 1, "2026-11-26", "2026-11-21T08:00:00.500Z", "2026-11-22T09:00:00.000Z", None),
    (3, "", None, 0, "1970-01-01", "2026-11-22T08:00:00.000Z", None, "x"),
)


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(tables())
    connection.executemany(
        "INSERT INTO calendar (id, subject, accountId, task, startDate, dateCreated, dateUpdated, extId)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ROWS,
    )
    yield connection
    connection.close()


def ids(db: sqlite3.Connection, text: str) -> list[int]:
    met = condition("calendar", text)
    return [row[0] for row in db.execute(f"SELECT id FROM calendar WHERE {met.sql} ORDER BY id", met.values)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id=1", [1]),
        ("ID = 1", [1]),
        ("id<>1", [2, 3]),
        ("id!=1", [2, 3]),
        ("id>1 and id<3", [2]),
        ("id>=2 AND id<=2", [2]),
        ("accountId=10", [1]),
        ("accountid.ID=10", [1]),
        ("accountId='10'", [1]),
        ("accountId=null", [3]),
        ("accountId <> NULL", [1, 2]),
        ("accountId is null or id=2", [2, 3]),
        ("accountId IS NOT NULL", [1, 2]),
        ("subject=Visit", [1]),
        ("subject='VISIT'", [1]),
        ("subject<>''", [1, 2]),
        ("subject LIKE 'call%'", [2]),
        ("subject LIKE call%", [2]),
        ("subject NOT LIKE 'call%'", [1, 3]),
        ("extId='a''b'", [1]),
        ("id IN (1,3)", [1, 3]),
        ("id in(1)", [1]),
        ("id NOT IN (1, 2)", [3]),
        ("subject in ('Visit', 'none')", [1]),
        ("task=true", [2]),
        ("task=0", [1, 3]),
        ("task='false'", [1, 3]),
        ("NOT task=true", [1, 3]),
        ("not not id=1", [1]),
        ("not (id=1 or id=2)", [3]),
        ("id=1 or id=2 and id=3", [1]),
        ("(id=1 or id=2) and id=2", [2]),
        ("startDate>=26/11/25", [1, 2]),
        ("startDate='70/01/01'", [3]),
        ("startDate<'2026-11-26'", [1, 3]),
        ("dateCreated>='2026-11-21T08:00:00.5Z'", [2, 3]),
        ("dateCreated>'2026-11-21T09:00:00.5+01:00'", [3]),
        ("dateCreated>=2026-11-22", [3]),
        ("dateCreated>='2026-11-22T08:00:00Z' or dateUpdated>='2026-11-22T08:00:00Z'", [2, 3]),
        ("  id = 1  ", [1]),
    ],
)
def test_a_condition_finds_its_rows(db: sqlite3.Connection, text: str, expected: list[int]) -> None:
    assert ids(db, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id",
        "id=",
        "=1",
        "id=1 or",
        "id=1 id=2",
        "(id=1",
        "id=1)",
        "nonsense=1",
        "id.id=1",
        "subject.id='x'",
        "accountId.value='x'",
        "id=abc",
        "id=1.2.3",
        "id=99999999999999999999",
        "task=maybe",
        "startDate='yesterday'",
        "startDate='26/02/30'",
        "dateCreated>'soon'",
        "id LIKE '1%'",
        "subject LIKE null",
        "id > null",
        "id in ()",
        "id in (1, null)",
        "id in 1",
        "subject='open",
        "id=1; DROP TABLE calendar",
        "id=1 -- rest",
        "id=1 /* rest */",
        "(select 1)=1",
        "id=id",
        "(" * 3000 + "id=1" + ")" * 3000,
        "not " * 500 + "id=1",
        " or ".join(["id=1"] * 401),
    ],
)
def test_what_is_no_condition_is_refused_with_the_vendors_code(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        condition("calendar", text)
    assert (refused.value.status, refused.value.code) == (400, 901)


def test_the_most_conditions_allowed_can_be_run(db: sqlite3.Connection) -> None:
    assert ids(db, " or ".join(["id=3"] * 400)) == [3]
    assert ids(db, "(" * 90 + "id=3" + ")" * 90) == [3]
    assert ids(db, f"id in ({','.join(map(str, range(3, 5000)))})") == [3]


names = st.sampled_from([*(each.name for each in CALENDAR.fields), "accountId.id", "nonsense", "1"])
literals = st.one_of(
    st.integers().map(str),
    st.text(max_size=12).map(lambda text: "'" + text.replace("'", "''") + "'"),
    st.sampled_from(["true", "false", "null", "word", "26/11/25", "'2026-11-25T10:00:00Z'", "''"]),
)
simple = st.builds(
    lambda name, comparator, value: f"{name} {comparator} {value}",
    names,
    st.sampled_from(["=", "<>", "!=", "<", ">", "<=", ">=", "LIKE", "NOT LIKE", "is", "IN", "%"]),
    literals,
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(lambda one, word, two: f"{one} {word} {two}", inner, st.sampled_from(["AND", "or", ","]), inner),
        inner.map(lambda each: f"({each})"),
        inner.map(lambda each: f"NOT {each}"),
    ),
    max_leaves=12,
)


@given(st.one_of(conditions, st.text(max_size=80)))
def test_any_text_is_run_or_refused_and_changes_nothing(db: sqlite3.Connection, text: str) -> None:
    found: list[int] = []
    code = 901
    try:
        found = ids(db, text)
    except ApiError as refused:
        code = refused.code
    assert code == 901
    assert set(found) <= {1, 2, 3}
    assert db.total_changes == len(ROWS)


@given(st.text(max_size=60))
def test_a_quoted_text_is_only_ever_a_value(text: str) -> None:
    quoted = text.replace("'", "''")
    met = condition("calendar", f"comment='{quoted}'")
    assert met.sql == '"comment" = ?'
    assert met.values == (text,)
