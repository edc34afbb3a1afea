"""The user's choices for logging e-mail. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fm_desktop.mailport import Folder, Role

MEGABYTE = 1_000_000

# Where many people who have nothing to do with each other have their addresses: nobody there is a colleague.
_PUBLIC_DOMAINS = """
aol.com bluewin.ch btinternet.com fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net
googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.es hotmail.fr hotmail.it icloud.com laposte.net libero.it
live.com mac.com mail.com mail.ru mailbox.org me.com msn.com orange.fr outlook.com outlook.de outlook.es outlook.fr
posteo.de proton.me protonmail.com qq.com rocketmail.com sfr.fr t-online.de terra.es telefonica.net tutanota.com
virgilio.it wanadoo.fr web.de yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr yahoo.it yandex.ru ymail.com zoho.com
"""
PUBLIC_DOMAINS = frozenset(_PUBLIC_DOMAINS.split())

NEVER_READ = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})


@dataclass(frozen=True, slots=True)
class MailOptions:
    """`user` is the CRM's id of the user, whose addresses are `own`, and `address` the one of the mailbox. `since`: the
    first day of the chosen history.

    `never_log`: addresses, and domains with everything below them, in lower case; a message in which one of them
    takes part is never logged. `folders`: names of the only folders that are read, None for all but drafts, junk and
    trash. `attachment_limit` in bytes; `message_limit`: how much of a message is downloaded at most.
    """

    user: str
    address: str
    own: frozenset[str]
    since: date
    never_log: frozenset[str] = frozenset()
    log_internal: bool = False
    exclude_tag: str = ""
    folders: tuple[str, ...] | None = None
    attachment_limit: int = 25 * MEGABYTE

    @property
    def message_limit(self) -> int:
        """Room for several large files, a third larger on the way than they are (RFC 2045 6.8)."""
        return 4 * self.attachment_limit + MEGABYTE

    @property
    def choices(self) -> str:
        """Differs from an earlier one's where a message may be decided on otherwise: all are looked at again then."""
        parts = (sorted(self.own), self.since.isoformat(), sorted(self.never_log), self.log_internal, self.exclude_tag)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def is_colleague(self, address: str) -> bool:
        """Has somebody an address at the user's own company?"""
        domain = domain_of(address)
        return domain not in PUBLIC_DOMAINS and any(domain == domain_of(own) for own in self.own)

    def is_never_logged(self, address: str) -> bool:
        """Also under an address with a tag, which is the same person's: `ann+orders@client.example` is Ann."""
        domain = domain_of(address)
        parts = domain.split(".")
        above = (".".join(parts[number:]) for number in range(len(parts)))
        untagged = f"{address.removesuffix(domain).partition('+')[0].removesuffix('@')}@{domain}"
        return not self.never_log.isdisjoint((address, untagged, *above))


def to_read(folders: Sequence[Folder], names: Iterable[str] | None) -> tuple[Folder, ...]:
    """The named folders; without names, all that may hold mail to be logged, or the one that holds everything."""
    if names is not None:
        wanted = {each.casefold() for each in names}
        return tuple(each for each in folders if each.name.casefold() in wanted)
    everything = tuple(each for each in folders if each.role is Role.ALL)
    return everything or tuple(each for each in folders if each.role not in NEVER_READ)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]
