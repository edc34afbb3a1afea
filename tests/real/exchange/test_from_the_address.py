"""Exchange on an own server from the address to the first sync: found by the catalog, signed in with a password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from fm_desktop.app import Profile
from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, Timed
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import load
from fm_desktop.setup import set_up
from fm_desktop.sync.report import Outcome
from tests.fakes.agenda import SOON, empty, titles
from tests.fakes.newcomer import EMMA
from tests.real.exchange.test_ews_calendar import calendar, connected
from tests.real.oauth.acme import SETUP
from tests.servers.ews import EwsServer

OWN = """
[exchange]
domains = ["example.com"]
[exchange.calendar]
address = "{url}"
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer(user=EMMA, address=EMMA) as made:
        yield made


def letter(sender: str, subject: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, EMMA, subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@client.example>"
    message.set_content("Dear Emma")
    return message.as_bytes()


def meet(server: EwsServer, title: str) -> None:
    start, end = (Timed(datetime.strptime(f"{SOON}{hour}", "%Y%m%d%H"), "Europe/Madrid") for hour in ("10", "11"))
    provider = connected(server)
    provider.create(calendar(provider).id, "of-outlook", Projection(Kind.EVENT, title, Span(start, end)))
    provider.close()


def test_R03_R30_the_address_and_the_password_lead_to_calendar_and_mail(
    tmp_path: Path, sandbox: SandboxServer, server: EwsServer
) -> None:
    empty(sandbox)
    customer = next(row["email"] for row in sandbox.store.rows("contacts", "deleted = false") if row["email"])
    meet(server, "Dentist")
    server.deliver(letter(customer, "The new order"))
    server.deliver(letter("nobody@elsewhere.example", "A stranger"))
    (tmp_path / "providers.toml").write_text(OWN.format(url=server.url), encoding="utf-8")
    file = tmp_path / "setup.toml"
    text = SETUP.format(crm=sandbox.url, public_key=sandbox.public_key, user=EMMA)
    file.write_text(text.replace('["calendar"]', '["email", "calendar"]'), encoding="utf-8")
    environment = {
        "FM_DESKTOP_HOME": str(tmp_path),
        "FM_DESKTOP_CRM_PRIVATE_KEY": sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": server.password,
    }
    set_up(environment, file, None)
    provider = load(tmp_path / "settings.toml").provider
    assert (provider.name, provider.sign_in) == ("exchange", "password")
    assert provider.ews is not None
    logged = len(sandbox.store.rows("emails"))
    report = Profile.open(environment).sync_once()
    assert report.error is None
    assert report.emails_logged == 1
    assert titles(sandbox) == ["Dentist"]
    assert len(sandbox.store.rows("emails")) == logged + 1
    assert server.sent == []
    again = Profile.open(environment).sync_once()
    assert again.outcome is Outcome.DONE
    assert again.crm.total == again.provider.total == again.emails_logged == 0
