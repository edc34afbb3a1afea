"""Is everything as it must be with the mail? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fm_desktop.demo.judge import Check
from fm_desktop.demo.letter import Letter
from fm_desktop.demo.mail_program import Contents
from fm_desktop.demo.mail_seen import Record, differences, rows_changed
from fm_desktop.show import count


def logged(when: str, letters: Sequence[Letter], records: Sequence[Record], user: int) -> Check:
    """Each letter once for each contact and account on it, down to the last byte of its files; and nothing else."""
    apart = sum(not each.logged_for for each in letters)
    files = sum(len(each.files) for each in records)
    return Check(
        f"{when} {count(len(records), 'message')} with {count(files, 'file')} are logged, each once for whom it "
        f"belongs to, with its text and its files byte for byte; the other {apart} in the mailbox are not.",
        differences(letters, records, user),
    )


def kept(first: Sequence[Record], *later: Sequence[Record]) -> Check:
    """R12."""
    problems = [line for records in later for line in rows_changed(first, records)]
    return Check("What was logged once was never changed.", list(dict.fromkeys(problems)))


def mailbox_untouched(*pairs: tuple[Mapping[str, Contents], Mapping[str, Contents]]) -> Check:
    """`pairs`: the mailbox before and after the program was at work."""
    problems = [line for before, after in pairs for line in _differing(before, after)]
    return Check("In the mailbox nothing was changed: what was unread is unread, in the same folder.", problems)


def _differing(before: Mapping[str, Contents], after: Mapping[str, Contents]) -> Iterable[str]:
    for folder, messages in before.items():
        for flags, subject in messages - after[folder]:
            yield f"mailbox: “{subject}” in {folder} is not as it was ({flags or 'unread'})"
        for flags, subject in after[folder] - messages:
            yield f"mailbox: “{subject}” in {folder} was not there before ({flags or 'unread'})"
