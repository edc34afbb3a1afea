"""The check against the schema catches wrong bodies, and a wrong answer of the double fails the test it happens in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.servers.graph import GraphServer, WrongAnswerError, csdl, eventwire, find_schema, server
from tests.servers.graph.csdl import Schema, SchemaError

# A schema of the tests' own, in the form of Microsoft's, so that the check itself is checked everywhere.
_SMALL = """<?xml version="1.0"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EnumType Name="color"><Member Name="lightBlue" Value="0" /><Member Name="auto" Value="1" /></EnumType>
  <ComplexType Name="place"><Property Name="name" Type="Edm.String" Nullable="false" /></ComplexType>
  <EntityType Name="entity" Abstract="true"><Property Name="id" Type="Edm.String" Nullable="false" /></EntityType>
  <EntityType Name="file" BaseType="graph.entity"><Property Name="content" Type="Edm.Binary" /></EntityType>
  <EntityType Name="thing" BaseType="graph.entity">
    <Property Name="name" Type="Edm.String" />
    <Property Name="color" Type="graph.color" Nullable="false" />
    <Property Name="places" Type="Collection(graph.place)" />
    <Property Name="count" Type="Edm.Int32" />
    <Property Name="made" Type="Edm.DateTimeOffset" />
    <Property Name="day" Type="Edm.Date" />
    <Property Name="ready" Type="Edm.Boolean" />
    <NavigationProperty Name="parts" Type="Collection(graph.entity)" />
  </EntityType>
</Schema></edmx:DataServices></edmx:Edmx>
"""
GOOD: dict[str, Any] = {
    "@odata.context": "c", "@odata.etag": 'W/"1"', "id": "1", "name": None, "color": "lightBlue",
    "places": [{"name": "here"}], "count": 3, "made": "2026-12-01T10:00:00.0000000Z", "day": "2026-12-01", "ready": True,
    "parts": [{"@odata.type": "#microsoft.graph.file", "id": "2", "content": "YQ=="}],
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Schema:
    path = tmp_path / "small.xml"
    path.write_text(_SMALL)
    return Schema(path)


def test_a_right_answer_passes(small: Schema) -> None:
    small.check_answer("graph.thing", GOOD)
    small.check_answer("Collection(graph.thing)", {"@odata.context": "c", "@odata.nextLink": "n", "value": [GOOD]})
    removed = {"id": "1", "@removed": {"reason": "deleted"}}
    small.check_answer("Collection(graph.thing)", {"@odata.context": "c", "value": [removed]})


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"nmae": "x"}, "no property 'nmae'"),
    ({"Name": "x"}, "no property 'Name'"),
    ({"color": "pink"}, "no member"),
    ({"color": "LightBlue"}, "no member"),
    ({"color": None}, "not nullable"),
    ({"id": None}, "not nullable"),
    ({"places": {"name": "here"}}, "not a collection"),
    ({"places": None}, "not a collection"),
    ({"places": [None]}, "null"),
    ({"places": [{"name": None}]}, "not nullable"),
    ({"count": "3"}, "no Edm.Int32"),
    ({"count": True}, "no Edm.Int32"),
    ({"count": 2**31}, "no Edm.Int32"),
    ({"ready": "true"}, "no Edm.Boolean"),
    ({"made": "2026-12-01T10:00:00"}, "no Edm.DateTimeOffset"),
    ({"day": "2026-12-01T00:00:00Z"}, "no Edm.Date"),
    ({"parts": [{"id": "2"}]}, "abstract"),
    ({"parts": [{"@odata.type": "#microsoft.graph.place", "id": "2"}]}, "is no graph.entity"),
    ({"parts": [{"@odata.type": "#microsoft.graph.file", "id": "2", "content": "%"}]}, "no Edm.Binary"),
    ({"@odata.flavour": "x"}, "no such annotation"),
    ({"@odata.etag": 1}, "@odata.etag"),
    ({"@removed": {"reason": "lost"}}, "a reason"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_a_wrong_answer_does_not_pass(small: Schema, change: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        small.check_answer("graph.thing", {**GOOD, **change})


def test_a_collection_that_is_none_does_not_pass(small: Schema) -> None:
    for body, said in (
        ({"@odata.context": "c"}, "not a collection"),
        ({"value": []}, "context"),
        ({"@odata.context": "c", "value": [], "@odata.nextLink": "n", "@odata.deltaLink": "d"}, "not both"),
        ({"@odata.context": "c", "value": [{"color": "auto"}]}, "without id"),
    ):
        with pytest.raises(SchemaError, match=said):
            small.check_answer("Collection(graph.thing)", body)


def test_a_request_may_write_members_in_its_own_case_and_booleans_as_words(small: Schema) -> None:
    assert small.check_request("graph.thing", {"color": "LIGHTBLUE", "ready": "false"}) == {
        "color": "lightBlue", "ready": False,
    }  # fmt: skip
    with pytest.raises(SchemaError, match="no such annotation"):
        small.check_request("graph.thing", {"@odata.count": 1})


def test_a_wrong_answer_of_the_double_fails_the_test_loudly(monkeypatch: pytest.MonkeyPatch, small: Schema) -> None:
    """Any answer about a type the schema does not have is wrong; here the schema has no calendars at all."""
    monkeypatch.setattr(server, "schema", lambda: small)
    graph = GraphServer()
    answer = httpx2.get(f"{graph.url}/me/calendars", headers={"Authorization": f"Bearer {graph.token}"}, verify=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "DoubleBroken")
    with pytest.raises(WrongAnswerError, match="GET /me/calendars"):
        graph.stop()


# Against Microsoft's own file where it is there; where it is not, the header of the run says so.
MISTAKES = [("isAllday", False), ("showAs", "away"), ("isReminderOn", "yes"), ("attendees", None)]


if find_schema() is not None:

    @pytest.mark.parametrize(("name", "value"), MISTAKES)
    def test_a_wrong_event_is_caught_by_microsofts_schema(
        name: str, value: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = eventwire.wire
        graph = GraphServer()
        graph.invite("Theirs", "2026-12-01T10:00:00", "2026-12-01T11:00:00")
        monkeypatch.setattr(eventwire, "wire", lambda event, prefer: {**right(event, prefer), name: value})
        answer = httpx2.get(f"{graph.url}/me/events", headers={"Authorization": f"Bearer {graph.token}"}, verify=False)
        assert answer.status_code == 500
        with pytest.raises(WrongAnswerError, match=name):
            graph.stop()


def test_the_schema_is_looked_for_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "v1.xml"
    monkeypatch.setenv("FM_DESKTOP_GRAPH_CSDL", str(path))
    assert csdl.find_schema() is None
    path.write_text(_SMALL)
    assert csdl.find_schema() == path
