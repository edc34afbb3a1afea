"""What is there once the demo has been played: a last word, what to look at, and both sides kept in step meanwhile."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from typing import Final, NoReturn

from fm_desktop.app import Profile
from fm_desktop.demo.judge import Check
from fm_desktop.demo.mail_play import MailPlay
from fm_desktop.demo.servers import USER
from fm_desktop.demo.stage import Stage
from fm_desktop.demo.table import facts, said, say, short
from fm_desktop.runner import Headless, Runner
from fm_desktop.show import count
from fm_desktop.sync.report import Report

LOOK_EVERY: Final = 3.0
"""Seconds between two looks at both calendars; new mail is noticed when it comes."""


def ending(checks: list[Check], seconds: float) -> str:
    wrong = sum(bool(each.problems) for each in checks)
    if wrong:
        return f"\nNOT as it must be: {count(wrong, 'check')} of {len(checks)} failed. See NO above. ({seconds:.0f} s)"
    return f"\nEverything is as it must be: {len(checks)} checks of {len(checks)} hold. ({seconds:.0f} s)"


def look_around(stage: Stage, mail: MailPlay, *, keep: bool) -> str:
    """What somebody can do next."""
    first = [
        "What the program remembers of it, without any server (history, status, explain Dentist):",
        f"   FM_DESKTOP_HOME={short(stage.home)} {_command()} history",
    ]
    if not keep:
        return "\n".join(
            [*first, "To look at it in ForceManager, and to edit and write yourself:", f"   {_command()} demo --keep"]
        )
    pages = [(f"Messages of {name}", stage.page_of(what, number)) for name, what, number in mail.pages()]
    account = f"user {USER}   password {stage.calendar.password}"
    return "\n".join(
        [
            *first,
            "All servers stay, and both sides are kept in step every few seconds; mail is logged when it",
            "comes. Edit and write on either side:",
            facts(
                [
                    ("ForceManager", stage.page),
                    *pages,
                    ("Calendar", f"{stage.calendar.home}   {account}"),
                    ("Mail", f"{stage.mail.address}   {account}"),
                ]
            ),
            "Ctrl-C ends it.",
        ]
    )


def keep_in_step(profile: Profile) -> NoReturn:
    """Lets somebody edit on either side and see it arrive on the other one, until Ctrl-C."""
    runner = Runner(profile.paths, profile.settings, profile.connector)
    loop = Headless(profile.paths, runner, LOOK_EVERY, _Told())
    # Not in this thread: a signal must not end a cycle in the middle.
    thread = threading.Thread(target=loop.run, name="in step")
    thread.start()
    try:
        while True:
            thread.join(LOOK_EVERY)
    finally:
        loop.end()
        thread.join()


class _Told:
    """Says what a cycle wrote, and what went wrong."""

    def began(self) -> None: ...

    def ended(self, report: Report) -> None:
        written = [
            *(
                f"{number} {what} in {where}"
                for where, counts in (("ForceManager", report.crm), ("the calendar", report.provider))
                for number, what in ((counts.created, "new"), (counts.updated, "changed"), (counts.deleted, "deleted"))
                if number
            ),
            *([f"{count(report.emails_logged, 'e-mail')} logged in ForceManager"] if report.emails_logged else []),
        ]
        if written:
            say(said(", ".join(written)))
        for error in (report.error, report.also):
            if error is not None:
                say(said(f"{error} {error.next_step}"))

    def failed(self, error: Exception) -> None:
        say(said(str(error)))


def _command() -> str:
    """The program as one calls it here: on the PATH, or of the environment this runs in."""
    beside = Path(sys.executable).with_name("fm-desktop")
    return short(beside) if shutil.which("fm-desktop") is None and beside.exists() else "fm-desktop"
