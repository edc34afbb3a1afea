"""Reading calendars and their changes, on Radicale and on Xandikos over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.port import Broken, Changes, Collection, CollectionGone, Resource, SignInNeeded
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.real.caldav_samples import event, task
from tests.servers.account import DavAccount


def collection(provider: CalDavProvider, path: str) -> Collection:
    return next(each for each in provider.collections() if each.id == path)


def revisions(changes: Changes) -> Mapping[str, str | None]:
    return {each.ref.id: each.revision for each in changes.present}


def nothing_known() -> Mapping[str, str | None]:
    return {}


def titles(changes: Changes) -> set[str]:
    return {each.items[0].title for each in changes.present if isinstance(each, Resource)}


def test_calendars_are_found_with_name_colour_and_kinds(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    events = dav_account.make_calendar("events", ("VEVENT",))
    dav_account.make_calendar("journal", ("VJOURNAL",))
    found = {each.id: each for each in provider.collections()}
    assert found[work].name == "Work"
    assert found[work].colour == "#ff8800"
    assert found[work].kinds == frozenset(Kind)
    assert found[work].writable
    assert found[events].kinds == {Kind.EVENT}
    assert not any("journal" in path for path in found)
    assert dav_account.user in provider.principal()


def test_calendar_without_any_tasks_server_takes_tasks_as_events(radicale_account: DavAccount) -> None:
    only_events = radicale_account.make_calendar("events", ("VEVENT",))
    provider = CalDavProvider(radicale_account.url, radicale_account.user, radicale_account.password, user_zone="UTC")
    assert collection(provider, only_events).kinds == frozenset(Kind)
    provider.close()


def test_wrong_password_needs_sign_in(dav_account: DavAccount) -> None:
    provider = CalDavProvider(dav_account.url, dav_account.user, "wrong", user_zone="UTC")
    with pytest.raises(SignInNeeded, match="did not accept"):
        provider.connect()
    provider.close()


def test_first_reading_lists_everything(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    for number in range(5):
        dav_account.put(work, f"{number}.ics", event(f"{number}@example.com", f"Event {number}"))
    dav_account.put(work, "t.ics", task("t@example.com"))
    changes = provider.changes(collection(provider, work), None, nothing_known)
    assert titles(changes) == {f"Event {number}" for number in range(5)} | {"Call back"}
    assert changes.listed == {each.ref.id for each in changes.present}
    assert all(each.revision for each in changes.present)
    assert all(each.raw.startswith(b"BEGIN:VCALENDAR\r\n") for each in changes.present)


def test_idle_reading_costs_one_request(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    dav_account.put(work, "1.ics", event("1@example.com"))
    calendar = collection(provider, work)
    first = provider.changes(calendar, None, nothing_known)
    before = provider.requests
    idle = provider.changes(calendar, first.cursor, lambda: revisions(first))
    assert provider.requests - before == 1
    assert idle.present == ()
    assert idle.removed == ()
    assert idle.listed is None


def test_increment_has_the_new_the_changed_and_the_deleted(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    for name in ("stays", "changes", "goes"):
        dav_account.put(work, f"{name}.ics", event(f"{name}@example.com", name))
    calendar = collection(provider, work)
    first = provider.changes(calendar, None, nothing_known)
    dav_account.put(work, "new.ics", event("new@example.com", "new"))
    dav_account.put(work, "changes.ics", event("changes@example.com", "changed"))
    dav_account.delete(work, "goes.ics")
    dav_account.put(work, "short.ics", event("short@example.com", "short"))
    dav_account.delete(work, "short.ics")
    second = provider.changes(calendar, first.cursor, lambda: revisions(first))
    assert titles(second) == {"new", "changed"}
    assert f"{work}goes.ics" in second.removed
    assert set(second.removed) <= {f"{work}goes.ics", f"{work}short.ics"}
    assert second.listed is None


@pytest.mark.parametrize("cursor", ["", "nonsense", '{"kind":"other","value":"1","relisted":""}', "[]"])
def test_unknown_cursor_leads_to_a_complete_listing(
    dav_account: DavAccount, provider: CalDavProvider, work: str, cursor: str
) -> None:
    dav_account.put(work, "1.ics", event("1@example.com"))
    changes = provider.changes(collection(provider, work), cursor, nothing_known)
    assert changes.listed == {f"{work}1.ics"}


def test_refused_token_leads_to_a_listing_that_fetches_only_what_is_new(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    dav_account.put(work, "old.ics", event("old@example.com", "old"))
    calendar = collection(provider, work)
    first = provider.changes(calendar, None, nothing_known)
    dav_account.put(work, "new.ics", event("new@example.com", "new"))
    broken = json.dumps({**json.loads(first.cursor), "value": "http://example.com/never-issued"})
    second = provider.changes(calendar, broken, lambda: revisions(first))
    assert titles(second) == {"new"}
    assert second.listed == {f"{work}old.ics", f"{work}new.ics"}
    assert provider.changes(calendar, second.cursor, lambda: revisions(first)).present == ()


def test_unknown_revision_forces_a_fresh_read(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    for number in range(3):
        dav_account.put(work, f"{number}.ics", event(f"{number}@example.com", f"Event {number}"))
    calendar = collection(provider, work)
    known = dict(revisions(provider.changes(calendar, None, nothing_known)))
    known[f"{work}1.ics"] = None
    assert titles(provider.changes(calendar, None, lambda: known)) == {"Event 1"}


def test_deleted_calendar_is_gone(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    calendar = collection(provider, work)
    first = provider.changes(calendar, None, nothing_known)
    dav_account.delete_calendar(work)
    with pytest.raises(CollectionGone):
        provider.changes(calendar, first.cursor, nothing_known)


def test_empty_calendar_is_an_empty_complete_listing(provider: CalDavProvider, work: str) -> None:
    changes = provider.changes(collection(provider, work), None, nothing_known)
    assert (changes.present, changes.removed, changes.listed) == ((), (), frozenset())


def test_fetch_leaves_out_what_is_absent(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    dav_account.put(work, "1.ics", event("1@example.com", "One"))
    dav_account.put(work, "2.ics", event("2@example.com", "Two"))
    found = provider.fetch(work, [f"{work}2.ics", f"{work}absent.ics", f"{work}1.ics"])
    assert [each.items[0].title for each in found if isinstance(each, Resource)] == ["Two", "One"]


def test_fetched_one_by_one_or_together_the_bytes_are_the_same(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    for number in range(2):
        dav_account.put(work, f"{number}.ics", event(f"{number}@example.com", extra="X-KEPT;A=b:c\r\nLOCATION:Málaga"))
    paths = [f"{work}{number}.ics" for number in range(2)]
    together = {each.ref.id: each.raw for each in provider.fetch(work, paths)}
    assert together == {path: each.raw for path in paths for each in provider.fetch(work, [path])}
    assert all(b"X-KEPT;A=b:c\r\n" in raw for raw in together.values())


def test_find_by_identity_wherever_it_is_stored(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    dav_account.put(work, "a@example.com.ics", event("a@example.com", "Derived address"))
    dav_account.put(work, "another-name.ics", event("b@example.com", "Other address"))
    dav_account.put(work, "task.ics", task("c@example.com", "A task"))
    found = provider.find(work, ["a@example.com", "b@example.com", "c@example.com", "absent@example.com"])
    assert {each.uid: each.ref.id for each in found} == {
        "a@example.com": f"{work}a@example.com.ics",
        "b@example.com": f"{work}another-name.ics",
        "c@example.com": f"{work}task.ics",
    }


def test_one_bad_item_does_not_stop_the_rest(radicale_account: DavAccount) -> None:
    work = radicale_account.make_calendar("work")
    radicale_account.put(work, "good.ics", event("good@example.com", "good"))
    radicale_account.put(work, "also.ics", event("also@example.com", "also"))
    # Radicale itself takes a journal entry into any calendar; for us it is neither an event nor a task.
    journal = event("journal@example.com", "A diary").replace(b"VEVENT", b"VJOURNAL").replace(b"DURATION:PT1H\r\n", b"")
    radicale_account.put(work, "journal.ics", journal)
    provider = CalDavProvider(radicale_account.url, radicale_account.user, radicale_account.password, user_zone="UTC")
    changes = provider.changes(collection(provider, work), None, nothing_known)
    broken = [each for each in changes.present if isinstance(each, Broken)]
    assert titles(changes) == {"good", "also"}
    assert [(each.uid, each.title) for each in broken] == [("journal@example.com", "A diary")]
    assert len(changes.listed or ()) == 3
    provider.close()


def test_own_addresses_and_scheduling_come_from_the_server(xandikos_account: DavAccount) -> None:
    addresses = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
        "<C:calendar-user-address-set><D:href>mailto:Emma@Example.com</D:href><D:href>/emma/</D:href>"
        "</C:calendar-user-address-set></D:prop></D:set></D:propertyupdate>"
    )
    account = xandikos_account
    answer = account.request("PROPPATCH", f"/{account.user}/", addresses, {"Content-Type": "application/xml"})
    assert answer.status_code == 207
    provider = CalDavProvider(
        account.url, account.user, account.password, user_zone="UTC", own_addresses=["Alias@Example.com"]
    )
    assert provider.addresses() == {"emma@example.com", "alias@example.com"}
    assert provider.capabilities().schedules
    assert provider.capabilities().conditional_writes
    provider.close()


def test_server_without_scheduling_says_so(radicale_account: DavAccount) -> None:
    provider = CalDavProvider(radicale_account.url, radicale_account.user, radicale_account.password, user_zone="UTC")
    assert not provider.capabilities().schedules
    provider.close()


def test_new_process_goes_on_with_what_was_found_and_needs_no_discovery(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    first = provider.changes(collection(provider, work), None, nothing_known)
    found = provider.found()
    assert dav_account.password not in found
    again = CalDavProvider(dav_account.url, dav_account.user, dav_account.password, user_zone="Europe/Madrid")
    again.resume(found)
    assert again.principal() == provider.principal()
    assert again.changes(Collection(work, "Work"), first.cursor, nothing_known).present == ()
    assert again.requests == 1
    with pytest.raises(ValueError, match="not what a connection found"):
        again.resume("{}")
    again.close()
