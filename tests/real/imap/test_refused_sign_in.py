"""What a refused sign-in means, said in the errors of the port, and what is never sent. Scripted."""

from __future__ import annotations

import pytest

from fm_desktop.port import Malformed, PortError, Refused, SignInNeeded, Throttled, Unreachable
from fm_desktop.providers.imap import AccessToken, ImapSource, Password, Security, Server
from tests.fakes.tokens import GivenTokens
from tests.real.imap.mailbox import read
from tests.servers.imap_script import ImapScript, Talk


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
    source = ImapSource(
        Server("127.0.0.1", script.port, Security.NONE), AccessToken("emma", GivenTokens(lambda: "token"))
    )
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
