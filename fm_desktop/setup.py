"""Setting up by a file: signs in to both sides, finds user and calendars, keeps settings and secrets.

Nothing is written to either side. The settings count only once everything in them was seen to hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fm_desktop import logs
from fm_desktop.connect import Connector, Sides, caldav_of
from fm_desktop.credentials import Credentials, NotStored, Secret, Which
from fm_desktop.errors import UsageError
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.providers.caldav import quirks
from fm_desktop.providers.caldav.discovery import find_server
from fm_desktop.runner import choose_calendars
from fm_desktop.settings import CalDavSettings, Settings, load, save
from fm_desktop.sync.control import Channel
from fm_desktop.sync.store import Store

Ask = Callable[[Which], str]
"""Asks a person for a secret; '' if none was given."""

_SUPPORTED = "any provider that offers CalDAV: iCloud, Yahoo, Fastmail, GMX, mailbox.org, Posteo, Nextcloud and others"


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    name: str
    writable: bool
    takes_part: bool
    target: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What setting up found."""

    crm_user: str
    crm_user_id: int
    time_zone: str
    provider: str
    direction: str
    calendars: tuple[FoundCalendar, ...]
    notes: tuple[str, ...]


def set_up(environment: Mapping[str, str], file: Path, ask: Ask | None) -> Found:
    """Sets up the profile a file describes. `ask` is None where nobody can be asked for secrets.

    Raises `SettingsError`, `UsageError`, `UnknownCalendar`, `CredentialError`, `OSError` and the port's errors.
    """
    settings = with_provider_found(load(file))
    paths = Paths.of(environment)
    paths.make()
    redactor = Redactor()
    handler = logs.start(paths.log_file, redactor)
    credentials = _Given(environment)
    connector = Connector(paths, settings, credentials, redactor)
    store = Store.open(paths.store_file)
    try:
        asked = credentials.ask_for_missing(connector, ask)
        sides = connector.connect(store, threading.Event())
        try:
            found = _look(sides, store, settings)
            for which, secret in asked.items():
                connector.keep_secret(which, secret)
            save(settings, paths.settings_file)
            return found
        finally:
            sides.close()
    finally:
        store.close()
        logs.stop(handler)


class _Given(Credentials):
    """Secrets that were typed in just now, before those of the environment and the keychain."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self._typed: dict[Which, Secret] = {}

    def get(self, which: Which, account: str) -> Secret:
        return self._typed.get(which) or super().get(which, account)

    def ask_for_missing(self, connector: Connector, ask: Ask | None) -> dict[Which, Secret]:
        """Asks for what is neither in the environment nor in the keychain. Raises `CredentialError`."""
        for each in Which:
            try:
                connector.secret(each)
            except NotStored:
                typed = ask(each) if ask is not None else ""
                if not typed:
                    raise
                self._typed[each] = Secret(typed)
        return self._typed


def with_provider_found(settings: Settings) -> Settings:
    """The settings with the address of the calendar service in them. Raises `UsageError` (R31)."""
    if Channel.CALENDAR not in settings.sync.channels:
        raise UsageError(
            "Logging e-mail is not part of this version.", 'Add "calendar" to channels under [sync] in the file.'
        )
    provider = settings.provider
    if provider.caldav is not None:
        return settings
    if provider.imap is not None:
        raise _no_calendar(f"The file names a mail server ({provider.imap.host}) and no calendar service.")
    if provider.name is not None and not quirks.is_known(provider.name):
        raise UsageError(
            f'[provider] name = "{provider.name}" is no provider this version can sign in to by itself.',
            f"Supported is {_SUPPORTED}. Leave the line out to have it found from the address.",
        )
    url = find_server(provider.address)
    if url is None:
        domain = provider.address.rpartition("@")[2]
        raise _no_calendar(f"{domain} offers no calendar service that can be found.")
    caldav = CalDavSettings(url=url, user=provider.address)
    return settings.model_copy(update={"provider": provider.model_copy(update={"caldav": caldav})})


def _no_calendar(reason: str) -> UsageError:
    return UsageError(
        f"{reason} A bare IMAP or POP3 server is no supported calendar provider.",
        f"Supported is {_SUPPORTED}. If yours is one, name its address in the file: "
        '[provider.caldav] url = "https://…" and user = "…".',
    )


def _look(sides: Sides, store: Store, settings: Settings) -> Found:
    """Asks both sides, and keeps which calendars take part."""
    engine = sides.engine(store)
    try:
        sides.provider.connect()
        choose_calendars(engine, sides, settings)
        calendars = engine.calendars.all()
    finally:
        engine.close()
    sides.remember(store, went_well=True)
    notes = []
    if Channel.EMAIL in settings.sync.channels:
        notes.append("Logging e-mail is not part of this version; the setting is kept for a later one.")
    return Found(
        crm_user=sides.who.user.name or sides.who.user.address,
        crm_user_id=sides.who.user.id,
        time_zone=sides.who.context.zone,
        provider=f"{caldav_of(settings).url} as {caldav_of(settings).user}",
        direction=settings.sync.type.value,
        calendars=tuple(
            FoundCalendar(each.what.name, each.what.writable, each.takes_part, each.target)
            for each in calendars
            if not each.missing
        ),
        notes=tuple(notes),
    )
