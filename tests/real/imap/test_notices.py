"""R25: a note to the user, put into their own inbox by IMAP."""

from __future__ import annotations

import io

import pytest

from fm_desktop.port import OutcomeUnknown, Refused, SignInNeeded, Throttled, Unreachable
from fm_desktop.providers.imap import ImapSource, Password, Security, Server, append_notice
from tests.real.imap.mailbox import Hands, headings, message, read
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.imap_script import ImapScript, Talk

NOTE = b"X-FM-Desktop-Notice: 1\r\n" + message(1, "emma@example.com", body="Neue Termine: Besuch in München")


def test_R25_a_note_is_in_the_inbox_unread_and_known_as_ours(
    dovecot: DovecotServer, account: MailAccount, hands: Hands, source: ImapSource
) -> None:
    server = Server("localhost", dovecot.tls_port, Security.TLS, dovecot.ca_file)
    append_notice(server, Password(account.user, account.password), NOTE)
    (flags,) = hands.flags().values()
    assert rb"\Seen" not in flags
    (found,) = headings(read(source))
    assert found.headers.notice
    into = io.BytesIO()
    assert source.download(found.ref, into)
    assert into.getvalue() == NOTE


def appended(script: ImapScript) -> None:
    append_notice(Server("127.0.0.1", script.port, Security.NONE), Password("emma", "secret"), NOTE)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"TAG NO [OVERQUOTA] Quota exceeded", Refused),
        (b"TAG NO [LIMIT] Message too large", Refused),
        (b"TAG NO [INUSE] Mailbox in use", Throttled),
        (b"TAG NO [UNAVAILABLE] Storage is down", Unreachable),
        (b"TAG NO Something else", Unreachable),
        (b"* BYE going down", OutcomeUnknown),
    ],
)
def test_what_a_refused_note_means(script: ImapScript, answer: bytes, error: type[Exception]) -> None:
    def store(command: bytes, talk: Talk) -> tuple[bytes, ...] | None:
        if answer.startswith(b"* BYE"):
            talk.send(answer)
            return None
        return (answer,)

    script.on(b"^APPEND", store)
    with pytest.raises(error):
        appended(script)
    assert script.count(b"^APPEND") == 1


def test_a_lost_answer_is_never_repeated_blindly(script: ImapScript) -> None:
    script.on(b"^APPEND", None)
    with pytest.raises(OutcomeUnknown, match="not known whether"):
        appended(script)
    assert script.count(b"^APPEND") == 1


def test_a_note_that_could_not_even_be_begun(script: ImapScript) -> None:
    script.on(b"^AUTHENTICATE", (b"TAG NO [AUTHENTICATIONFAILED] no",))
    with pytest.raises(SignInNeeded):
        appended(script)
