"""Who gets in to the sandbox's web page, how each page is protected, and whose forms are taken."""

from __future__ import annotations

import re

import httpx2
import pytest

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_page.browsing import FORM, PAGES, shown, token, words

# --- who gets in ----------------------------------------------------------------------------------


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


# --- forms of other pages -------------------------------------------------------------------------


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
