"""Connections: encryption, certificates, passwords and tokens, on a real Dovecot."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from fm_desktop.port import Refused, SignInNeeded, Unreachable
from fm_desktop.providers.imap import AccessToken, Credentials, ImapSource, Password, Security, Server
from tests.fakes.tokens import GivenTokens
from tests.real.imap.mailbox import message, read, subjects
from tests.servers.authority import Authority
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.process import free_port


def at(dovecot: DovecotServer, credentials: Credentials, security: Security = Security.TLS) -> ImapSource:
    port = dovecot.tls_port if security is Security.TLS else dovecot.starttls_port
    return ImapSource(Server("localhost", port, security, dovecot.ca_file), credentials)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_mailbox_is_read_encrypted(dovecot: DovecotServer, account: MailAccount, security: Security) -> None:
    account.maildir.deliver(message(1))
    source = at(dovecot, Password(account.user, account.password), security)
    assert source.principal() == account.user
    assert subjects(read(source)) == ["Message 1"]
    source.close()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_unknown_authority_gets_no_password(
    dovecot: DovecotServer, account: MailAccount, tmp_path: Path, security: Security
) -> None:
    asked: list[str] = []

    def fresh() -> str:
        asked.append("token")
        return account.token()

    port = dovecot.tls_port if security is Security.TLS else dovecot.starttls_port
    for ca_file in (None, Authority(tmp_path).file):
        source = ImapSource(Server("localhost", port, security, ca_file), AccessToken(account.user, GivenTokens(fresh)))
        with pytest.raises(Unreachable, match="could not be verified") as caught:
            source.principal()
        assert "root certificate" in caught.value.next_step
        source.close()
    assert asked == []


def test_a_certificate_of_another_host_is_refused(dovecot: DovecotServer, account: MailAccount) -> None:
    source = ImapSource(
        Server("127.0.0.2", dovecot.tls_port, Security.TLS, dovecot.ca_file), Password(account.user, account.password)
    )
    with pytest.raises(Unreachable):
        source.principal()
    source.close()


def test_nothing_below_tls_1_2_is_spoken() -> None:
    context = Server("imap.example.com").tls()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("host", ["imap.example.com", "192.168.1.2", "localhost.example.com"])
def test_in_clear_only_to_this_computer(host: str) -> None:
    with pytest.raises(Refused, match="not encrypted"):
        Server(host, 143, Security.NONE)
    Server("127.0.0.1", 143, Security.NONE)


def test_a_server_that_forgot_starttls_gets_no_password(dovecot: DovecotServer, account: MailAccount) -> None:
    from tests.servers.imap_script import ImapScript

    script = ImapScript("IMAP4rev1 AUTH=PLAIN")
    source = ImapSource(Server("localhost", script.port, Security.STARTTLS), Password("emma", "secret"))
    with pytest.raises(Refused, match="offers no encryption"):
        source.principal()
    assert script.count(b"AUTHENTICATE|LOGIN") == 0
    source.close()
    script.stop()


def test_a_wrong_password_asks_to_sign_in(dovecot: DovecotServer, account: MailAccount) -> None:
    source = at(dovecot, Password(account.user, "wrong"))
    with pytest.raises(SignInNeeded, match="did not accept") as caught:
        read(source)
    assert "app password" in caught.value.next_step
    source.close()


def test_a_token_signs_in(dovecot: DovecotServer, account: MailAccount) -> None:
    account.maildir.deliver(message(1))
    source = at(dovecot, AccessToken(account.user, GivenTokens(account.token)))
    assert subjects(read(source)) == ["Message 1"]
    source.close()


@pytest.mark.parametrize("what", ["expired", "forged", "nonsense"])
def test_a_token_that_is_refused_asks_to_sign_in(dovecot: DovecotServer, account: MailAccount, what: str) -> None:
    token = {
        "expired": account.token(lifetime=-60),
        "forged": account.token(secret=b"another secret"),
        "nonsense": "nonsense",
    }[what]
    source = at(dovecot, AccessToken(account.user, GivenTokens(lambda: token)))
    with pytest.raises(SignInNeeded):
        source.principal()
    source.close()


def test_a_token_withdrawn_early_is_replaced_once(dovecot: DovecotServer, account: MailAccount) -> None:
    ended, good = account.token(lifetime=-60), account.token()
    left = iter((ended, good))
    tokens = GivenTokens(lambda: next(left))
    source = at(dovecot, AccessToken(account.user, tokens))
    assert source.principal() == account.user
    assert tokens.refusals == [ended]
    source.close()


def test_each_connection_signs_in_with_a_token_of_its_own_time(dovecot: DovecotServer, account: MailAccount) -> None:
    given: list[str] = []

    def fresh() -> str:
        given.append(account.token())
        return given[-1]

    source = at(dovecot, AccessToken(account.user, GivenTokens(fresh)))
    source.principal()
    source._reading.close()
    source.principal()
    assert len(given) == 2
    source.close()


def test_what_the_sign_in_of_a_token_says_is_passed_on(dovecot: DovecotServer, account: MailAccount) -> None:
    def fresh() -> str:
        raise SignInNeeded("The sign-in has ended.", "Sign in again.")

    source = at(dovecot, AccessToken(account.user, GivenTokens(fresh)))
    with pytest.raises(SignInNeeded, match="The sign-in has ended"):
        read(source)
    source.close()


def test_no_server_is_unreachable() -> None:
    source = ImapSource(Server("localhost", free_port(), Security.NONE), Password("emma", "secret"))
    with pytest.raises(Unreachable, match="No connection to localhost"):
        read(source)
    with pytest.raises(Unreachable):
        source.folders()
    source.close()


def test_secrets_do_not_show() -> None:
    assert "secret" not in repr(Password("emma", "secret"))
    source = ImapSource(Server("localhost"), Password("emma", "secret"))
    assert "secret" not in repr(source)
    source.close()


def test_a_file_without_certificates_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("absent.pem", "empty.pem"):
        with pytest.raises(Refused, match=name):
            Server("imap.example.com", ca_file=tmp_path / name).tls()
