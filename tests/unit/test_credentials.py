"""Secrets come from the environment or a real keychain, and every refusal says what to do."""

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from fm_desktop.credentials import (
    CredentialError,
    Credentials,
    KeychainAbsent,
    KeychainLocked,
    KeychainRefused,
    NotStored,
    Secret,
    Which,
)

ALLOWED = (__name__,)


class Memory(KeyringBackend):
    """A keychain that is open and works."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service, username):
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


class Failing(Memory):
    """A keychain that answers every call with one error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service, username):
        raise self.error

    def set_password(self, service, username, password):
        raise self.error

    def delete_password(self, service, username):
        raise self.error


class Plain(Memory):
    """Stands for keyrings.alt: works, and writes plain text."""


Plain.__module__ = "keyrings.alt.file"


class Chain(Memory):
    """Several keychains under one, as keyring chains them."""

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = backends


Chain.__module__ = "keyring.backends.chainer"


def over(backend: KeyringBackend, **environment: str) -> Credentials:
    return Credentials(environment, lambda: backend, ALLOWED)


def test_a_stored_secret_comes_back_and_can_be_forgotten_twice():
    credentials = over(Memory())
    credentials.store(Which.CRM_PRIVATE_KEY, "pk", Secret("s3cret"))
    assert credentials.get(Which.CRM_PRIVATE_KEY, "pk").reveal() == "s3cret"
    credentials.forget(Which.CRM_PRIVATE_KEY, "pk")
    credentials.forget(Which.CRM_PRIVATE_KEY, "pk")
    with pytest.raises(NotStored, match="not in this computer's keychain"):
        credentials.get(Which.CRM_PRIVATE_KEY, "pk")


def test_secrets_of_two_accounts_and_of_two_kinds_are_kept_apart():
    credentials = over(Memory())
    credentials.store(Which.CRM_PRIVATE_KEY, "a", Secret("1"))
    credentials.store(Which.PROVIDER_PASSWORD, "a", Secret("2"))
    credentials.store(Which.CRM_PRIVATE_KEY, "b", Secret("3"))
    assert credentials.get(Which.CRM_PRIVATE_KEY, "a").reveal() == "1"
    assert credentials.get(Which.PROVIDER_PASSWORD, "a").reveal() == "2"


@pytest.mark.parametrize(
    ("which", "variable"),
    [
        (Which.CRM_PRIVATE_KEY, "FM_DESKTOP_CRM_PRIVATE_KEY"),
        (Which.PROVIDER_PASSWORD, "FM_DESKTOP_PROVIDER_PASSWORD"),
        (Which.PROVIDER_TOKEN_KEY, "FM_DESKTOP_PROVIDER_TOKEN_KEY"),
    ],
)
def test_the_environment_comes_first_and_needs_no_keychain(which, variable):
    assert over(NoKeyring(), **{variable: "given"}).get(which, "any").reveal() == "given"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (keyring.errors.KeyringLocked("x"), KeychainLocked),
        (keyring.errors.InitError("Prompt dismissed"), KeychainLocked),
        (keyring.errors.NoKeyringError("x"), KeychainAbsent),
        (keyring.errors.PasswordSetError("x"), KeychainRefused),
        (keyring.errors.KeyringError("x"), KeychainRefused),
    ],
)
def test_what_a_keychain_refuses_is_told_with_a_next_step(error, expected):
    credentials = over(Failing(error))
    for call in (
        lambda: credentials.get(Which.PROVIDER_PASSWORD, "a"),
        lambda: credentials.store(Which.PROVIDER_PASSWORD, "a", Secret("hunter2")),
        lambda: credentials.forget(Which.PROVIDER_PASSWORD, "a"),
    ):
        with pytest.raises(expected) as caught:
            call()
        assert isinstance(caught.value, CredentialError)
        assert "FM_DESKTOP_PROVIDER_PASSWORD" in caught.value.next_step
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("backend", [NoKeyring(), Plain(), Chain(Plain())])
def test_a_store_of_plain_text_is_no_keychain(backend):
    with pytest.raises(KeychainAbsent, match="no keychain"):
        over(backend).store(Which.CRM_PRIVATE_KEY, "a", Secret("x"))


def test_out_of_a_chain_the_safe_link_is_used():
    safe, plain = Memory(), Plain()
    over(Chain(plain, safe)).store(Which.CRM_PRIVATE_KEY, "a", Secret("x"))
    assert list(safe.held.values()) == ["x"]
    assert not plain.held


def test_a_secret_never_shows_itself():
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret!r} {secret} {[secret]}"
