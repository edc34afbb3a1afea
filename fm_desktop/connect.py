"""Connecting to both sides as the settings say: secrets, clients, who the user is there, the engine over them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fm_desktop import mailbox
from fm_desktop.addressbook import AddressBook
from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.crm.account import User, context_for, find_user, tenant_key
from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.directory import DirectoryReader
from fm_desktop.crm.rows import Context
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.port import Port, Side
from fm_desktop.providers import catalog
from fm_desktop.providers.caldav import quirks
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.providers.catalog import CatalogError
from fm_desktop.sessions import SessionFile
from fm_desktop.settings import CalDavSettings, Settings
from fm_desktop.settings_errors import SettingsError
from fm_desktop.show import count
from fm_desktop.sync import accounts
from fm_desktop.sync.control import Channel
from fm_desktop.sync.cycle import Engine, Setting
from fm_desktop.sync.mail.pipeline import Mailbox, MailCycle
from fm_desktop.sync.mail.policy import to_read
from fm_desktop.sync.policy import Options
from fm_desktop.sync.state import State
from fm_desktop.sync.store import Store, read_utc, utc_text

_log = logging.getLogger(__name__)

# What a server said about itself is asked again once a day, and after every cycle that could not be finished.
LOOK_AGAIN_EVERY = timedelta(days=1)
_WHO, _FOUND, _FOUND_AT = "crm_user", "provider_found", "provider_found_at"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Who:
    """Whose agenda it is at the CRM. `asked`: the settings this was looked up for."""

    asked: str
    tenant: str
    user: User
    context: Context

    def to_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Who:
        value: dict[str, Any] = json.loads(text)
        return cls(value["asked"], value["tenant"], User(**value["user"]), Context(**value["context"]))


@dataclass(slots=True)
class Sides:
    """Both sides, connected. They stay open between cycles; the state file does not.

    `calendar` and `mailbox` are None for a channel that is not synchronised, `put_in_inbox` (see `inbox.Put`) is where
    no mail server is known.
    """

    settings: Settings
    who: Who
    client: CrmClient
    crm: CrmAgenda
    calendar: CalDavProvider | None
    mailbox: Mailbox | None
    put_in_inbox: Callable[[bytes], None] | None
    session: SessionFile

    @property
    def provider(self) -> CalDavProvider:
        """The calendar service. Raises `SettingsError` where the calendar is not synchronised."""
        if self.calendar is None:
            raise SettingsError("The calendar is not synchronised.", 'Add "calendar" to channels under [sync].')
        return self.calendar

    @property
    def email_folders(self) -> tuple[str, ...] | None:
        """The names of the only mail folders that are read, None for all."""
        return self.settings.email.folders

    def engine(self, store: Store) -> Engine:
        account = account_of(store, self.who, self.settings)
        sync = self.settings.sync
        own = frozenset({self.settings.provider.address.lower(), self.who.user.address})
        setting = Setting(account, options_of(self.who, self.settings), own, select_new=sync.calendars is None)
        ports: dict[Side, Port] = {Side.CRM: self.crm, Side.PROVIDER: self.provider}
        return Engine(store, setting, ports, self._address_book(store), now)

    def mail_cycle(self, store: Store) -> MailCycle | None:
        """None where e-mail is not synchronised."""
        if self.mailbox is None:
            return None
        account, user = account_of(store, self.who, self.settings), self.who.user
        options = mailbox.options_of(store, account, user.id, [user.address], self.settings, now())
        return MailCycle(store, account, self.mailbox, self._address_book(store), options, now)

    def _address_book(self, store: Store) -> AddressBook:
        return AddressBook(store, DirectoryReader(self.client, self.who.user.id), now)

    def remember_calendar(self, store: Store, *, went_well: bool) -> None:
        """Keeps what saves the next process its first requests. `went_well`: did the calendar answer?"""
        with store.transaction():
            store.set_meta(_FOUND, self.provider.found() if went_well else "")
        if went_well:
            mailbox.keep_aliases(store, self.provider.addresses())

    def remember_session(self) -> None:
        """Keeps what saves the next process signing in to ForceManager."""
        self.session.write(self.client.session_key)

    def describe_crm(self) -> str:
        """Asks the server. Raises the port's errors."""
        user = find_user(self.client, self.who.user.address)
        return f"Signed in at {self.client.url}; {user.name} is no. {user.id}, time zone {self.who.context.zone}."

    def describe_provider(self) -> str:
        """Asks the server. Raises the port's errors."""
        self.provider.connect()
        calendars = self.provider.collections()
        can = self.provider.capabilities()
        names = ", ".join(f"“{each.name}”{'' if each.writable else ' (read only)'}" for each in calendars) or "none"
        mails = "it mails participants itself" if can.schedules else "it sends no mail"
        safe = "writes are conditional" if can.conditional_writes else "writes are not conditional"
        return f"{count(len(calendars), 'calendar')} ({names}); {safe}; {mails}; as {self.provider.quirks.name}."

    def describe_mailbox(self) -> str:
        """Asks the server. Raises the port's errors."""
        assert self.mailbox is not None
        folders = self.mailbox.source.folders()
        read = to_read(folders, self.email_folders)
        shown = ", ".join(f"“{each.name}”" for each in read) or "none"
        return f"{count(len(folders), 'folder')}, read: {shown}; as {self.mailbox.source.principal()}."

    def close(self) -> None:
        self.client.close()
        if self.calendar is not None:
            self.calendar.close()
        if self.mailbox is not None:
            self.mailbox.source.close()


class Connector:
    """Makes connections. Every secret it hands out is known to the `redactor` first."""

    def __init__(self, paths: Paths, settings: Settings, credentials: Credentials, redactor: Redactor) -> None:
        self.redactor = redactor
        self._paths = paths
        self._settings = settings
        self._credentials = credentials

    def connect(self, store: Store, ending: threading.Event) -> Sides:
        """Both sides, ready. Requests are made only for what the state does not know.

        Raises `CredentialError`, and the port's errors. `ending` ends the waiting for the CRM's budget.
        """
        settings = self._settings
        private_key, password = self.secret(Which.CRM_PRIVATE_KEY), self.secret(Which.PROVIDER_PASSWORD)
        session = SessionFile(self._paths.session_file, settings.crm.url, settings.crm.public_key, private_key)
        client = CrmClient(
            settings.crm.url,
            settings.crm.public_key,
            private_key.reveal(),
            Budget(settings.crm.requests_per_second),
            cancel=ending,
            session_key=session.read(),
        )
        try:
            who = who_is(client, store, settings)
            calendar = None
            if Channel.CALENDAR in settings.sync.channels:
                calendar = self._provider(store, who, caldav_of(settings), password)
            box = mailbox.mailbox_of(settings, password, client, who.user.id)
        except BaseException:
            client.close()
            raise
        crm = CrmAgenda(client, who.tenant, who.user.address, who.context)
        return Sides(settings, who, client, crm, calendar, box, mailbox.inbox_of(settings, password), session)

    def _provider(self, store: Store, who: Who, caldav: CalDavSettings, password: Secret) -> CalDavProvider:
        provider = CalDavProvider(
            caldav.url,
            caldav.user,
            password.reveal(),
            user_zone=who.context.zone,
            quirks=_quirks_of(self._settings, self._paths.config),
            own_addresses=[self._settings.provider.address, who.user.address],
        )
        found, found_at = store.meta(_FOUND), store.meta(_FOUND_AT)
        if found and found_at and now() - read_utc(found_at) < LOOK_AGAIN_EVERY:
            try:
                provider.resume(found)
            except ValueError:
                _log.info("What is known of the calendar service cannot be used; asking again")
            else:
                return provider
        with store.transaction():
            store.set_meta(_FOUND_AT, utc_text(now()))
        return provider

    # --- secrets ---

    def secret(self, which: Which) -> Secret:
        """Raises `CredentialError`."""
        found = self._credentials.get(which, self._account(which))
        self.redactor.add(found)
        return found

    def keep_secret(self, which: Which, secret: Secret) -> None:
        """Raises `CredentialError`."""
        self.redactor.add(secret)
        self._credentials.store(which, self._account(which), secret)

    def try_secrets(self) -> str:
        """Raises `CredentialError`."""
        for each in Which:
            self.secret(each)
        given = [each for each in Which if self._credentials.from_environment(each)]
        return f"Both are there, {len(given)} of them from the environment."

    def forget_secrets(self) -> None:
        """Raises `CredentialError`. Those of the environment are not ours to forget."""
        self._paths.session_file.unlink(missing_ok=True)
        for each in Which:
            if self._credentials.from_environment(each) is None:
                self._credentials.forget(each, self._account(each))

    def _account(self, which: Which) -> str:
        """The name a secret is kept under."""
        if which is Which.CRM_PRIVATE_KEY:
            return self._settings.crm.public_key
        provider = self._settings.provider
        # One password for both services; with a mail server alone it is the mailbox's.
        if provider.caldav is None and provider.imap is not None:
            return provider.imap.user
        return caldav_of(self._settings).user

    # --- the state alone ---

    def state(self, store: Store) -> State:
        """The state of the profile's account. Before the first contact there is none yet: an empty one."""
        kept = store.meta(_WHO)
        if kept is None:
            return State.of(store, 0, "", now)
        who = Who.from_text(kept)
        return State.of(store, account_of(store, who, self._settings), str(who.user.id), now)


def who_is(client: CrmClient, store: Store, settings: Settings) -> Who:
    """The user at the CRM, from the state, or looked up there and kept. Raises the port's errors."""
    crm = settings.crm
    asked = json.dumps([crm.url, crm.user, crm.time_zone, crm.event_type, crm.task_type])
    kept = store.meta(_WHO)
    if kept is not None and (who := Who.from_text(kept)).asked == asked:
        return who
    user = find_user(client, crm.user)
    context = context_for(client, user, crm.time_zone or "")
    context = replace(
        context,
        event_type_id=crm.event_type or context.event_type_id,
        task_type_id=crm.task_type or context.task_type_id,
    )
    who = Who(asked, tenant_key(crm.url), user, context)
    with store.transaction():
        store.set_meta(_WHO, who.to_text())
    return who


def account_of(store: Store, who: Who, settings: Settings) -> int:
    return accounts.ensure(store, who.tenant, str(who.user.id), settings.provider.address)


def caldav_of(settings: Settings) -> CalDavSettings:
    """Where the calendars are. `setup` has found it out; raises `SettingsError` if nobody did."""
    if settings.provider.caldav is None:
        raise SettingsError("[provider.caldav] is missing.", "Run: fm-desktop setup --file setup.toml")
    return settings.provider.caldav


def _quirks_of(settings: Settings, config: Path) -> str | None:
    """How the provider named in the settings deviates, by the catalog; None takes what its host is known for."""
    name = settings.provider.name
    if name is None or quirks.is_known(name):
        return name
    try:
        service = catalog.load(config).named(name)
    except CatalogError as error:
        _log.warning("The catalog of providers cannot be read, so %s is taken by its host: %s", name, error)
        return None
    return service.quirks if service is not None else None


def options_of(who: Who, settings: Settings) -> Options:
    """The engine's choices, from the settings."""
    sync = settings.sync
    return Options(
        tenant=who.tenant,
        user=str(who.user.id),
        zone=who.context.zone,
        direction=sync.type,
        private_events=sync.private_events,
        conflicts=sync.conflicts,
        follow_edited_occurrences=sync.follow_edited_occurrences,
        ask_before_notifying=sync.ask_before_notifying,
        history_days=sync.calendar_history_days,
    )
