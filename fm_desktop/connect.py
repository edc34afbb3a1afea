"""Connecting to both sides as the settings say: secrets, clients, who the user is there, the engine over them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from fm_desktop import mailbox
from fm_desktop.addressbook import AddressBook
from fm_desktop.credentials import Credentials, NotStored, Secret, Which
from fm_desktop.crm.account import find_user
from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.directory import DirectoryReader
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.port import CalendarService, Port, Side, SignInNeeded
from fm_desktop.provided import Access, calendar_service, put_in_inbox
from fm_desktop.providers import catalog
from fm_desktop.providers.caldav import quirks
from fm_desktop.providers.catalog import CatalogError, Provider
from fm_desktop.providers.oauth import Service, Tokens
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.sessions import SessionFile
from fm_desktop.settings import Settings
from fm_desktop.settings_errors import SettingsError
from fm_desktop.show import count
from fm_desktop.signing import TEXTS, Grant, GrantedVisit, Texts, Vault, service_of
from fm_desktop.sync import moving
from fm_desktop.sync.control import Channel
from fm_desktop.sync.cycle import Engine, Setting
from fm_desktop.sync.mail.pipeline import Mailbox, MailCycle
from fm_desktop.sync.mail.policy import to_read
from fm_desktop.sync.state import State
from fm_desktop.sync.store import Store, read_utc, utc_text
from fm_desktop.who import Who, account_of, kept_in, options_of, who_is

_log = logging.getLogger(__name__)

# What a server said about itself is asked again once a day, and after every cycle that could not be finished.
LOOK_AGAIN_EVERY = timedelta(days=1)
_FOUND, _FOUND_AT = "provider_found", "provider_found_at"


def now() -> datetime:
    return datetime.now(UTC)


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
    calendar: CalendarService | None
    mailbox: Mailbox | None
    put_in_inbox: Callable[[bytes], None] | None
    session: SessionFile

    @property
    def provider(self) -> CalendarService:
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

    def notice_move(self, store: Store) -> None:
        """Another service in the settings than before is another place for the same calendars and mail. Under the lock
        of the cycles: what is on its way meanwhile would be taken for the new service's."""
        provider, account = self.settings.provider, account_of(store, self.who, self.settings)
        mail = provider.imap or provider.graph or provider.ews
        if moving.serve(store, account, _service_of(provider.calendar), _service_of(mail), now()):
            _log.info("The calendar is at another service now")

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
        found = ""
        if went_well:  # Else the question alone may ask the server again.
            found = f"{_service_of(self.settings.provider.calendar)}\n{self.provider.found()}"
        with store.transaction():
            store.set_meta(_FOUND, found)
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
        names = ", ".join(f"“{each.name}”" for each in calendars) or "none"
        locked = ", ".join(f"“{each.name}”" for each in calendars if not each.writable) or "none"
        mails = "the service itself writes to participants" if can.schedules else "the service sends no mail"
        safe = (
            "changes of others are not overwritten"
            if can.conditional_writes
            else "changes of others may be overwritten"
        )
        known = f"{count(len(calendars), 'calendar')} ({names}); read only: {locked}."
        return " ".join((known, f"As {self.provider.manner}: {safe}; {mails}."))

    def describe_mailbox(self) -> str:
        """Asks the server. Raises the port's errors."""
        assert self.mailbox is not None
        folders = self.mailbox.source.folders()
        read = to_read(folders, self.email_folders)
        shown = ", ".join(f"“{each.name}”" for each in read) or "no folder"
        return f"{count(len(folders), 'folder')}, read: {shown}; as {self.mailbox.source.principal()}."

    def close(self) -> None:
        self.client.close()
        if self.calendar is not None:
            self.calendar.close()
        if self.mailbox is not None:
            self.mailbox.source.close()


class Connector:
    """Makes connections. Every secret it hands out is known to the `redactor` first."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        credentials: Credentials,
        redactor: Redactor,
        tokens: AccessTokens | None = None,
    ) -> None:
        """`tokens`: those of a sign-in with the browser that are not kept yet."""
        self.redactor = redactor
        self._tokens: AccessTokens | None = tokens
        self._paths = paths
        self._settings = settings
        self._credentials = credentials

    def connect(self, store: Store, ending: threading.Event) -> Sides:
        """Both sides, ready. Requests are made only for what the state does not know.

        Raises `CredentialError`, and the port's errors. `ending` ends the waiting for the CRM's budget.
        """
        settings = self._settings
        private_key, access = self.secret(Which.CRM_PRIVATE_KEY), self.access()
        session = SessionFile(self._paths.session_file, settings.crm.url, settings.crm.public_key, private_key)
        client = CrmClient(
            settings.crm.url,
            settings.crm.public_key,
            private_key.reveal(),
            Budget(settings.crm.requests_per_second),
            cancel=ending,
            session_key=self._known(session.read()),
            hide=self._known,
        )
        try:
            who = who_is(client, store, settings)
            account_of(store, who, settings)
            calendar = None
            if Channel.CALENDAR in settings.sync.channels:
                calendar = self._provider(store, who, access)
            box = mailbox.mailbox_of(settings, access, client, who.user.id)
        except BaseException:
            client.close()
            raise
        crm = CrmAgenda(client, who.tenant, who.user.address, who.context)
        return Sides(settings, who, client, crm, calendar, box, put_in_inbox(settings.provider, access), session)

    def _provider(self, store: Store, who: Who, access: Access) -> CalendarService:
        provider = calendar_service(
            self._settings.provider,
            access,
            user_zone=who.context.zone,
            own_addresses=[who.user.address],
            quirks=_quirks_of(self._settings, self._paths.config),
        )
        of, _, found = (store.meta(_FOUND) or "").partition("\n")
        found_at = store.meta(_FOUND_AT)
        is_new = found_at is not None and now() - read_utc(found_at) < LOOK_AGAIN_EVERY
        if found and is_new and of == _service_of(self._settings.provider.calendar):
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

    @property
    def by_browser(self) -> bool:
        return self._settings.provider.sign_in == "oauth"

    @property
    def needed(self) -> tuple[Which, ...]:
        """The secrets that the profile cannot do without."""
        return Which.CRM_PRIVATE_KEY, Which.PROVIDER_TOKEN_KEY if self.by_browser else Which.PROVIDER_PASSWORD

    @property
    def typed(self) -> tuple[Which, ...]:
        """Those of them that a person knows."""
        return tuple(each for each in self.needed if each is not Which.PROVIDER_TOKEN_KEY)

    def is_granted(self) -> bool:
        """Whether an earlier sign-in with the browser is still good. Raises `CredentialError`, the port's errors."""
        try:
            self.access()
            assert self._tokens is not None
            self._tokens.fresh()
        except (NotStored, SignInNeeded):
            self._tokens = None
            return False
        return True

    def access(self) -> Access:
        """What the provider's account is signed in to with. Raises `CredentialError`, `SettingsError`."""
        if not self.by_browser:
            return self.secret(Which.PROVIDER_PASSWORD)
        if self._tokens is None:
            service = self._service()
            self._tokens = Tokens(service, self.vault.file(service))
        return self._tokens

    @property
    def vault(self) -> Vault:
        """Where the tokens of a sign-in with the browser are."""
        return Vault(self._paths, self._credentials, self.redactor, self._settings.provider.address)

    def begin_visit(self, texts: Texts = TEXTS) -> GrantedVisit:
        """Begins to sign in with the browser, which shows the `texts` then. Raises `SettingsError`, `Refused`."""
        service = self._service()
        return GrantedVisit(service, self.vault, self._settings.provider.address, texts)

    def use(self, grant: Grant) -> None:
        """From now on what was brought by a visit, be it kept or not."""
        self._tokens = grant.tokens

    def _service(self) -> Service:
        service = service_of(self._entry(), self._settings.sync.channels)
        self.redactor.add(Secret(service.client_secret or ""))
        return service

    def _entry(self) -> Provider:
        """The catalog's entry that the settings name."""
        name = self._settings.provider.name
        try:
            entry = catalog.load(self._paths.config).named(name) if name is not None else None
        except CatalogError as error:
            raise SettingsError(str(error), error.next_step) from error
        if entry is None:
            raise SettingsError(f"There is no entry “{name}” in the catalog of providers.", "Set FM Desktop up anew.")
        return entry

    def secret(self, which: Which) -> Secret:
        """Raises `CredentialError`."""
        found = self._credentials.get(which, self._account(which))
        self.redactor.add(found)
        return found

    def _known(self, passing: str) -> str:
        """A secret of a service, once the redactor knows it."""
        self.redactor.add(Secret(passing), passing=True)
        return passing

    def keep_secret(self, which: Which, secret: Secret) -> None:
        """Raises `CredentialError`."""
        self.redactor.add(secret)
        self._credentials.store(which, self._account(which), secret)

    def try_secrets(self) -> str:
        """Raises `CredentialError`."""
        for each in self.needed:
            self.secret(each)
        given = [each for each in self.needed if self._credentials.from_environment(each)]
        return f"Both are there, {len(given)} of them from the environment."

    def forget_secrets(self) -> None:
        """Raises `CredentialError`. Those of the environment are not ours to forget."""
        self._paths.session_file.unlink(missing_ok=True)
        self._paths.tokens_file.unlink(missing_ok=True)
        for each in self.needed:
            if self._credentials.from_environment(each) is None:
                self._credentials.forget(each, self._account(each))

    def _account(self, which: Which) -> str:
        """The name a secret is kept under."""
        if which is Which.CRM_PRIVATE_KEY:
            return self._settings.crm.public_key
        if which is Which.PROVIDER_TOKEN_KEY:
            return self.vault.account
        return self._settings.provider.user

    # --- the state alone ---

    def state(self, store: Store) -> State:
        """The state of the profile's account. Before the first contact there is none yet: an empty one."""
        who = kept_in(store)
        if who is None:
            return State.of(store, 0, "", now)
        return State.of(store, account_of(store, who, self._settings), str(who.user.id), now)


def _service_of(service: BaseModel | None) -> str:
    """Which service it is, whoever signs in there."""
    return "" if service is None else f"{type(service).__name__} {service.model_dump_json(include={'url', 'host'})}"


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
