"""The sandbox's web page over plain HTTP: who gets in, what is shown, what a form may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import httpx2
import lxml.html
import pytest
from lxml import etree

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.errors import invalid
from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import EMMA, JAVIER

TODAY = date(2026, 11, 25)
MARK = "--- From your calendar. Changes below this line are not kept. ---"
EVENT: dict[str, Any] = {
    "subject": "Pitch", "startDate": "26/11/25", "startHour": "10:00", "endDate": "26/11/25", "endHour": "11:00",
    "salesRepId": EMMA, "branchId": 1, "typeId": 4,
}  # fmt: skip
FORM = {
    "kind": "event", "subject": "Lunch", "typeId": "4", "startDate": "2026-11-26", "startHour": "13:00",
    "endDate": "2026-11-26", "endHour": "14:30", "contactId": "1", "comment": "one\r\ntwo",
}  # fmt: skip
PAGES = ["/week", "/list", "/new", "/items/1", "/items/1/edit", "/accounts", "/accounts/1", "/contacts", "/contacts/1"]


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(today=TODAY) as running:
        yield running


@pytest.fixture
def page(server: SandboxServer) -> Iterator[httpx2.Client]:
    """A browser with the key in its cookie."""
    with httpx2.Client(base_url=server.origin, cookies={COOKIE: server.admin_key}) as client:
        yield client


@pytest.fixture
def anyone(server: SandboxServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.origin) as client:
        yield client


def shown(page: httpx2.Client, path: str, status: int = 200, **parameters: Any) -> str:
    answer = page.get(path, params=parameters or None)
    assert answer.status_code == status, answer.text
    return answer.text


def words(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def token(page: httpx2.Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', shown(page, "/new"))
    assert found
    return found[1]


def post(page: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    return page.post(path, data={"csrf": token(page), **fields})


def add(server: SandboxServer, **changes: Any) -> int:
    return server.store.create("calendar", {**EVENT, **changes})


def row(server: SandboxServer, row_id: int) -> dict[str, Any]:
    return server.store.get("calendar", row_id)


def made(answer: httpx2.Response) -> int:
    assert answer.status_code == 303, words(answer.text)
    found = re.match(r"/items/(\d+)\?", answer.headers["location"])
    assert found
    return int(found[1])


def seen(page: httpx2.Client, row_id: int) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', shown(page, f"/items/{row_id}/edit"))
    assert found
    return found[1]


# --- who gets in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", *PAGES, "/nowhere"])
def test_without_the_key_a_page_says_where_it_is_and_nothing_else(anyone: httpx2.Client, path: str) -> None:
    text = words(shown(anyone, path, 403))
    assert "printed where the sandbox was started" in text
    assert "Emma" not in text
    assert "not this sandbox's" in words(shown(anyone, path, 403, key="wrong"))


def test_the_key_in_the_address_becomes_a_cookie_and_leaves_the_address(
    anyone: httpx2.Client, server: SandboxServer
) -> None:
    answer = anyone.get("/week", params={"key": server.admin_key, "day": "2026-11-25"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/week?day=2026-11-25")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert anyone.get(answer.headers["location"]).status_code == 200


def test_a_wrong_key_beside_the_cookie_does_not_replace_it(page: httpx2.Client, server: SandboxServer) -> None:
    assert page.get("/week", params={"key": "wrong"}).headers["set-cookie"].startswith(f"{COOKIE}={server.admin_key};")


def test_the_key_leads_to_no_other_server(anyone: httpx2.Client, server: SandboxServer) -> None:
    answer = anyone.get(f"{server.origin}//evil.example/a?key={server.admin_key}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/week")


def test_the_page_answers_to_this_computers_names_only(page: httpx2.Client) -> None:
    assert page.get("/week", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
def test_every_page_is_protected(page: httpx2.Client, path: str) -> None:
    answer = page.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    nonces = re.findall(r'<style nonce="([^"]+)"', answer.text)
    assert all(f"'nonce-{each}'" in policy for each in nonces)
    assert "style=" not in answer.text
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!www\.[a-z]+\.example)', answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_control_has_its_label(page: httpx2.Client, path: str) -> None:
    html = shown(page, path)
    labelled = set(re.findall(r'<label for="([^"]+)"', html))
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", html)
    visible = [each for each in controls if 'type="hidden"' not in each]
    assert visible
    assert all((found := re.search(r'\bid="([^"]+)"', each)) and found[1] in labelled for each in visible)


def test_the_stylesheet_needs_no_key_and_nothing_from_elsewhere(anyone: httpx2.Client) -> None:
    answer = anyone.get("/static/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "url(" not in answer.text
    assert "@import" not in answer.text


# --- forms of other pages ------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "ñ"}])
@pytest.mark.parametrize("path", ["/new", "/items/1/edit", "/items/1/completed", "/items/1/delete"])
def test_a_form_without_our_secret_changes_nothing(
    page: httpx2.Client, server: SandboxServer, path: str, secret: dict[str, str]
) -> None:
    before = server.store.rows("calendar")
    answer = page.post(path, data={**FORM, "completed": "yes", **secret})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert server.store.rows("calendar") == before


def test_a_form_from_another_origin_changes_nothing(page: httpx2.Client, server: SandboxServer) -> None:
    before = server.store.rows("calendar")
    fields = {**FORM, "csrf": token(page)}
    for origin in ("http://127.0.0.1:1", "null", "https://evil.example"):
        assert page.post("/new", data=fields, headers={"Origin": origin}).status_code == 403
    assert server.store.rows("calendar") == before
    assert page.post("/new", data=fields, headers={"Origin": server.origin}).status_code == 303


def test_a_form_without_the_key_is_not_even_read(anyone: httpx2.Client, page: httpx2.Client) -> None:
    assert anyone.post("/new", data={**FORM, "csrf": token(page)}).status_code == 403


# --- what is shown -------------------------------------------------------------------------------


def test_the_week_is_emmas_and_another_users_on_request(page: httpx2.Client) -> None:
    week = words(shown(page, "/week", day="2026-11-25"))
    assert "23 – 29 November 2026" in week
    assert "Product demonstration at Clínica Sonríe" in week
    assert "Transportes Cantábrico" not in week
    assert "Transportes Cantábrico" in words(shown(page, "/week", day="2026-11-25", user=JAVIER))
    assert "Talleres Navacerrada" not in week, "a deleted item is shown"
    assert "Marco" not in week, "a deleted user can be chosen"


@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31", "1970-01-05", "2067-12-31"])
def test_any_day_can_be_asked_for(page: httpx2.Client, day: str) -> None:
    assert "Week of" in shown(page, "/week", day=day)


def test_the_list_shows_days_and_finds(page: httpx2.Client) -> None:
    every = words(shown(page, "/list", period="all"))
    assert every.index("Mon 23 Nov 2026") < every.index("Tue 24 Nov 2026")
    tasks = words(shown(page, "/list", period="all", show="tasks"))
    assert "Expenses of the fair" in tasks
    assert "Visit Hotel Puerta del Norte" not in tasks
    found = words(shown(page, "/list", period="all", q="safety SHOES"))
    assert "Site visit at Construcciones Duero" in found
    assert "1 item" in found


def test_R23_known_people_are_chips_and_strangers_plain_addresses(page: httpx2.Client, server: SandboxServer) -> None:
    contact = server.store.get("contacts", 1)
    block = (
        f"Organiser: {contact['firstName']} <{contact['email'].upper()}>\nParticipants:\n"
        "- Zoë <zoe@stranger.example> (maybe)\n- info@riberaalta.example (accepted)\n- o'neil@x.example (declined)"
    )
    item = add(server, subject="People", comment=f"Mine, me@own.example\n\n{MARK}\n{block}", contactId=1, accountId=1)
    html = shown(page, f"/items/{item}")
    assert re.search(r'<a class="chip contacts" href="/contacts/1\?[^"]*">', html)
    assert re.search(r'<a class="chip accounts" href="/accounts/1\?[^"]*">', html)
    panel = html[html.index('<section class="panel"') :]
    assert re.search(r'<a class="chip contacts" href="/contacts/1\?', panel)
    assert re.search(r'<a class="chip accounts" href="/accounts/1\?', panel)
    assert '<span class="address">zoe@stranger.example</span>' in panel
    assert "o&#39;neil@x.example" in panel
    assert "me@own.example" not in panel
    assert MARK not in unescape(html)


def test_R26_an_answer_and_R24_a_series_are_told_with_their_lock(page: httpx2.Client, server: SandboxServer) -> None:
    block = f"{MARK}\nOrganiser: boss@stranger.example\nYour answer: not answered yet"
    invited = add(server, subject="Invited", comment=block, readOnly=True)
    series = add(server, subject="Stand-up", comment=f"{MARK}\nRepeats: one date of a recurring series", readOnly=True)
    invited_words, series_words = (words(shown(page, f"/items/{each}")) for each in (invited, series))
    assert "Your answer: Not answered yet" in invited_words
    assert "Only its organiser can change it" in invited_words
    assert "One date of a series" in series_words
    assert "A series is changed in the calendar it comes from" in series_words
    listed = shown(page, "/list", period="all", q="Stand-up")
    assert "mark lock" in listed
    assert "mark repeats" in listed


def test_contacts_and_accounts_are_found_and_show_their_agenda(page: httpx2.Client) -> None:
    assert "120 found" in words(shown(page, "/contacts"))
    assert "40 found" in words(shown(page, "/accounts"))
    assert "1 found" in words(shown(page, "/accounts", q="hotel puerta"))
    account, contact = words(shown(page, "/accounts/1")), words(shown(page, "/contacts/1"))
    for each in (account, contact):
        assert "Visit Bodegas Ribera Alta" in each
        assert "Responsible" in each


@pytest.mark.parametrize("path", ["/items/99999", f"/items/{10**30}", "/contacts/99999", "/accounts/0", "/items/x"])
def test_what_is_not_there_is_a_page_that_says_so(page: httpx2.Client, path: str) -> None:
    assert "To the agenda" in words(shown(page, path, 404))


def test_following_changes_is_the_users_choice(page: httpx2.Client) -> None:
    assert "http-equiv" not in shown(page, "/week")
    html = shown(page, "/week", follow=1, day="2026-11-25", done="deleted")
    refresh = re.search(r'http-equiv="refresh" content="3; url=([^"]+)"', html)
    assert refresh
    assert "day=2026-11-25" in refresh[1]
    assert "done" not in refresh[1]
    assert "http-equiv" not in shown(page, "/new", follow=1), "what is typed would be lost"


def test_a_tenant_without_anybody_has_a_page_too() -> None:
    with SandboxServer(sample_data=False) as empty, httpx2.Client(base_url=empty.origin) as client:
        client.cookies.set(COOKIE, empty.admin_key)
        for path in ("/week", "/list", "/contacts", "/accounts", "/new"):
            assert client.get(path).status_code == 200
        assert client.post("/new", data={**FORM, "csrf": token(client)}).status_code == 422


# --- nothing that is shown is run ------------------------------------------------------------------

EVIL = "<script>alert(1)</script>\"' onmouseover=x <img src=x onerror=y> {{ 7*7 }} javascript:alert(1)"


def test_hostile_text_is_text_on_every_page(page: httpx2.Client, server: SandboxServer) -> None:
    account = server.store.create(
        "accounts",
        {"name": EVIL, "branchId": 1, "salesRepId1": 1, "website": "javascript:alert(1)", "comment": EVIL, "city": EVIL}
        | {"email": '"><script>@x.example'},
    )
    names = {"firstName": EVIL[:90], "lastName": EVIL[:90]}
    contact = server.store.create(
        "contacts", {**names, "accountId": account, "salesRepId": 1, "comment": EVIL, "email": "evil@hostile.example"}
    )
    comment = f"{EVIL}\n\n{MARK}\nPlace: {EVIL}\nOrganiser: {EVIL} <evil@hostile.example>\nYour answer: {EVIL}\n- {EVIL}\n{EVIL}"
    item = add(server, subject=EVIL, comment=comment, accountId=account, contactId=contact, city=EVIL, extId=EVIL[:99])
    plain = add(server, subject=EVIL, comment=comment)
    paths = [
        f"/items/{item}", f"/items/{item}/edit", f"/items/{plain}", "/week?day=2026-11-25", f"/contacts/{contact}",
        f"/accounts/{account}", "/contacts", "/accounts", "/new", f"/list?period=all&q={EVIL[:8]}",
    ]  # fmt: skip
    for path in paths:
        html = shown(page, path)
        assert EVIL[:20] in words(html), f"{path} does not show the text at all"
        for element in lxml.html.fromstring(html).iter(etree.Element):
            assert element.tag not in ("script", "iframe", "object"), path
            assert not [each for each in element.attrib if each.startswith("on") or each == "style"], path
            assert element.get("src") in (None, "/static/icon.svg"), path
            assert not (element.get("href") or "").lower().startswith(("javascript", "data")), path
    server.store.update("accounts", account, {"name": "Harmless"})
    server.store.delete("calendar", item)
    server.store.delete("calendar", plain)
    server.store.delete("contacts", contact)
    server.store.delete("accounts", account)


def test_hostile_addresses_are_not_returned_to(page: httpx2.Client, server: SandboxServer) -> None:
    html = shown(page, "/new", back="//evil.example", contactId='"><b>', day='"><b>')
    assert "evil.example" not in html
    assert "<b>" not in html
    item = add(server, task=True)
    answer = post(page, f"/items/{item}/completed", completed="yes", back="https://evil.example/")
    assert answer.headers["location"].startswith(f"/items/{item}")


# --- creating, editing, completing, deleting -----------------------------------------------------


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
