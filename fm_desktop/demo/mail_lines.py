"""The lines of the table about mail: for whom what was logged, and what was not. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fm_desktop.demo.letter import Letter
from fm_desktop.demo.mail_seen import Record, per_name
from fm_desktop.demo.table import Line
from fm_desktop.show import count

MAIL = "mailbox"
NOTHING = "not logged"


def first_lines(letters: Sequence[Letter], records: Sequence[Record]) -> tuple[Line, ...]:
    """`records` after the first sync."""
    return (*_per_name(letters, records), *_special(letters, records), *_apart(letters, records))


def news_lines(letters: Iterable[Letter], records: Sequence[Record]) -> tuple[Line, ...]:
    """Of each letter that came or went after the first sync, for whom it is logged."""
    return tuple(Line(MAIL, told(each), _expected(each), seen(each, records)) for each in letters)


def seen(letter: Letter, records: Iterable[Record]) -> str:
    """For whom a letter is logged, with its files."""
    found = [each for each in records if (each.subject, each.is_sent) == (letter.subject, letter.is_sent)]
    return _sentence([each.name for each in found], found[0].files if found else ())


def _expected(letter: Letter) -> str:
    return _sentence(letter.logged_for, letter.file_names)


def _sentence(names: Iterable[str], files: Iterable[str]) -> str:
    who = " and ".join(sorted(names)) or NOTHING
    return "; ".join((who, *sorted(files)))


def told(letter: Letter) -> str:
    """What it is, in one line."""
    person = letter.to if letter.is_sent else letter.sender
    names = ", ".join(part.partition("<")[0].strip() for part in person.split(","))
    return f"{'Sent to' if letter.is_sent else 'From'} {names}: {letter.subject}"


def _per_name(letters: Iterable[Letter], records: Iterable[Record]) -> Iterator[Line]:
    wanted: dict[str, Counter[str]] = {}
    counted = set()
    for letter in letters:
        for name in letter.logged_for:
            if (key := (name, letter.subject, letter.is_sent)) not in counted:
                counted.add(key)
                per = wanted.setdefault(name, Counter())
                per["sent" if letter.is_sent else "received"] += 1
                per["files"] += len(letter.file_names)
    found = per_name(records)
    for name in sorted({*wanted, *found}):
        yield Line(MAIL, f"Mail with {name}", _numbers(wanted.get(name)), _numbers(found.get(name)))


def _numbers(counted: Counter[str] | None) -> str:
    if not counted:
        return NOTHING
    parts = [f"{counted[what]} {what}" for what in ("received", "sent") if counted[what]]
    if counted["files"]:
        parts.append(count(counted["files"], "file"))
    # A number and what it counts stay in one line of the table.
    return ", ".join(each.replace(" ", "\N{NO-BREAK SPACE}") for each in parts)


def _special(letters: Iterable[Letter], records: Sequence[Record]) -> Iterator[Line]:
    for each in letters:
        if each.special:
            yield Line(MAIL, f"“{each.subject}”, {each.special}", _expected(each), seen(each, records))


def _apart(letters: Iterable[Letter], records: Sequence[Record]) -> Iterator[Line]:
    """What must not be logged, by the reason."""
    groups: dict[str, list[Letter]] = {}
    for letter in letters:
        if letter.why_not:
            groups.setdefault(letter.why_not, []).append(letter)
    for why, same in groups.items():
        logged = [each.subject for each in same if seen(each, records) != NOTHING]
        yield Line(MAIL, f"{why}: {count(len(same), 'message')}", NOTHING, ", ".join(logged) or NOTHING)
