"""Fixtures of the tests of e-mail from end to end: Dovecot over TLS, the sandbox over HTTP, the command as a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.real.engine.scene import records
from tests.real.mail.office import Office, Person
from tests.servers.dovecot import DovecotServer


@pytest.fixture(scope="module")
def crm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def running_sandbox(crm_folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(crm_folder, sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer, crm_folder: Path) -> SandboxServer:
    """The sample tenant, without a message in it and without an agenda."""
    with closing(records(crm_folder)) as db:
        for table in ("emails", "calendar"):
            db.execute(f"DELETE FROM {table}")
    running_sandbox.faults.clear()
    running_sandbox.requests.reset()
    return running_sandbox


@pytest.fixture
def office(tmp_path: Path, sandbox: SandboxServer, dovecot: DovecotServer) -> Office:
    """A computer with a mailbox and no calendar, not set up yet."""
    return Office(tmp_path / "home", sandbox, dovecot.account(), dovecot=dovecot).trust()


@pytest.fixture
def full_office(tmp_path: Path, sandbox: SandboxServer, dovecot: DovecotServer, radicale_account) -> Office:
    """A computer with a mailbox and a calendar."""
    radicale_account.make_calendar("work", label="Work")
    mail = dovecot.account(password=radicale_account.password)
    return Office(tmp_path / "home", sandbox, mail, dovecot=dovecot, caldav=radicale_account).trust()


@pytest.fixture
def contact(sandbox: SandboxServer) -> Person:
    """A contact of the user's."""
    return mine(sandbox)[0]


@pytest.fixture
def other_contact(sandbox: SandboxServer, contact: Person) -> Person:
    """A contact of the user's at another account."""
    return next(each for each in mine(sandbox) if each.account != contact.account)


def mine(sandbox: SandboxServer) -> list[Person]:
    (user,) = sandbox.store.rows("users", "email = 'emma@example.com'")
    rows = sandbox.store.rows("contacts", "deleted = false")
    return [
        Person(each["id"], each["accountId"]["id"], each["email"])
        for each in rows
        if each["salesRepId"]["id"] == user["id"]
    ]
