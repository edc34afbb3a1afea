"""Secrets: from the environment, else from the system's keychain. Never in a file, a log or a repr.

A keychain call can block for as long as its unlock dialog is open, so nothing here is called from a
window's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "fm-desktop"

# keyring also takes backends that write plain text (keyrings.alt) or nothing (null) if they are installed or
# configured; only these keep a secret.
ALLOWED_BACKENDS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)


class Which(StrEnum):
    """The secrets of a profile. The tokens of a sign-in with the browser are too long for some keychains (Windows takes
    1,280 characters): they are in a file, and the keychain holds the key to it."""

    CRM_PRIVATE_KEY = "crm-private-key"
    PROVIDER_PASSWORD = "provider-password"  # noqa: S105 - the name of one, not one
    PROVIDER_TOKEN_KEY = "provider-token-key"  # noqa: S105

    @property
    def variable(self) -> str:
        """The environment variable that holds it on machines without a keychain."""
        return f"FM_DESKTOP_{self.name}"

    @property
    def label(self) -> str:
        return _LABELS[self]


def taken_from(environment: MutableMapping[str, str]) -> Mapping[str, str]:
    """All of an environment. Its secrets are taken out of it: no program started from here (a browser, a mail program)
    is to inherit them."""
    whole = dict(environment)
    for each in Which:
        environment.pop(each.variable, None)
    return whole


_LABELS = {
    Which.CRM_PRIVATE_KEY: "private key of ForceManager",
    Which.PROVIDER_PASSWORD: "password of the calendar",
    Which.PROVIDER_TOKEN_KEY: "key to the sign-in at your provider",
}


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret text that does not show itself; `reveal()` is called where it is sent, and nowhere else."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


class CredentialError(Exception):
    """A secret could not be had or kept. `str(error)` is a plain sentence; `next_step` what the user can do."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


class KeychainAbsent(CredentialError):
    """There is no keychain that would keep a secret safely."""


class KeychainLocked(CredentialError):
    """The keychain is locked, or its question was dismissed."""


class KeychainRefused(CredentialError):
    """The keychain is there and does not do what it was asked."""


class NotStored(CredentialError):
    """The keychain works and does not hold this secret."""


def _installed_backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


class Credentials:
    """The secrets of this machine's user. Every method raises `CredentialError` and nothing else."""

    def __init__(
        self,
        environment: Mapping[str, str],
        backend: Callable[[], KeyringBackend] = _installed_backend,
        allowed: tuple[str, ...] = ALLOWED_BACKENDS,
    ) -> None:
        self._environment = environment
        self._backend = backend
        self._allowed = allowed

    def from_environment(self, which: Which) -> Secret | None:
        text = self._environment.get(which.variable, "")
        return Secret(text) if text else None

    def get(self, which: Which, account: str) -> Secret:
        """The secret of an account, the environment first."""
        given = self.from_environment(which)
        if given is not None:
            return given
        text = self._ask(which, lambda keychain: keychain.get_password(SERVICE, _key(which, account)))
        if not text:
            raise NotStored(
                f"The {which.label} for {account} is not in this computer's keychain.",
                f"Run `fm-desktop setup --file setup.toml` again, or set {which.variable}.",
            )
        return Secret(text)

    def store(self, which: Which, account: str, secret: Secret) -> None:
        self._ask(which, lambda keychain: keychain.set_password(SERVICE, _key(which, account), secret.reveal()))

    def forget(self, which: Which, account: str) -> None:
        """Takes a secret out of the keychain; one that is not there is forgotten already."""
        key = _key(which, account)
        held = self._ask(which, lambda keychain: keychain.get_password(SERVICE, key))
        if held is not None:
            self._ask(which, lambda keychain: keychain.delete_password(SERVICE, key))

    def _ask(self, which: Which, question: Callable[[KeyringBackend], str | None]) -> str | None:
        from keyring import errors

        other_way = f"set {which.variable} in the environment instead"
        try:
            return question(self._safe_backend(which))
        except (errors.KeyringLocked, errors.InitError) as error:
            raise KeychainLocked(
                "This computer's keychain is locked.",
                f"Unlock it (signing in to the desktop does) and try again, or {other_way}.",
            ) from error
        except errors.NoKeyringError as error:
            raise _absent(which) from error
        except errors.KeyringError as error:
            raise KeychainRefused(
                f"This computer's keychain refused the {which.label}.",
                f"Try again; if it keeps refusing, {other_way}.",
            ) from error

    def _safe_backend(self, which: Which) -> KeyringBackend:
        """The keychain, if it is one that keeps secrets; out of a chain, the first link that does."""
        backend = self._backend()
        links: tuple[KeyringBackend, ...] = (backend, *getattr(backend, "backends", ()))
        for each in links:
            if type(each).__module__ in self._allowed:
                return each
        raise _absent(which)


def _key(which: Which, account: str) -> str:
    return f"{which}:{account}"


def _absent(which: Which) -> KeychainAbsent:
    return KeychainAbsent(
        "This computer has no keychain to keep secrets in.",
        f"Start a keychain (on Linux: GNOME Keyring or KWallet), or set {which.variable} in the environment.",
    )
