"""How folders are numbered: numbers that are missing, that do not last, and that lie far apart. Scripted."""

from __future__ import annotations

import pytest

from fm_desktop.port import Malformed
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import read, subjects
from tests.real.imap.scripted import asked, fetched, holding
from tests.servers.imap_script import ImapScript, Talk


def test_a_server_without_uidnext_is_asked_for_its_last_message(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 3)
    script.on(b"^EXAMINE", (b"* 3 EXISTS", b"* OK [UIDVALIDITY 7] v", b"TAG OK [READ-ONLY] opened"))
    script.on(rb"^UID SEARCH UID \*", (b"* SEARCH 3", b"TAG OK done"))
    (batch,) = read(scripted)
    assert subjects([batch]) == ["Message 1", "Message 2", "Message 3"]
    (again,) = read(scripted, cursor=batch.cursor)
    assert (again.found, again.cursor) == ((), batch.cursor)


@pytest.mark.parametrize("extra", [(), (b"* OK [UIDVALIDITY 7] v", b"* NO [UIDNOTSTICKY] not kept")])
def test_numbers_that_do_not_last_are_of_no_use(
    script: ImapScript, scripted: ImapSource, extra: tuple[bytes, ...]
) -> None:
    script.on(b"^EXAMINE", (b"* 3 EXISTS", *extra, b"* OK [UIDNEXT 4] n", b"TAG OK [READ-ONLY] opened"))
    with pytest.raises(Malformed, match="anew each time"):
        read(scripted)


def test_a_large_folder_is_searched_in_spans_from_the_top(script: ImapScript, scripted: ImapSource) -> None:
    script.inbox(next_uid=45_001, count=45_000)

    def search(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        span = command.split()[2]
        # While it is read, a message at the bottom goes: what was the first of a span is the last of the one below.
        return ({b"40001:*": b"* SEARCH 44999 40001", b"20001:40000": b"* SEARCH 40001 30000", b"1:20000": b"* SEARCH 5"}[span], b"TAG OK done")  # fmt: skip

    script.on(b"^UID SEARCH", search)
    script.on(b"^UID FETCH", lambda command, talk: (*(fetched(each) for each in asked(command)), b"TAG OK done"))
    assert subjects(read(scripted)) == [f"Message {uid}" for uid in (5, 30000, 40001, 44999)]


def test_a_wide_gap_of_numbers_is_not_asked_for_one_by_one(script: ImapScript, scripted: ImapSource) -> None:
    script.inbox(next_uid=4_000_000_000, count=3)
    script.on(b"^UID SEARCH UID 11:3999999999$", (b"* SEARCH 3999999999 12", b"TAG OK done"))
    script.on(b"^UID FETCH", lambda command, talk: (*(fetched(each) for each in asked(command)), b"TAG OK done"))
    assert subjects(read(scripted, cursor='{"uidvalidity": 7, "uid": 10}')) == ["Message 12", "Message 3999999999"]
    assert script.count(b"^UID FETCH") == 1
