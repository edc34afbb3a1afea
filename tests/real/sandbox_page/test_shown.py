"""What the sandbox's web page shows: weeks, lists, people, answers and locks."""

from __future__ import annotations

import re
from html import unescape

import httpx2
import pytest

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_page.browsing import FORM, MARK, add, shown, token, words
from tests.servers.sandbox import JAVIER


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
