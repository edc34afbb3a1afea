"""Setting up by a file: signs in to both sides, finds user and calendars, keeps settings and secrets.

Nothing is written to either side. The settings count only once everything in them was seen to hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from fm_desktop import logs
from fm_desktop.connect import Connector, Sides
from fm_desktop.credentials import Credentials, NotStored, Secret, Which
from fm_desktop.errors import UsageError
from fm_desktop.logs import Redactor
from fm_desktop.mailport import MailSource, Role
from fm_desktop.paths import Paths
from fm_desktop.runner import alone, choose_calendars
from fm_desktop.services import with_services_found
from fm_desktop.settings import ProviderSettings, Settings, load, save
from fm_desktop.signing import Grant
from fm_desktop.sync.mail.policy import to_read
from fm_desktop.sync.store import Store

Ask = Callable[[Which], str]
"""Asks a person for a secret; '' if none was given."""

Show = Callable[[str], None]
"""Shows a person the address of a page on which they have to sign in."""


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    name: str
    writable: bool
    takes_part: bool
    target: bool


@dataclass(frozen=True, slots=True)
class FoundFolder:
    name: str
    role: Role
    read: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What setting up found. `provider` and `mailbox` are '' for a channel that is not synchronised."""

    crm_user: str
    crm_user_id: int
    time_zone: str
    provider: str
    direction: str
    calendars: tuple[FoundCalendar, ...]
    mailbox: str
    folders: tuple[FoundFolder, ...]
    notes: tuple[str, ...]


def set_up(environment: Mapping[str, str], file: Path, ask: Ask | None, show: Show | None = None) -> Found:
    """Sets up the profile a file describes. `ask` and `show` are None where there is nobody to be asked or shown.

    Raises `SettingsError`, `UsageError`, `UnknownCalendar`, `CredentialError`, `OSError` and the port's errors.
    """
    paths = Paths.of(environment)
    given = load(file)
    settings = with_services_found(given, paths.config)
    paths.make()
    redactor = Redactor()
    credentials = _Given(environment)
    connector = Connector(paths, settings, credentials, redactor)
    store = Store.open(paths.store_file)
    handler = logs.start(paths.log_file, redactor)
    try:
        asked = credentials.ask_for_missing(connector, ask)
        grant = _grant(connector, show)
        with alone(paths, threading.Event()), closing(connector.connect(store, threading.Event())) as sides:
            found = replace(_look(sides, store, settings), notes=_notes(given, settings))
            for which, secret in asked.items():
                connector.keep_secret(which, secret)
            if grant is not None:
                grant.keep()
            save(settings, paths.settings_file)
            return found
    finally:
        store.close()
        logs.stop(handler)


def _grant(connector: Connector, show: Show | None) -> Grant | None:
    """What signing in with the browser brings; None where a password does, or an earlier sign-in is still good."""
    if not connector.by_browser or connector.is_granted():
        return None
    if show is None:
        raise UsageError(
            "This account is signed in to with the browser, and nobody is there to do so.",
            "Run the command in a terminal, or set FM Desktop up with its window: fm-desktop setup",
        )
    visit = connector.begin_visit()
    show(visit.url)
    grant = visit.finish(threading.Event())
    connector.use(grant)
    return grant


class _Given(Credentials):
    """Secrets that were typed in just now, before those of the environment and the keychain."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self._typed: dict[Which, Secret] = {}

    def get(self, which: Which, account: str) -> Secret:
        return self._typed.get(which) or super().get(which, account)

    def ask_for_missing(self, connector: Connector, ask: Ask | None) -> dict[Which, Secret]:
        """Asks for what is neither in the environment nor in the keychain. Raises `CredentialError`."""
        for each in connector.typed:
            try:
                connector.secret(each)
            except NotStored:
                typed = ask(each) if ask is not None else ""
                if not typed:
                    raise
                self._typed[each] = Secret(typed)
        return self._typed


def _look(sides: Sides, store: Store, settings: Settings) -> Found:
    """Asks all sides, and keeps which calendars take part."""
    calendars: tuple[FoundCalendar, ...] = ()
    folders: tuple[FoundFolder, ...] = ()
    if sides.calendar is not None:
        calendars = _look_at_calendars(sides, store, settings)
    if sides.mailbox is not None:
        folders = _look_at_folders(sides.mailbox.source, settings)
    sides.remember_session()
    return Found(
        crm_user=sides.who.user.name or sides.who.user.address,
        crm_user_id=sides.who.user.id,
        time_zone=sides.who.context.zone,
        provider=_calendar_service(settings.provider) if sides.calendar is not None else "",
        direction=settings.sync.type.value,
        calendars=calendars,
        mailbox=_mailbox(settings.provider) if sides.mailbox is not None else "",
        folders=folders,
        notes=(),
    )


def _calendar_service(provider: ProviderSettings) -> str:
    where = provider.calendar.url if provider.calendar is not None else None
    return f"{where or 'the Exchange server'} as {provider.user}"


def _mailbox(provider: ProviderSettings) -> str:
    imap = provider.imap
    return f"{imap.host} as {imap.user}" if imap is not None else _calendar_service(provider)


def _look_at_calendars(sides: Sides, store: Store, settings: Settings) -> tuple[FoundCalendar, ...]:
    engine = sides.engine(store)
    try:
        sides.provider.connect()
        sides.notice_move(store)
        choose_calendars(engine, sides, settings)
        calendars = engine.calendars.all()
    finally:
        engine.close()
    sides.remember_calendar(store, went_well=True)
    return tuple(
        FoundCalendar(each.what.name, each.what.writable, each.takes_part, each.target)
        for each in calendars
        if not each.missing
    )


def _look_at_folders(source: MailSource, settings: Settings) -> tuple[FoundFolder, ...]:
    """Raises `UsageError` for a folder of the settings that is not there."""
    folders = source.folders()
    wanted = settings.email.folders
    known = {each.name.casefold() for each in folders}
    for each in wanted or ():
        if each.casefold() not in known:
            names = ", ".join(f"“{folder.name}”" for folder in folders)
            raise UsageError(f"There is no mail folder “{each}”.", f"Choose from: {names}.")
    read = {each.id for each in to_read(folders, wanted)}
    return tuple(FoundFolder(each.name, each.role, each.id in read) for each in folders)


def _notes(given: Settings, settings: Settings) -> tuple[str, ...]:
    if settings.sync.channels == given.sync.channels:
        return ()
    return (
        f"E-mail is not logged: the mail server of {settings.provider.address} is not known. Name it in the file, "
        'as [provider.imap] host = "…" and user = "…", and set up again.',
    )
