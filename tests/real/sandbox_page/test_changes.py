"""What a form of the sandbox's web page may do: create, edit, complete, delete, and never what is locked."""

from __future__ import annotations

import re

import httpx2
import pytest

from fm_desktop.sandbox.errors import invalid
from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_page.browsing import FORM, MARK, add, made, post, row, seen, shown, words
from tests.servers.sandbox import JAVIER


def test_an_event_is_created_for_the_user_looked_at(page: httpx2.Client, server: SandboxServer) -> None:
    created = row(server, made(post(page, f"/new?user={JAVIER}", **FORM)))
    assert created["subject"] == "Lunch"
    assert created["comment"] == "one\ntwo"
    assert (created["startDate"], created["startHour"], created["endHour"]) == ("26/11/26", "13:00", "14:30")
    assert (created["salesRepId"]["id"], created["salesRepIdCreated"]) == (JAVIER, JAVIER)
    assert (created["contactId"]["id"], created["accountId"]["id"]) == (1, 1)
    assert not created["readOnly"]
    assert not created["task"]


def test_a_task_is_created_and_completed_and_reopened(page: httpx2.Client, server: SandboxServer) -> None:
    task = made(post(page, "/new", **{**FORM, "kind": "task", "endDate": "", "endHour": ""}))
    assert row(server, task)["task"]
    assert row(server, task)["endHour"] == "13:00"
    answer = post(page, f"/items/{task}/completed", completed="yes", back="/list?period=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/list?period=all")
    assert row(server, task)["completed"]
    assert 'aria-checked="true" aria-label="Done: Lunch"' in shown(page, "/list", period="all", q="lunch", show="tasks")
    post(page, f"/items/{task}/completed", completed="no")
    assert not row(server, task)["completed"]


def test_mistakes_are_told_at_the_form_and_what_was_typed_is_kept(page: httpx2.Client, server: SandboxServer) -> None:
    before = server.store.rows("calendar")
    answer = post(page, "/new", **{**FORM, "subject": "", "endHour": "09:00", "comment": "Do <not> lose this"})
    assert answer.status_code == 422
    assert "Give it a subject." in answer.text
    assert "It ends before it starts." in answer.text
    assert 'aria-invalid="true" aria-describedby="subject-error"' in answer.text
    assert "Do &lt;not&gt; lose this" in answer.text
    assert 'value="13:00"' in answer.text
    assert server.store.rows("calendar") == before


def test_an_edit_changes_what_was_edited_and_keeps_the_calendars_block(
    page: httpx2.Client, server: SandboxServer
) -> None:
    item = add(server, comment=f"Old\n\n{MARK}\nPlace: Office")
    html = shown(page, f"/items/{item}/edit")
    assert "Old</textarea>" in html
    fields = {**FORM, "subject": "Pitch two", "comment": "New", "contactId": "", "seen": seen(page, item)}
    answer = post(page, f"/items/{item}/edit", **fields)
    assert made(answer) == item
    after = row(server, item)
    assert (after["subject"], after["comment"]) == ("Pitch two", f"New\n\n{MARK}\nPlace: Office")
    assert after["contactId"] is None
    assert "Saved." in shown(page, answer.headers["location"])


def test_saving_without_a_change_writes_nothing(page: httpx2.Client, server: SandboxServer) -> None:
    item = add(server)
    before = row(server, item)
    fields = {
        "subject": "Pitch", "typeId": "4", "startDate": "2026-11-25", "startHour": "10:00", "endDate": "2026-11-25",
        "endHour": "11:00", "seen": seen(page, item),
    }  # fmt: skip
    assert "done=unchanged" in post(page, f"/items/{item}/edit", **fields).headers["location"]
    assert row(server, item) == before


def test_a_change_made_meanwhile_is_not_overwritten_unseen(page: httpx2.Client, server: SandboxServer) -> None:
    item = add(server)
    stale = seen(page, item)
    server.store.update("calendar", item, {"subject": "Moved by the calendar", "startHour": "09:00"})
    answer = post(page, f"/items/{item}/edit", **{**FORM, "seen": stale})
    assert answer.status_code == 422
    assert "changed while you were editing" in answer.text
    assert 'value="Lunch"' in answer.text
    assert row(server, item)["subject"] == "Moved by the calendar"
    fresh = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert fresh
    assert made(post(page, f"/items/{item}/edit", **{**FORM, "seen": fresh[1]})) == item
    assert row(server, item)["subject"] == "Lunch"


def test_a_deletion_hides_the_item_and_keeps_its_record(page: httpx2.Client, server: SandboxServer) -> None:
    item = add(server, subject="Gone soon")
    assert "Yes, delete it" in shown(page, f"/items/{item}")
    answer = post(page, f"/items/{item}/delete")
    assert "Gone soon" not in shown(page, answer.headers["location"])
    assert row(server, item)["deleted"]
    for path in (f"/items/{item}", f"/items/{item}/edit"):
        assert "deleted" in shown(page, path, 404)
    for path in ("edit", "completed", "delete"):
        assert post(page, f"/items/{item}/{path}", **FORM).status_code == 404


def test_R22_a_locked_item_has_no_controls_and_refuses_a_hand_made_form(
    page: httpx2.Client, server: SandboxServer
) -> None:
    block = f"{MARK}\nOrganiser: boss@stranger.example\nYour answer: accepted"
    item = add(server, task=True, readOnly=True, comment=block)
    before = row(server, item)
    html = shown(page, f"/items/{item}")
    assert f"/items/{item}/edit" not in html
    assert f"/items/{item}/delete" not in html
    assert f"/items/{item}/completed" not in html
    assert f"/items/{item}/completed" not in shown(page, "/week", day="2026-11-25")
    assert "Only its organiser" in words(shown(page, f"/items/{item}/edit", 403))
    for path in ("edit", "completed", "delete"):
        answer = post(page, f"/items/{item}/{path}", **{**FORM, "completed": "yes", "readOnly": "false"})
        assert answer.status_code == 403
        assert "Only its organiser" in words(answer.text)
    assert row(server, item) == before


@pytest.mark.parametrize("method", ["create", "update"])
def test_what_only_the_store_refuses_is_told_at_the_form(
    page: httpx2.Client, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    item = add(server)
    fields = {**FORM, "seen": seen(page, item)}

    def refuse(*_: object) -> None:
        raise invalid("a rule the form knows nothing of")

    monkeypatch.setattr(server.store, method, refuse)
    answer = post(page, "/new" if method == "create" else f"/items/{item}/edit", **fields)
    assert answer.status_code == 422
    assert "a rule the form knows nothing of" in answer.text
    assert 'value="Lunch"' in answer.text
