"""The provider as the settings name it: its calendars, its mail and its inbox, by whichever protocol.

The libraries of a protocol are imported where it is used: nobody waits for those of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from fm_desktop.credentials import Secret
from fm_desktop.mailport import MailSource
from fm_desktop.port import CalendarService
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.settings import (
    CalDavSettings,
    CalendarSettings,
    EwsSettings,
    GraphSettings,
    ImapSettings,
    ProviderSettings,
)
from fm_desktop.settings_errors import SettingsError

if TYPE_CHECKING:
    from fm_desktop.providers.exchange import Account
    from fm_desktop.providers.imap import Credentials, Server

GOOGLE: Final = "google"
"""The quirks of the service that keeps its tasks elsewhere than its calendars."""

Access = Secret | AccessTokens
"""What an account is signed in to with: its password, or the tokens that its sign-in with the browser brought."""


def calendar_service(
    provider: ProviderSettings,
    access: Access,
    *,
    user_zone: str,
    own_addresses: Iterable[str] = (),
    quirks: str | None = None,
) -> CalendarService:
    """The calendars of an account, without a request. `user_zone`, `own_addresses` and `quirks` as at
    `CalDavProvider`. Raises `SettingsError` where no service is named, and the port's errors."""
    own = (provider.address, *own_addresses)
    service = calendar_of(provider)
    if isinstance(service, GraphSettings):
        from fm_desktop.providers.graph import GraphProvider

        return GraphProvider(_tokens(access), user_zone=user_zone, own_addresses=own, base=service.url)
    if isinstance(service, EwsSettings):
        from fm_desktop.providers.exchange import ExchangeProvider

        account = _account(service, access)
        return ExchangeProvider(account, provider.address, user_zone=user_zone, url=service.url, own_addresses=own)
    return _caldav(service, access, user_zone, own, quirks)


def _caldav(
    service: CalDavSettings, access: Access, user_zone: str, own: Iterable[str], quirks: str | None
) -> CalendarService:
    from fm_desktop.providers.caldav.provider import CalDavProvider

    if isinstance(access, Secret):
        return CalDavProvider(
            service.url, service.user, access.reveal(), user_zone=user_zone, quirks=quirks, own_addresses=own
        )
    if quirks == GOOGLE:
        from fm_desktop.providers.google import google_calendars

        return google_calendars(service.url, service.user, access, user_zone=user_zone, own_addresses=own)
    from fm_desktop.providers.caldav.bearer import Bearer

    return CalDavProvider(
        service.url,
        service.user,
        user_zone=user_zone,
        quirks=quirks,
        own_addresses=own,
        credentials=Bearer(access),
    )


def calendar_of(provider: ProviderSettings) -> CalendarSettings:
    """Where the calendars are. `setup` has found it out; raises `SettingsError` if nobody did."""
    if provider.calendar is None:
        raise SettingsError("[provider.caldav] is missing.", "Run: fm-desktop setup --file setup.toml")
    return provider.calendar


def mail_source(provider: ProviderSettings, access: Access) -> MailSource | None:
    """The mailbox of an account, without a request; None where it is not known where it is."""
    if provider.imap is not None:
        from fm_desktop.providers.imap import ImapSource

        return ImapSource(_imap_server(provider.imap), _imap_credentials(provider.imap, access))
    if provider.graph is not None:
        from fm_desktop.providers.graph import GraphMail

        return GraphMail(_tokens(access), base=provider.graph.url)
    if provider.ews is not None:
        from fm_desktop.providers.exchange import ExchangeMail

        return ExchangeMail(_account(provider.ews, access), provider.address, url=provider.ews.url)
    return None


def put_in_inbox(provider: ProviderSettings, access: Access) -> Callable[[bytes], None] | None:
    """What stores a message in the account's inbox without sending anything; None where no mailbox is known."""
    imap, graph, ews = provider.imap, provider.graph, provider.ews

    def append(imap: ImapSettings, raw: bytes) -> None:
        from fm_desktop.providers.imap import append_notice

        append_notice(_imap_server(imap), _imap_credentials(imap, access), raw)

    def post(graph: GraphSettings, raw: bytes) -> None:
        from fm_desktop.providers.graph import put_notice

        put_notice(_tokens(access), raw, base=graph.url)

    def create(ews: EwsSettings, raw: bytes) -> None:
        from fm_desktop.providers.exchange import put_notice

        put_notice(_account(ews, access), provider.address, raw, url=ews.url)

    if imap is not None:
        return partial(append, imap)
    if graph is not None:
        return partial(post, graph)
    return partial(create, ews) if ews is not None else None


def _account(ews: EwsSettings, access: Access) -> Account:
    """Raises `SettingsError`, as `_tokens` does."""
    from fm_desktop.providers.exchange import Account

    if not isinstance(access, Secret):
        raise SettingsError("An Exchange server is signed in to with a password.", "Set FM Desktop up anew.")
    return Account(ews.user, access.reveal())


def _tokens(access: Access) -> AccessTokens:
    """Raises `SettingsError`: the settings say otherwise only where somebody wrote them so."""
    if isinstance(access, Secret):
        raise SettingsError(
            "This provider is signed in to with the browser.", 'Set sign_in = "oauth" under [provider].'
        )
    return access


def _imap_server(imap: ImapSettings) -> Server:
    from fm_desktop.providers.imap import Security, Server

    return Server(imap.host, imap.port, Security(imap.security))


def _imap_credentials(imap: ImapSettings, access: Access) -> Credentials:
    from fm_desktop.providers.imap import AccessToken, Password

    return Password(imap.user, access.reveal()) if isinstance(access, Secret) else AccessToken(imap.user, access)
