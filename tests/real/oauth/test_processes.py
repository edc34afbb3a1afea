"""Several processes of one user share a sign-in at a provider that takes it back where a refresh token is used twice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from fm_desktop.credentials import Secret
from fm_desktop.logs import Redactor
from fm_desktop.providers.oauth import Tokens, TokenSet, Visit
from fm_desktop.signing import TEXTS
from fm_desktop.tokenfile import TokenFile
from tests.servers.openid import OpenIdServer, visit

EMMA = "emma@acme.example"
PROCESSES = 3


@pytest.fixture
def brought(openid: OpenIdServer) -> TokenSet:
    begun = Visit(openid.service(), EMMA, TEXTS, patience=60)
    with ThreadPoolExecutor(1) as pool:
        tokens = pool.submit(begun.finish, threading.Event())
        visit(begun.url, EMMA)
        return tokens.result()


def renewing(path: Path, openid: OpenIdServer) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.real.oauth.renew", str(path), f"{openid.url}/token"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_that_renew_at_once_all_have_a_good_token(
    openid: OpenIdServer, brought: TokenSet, tmp_path: Path
) -> None:
    file = TokenFile(tmp_path / "provider.tokens", Secret("key"), "Acme emma", Redactor())
    file.save(replace(brought, expires_at=0.0))
    processes = [renewing(tmp_path / "provider.tokens", openid) for _ in range(PROCESSES)]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    given = [json.loads(each.communicate(timeout=30)[0]) for each in processes]
    assert len(set(given)) == 1
    assert given[0] != brought.access
    assert openid.userinfo(given[0]).status_code == 200
    # The permission stands: what is kept can be renewed once more.
    kept = file.load()
    assert kept is not None
    file.save(replace(kept, expires_at=0.0))
    assert openid.userinfo(Tokens(openid.service(), file).fresh()).status_code == 200
