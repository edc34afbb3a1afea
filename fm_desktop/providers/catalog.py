"""The catalog of mail and calendar services: `resources/providers.toml`, and an administrator's file over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from fm_desktop.net import is_loopback
from fm_desktop.providers.caldav import quirks
from fm_desktop.resources import path_of
from fm_desktop.untrusted import toml_of

FILE_NAME = "providers.toml"


class CatalogError(Exception):
    """A catalog that cannot be used. `str(error)`: plain sentences, one a line; `next_step`: what to do."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


class SignIn(StrEnum):
    """A way to sign in. `APP_PASSWORD` is made at the service for one program; `PASSWORD` is the usual one."""

    OAUTH = "oauth"
    APP_PASSWORD = "app-password"  # noqa: S105 - the name of a method, not a secret
    PASSWORD = "password"  # noqa: S105


class UserName(StrEnum):
    """What a service takes as the user name: the whole address, the part before the @, or one of its own."""

    ADDRESS = "address"
    LOCAL_PART = "local-part"
    OTHER = "other"

    def of(self, address: str) -> str:
        """The user name of an address; '' where the user has to tell it."""
        if self is UserName.OTHER:
            return ""
        return address if self is UserName.ADDRESS else address.rpartition("@")[0]


def _safe_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return url
    raise ValueError("has to begin with https://")


def _known_quirks(name: str) -> str:
    if not quirks.is_known(name):
        raise ValueError("is no set of quirks this version knows")
    return name


Protocol = Literal["caldav", "graph", "ews"]
Text = Annotated[str, Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=3, pattern=r"^[a-z0-9*.-]+$")]
SafeAddress = Annotated[str, AfterValidator(_safe_address)]
QuirksName = Annotated[str, AfterValidator(_known_quirks)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CalendarService(_Table):
    """`address` may hold `{address}`, the user's own; None: the domain is asked for it (RFC 6764)."""

    protocol: Protocol
    address: SafeAddress | None = None
    user: UserName = UserName.ADDRESS
    user_hint: str = ""

    def url(self, address: str) -> str | None:
        return None if self.address is None else self.address.replace("{address}", quote(address, safe="@"))


class MailService(_Table):
    """`host` is needed for IMAP only. The security is never none: passwords go over it."""

    protocol: Literal["imap", "graph", "ews"]
    host: Text | None = None
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls"] = "tls"
    user: UserName = UserName.ADDRESS

    @model_validator(mode="after")
    def _imap_has_a_host(self) -> Self:
        if self.protocol == "imap" and self.host is None:
            raise ValueError("needs a host for imap")
        return self


class Registration(_Table):
    """How this program is known at a service that signs in with the browser (RFC 6749 2.2, RFC 8252).

    `client_id` and, where the service gives one to programs on desktops, `client_secret` come from registering the
    program on the `register_page`: an administrator puts them into a file of their own. `scopes` are asked for always,
    the others for what is synchronised; `parameters` go along with every sign-in. `loopback`: how the service wants
    this computer to be called in the redirection back.
    """

    authorization: SafeAddress
    token: SafeAddress
    scopes: tuple[Text, ...] = ()
    calendar_scopes: tuple[Text, ...] = ()
    mail_scopes: tuple[Text, ...] = ()
    parameters: dict[str, str] = Field(default_factory=dict)
    loopback: Literal["127.0.0.1", "localhost"] = "127.0.0.1"
    client_id: Text | None = None
    client_secret: Text | None = None
    register_page: SafeAddress | None = None


class Provider(_Table):
    """One service. `domains` of addresses and `mx` of mail servers are patterns, in which * stands for anything.

    `sign_in` in order of preference. `quirks` names an entry of `caldav/quirks.py`, None takes the server's.
    `address_must_match`: ForceManager has to know the user by the address of this very account (R32).
    `available` False: it is known, and this version cannot sync with it, for `reason`.
    """

    name: Text
    title: Text
    domains: tuple[Pattern, ...] = ()
    mx: tuple[Pattern, ...] = ()
    calendar: CalendarService | None = None
    mail: MailService | None = None
    sign_in: tuple[SignIn, ...] = Field(min_length=1)
    oauth: Registration | None = None
    app_password_page: SafeAddress | None = None
    help: SafeAddress | None = None
    quirks: QuirksName | None = None
    address_must_match: bool = False
    available: bool = True
    reason: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.available and self.calendar is None:
            raise ValueError("needs a calendar, or available = false with a reason")
        if not self.available and not self.reason:
            raise ValueError("needs a reason why it is not available")
        if self.available and self.signs_in_by_browser and self.oauth is None:
            raise ValueError('needs a table oauth, as its sign_in begins with "oauth"')
        return self

    @property
    def signs_in_by_browser(self) -> bool:
        return self.sign_in[0] is SignIn.OAUTH

    @property
    def lacks_client_id(self) -> bool:
        """It has to be registered by an administrator before anybody can sign in."""
        return self.signs_in_by_browser and (self.oauth is None or self.oauth.client_id is None)

    @property
    def wants_app_password(self) -> bool:
        """The usual password opens nothing here."""
        return self.sign_in[0] is SignIn.APP_PASSWORD

    @property
    def takes_app_password(self) -> bool:
        return SignIn.APP_PASSWORD in self.sign_in


class Catalog:
    """All services, in the order of the files."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._providers = tuple(providers)

    def named(self, name: str) -> Provider | None:
        return next((each for each in self._providers if each.name == name), None)

    def of_domain(self, domain: str) -> Provider | None:
        """The service that gives out addresses of this domain itself."""
        return self._first(lambda each: each.domains, [domain])

    def of_mail_servers(self, hosts: Iterable[str]) -> Provider | None:
        """The service that takes in the mail of a domain, by the names of its mail servers (MX)."""
        return self._first(lambda each: each.mx, hosts)

    def available(self) -> tuple[Provider, ...]:
        return tuple(each for each in self._providers if each.available)

    def all(self) -> tuple[Provider, ...]:
        return self._providers

    def _first(self, patterns: Callable[[Provider], tuple[str, ...]], names: Iterable[str]) -> Provider | None:
        for name in (each.lower().rstrip(".") for each in names):
            for each in self._providers:
                if any(fnmatchcase(name, pattern) for pattern in patterns(each)):
                    return each
        return None


def load(config_folder: Path | None = None) -> Catalog:
    """The catalog that comes with the program, with an administrator's file of the config folder over it.

    Raises `CatalogError` naming every entry that is wrong.
    """
    tables = _read(path_of(FILE_NAME))
    own = None if config_folder is None else config_folder / FILE_NAME
    if own is not None and own.exists():
        tables = _over(tables, _read(own))
    return _catalog(tables, FILE_NAME if own is None else str(own))


def parse(text: str, name: str = FILE_NAME) -> Catalog:
    """The catalog in a TOML text; `name` is the file's, for people. Raises `CatalogError`."""
    return _catalog(_tables(text, name), name)


def _read(path: Path) -> dict[str, Any]:
    try:
        return _tables(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path} cannot be read: {error}.", "Check the file and who may read it.") from error


def _tables(text: str, name: str) -> dict[str, Any]:
    try:
        return toml_of(text)
    except ValueError as error:
        raise CatalogError(f"{name} is not valid TOML: {error}.", f"Correct that place in {name}.") from error


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key, so that an administrator names only what differs."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = _over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _catalog(tables: Mapping[str, Any], name: str) -> Catalog:
    providers: list[Provider] = []
    wrong: list[str] = []
    for key, table in tables.items():
        if not isinstance(table, dict):
            wrong.append(f"“{key}” stands outside of any entry; each one begins with a line like [name].")
            continue
        try:
            providers.append(Provider.model_validate({**table, "name": key}))
        except ValidationError as error:
            wrong += [_sentence(key, each["loc"], each["type"], each["msg"]) for each in error.errors()]
    if wrong:
        raise CatalogError("\n".join(wrong), f"Correct {name}.")
    return Catalog(providers)


def _sentence(entry: str, place: tuple[int | str, ...], kind: str, message: str) -> str:
    """One thing that is wrong, with the entry and the key as they are written in the file."""
    keys = [str(each) for each in place if not isinstance(each, int)]
    where = f"[{'.'.join([entry, *keys[:-1]])}] {keys[-1]}" if keys else f"[{entry}]"
    if kind == "missing":
        return f"{where} is missing."
    if kind == "extra_forbidden":
        return f"{where} is no key of the catalog."
    said = message.removeprefix("Value error, ")
    return f"{where} {said}." if kind == "value_error" else f"{where}: {said[:1].lower()}{said[1:]}."
