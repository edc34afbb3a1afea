"""A strict OpenID provider (the npm package oidc-provider) on loopback, and a person who signs in there."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import httpx2
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from fm_desktop.providers.oauth import Service
from tests.servers.account import DavAccount
from tests.servers.process import start_command
from tests.servers.proxy import Behaviour, Exchange, Reply

_FOLDER = Path(__file__).parent / "oidc"
_SECONDS = 20
_FORM = re.compile(r'<form[^>]* action="([^"]+)" method="post"')
_PROMPT = re.compile(r'name="prompt" value="(\w+)"')


_REGISTERED = """
[{service}.oauth]
client_id = "fm-desktop"
authorization = "{url}/auth"
token = "{url}/token"
scopes = ["openid", "email", "offline_access"]
calendar_scopes = ["calendar"]
mail_scopes = ["mail"]
parameters = {{ prompt = "consent" }}
"""


class OpenIdServer:
    """One running provider. It knows one client, `fm-desktop`, and lets in whoever gives a name."""

    def __init__(self, folder: Path) -> None:
        self._server = start_command(
            lambda port: ["node", str(_FOLDER / "server.mjs"), str(port)],
            folder / "openid.log",
            "/.well-known/openid-configuration",
        )
        self.url = self._server.url.rstrip("/")

    def service(self, **changes: object) -> Service:
        """The service as a catalog would describe it."""
        facts: dict[str, object] = {
            "name": "Acme",
            "authorization": f"{self.url}/auth",
            "token": f"{self.url}/token",
            "client_id": "fm-desktop",
            "scopes": ("openid", "email", "offline_access", "calendar", "mail"),
            "parameters": {"prompt": "consent"},
            "issuer": self.url,
        }
        return Service(**{**facts, **changes})  # type: ignore[arg-type]

    def withdraw(self) -> None:
        """A person takes every permission back on the page of their account."""
        httpx2.post(f"{self.url}/test/withdraw").raise_for_status()

    def expire(self) -> None:
        """The refresh tokens have reached their end; access tokens are good still."""
        httpx2.post(f"{self.url}/test/expire").raise_for_status()

    def end_early(self) -> None:
        """The access tokens are good no longer, before their time."""
        httpx2.post(f"{self.url}/test/early").raise_for_status()

    def userinfo(self, token: str) -> httpx2.Response:
        return httpx2.get(f"{self.url}/me", headers={"Authorization": f"Bearer {token}"})

    def stop(self) -> None:
        self._server.stop()


def visit(url: str, name: str, *, agree: bool = True) -> str:
    """What a person does, without a browser: fills in the forms that they are shown. Returns the last page."""
    with httpx2.Client(follow_redirects=True, timeout=_SECONDS) as person:
        page = person.get(url)
        for _ in range(5):
            form = _FORM.search(page.text)
            if form is None or "/interaction/" not in str(page.url):
                return page.text
            asks_who = 'name="login"' in page.text
            if not asks_who and not agree:
                page = person.get(f"{page.url}/abort")
                continue
            prompt = _PROMPT.search(page.text)
            assert prompt is not None
            who = {"login": name, "password": "any"} if asks_who else {}
            page = person.post(form.group(1), data={"prompt": prompt.group(1), **who})
    raise AssertionError(f"the provider asks on and on: {page.text}")


def in_front_of(openid: OpenIdServer, account: DavAccount) -> Behaviour:
    """A calendar server that takes the provider's tokens and nothing else."""
    basic = "Basic " + b64encode(f"{account.user}:{account.password}".encode()).decode()

    def forward(exchange: Exchange) -> Reply:
        kind, _, token = exchange.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or openid.userinfo(token).status_code != 200:
            return Reply(401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}, b"")
        exchange.headers.replace_header("Authorization", basic)
        return exchange.forward()

    return forward


def sign_in(browser: WebDriver, url: str, name: str, *, agree: bool = True) -> str:
    """What a person does: opens the page, signs in as `name`, agrees or not. Returns the text of the last page."""
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})  # type: ignore[attr-defined]  # Chromium's
    browser.get(url)
    wait = WebDriverWait(browser, _SECONDS)
    field = wait.until(lambda each: each.find_elements(By.NAME, "login"))[0]
    field.clear()  # it holds the hint that the program gave
    field.send_keys(name)
    browser.find_element(By.NAME, "password").send_keys("any")
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    wait.until(lambda each: "/interaction/" in each.current_url and not each.find_elements(By.NAME, "login"))
    if agree:
        wait.until(lambda each: each.find_elements(By.CSS_SELECTOR, "button[type=submit]"))[0].click()
    else:
        wait.until(lambda each: each.find_elements(By.PARTIAL_LINK_TEXT, "Cancel"))[0].click()
    wait.until(lambda each: "/interaction/" not in each.current_url and each.find_elements(By.TAG_NAME, "h1"))
    return browser.find_element(By.TAG_NAME, "body").text


def registered(service: str, url: str) -> str:
    """What an administrator's catalog says of a service whose sign-in is the provider at `url`."""
    return _REGISTERED.format(service=service, url=url)
