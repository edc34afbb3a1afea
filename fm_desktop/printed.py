"""What each command prints: the engine's values as sentences and tables. Pure; returns text."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fm_desktop.errors import ExitCode
from fm_desktop.model.message import Direction
from fm_desktop.model.text import apart
from fm_desktop.model.times import Span, Timed, When
from fm_desktop.port import Side, SignInNeeded
from fm_desktop.show import count, facts, moment, one_line, table
from fm_desktop.sync.control import Running, Standing
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import Counts, Outcome, Report
from fm_desktop.sync.serial import read_span

if TYPE_CHECKING:
    from fm_desktop.doctor import Diagnosis
    from fm_desktop.people import Person
    from fm_desktop.setup import Found
    from fm_desktop.sync.chronicle import Happening
    from fm_desktop.sync.explain import Explanation
    from fm_desktop.sync.held import Held
    from fm_desktop.sync.mail.conversations import Conversation
    from fm_desktop.sync.mail.letters import Letter
    from fm_desktop.sync.problems import Problem
    from fm_desktop.sync.resources import KnownCollection
    from fm_desktop.sync.status import Status

SIDES = {Side.CRM: "ForceManager", Side.PROVIDER: "calendar"}
DONE = {Verb.CREATE: "created", Verb.UPDATE: "changed", Verb.DELETE: "deleted"}
DO = {Verb.CREATE: "create", Verb.UPDATE: "change", Verb.DELETE: "delete"}

_OUTCOMES = {
    Outcome.DONE: "Both sides are in step.",
    Outcome.INCOMPLETE: "There is more to write; the next cycle goes on.",
    Outcome.PAUSED: "Syncing is paused: nothing was done. Go on with: fm-desktop resume",
    Outcome.STOPPED: "Syncing is stopped: nothing was done. Go on with: fm-desktop resume",
    Outcome.CANCELLED: "The cycle was ended early; the next one goes on.",
    Outcome.UNREACHABLE: "The cycle could not be finished; the next one goes on.",
    Outcome.THROTTLED: "The cycle could not be finished; the next one goes on.",
    Outcome.SIGN_IN: "Nothing goes on before you have signed in again.",
    Outcome.FAILED: "The cycle could not be finished.",
}
_ARROWS = {Direction.SENT: "→", Direction.RECEIVED: "←"}
_TEXTS = ("title", "text", "details")
_LONGEST = 200
_BUT_FOR_HELD = "Both sides are in step but for that."
_UNREACHABLE = {Outcome.UNREACHABLE, Outcome.THROTTLED}


def width() -> int:
    return shutil.get_terminal_size((120, 24)).columns


# --- cycles ----------------------------------------------------------------------------------------


def exit_code(report: Report) -> ExitCode:
    """How a cycle ended, as the command's exit code (design 6)."""
    if report.outcome is Outcome.SIGN_IN or isinstance(report.error, SignInNeeded):
        return ExitCode.SIGN_IN
    if report.outcome in _UNREACHABLE:
        return ExitCode.UNREACHABLE
    return ExitCode.PROBLEMS if report.problems or report.error is not None else ExitCode.DONE


def cycle(report: Report) -> str:
    lines = [
        table(
            ["", *DONE.values()],
            [[SIDES[Side.CRM], *_counted(report.crm)], [SIDES[Side.PROVIDER], *_counted(report.provider)]],
        ),
        *_emails(report),
        *_waiting(report),
        _OUTCOMES[report.outcome] if not report.held or report.outcome is not Outcome.DONE else _BUT_FOR_HELD,
    ]
    for error in (report.error, report.also):
        if error is not None:
            lines += [str(error), error.next_step]
    requests = sum(report.requests.values())
    lines.append(f"{count(requests, 'request')}, {report.seconds:.1f} s.")
    return "\n".join(line for line in lines if line)


def _emails(report: Report) -> Iterable[str]:
    if report.emails_logged:
        yield f"{count(report.emails_logged, 'e-mail')} logged in ForceManager."


def _counted(counts: Counts) -> tuple[int, int, int]:
    return counts.created, counts.updated, counts.deleted


def _waiting(report: Report) -> Iterable[str]:
    if report.held:
        yield f"{count(report.held, 'write waits', 'writes wait')} for your word: fm-desktop held"
    if report.problems:
        yield f"{count(report.problems, 'problem')}: fm-desktop problems"


def plan(report: Report) -> str:
    """A preview: what the next cycle would write, and what it would hold."""
    if report.error is not None:
        return cycle(report)
    if not report.plan:
        return "Nothing would be written: both sides are in step."
    rows = [
        [SIDES[line.side], DO[line.verb], _day(line.shown), line.title, line.held or line.why] for line in report.plan
    ]
    held = sum(bool(line.held) for line in report.plan)
    last = f"{count(len(rows) - held, 'write')} in all, {held} held. Nothing was written."
    return f"{table(['where', 'what', 'when', 'title', 'why'], rows, width())}\n{last}"


def _day(shown: object) -> str:
    span = getattr(shown, "span", None)
    if span is None:
        return ""
    return _moment(span.start)


def _moment(when: When) -> str:
    """On this computer's clock."""
    return f"{when.instant.astimezone():%Y-%m-%d %H:%M}" if isinstance(when, Timed) else str(when)


# --- what the state says ---------------------------------------------------------------------------


def status(found: Status) -> str:
    last = "never" if found.last_success is None else f"{found.last_success.astimezone():%Y-%m-%d %H:%M}"
    return "\n".join(
        [
            standings(found.channels),
            facts(
                [
                    ("last complete cycle", last),
                    ("items on both sides", found.linked),
                    ("waiting for your word", found.held),
                    ("problems", found.problems),
                    ("lost answers", found.unknown),
                ]
            ),
            *_trouble(found),
        ]
    )


def _trouble(found: Status) -> Iterable[str]:
    for each in found.troubles():
        yield f"Since {each.at.astimezone():%Y-%m-%d %H:%M} a cycle could not be finished: {each.message}"
        yield each.next_step


def standings(found: Sequence[Standing]) -> str:
    return facts([(each.channel.value, _standing(each)) for each in found])


def _standing(each: Standing) -> str:
    if each.state is Running.PAUSED and each.until is not None:
        return f"paused until {each.until.astimezone():%Y-%m-%d %H:%M}"
    return {Running.RUNNING: "syncing", Running.PAUSED: "paused until resumed", Running.STOPPED: "stopped"}[each.state]


def history(found: Sequence[Happening]) -> str:
    if not found:
        return "Nothing was written yet."
    rows = [
        [
            each.id,
            moment(each.at),
            SIDES[each.side],
            DONE[each.verb] + (" (undone)" if each.undone else ""),
            each.title,
            each.why,
        ]
        for each in found
    ]
    return table(["id", "when", "where", "what", "title", "why"], rows, width())


def undone(entry: Happening) -> str:
    return f"“{entry.title}” goes back to what it was with the next cycle."


def problems(found: Sequence[Problem]) -> str:
    if not found:
        return "There are no problems."
    return "\n\n".join(f"{moment(each.last_seen)}  {each.message}\n{' ' * 18}{each.next_step}" for each in found)


def held(found: Sequence[Held]) -> str:
    last = "Do it: fm-desktop held approve ID. Leave things as they are: fm-desktop held keep ID. Or all instead of ID."
    return f"{waiting(found)}\n{last}" if found else waiting(found)


def waiting(found: Sequence[Held]) -> str:
    if not found:
        return "Nothing waits for your word."
    rows = [[each.id, moment(each.since), SIDES[each.side], DO[each.verb], each.title, each.reason] for each in found]
    listed = table(["id", "since", "where", "what", "title", "why it waits"], rows, width())
    return "\n".join([listed, *(line for each in found for line in _held_changes(each))])


def _held_changes(held: Held) -> Iterable[str]:
    """What the write would change, by its number."""
    for name in held.after if held.verb is Verb.UPDATE else ():
        values = held.before.get(name), held.after[name]
        if name in _TEXTS:
            texts = [one_line(str(each or "")) for each in values]
            before, after = (f"“{each}”" if each else "–" for each in apart(texts[0], texts[1], _LONGEST))
        else:
            before, after = (_value(name, each) for each in values)
        yield f"{held.id}: {name} {before} → {after}"


def _value(name: str, value: Any) -> str:
    """A value of the history (`sync/serial.py`) that is no text."""
    if name == "span":
        span = read_span(value)
        return "–" if span is None else _span(span)
    return "yes" if value else "no"


def _span(span: Span) -> str:
    """An all-day item ends on its last day, as people say it, not on the day after (RFC 5545 3.6.1)."""
    if isinstance(span.end, Timed):
        return f"{_moment(span.start)} – {_moment(span.end)}"
    assert not isinstance(span.start, Timed)
    last = max(span.end - timedelta(days=1), span.start)
    return str(span.start) if last == span.start else f"{span.start} – {last}"


def decided(number: int, decision: str) -> str:
    what = "will be done" if decision == "approve" else "will not be done"
    return f"{count(number, 'write')} {what} with the next cycle."


def calendars(found: Sequence[KnownCollection]) -> str:
    if not found:
        return "No calendars are known yet: run fm-desktop sync --once"
    rows = [
        [
            each.what.name,
            "gone" if each.missing else each.takes_part,
            "target" if each.target else "",
            "read and write" if each.what.writable else "read only",
            " and ".join(sorted(f"{kind.value}s" for kind in each.what.kinds)),
        ]
        for each in found
    ]
    return table(["calendar", "takes part", "for new items", "rights", "holds"], rows, width())


def explanations(found: Sequence[Explanation]) -> str:
    if not found:
        return (
            "No item like that is known on either side. Was there a cycle since it was made (fm-desktop sync --once)?"
        )
    return "\n\n".join(
        "\n".join([f"{each.title}  {each.when}".rstrip(), *(f"  {reason}" for reason in each.reasons)])
        for each in found
    )


def contacts(found: Sequence[tuple[Person, Sequence[Letter]]]) -> str:
    """People with their last messages, the number of each in front of it."""
    if not found:
        return "No contact or account like that is known. Was there a cycle since it was made (fm-desktop sync --once)?"
    blocks = []
    for person, letters in found:
        names = [person.name or "(no name)", *([person.company] if person.company else [])]
        head = f"{' · '.join(names)}  {', '.join(person.addresses)}"
        lines = [
            f"  {each.number:>6}  {each.moment.astimezone():%Y-%m-%d %H:%M}  {_ARROWS[each.direction]} {each.subject}"
            for each in letters
        ]
        blocks.append("\n".join([head, *lines]))
    return "\n".join(blocks)


def excluded(found: Conversation) -> str:
    stay = f" {count(found.logged, 'message')} of it {'is' if found.logged == 1 else 'are'} logged already and stay so."
    return f"Nothing more of “{found.subject}” is logged.{stay if found.logged else ''}"


def included(found: Conversation) -> str:
    return f"“{found.subject}” is logged again, with what was left out of it within your history."


# --- set-up and diagnosis --------------------------------------------------------------------------


def setup(found: Found) -> str:
    known = [
        ("ForceManager", f"{found.crm_user} (no. {found.crm_user_id})"),
        ("time zone", found.time_zone),
        ("calendar service", found.provider),
        ("synchronisation", found.direction if found.provider else ""),
        ("mailbox", found.mailbox),
    ]
    return "\n".join(
        [
            facts([(name, value) for name, value in known if value]),
            *_calendars_found(found),
            *_folders_found(found),
            *found.notes,
            "Nothing was written to either side. See what the first sync would do: fm-desktop sync --once --dry-run",
        ]
    )


def _calendars_found(found: Found) -> Iterable[str]:
    rows = [
        [
            each.name,
            each.takes_part,
            "target" if each.target else "",
            "read and write" if each.writable else "read only",
        ]
        for each in found.calendars
    ]
    if found.provider:
        yield table(["calendar", "takes part", "for new items", "rights"], rows, width())


def _folders_found(found: Found) -> Iterable[str]:
    if found.mailbox:
        yield table(["mail folder", "what for", "read"], [[f.name, f.role, f.read] for f in found.folders], width())


def diagnosis(found: Diagnosis) -> str:
    rows = [[each.what, "ok" if each.ok else "FAILED", each.said] for each in found.checks]
    steps = [each.next_step for each in found.checks if each.next_step]
    return "\n".join([table(["what", "", "what it said"], rows, width()), *steps])
