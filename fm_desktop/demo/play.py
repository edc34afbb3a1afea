"""The demo from beginning to end: fill, set up, preview, sync, edit, sync, ask, read back, judge."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fm_desktop import printed
from fm_desktop.app import Profile
from fm_desktop.demo import first_sync, judge, opening, story
from fm_desktop.demo.forcemanager import ForceManager, Row
from fm_desktop.demo.judge import Check, Pictures
from fm_desktop.demo.letter import READ
from fm_desktop.demo.mail_play import MailPlay, Mails
from fm_desktop.demo.opening import BUDGET, FAMILY, TAKE_PART, TASKS, WORK
from fm_desktop.demo.phone import Phone
from fm_desktop.demo.picture import Picture
from fm_desktop.demo.servers import USER
from fm_desktop.demo.shown import ZONE
from fm_desktop.demo.stage import RATE, Stage
from fm_desktop.demo.story import Act, Scene
from fm_desktop.demo.table import Line, checked, facts, indented, said, say, short, step, table, title
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Timed
from fm_desktop.runner import Runner
from fm_desktop.setup import set_up
from fm_desktop.show import count
from fm_desktop.show import table as plain_table
from fm_desktop.sync.report import PlannedLine, Report

_PREVIEW_LINES = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What was done and seen. `asked`: the titles of what waited for Emma's word; `requests`: how many
    reached ForceManager during the last cycle, which had nothing to do."""

    pictures: Pictures
    mails: Mails
    acts: tuple[Act, ...]
    question: Act
    word: Act
    asked: list[str]
    requests: int


class Play:
    """What is wrong does not end it: it goes on, and the checks at the end say all of it."""

    def __init__(self, stage: Stage, crm: ForceManager, phone: Phone, mail: MailPlay) -> None:
        self.stage = stage
        self.crm = crm
        self.phone = phone
        self.mail = mail
        self.days = mail.days
        self.reports: dict[str, Report] = {}

    def play(self) -> list[Check]:
        """Returns what was checked, and what speaks against it."""
        contact = opening.known_contact(self.crm)
        self._introduce()
        self._fill(contact)
        self.profile = self._set_up()
        self._preview()

        seen = self._perform()
        sections = _sections(seen, contact)
        say(step(8, "What happened where"), "", table(sections))
        checks = self._judge(seen, [line for _, lines in sections for line in lines])
        say(step(9, "All servers, read back and compared without any code of the program"), _checked(checks))
        return checks

    def _perform(self) -> Seen:
        """Syncs, edits and answers, with a picture of both sides after each."""
        untouched, empty = self._picture(), self.mail.moment()
        say(step(5, "First sync"))
        self._sync("the first sync")
        first, logged = self._picture(), self.mail.moment()

        scene = Scene(self.stage, self.crm, self.phone, self.days, first)
        acts, question, word = story.acts(scene), story.asked_first(scene), story.word_given(scene)
        self._edit((*acts, question))
        edited, written = self._picture(), self.mail.moment()

        say(step(7, "Next sync"))
        self._sync("the next sync")
        second = self._picture()
        asked = self._answer()
        final, everything = self._picture(), self.mail.moment()
        requests = self._idle()
        pictures = Pictures(untouched, first, edited, second, final, self._picture())
        mails = Mails(self.mail.opening, self.mail.news, empty, logged, written, everything, self.mail.moment())
        return Seen(pictures, mails, acts, question, word, asked, requests)

    def _judge(self, seen: Seen, lines: Iterable[Line]) -> list[Check]:
        pictures = seen.pictures
        return [
            judge.ended_well(self.reports),
            judge.table_holds(lines),
            judge.equal("After the first sync,", pictures.first),
            judge.first_sync_is_exact(pictures),
            judge.equal("After all edits,", pictures.final),
            judge.edits_are_exact(pictures, seen.acts, seen.word),
            judge.people_are_kept(pictures),
            judge.one_question(seen.asked),
            judge.user_was_told(each.why for each in self.profile.history(100, BUDGET)),
            *seen.mails.checks(self.crm.user["id"]),
            judge.idle_is_idle(self.reports["the last cycle"], pictures, seen.requests, len(READ)),
        ]

    def _picture(self) -> Picture:
        return Picture.take(self.crm, self.phone, TAKE_PART)

    # --- the steps ---

    def _introduce(self) -> None:
        stage = self.stage
        addresses = (
            ("ForceManager", "a sandbox with sample data; open its page in a browser:"),
            ("", stage.page),
            ("Calendar", "Radicale, a real CalDAV server; any calendar program can open it:"),
            ("", f"{stage.calendar.home}   user {USER}   password {stage.calendar.password}"),
            ("Mail", "pymap, a real IMAP server; any mail program can open it, without encryption:"),
            ("", f"{stage.mail.address}   user {USER}   password {stage.mail.password}"),
        )
        say(
            title("FM Desktop: the demo"),
            "Emma is in sales. Her agenda is in ForceManager, her own calendar and her mail are somewhere else.",
            "FM Desktop keeps the two agendas in step, both ways, and logs her mail with contacts.",
            step(1, "Three servers start on this computer"),
            facts(addresses),
            said(f"The real ForceManager takes 4 requests a second. To save time, this one takes {RATE}."),
        )

    def _fill(self, contact: Row) -> None:
        say(step(2, "Emma's calendar and mailbox are filled"))
        opening.fill(self.phone, contact, self.days)
        self.mail.fill()
        name = f"{contact['firstName']} {contact['lastName']}"
        holds = (
            (WORK, "own events, a weekly series, an invitation she has not answered yet, and"),
            ("", f"a meeting with {name}, a contact of hers, and with a stranger"),
            (TASKS, "three tasks, one of them without a date"),
            (FAMILY, "a school play; this calendar will take no part"),
            ("Mail", f"{len(self.mail.opening)} messages: with contacts, and of strangers, shops and colleagues"),
        )
        say(facts(holds))

    def _set_up(self) -> Profile:
        file = self.stage.write_setup_file(TAKE_PART)
        say(step(3, "FM Desktop is set up by a file"), said(f"fm-desktop setup --file {short(file)}"))
        found = set_up(self.stage.environment, file, None)
        part = {True: "takes part", False: "left out"}
        names = ", ".join(f"{each.name} ({part[each.takes_part]})" for each in found.calendars)
        read = ", ".join(each.name for each in found.folders if each.read)
        left_out = ", ".join(each.name for each in found.folders if not each.read)
        answers = (
            ("user", f"{found.crm_user}, {found.time_zone}"),
            ("calendars", names),
            ("direction", "both ways"),
            ("mail folders", f"{read} (left out: {left_out})"),
        )
        say(facts(answers))
        return Profile.open(self.stage.environment)

    def _preview(self) -> None:
        say(step(4, "Preview: what the first sync would do. Nothing is written yet"))
        report = self.profile.sync_once(dry_run=True)
        self.reports["the preview"] = report
        mails = [each for each in report.plan if _is_mail(each)]
        items = [each for each in report.plan if not _is_mail(each)]
        nearest = items[:_PREVIEW_LINES]
        rows = [[f"new in {printed.SIDES[each.side]}", _when(each.shown), each.title] for each in nearest]
        counted = Counter(printed.SIDES[each.side] for each in items)
        everything = " and ".join(f"{number} in {side}" for side, number in sorted(counted.items()))
        say(
            indented(plain_table(["what", "when", "title"], rows)),
            said(f"... and {len(items) - len(nearest)} more. New in all: {everything}."),
            said(f"To be logged in ForceManager: {count(len(mails), 'e-mail')} of the last 30 days."),
        )

    def _sync(self, name: str) -> None:
        report = self.profile.sync_once()
        self.reports[name] = report
        say(indented(printed.cycle(report)))

    def _edit(self, acts: tuple[Act, ...]) -> None:
        say(step(6, "People edit on both sides, and write to each other"))
        for each in acts:
            each.do()
        self.mail.write()
        say(facts([*((each.where, each.done) for each in acts), *self.mail.told()]))

    def _answer(self) -> list[str]:
        """Emma looks at what waits for her, and says yes. Returns the titles of what waited."""
        waiting = self.profile.held()
        for each in waiting:
            say(said(f"“{each.title}” waits: {each.reason}. Emma says yes, and syncs once more."))
            self.profile.approve([each.id])
        self._sync("the sync after Emma's word")
        return [each.title for each in waiting]

    def _idle(self) -> int:
        """One more cycle of a program that runs, over open connections. Returns how many requests reached
        ForceManager meanwhile."""
        runner, nothing = Runner(self.profile.paths, self.profile.settings, self.profile.connector), threading.Event()
        try:
            self.reports["the sync of a new process"] = runner.cycle(nothing)
            before = self.stage.sandbox.requests.total
            self.reports["the last cycle"] = runner.cycle(nothing)
            return self.stage.sandbox.requests.total - before
        finally:
            runner.close()


def _sections(seen: Seen, contact: Row) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    pictures = seen.pictures
    mail_before, mail_after = seen.mails.sections()
    asking = (*_lines([seen.question], pictures.second), *_lines([seen.word], pictures.final))
    return (
        ("First sync: agendas", first_sync.lines(pictures.untouched, pictures.first, contact)),
        mail_before,
        ("Then people edited on both sides", _lines(seen.acts, pictures.second)),
        mail_after,
        ("Others would get mail: asked first", asking),
    )


def _lines(acts: list[Act] | tuple[Act, ...], now: Picture) -> tuple[Line, ...]:
    return tuple(Line(act.where, act.done, act.expected, act.seen(now)) for act in acts)


def _checked(checks: list[Check]) -> str:
    return "\n".join(checked(each.sentence, each.problems) for each in checks)


def _is_mail(line: PlannedLine) -> bool:
    """Only mail has no place in an agenda."""
    return line.shown is None


def _when(shown: Projection | None) -> str:
    if shown is None or shown.span is None:
        return ""
    start = shown.span.start
    return f"{start.instant.astimezone(ZONE):%a %d %b %H:%M}" if isinstance(start, Timed) else f"{start:%a %d %b}"
