"""What needs the user: problems, and what is held until they have decided."""

from __future__ import annotations

from fm_desktop.port import Side
from fm_desktop.sync.held import Held
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.problems import Problem
from tests.ui.window.samples.words import TITLES, ago


def problems() -> list[Problem]:
    return [
        Problem(1, "link:12", "Visit Acme Corporation",
                "“Visit Acme Corporation” could not be written to ForceManager: "
                "ForceManager refused the request: the account is closed.",
                "Change it, or try again: fm-desktop problems retry 12", ago(days=2), ago(hours=2), 14),
        Problem(2, "collection:3", "Sales team", "The calendar “Sales team” is not there any more.",
                "Its copies in ForceManager were left alone. Choose your calendars again: fm-desktop calendars",
                ago(days=1), ago(days=1), 1),
        Problem(3, "item:/emma/work/7.ics", "Broken",
                "“Standup with the whole Iberian sales organisation including Portugal and the Azores” cannot be read: "
                "its rule cannot be read: “FREQ=SOMETIMES”.",
                "Open it in its own program and save it again, or delete it there. Everything else is kept in step.",
                ago(hours=5), ago(minutes=12), 3),
    ]  # fmt: skip


def held(deletions: int = 12) -> list[Held]:
    mass = [
        Held(number, 100 + number, Side.CRM, Verb.DELETE, TITLES[number % len(TITLES)],
             f"{deletions} of 120 items would be deleted at once", ago(minutes=34))
        for number in range(1, deletions + 1)
    ]  # fmt: skip
    mail = Held(deletions + 1, 300, Side.PROVIDER, Verb.UPDATE, "Quarterly review",
                "it sends mail to 8 other people", ago(hours=3),
                {"title": "Review", "text": ""},
                {"title": "Quarterly review", "text": "Bring the figures of the north."})  # fmt: skip
    return [*mass, mail]
