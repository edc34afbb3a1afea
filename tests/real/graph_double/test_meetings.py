"""Who would have been mailed, and the participant's side."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import MARK, daily, got, guests, made, meeting, refused
from tests.servers.graph import GraphServer


def mails(graph: GraphServer) -> list[tuple[str, tuple[str, ...]]]:
    found = [(mail.kind, mail.to) for mail in graph.sent]
    graph.sent.clear()
    return found


@pytest.fixture
def own(http: httpx2.Client, graph: GraphServer) -> dict[str, Any]:
    event = made(http, "/me/events", meeting(attendees=guests("ann@x.example", "bob@x.example")))
    assert mails(graph) == [("invitation", ("ann@x.example", "bob@x.example"))]
    return event


def test_an_own_meeting_has_its_attendees_unanswered(own: dict[str, Any]) -> None:
    assert [(one["type"], one["status"]["response"], one["emailAddress"]) for one in own["attendees"]] == [
        ("required", "none", {"name": "ann@x.example", "address": "ann@x.example"}),
        ("required", "none", {"name": "bob@x.example", "address": "bob@x.example"}),
    ]


@pytest.mark.parametrize(
    "change", [{"subject": "New"}, {"body": {"contentType": "text", "content": "x"}}, {"showAs": "free"}]
)
def test_a_change_of_an_own_meeting_is_mailed_to_all(
    http: httpx2.Client, graph: GraphServer, own: dict[str, Any], change: dict[str, Any]
) -> None:
    http.patch(f"/me/events/{own['id']}", json=change)
    assert mails(graph) == [("update", ("ann@x.example", "bob@x.example"))]


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["Red"]},
        {"reminderMinutesBeforeStart": 5},
        {"singleValueExtendedProperties": [{"id": MARK, "value": "1"}]},
    ],
)
def test_a_change_of_the_own_copy_is_not_mailed(
    http: httpx2.Client, graph: GraphServer, own: dict[str, Any], change: dict[str, Any]
) -> None:
    assert http.patch(f"/me/events/{own['id']}", json=change).status_code == 200
    assert mails(graph) == []


def test_a_change_of_the_attendees_is_mailed_to_those_that_changed(
    http: httpx2.Client, graph: GraphServer, own: dict[str, Any]
) -> None:
    http.patch(f"/me/events/{own['id']}", json={"attendees": guests("bob@x.example", "cid@x.example")})
    assert mails(graph) == [("cancellation", ("ann@x.example",)), ("invitation", ("cid@x.example",))]


def test_a_deleted_own_meeting_is_called_off(http: httpx2.Client, graph: GraphServer, own: dict[str, Any]) -> None:
    http.delete(f"/me/events/{own['id']}")
    assert mails(graph) == [("cancellation", ("ann@x.example", "bob@x.example"))]


def test_a_date_of_a_series_is_called_off_by_itself(http: httpx2.Client, graph: GraphServer) -> None:
    series = made(http, "/me/events", meeting(attendees=guests("ann@x.example"), recurrence=daily()))
    window = {"startDateTime": "2026-12-02T00:00:00Z", "endDateTime": "2026-12-03T00:00:00Z"}
    (second,) = got(http, f"/me/events/{series['id']}/instances", **window)["value"]
    mails(graph)
    http.delete(f"/me/events/{second['id']}")
    assert [(mail.kind, mail.uid) for mail in graph.sent] == [("cancellation", second["iCalUId"])]


def test_cancel_sends_a_word_with_it(http: httpx2.Client, graph: GraphServer, own: dict[str, Any]) -> None:
    assert http.post(f"/me/events/{own['id']}/cancel", json={"comment": "Sorry"}).status_code == 202
    assert [(mail.kind, mail.comment) for mail in graph.sent] == [("cancellation", "Sorry")]
    refused(http.get(f"/me/events/{own['id']}"), 404, "ErrorItemNotFound")


@pytest.fixture
def theirs(http: httpx2.Client, graph: GraphServer) -> dict[str, Any]:
    graph.invite("Theirs", "2026-12-01T10:00:00", "2026-12-01T11:00:00", others=("zoe@x.example",), uid="u1@x.example")
    (event,) = got(http, "/me/events")["value"]
    return dict(event)


def test_an_invitation_is_in_the_default_calendar_unanswered(theirs: dict[str, Any], graph: GraphServer) -> None:
    assert (theirs["isOrganizer"], theirs["responseStatus"]["response"], theirs["showAs"], theirs["iCalUId"]) == (
        False, "notResponded", "tentative", "u1@x.example",
    )  # fmt: skip
    assert theirs["organizer"]["emailAddress"] == {"name": "Olga Fabrikam", "address": "olga@fabrikam.example"}
    assert [one["emailAddress"]["address"] for one in theirs["attendees"]] == [graph.address, "zoe@x.example"]
    assert graph.sent == []


@pytest.mark.parametrize(
    ("action", "response", "shown"),
    [("accept", "accepted", "busy"), ("tentativelyAccept", "tentativelyAccepted", "tentative")],
)
def test_an_answer_is_kept_and_mailed(
    http: httpx2.Client, graph: GraphServer, theirs: dict[str, Any], action: str, response: str, shown: str
) -> None:
    assert http.post(f"/me/events/{theirs['id']}/{action}", json={}).status_code == 202
    answered = got(http, f"/me/events/{theirs['id']}")
    assert (answered["responseStatus"]["response"], answered["showAs"]) == (response, shown)
    assert mails(graph) == [("response", ("olga@fabrikam.example",))]


def test_an_answer_can_be_kept_for_oneself(http: httpx2.Client, graph: GraphServer, theirs: dict[str, Any]) -> None:
    http.post(f"/me/events/{theirs['id']}/accept", json={"sendResponse": False})
    assert got(http, f"/me/events/{theirs['id']}")["responseStatus"]["response"] == "accepted"
    assert mails(graph) == []


def test_a_declined_meeting_is_gone(http: httpx2.Client, graph: GraphServer, theirs: dict[str, Any]) -> None:
    http.post(f"/me/events/{theirs['id']}/decline", json={"comment": "no time"})
    refused(http.get(f"/me/events/{theirs['id']}"), 404, "ErrorItemNotFound")
    assert mails(graph) == [("response", ("olga@fabrikam.example",))]


def test_a_deleted_invitation_is_declined(http: httpx2.Client, graph: GraphServer, theirs: dict[str, Any]) -> None:
    http.delete(f"/me/events/{theirs['id']}")
    assert mails(graph) == [("response", ("olga@fabrikam.example",))]


def test_a_meeting_that_was_called_off_is_put_away_silently(http: httpx2.Client, graph: GraphServer) -> None:
    event = graph.invite("Theirs", "2026-12-01T10:00:00", "2026-12-01T11:00:00")
    graph.cancel_invitation(event)
    (kept,) = got(http, "/me/events", filter="isCancelled eq true")["value"]
    assert (kept["subject"], kept["showAs"]) == ("Canceled: Theirs", "free")
    http.delete(f"/me/events/{kept['id']}")
    assert mails(graph) == []


def test_the_organiser_cannot_answer_and_a_participant_not_cancel(
    http: httpx2.Client, own: dict[str, Any], graph: GraphServer
) -> None:
    refused(http.post(f"/me/events/{own['id']}/accept", json={}), 400, "ErrorInvalidRequest")
    event = graph.invite("Theirs", "2026-12-01T10:00:00", "2026-12-01T11:00:00")
    refused(http.post(f"/me/events/{event.ids.plain}/cancel", json={}), 400, "ErrorInvalidRequest")
    assert mails(graph) == []


def test_an_answer_of_an_attendee_is_another_version(
    http: httpx2.Client, own: dict[str, Any], graph: GraphServer
) -> None:
    (kept,) = graph.box.events.values()
    graph.answer_as_attendee(kept, "ann@x.example", "accepted")
    read = got(http, f"/me/events/{own['id']}")
    assert [one["status"]["response"] for one in read["attendees"]] == ["accepted", "none"]
    assert read["changeKey"] != own["changeKey"]


def test_a_calendar_that_is_only_shown_cannot_be_written(http: httpx2.Client, graph: GraphServer) -> None:
    graph.add_calendar("Team", can_edit=False, owner_name="Boss", owner_address="boss@contoso.example")
    (_, team) = got(http, "/me/calendars")["value"]
    assert (team["canEdit"], team["owner"]["address"]) == (False, "boss@contoso.example")
    refused(http.post(f"/me/calendars/{team['id']}/events", json=meeting()), 403, "ErrorAccessDenied")
