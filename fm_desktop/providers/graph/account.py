"""Whom a sign-in is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fm_desktop.port import Malformed, Refused
from fm_desktop.providers.graph.people import address_of
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.graph.session import Call, GraphSession
from fm_desktop.providers.transfer import Purpose

_WHO: Final = "id,displayName,mail,userPrincipalName,otherMails,proxyAddresses"
_SMTP: Final = "smtp:"


@dataclass(frozen=True, slots=True)
class Account:
    """Graph's id of the user, which stays when the user is renamed, and the addresses it tells."""

    id: str
    addresses: frozenset[str]


def ask_account(session: GraphSession) -> Account:
    """Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""
    about = "whom the sign-in is for"
    try:
        user = session.entity(Call("GET", "me", Purpose.READ, about, {"$select": _WHO}))
    except (Refused, Malformed):
        # A personal account, or a directory that does not show all of it: what is shown unasked will do.
        user = session.entity(Call("GET", "me", Purpose.READ, about))
    identity = text(user, "id")
    if not identity:
        raise Malformed("Microsoft 365 does not say whom the sign-in is for.")
    told = [text(user, "mail"), text(user, "userPrincipalName"), *_texts(user, "otherMails")]
    told += [each[len(_SMTP) :] for each in _texts(user, "proxyAddresses") if each.lower().startswith(_SMTP)]
    return Account(identity, frozenset(address_of({"address": each}) for each in told) - {""})


def _texts(user: Json, name: str) -> list[str]:
    value = user.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
