"""Microsoft 365 from the address to the first sync: sign-in in the browser, then calendar, tasks and mail over Graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fm_desktop.app import Profile
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import load
from fm_desktop.setup import set_up
from fm_desktop.sync.report import Outcome
from tests.fakes.agenda import empty
from tests.fakes.newcomer import EMMA
from tests.real.graph.outlook import Outlook
from tests.real.graph.test_graph_mailbox import letter
from tests.real.oauth.acme import SETUP, Person
from tests.servers.graph import GraphServer
from tests.servers.openid import OpenIdServer, registered
from tests.servers.services import Vouched

# What an administrator writes: the client id. The addresses are those of the tests' servers.
OWN = """
[microsoft-365]
domains = ["example.com"]
[microsoft-365.calendar]
address = "{graph}"
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def graph(openid: OpenIdServer) -> Iterator[GraphServer]:
    with GraphServer(EMMA, "Emma") as server:
        outlook_token = server.new_token()
        server._bearers = Vouched(openid)
        server._bearers.add(outlook_token)
        server.outlook_token = outlook_token  # type: ignore[attr-defined]
        yield server


@pytest.fixture
def environment(tmp_path: Path, sandbox: SandboxServer) -> dict[str, str]:
    return {
        "FM_DESKTOP_HOME": str(tmp_path),
        "FM_DESKTOP_CRM_PRIVATE_KEY": sandbox.private_key,
        "FM_DESKTOP_PROVIDER_TOKEN_KEY": "the key of this computer",
    }


@pytest.fixture
def file(tmp_path: Path, openid: OpenIdServer, sandbox: SandboxServer, graph: GraphServer) -> Path:
    empty(sandbox)
    (tmp_path / "providers.toml").write_text(
        OWN.format(graph=graph.url) + registered("microsoft-365", openid.url), encoding="utf-8"
    )
    path = tmp_path / "setup.toml"
    text = SETUP.format(crm=sandbox.url, public_key=sandbox.public_key, user=EMMA)
    path.write_text(text.replace('["calendar"]', '["email", "calendar"]'), encoding="utf-8")
    return path


def titles(sandbox: SandboxServer) -> list[str]:
    return sorted(row["subject"] for row in sandbox.store.rows("calendar", "deleted = false"))


def test_R03_R30_the_address_alone_leads_to_calendar_tasks_and_mail(
    environment: dict[str, str], file: Path, sandbox: SandboxServer, graph: GraphServer, openid: OpenIdServer
) -> None:
    outlook = Outlook(graph.url, graph.outlook_token)  # type: ignore[attr-defined]
    outlook.add("Dentist")
    outlook.add_task("Write offer", 3)
    customer = next(row["email"] for row in sandbox.store.rows("contacts", "deleted = false") if row["email"])
    graph.deliver(letter("The new order", customer, days=1))
    graph.deliver(letter("A stranger's letter", "nobody@elsewhere.example", days=1))
    person = Person()
    found = set_up(environment, file, None, person.show)
    assert len(person.pages) == 1
    assert {"Calendar", "Tasks"} <= {each.name for each in found.calendars}
    provider = load(file.with_name("settings.toml")).provider
    assert (provider.name, provider.sign_in, provider.imap) == ("microsoft-365", "oauth", None)
    logged = len(sandbox.store.rows("emails"))
    report = Profile.open(environment).sync_once()
    assert report.error is None
    assert report.emails_logged == 1
    assert titles(sandbox) == ["Dentist", "Write offer"]
    assert len(sandbox.store.rows("emails")) == logged + 1
    assert graph.sent == []
    assert graph.forbidden == []
    again = Profile.open(environment).sync_once()
    assert again.outcome is Outcome.DONE
    assert again.crm.total == again.provider.total == again.emails_logged == 0
    outlook.close()


def test_consent_that_is_withdrawn_is_told_and_nothing_is_lost(
    environment: dict[str, str], file: Path, sandbox: SandboxServer, graph: GraphServer, openid: OpenIdServer
) -> None:
    outlook = Outlook(graph.url, graph.outlook_token)  # type: ignore[attr-defined]
    outlook.add("Dentist")
    outlook.close()
    set_up(environment, file, None, Person().show)
    Profile.open(environment).sync_once()
    openid.withdraw()
    report = Profile.open(environment).sync_once()
    assert report.outcome is Outcome.SIGN_IN
    assert "Microsoft 365 does not let FM Desktop in any more" in str(report.error)
    assert titles(sandbox) == ["Dentist"]
