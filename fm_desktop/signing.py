"""Signing in at the provider with the browser: the service from the catalog, the tokens in their file."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from fm_desktop.credentials import Credentials, NotStored, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.port import Refused
from fm_desktop.providers.catalog import Provider
from fm_desktop.providers.oauth import Service, Texts, Tokens, TokenSet, Visit
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.control import Channel
from fm_desktop.tokenfile import TokenFile

__all__ = ["TEXTS", "Grant", "GrantedVisit", "Texts", "Vault", "service_of"]

TEXTS = Texts(
    done=("You are signed in", "Go back to FM Desktop; this page can be closed."),
    refused=("FM Desktop was not let in", "Go back to FM Desktop to try again; this page can be closed."),
    foreign=("Nothing to see here", "This page belongs to another sign-in of FM Desktop."),
)


def service_of(entry: Provider, channels: Iterable[Channel]) -> Service:
    """How one signs in at a service of the catalog, for what is synchronised. Raises `SettingsError` where no
    administrator has registered the program there."""
    known = entry.oauth
    if known is None or known.client_id is None:
        raise SettingsError(
            f"No client id is known for {entry.title}.",
            f"Your administrator puts one into providers.toml, as [{entry.name}.oauth] client_id.",
        )
    wanted = set(channels)
    scopes = known.scopes
    scopes += known.calendar_scopes if Channel.CALENDAR in wanted else ()
    scopes += known.mail_scopes if Channel.EMAIL in wanted else ()
    return Service(
        name=entry.title,
        authorization=known.authorization,
        token=known.token,
        client_id=known.client_id,
        client_secret=known.client_secret,
        scopes=scopes,
        parameters=known.parameters,
        loopback=known.loopback,
    )


class Vault:
    """Where the tokens of an account are kept. Its methods raise `CredentialError` where the keychain does not help."""

    def __init__(self, paths: Paths, credentials: Credentials, redactor: Redactor, address: str) -> None:
        self._paths = paths
        self._credentials = credentials
        self._redactor = redactor
        self.account = address.strip().lower()

    def file(self, service: Service) -> TokenFile:
        """The file as it can be opened now. Raises `NotStored` where nobody has signed in yet."""
        return self._open(service, self._credentials.get(Which.PROVIDER_TOKEN_KEY, self.account))

    def new_file(self, service: Service) -> TokenFile:
        """As `file`, with a new key where there is none."""
        try:
            key = self._credentials.get(Which.PROVIDER_TOKEN_KEY, self.account)
        except NotStored:
            key = Secret(secrets.token_urlsafe(32))
            self._credentials.store(Which.PROVIDER_TOKEN_KEY, self.account, key)
        return self._open(service, key)

    def _open(self, service: Service, key: Secret) -> TokenFile:
        self._redactor.add(key)
        binding = f"{service.token}\n{service.client_id}\n{self.account}"
        return TokenFile(self._paths.tokens_file, key, binding, self._redactor)


class Grant:
    """What a sign-in brought: `tokens` that work at once, and are kept once `keep` is called."""

    def __init__(self, service: Service, brought: TokenSet, vault: Vault) -> None:
        self._service = service
        self._vault = vault
        self._held = _Held(brought)
        self.account = brought.account.name
        self.tokens = Tokens(service, self._held)

    def keep(self) -> None:
        """From now on the tokens are in their file, also those that come later. Raises `CredentialError`, and
        `SignInNeeded` where the file cannot be written."""
        self._held.move_to(self._vault.new_file(self._service))


class GrantedVisit:
    """A sign-in that has begun. `url` is the page to visit. Raises `Refused` where this computer cannot listen."""

    def __init__(self, service: Service, vault: Vault, address: str, texts: Texts = TEXTS) -> None:
        self._service = service
        self._vault = vault
        try:
            self._visit = Visit(service, address, texts)
        except OSError as error:
            raise Refused(
                f"This computer cannot wait for the browser: {error.strerror or error}.",
                "Start it anew and try again; a security program may stand in the way.",
            ) from error
        self.url = self._visit.url

    def finish(self, ending: threading.Event) -> Grant:
        """Waits for the person. Raises the errors of `Visit.finish`."""
        return Grant(self._service, self._visit.finish(ending), self._vault)

    def close(self) -> None:
        self._visit.close()


class _Held:
    """Keeps tokens in memory, until they move to a file. Implements `Keeper`."""

    def __init__(self, tokens: TokenSet) -> None:
        self._tokens = tokens
        self._file: TokenFile | None = None

    def load(self) -> TokenSet | None:
        return self._tokens if self._file is None else self._file.load()

    def save(self, tokens: TokenSet) -> None:
        self._tokens = tokens
        if self._file is not None:
            self._file.save(tokens)

    def move_to(self, file: TokenFile) -> None:
        with file.alone():
            file.save(self._tokens)
        self._file = file

    @contextmanager
    def alone(self) -> Iterator[None]:
        if self._file is None:
            yield
        else:
            with self._file.alone():
                yield
