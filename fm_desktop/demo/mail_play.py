"""The mail's part of the demo: what is put into Emma's mailbox when, and what ForceManager holds of it then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fm_desktop.demo import letters, letters_apart, mail_judge, mail_lines
from fm_desktop.demo.forcemanager import ForceManager
from fm_desktop.demo.judge import Check
from fm_desktop.demo.letter import FOLDERS, INBOX, Letter
from fm_desktop.demo.letters import ANA
from fm_desktop.demo.letters_new import new_letters
from fm_desktop.demo.mail_program import Contents, MailProgram
from fm_desktop.demo.mail_seen import Reader, Record
from fm_desktop.demo.opening import Days
from fm_desktop.demo.servers import USER
from fm_desktop.demo.stage import Stage
from fm_desktop.demo.table import Line
from fm_desktop.sandbox.server import LOOPBACK


@dataclass(frozen=True, slots=True)
class Moment:
    """What ForceManager shows of the mail, and what the mailbox holds, at one moment."""

    records: tuple[Record, ...]
    mailbox: Mapping[str, Contents]


class MailPlay:
    """Emma, with her mail program, and everybody who writes to her. `close` signs both out."""

    def __init__(self, stage: Stage, crm: ForceManager, days: Days) -> None:
        self.crm = crm
        self.days = days
        self.program = MailProgram(LOOPBACK, stage.mail.port, USER, stage.mail.password)
        self.reader = Reader(crm, stage.sandbox.origin, stage.sandbox.admin_key)
        self.opening: tuple[Letter, ...] = (*letters.letters(days), *letters_apart.letters(days))
        self.news: tuple[Letter, ...] = ()

    def close(self) -> None:
        self.program.close()
        self.reader.close()

    def fill(self) -> None:
        """The mailbox as it is before the program comes; the oldest message was there first."""
        self.program.make_folders(FOLDERS)
        for each in sorted(self.opening, key=lambda letter: letter.at):
            self.program.put(each)

    def write(self) -> None:
        """People write to each other, now."""
        self.news = new_letters()
        for each in self.news:
            self.program.put(each)

    def told(self) -> Iterator[tuple[str, str]]:
        """What was written: (where, what)."""
        return ((mail_lines.MAIL, mail_lines.told(each)) for each in self.news)

    def moment(self) -> Moment:
        return Moment(self.reader.records(), self.program.all((INBOX, *FOLDERS)))

    def pages(self) -> Iterator[tuple[str, str, int]]:
        """What to look at: (name, `contacts` or `accounts`, its number)."""
        (row,) = (
            row
            for row in self.crm.all("contacts")
            if f"{row['firstName']} {row['lastName']}" == ANA and not row["deleted"]
        )
        yield ANA, "contacts", row["id"]
        yield row["accountId"]["value"], "accounts", row["accountId"]["id"]


@dataclass(frozen=True, slots=True)
class Mails:
    """Mail before the first sync, after it, once people had written more, after all edits, and after one more cycle."""

    opening: Sequence[Letter]
    news: Sequence[Letter]
    untouched: Moment
    first: Moment
    written: Moment
    final: Moment
    idle: Moment

    def sections(self) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        return (
            ("First sync: mail of the last 30 days", mail_lines.first_lines(self.opening, self.first.records)),
            ("Then new mail came and went", mail_lines.news_lines(self.news, self.final.records)),
        )

    def checks(self, user: int) -> Iterator[Check]:
        everything = (*self.opening, *self.news)
        yield mail_judge.logged("After the first sync,", self.opening, self.first.records, user)
        yield mail_judge.logged("After all edits,", everything, self.final.records, user)
        yield mail_judge.kept(self.first.records, self.final.records, self.idle.records)
        yield mail_judge.mailbox_untouched(
            (self.untouched.mailbox, self.first.mailbox),
            (self.written.mailbox, self.final.mailbox),
            (self.final.mailbox, self.idle.mailbox),
        )
