"""The desk's records in memory: what tests click at and pictures show. Nothing here touches a disk or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fm_desktop.doctor import Check, Diagnosis
from fm_desktop.errors import ExitCode
from fm_desktop.people import MailLinks, Person
from fm_desktop.port import Side
from fm_desktop.settings import Settings, changed, parse
from fm_desktop.sync.browse import Line, Logged, Order, Page, Query, What
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.control import Channel
from fm_desktop.sync.explain import Explanation
from fm_desktop.sync.held import Held
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.status import Status
from fm_desktop.sync.undo import CannotUndo
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.window.records import Examined
from tests.ui.window.samples.decisions import held, problems
from tests.ui.window.samples.history import history
from tests.ui.window.samples.known import calendars, letters, people
from tests.ui.window.samples.standing import status

SETTINGS = """
[crm]
url = "https://api.forcemanager.com/api/v4"
public_key = "key"
user = "emma@example.com"
[provider]
address = "emma@example.com"
name = "gmail"
"""


@dataclass
class Sample:
    """`fm_desktop.ui.window.records.Records` in memory. `done` notes what was decided; `error` is raised by the
    next call if it is set; `before` is called at the start of each, in the thread of the call."""

    lines: list[Line] = field(default_factory=list)
    open_problems: list[Problem] = field(default_factory=list)
    waiting: list[Held] = field(default_factory=list)
    known: list[KnownCollection] = field(default_factory=list)
    known_people: list[Person] = field(default_factory=list)
    kept_out: set[int] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    chosen: Settings = field(default_factory=lambda: parse(SETTINGS))
    likes: Preferences = field(default_factory=Preferences)
    autostart: bool = False
    done: list[tuple[object, ...]] = field(default_factory=list)
    error: Exception | None = None
    before: Callable[[], None] = lambda: None

    def _begin(self) -> None:
        self.before()
        error, self.error = self.error, None
        if error is not None:
            raise error

    def _note(self, *what: object) -> None:
        self._begin()
        self.done.append(what)

    def status(self) -> Status:
        return status(held=len(self.waiting), problems=len(self.open_problems))

    def pause(self, channel: Channel | None, minutes: int | None) -> None:
        self._note("pause", channel, minutes)

    def resume(self, channel: Channel | None) -> None:
        self._note("resume", channel)

    def stop(self, channel: Channel | None, *, forget_credentials: bool) -> None:
        self._note("stop", channel, forget_credentials)

    def sync_soon(self) -> None:
        self._note("sync")

    def history(self, query: Query, offset: int, limit: int) -> Page:
        self._begin()
        found = [each for each in self.lines if _fits(each, query)]
        found.sort(key=_ORDERS[query.order], reverse=query.descending)
        return Page(tuple(found[offset : offset + limit]), len(found))

    def undo(self, happening: int) -> None:
        self._note("undo", happening)
        number, line = next(
            (index, each)
            for index, each in enumerate(self.lines)
            if isinstance(each, Happening) and each.id == happening
        )
        if line.undone:
            raise CannotUndo(f"“{line.title}”: this was undone already.")
        self.lines[number] = replace(line, undone=True)

    def explain(self, link: int) -> tuple[Explanation, ...]:
        self._begin()
        reasons = (
            "Created in your calendar; it is in the calendar “Work” and in ForceManager (no. 5521).",
            "It can only be changed in the calendar: you are a participant, not the organiser.",
        )
        return (Explanation(f"Item {link}", "2026-11-26 10:00 Europe/Madrid", reasons),)

    def problems(self) -> tuple[Problem, ...]:
        self._begin()
        return tuple(self.open_problems)

    def retry(self, link: int) -> None:
        self._note("retry", link)
        self.open_problems = [each for each in self.open_problems if each.key != f"link:{link}"]

    def held(self) -> tuple[Held, ...]:
        self._begin()
        return tuple(self.waiting)

    def approve(self, held: Iterable[int]) -> int:
        return self._decided("approve", tuple(held))

    def keep(self, held: Iterable[int]) -> int:
        return self._decided("keep", tuple(held))

    def _decided(self, what: str, ids: tuple[int, ...]) -> int:
        self._note(what, ids)
        self.waiting = [each for each in self.waiting if each.id not in ids]
        return len(ids)

    def calendars(self) -> tuple[KnownCollection, ...]:
        self._begin()
        return tuple(self.known)

    def select_calendar(self, key: str) -> None:
        self._note("select", key)
        self.known = [replace(each, selected=each.selected or each.what.id == key) for each in self.known]

    def deselect_calendar(self, key: str, *, remove_copies: bool) -> None:
        self._note("deselect", key, remove_copies)
        self.known = [replace(each, selected=each.selected and each.what.id != key) for each in self.known]

    def target_calendar(self, key: str) -> None:
        self._note("target", key)
        self.known = [replace(each, target=each.what.id == key) for each in self.known]

    def people(self, text: str, limit: int) -> tuple[Person, ...]:
        self._begin()
        wanted = text.casefold()
        return tuple(
            each
            for each in self.known_people
            if wanted in " ".join((each.name, each.company, *each.addresses)).casefold()
        )[:limit]

    def letters(self, person: Person, limit: int) -> tuple[Letter, ...]:
        self._begin()
        found = (replace(each, is_excluded=each.number in self.kept_out) for each in letters(person))
        return tuple(found)[:limit]

    def exclude_conversation(self, letter: Letter) -> None:
        self._note("exclude", letter.number)
        self.kept_out.add(letter.number)

    def include_conversation(self, letter: Letter) -> None:
        self._note("include", letter.number)
        self.kept_out.discard(letter.number)

    def mail_links(self, address: str) -> MailLinks:
        return MailLinks(
            f"https://mail.example.com/compose?to={address}", f"https://mail.example.com/search?q={address}"
        )

    def settings(self) -> Settings:
        self._begin()
        return self.chosen

    def change_settings(self, changes: Mapping[str, Mapping[str, object]]) -> Settings:
        self._note("settings", changes)
        self.chosen = changed(self.chosen, changes)
        return self.chosen

    def preferences(self) -> Preferences:
        return self.likes

    def save_preferences(self, chosen: Preferences) -> None:
        self._note("preferences", chosen)
        self.likes = chosen

    def starts_with_system(self) -> bool:
        return self.autostart

    def start_with_system(self, *, wanted: bool) -> None:
        self._note("autostart", wanted)
        self.autostart = wanted

    def log_lines(self, limit: int) -> list[str]:
        self._begin()
        return self.log[-limit:]

    def examine(self) -> Examined:
        self._begin()
        checks = (
            Check("settings", True, "/home/emma/.config/fm-desktop/settings.toml is valid."),
            Check("state", True, "1248 items on both sides, last complete cycle: 2026-11-25 13:40 UTC."),
            Check("secrets", False, "This computer's keychain is locked.",
                  "Unlock it (signing in to the desktop does) and try again, or set FM_DESKTOP_CRM_PRIVATE_KEY in the "
                  "environment instead."),
            Check("ForceManager", True, "Signed in at https://api.forcemanager.com/api/v4; Emma is no. 7, "
                  "time zone Europe/Madrid."),
        )  # fmt: skip
        diagnosis = Diagnosis("0.1.0", "3.11.2", "Linux 6.1 x86_64", checks, ExitCode.SIGN_IN)
        return Examined(diagnosis, {"diagnosis.json": '{\n  "version": "0.1.0"\n}', "log.txt": "\n".join(self.log)})

    def save_bundle(self, parts: Mapping[str, str], path: Path) -> None:
        self._note("bundle", dict(parts), path)


def _what(each: Line) -> What:
    return What.LOGGED if isinstance(each, Logged) else What(each.verb.value)


def _side(each: Line) -> Side:
    return Side.CRM if isinstance(each, Logged) else each.side


_ORDERS: dict[Order, Callable[[Line], object]] = {
    Order.WHEN: lambda each: each.at,
    Order.WHAT: _what,
    Order.TITLE: lambda each: each.title.casefold(),
    Order.SIDE: _side,
}


def _fits(each: Line, query: Query) -> bool:
    return (
        query.text.casefold() in each.title.casefold()
        and query.side in {None, _side(each)}
        and query.what in {None, _what(each)}
        and query.link in {None, each.link}
    )


def empty() -> Sample:
    return Sample()


def full(lines: int = 2_000, calendar_number: int = 30, people_number: int = 120) -> Sample:
    return Sample(
        lines=history(lines),
        open_problems=problems(),
        waiting=held(),
        known=calendars(calendar_number),
        known_people=people(people_number),
        log=[
            f"2026-11-25 13:{minute:02}:{second:02},120 INFO    fm_desktop.runner: cycle: "
            '{"state": "done", "crm": {"created": 0, "updated": 1, "deleted": 0}, "held": 0, "problems": 0}'
            for minute in range(42)
            for second in (3, 33)
        ],
    )
