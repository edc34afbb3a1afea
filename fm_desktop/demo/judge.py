"""Is everything as it must be? Each check is a sentence and all that speaks against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fm_desktop.demo.first_sync import expected_changes
from fm_desktop.demo.opening import BUDGET, PRICES, TAKE_PART
from fm_desktop.demo.picture import Picture, changes, compared, not_kept
from fm_desktop.demo.shown import differences
from fm_desktop.demo.story import Act
from fm_desktop.demo.table import Line
from fm_desktop.port import Side
from fm_desktop.show import count
from fm_desktop.sync.report import Outcome, Report


@dataclass(frozen=True, slots=True)
class Check:
    """`sentence` is true if there are no `problems`."""

    sentence: str
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Both sides before the first sync and after it, once people had edited them, after the next sync,
    after Emma's word, and after one more cycle."""

    untouched: Picture
    first: Picture
    edited: Picture
    second: Picture
    final: Picture
    idle: Picture


def table_holds(lines: Iterable[Line]) -> Check:
    shown = list(lines)
    wrong = [f"{each.done}: expected “{each.expected}”, seen “{each.seen}”" for each in shown if not each.holds]
    return Check(f"All {len(shown)} lines of the table hold.", wrong)


def equal(when: str, picture: Picture) -> Check:
    entries = count(len(picture.crm), "event, task or date", "events, tasks and dates")
    fields = "time, title, text, done or not, lock, contact and people"
    return Check(f"{when} {entries} are the same on both sides: {fields}.", differences(picture.calendar, picture.crm))


def first_sync_is_exact(pictures: Pictures) -> Check:
    expected = list(expected_changes(pictures.untouched))
    problems = compared(changes(pictures.untouched, pictures.first), expected)
    return Check(f"The first sync created {len(expected)} copies, doubled none and touched nothing else.", problems)


def edits_are_exact(pictures: Pictures, acts: Iterable[Act], word: Act) -> Check:
    """Down to the last byte and field: the edits of people themselves are in `edited` already."""
    effects = [act.effect for act in acts if act.effect is not None]
    answered = [word.effect] if word.effect is not None else []
    problems = compared(changes(pictures.edited, pictures.second), effects)
    problems += compared(changes(pictures.second, pictures.final), answered)
    number = len(effects) + len(answered)
    return Check(f"Of the edits it carried over {number} changes and touched nothing else.", problems)


def people_are_kept(pictures: Pictures) -> Check:
    problems = not_kept(pictures.edited, pictures.final)
    return Check("What only the calendar knows (people, reminders, places) was kept in each item.", problems)


def user_was_told(reasons: Iterable[str]) -> Check:
    told = any(each.startswith("put back") for each in reasons)
    problems = [] if told else [f"the history does not say that {BUDGET} was put back"]
    return Check(f"The history says why {BUDGET} was put back.", problems)


def one_question(titles: Sequence[str]) -> Check:
    problems = [] if list(titles) == [PRICES] else [f"what waits for a word is: {', '.join(titles) or 'nothing'}"]
    return Check(f"Only {PRICES} waited for a word.", problems)


def ended_well(reports: Mapping[str, Report]) -> Check:
    problems = []
    for name, each in reports.items():
        if each.error is not None or each.outcome is not Outcome.DONE:
            problems.append(f"{name} ended as “{each.outcome.value}”: {each.error or 'no error was told'}")
        if each.problems:
            problems.append(f"{name} left {count(each.problems, 'problem')}")
    return Check("The preview and all syncs ended well.", problems)


def idle_is_idle(report: Report, pictures: Pictures, asked_crm: int, folders: int) -> Check:
    """`asked_crm`: the requests that ForceManager itself counted; `folders` of mail that are read."""
    calendars = len(TAKE_PART)
    problems = compared(changes(pictures.final, pictures.idle), [])
    if written := report.crm.total + report.provider.total + report.emails_logged:
        problems.append(f"the program says that it wrote {count(written, 'time')}")
    if asked_crm != 1:
        problems.append(f"ForceManager was asked {count(asked_crm, 'time')}")
    if (asked := report.requests.get(Side.PROVIDER, 0)) != calendars + folders:
        problems.append(f"the {calendars} calendars and {folders} mail folders were asked {count(asked, 'time')}")
    requests = f"1 request to ForceManager, and 1 for each of {calendars} calendars and {folders} mail folders"
    return Check(f"One more sync with nothing to do: 0 writes, {requests}.", problems)
