"""The services of the settings, found where they are left out: by the catalog, else by asking the address's domain."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fm_desktop.errors import UsageError
from fm_desktop.port import Refused
from fm_desktop.providers import catalog
from fm_desktop.providers.caldav import quirks
from fm_desktop.providers.catalog import Catalog, CatalogError, MailService, Provider
from fm_desktop.providers.finding import CalendarAt, Finding, Lookups, domain_of, find, of_provider, supported
from fm_desktop.settings import (
    CalDavSettings,
    CalendarSettings,
    EwsSettings,
    GraphSettings,
    ImapSettings,
    ProviderSettings,
    Settings,
)
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.control import Channel


def with_services_found(settings: Settings, config: Path, lookups: Lookups | None = None) -> Settings:
    """The settings with the addresses of the calendar service and the mail server in them, as far as their channels
    are wanted. `config`: where an administrator's catalog may be.

    Raises `UsageError` (R31), `SettingsError`, and `Unreachable` where a domain could not be asked.
    """
    known = catalog_of(config)
    found: Finding | None = None
    provider = settings.provider
    if provider.calendar is None and _asks_the_service(settings, known):
        found = _find(provider, known, lookups)
        provider = _with_calendar(provider, found, known)
    settings = settings.model_copy(update={"provider": provider})
    return _with_mail(settings, known, found) if Channel.EMAIL in settings.sync.channels else settings


def catalog_of(config: Path) -> Catalog:
    """The catalog with an administrator's file over it. Raises `SettingsError`."""
    try:
        return catalog.load(config)
    except CatalogError as error:
        raise SettingsError(str(error), error.next_step) from error


def mail_server(mail: MailService | None, address: str, user_name: str) -> ImapSettings | None:
    """The catalog's mail server for an address; `user_name` is the one of the calendar, for services that have names
    of their own. None where mail is not read by IMAP."""
    if mail is None or mail.protocol != "imap" or mail.host is None:
        return None
    user = mail.user.of(address) or user_name
    return ImapSettings(host=mail.host, port=mail.port, security=mail.security, user=user)


def calendar_settings(at: CalendarAt, user: str) -> dict[str, CalendarSettings]:
    """The table of [provider] for a calendar service that was found, by its key."""
    if at.protocol == "graph":
        return {"graph": GraphSettings.model_validate({} if at.url is None else {"url": at.url})}
    if at.protocol == "ews":
        return {"ews": EwsSettings(user=user, url=at.url)}
    assert at.url is not None
    return {"caldav": CalDavSettings(url=at.url, user=user)}


def sign_in_of(service: Provider | None) -> Literal["password", "oauth"]:
    """How an account of a service is signed in to."""
    return "oauth" if service is not None and service.signs_in_by_browser else "password"


def _asks_the_service(settings: Settings, known: Catalog) -> bool:
    """Whether the calendar service has to be known: for the calendar, and for mail that is read by its protocol."""
    if Channel.CALENDAR in settings.sync.channels:
        return True
    provider = settings.provider
    service = known.named(provider.name) if provider.name is not None else known.of_domain(domain_of(provider.address))
    return provider.imap is None and service is not None and service.mail is not None and service.mail.host is None


def _find(provider: ProviderSettings, known: Catalog, lookups: Lookups | None) -> Finding:
    if provider.imap is not None:
        raise _no_calendar(f"The file names a mail server ({provider.imap.host}) and no calendar service.", known)
    named = known.named(provider.name) if provider.name is not None else None
    if named is not None and (found := of_provider(provider.address, named)) is not None:
        return found
    if provider.name is not None and named is None and not quirks.is_known(provider.name):
        raise UsageError(
            f'[provider] name = "{provider.name}" is no provider this version knows.',
            f"Supported are {supported(known)}. Leave the line out to have it found from the address.",
        )
    try:
        return find(provider.address, known, lookups)
    except Refused as error:
        raise _no_calendar(str(error), known) from error


def _with_calendar(provider: ProviderSettings, found: Finding, known: Catalog) -> ProviderSettings:
    if found.calendar is None:
        raise UsageError(f"{found.title}: {found.reason}", f"Supported are {supported(known)}.")
    service = found.provider
    calendar = service.calendar if service is not None else None
    user = calendar.user.of(provider.address) if calendar is not None else provider.address
    if not user:
        raise UsageError(
            f"{found.title} has user names of its own for calendars. {calendar.user_hint if calendar else ''}".strip(),
            f'Name it in the file: [provider.caldav] url = "{found.calendar.url}" and user = "…".',
        )
    name = provider.name or (service.name if service is not None else None)
    more = {"name": name, "sign_in": sign_in_of(service), **calendar_settings(found.calendar, user)}
    return provider.model_copy(update=more)


def _with_mail(settings: Settings, known: Catalog, found: Finding | None) -> Settings:
    """The mail server of the file, else the catalog's, else the one the domain named. Without one the calendar alone
    is synchronised."""
    provider = settings.provider
    if provider.graph is not None or provider.ews is not None:
        return settings
    domain = domain_of(provider.address)
    service = known.named(provider.name) if provider.name is not None else known.of_domain(domain)
    user = provider.caldav.user if provider.caldav is not None else provider.address
    imap = provider.imap or mail_server(service.mail if service is not None else None, provider.address, user)
    if imap is None and found is not None and found.imap is not None:
        imap = ImapSettings(host=found.imap.host, port=found.imap.port, user=user)
    if imap is not None:
        more = {"imap": imap, "sign_in": sign_in_of(service) if provider.imap is None else provider.sign_in}
        return settings.model_copy(update={"provider": provider.model_copy(update=more)})
    if Channel.CALENDAR not in settings.sync.channels:
        raise UsageError(
            f"The mail server of {provider.address} is not known.",
            'Name it in the file: [provider.imap] host = "…" and user = "…".',
        )
    return settings.model_copy(update={"sync": settings.sync.model_copy(update={"channels": (Channel.CALENDAR,)})})


def _no_calendar(reason: str, known: Catalog) -> UsageError:
    told = reason if "IMAP" in reason else f"{reason} A bare IMAP or POP3 server is no supported calendar provider."
    return UsageError(
        told,
        f"Supported are {supported(known)}. If yours is one, name its address in the file: "
        '[provider.caldav] url = "https://…" and user = "…".',
    )
