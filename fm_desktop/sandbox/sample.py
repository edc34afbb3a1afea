"""The sample tenant: branches, users, accounts, contacts and two weeks of agenda around a given day.

The same day always gives the same records. All addresses end in `.example` or are `example.com`'s,
which belong to nobody (RFC 2606).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from fm_desktop.sandbox.clock import moment_text
from fm_desktop.sandbox.store import Store

MAIN_USER = "emma@example.com"
CONTACTS_EACH = 3
_VALUE_LISTS = (
    "timezones",
    "countries",
    "branches",
    "activityTypes",
    "accountTypes",
    "accountStatuses",
    "accountSegments",
    "contactTypes",
)
_DAY = "%y/%m/%d"
_PHONE = {1: "+34 91", 2: "+44 20", 3: "+57 60"}
_REPS = {1: (1, 1, 2), 2: (4,), 3: (5,)}


def is_empty(store: Store) -> bool:
    return not store.rows("users")


def load(store: Store, today: date) -> None:
    """Fills an empty store. The agenda covers the week of `today` and the next one."""
    tenant = _data("tenant.json")
    past = {"dateCreated": _moment(today - timedelta(days=400)), "salesRepIdCreated": 3}
    for name in _VALUE_LISTS:
        store.load(name, [{**past, "order": order, **row} for order, row in enumerate(tenant[name], 1)])
    left = {"dateDeleted": _moment(today - timedelta(days=90)), "salesRepIdDeleted": 3}
    store.load("users", [{**past, **row, **(left if row.get("deleted") else {})} for row in tenant["users"]])
    store.load("accounts", [past | row for row in _accounts(tenant)])
    store.load("contacts", [past | row for row in _contacts(tenant)])
    store.load("opportunities", [past | row for row in _opportunities(tenant)])
    store.load("calendar", _agenda(tenant, today))


def _accounts(tenant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, (name, domain, branch, city) in enumerate(tenant["accounts"], 1):
        reps = _REPS[branch]
        yield {
            "name": name,
            "email": f"info@{domain}.example",
            "website": f"https://www.{domain}.example",
            "phone": f"{_PHONE[branch]} 000 {1000 + number}",
            "city": city,
            "branchId": branch,
            "countryId": branch,
            "salesRepId1": reps[number % len(reps)],
            "typeId": 1 + (number % 4 == 0),
            "statusId": 1 + number % 3,
            "segmentId": 1 + number * 7 % 3,
            "extId": f"ERP-{4000 + number}",
        }


def _contacts(tenant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    first_names, last_names = tenant["first_names"], tenant["last_names"]
    for number in range(len(tenant["accounts"]) * CONTACTS_EACH):
        account = number // CONTACTS_EACH
        _name, domain, branch, city = tenant["accounts"][account]
        # Lists whose lengths have no common divisor would repeat a pair only after their product.
        first, last = first_names[number * 7 % len(first_names)], last_names[number * 5 % len(last_names)]
        mailbox = f"{_plain(first)}.{_plain(last)}"
        reps = _REPS[branch]
        yield {
            "firstName": first,
            "lastName": last,
            "accountId": account + 1,
            "typeId": 1 + number % CONTACTS_EACH,
            "email": f"{mailbox}@{domain}.example",
            "email2": f"{_plain(first)}{number}@mail.example" if number % 3 == 1 else None,
            "email3": f"{mailbox}@home.example" if number % 10 == 4 else None,
            "phone1": f"{_PHONE[branch]} 000 {2000 + number}",
            "city": city,
            "countryId": branch,
            "salesRepId": reps[(account + 1) % len(reps)],
        }


def _opportunities(tenant: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for account in range(1, len(tenant["accounts"]) + 1, 5):
        name, _domain, branch, _city = tenant["accounts"][account - 1]
        reps = _REPS[branch]
        yield {
            "reference": f"{name}: renewal",
            "accountId1": account,
            "salesRepId": reps[account % len(reps)],
            "branchId": branch,
            "salesProbability": 20 + account * 13 % 70,
            "total": 1500.0 * account,
        }


def _agenda(tenant: dict[str, Any], today: date) -> Iterator[dict[str, Any]]:
    monday = today - timedelta(days=today.weekday())
    planned = {"dateCreated": _moment(monday - timedelta(days=10))}
    called_off = {"deleted": True, "dateDeleted": _moment(monday - timedelta(days=2))}
    for entry in _data("agenda.json"):
        user, account = entry["user"], entry.get("account")
        place = entry.get("contact")
        yield {
            **planned,
            "subject": entry["subject"],
            "comment": entry.get("comment"),
            "task": entry.get("task", False),
            "completed": entry.get("completed", False),
            **_times(monday + timedelta(days=entry["day"]), entry),
            "accountId": account,
            "contactId": None if place is None else (account - 1) * CONTACTS_EACH + place + 1,
            "branchId": tenant["users"][user - 1]["branches"][0],
            "salesRepId": user,
            "typeId": entry["type"],
            "city": tenant["accounts"][account - 1][3] if account else None,
            **(called_off | {"salesRepIdDeleted": user} if entry.get("deleted") else {}),
        }


def _times(day: date, entry: dict[str, Any]) -> dict[str, Any]:
    if "days" in entry:
        last = day + timedelta(days=entry["days"] - 1)
        return {
            "allDay": True,
            "startDate": day.strftime(_DAY),
            "startHour": "00:00",
            "endDate": last.strftime(_DAY),
            "endHour": "23:59",
        }
    start = datetime.combine(day, time.fromisoformat(entry["at"]), UTC)  # UTC only to calculate with: no DST night
    end = start + timedelta(minutes=entry["minutes"])
    return {
        "allDay": False,
        "startDate": start.strftime(_DAY),
        "startHour": start.strftime("%H:%M"),
        "endDate": end.strftime(_DAY),
        "endHour": end.strftime("%H:%M"),
    }


def _data(name: str) -> Any:
    return json.loads(files("fm_desktop.sandbox").joinpath("data", name).read_text("utf-8"))


def _moment(day: date) -> str:
    return moment_text(datetime.combine(day, time(8, 30), UTC))


def _plain(name: str) -> str:
    """A name as it is written in an address: lower case, without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
