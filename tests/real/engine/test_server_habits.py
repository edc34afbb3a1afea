"""Other servers' habits under the whole engine: no duplicate, no loss, and rest in the second cycle."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fm_desktop.port import Side
from tests.real.engine.scene import Scene, crm_date, single, values
from tests.servers import personality as habits
from tests.servers.proxy import DavProxy

TOKENS = ("{DAV:}sync-token",)
CTAGS = ("{http://calendarserver.org/ns/}getctag",)


def on_reports(proxy: DavProxy, behaviour: habits.Behaviour) -> None:
    proxy.on("REPORT", body_contains=habits.SYNC).then(behaviour)


HABITS: dict[str, Callable[[DavProxy], object]] = {
    "If-None-Match is ignored": lambda proxy: proxy.on("PUT").then(habits.ignoring("If-None-Match")),
    "a conditional PUT creates": lambda proxy: proxy.on("PUT").then(habits.conditional_put_creates),
    "no ETag in answers to PUT": lambda proxy: proxy.on("PUT").then(habits.without_etag),
    "weak ETags": lambda proxy: proxy.on().then(habits.weak_etag),
    "another UID overwrites": lambda proxy: proxy.on("PUT").then(habits.ignoring("If-None-Match")),
    "tokens that relist": lambda proxy: on_reports(proxy, habits.relisting("/m1.ics")),
    "forgotten tokens answered by everything": lambda proxy: on_reports(proxy, habits.forgetting_tokens),
    "pages with a 507": lambda proxy: on_reports(proxy, habits.Paging(2, announced=True)),
    "pages with a 507 and no end": lambda proxy: on_reports(proxy, habits.Paging(2, announced=True, resumable=False)),
    "pages without a word": lambda proxy: on_reports(proxy, habits.Paging(2, announced=False)),
    "the report names the calendar itself": lambda proxy: on_reports(proxy, habits.listing_itself),
    "deleted ones as 418": lambda proxy: on_reports(proxy, habits.deleted_as(418)),
    "unknown deletions": lambda proxy: on_reports(proxy, habits.reporting_unknown_deletion("never.ics")),
    "multiget leaves some out": lambda proxy: proxy.on("REPORT", body_contains=habits.MULTIGET).then(
        habits.leaving_out("/m1.ics")
    ),
    "multiget gives too much": lambda proxy: proxy.on("REPORT", body_contains=habits.MULTIGET).then(
        habits.over_reporting
    ),
    "no multiget": lambda proxy: proxy.on("REPORT", body_contains=habits.MULTIGET).then(habits.status(501)),
    "hrefs escaped": lambda proxy: proxy.on().then(habits.escaping("@", "%40")),
    "hrefs not escaped": lambda proxy: proxy.on().then(habits.escaping("%40", "@")),
    "no sync-token": lambda proxy: proxy.on().then(habits.without_properties(*TOKENS)),
    "no sync-token and no ctag": lambda proxy: proxy.on().then(habits.without_properties(*TOKENS, *CTAGS)),
    "401 without a challenge": lambda proxy: proxy.on().then(habits.unauthorised_without_challenge),
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_servers_habit_doubles_and_loses_nothing(odd: Scene, proxy: DavProxy, habit: str) -> None:
    HABITS[habit](proxy)
    for number in range(5):
        odd.put(f"m{number}", single(f"Meeting {number}"))
    odd.put("odd@name", single("At sign", uid="odd@example.com"))
    odd.add("Visit", crm_date(3))
    odd.add("Visit 2", crm_date(4))
    odd.sync()
    expected = ["At sign", *(f"Meeting {number}" for number in range(5)), "Visit", "Visit 2"]
    assert odd.titles() == odd.dav_titles() == expected
    assert_rest(odd)
    odd.replace("m1", "SUMMARY:Meeting 1", "SUMMARY:Changed")
    odd.remove("m2")
    odd.put("new", single("New"))
    odd.edit("Meeting 3", subject="From the CRM", comment="Bring it")
    odd.edit("At sign", comment="Bring it")
    odd.drop("Visit 2")
    for _ in range(3):
        odd.later()
    expected = ["At sign", "Changed", "From the CRM", "Meeting 0", "Meeting 4", "New", "Visit"]
    assert odd.titles() == odd.dav_titles() == expected
    assert values(odd.raw("m3"), "DESCRIPTION") == ["Bring it"]
    assert len(odd.account.list(odd.work)) == len(expected)
    assert_rest(odd)


def assert_rest(scene: Scene) -> None:
    """Two more cycles write nothing; the second one, and any after it, costs one request a side."""
    for _ in range(2):
        report = scene.later()
        assert report.crm.total == report.provider.total == 0
        assert report.problems == report.held == report.unknown == 0
    assert report.requests[Side.CRM] == 1


@pytest.mark.parametrize("habit", ["tokens that relist", "weak ETags", "no sync-token", "hrefs escaped"])
def test_the_idle_cycle_stays_at_one_request_whatever_the_habit(odd: Scene, proxy: DavProxy, habit: str) -> None:
    HABITS[habit](proxy)
    for number in range(5):
        odd.put(f"m{number}", single(f"Meeting {number}"))
    odd.sync()
    odd.later()
    odd.later()
    odd.quiet()


def test_deletions_that_are_never_reported_are_found_by_the_daily_comparison(odd: Scene, proxy: DavProxy) -> None:
    for number in range(5):
        odd.put(f"m{number}", single(f"Meeting {number}"))
    odd.sync()
    on_reports(proxy, habits.without_deletions)
    odd.remove("m2")
    odd.later(60 * 25)
    assert odd.titles() == odd.dav_titles()
    assert_rest(odd)


def test_a_server_that_picks_its_own_address_gets_no_second_copy(odd: Scene, proxy: DavProxy) -> None:
    odd.add("Visit", crm_date(3))
    proxy.on("PUT").then(habits.stored_elsewhere("its-own-name.ics"), times=1)
    odd.sync()
    assert list(odd.account.list(odd.work)) == ["its-own-name.ics"]
    odd.edit("Visit", subject="Visit 2")
    odd.later()
    assert odd.dav_titles() == ["Visit 2"]
    assert_rest(odd)
