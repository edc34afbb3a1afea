"""A sign-in with the browser is renewed at a strict provider, which takes the permission back where a refresh token is
used twice; the process is killed at every moment of it.

What may come of it is one of two: the sign-in is good, or it is plainly gone and a person signs in again. Where nobody
has used the refresh token up, it has to be good.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from fm_desktop.providers.oauth import TokenSet, Visit
from fm_desktop.signing import TEXTS
from tests.crash.computer import token_file
from tests.crash.figures import Figures
from tests.crash.killed import DIED, Children
from tests.fakes.real import EMMA
from tests.servers.openid import OpenIdServer, visit

NAME, PLACE = "a sign-in with the browser is renewed", "openid"


class Rotation:
    """`folder` is for what lies about the computer."""

    def __init__(self, openid: OpenIdServer, children: Children, folder: Path) -> None:
        self._openid, self._children, self._folder = openid, children, folder
        self._home = folder / "home"
        self._file = token_file(self._home / "provider.tokens")
        self._home.mkdir(parents=True)

    def run(self) -> Figures:
        self._sign_in()
        moments = self._renew()["moments"]
        figures = Figures(NAME, PLACE, 1, len(moments))
        for number, moment in enumerate(moments, 1):
            self._sign_in()
            died = self._renew(die_at=number)
            found = [] if died == DIED else [f"it did not die: {died}"]
            used_up = "after POST" in moments[:number]
            found += self._after(self._renew(), used_up, figures)
            figures.crashes += 1
            figures.differences += [f"at {number} ({moment}): {each}" for each in found]
        return figures

    def _after(self, told: dict[str, Any], used_up: bool, figures: Figures) -> list[str]:
        access = told.get("access")
        if access is None:
            return [f"the computer failed: {told}"]
        if access:
            good = self._openid.userinfo(access).status_code == 200
            return [] if good else ["it goes on with a token that is not good"]
        figures.lost += 1
        return [] if used_up else ["a person has to sign in again although nobody used the refresh token up"]

    def _sign_in(self) -> None:
        """As a person does; the access token that it brings is over at once."""
        self._file.save(replace(self._brought(), expires_at=0.0))

    def _brought(self) -> TokenSet:
        begun = Visit(self._openid.service(), EMMA, TEXTS, patience=60)
        with ThreadPoolExecutor(1) as pool:
            tokens = pool.submit(begun.finish, threading.Event())
            visit(begun.url, EMMA)
            return tokens.result()

    def _renew(self, die_at: int = 0) -> dict[str, Any]:
        return self._children.do(
            {
                "home": str(self._home),
                "trace": str(self._folder / "trace"),
                "keychain": str(self._folder / "keychain"),
                "die_at": die_at,
                "steps": ["renew"],
                "environment": {},
                "files": True,
                "token_endpoint": f"{self._openid.url}/token",
            }
        )
