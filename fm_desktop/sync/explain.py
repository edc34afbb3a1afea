"""Why is an item there, or not there, on the other side? In plain words, from what the store knows."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.model.times import UTC_NAME, Timed, When
from fm_desktop.sync.links import Link
from fm_desktop.sync.policy import Origin
from fm_desktop.sync.state import State


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str
    when: str
    reasons: tuple[str, ...]


def explain(state: State, text: str, limit: int = 20) -> tuple[Explanation, ...]:
    """The account's items whose title, UID or CRM id matches, the latest first, each with what holds of it."""
    needle = f"%{text.lower()}%"
    rows = state.store.rows(
        "SELECT DISTINCT link.id FROM link LEFT JOIN resource AS row ON row.id = link.crm_resource"
        " WHERE link.account = ? AND (lower(coalesce(json_extract(link.provider, '$.title'), '')) LIKE ?"
        " OR lower(coalesce(json_extract(link.crm, '$.title'), '')) LIKE ?"
        " OR lower(coalesce(json_extract(link.base_crm, '$.title'), '')) LIKE ?"
        " OR link.uid = ? OR row.remote = ?) ORDER BY link.id DESC LIMIT ?",
        state.account, needle, needle, needle, text, text, limit,
    )  # fmt: skip
    found = [_explained(state, state.links.get(row["id"])) for row in rows]
    broken = state.store.rows(
        "SELECT title, message FROM problem WHERE account = ? AND lower(title) LIKE ? AND key LIKE 'item:%'",
        state.account, needle,
    )  # fmt: skip
    return (*found, *(Explanation(row["title"], "", (row["message"],)) for row in broken))


def _explained(state: State, link: Link) -> Explanation:
    shown = link.provider or link.crm or link.base_provider or link.base_crm
    zone = state.store.meta("zone") or UTC_NAME
    when = "" if shown is None or shown.span is None else _when(shown.span.start, zone)
    return Explanation(link.title, when, tuple(_reasons(state, link)))


def _when(start: When, zone: str) -> str:
    """On the user's clock."""
    return f"{start.in_zone(zone).local:%Y-%m-%d %H:%M} {zone}" if isinstance(start, Timed) else start.isoformat()


def _reasons(state: State, link: Link) -> list[str]:
    reasons = [_where(state, link)]
    if link.provider is not None and link.crm is not None and link.facts.why_locked():
        reasons.append(f"It can only be changed in the calendar: {link.facts.why_locked()}.")
    if link.facts.cancelled:
        reasons.append("The organiser cancelled it, so it is not kept in ForceManager.")
    if link.ignored:
        reasons.append(f"It is not copied: {link.ignored}.")
    if link.detached:
        reasons.append("Its calendar takes no part any more; what was copied before was left alone.")
    if link.excluded:
        reasons.append("You undid its copy or kept it apart, so it is not copied again.")
    if link.quarantined:
        reasons.append("It is put aside after several failures: see fm-desktop problems.")
    waiting = [held for held in state.held.waiting() if held.link == link.id]
    reasons += [f"A change waits for your word: {held.reason} (fm-desktop held)." for held in waiting]
    if state.journal.has_open(link.id):
        reasons.append("The answer to a write was lost; whether it arrived is being asked.")
    return reasons


def _where(state: State, link: Link) -> str:
    born = "ForceManager" if link.origin is Origin.CRM else "your calendar"
    calendar = "the calendar"
    if link.collection is not None:
        calendar = f"the calendar “{state.resources.collection(link.collection).what.name}”"
    row = state.resources.by_id(link.crm_resource).ref.id if link.crm_resource is not None else ""
    if link.provider is not None and link.crm is not None:
        return f"Created in {born}; it is in {calendar} and in ForceManager (no. {row})."
    if link.provider is not None:
        return f"It is in {calendar} only."
    if link.crm is not None:
        return f"It is in ForceManager only (no. {row})."
    return f"Created in {born}; it was deleted on both sides."
