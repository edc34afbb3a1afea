"""What servers refuse, and how they end a connection: said once, in the errors of the port. Scripted."""

from __future__ import annotations

import io
import time

import pytest

from fm_desktop.mailport import Broken, MessageRef
from fm_desktop.port import (
    CollectionGone,
    Gone,
    Malformed,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.providers.imap import AccessToken, ImapSource, Password, Security, Server
from tests.real.imap.mailbox import INBOX, headings, read, subjects
from tests.servers.imap_script import ImapScript, Talk

HEADER = b"From: ana@customer.example\r\nSubject: Message %d\r\n\r\n"


def fetched(uid: int, extra: bytes = b"") -> bytes:
    header = HEADER % uid
    return (
        b'* %d FETCH (UID %d RFC822.SIZE 100 INTERNALDATE "25-Nov-2026 10:00:00 +0100" FLAGS ()%s '
        b"BODY[HEADER.FIELDS (FROM SUBJECT)] {%d}\r\n%s)" % (uid, uid, extra, len(header), header)
    )


def ids(listed: bytes) -> list[int]:
    """A sequence set, written out."""
    ends = [[int(end) for end in each.split(b":")] for each in listed.split(b",")]
    return [uid for each in ends for uid in range(each[0], each[-1] + 1)]


def asked(command: bytes) -> list[int]:
    """The UIDs of a FETCH."""
    return ids(command.split()[2])


def holding(script: ImapScript, count: int, *bad: int, answer: bytes = b"TAG NO [SERVERBUG] cannot") -> None:
    """An inbox of so many messages, some of which the server stumbles over."""
    script.inbox(next_uid=count + 1, count=count)

    def fetch(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        uids = asked(command)
        if set(bad) & set(uids):
            return (answer,)
        return (*(fetched(each) for each in uids), b"TAG OK done")

    def search(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        listed = command.rsplit(b" ", 1)[1]
        uids = ids(listed) if b" UID " in command[3:] else range(1, count + 1)
        return (b"* SEARCH " + b" ".join(b"%d" % each for each in uids), b"TAG OK done")

    script.on(b"^UID FETCH", fetch)
    script.on(b"^UID SEARCH", search)


# --- signing in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"[AUTHENTICATIONFAILED] Invalid credentials", SignInNeeded),
        (b"[AUTHORIZATIONFAILED] Not you", SignInNeeded),
        (b"[EXPIRED] Password has expired", SignInNeeded),
        (b"[ALERT] Application-specific password required", SignInNeeded),
        (b"LOGIN failed.", SignInNeeded),
        (b"[UNAVAILABLE] Temporary authentication failure", Unreachable),
        (b"User is authenticated but not connected.", Unreachable),
        (b"Temporary failure, try again", Unreachable),
        (b"[INUSE] Mailbox in use", Throttled),
        (b"[LIMIT] Connection limit reached", Throttled),
        (b"[ALERT] Too many simultaneous connections. (Failure)", Throttled),
        (b"[CONTACTADMIN] Your account is locked", Refused),
        (b"[PRIVACYREQUIRED] Encrypt first", Refused),
    ],
)
def test_what_a_refused_sign_in_means(
    script: ImapScript, scripted: ImapSource, answer: bytes, error: type[PortError]
) -> None:
    script.on(b"^AUTHENTICATE", (b"TAG NO " + answer,))
    with pytest.raises(error) as caught:
        read(scripted)
    assert type(caught.value) is error or error is Unreachable
    # RFC 9051 section 7.1: the text of an ALERT is shown to the user.
    assert answer.split(b"] ")[-1].decode().rstrip(".") in str(caught.value)
    assert "[" not in str(caught.value)
    assert script.count(b"^AUTHENTICATE") == 1


def test_a_refusal_is_not_taken_for_a_lasting_one(script: ImapScript, scripted: ImapSource) -> None:
    script.on(b"^AUTHENTICATE", (b"TAG NO [UNAVAILABLE] later",), times=1)
    with pytest.raises(Unreachable):
        read(scripted)
    assert read(scripted)


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"* BYE Too many connections from your address", Throttled),
        (b"* BYE [UNAVAILABLE] Server shutting down", Unreachable),
        (b"* BYE", Unreachable),
        (b"HTTP/1.1 400 Bad Request", Malformed),
        (b"", Malformed),
        (b"\xff\xfe\x00", Malformed),
    ],
)
def test_a_greeting_that_is_no_welcome(
    script: ImapScript, scripted: ImapSource, greeting: bytes, error: type[PortError]
) -> None:
    script.greeting = greeting
    with pytest.raises(error):
        read(scripted)
    assert script.connections == 1


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        ("IMAP4rev1 AUTH=PLAIN AUTH=LOGIN", b"^AUTHENTICATE PLAIN$"),
        ("IMAP4rev1 AUTH=LOGIN", b"^AUTHENTICATE LOGIN$"),
        ("IMAP4rev1", rb'^LOGIN "em\\"ma x" "sec\\\\ret"$'),
    ],
)
def test_a_password_goes_the_way_the_server_offers(script: ImapScript, capabilities: str, command: bytes) -> None:
    def login(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        for challenge in (b"+ VXNlcm5hbWU6", b"+ UGFzc3dvcmQ6"):
            talk.send(challenge)
            talk.line()
        return (b"TAG OK in",)

    script.capabilities = capabilities.encode()
    script.on(b"^LOGIN")
    script.on(b"^AUTHENTICATE LOGIN", login)
    source = ImapSource(Server("127.0.0.1", script.port, Security.NONE), Password('em"ma x', r"sec\ret"))
    assert source.principal() == 'em"ma x'
    assert script.count(command) == 1
    source.close()


@pytest.mark.parametrize(
    ("capabilities", "user", "secret"),
    [
        ("IMAP4rev1 LOGINDISABLED", "emma", "secret"),
        ("IMAP4rev1 AUTH=XOAUTH2", "emma\r\na1 DELETE INBOX", "secret"),
        ("IMAP4rev1", "emma", "contraseña"),
    ],
)
def test_a_password_that_can_not_be_sent_is_not(script: ImapScript, capabilities: str, user: str, secret: str) -> None:
    script.capabilities = capabilities.encode()
    source = ImapSource(Server("127.0.0.1", script.port, Security.NONE), Password(user, secret))
    with pytest.raises(SignInNeeded, match="takes no password of this kind"):
        source.principal()
    assert script.commands == [b"CAPABILITY"]
    source.close()


def test_a_refused_token_gets_the_empty_answer_it_wants(script: ImapScript) -> None:
    answers: list[bytes] = []

    def refuse(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        talk.send(b"+ ")
        answers.append(talk.line())
        talk.send(b"+ eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=")
        answers.append(talk.line())
        return (b"TAG NO SASL authentication failed, try again later",)

    script.on(b"^AUTHENTICATE XOAUTH2", refuse)
    source = ImapSource(Server("127.0.0.1", script.port, Security.NONE), AccessToken("emma", lambda: "token"))
    with pytest.raises(SignInNeeded):
        source.principal()
    assert answers[1] == b""
    assert len(answers) == 2  # the same token is not tried again
    source.close()


def test_a_tunnel_that_vouches_is_believed_only_where_nothing_was_to_be_encrypted(
    script: ImapScript, scripted: ImapSource
) -> None:
    script.greeting = b"* PREAUTH welcome emma"
    assert scripted.principal() == "emma"
    source = ImapSource(Server("localhost", script.port, Security.STARTTLS), Password("emma", "secret"))
    with pytest.raises(Refused, match="offers no encryption"):
        source.principal()
    assert script.count(b"AUTHENTICATE|LOGIN") == 0
    source.close()


# --- folders and messages -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"NO [NONEXISTENT] No such mailbox", CollectionGone),
        (b"NO [INUSE] Locked by another session", Throttled),
        (b"NO [LIMIT] Rate limit hit", Throttled),
        (b"NO [OVERQUOTA] Account exceeded command or bandwidth limits", Throttled),
        (b"NO [THROTTLED] Slow down", Throttled),
        (b"NO [UNAVAILABLE] Backend is down", Unreachable),
        (b"NO [SERVERBUG] Internal error", Unreachable),
        (b"NO Cannot open now", Unreachable),
        (b"NO [NOPERM] Not yours", Refused),
        (b"BAD Command syntax", Malformed),
        (b"BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", Throttled),
    ],
)
def test_what_a_folder_that_does_not_open_means(
    script: ImapScript, scripted: ImapSource, answer: bytes, error: type[PortError]
) -> None:
    script.on(b"^EXAMINE", (b"TAG " + answer,))
    with pytest.raises(error) as caught:
        read(scripted)
    if b"Backoff" in answer:
        assert isinstance(caught.value, Throttled)
        assert caught.value.retry_after == 92.415
    assert script.count(b"^EXAMINE") == 1
    assert script.connections == 1


def test_a_folder_that_old_servers_only_say_no_to_is_looked_for_in_the_list(
    script: ImapScript, scripted: ImapSource
) -> None:
    script.on(b"^EXAMINE", (b"TAG NO Mailbox does not exist",))
    script.on(b"^LIST", (b'* LIST () "/" "Other"', b"TAG OK done"))
    with pytest.raises(CollectionGone):
        read(scripted)


def test_a_session_that_has_expired_is_begun_anew(script: ImapScript, scripted: ImapSource) -> None:
    read(scripted)

    def expired(command: bytes, talk: Talk) -> None:
        talk.send(b"* BYE Session expired, please login again.")

    script.on(b"^EXAMINE", expired, times=1)
    assert read(scripted)
    assert (script.connections, script.count(b"^AUTHENTICATE")) == (2, 2)


def test_goodbye_on_every_connection_is_unreachable(script: ImapScript, scripted: ImapSource) -> None:
    script.on(b"^EXAMINE", lambda command, talk: talk.send(b"* BYE going down for maintenance"))
    with pytest.raises(Unreachable, match="“going down for maintenance”"):
        read(scripted)
    assert script.connections == 1  # a connection that has never served is not made again at once


def test_goodbye_because_of_a_limit_is_left_in_peace(script: ImapScript, scripted: ImapSource) -> None:
    read(scripted)
    script.on(b"^EXAMINE", lambda command, talk: talk.send(b"* BYE [OVERQUOTA] Account exceeded bandwidth limits"))
    with pytest.raises(Throttled):
        read(scripted)
    assert script.connections == 1


def test_a_server_that_does_not_answer_is_given_up(script: ImapScript) -> None:
    def silent(command: bytes, talk: Talk) -> None:
        talk.line()

    script.on(b"^EXAMINE", silent)
    server = Server("127.0.0.1", script.port, Security.NONE, read_seconds=0.1)
    source = ImapSource(server, Password("emma", "secret"))
    for _ in range(2):
        with pytest.raises(Unreachable, match="did not answer in time"):
            read(source)
    source.close()


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


# --- how folders are numbered ---------------------------------------------------------------------


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


# --- downloads ------------------------------------------------------------------------------------


def download(source: ImapSource) -> bytes:
    into = io.BytesIO()
    assert source.download(MessageRef("INBOX", "7.1"), into)
    return into.getvalue()


def test_a_server_that_gives_no_parts_gives_all_at_once(script: ImapScript, scripted: ImapSource) -> None:
    body = b"x" * 2_000_000
    script.on(
        b"^UID FETCH", (b"* 1 FETCH (UID 1 RFC822.SIZE 2000000 BODY[] {%d}\r\n%s)" % (len(body), body), b"TAG OK done")
    )
    assert download(scripted) == body
    assert script.count(b"^UID FETCH") == 1


def test_a_size_that_is_wrong_cuts_no_message(script: ImapScript, scripted: ImapSource) -> None:
    def part(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        start = int(command.split(b"<")[1].split(b".")[0])
        text = {0: b"first ", 6: b"second"}.get(start, b"")
        return (b"* 1 FETCH (UID 1 RFC822.SIZE 100 BODY[]<%d> {%d}\r\n%s)" % (start, len(text), text), b"TAG OK done")

    script.on(b"^UID FETCH", part)
    assert download(scripted) == b"first second"


@pytest.mark.parametrize("answer", [b"* 1 FETCH (UID 1 BODY[]<0> NIL)", b"* 1 FETCH (UID 1 FLAGS ())"])
def test_a_message_without_a_body_is_gone(script: ImapScript, scripted: ImapSource, answer: bytes) -> None:
    script.on(b"^UID FETCH", (answer, b"TAG OK done"))
    with pytest.raises(Gone):
        download(scripted)


def test_an_empty_message_is_empty(script: ImapScript, scripted: ImapSource) -> None:
    script.on(b"^UID FETCH", (b'* 1 FETCH (UID 1 RFC822.SIZE 0 BODY[]<0> "")', b"TAG OK done"))
    assert download(scripted) == b""


def test_a_connection_that_rested_long_is_not_trusted(
    script: ImapScript, scripted: ImapSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(scripted)
    read(scripted)
    assert script.connections == 1
    now = time.time()
    monkeypatch.setattr("fm_desktop.providers.imap.connection.time.time", lambda: now + 3600)
    assert read(scripted)
    assert script.connections == 2


def test_headings_helper_reads_what_the_script_holds(script: ImapScript, scripted: ImapSource) -> None:
    holding(script, 2)
    (first, _) = headings(read(scripted))
    assert first.received is not None
    assert first.received.isoformat() == "2026-11-25T09:00:00+00:00"
    assert first.ref == MessageRef(INBOX.id, "7.1")
