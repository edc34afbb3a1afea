"""From nothing to a finished first sync, as a newcomer goes: mouse and keyboard, real servers, a real keychain.

The test knows of the program what a screen reader tells; everything it does goes through the X server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fm_desktop.credentials import SERVICE
from fm_desktop.sandbox.server import SandboxServer
from tests.desktop.conftest import TEAL, App
from tests.fakes.agenda import SOON, empty, titles
from tests.real.mail.office import message
from tests.servers.command import EMMA, Computer, event
from tests.servers.desktop import Desktop, Keychain
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.screenreader import SPOKEN, Control, ScreenReader

pytestmark = pytest.mark.desktop

_BUTTON, _TEXT, _CHECK, _RADIO = "push button", "text", "check box", "radio button"
_KEYS = (
    "import json, keyring, sys; print(json.dumps([keyring.get_password(*each) for each in json.loads(sys.argv[1])]))"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        empty(server)
        yield server


@pytest.fixture
def dovecot() -> Iterator[DovecotServer]:
    server = DovecotServer()
    yield server
    server.stop()


@dataclass(slots=True)
class Newcomer:
    """At a desktop with nothing set up; `mail` is under the same name and password as the calendar."""

    app: App
    reader: ScreenReader
    dovecot: DovecotServer
    mail: MailAccount

    @property
    def computer(self) -> Computer:
        return self.app.computer

    def start(self) -> None:
        """No secret is in the environment."""
        told = {"FM_DESKTOP_HOME": str(self.computer.home), "SSL_CERT_FILE": str(self.dovecot.ca_file), **SPOKEN}
        self.app.process = self.app.desktop.start([sys.executable, "-m", "fm_desktop"], told)

    def sees(self, name: str, role: str = "") -> Control:
        """Waits until it is there and can be used."""
        seen: list[Control] = []

        def is_there() -> bool:
            found = self.reader.find(name, role)
            if found is None or not found.is_enabled:
                return False
            seen.append(found)
            return True

        try:
            self.app.desktop.until(is_there, f"{role} {name!r} on the screen")
        except AssertionError as error:
            names = "\n".join(f"{each.role} {each.name}" for each in self.reader.controls() if each.name)
            raise AssertionError(f"{error}\n--- on the screen\n{names}") from None
        return seen[-1]

    def click(self, name: str, role: str = _BUTTON) -> None:
        self.app.desktop.click(self.sees(name, role).at)

    def choose(self, name: str, role: str = _RADIO) -> None:
        self.click(name, role)
        self.app.desktop.until(lambda: self.sees(name, role).is_checked, f"{name!r} is chosen")

    def write(self, name: str, text: str) -> None:
        """Into what has the focus, in place of what is there, once it is the right field."""
        self.app.desktop.until(lambda: self.sees(name, _TEXT).is_focused, f"the focus in {name!r}")
        self.app.desktop.press("ctrl+a")
        self.app.desktop.output("xdotool", "type", text)
        self.app.desktop.until(lambda: len(self.sees(name, _TEXT).text) == len(text), f"what was typed into {name!r}")

    def fill(self, name: str, text: str) -> None:
        self.click(name, _TEXT)
        self.write(name, text)

    def press(self, *keys: str) -> None:
        self.app.desktop.press(*keys)


@pytest.fixture
def newcomer(tmp_path, sandbox, radicale_account, dovecot) -> Iterator[Newcomer]:
    """A visit planned at ForceManager, a lunch in the calendar, and a contact's message and a stranger's in the mailbox."""
    account, store = radicale_account, sandbox.store
    path = account.make_calendar("work", label="Work")
    account.make_calendar("private", label="Private")
    account.put(path, "lunch.ics", event("lunch", "Lunch with Ann", f"{SOON}T100000Z", f"{SOON}T110000Z"))
    (user,) = store.rows("users", f"email = '{EMMA}'")
    _plan_a_visit(sandbox, user["id"])
    mail = dovecot.account(account.user, password=account.password)
    mine = [each for each in store.rows("contacts", "deleted = false") if each["salesRepId"]["id"] == user["id"]]
    mail.maildir.deliver(message("The offer", mine[0]["email"]))
    mail.maildir.deliver(message("You have won", "stranger@nowhere.example"))
    with Desktop(keychain=Keychain.UNLOCKED) as desktop:
        app = App(desktop, Computer(tmp_path / "home", sandbox, account))
        with ScreenReader(desktop.environment["DBUS_SESSION_BUS_ADDRESS"]) as reader:
            yield Newcomer(app, reader, dovecot, mail)


def _plan_a_visit(sandbox: SandboxServer, user: int) -> None:
    day = datetime.now(UTC) + timedelta(days=3)
    sandbox.store.load("calendar", [{
        "subject": "Visit Bodegas Ruiz", "comment": "", "task": False, "allDay": False,
        "startDate": f"{day:%y/%m/%d}", "startHour": "09:00", "endDate": f"{day:%y/%m/%d}", "endHour": "10:00",
        "salesRepId": user, "branchId": 1, "typeId": sandbox.store.rows("activityTypes")[0]["id"],
    }])  # fmt: skip


def test_R03_with_mouse_and_keyboard_from_nothing_to_a_finished_first_sync(newcomer):
    sandbox, account, desktop = newcomer.computer.sandbox, newcomer.computer.account, newcomer.app.desktop
    logged_before = {each["id"] for each in sandbox.store.rows("emails")}
    newcomer.start()
    desktop.until(lambda: desktop.windows("--name", "^Set up FM Desktop"), "the wizard")

    newcomer.write("Your e-mail address in ForceManager", EMMA)
    newcomer.press("Tab")
    newcomer.write("Public key", sandbox.public_key)
    newcomer.press("Tab")
    newcomer.write("Private key", sandbox.private_key)
    newcomer.fill("Address of ForceManager", sandbox.url)
    newcomer.click("Test connection")
    newcomer.sees("It works. You are Emma")
    newcomer.click("Next")

    newcomer.choose("Only from the calendar")
    newcomer.press("Up", "Return")
    newcomer.choose("E-mail and calendar")
    newcomer.press("Return")

    newcomer.sees("Your e-mail address", "label")
    newcomer.choose("Enter the server by hand", _CHECK)
    newcomer.fill("Calendar server", account.url)
    newcomer.press("Tab")
    newcomer.write("User name there", account.user)
    newcomer.press("Tab")
    newcomer.write("Mail server", "localhost")
    newcomer.press("Tab")
    newcomer.write("Port of the mail server", str(newcomer.dovecot.tls_port))
    newcomer.press("Return")

    newcomer.fill("Password", "not the password")
    newcomer.click("Next")
    newcomer.sees("127.0.0.1 did not accept")
    newcomer.fill("Password", account.password)
    newcomer.press("Return")

    newcomer.click("Private", _CHECK)
    desktop.until(lambda: not newcomer.sees("Private", _CHECK).is_checked, "one calendar is left out")
    newcomer.click("Next")

    newcomer.sees("1 event or task to be added to ForceManager")
    newcomer.sees("1 event or task to be added to your calendar")
    newcomer.sees("1 e-mail record to be made in ForceManager")
    assert titles(sandbox) == ["Visit Bodegas Ruiz"]
    newcomer.click("Start syncing")

    newcomer.app.until_icon(TEAL)
    desktop.until(lambda: newcomer.app.status().logged and newcomer.app.status().linked == 2, "the first sync")
    assert titles(sandbox) == ["Lunch with Ann", "Visit Bodegas Ruiz"]
    logged = [each for each in sandbox.store.rows("emails") if each["id"] not in logged_before]
    assert [each["subject"] for each in logged] == ["The offer"]
    texts = [path.read_text(encoding="utf-8") for path in account.store.glob("*/*.ics")]
    assert sorted("SUMMARY:Visit Bodegas Ruiz" in each for each in texts) == [False, True]
    desktop.until(newcomer.app.window, "the window, in place of the wizard")
    assert not desktop.windows("--name", "^Set up FM Desktop")

    assert _kept(newcomer) == [sandbox.private_key, account.password]
    assert _files_with(newcomer.computer.home, newcomer.computer.secrets) == []


def _kept(newcomer: Newcomer) -> list[str | None]:
    """The private key and the password, out of the keychain by another program."""
    sandbox, account = newcomer.computer.sandbox, newcomer.computer.account
    names = [f"crm-private-key:{sandbox.public_key}", f"provider-password:{account.user}"]
    asked = json.dumps([[SERVICE, each] for each in names])
    command = [sys.executable, "-c", _KEYS, asked]
    done = subprocess.run(
        command, env=newcomer.app.desktop.environment, check=True, capture_output=True, text=True, timeout=60
    )
    found: list[str | None] = json.loads(done.stdout)
    return found


def _files_with(folder: Path, secrets: list[str]) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"settings.toml", "state"} <= {path.name for path in folder.iterdir()}
    return [path for path in files if any(each.encode() in path.read_bytes() for each in secrets)]
