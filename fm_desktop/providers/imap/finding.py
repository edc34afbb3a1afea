"""Messages from or to some addresses, found by the server (SEARCH), so that nothing else crosses the line."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from imapclient.datetime_util import format_criteria_date

from fm_desktop.mailport import Batch, Folder
from fm_desktop.port import Malformed
from fm_desktop.providers.imap.connection import Connection, Opened
from fm_desktop.providers.imap.errors import CharsetRefused
from fm_desktop.providers.imap.headings import headings
from fm_desktop.providers.imap.listing import in_batches, shifted, steady

_log = logging.getLogger(__name__)

_FIELDS: Final = ("FROM", "TO", "CC", "BCC")
# Servers take lines of 8,000 bytes (RFC 7162 section 4), and long searches keep them busy.
_BYTES_A_SEARCH: Final = 4_000
_DAY: Final = timedelta(days=1)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

Criteria = list[str]
"""A search, ready for IMAPClient: a single text goes out as it is, several are quoted or sent as literals by it."""


def find(
    connection: Connection, folder: Folder, addresses: Iterable[str], since: date, before: date
) -> Iterator[Batch]:
    """See `MailSource.search`. Servers compare parts of a header, in their own zone's days: some messages more may be
    among them, of other people with a similar address, and of a day before and after."""
    span = _between(shifted(since, -_DAY), shifted(before, _DAY))
    found: set[int] = set()
    with steady(folder):
        opened = connection.examine(folder)
        for criteria, charset in searches(addresses, span):
            found.update(_matches(connection, folder, opened, criteria, charset))
        for batch, _ in in_batches(sorted(found)):
            yield Batch(headings(connection, folder, opened.validity, batch), "")


def searches(addresses: Iterable[str], span: Criteria) -> Iterator[tuple[Criteria, str | None]]:
    """Bounded searches that together find every address, each with the character set it needs.

    Plain addresses are quoted here, because IMAPClient leaves `(`, `%` and `{` as they are. An address with other
    letters goes out as literals in UTF-8, one a search: a server that refuses it loses no other address. A domain is
    searched for in both of its spellings, since headers have the one (RFC 5891) or the other (RFC 6532).
    """
    plain: dict[str, None] = {}
    foreign: dict[str, None] = {}
    for address in addresses:
        for spelling in _spellings(address):
            (plain if spelling.isascii() else foreign)[spelling] = None
    for group in _grouped(plain):
        keys = [f"{field} {_quoted(address)}" for address in group for field in _FIELDS]
        yield [" ".join([*span, *_either([[key] for key in keys])])], None
    for address in foreign:
        yield [*span, *_either([[field, address] for field in _FIELDS])], "UTF-8"


def _either(keys: list[Criteria]) -> Criteria:
    """One of the keys. OR takes two, so they are halved: a chain would nest as deep as there are keys."""
    if len(keys) == 1:
        return keys[0]
    return ["OR", *_either(keys[: len(keys) // 2]), *_either(keys[len(keys) // 2 :])]


def _spellings(address: str) -> tuple[str, ...]:
    # A line break would end the command, and no address has one.
    if not address or _CONTROL.search(address):
        return ()
    local, at, domain = address.rpartition("@")
    try:
        coded = domain.encode("idna").decode("ascii")
    except UnicodeError:
        coded = domain
    return tuple(dict.fromkeys((address, f"{local}{at}{coded}")))


def _grouped(addresses: Iterable[str]) -> Iterator[list[str]]:
    group: list[str] = []
    size = 0
    for each in addresses:
        needed = len(_FIELDS) * (len(each) + len("OR FROM  "))
        if group and size + needed > _BYTES_A_SEARCH:
            yield group
            group, size = [], 0
        group.append(each)
        size += needed
    if group:
        yield group


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _between(since: date, before: date) -> Criteria:
    return [
        "SINCE",
        format_criteria_date(since).decode("ascii"),
        "BEFORE",
        format_criteria_date(before).decode("ascii"),
    ]


def _matches(
    connection: Connection, folder: Folder, opened: Opened, criteria: Criteria, charset: str | None
) -> Iterable[int]:
    if charset is None:
        text = criteria[0]
        return [int(each) for each in connection.inside(folder, opened.validity, lambda client: client.search(text))]
    try:
        found = connection.inside(folder, opened.validity, lambda client: client.search(criteria, charset))
    except (CharsetRefused, Malformed) as error:
        # Such a server could not be asked in any other way either.
        _log.info("messages of an address with other letters are not searched for: %s", error)
        return ()
    return [int(each) for each in found]
