"""What the next cycle would log: the same decisions, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fm_desktop.mailport import Heading, MailSource
from fm_desktop.model.message import Direction
from fm_desktop.model.text import normal_title
from fm_desktop.port import Side
from fm_desktop.sync.mail.folders import KnownFolder
from fm_desktop.sync.mail.identity import message_key
from fm_desktop.sync.mail.match import Decision
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.record import NO_SUBJECT
from fm_desktop.sync.mail.scan import Scanner, Tables
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import PlannedLine


def foreseen(
    scanner: Scanner, tables: Tables, source: MailSource, folders: Iterable[KnownFolder], options: MailOptions
) -> tuple[PlannedLine, ...]:
    """One line for each record; what is known already first. Raises the port's errors."""
    lines = [_line(subject, f"waits to be logged for {address}") for subject, address in tables.messages.planned()]
    seen: set[str] = set()
    for folder in folders:
        for heading, decision in _found(scanner, source, folder, options):
            key = message_key(heading)
            if key in seen or tables.messages.is_known(key):
                continue
            seen.add(key)
            word = "to" if decision.direction is Direction.SENT else "from"
            subject = normal_title(heading.headers.subject) or NO_SUBJECT
            lines += [_line(subject, f"e-mail {word} {party.address}") for party in decision.parties]
    return tuple(lines)


def _found(
    scanner: Scanner, source: MailSource, folder: KnownFolder, options: MailOptions
) -> Iterator[tuple[Heading, Decision]]:
    for batch in source.new(folder.what, folder.cursor, options.since):
        for each in batch.found:
            if isinstance(each, Heading):
                decision = scanner.decide(each, folder.what.role)
                if decision.why is None:
                    yield each, decision


def _line(title: str, why: str) -> PlannedLine:
    return PlannedLine(Side.CRM, Verb.CREATE, title, why, None)
