"""The personalities refuse what their services refuse, and our client gets on with what only one of them does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.port import Conflict, OutcomeUnknown, PortError, Refused, SignInNeeded, Throttled
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.contract.keeper import Keeper, event, meeting
from tests.contract.stages.dav_objects import made_object
from tests.contract.stages.google import GoogleStage
from tests.contract.stages.icloud import ICloudStage
from tests.contract.stages.stage import ME, Made
from tests.contract.stages.yahoo import YahooStage
from tests.real.caldav_samples import event as plain_event
from tests.real.caldav_samples import task as plain_task
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.personalities.google import limit_reached

UID = "11111111-aaaa-5555-8888-000000000001"


@pytest.fixture
def google(radicale_account: DavAccount) -> Iterator[GoogleStage]:
    stage = GoogleStage(radicale_account)
    yield stage
    stage.close()


@pytest.fixture
def icloud(radicale_account: DavAccount) -> Iterator[ICloudStage]:
    stage = ICloudStage(radicale_account)
    yield stage
    stage.close()


@pytest.fixture
def yahoo(radicale_account: DavAccount) -> Iterator[YahooStage]:
    stage = YahooStage(radicale_account)
    yield stage
    stage.close()


def ask(
    stage: GoogleStage | ICloudStage | YahooStage, method: str, name: str, body: bytes = b"", **headers: str
) -> int:
    """A request for a member of the calendar, as a careless client would make it."""
    account = stage.at.account
    url = stage.proxy.url.rstrip("/") + stage.at.calendar_path("work") + name
    auth = None if isinstance(stage, GoogleStage) else (account.user, account.password)
    if isinstance(stage, GoogleStage):
        headers["Authorization"] = "Bearer a good token"
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return httpx2.request(method, url, content=body, headers=sent, auth=auth, trust_env=False).status_code


# --- Google --------------------------------------------------------------------------------------------


def test_google_takes_no_password(google: GoogleStage) -> None:
    with_password = CalDavProvider(
        f"{google.at.url}caldav/v2/{ME}/user", ME, "secret", user_zone="UTC", quirks="google"
    )
    with pytest.raises(SignInNeeded):
        with_password.connect()
    with_password.close()


@pytest.mark.parametrize("method", ["MKCALENDAR", "MOVE", "PROPPATCH"])
def test_google_does_not_know_some_methods(google: GoogleStage, method: str) -> None:
    assert ask(google, method, "1.ics") == 405


def test_google_refuses_tasks_and_foreign_organisers(google: GoogleStage) -> None:
    assert ask(google, "PUT", "1.ics", plain_task("1@x")) == 403
    assert ask(google, "PUT", "1.ics", made_object(Made("A", meeting(25, 9), organiser="boss@x.example"), "1@x")) == 403


def test_google_overwrites_whatever_the_condition(google: GoogleStage) -> None:
    assert ask(google, "PUT", "1.ics", plain_event("1@x")) == 201
    assert ask(google, "PUT", "1.ics", plain_event("1@x", "Second"), If_None_Match="*") == 204
    assert google.hand.titles() == ["Second"]


@pytest.mark.parametrize("xml", [False, True])
@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
def test_google_limits_are_no_refusal(google: GoogleStage, reason: str, *, xml: bool) -> None:
    keeper = Keeper(google.connect())
    google.at.front.on().then(limit_reached(reason, xml=xml))
    with pytest.raises(Throttled):
        keeper.read()
    with pytest.raises(Throttled):
        keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))


def test_google_lists_dates_that_nobody_can_read(google: GoogleStage) -> None:
    google.at.ghosts = ["abc_R20211201T090000@google.com.ics"]
    google.hand.add(Made("Breakfast", meeting(25, 9)))
    keeper = Keeper(google.connect())
    changes = keeper.read()
    assert keeper.titles() == ["Breakfast"]
    assert changes.listed == set(keeper.there)
    assert keeper.read().present == ()


def test_google_stores_html_and_what_was_written_is_read_back(google: GoogleStage) -> None:
    keeper = Keeper(google.connect())
    keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9), "One\nTwo & <three>"))
    assert google.hand.look("Breakfast").text == "One<br>Two &amp; &lt;three&gt;"
    keeper.read()
    assert keeper.item("Breakfast").text == "One\nTwo & <three>"


# --- iCloud --------------------------------------------------------------------------------------------


def test_icloud_offers_another_sign_in_first(icloud: ICloudStage) -> None:
    answer = httpx2.request("PROPFIND", icloud.at.url, trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("X-MobileMe-AuthToken")


def test_icloud_keeps_the_calendars_on_another_host_and_names_the_first_one(icloud: ICloudStage) -> None:
    icloud.hand.add(Made("Breakfast", meeting(25, 9)))
    keeper = Keeper(icloud.connect())
    at_first_host = icloud.at.front.count()
    keeper.read()
    assert keeper.titles() == ["Breakfast"]
    assert icloud.at.front.count() == at_first_host


def test_icloud_reads_a_shared_calendar_that_has_no_multiget(icloud: ICloudStage) -> None:
    for day in (24, 25, 26):
        icloud.hand.add(Made(f"Day {day}", meeting(day, 9)), "Holidays")
    keeper = Keeper(icloud.connect(), "Holidays")
    keeper.read()
    assert keeper.titles() == ["Day 24", "Day 25", "Day 26"]


def test_icloud_refuses_events_without_an_end_and_ours_have_one(icloud: ICloudStage) -> None:
    assert ask(icloud, "PUT", "1.ics", plain_event("1@x")) == 404
    account = icloud.at.account
    account.put(f"{account.home}work/", "1.ics", plain_event("1@x"))
    keeper = Keeper(icloud.connect())
    keeper.read()
    before = keeper.item("Breakfast").span
    keeper.provider.update(keeper.resource("Breakfast"), Patch(title="Lunch"))
    keeper.read()
    assert keeper.item("Lunch").span == before


@pytest.mark.parametrize("stage", ["icloud", "yahoo"])
def test_if_match_any_is_reversed(request: pytest.FixtureRequest, stage: str) -> None:
    at: ICloudStage | YahooStage = request.getfixturevalue(stage)
    body = made_object(Made("A", meeting(25, 9, zone="UTC")), "1@x")
    assert ask(at, "PUT", "1.ics", body, If_Match="*") == 201
    name = "1.ics" if stage == "icloud" else "869.ics"
    assert ask(at, "PUT", name, body, If_Match="*") == 412


def test_icloud_takes_one_identity_in_one_calendar_only(icloud: ICloudStage) -> None:
    keeper, other = Keeper(icloud.connect()), f"{icloud.at.account.home}private/"
    icloud.at.account.make_calendar("private")
    icloud.at.account.put(other, "1.ics", made_object(Made("A", meeting(25, 9)), UID))
    with pytest.raises((Refused, Conflict)):
        keeper.provider.create(keeper.id, UID, event("A", meeting(25, 9)))
    assert icloud.hand.titles() == []


# --- Yahoo ---------------------------------------------------------------------------------------------


def test_yahoo_never_challenges(yahoo: YahooStage) -> None:
    answer = httpx2.request("PROPFIND", yahoo.at.url, trust_env=False)
    assert (answer.status_code, "www-authenticate" in answer.headers) == (401, False)


def test_yahoo_loses_events_with_a_time_zone_and_ours_have_none(yahoo: YahooStage) -> None:
    yahoo.hand.add(Made("Breakfast", meeting(25, 9, zone="America/New_York"), alarm=10))
    keeper = Keeper(yahoo.connect())
    keeper.read()
    keeper.provider.update(keeper.resource("Breakfast"), Patch(title="Lunch"))
    assert yahoo.at.lost == set()
    assert yahoo.hand.look("Lunch").span == meeting(25, 9, zone="America/New_York").normal()

    assert ask(yahoo, "PUT", "2.ics", made_object(Made("Lost", meeting(25, 9)), "2@x")) == 201
    keeper.read()
    assert keeper.titles() == ["Lunch"]


def test_yahoo_gets_back_a_zoned_event_without_its_zone(yahoo: YahooStage) -> None:
    uid = yahoo.hand.add(Made("Breakfast", meeting(25, 9), text="Offer"))
    keeper = Keeper(yahoo.connect())
    keeper.read()
    deleted = keeper.resource("Breakfast")
    keeper.provider.delete(deleted)
    keeper.provider.restore(keeper.id, uid, deleted.raw)
    assert yahoo.at.lost == set()
    keeper.read()
    assert keeper.item("Breakfast").span.normal() == meeting(25, 9).normal()  # type: ignore[union-attr]


def test_yahoo_stores_under_a_name_of_its_own_and_the_probe_finds_it(yahoo: YahooStage) -> None:
    keeper = Keeper(yahoo.connect())
    stored = keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    assert stored.ref.id.endswith("/869.ics")
    assert [each.ref for each in keeper.provider.find(keeper.id, [UID])] == [stored.ref]


def test_yahoo_refuses_tasks_and_relations(yahoo: YahooStage) -> None:
    assert ask(yahoo, "PUT", "1.ics", plain_task("1@x")) == 403
    assert ask(yahoo, "PUT", "1.ics", plain_event("1@x", extra="RELATED-TO:2@x")) == 400


def test_yahoo_ignores_what_a_query_asks_for_and_fails_without(yahoo: YahooStage) -> None:
    yahoo.hand.add(Made("Breakfast", meeting(25, 9)))
    query = (
        b'<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>'
        b'<C:filter><C:comp-filter name="VCALENDAR">%s</C:comp-filter></C:filter></C:calendar-query>'
    )
    assert ask(yahoo, "REPORT", "", query % b'<C:comp-filter name="VTODO"/>', Depth="1") == 207
    assert ask(yahoo, "REPORT", "", query % b"", Depth="1") == 500


def test_yahoo_gateways_time_out(yahoo: YahooStage) -> None:
    keeper = Keeper(yahoo.connect())
    yahoo.at.front.on().then(habits.status(504), times=2)
    keeper.read()
    yahoo.at.front.on("PUT").then(habits.status(504))
    with pytest.raises(OutcomeUnknown):
        keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))


def test_yahoo_says_why_a_series_is_not_changed(yahoo: YahooStage) -> None:
    yahoo.hand.add(Made("Weekly", meeting(2, 9), rule="FREQ=WEEKLY;COUNT=5"))
    keeper = Keeper(yahoo.connect())
    keeper.read()
    series = keeper.resource("Weekly")
    for call in (
        lambda: keeper.provider.update(series, Patch(title="Every week")),
        lambda: keeper.provider.restore(keeper.id, series.uid, series.raw.replace(series.uid.encode(), b"other@x")),
    ):
        with pytest.raises(PortError, match="time zone") as refused:
            call()
        assert isinstance(refused.value, Refused)
    assert keeper.provider.update(replace(series), Patch(title="Weekly")) == series
