"""The front of the double: sign-in, refusals, preferences, throttling, and what can be made to go wrong."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.real.graph_double.samples import DECEMBER, default_calendar, got, made, meeting, refused
from tests.servers.graph import GraphServer


def test_the_own_user_and_the_settings_of_the_mailbox(http: httpx2.Client, graph: GraphServer) -> None:
    assert got(http, "/me")["mail"] == graph.address
    assert got(http, "/me/mailboxSettings")["timeZone"] == "Romance Standard Time"
    assert got(http, "/me/mailboxSettings/timeZone")["value"] == "Romance Standard Time"
    assert got(http, "/me", select="mail").keys() == {"@odata.context", "id", "mail"}


@pytest.mark.parametrize("token", ["", "Bearer nonsense"])
def test_without_a_good_token_the_answer_is_a_challenge(http: httpx2.Client, token: str) -> None:
    answer = http.get("/me", headers={"Authorization": token})
    refused(answer, 401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm=""')


def test_a_revoked_token_is_refused_and_a_new_one_taken(http: httpx2.Client, graph: GraphServer) -> None:
    graph.revoke(graph.token)
    refused(http.get("/me"), 401, "InvalidAuthenticationToken")
    http.headers["Authorization"] = f"Bearer {graph.new_token()}"
    assert http.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/me/nothing", "BadRequest"),
        ("/me/events?$flavour=1", "ErrorInvalidUrlQuery"),
        ("/me/events?flavour=1", "ErrorInvalidUrlQuery"),
        ("/me/events?$top=0", "BadRequest"),
        ("/me/events?$top=1001", "BadRequest"),
        ("/me/events?$top=5&$top=6", "BadRequest"),
        ("/me/events?$filter=subject eq", "BadRequest"),
        ("/me/events?$filter=body/content eq 'x'", "BadRequest"),
        ("/me/events?$orderby=body", "ErrorInvalidUrlQuery"),
        ("/me/events/nonsense", "ErrorInvalidIdMalformed"),
        ("/me/calendarView", "ErrorInvalidParameter"),
        ("/me/calendarView?startDateTime=yesterday&endDateTime=2026-01-01", "ErrorInvalidParameter"),
    ],
)
def test_what_is_not_documented_is_refused(http: httpx2.Client, path: str, code: str) -> None:
    refused(http.get(path), 400, code)


def test_a_method_that_a_path_has_not_is_refused(http: httpx2.Client) -> None:
    refused(http.delete("/me/calendars"), 405, "ErrorMethodNotAllowed")


def test_an_unknown_zone_is_refused(http: httpx2.Client) -> None:
    refused(
        http.get("/me/events", headers={"Prefer": 'outlook.timezone="Nowhere"'}), 400, "TimeZoneNotSupportedException"
    )


def test_preferences_that_were_followed_are_named(http: httpx2.Client) -> None:
    answer = http.get("/me/events", headers={"Prefer": 'outlook.timezone="UTC", outlook.body-content-type="text"'})
    assert answer.headers["Preference-Applied"] == 'outlook.timezone="UTC", outlook.body-content-type="text"'
    assert "Preference-Applied" not in http.get("/me/events").headers


def test_the_id_of_a_request_comes_back(http: httpx2.Client) -> None:
    answer = http.get("/me/nothing", headers={"client-request-id": "mine"})
    assert answer.headers["client-request-id"] == "mine"
    assert answer.json()["error"]["innerError"]["client-request-id"] == "mine"


def test_more_than_four_requests_at_once_are_throttled(http: httpx2.Client, graph: GraphServer) -> None:
    hold = graph.faults.hold(times=4, path="/me/calendars")
    waiting = [threading.Thread(target=http.get, args=("/me/calendars",)) for _ in range(4)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        hold.wait_until_reached()
    answer = http.get("/me")
    refused(answer, 429, "ApplicationThrottled")
    assert answer.headers["Retry-After"] == "1"
    hold.release()
    for thread in waiting:
        thread.join()
    assert http.get("/me").status_code == 200
    assert [seen.status for seen in graph.requests].count(200) == 5


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "ApplicationThrottled"),
        (500, "ErrorInternalServerError"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ],
)
def test_a_refusal_lasts_as_often_as_it_was_asked_for(
    http: httpx2.Client, graph: GraphServer, status: int, code: str
) -> None:
    graph.faults.refuse(status, times=2, method="GET", path="/me/events", retry_after=7)
    assert http.get("/me").status_code == 200
    for _ in range(2):
        answer = http.get("/me/events")
        refused(answer, status, code)
        assert answer.headers["Retry-After"] == "7"
    assert http.get("/me/events").status_code == 200


def test_a_lost_answer_has_been_carried_out(http: httpx2.Client, graph: GraphServer) -> None:
    graph.faults.lose_answers(method="POST", path="/events")
    with pytest.raises(httpx2.TransportError):
        http.post("/me/events", json=meeting())
    assert [event["subject"] for event in got(http, "/me/events")["value"]] == ["Review"]
    assert [seen.status for seen in graph.requests] == [0, 200]


def test_a_cut_request_has_not(http: httpx2.Client, graph: GraphServer) -> None:
    graph.faults.cut(method="POST")
    with pytest.raises(httpx2.TransportError):
        http.post("/me/events", json=meeting())
    assert got(http, "/me/events")["value"] == []


def test_the_clock_of_the_service_may_be_another(http: httpx2.Client, graph: GraphServer) -> None:
    graph.shift_clock(timedelta(days=-400))
    made_at = datetime.fromisoformat(made(http, "/me/events", meeting())["createdDateTime"])
    assert timedelta(days=399) < datetime.now(UTC) - made_at < timedelta(days=401)


def test_a_listing_may_lag_behind(http: httpx2.Client, graph: GraphServer) -> None:
    graph.faults.lag = 2
    event = made(http, "/me/events", meeting())
    assert got(http, "/me/events")["value"] == []
    assert got(http, f"/me/events/{event['id']}")["subject"] == "Review"
    assert got(http, "/me/calendarView", **DECEMBER)["value"] == []
    assert len(got(http, "/me/events")["value"]) == 1


def test_pages_follow_each_other_by_their_links(http: httpx2.Client, graph: GraphServer) -> None:
    names = [f"Meeting {number:02}" for number in range(25)]
    for name in names:
        made(http, "/me/events", meeting(name))
    page = got(http, "/me/events", orderby="subject", count="true", select="subject")
    assert page["@odata.count"] == 25
    found = [event["subject"] for event in page["value"]]
    assert len(found) == 10
    while "@odata.nextLink" in page:
        page = http.get(page["@odata.nextLink"]).json()
        found += [event["subject"] for event in page["value"]]
    assert found == names
    graph.faults.page_size = 3
    assert len(got(http, "/me/events", top="20")["value"]) == 3


def test_calendars_have_groups_and_names_of_their_own(http: httpx2.Client) -> None:
    (group,) = got(http, "/me/calendarGroups")["value"]
    work = made(http, f"/me/calendarGroups/{group['id']}/calendars", {"name": "Work"})
    refused(http.post("/me/calendars", json={"name": "work"}), 409, "ErrorFolderExists")
    names = [kept["name"] for kept in got(http, f"/me/calendarGroups/{group['id']}/calendars")["value"]]
    assert names == ["Calendar", "Work"]
    assert http.patch(f"/me/calendars/{work['id']}", json={"name": "Sales"}).json()["name"] == "Sales"
    event = made(http, f"/me/calendars/{work['id']}/events", meeting())
    refused(http.get(f"/me/calendars/{default_calendar(http)}/events/{event['id']}"), 404, "ErrorItemNotFound")
    assert http.delete(f"/me/calendars/{work['id']}").status_code == 204
    refused(http.get(f"/me/events/{event['id']}"), 404, "ErrorItemNotFound")
    refused(http.delete(f"/me/calendars/{default_calendar(http)}"), 400, "ErrorDeleteDistinguishedFolder")


def test_mail_is_never_sent_and_each_attempt_is_kept(http: httpx2.Client, graph: GraphServer) -> None:
    refused(http.post("/me/sendMail", json={"message": {"subject": "x"}}), 403, "ErrorAccessDenied")
    assert graph.forbidden == ["POST /me/sendMail"]
