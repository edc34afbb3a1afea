"""The wizard at each of its pages, and its windows for one credential, as a person meets them: for the tests that look
at all of them, and for pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtWidgets import QWidget

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials, Which
from fm_desktop.crm.account import User
from fm_desktop.errors import ExitCode, Explained, explained
from fm_desktop.logs import Redactor
from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, Timed
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.steps import CrmAccount, Preview, SignedIn
from fm_desktop.onboarding.work import Step, Work
from fm_desktop.paths import Paths
from fm_desktop.port import Collection, PortError, Refused, Side
from fm_desktop.providers import catalog as catalogs
from fm_desktop.providers.finding import find
from fm_desktop.providers.oauth.grants import TokenSet
from fm_desktop.providers.oauth.service import Account
from fm_desktop.providers.oauth.visit import WrongAccount
from fm_desktop.settings import parse
from fm_desktop.signing import Grant
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import PlannedLine
from fm_desktop.ui.wizard.again import AgainWindow, BrowserWindow, SignInWindow
from fm_desktop.ui.wizard.window import WizardWindow

ADDRESS = "emma.stone@gmx.de"
CALENDARS = (
    Collection("/e/work/", "Work", colour="#1f7a94", is_default=True),
    Collection("/e/private/", "Private", colour="#b25d3c"),
    Collection("/e/team/", "Team Iberia & friends", colour="#6b7f2a"),
    Collection("/e/holidays/", "Holidays in Spain", writable=False, colour="#8a5aa8"),
)
_GMAIL = "emma.stone@gmail.com"
_SETTINGS = f"""
[crm]
url = "https://crm.company.example/api/v4"
public_key = "key"
user = "{_GMAIL}"
[provider]
address = "{_GMAIL}"
name = "gmail"
"""
_NOT_AGREED = Refused(
    "You did not agree that FM Desktop may use your account at Gmail and Google Workspace.",
    "Sign in again and agree. Where the page says that an administrator has to, ask yours.",
)
_OTHER_ACCOUNT = WrongAccount(TokenSet("", "", 0, Account(("emma.private@gmail.com",))), _GMAIL)
_TITLES = ("Visit Bodegas Ruiz", "Lunch with Ann", "Quarterly review", "Call Javier about the offer", "Dentist")


class _Visit:
    """Nobody has to make it."""

    url = "https://accounts.google.com/o/oauth2/v2/auth?client_id=fm-desktop"

    def __init__(self, *_asked: object) -> None: ...

    def finish(self, ending: threading.Event) -> Grant:
        raise AssertionError("nobody waits for it")

    def close(self) -> None: ...


def model(
    home: Path, address: str = ADDRESS, user: str = ADDRESS, catalog: catalogs.Catalog | None = None
) -> Onboarding:
    """Everything entered, nothing asked of a network yet."""
    paths, known = Paths.of({"FM_DESKTOP_HOME": str(home)}), catalog or catalogs.load()
    made = Onboarding(paths, Credentials({}), known, browser=_Visit)
    made.enter(public_key="fm-7f3a91c2", user=user, address=address)
    made.enter_secret(Which.CRM_PRIVATE_KEY, "a private key")
    made.enter_secret(Which.PROVIDER_PASSWORD, "an app password")
    return made


def bring_to(made: Onboarding, page: Page, calendars: tuple[Collection, ...] = CALENDARS) -> Onboarding:
    """Goes on to a page, every step answered as it would be."""
    answers = {
        Step.CRM: CrmAccount(User(1, made.draft.user, "Emma Stone", 1), "Europe/Madrid", zone_is_ours=False),
        Step.SIGN_IN: SignedIn(calendars, ("INBOX", "Sent")),
    }
    while made.page is not page:
        work = made.pending()
        if work is not None:
            work.take(find(made.draft.address, made.catalog) if work.step is Step.FIND else answers[work.step])
        made.forward()
    return made


def lines(number: int) -> tuple[PlannedLine, ...]:
    begin = datetime(2026, 11, 26, 9, 0)
    found = []
    for each in range(number):
        start = begin + timedelta(hours=5 * each)
        span = Span(Timed(start, "Europe/Madrid"), Timed(start + timedelta(hours=1), "Europe/Madrid"))
        kind = Kind.TASK if each % 7 == 3 else Kind.EVENT
        side = Side.PROVIDER if each % 4 == 0 else Side.CRM
        title = _TITLES[each % len(_TITLES)]
        found.append(PlannedLine(side, Verb.CREATE, title, "it is new", Projection(kind, title, span)))
    mail = [
        PlannedLine(Side.CRM, Verb.CREATE, f"Re: {each}", "e-mail from ann@client.example", None) for each in _TITLES
    ]
    return (*found, *mail)


def _window(made: Onboarding) -> WizardWindow:
    """At the page the model is at, whatever `resume` would begin with."""
    page = made.page
    window = WizardWindow(made, lambda: None)
    made.page = page
    window._show_page()
    return window


def _previewed(home: Path, preview: Preview) -> WizardWindow:
    made = bring_to(model(home), Page.PREVIEW)
    work = made.pending()
    assert work is not None
    work.take(preview)
    return _window(made)


def _failed(home: Path) -> WizardWindow:
    window = _window(bring_to(model(home), Page.SIGN_IN))
    window._failed(
        Explained(
            "caldav.gmx.net did not accept the user name or the password.",
            "Sign in again. Many providers want an app password here instead of the usual one.",
            ExitCode.SIGN_IN,
        )
    )
    return window


def _busy(home: Path) -> WizardWindow:
    window = _window(bring_to(model(home), Page.SIGN_IN))
    window.worker.start(
        Work(Step.SIGN_IN, lambda ending: ending.wait(60), lambda _: None), lambda: None, lambda _: None
    )
    return window


def _by_browser(home: Path) -> WizardWindow:
    """At a service that an administrator has registered the program with."""
    file = home / "config" / catalogs.FILE_NAME
    file.parent.mkdir(parents=True)
    file.write_text('[gmail.oauth]\nclient_id = "fm-desktop"\n', encoding="utf-8")
    made = model(home, _GMAIL, _GMAIL, catalogs.load(file.parent))
    return _window(bring_to(made, Page.SIGN_IN))


def _visiting(home: Path) -> WizardWindow:
    window = _by_browser(home)
    work = Work(Step.BROWSER, lambda ending: ending.wait(60), lambda _: None, _Visit.url)
    window.worker.start(work, lambda: None, lambda _: None)
    return window


def _visited(home: Path, error: PortError) -> WizardWindow:
    """The browser has come back with this."""
    window = _by_browser(home)
    why = explained(error)
    assert why is not None
    window._failed(why)
    return window


def _signed_in(home: Path) -> WizardWindow:
    window = _by_browser(home)
    work = window.model.pending()
    assert work is not None
    work.take(SignedIn(CALENDARS, ("INBOX", "Sent")))
    window._show_page()
    return window


def _found(home: Path, address: str, user: str) -> WizardWindow:
    made = bring_to(model(home, address, user), Page.PROVIDER)
    work = made.pending()
    assert work is not None
    work.take(find(address, made.catalog))
    return _window(made)


def _by_hand(home: Path) -> WizardWindow:
    made = model(home, "emma@acme.example")
    bring_to(made, Page.PROVIDER)
    made.enter(by_hand=True)
    return _window(made)


def _flawed(home: Path) -> WizardWindow:
    made = Onboarding(Paths.of({"FM_DESKTOP_HOME": str(home)}), Credentials({}), catalogs.load())
    made.enter(crm_url="http://crm.company.com/api", user="emma")
    window = WizardWindow(made, lambda: None)
    window.go_on()
    return window


def _empty(home: Path) -> WizardWindow:
    return WizardWindow(
        Onboarding(Paths.of({"FM_DESKTOP_HOME": str(home)}), Credentials({}), catalogs.load()), lambda: None
    )


def _many(home: Path) -> WizardWindow:
    long = "A calendar with a name that nobody would give it but somebody did, to see what becomes of it"
    many = tuple(
        Collection(
            f"/e/{n}/", f"{n}. {long if n == 3 else 'Calendar'}", n % 5 != 0, colour=f"#{n * 8:02x}88{n * 5:02x}"
        )
        for n in range(1, 31)
    )
    return _window(bring_to(model(home), Page.CALENDARS, many))


SCENES: dict[str, Callable[[Path], WizardWindow]] = {
    "1-forcemanager-empty": _empty,
    "1-forcemanager-flawed": _flawed,
    "1-forcemanager": lambda home: _window(model(home)),
    "2-type": lambda home: _window(bring_to(model(home), Page.DIRECTION)),
    "3-what": lambda home: _window(bring_to(model(home), Page.CHANNELS)),
    "4-address": lambda home: _window(bring_to(model(home), Page.PROVIDER)),
    "4-address-refused": lambda home: _found(home, _GMAIL, ADDRESS),
    "4-address-icloud": lambda home: _found(home, "emma.stone@icloud.com", "emma.stone@company.com"),
    "4-address-by-hand": _by_hand,
    "5-sign-in": lambda home: _window(bring_to(model(home), Page.SIGN_IN)),
    "5-sign-in-app-password": lambda home: _window(
        bring_to(model(home, "emma@icloud.com", "emma@icloud.com"), Page.SIGN_IN)
    ),
    "5-sign-in-failed": _failed,
    "5-sign-in-busy": _busy,
    "5-sign-in-browser": _by_browser,
    "5-sign-in-browser-waiting": _visiting,
    "5-sign-in-browser-refused": lambda home: _visited(home, _NOT_AGREED),
    "5-sign-in-browser-other-account": lambda home: _visited(home, _OTHER_ACCOUNT),
    "5-sign-in-browser-done": _signed_in,
    "6-calendars": lambda home: _window(bring_to(model(home), Page.CALENDARS)),
    "6-calendars-many": _many,
    "7-preview": lambda home: _previewed(home, Preview(lines(40))),
    "7-preview-nothing": lambda home: _previewed(home, Preview(())),
}


def _typed_again(home: Path, which: Which, error: str = "") -> AgainWindow:
    paths = Paths.of({"FM_DESKTOP_HOME": str(home)})
    window = SignInWindow(paths, parse(_SETTINGS), Credentials({}), which, lambda _settings: None, Redactor())
    if error:
        window._failed(Explained(error, "Sign in again, with the password you use now.", ExitCode.SIGN_IN))
    return window


def _browsed_again(home: Path) -> AgainWindow:
    paths, settings = Paths.of({"FM_DESKTOP_HOME": str(home)}), parse(_SETTINGS)
    connector = Connector(paths, settings, Credentials({}), Redactor())
    return BrowserWindow(settings, connector, lambda _settings: None, lambda _page: None, lambda _text: None)


def _browsing_again(home: Path) -> AgainWindow:
    window = _browsed_again(home)
    work = Work(Step.BROWSER, lambda ending: ending.wait(60), lambda _: None, _Visit.url)
    window.worker.start(work, lambda: None, lambda _: None)
    return window


AGAIN: dict[str, Callable[[Path], AgainWindow]] = {
    "again-password": lambda home: _typed_again(home, Which.PROVIDER_PASSWORD),
    "again-password-refused": lambda home: _typed_again(
        home, Which.PROVIDER_PASSWORD, "imap.gmail.com did not accept the user name or the password."
    ),
    "again-forcemanager": lambda home: _typed_again(home, Which.CRM_PRIVATE_KEY),
    "again-browser": _browsed_again,
    "again-browser-waiting": _browsing_again,
}
EVERY: dict[str, Callable[[Path], QWidget]] = {**SCENES, **AGAIN}


def all_scenes(home: Path) -> Iterator[tuple[str, QWidget]]:
    for name, make in EVERY.items():
        yield name, make(home / name)
