"""The user's mailbox and what of it is logged, from the settings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from fm_desktop.crm.client import CrmClient
from fm_desktop.provided import Access, mail_source
from fm_desktop.providers.mime.addresses import bare_address
from fm_desktop.settings import Settings
from fm_desktop.sync.control import Channel
from fm_desktop.sync.mail.folders import Folders, history_start
from fm_desktop.sync.mail.pipeline import Mailbox
from fm_desktop.sync.mail.policy import MEGABYTE, MailOptions
from fm_desktop.sync.store import Store

_ALIASES = "own_addresses"


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """What is really synchronised: e-mail only where it is known where the mail is."""
    return tuple(each for each in settings.sync.channels if each is Channel.CALENDAR or settings.provider.has_mail)


def mailbox_of(settings: Settings, access: Access, client: CrmClient, user: int) -> Mailbox | None:
    """The mailbox and the user's log at the CRM, both without a connection yet; None without the channel."""
    if Channel.EMAIL not in settings.sync.channels:
        return None
    source = mail_source(settings.provider, access)
    if source is None:
        return None
    # Imported here: a profile without e-mail should not wait for the libraries of mail.
    from fm_desktop.crm.emails import CrmMailLog
    from fm_desktop.providers.mime import read_content

    return Mailbox(source, CrmMailLog(client, user), read_content)


def options_of(
    store: Store, account: int, user: int, addresses: Iterable[str], settings: Settings, now: datetime
) -> MailOptions:
    """The engine's choices. `addresses`: the user's own, beside those of the settings."""
    email, provider = settings.email, settings.provider
    kept = json.loads(store.meta(_ALIASES) or "[]")
    own = (provider.address, *addresses, *email.own_addresses, *kept)
    if "@" in provider.user:
        own = (*own, provider.user)
    return MailOptions(
        user=str(user),
        address=bare_address(provider.address),
        own=frozenset(filter(None, map(bare_address, own))),
        since=history_start(Folders(store, account), now, settings.sync.email_history_days),
        never_log=frozenset(map(_normal, email.never_log)),
        log_internal=email.log_internal,
        exclude_tag=email.exclude_tag or "",
        folders=email.folders,
        attachment_limit=email.attachment_limit_mb * MEGABYTE,
    )


def keep_aliases(store: Store, addresses: Iterable[str]) -> None:
    """Remembers the addresses that the calendar service names as the user's, for when it cannot be asked."""
    text = json.dumps(sorted(addresses))
    if store.meta(_ALIASES) != text:
        with store.transaction():
            store.set_meta(_ALIASES, text)


def _normal(text: str) -> str:
    """An address or a domain as the headers of messages are read: in lower case, the domain in Unicode."""
    return bare_address(text) if "@" in text else bare_address(f"x@{text}").removeprefix("x@")
