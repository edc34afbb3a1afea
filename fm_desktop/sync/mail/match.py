"""Is a message to be logged, and for whom? Decided from its headers alone. Pure.

Messages of strangers end here: nothing but their headers was read, and nothing of them is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from fm_desktop.mailport import Heading, Role
from fm_desktop.model.items import Party
from fm_desktop.model.message import Direction, Headers, Mailbox
from fm_desktop.sync.mail.identity import message_key
from fm_desktop.sync.mail.policy import NEVER_READ, MailOptions

Lookup = Callable[[str], Party]
"""Whom an address in lower case belongs to: an empty `Party` for a stranger."""

# A clock may be wrong by a zone; what claims to be from further in the future, or from before e-mail, lies.
MOST_AHEAD = timedelta(days=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class Why(StrEnum):
    """Why a message is not logged. `STRANGER` alone leaves no trace in the state."""

    STRANGER = "stranger"
    PUT_AWAY = "put-away"
    NOTICE = "notice"
    SELF = "self"
    INTERNAL = "internal"
    NEVER = "never"
    TAG = "tag"
    CONVERSATION = "conversation"
    OLD = "old"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Why.STRANGER: "nobody on it is a contact or an account of yours",
    Why.PUT_AWAY: "it is a draft, spam, or in the trash",
    Why.NOTICE: "FM Desktop wrote it itself",
    Why.SELF: "you wrote it to yourself",
    Why.INTERNAL: "everybody on it is of your own company, and internal mail is not logged",
    Why.NEVER: "somebody on it is on your list of those who are never logged",
    Why.TAG: "its subject carries the mark that keeps mail out of ForceManager",
    Why.CONVERSATION: "you took its conversation out",
    Why.OLD: "it is older than the history you chose",
}


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact or account on a message, and the address that it was known by."""

    address: str
    contact_id: int | None
    account_id: int | None

    @property
    def key(self) -> str:
        """Which entry it is, for the identity of a record."""
        return f"account:{self.account_id}" if self.contact_id is None else f"contact:{self.contact_id}"


@dataclass(frozen=True, slots=True)
class Decision:
    """`why` is None for a message to be logged, once for each of `parties`. `known`: is a contact or account on it?
    `alias`: an address that seems to be the user's own, as somebody wrote to a contact from it in the sent folder."""

    direction: Direction
    parties: tuple[Addressee, ...]
    why: Why | None
    known: bool
    alias: str = ""


def decide(heading: Heading, role: Role, options: MailOptions, lookup: Lookup, excluded: Set[str]) -> Decision:
    """`role` of the folder it is in; `excluded`: message ids of the conversations that the user took out, and the keys
    of such messages without an id."""
    headers = heading.headers
    # A folder's name may lie, and many a sent message lies in the inbox: who wrote it says the direction.
    sent = any(each.address in options.own for each in headers.sender)
    direction = Direction.SENT if sent else Direction.RECEIVED
    others = [each for each in _others(headers, sent=sent) if each.address not in options.own]
    known = _parties(others, lookup)
    parties = tuple(each for each in known if options.log_internal or not options.is_colleague(each.address))
    why = _why(heading, role, options, excluded, _Seen(sent, others, known, parties))
    alias = _alias(headers, options, lookup) if why is Why.STRANGER and Role.SENT in (role, *heading.roles) else ""
    return Decision(direction, parties, why, bool(known), alias)


def _alias(headers: Headers, options: MailOptions, lookup: Lookup) -> str:
    """What is in the sent folder, to a contact and not to the user, was probably written by the user."""
    recipients = tuple(_others(headers, sent=True))
    if not headers.sender or any(each.address in options.own for each in recipients):
        return ""
    return headers.sender[0].address if _parties(recipients, lookup) else ""


@dataclass(frozen=True, slots=True)
class _Seen:
    sent: bool
    others: Sequence[Mailbox]
    known: tuple[Addressee, ...]
    parties: tuple[Addressee, ...]


def _why(heading: Heading, role: Role, options: MailOptions, excluded: Set[str], seen: _Seen) -> Why | None:
    headers = heading.headers
    if role in NEVER_READ or heading.roles & NEVER_READ:
        return Why.PUT_AWAY
    # Anybody can write our mark, and would keep their mail out with it.
    if headers.notice and seen.sent:
        return Why.NOTICE
    if seen.sent and not seen.others:
        return Why.SELF
    if not seen.known:
        return Why.STRANGER
    if not seen.parties:
        return Why.INTERNAL
    if any(options.is_never_logged(each.address) for each in everybody(headers)):
        return Why.NEVER
    if options.exclude_tag and options.exclude_tag.casefold() in headers.subject.casefold():
        return Why.TAG
    if excluded and not excluded.isdisjoint((headers.message_id or message_key(heading), *headers.thread)):
        return Why.CONVERSATION
    moment = moment_of(heading)
    if moment is not None and moment.date() < options.since:
        return Why.OLD
    return None


def moment_of(heading: Heading) -> datetime | None:
    """When it was sent, as its Date field says if that can be believed, else when it was received."""
    date, received = heading.headers.date, heading.received
    if date is None or date < EARLIEST:
        return received
    if received is not None and date > received + MOST_AHEAD:
        return received
    return date


def everybody(headers: Headers) -> tuple[Mailbox, ...]:
    return (*headers.sender, *headers.to, *headers.cc, *headers.bcc, *headers.reply_to)


def _others(headers: Headers, *, sent: bool) -> Iterable[Mailbox]:
    """Who the user exchanged it with: the writer of what was received, the recipients of what was sent."""
    return (*headers.to, *headers.cc, *headers.bcc, *headers.reply_to) if sent else headers.sender


def _parties(others: Iterable[Mailbox], lookup: Lookup) -> tuple[Addressee, ...]:
    """Each contact once, by the first of its addresses; an account where none of its contacts is on the message."""
    found: dict[str, Addressee] = {}
    for each in others:
        party = lookup(each.address)
        if party.contact_id is not None or party.account_id is not None:
            addressee = Addressee(each.address, party.contact_id, party.account_id)
            found.setdefault(addressee.key, addressee)
    with_contact = {each.account_id for each in found.values() if each.contact_id is not None}
    return tuple(each for each in found.values() if each.contact_id is not None or each.account_id not in with_contact)
