"""Whose agenda it is: the user, the zone of their branch, and the type of what is written for them.

Read once at set-up; what comes out is kept in the settings and state, so that no cycle pays for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfoNotFoundError

import httpx2

from fm_desktop.crm.client import CrmClient, Row, checked_url
from fm_desktop.crm.fields import Fields
from fm_desktop.crm.rows import Context
from fm_desktop.crm.where import equals
from fm_desktop.model.times import zone
from fm_desktop.port import Refused

# 1.1: one API under two names.
_ALIASES = {"api.forcemanager.net": "api.forcemanager.com", "apipre.forcemanager.com": "apipre.forcemanager.net"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ASK_ZONE = "Set “time_zone” under [crm] in the settings to a name like Europe/Madrid."


@dataclass(frozen=True, slots=True)
class User:
    """A user of the CRM. `address` is in lower case."""

    id: int
    address: str
    name: str
    branch_id: int | None


def tenant_key(url: str) -> str:
    """A name of the CRM that stays the same however its address is written. Raises `Refused` for no address."""
    parsed = httpx2.URL(checked_url(url))
    host = _ALIASES.get(parsed.host.lower(), parsed.host.lower())
    port = parsed.port
    return host if port is None or port == _DEFAULT_PORTS[parsed.scheme] else f"{host}:{port}"


def context_for(client: CrmClient, user: User, time_zone: str = "") -> Context:
    """What new rows of a user need. `time_zone` is the setting, '' to take the zone of the user's branch."""
    type_id = agenda_type(client, user.branch_id)
    return Context(
        sales_rep_id=user.id,
        zone=checked_zone(time_zone) if time_zone else branch_zone(client, user),
        branch_id=user.branch_id,
        event_type_id=type_id,
        task_type_id=type_id,
    )


def find_user(client: CrmClient, address: str) -> User:
    """The active user with an e-mail address. Raises `Refused` where there is none, or more than one."""
    wanted = address.strip().lower()
    found = _with_address(client.rows("users", equals("email", wanted)), wanted)
    if not found:
        # Whether `=` minds upper case is UNKNOWN (2.4), so that all are looked at before it is given up.
        everyone = client.rows("users")
        found = _with_address(everyone, wanted)
        if not found:
            raise Refused(
                f"ForceManager has no user with the address {wanted}; {len(everyone)} users were looked at.",
                "Enter the address that is shown in ForceManager under My profile.",
            )
    active = [row for row in found if _is_active(row)]
    if not active:
        raise Refused(
            f"The ForceManager user with the address {wanted} is switched off or deleted.",
            "Ask an administrator to activate the user.",
        )
    if len(active) > 1:
        raise Refused(
            f"ForceManager has {len(active)} active users with the address {wanted}: it is not clear which one is you.",
            "Ask an administrator to give each user an address of their own.",
        )
    return _user(active[0])


def _with_address(rows: list[Row], wanted: str) -> list[Row]:
    return [row for row in rows if Fields(row).text("email").strip().lower() == wanted]


def _is_active(row: Row) -> bool:
    fields = Fields(row)
    return not fields.flag("deleted") and (fields.value("isActive") is None or fields.flag("isActive"))


def _user(row: Row) -> User:
    fields = Fields(row)
    number = fields.link("id")
    if number is None:
        raise Refused("ForceManager's user has no number.", "Show this message to an administrator.")
    name = f"{fields.text('name')} {fields.text('lastName')}".strip()
    return User(number, fields.text("email").strip().lower(), name, next(iter(fields.links("branches")), None))


def branch_zone(client: CrmClient, user: User) -> str:
    """The IANA zone of the user's branch (6.3). Raises `Refused`, with the setting as the next step."""
    if user.branch_id is None:
        raise Refused(f"{user.name} belongs to no branch in ForceManager, so the time zone is not known.", _ASK_ZONE)
    branch = _by_id(client.rows("branches"), user.branch_id)
    zone_id = Fields(branch).link("timeZoneId")
    if zone_id is None:
        raise Refused("The user's branch in ForceManager has no time zone.", _ASK_ZONE)
    return checked_zone(Fields(_by_id(client.rows("timezones"), zone_id)).text("idIanaZone"))


def checked_zone(name: str) -> str:
    """An IANA name that is one. Raises `Refused`: names at the CRM need not match their labels (6.3)."""
    try:
        return zone(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(f"“{name}” is no time zone this computer knows.", _ASK_ZONE) from error


def agenda_type(client: CrmClient, branch_id: int | None) -> int | None:
    """The type that new events and tasks get: the first neutral one of those the agenda offers (6.6).

    A visit or a call is counted as the user's activity in the CRM, so that a calendar entry is called one
    only where nothing else is offered. None where nothing is.
    """
    offered = (row for row in client.rows("activityTypes") if _is_offered(row, branch_id))
    return next((Fields(row).link("id") for row in sorted(offered, key=_preference)), None)


def _is_offered(row: Row, branch_id: int | None) -> bool:
    fields = Fields(row)
    branches = fields.links("branchVisibility")
    is_visible = fields.flag("visibleInAgendaActivities") and not fields.flag("deleted")
    return is_visible and (not branches or branch_id is None or branch_id in branches)


def _preference(row: Row) -> tuple[int, int, int]:
    fields = Fields(row)
    claims = sum(fields.flag(name) for name in ("visit", "phoneCall", "videoCall", "checkin", "fastCheckin"))
    return claims, fields.number("order") or 0, fields.link("id") or 0


def _by_id(rows: list[Row], number: int) -> Row:
    return next((row for row in rows if Fields(row).link("id") == number), {})
