"""Answers that never come, come late or are not the server's: nothing is doubled, nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.port import Malformed, Side, SignInNeeded, Throttled, Unreachable
from fm_desktop.sync.report import Outcome
from tests.real.engine.scene import Scene, crm_date, single, values
from tests.servers import personality as habits
from tests.servers.proxy import CUT, Behaviour, DavProxy, Exchange, Reply


def prepare(scene: Scene, verb: str, born: str) -> list[str]:
    """A change waiting to be written to the other side, and the titles that both must show in the end."""
    if born == "calendar":
        scene.put("visit", single("Visit"))
    else:
        scene.add("Visit", crm_date(2))
    if verb == "create":
        return ["Visit"]
    scene.sync()
    if verb == "update":
        if born == "calendar":
            scene.replace("visit", "SUMMARY:Visit", "SUMMARY:Later visit")
        else:
            scene.edit("Visit", subject="Later visit")
        return ["Later visit"]
    if born == "calendar":
        scene.remove("visit")
    else:
        scene.drop("Visit")
    return []


def until_sure(scene: Scene) -> None:
    for _ in range(3):
        scene.offset += timedelta(minutes=5)
        scene.engine.cycle()


HTTP = {"create": "POST", "update": "PUT", "delete": "DELETE"}


@pytest.mark.parametrize("fault", ["lose_answer", "drop"])
@pytest.mark.parametrize("verb", HTTP)
def test_a_write_to_the_crm_whose_answer_is_lost(scene: Scene, verb: str, fault: str) -> None:
    expected = prepare(scene, verb, "calendar")
    scene.crm.faults.add(fault, method=HTTP[verb], path="/calendar*", count=1)
    report = scene.engine.cycle()
    assert report.unknown <= 1
    until_sure(scene)
    assert scene.titles() == scene.dav_titles() == expected
    assert len(scene.crm.store.rows("calendar")) == 1
    scene.quiet()


@pytest.mark.parametrize("behaviour", [habits.answer_lost, habits.connection_cut], ids=["stored", "not-stored"])
@pytest.mark.parametrize("verb", HTTP)
def test_a_write_to_the_calendar_whose_answer_is_lost(
    odd: Scene, proxy: DavProxy, verb: str, behaviour: Behaviour
) -> None:
    expected = prepare(odd, verb, "crm")
    proxy.on("DELETE" if verb == "delete" else "PUT").then(behaviour, times=1)
    odd.engine.cycle()
    until_sure(odd)
    assert odd.titles() == odd.dav_titles() == expected
    assert len(odd.account.list(odd.work)) == len(expected)
    odd.quiet()


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("verb", HTTP)
def test_a_write_answered_with_a_server_error_after_it_was_stored(
    odd: Scene, proxy: DavProxy, verb: str, status: int
) -> None:
    def stored(exchange: Exchange) -> Reply:
        exchange.forward()
        return Reply(status)

    expected = prepare(odd, verb, "crm")
    proxy.on("DELETE" if verb == "delete" else "PUT").then(stored, times=1)
    odd.engine.cycle()
    until_sure(odd)
    assert odd.titles() == odd.dav_titles() == expected
    odd.quiet()


def test_an_edit_that_comes_after_a_lost_answer_is_kept(odd: Scene, proxy: DavProxy) -> None:
    """Ours was stored and never confirmed; a person then changes the same field."""
    odd.add("Visit", crm_date(2))
    odd.sync()
    odd.edit("Visit", subject="Ours")
    proxy.on("PUT").then(habits.answer_lost, times=1)
    odd.engine.cycle()
    name = odd.name_of("Ours")
    odd.replace(name, "SUMMARY:Ours", "SUMMARY:Theirs")
    until_sure(odd)
    assert odd.titles() == odd.dav_titles() == ["Theirs"]
    odd.quiet()


def test_a_crm_edit_that_comes_after_a_lost_answer_is_kept(scene: Scene) -> None:
    scene.put("visit", single("Visit"))
    scene.sync()
    scene.replace("visit", "SUMMARY:Visit", "SUMMARY:Ours")
    scene.crm.faults.lose_answer(method="PUT", path="/calendar*", count=1)
    scene.engine.cycle()
    scene.edit("Ours", comment="Typed by a person")
    until_sure(scene)
    assert scene.titles() == scene.dav_titles() == ["Ours"]
    assert values(scene.raw("visit"), "DESCRIPTION") == ["Typed by a person"]
    scene.quiet()


def test_after_a_lost_create_a_lagging_list_is_not_believed(scene: Scene) -> None:
    scene.put("visit", single("Visit"))
    scene.crm.faults.stale_reads(None, method="GET")
    scene.crm.faults.lose_answer(method="POST", path="/calendar", count=1)
    scene.engine.cycle()
    scene.engine.cycle()
    scene.crm.faults.clear()
    until_sure(scene)
    assert scene.titles() == ["Visit"]
    assert len(scene.crm.store.rows("calendar")) == 1
    scene.quiet()


def test_a_crm_list_that_lags_behind_our_writes_makes_no_edit(scene: Scene) -> None:
    scene.put("visit", single("Visit"))
    scene.sync()
    scene.crm.faults.stale_reads(None, method="GET", path="/calendar")
    scene.replace("visit", "SUMMARY:Visit", "SUMMARY:Later visit")
    scene.put("new", single("New"))
    scene.later()
    scene.later()
    scene.crm.faults.clear()
    scene.settle()
    assert scene.titles() == scene.dav_titles() == ["Later visit", "New"]
    assert len(scene.crm.store.rows("calendar")) == 2


@pytest.mark.parametrize("code", [400, 403, 409, 410, 412, 500, 501, 507])
def test_a_refused_sync_token_is_a_comparison_not_a_wipe(odd: Scene, proxy: DavProxy, code: int) -> None:
    for number in range(7):
        odd.put(f"m{number}", single(f"Meeting {number}"))
    odd.sync()
    proxy.on("REPORT", body_contains=habits.SYNC).then(habits.precondition(code, "D:valid-sync-token"))
    odd.replace("m3", "SUMMARY:Meeting 3", "SUMMARY:Changed")
    odd.remove("m4")
    report = odd.later()
    assert (report.crm.created, report.crm.updated, report.crm.deleted) == (0, 1, 1)
    assert (odd.sync().crm.total, odd.titles()) == (0, odd.dav_titles())


def test_a_calendar_that_lists_empty_is_not_believed(odd: Scene, proxy: DavProxy) -> None:
    for number in range(3):
        odd.put(f"m{number}", single(f"Meeting {number}"))
    odd.add("Visit", crm_date(3))
    odd.sync()
    proxy.on("REPORT", body_contains=habits.SYNC).then(habits.status(403))
    proxy.on("PROPFIND", path_contains="/calendar/").then(habits.empty)
    proxy.on("GET").then(habits.status(404))
    report = odd.later(60 * 25)
    assert report.crm.total == report.provider.total == 0
    assert report.held > 0
    odd.add("Meanwhile", crm_date(4))
    odd.later()
    proxy.clear()
    odd.later()
    odd.settle()
    assert odd.titles() == odd.dav_titles() == ["Meanwhile", "Meeting 0", "Meeting 1", "Meeting 2", "Visit"]
    assert len(odd.crm.store.rows("calendar")) == 5


@pytest.mark.parametrize("side", ["crm", "provider"])
def test_a_captive_portal_on_either_side_changes_nothing(odd: Scene, proxy: DavProxy, side: str) -> None:
    odd.put("one", single("One"))
    odd.add("Visit", crm_date(3))
    odd.sync()
    odd.replace("one", "SUMMARY:One", "SUMMARY:First")
    odd.edit("Visit", subject="Visit Acme")
    if side == "crm":
        odd.crm.faults.html()
    else:
        proxy.on().then(habits.sign_in_page)
    report = odd.engine.cycle()
    assert isinstance(report.error, Malformed)
    assert report.crm.total == report.provider.total == 0
    odd.crm.faults.clear()
    proxy.clear()
    odd.settle()
    assert odd.titles() == odd.dav_titles() == ["First", "Visit Acme"]


@pytest.mark.parametrize("verb", HTTP)
def test_a_portal_that_comes_up_just_before_a_write_is_no_answer(odd: Scene, proxy: DavProxy, verb: str) -> None:
    expected = prepare(odd, verb, "crm")
    proxy.on("DELETE" if verb == "delete" else "PUT").then(habits.sign_in_page, times=1)
    odd.engine.cycle()
    until_sure(odd)
    assert odd.titles() == odd.dav_titles() == expected
    odd.quiet()


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_crm_that_is_busy_or_ill_is_asked_again_later(scene: Scene, code: int) -> None:
    scene.put("one", single("One"))
    scene.sync()
    scene.put("two", single("Two"))
    scene.replace("one", "SUMMARY:One", "SUMMARY:First")
    scene.crm.faults.status(code)
    report = scene.engine.cycle()
    assert isinstance(report.error, Throttled if code == 429 else Unreachable)
    assert report.outcome is (Outcome.THROTTLED if code == 429 else Outcome.UNREACHABLE)
    scene.crm.faults.clear()
    scene.settle()
    assert scene.titles() == ["First", "Two"]


@pytest.mark.parametrize("code", [429, 500])
def test_a_crm_that_fails_in_the_middle_of_the_writes_loses_and_doubles_nothing(scene: Scene, code: int) -> None:
    for number in range(12):
        scene.put(f"m{number}", single(f"Meeting {number:02}"))
    scene.crm.faults.status(code, method="POST", path="/calendar", skip=4)
    scene.engine.cycle()
    scene.crm.faults.clear()
    until_sure(scene)
    assert scene.titles() == scene.dav_titles()
    assert len(scene.crm.store.rows("calendar")) == 12
    scene.quiet()


def test_a_short_throttling_is_sat_out_within_the_cycle(scene: Scene) -> None:
    scene.put("one", single("One"))
    scene.crm.faults.status(429, retry_after=1, method="POST", path="/calendar", count=3)
    scene.sync()
    assert scene.titles() == ["One"]
    assert len(scene.crm.store.rows("calendar")) == 1


def test_an_expired_crm_session_is_renewed_unseen(scene: Scene) -> None:
    scene.put("one", single("One"))
    scene.sync()
    scene.crm.expire_sessions()
    scene.put("two", single("Two"))
    report = scene.later()
    assert report.outcome is Outcome.DONE
    assert scene.titles() == ["One", "Two"]
    scene.crm.expire_sessions()
    assert scene.later().requests[Side.CRM] == 3
    scene.quiet()


def test_a_password_that_is_refused_changes_nothing_and_says_so(odd: Scene, proxy: DavProxy) -> None:
    odd.put("one", single("One"))
    odd.sync()
    proxy.on().then(habits.status(401))
    odd.add("Visit", crm_date(3))
    report = odd.engine.cycle()
    assert isinstance(report.error, SignInNeeded)
    assert report.outcome is Outcome.SIGN_IN
    proxy.clear()
    odd.settle()
    assert odd.titles() == odd.dav_titles() == ["One", "Visit"]


def test_a_calendar_server_that_is_away_changes_nothing(odd: Scene, proxy: DavProxy) -> None:
    odd.put("one", single("One"))
    odd.sync()
    odd.edit("One", subject="First")
    proxy.on().then(lambda exchange: CUT)
    report = odd.engine.cycle()
    assert isinstance(report.error, Unreachable)
    assert report.crm.total == 0
    proxy.clear()
    odd.settle()
    assert odd.titles() == odd.dav_titles() == ["First"]


@pytest.mark.parametrize("code", [400, 403, 507])
def test_a_write_the_calendar_refuses_is_a_problem_after_three_tries_and_the_rest_goes_on(
    odd: Scene, proxy: DavProxy, code: int
) -> None:
    odd.add("Bad", crm_date(2))
    odd.add("Good", crm_date(3))
    proxy.on("PUT", body_contains=b"SUMMARY:Bad").then(habits.status(code))
    for _ in range(4):
        odd.later(10)
    assert odd.dav_titles() == ["Good"]
    (message,) = odd.messages()
    assert "“Bad” could not be written to your calendar" in message
    odd.quiet()
    proxy.clear()
    odd.edit("Bad", subject="Better")
    odd.later(10)
    assert odd.dav_titles() == ["Better", "Good"]
    assert odd.messages() == []
