"""The settings of a profile: the file `setup.toml` as an administrator writes it, checked at the edge.

The saved `settings.toml` has the same shape. Secrets are in neither: see `fm_desktop.credentials`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomli_w
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from fm_desktop.net import is_loopback
from fm_desktop.paths import write_privately
from fm_desktop.settings_errors import SettingsError, explain
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Conflicts, Direction, PrivateEvents
from fm_desktop.untrusted import toml_of


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is no web address; it has to look like https://host/path")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user name or a password, which do not belong into an address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("would send secrets unencrypted; http is accepted on this computer only, use https")
    return url


def _mail_address(address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or any(blank.isspace() for blank in local + domain):
        raise ValueError("is no e-mail address")
    return address.strip()


def _mail_address_or_domain(text: str) -> str:
    """`ann@client.example`, `client.example` or `@client.example`."""
    domain = text.strip().removeprefix("@")
    if "@" in domain:
        return _mail_address(domain)
    if not domain.strip(".") or any(each.isspace() for each in domain):
        raise ValueError("is neither an e-mail address nor a domain")
    return domain


def _zone_name(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no known time zone; it has to be a name like Europe/Madrid") from error
    return name


Text = Annotated[str, Field(min_length=1)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
MailAddressOrDomain = Annotated[str, AfterValidator(_mail_address_or_domain)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]


class _Table(BaseModel):
    """One table of the file: typed, frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CrmSettings(_Table):
    """`event_type`, `task_type`: ids of the CRM's activity types for new rows, None for the tenant's own choice."""

    url: WebAddress
    public_key: Text
    user: Text
    time_zone: ZoneName | None = None
    requests_per_second: float = Field(default=4.0, gt=0, le=1000)
    event_type: int | None = Field(default=None, ge=1)
    task_type: int | None = Field(default=None, ge=1)


class CalDavSettings(_Table):
    url: WebAddress
    user: Text


class ImapSettings(_Table):
    """`security` none is accepted on loopback only: the password would be readable on the way."""

    host: Text
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: Text

    @model_validator(mode="after")
    def _no_clear_text_on_the_way(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is accepted on this computer only; use "tls" or "starttls"')
        return self


class GraphSettings(_Table):
    """Microsoft Graph: calendar and mail of whoever signs in with the browser."""

    url: WebAddress = "https://graph.microsoft.com/v1.0"


class EwsSettings(_Table):
    """An Exchange server: calendar and mail. `url` is that of EWS, None where the server itself is asked for it."""

    user: Text
    url: WebAddress | None = None


CalendarSettings = CalDavSettings | GraphSettings | EwsSettings


class ProviderSettings(_Table):
    """The user's account: one calendar service, and its mail. `sign_in`: by a password, or with the browser by the
    registration in the catalog's entry `name`."""

    address: MailAddress
    name: Text | None = None
    sign_in: Literal["password", "oauth"] = "password"
    caldav: CalDavSettings | None = None
    graph: GraphSettings | None = None
    ews: EwsSettings | None = None
    imap: ImapSettings | None = None

    @property
    def calendar(self) -> CalendarSettings | None:
        return self.caldav or self.graph or self.ews

    @property
    def has_mail(self) -> bool:
        """Whether it is known where the mail is."""
        return self.imap is not None or self.graph is not None or self.ews is not None

    @property
    def user(self) -> str:
        """The name of the account, as it is signed in with."""
        if self.caldav is not None:
            return self.caldav.user
        if self.ews is not None:
            return self.ews.user
        return self.imap.user if self.imap is not None and self.graph is None else self.address

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if sum(each is not None for each in (self.caldav, self.graph, self.ews)) > 1:
            raise ValueError("names more than one of caldav, graph and ews; there is one calendar service")
        if self.graph is not None and self.sign_in != "oauth":
            raise ValueError('needs sign_in = "oauth" for graph')
        if self.sign_in == "oauth" and self.name is None:
            raise ValueError('needs the name of an entry of the catalog for sign_in = "oauth"')
        return self


class SyncSettings(_Table):
    """`calendars` None means all of them. Days count back from today; `interval_seconds` is between two cycles."""

    type: Direction = Direction.BOTH
    channels: tuple[Channel, ...] = Field(default=(Channel.EMAIL, Channel.CALENDAR), min_length=1)
    calendars: tuple[Text, ...] | None = None
    target_calendar: Text | None = None
    email_history_days: int = Field(default=30, ge=0, le=3650)
    calendar_history_days: int = Field(default=30, ge=0, le=3650)
    private_events: PrivateEvents = PrivateEvents.BUSY
    follow_edited_occurrences: bool = False
    ask_before_notifying: bool = True
    conflicts: Conflicts = Conflicts.DEFAULT
    interval_seconds: int = Field(default=120, ge=10, le=86_400)

    @model_validator(mode="after")
    def _target_takes_part(self) -> Self:
        if self.calendars is not None and self.target_calendar not in (None, *self.calendars):
            raise ValueError(f'target_calendar "{self.target_calendar}" has to be one of calendars')
        return self


class EmailSettings(_Table):
    """What is logged of the user's mail.

    `own_addresses`: aliases of the user beside [provider] address. `never_log`: addresses, and domains with all below
    them; a message with one of them on it is never logged. `exclude_tag`: a text in a subject that keeps the message
    out. `log_internal`: mail with colleagues too. `folders`: the only ones that are read, by name, None for all that
    may hold such mail. `attachment_limit_mb`: larger files are named on the record and left out.
    `note_new_events`: new events of the calendar are told by a message in the user's own inbox, too (R25).
    """

    own_addresses: tuple[MailAddress, ...] = ()
    never_log: tuple[MailAddressOrDomain, ...] = ()
    exclude_tag: Text | None = None
    log_internal: bool = False
    folders: tuple[Text, ...] | None = Field(default=None, min_length=1)
    attachment_limit_mb: int = Field(default=25, ge=0, le=1000)
    note_new_events: bool = False


class Settings(_Table):
    """A whole profile: one ForceManager user with one provider account."""

    crm: CrmSettings
    provider: ProviderSettings
    sync: SyncSettings = Field(default_factory=SyncSettings)
    email: EmailSettings = Field(default_factory=EmailSettings)


def parse(text: str, name: str = "setup.toml") -> Settings:
    """The settings in a TOML text. Raises `SettingsError` naming every wrong key; `name` is the file's, for people."""
    try:
        values = toml_of(text)
    except ValueError as error:
        raise SettingsError(
            f"{name} is not valid TOML: {error}.", f"Correct that place in {name} and run the command again."
        ) from error
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise explain(error, Settings, name) from error


def changed(settings: Settings, changes: Mapping[str, Mapping[str, object]]) -> Settings:
    """Settings with new values, by table and key, checked like a file. Raises `SettingsError`."""
    values: dict[str, Any] = settings.model_dump(exclude_none=True)
    for table, entries in changes.items():
        values[table] = {**values.get(table, {}), **entries}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise explain(error, Settings, "the settings") from error


def load(path: Path) -> Settings:
    """The settings in a file. Raises `SettingsError`, also when the file is missing or not to be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(f"There is no file {path}.", "Check its name and run the command again.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", "Check the file and who may read it.") from error
    return parse(text, path.name)


def save(settings: Settings, path: Path) -> None:
    """Writes the settings so that after a crash the file is the old one or the new one, never half of it."""
    values = settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    write_privately(path, tomli_w.dumps(values).encode())
