"""The wizard's state, its pages and what each needs before the next: everything but the window.

Lives in one thread. What takes time is handed out as `Work`, whose `run` is for another thread and touches
nothing of the model; `take` brings the result back. A result holds as long as what it was made from: going back
and changing an address makes the sign-in with the old one void, and changing it back makes it hold again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding import needs, profile, steps
from fm_desktop.onboarding.browser import Browser, Visit
from fm_desktop.onboarding.draft import Draft, Page
from fm_desktop.onboarding.finish import finish
from fm_desktop.onboarding.flaws import Flaw
from fm_desktop.onboarding.profile import Service
from fm_desktop.onboarding.secrets import TypedSecrets
from fm_desktop.onboarding.steps import CrmAccount, Preview, SignedIn
from fm_desktop.onboarding.work import Step, Work
from fm_desktop.paths import Paths
from fm_desktop.port import Collection, PortError
from fm_desktop.provided import Access
from fm_desktop.providers import catalog as catalogs
from fm_desktop.providers.catalog import Catalog, Provider
from fm_desktop.providers.finding import Finding, find
from fm_desktop.services import catalog_of
from fm_desktop.settings import Settings, load
from fm_desktop.settings_errors import SettingsError
from fm_desktop.signing import TEXTS, Grant, GrantedVisit, Vault, service_of
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction

_log = logging.getLogger(__name__)
T = TypeVar("T")

Finder = Callable[[str, Catalog, threading.Event], Finding]


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """A result, and what it was made from."""

    of: object
    value: T


class Onboarding:
    """One set-up, from the first page to the settings file.

    `left` is the draft of an earlier one that was not finished; `before` the profile that is set up anew, whose other
    settings stay as they are. `texts` is what the browser shows after a sign-in there.
    """

    def __init__(
        self,
        paths: Paths,
        credentials: Credentials,
        catalog: Catalog,
        *,
        left: Draft | None = None,
        before: Settings | None = None,
        redactor: Redactor | None = None,
        finder: Finder | None = None,
        browser: Browser | None = None,
    ) -> None:
        self.paths = paths
        self.catalog = catalog
        self.was_left = left is not None
        self.before = before
        self.draft = left or (Draft.of(before) if before is not None else Draft())
        self._begun_with = self.draft
        self.page = Page.FORCEMANAGER
        self.finished: Settings | None = None
        self.trouble: SettingsError | None = None
        self.texts = TEXTS
        self._credentials = credentials
        self._redactor = redactor or Redactor()
        self._finder = finder or (lambda address, known, cancelled: find(address, known, cancelled=cancelled))
        self._browser = browser or self._begin_visit
        self._visit: Visit | None = None
        self._typed: dict[Which, Secret] = {}
        self._results: dict[Step, _Kept[Any]] = {}

    @classmethod
    def open(cls, environment: Mapping[str, str], redactor: Redactor | None = None) -> Onboarding:
        """The set-up that was left, or a new one, of the profile there is. An administrator's file that is wrong is
        `trouble`, and left out."""
        paths = Paths.of(environment)
        steps.sweep(paths)
        trouble = None
        try:
            catalog = catalog_of(paths.config)
        except SettingsError as error:
            catalog, trouble = catalogs.load(), error
        model = cls(
            paths,
            Credentials(environment),
            catalog,
            left=drafts.load(paths),
            before=_profile_of(paths),
            redactor=redactor,
        )
        model.trouble = trouble
        return model

    # --- entering ---

    def enter(self, **changes: object) -> None:
        """Takes what was typed or chosen, by the names of `Draft`."""
        if changes.get("address", self.draft.address) != self.draft.address:
            changes = {"user_name": "", **changes}  # that of another account
        self.draft = self.draft.model_copy(update=changes)

    def enter_secret(self, which: Which, text: str) -> None:
        if text:
            self._typed[which] = Secret(text)
        else:
            self._typed.pop(which, None)

    def secret(self, which: Which) -> Secret | None:
        """As typed, else as the environment has it. The keychain is not asked."""
        return self._typed.get(which) or self._credentials.from_environment(which)

    def typed(self, which: Which) -> str:
        """What stands in the field of a secret."""
        found = self._typed.get(which)
        return found.reveal() if found is not None else ""

    def is_given(self, which: Which) -> bool:
        """Whether the environment holds a secret, so that none has to be typed."""
        return self._credentials.from_environment(which) is not None

    def leave(self) -> None:
        """Keeps the draft for another day, if there is anything new in it. Raises `OSError`."""
        if self.finished is None and self.draft != self._begun_with:
            drafts.save(self.draft.model_copy(update={"page": self.page}), self.paths)

    # --- what is known so far ---

    @property
    def account(self) -> CrmAccount | None:
        return self._result(Step.CRM, CrmAccount)

    @property
    def finding(self) -> Finding | None:
        """The service of the address; None before it was looked for, and where it is entered by hand."""
        return self._result(Step.FIND, Finding)

    @property
    def provider(self) -> Provider | None:
        """The catalog's entry of the service."""
        return None if self.draft.by_hand or self.finding is None else self.finding.provider

    @property
    def by_browser(self) -> bool:
        """Whether the service is signed in to on a page of its own."""
        return self.provider is not None and self.provider.signs_in_by_browser

    @property
    def signed_in(self) -> SignedIn | None:
        return self._result(Step.SIGN_IN, SignedIn)

    @property
    def calendars(self) -> tuple[Collection, ...]:
        """Those of the account that is signed in to; none before that."""
        return self.signed_in.calendars if self.signed_in is not None else ()

    @property
    def preview(self) -> Preview | None:
        return self._result(Step.PREVIEW, Preview)

    @property
    def other_address(self) -> str:
        """R32: the address ForceManager knows the user by, where it has to be that of the account and is not."""
        provider = self.provider
        registered = self.draft.user.strip()
        if provider is None or not provider.address_must_match:
            return ""
        return registered if registered.lower() != self.draft.address.strip().lower() else ""

    @property
    def asks_for_mail_server(self) -> bool:
        """Whether only the user can tell where the mail is."""
        finding = self.finding
        unknown = finding is not None and finding.provider is None and finding.imap is None
        return self.wants_email and (self.draft.by_hand or unknown)

    @property
    def wants_email(self) -> bool:
        return Channel.EMAIL in self.draft.channels

    @property
    def wants_calendar(self) -> bool:
        return Channel.CALENDAR in self.draft.channels

    @property
    def wants_target(self) -> bool:
        """Whether events of ForceManager are put into a calendar."""
        return self.wants_calendar and self.draft.direction is not Direction.TO_CRM

    @property
    def chosen(self) -> tuple[Collection, ...]:
        """The calendars that take part: those chosen, at first those that can be changed."""
        wanted = self.draft.calendars
        found = tuple(each for each in self.calendars if wanted is not None and {each.id, each.name} & {*wanted})
        if wanted is not None and (found or not wanted):
            return found
        # Not chosen yet, or in another account.
        return tuple(each for each in self.calendars if each.writable) or self.calendars

    @property
    def target(self) -> Collection | None:
        """Where events of ForceManager go: as chosen, at first the service's own default."""
        possible = [each for each in self.chosen if each.writable]
        named = next((each for each in possible if self.draft.target in (each.id, each.name)), None)
        default = next((each for each in possible if each.is_default), next(iter(possible), None))
        return named or default

    @property
    def service(self) -> Service:
        """What the sign-in at the provider is about."""
        return profile.service_of(self)

    @property
    def supported(self) -> tuple[str, ...]:
        """The names of the supported services."""
        return tuple(each.title for each in self.catalog.available())

    def settings(self) -> Settings:
        """The settings as they would be kept. Raises `pydantic.ValidationError` before all is entered."""
        return profile.settings_of(self)

    # --- going on ---

    def flaws(self, page: Page | None = None) -> tuple[Flaw, ...]:
        """What has to be mended on a page before anything is asked of the network."""
        return tuple(needs.flaws_of(self, page or self.page))

    def pending(self) -> Work[Any] | None:
        """What has to be done on this page before the next one; None if nothing has."""
        if self.page is Page.FORCEMANAGER and self.account is None:
            return self._crm_work()
        if self.page is Page.PROVIDER and not self.draft.by_hand and self.finding is None:
            return self._find_work()
        if self.page is Page.SIGN_IN and self.signed_in is None:
            return self._sign_in_work()
        if self.page is Page.PREVIEW and self.preview is None:
            return self._preview_work()
        return None

    @property
    def is_refused(self) -> bool:
        """Whether the service that was found cannot be synced with, so that this page leads no further."""
        finding = self.finding
        return (
            self.page is Page.PROVIDER and not self.draft.by_hand and finding is not None and finding.calendar is None
        )

    def forward(self) -> None:
        """To the next page. Callers have seen to `flaws`, `pending` and `is_refused`."""
        assert not self.flaws()
        assert not self.is_refused
        assert self.pending() is None
        self.page = list(Page)[self.page.number + 1]

    def back(self) -> None:
        if self.page.number > 0:
            self.page = list(Page)[self.page.number - 1]

    def resume(self) -> Page:
        """Where a draft was left, or the first page before it that needs a person again. Asks no network."""
        for each in Page:
            self.page = each
            if each is self.draft.page or self.flaws() or self.pending() is not None:
                break
        return self.page

    # --- steps that take time ---

    def _crm_work(self) -> Work[CrmAccount]:
        crm, key = profile.crm_of(self), self._needed(Which.CRM_PRIVATE_KEY)
        return self._work(Step.CRM, lambda ending: steps.sign_in_crm(crm, key, ending))

    def _find_work(self) -> Work[Finding]:
        address = self.draft.address.strip()
        return self._work(Step.FIND, lambda ending: self._finder(address, self.catalog, ending))

    def _sign_in_work(self) -> Work[SignedIn]:
        provider, channels = profile.provider_of(self), self.draft.channels
        zone = self.account.zone if self.account is not None else "UTC"
        quirks = self.provider.quirks if self.provider is not None else None

        def look(access: Access, grant: Grant | None = None) -> SignedIn:
            return replace(steps.sign_in_provider(provider, channels, access, zone, quirks), grant=grant)

        if not self.by_browser:
            password = self._needed(Which.PROVIDER_PASSWORD)
            return self._work(Step.SIGN_IN, lambda _: look(password))
        try:
            visit = self._new_visit(channels, provider.address)
        except PortError as error:
            return self._work(Step.SIGN_IN, partial(_fail, error))

        def run(ending: threading.Event) -> SignedIn:
            grant = visit.finish(ending)
            return look(grant.tokens, grant)

        return replace(self._work(Step.SIGN_IN, run), step=Step.BROWSER, page=visit.url)

    def _new_visit(self, channels: Iterable[Channel], address: str) -> Visit:
        """In place of one that may still wait: whoever asks what is pending does not always do it."""
        assert self.provider is not None
        if self._visit is not None:
            self._visit.close()
        self._visit = self._browser(self.provider, channels, address)
        return self._visit

    def _begin_visit(self, service: Provider, channels: Iterable[Channel], address: str) -> Visit:
        vault = Vault(self.paths, self._credentials, self._redactor, address)
        return GrantedVisit(service_of(service, channels), vault, address, self.texts)

    def _preview_work(self) -> Work[Preview]:
        settings, secrets = self.settings(), TypedSecrets(self._credentials, self._typed)
        grant = self.signed_in.grant if self.signed_in is not None else None
        return self._work(Step.PREVIEW, lambda ending: steps.preview(settings, secrets, grant, self.paths, ending))

    def finish_work(self) -> Work[None]:
        """Keeps settings and secrets, after which there is a profile."""
        settings, typed = self.settings(), dict(self._typed)
        grant = self.signed_in.grant if self.signed_in is not None else None

        def run(ending: threading.Event) -> None:
            finish(self.paths, settings, self._credentials, typed, grant, self._redactor, ending)

        def take(_: None) -> None:
            self.finished = settings

        return Work(Step.FINISH, run, take)

    def _work(self, step: Step, run: Callable[[threading.Event], T]) -> Work[T]:
        made_of = self._made_of(step)

        def take(value: T) -> None:
            self._results[step] = _Kept(made_of, value)

        return Work(step, run, take)

    def _result(self, step: Step, kind: type[T]) -> T | None:
        kept = self._results.get(step)
        holds = kept is not None and kept.of == self._made_of(step)
        return kept.value if kept is not None and holds and isinstance(kept.value, kind) else None

    def _made_of(self, step: Step) -> object:
        """What a step's result depends on."""
        entered = self.draft
        key, password = self.secret(Which.CRM_PRIVATE_KEY), self.secret(Which.PROVIDER_PASSWORD)
        crm = (entered.crm_url.strip(), entered.public_key.strip(), entered.user.strip(), key)
        found = (entered.address.strip(), entered.by_hand)
        mail = (entered.imap_host.strip(), entered.imap_port)
        signed_in = (*found, entered.caldav_url.strip(), *mail, entered.user_name.strip(), password, entered.channels)
        if step is Step.CRM:
            return crm
        if step is Step.FIND:
            return found
        if step is Step.SIGN_IN:
            return signed_in
        history = (entered.email_history_days, entered.calendar_history_days)
        return (crm, signed_in, entered.direction, history, tuple(each.id for each in self.chosen), self.target)

    def _needed(self, which: Which) -> Secret:
        found = self.secret(which)
        assert found is not None
        # Not while it is typed: each of its beginnings would be hidden, and the first is one letter.
        self._redactor.add(found)
        return found


def _fail(error: PortError, _: threading.Event) -> SignedIn:
    """What could not even begin is told like what failed."""
    raise error


def _profile_of(paths: Paths) -> Settings | None:
    """The profile there is; None if there is none, or none that can be read: it is replaced by the new one."""
    try:
        return load(paths.settings_file) if paths.settings_file.exists() else None
    except SettingsError as error:
        _log.warning("The settings there are cannot be read, so set-up begins anew: %s", error)
        return None
