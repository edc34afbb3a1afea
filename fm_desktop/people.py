"""The user's contacts and accounts, and the way from them to the user's mail provider (R13). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from fm_desktop.crm.directory import Directory
from fm_desktop.providers.catalog import Catalog
from fm_desktop.settings import ProviderSettings

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

# Where the service's own page writes to {to}, and finds what was exchanged with it; {user} is the user's address.
_PAGES = {
    "gmail": (
        "https://mail.google.com/mail/?authuser={user}&view=cm&fs=1&to={to}",
        "https://mail.google.com/mail/?authuser={user}#search/from%3A{to}+OR+to%3A{to}",
    ),
    "microsoft-365": ("https://outlook.office.com/mail/deeplink/compose?to={to}", ""),
    "outlook": ("https://outlook.live.com/mail/0/deeplink/compose?to={to}", ""),
    "yahoo": ("https://compose.mail.yahoo.com/?to={to}", ""),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A contact or an account of the user. Ids as at ForceManager; `company` is the name of a contact's account."""

    contact_id: int | None
    account_id: int | None
    name: str
    company: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Where the user writes to an address: a page of their provider, or `mailto:` for the default mail program;
    and where they see what was written, '' if there is no such page."""

    compose: str
    correspondence: str


def found(
    directory: Directory, text: str, newest: tuple[Mapping[int, datetime], Mapping[int, datetime]], limit: int
) -> tuple[Person, ...]:
    """Those with a text in name, company or address: who wrote or was written to last comes first, then by name."""
    of_contacts, of_accounts = newest
    people = [
        *(
            (of_contacts.get(number, _LONG_AGO), Person(number, entry.account_id, entry.name, company, entry.addresses))
            for number, entry in directory.contacts.items()
            for company in [_name_of(directory, entry.account_id)]
        ),
        *(
            (of_accounts.get(number, _LONG_AGO), Person(None, number, entry.name, "", entry.addresses))
            for number, entry in directory.accounts.items()
        ),
    ]
    wanted = text.casefold()
    fitting = [(moment, each) for moment, each in people if wanted in _text(each)]
    fitting.sort(key=lambda pair: (-pair[0].timestamp() if pair[0] > _LONG_AGO else 0.0, pair[1].name.casefold()))
    return tuple(each for _, each in fitting[:limit])


def mail_links(address: str, provider: ProviderSettings, catalog: Catalog) -> MailLinks:
    """Nothing of an address can become another part of the link: it comes from whoever filled in the CRM."""
    to, user = quote(address, safe="@"), quote(provider.address, safe="@")
    compose, correspondence = _PAGES.get(_service(provider, catalog), ("mailto:{to}", ""))
    return MailLinks(compose.format(to=to, user=user), correspondence.format(to=to, user=user))


def _service(provider: ProviderSettings, catalog: Catalog) -> str:
    """The catalog's name of the service; a company's own domain is known by its mail server."""
    if provider.name is not None:
        return provider.name
    known = catalog.of_domain(provider.address.rpartition("@")[2])
    if known is None and provider.imap is not None:
        host = provider.imap.host.lower()
        known = next((each for each in catalog.all() if each.mail is not None and each.mail.host == host), None)
    return "" if known is None else known.name


def _name_of(directory: Directory, account_id: int | None) -> str:
    account = directory.accounts.get(account_id) if account_id is not None else None
    return "" if account is None else account.name


def _text(person: Person) -> str:
    return "\n".join((person.name, person.company, *person.addresses)).casefold()
