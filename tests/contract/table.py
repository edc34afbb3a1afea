"""The table of providers: what each stage declares, in plain words for administrators. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.contract.features import CALENDAR, MAIL, Feature
from tests.contract.stages.stage import MailOffer, Offer, PutBack, Tasks

_INTRODUCTION = """# Providers

What works at which provider. The two tables are written by `make providers` from a run of the contract suite
(`tests/contract`): one suite, which every provider has to pass, and in which every limit below is asserted. Nothing in it
is skipped. It is not written where a test fails, and a test fails where it is out of date.

No service of a vendor is reachable from the tests. So each line says what was tested instead: a real server, a real server
behind a proxy that shows each documented deviation of the vendor's, or a double that is written from the vendor's schema.
"""

_UNDO = {
    PutBack.COMPLETE: "yes",
    PutBack.ALONE: "yes; meetings without their participants",
    PutBack.REFUSED: "yes, except for invitations of others",
}


def cell(feature: Feature, offer: Offer) -> str:
    """What a provider offers of a capability."""
    match feature:
        case Feature.TASKS:
            return _tasks(offer)
        case Feature.READING:
            count = offer.idle_requests
            return f"yes; a look costs {count} request" + ("" if count == 1 else "s")
        case Feature.SERIES:
            return "yes" if offer.zoned_series else "read only"
        case Feature.PEOPLE:
            return "yes; the service itself writes to participants" if offer.mails_participants else "yes"
        case Feature.UNDO:
            return _UNDO[offer.invitations]
        case Feature.CONCURRENCY:
            return "yes" if offer.refuses_doubles else "yes; doubles are found by identity"
        case _:
            return "yes"


def _tasks(offer: Offer) -> str:
    if offer.tasks is Tasks.EVENTS:
        return "as free events with a check mark; not without a date"
    limits = [] if offer.task_hours else ["days without hours"]
    limits += [] if offer.undated_tasks else ["not without a date"]
    return "yes" + "".join(f"; {each}" for each in limits)


def mail_cell(feature: Feature, offer: MailOffer) -> str:
    match feature:
        case Feature.MAIL_READING:
            count = offer.idle_requests
            return f"yes; a look costs {count} request" + ("" if count == 1 else "s")
        case Feature.MAIL_WAITING:
            return "yes" if offer.notices_at_once else "at the next look"
        case _:
            return "yes"


def table_of(calendars: Sequence[Any], mailboxes: Sequence[Any]) -> str:
    """The whole page, of the classes of all stages."""
    lines = [_INTRODUCTION, "## Calendars and tasks", ""]
    lines += _rows(CALENDAR, calendars, cell)
    lines += ["", "## E-mail", ""]
    lines += _rows(MAIL, mailboxes, mail_cell)
    lines += ["", "## How each was tested, and what to know", ""]
    for each in (*calendars, *mailboxes):
        lines.append(f"- **{each.title}**: {each.tested.value}.")
        lines += [f"  {note}" for note in each.offer.notes]
    return "\n".join(lines) + "\n"


def _rows(features: Iterable[Feature], stages: Sequence[Any], words: Any) -> list[str]:
    titles = [each.title for each in stages]
    rows = [["", *titles], ["---"] * (len(titles) + 1)]
    rows += [[each.value, *(words(each, stage.offer) for stage in stages)] for each in features]
    return [f"| {' | '.join(row)} |" for row in rows]
