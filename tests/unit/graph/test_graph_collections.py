"""Which calendars and To Do lists there are, and whom a sign-in is for."""

from __future__ import annotations

import httpx2
import pytest

from fm_desktop.model.items import Kind
from fm_desktop.port import Collection, Malformed, Throttled
from fm_desktop.providers.graph.account import Account, ask_account
from fm_desktop.providers.graph.calendars import changes_path, holds_tasks, items_path, list_collections
from tests.unit.graph.samples import Json
from tests.unit.graph.wire import Wire, failed, page

OWNER = {"name": "Emma", "address": "Emma.Smith@contoso.example"}


def calendar(**more: object) -> Json:
    return {"id": "C1=", "name": "Calendar", "color": "auto", "hexColor": "", "canEdit": True, "owner": OWNER} | more


def answered(*calendars: Json, lists: httpx2.Response | None = None) -> tuple[tuple[Collection, ...], frozenset[str]]:
    return list_collections(Wire(page(*calendars), lists or page()).session)


def test_calendars() -> None:
    (own, holidays), addresses = answered(
        calendar(isDefaultCalendar=True, hexColor="#0078d4"),
        calendar(id="C2=", name="Holidays", color="lightGreen", canEdit=False, owner={"address": "x@y.example"}),
    )
    assert own == Collection("calendars/C1=", "Calendar", True, frozenset({Kind.EVENT}), "#0078d4", is_default=True)
    assert (holidays.writable, holidays.colour, holidays.is_default) == (False, "#87d28e", False)
    assert addresses == frozenset({"emma.smith@contoso.example"})


def test_lists_take_tasks_only_and_flagged_mails_are_none() -> None:
    lists = page(
        {"id": "L1=", "displayName": "Tasks", "wellknownListName": "defaultList"},
        {"id": "L2=", "displayName": "Flagged Emails", "wellknownListName": "flaggedEmails"},
        {"id": "L3=", "displayName": "Errands", "wellknownListName": "none"},
    )
    (_, *found), _ = answered(calendar(), lists=lists)
    assert [(each.name, each.is_default) for each in found] == [("Tasks", True), ("Errands", False)]
    assert all(each.takes(Kind.TASK) and not each.takes(Kind.EVENT) for each in found)


def test_calendars_are_there_where_the_company_keeps_to_do_from_us() -> None:
    assert len(answered(calendar(), lists=failed(403, "ErrorAccessDenied"))[0]) == 1


def test_lists_that_cannot_be_read_just_now_are_not_taken_for_none() -> None:
    with pytest.raises(Throttled):
        answered(calendar(), lists=failed(429, retry_after="100"))


def test_collection_tells_where_its_items_are() -> None:
    assert items_path("calendars/A/b=") == "me/calendars/A%2Fb%3D/events"
    assert changes_path("calendars/A") == "me/calendars/A/calendarView/delta"
    assert items_path("todo/lists/A/b=") == "me/todo/lists/A%2Fb%3D/tasks"
    assert changes_path("todo/lists/A") == "me/todo/lists/A/tasks/delta"
    assert holds_tasks("todo/lists/A")
    assert not holds_tasks("calendars/todo")


def test_account_has_all_its_addresses() -> None:
    user = {
        "id": "u1",
        "mail": "Emma@contoso.example",
        "userPrincipalName": "esmith@contoso.example",
        "otherMails": ["emma@private.example"],
        "proxyAddresses": [
            "SMTP:emma@contoso.example",
            "smtp:e.s@contoso.example",
            "X500:/o=x",
            "SIP:emma@contoso.example",
        ],
    }
    assert ask_account(Wire(httpx2.Response(200, json=user)).session) == Account(
        "u1",
        frozenset({"emma@contoso.example", "esmith@contoso.example", "emma@private.example", "e.s@contoso.example"}),
    )


def test_personal_account_that_shows_less() -> None:
    user = httpx2.Response(200, json={"id": "u1", "mail": None, "userPrincipalName": "emma@outlook.example"})
    wire = Wire(failed(400, "BadRequest"), user)
    assert ask_account(wire.session).addresses == frozenset({"emma@outlook.example"})


def test_account_without_an_id_is_none() -> None:
    with pytest.raises(Malformed):
        ask_account(Wire(httpx2.Response(200, json={})).session)
