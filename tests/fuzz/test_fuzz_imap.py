"""Answers of IMAP servers, from a scripted one on this computer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.mailport import Folder, MessageRef, Role
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from fm_desktop.providers.imap.errors import Purpose, lost, refusal, said
from fm_desktop.providers.imap.fetching import moment, parsed
from tests.fuzz.budget import fuzzed
from tests.fuzz.bytes_damaged import damaged
from tests.fuzz.understood import check_batch, tried
from tests.servers.imap_script import ImapScript, Talk

INBOX = Folder("INBOX", "INBOX", Role.INBOX)
HEADERS = b"From: Ana <ana@x.example>\r\nTo: emma@example.com\r\nSubject: Offer\r\nMessage-ID: <1@x.example>\r\n\r\n"
FETCHED = b'1 (UID 1 INTERNALDATE "25-Nov-2026 10:00:00 +0100" RFC822.SIZE 1200 FLAGS (\\Seen $Junk) BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)' % (
    len(HEADERS), HEADERS,
)  # fmt: skip
EXAMINE = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 3] next\r\n* FLAGS (\\Seen)\r\nTAG OK [READ-ONLY] opened\r\n"
LIST = b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Sent) "/" "Enviados"\r\n* LIST () "/" {4}\r\nA&-B\r\n* LIST () NIL "Informaci&APM-n"\r\nTAG OK done\r\n'
FETCH = b"* " + FETCHED + b"\r\n* 2 FETCH (UID 2 FLAGS ())\r\nTAG OK done\r\n"
FETCH = FETCH.replace(b"* 1 (", b"* 1 FETCH (", 1)
BODY = b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nHello RFC822.SIZE 5)\r\nTAG OK done\r\n"
SEARCH = b"* SEARCH 1 2\r\nTAG OK done\r\n"
CAPABILITY = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE X-GM-EXT-1 SPECIAL-USE LIST-EXTENDED\r\nTAG OK done\r\n"
GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"
# fmt: off
PIECES = (
    b"* " + b"(" * 3_000 + b"\r\n", b"* 1 FETCH (" + b"(" * 3_000 + b"\r\n", b"* " + b"9" * 5_000 + b" EXISTS\r\n", b"* OK [UIDVALIDITY " + b"9" * 5_000 + b"]\r\n",
    b"* OK [UIDVALIDITY 0]\r\n", b"* OK [UIDNEXT x]\r\n", b"* OK [UIDNEXT 99999999999999999999]\r\n", b"* OK [UIDVALIDITY (1)] x\r\n",
    b"* SEARCH 1 x\r\n", b"* SEARCH " + b"9" * 5_000 + b"\r\n", b"* SEARCH 99999999999999999999\r\n", b"* SEARCH -1\r\n", b"* BYE gone\r\n",
    b"* NO [ALERT] \xff\r\n", b"TAG NO [UNAVAILABLE] x\r\n", b"TAG BAD x\r\n", b"TAG NO Suggested Backoff Time: " + b"9" * 5_000 + b" milliseconds\r\n",
    b"* BYE throttled, Suggested Backoff Time: " + b"9" * 5_000 + b" milliseconds\r\n", b"+ \r\n", b"+ go\r\n", b"* 1 FETCH (UID 1 {99999999999}\r\n",
    b"* 1 FETCH (UID 1 BODY[]<0> {" + b"9" * 5_000 + b"}\r\n", b"* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n", b"* 1 FETCH (UID 1 RFC822.SIZE -1)\r\n",
    b'* 1 FETCH (UID 1 INTERNALDATE "31-Dec-9999 23:59:59 -1200")\r\n', b"* LIST () \"/\" 5\r\n", b"* LIST (x\r\n", b'* LIST () "/" "&AAA-"\r\n',
    b'* LIST () "/" "&2AA-"\r\n', b"* LIST\r\n", b"* LIST NIL NIL NIL\r\n", b"* CAPABILITY\r\n", b"* PREAUTH x\r\n", b"* OK [UIDNOTSTICKY] x\r\n",
    b"* 1 EXPUNGE\r\n", b"* VANISHED 1:99999999999\r\n", b"* ESEARCH (TAG \"x\") UID ALL 1:5\r\n",
)
# fmt: on


@contextmanager
def scripted(**answers: bytes) -> Iterator[ImapSource]:
    """A mailbox whose server gives these answers, raw, and hangs up behind each that it does not end with `TAG`."""
    script = ImapScript()
    script.greeting = answers.pop("greeting", GREETING).removesuffix(b"\r\n")
    for command, raw in answers.items():

        def answer(_: bytes, talk: Talk, raw: bytes = raw) -> list[bytes] | None:
            lines = raw.split(b"\r\n")
            if any(line.startswith(b"TAG ") for line in lines):
                return lines[:-1] if lines[-1] == b"" else lines
            talk.send(*lines)
            return None

        script.on(b"^" + command.upper().replace("_", " ").encode(), answer)
    server = Server("127.0.0.1", script.port, Security.NONE, connect_seconds=2.0, read_seconds=0.3)
    source = ImapSource(server, Password("emma", "secret"))
    try:
        yield source
    finally:
        source.close()
        script.stop()


def used(source: ImapSource) -> None:
    for act in (
        lambda: list(source.new(INBOX, None, date(2026, 11, 1))),
        lambda: list(source.new(INBOX, '{"uidvalidity": 7, "uid": 0}', date(2026, 11, 1))),
        source.folders,
        lambda: source.download(MessageRef("INBOX", "7.1"), io.BytesIO(), 10),
    ):
        found = tried(act)
        if isinstance(found, list):
            for batch in found:
                check_batch(batch)
        elif isinstance(found, tuple):
            for folder in found:
                (folder.name + folder.id).encode("utf-8")


def _answer(name: str, seed: bytes) -> st.SearchStrategy[dict[str, bytes]]:
    return damaged([seed], PIECES, most=3).map(lambda raw: {name: raw})


GOOD = {"examine": EXAMINE, "uid_fetch": FETCH, "uid_search": SEARCH, "list": LIST, "capability": CAPABILITY}
one_damaged = st.one_of(
    *(_answer(name, seed) for name, seed in {**GOOD, "greeting": GREETING}.items()), _answer("uid_fetch", BODY)
)


@fuzzed(60)
@given(one_damaged)
def test_a_mailbox_is_read_or_told_to_be_unreadable(answer: dict[str, bytes]) -> None:
    with scripted(**{**GOOD, **answer}) as source:
        used(source)


@fuzzed(200)
@given(
    st.lists(
        damaged([FETCHED, b'2 (FLAGS (\\Seen) X-GM-LABELS ("\\\\Sent" {3}\r\na"b) UID 2)'], PIECES, most=3), max_size=3
    ),
    st.data(),
)
def test_any_answer_to_fetch_is_read_or_told_to_be_none(lines: list[bytes], data: st.DataObject) -> None:
    """In the form that imaplib gives them: lines, and pairs of a line up to a literal and that literal."""
    records: list[object] = []
    for line in lines:
        at = data.draw(st.integers(0, len(line)))
        records += [line] if data.draw(st.booleans()) else [(line[:at], line[at : at + 10]), line[at:]]
    try:
        for found in parsed(records):
            moment(found.get(b"INTERNALDATE"))
    except ValueError:
        return


@fuzzed(200)
@given(
    damaged(
        [
            b"[UNAVAILABLE] Request is throttled. Suggested Backoff Time: 92415 milliseconds",
            b"UID command error: BAD [b'x']",
        ],
        PIECES,
    )
)
def test_any_words_of_a_server_are_told(words: bytes) -> None:
    from imaplib import IMAP4

    for kind in (IMAP4.error, IMAP4.abort):
        for argument in (words, words.decode("latin-1"), str(words)):
            failure = kind(argument)
            said(failure).encode("utf-8")
            for purpose in Purpose:
                str(refusal(failure, "h", "the folder", purpose)).encode("utf-8")
                str(lost(failure, "h", purpose)).encode("utf-8")
