"""Messages that a server stumbles over or answers oddly for: each is told, and none holds up another. Scripted."""

from __future__ import annotations

import pytest

from fm_desktop.mailport import Broken, MessageRef
from fm_desktop.port import Malformed, Throttled, Unreachable
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import INBOX, headings, read, subjects
from tests.real.imap.scripted import asked, fetched, holding
from tests.servers.imap_script import ImapScript, Talk


def test_a_message_the_server_stumbles_over_holds_up_no_other(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 40, 17, 23)
    (batch,) = read(scripted)
    assert [each.ref.id for each in batch.found] == [f"7.{uid}" for uid in range(1, 41)]
    broken = [each for each in batch.found if isinstance(each, Broken)]
    assert [each.ref.id for each in broken] == ["7.17", "7.23"]
    assert "“cannot”" in broken[0].reason
    assert '"uid": 40' in batch.cursor


@pytest.mark.parametrize(
    "answer", [b"TAG NO [EXPUNGEISSUED] Some are gone", b"TAG NO Some messages no longer exist", b"TAG BAD Bogus"]
)
def test_messages_gone_at_the_time_of_reading_are_no_problem(
    script: ImapScript, scripted: ImapSource, answer: bytes
) -> None:
    holding(script, 10, 4, answer=answer)
    script.on(b"^UID SEARCH UID 4$", (b"* SEARCH", b"TAG OK done"))
    assert subjects(read(scripted)) == [f"Message {uid}" for uid in range(1, 11) if uid != 4]


def test_a_server_that_stumbles_over_everything_has_a_fault_itself(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 400, *range(1, 401))
    with pytest.raises(Unreachable):
        read(scripted)
    assert script.count(b"^UID FETCH") < 50


@pytest.mark.parametrize("answer", [b"TAG NO [UNAVAILABLE] down", b"TAG NO [LIMIT] slow down"])
def test_a_server_that_is_down_is_asked_no_more(script: ImapScript, scripted: ImapSource, answer: bytes) -> None:
    holding(script, 400, 1, answer=answer)
    with pytest.raises((Unreachable, Throttled)):
        read(scripted)
    assert script.count(b"^UID FETCH") == 1


@pytest.mark.parametrize(
    "line",
    [
        b"* 3 FETCH (UID 3 FLAGS (",
        b"* 3 FETCH UID",
        b"* x FETCH (UID 3)",
        b"* 3 FETCH (UID abc BODY[HEADER.FIELDS (FROM)] NIL)",
        b'* 3 FETCH (UID 3 "unended)',
        b"* 3 FETCH (UID 3 FLAGS)",
        b"\x00\x01\x02",
    ],
)
def test_an_answer_that_is_no_imap_is_the_problem_of_one_message(
    script: ImapScript, scripted: ImapSource, line: bytes
) -> None:
    holding(script, 5)

    def fetch(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        uids = asked(command)
        return (*(line if each == 3 else fetched(each) for each in uids), b"TAG OK done")

    script.on(b"^UID FETCH", fetch)
    (batch,) = read(scripted)
    assert [each.ref.id for each in batch.found] == [f"7.{uid}" for uid in range(1, 6)]
    assert [each.ref.id for each in batch.found if isinstance(each, Broken)] == ["7.3"]


@pytest.mark.parametrize("line", [b"* 1 FETCH (BODY[] {99999999999}", b"* SEARCH " + b"1" * 5_000_000])
def test_a_server_that_floods_is_left(script: ImapScript, scripted: ImapSource, line: bytes) -> None:
    holding(script, 5)
    script.on(b"^UID FETCH", (line,))
    with pytest.raises((Unreachable, Malformed)):
        read(scripted)


def test_messages_nobody_asked_for_are_not_taken(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 2)
    others = (fetched(77), b"* 1 FETCH (FLAGS (\\Deleted))", b"* 5 FETCH (UID 78 FLAGS (\\Seen))", b"* 9 EXISTS")
    script.on(b"^UID FETCH", (fetched(2), *others, fetched(1), b"TAG OK done"))
    # Flags without a UID are another message's: here those of the first, whose number in the folder may be the UID of
    # any other.
    assert [(each.headers.subject, each.roles) for each in headings(read(scripted))] == [
        ("Message 1", frozenset()),
        ("Message 2", frozenset()),
    ]


def test_a_message_that_is_there_and_not_shown_is_a_problem_and_not_lost(
    script: ImapScript, scripted: ImapSource
) -> None:
    holding(script, 5)
    script.on(b"^UID FETCH", (fetched(1), fetched(5), b"TAG OK done"))
    script.on(b"^UID SEARCH UID 2:4$", (b"* SEARCH 3", b"TAG OK done"))
    assert subjects(read(scripted)) == ["Message 1", "The server did not show its headers.", "Message 5"]


def test_headings_helper_reads_what_the_script_holds(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 2)
    (first, _) = headings(read(scripted))
    assert first.received is not None
    assert first.received.isoformat() == "2026-11-25T09:00:00+00:00"
    assert first.ref == MessageRef(INBOX.id, "7.1")
