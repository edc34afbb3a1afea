"""What the window knows and may decide, as blocking calls: a `Desk` makes them off the window's thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fm_desktop.doctor import Diagnosis
from fm_desktop.model.message import Direction
from fm_desktop.settings import Settings
from fm_desktop.sync.browse import Page, Query
from fm_desktop.sync.control import Channel
from fm_desktop.sync.explain import Explanation
from fm_desktop.sync.held import Held
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.status import Status
from fm_desktop.ui.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Person:
    """A contact or an account of the user at ForceManager. Ids as there; `company` is the account of a contact."""

    contact_id: int | None
    account_id: int | None
    name: str
    company: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A logged message: when, which way, about what. `other` is the address at the other end."""

    moment: datetime
    direction: Direction
    subject: str
    other: str


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Where the user's mail provider lets them write to an address, and see what was written ('' if it cannot)."""

    compose: str
    correspondence: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What the doctor found, and a support bundle: texts by file name, as they would be saved, without secrets."""

    diagnosis: Diagnosis
    bundle: Mapping[str, str]


class Records(Protocol):
    """Each method may block, and raises what `fm_desktop.errors.explained` knows. Moments are aware."""

    def status(self) -> Status: ...

    def pause(self, channel: Channel | None, minutes: int | None) -> None: ...
    def resume(self, channel: Channel | None) -> None: ...
    def stop(self, channel: Channel | None, *, forget_credentials: bool) -> None: ...
    def sync_soon(self) -> None:
        """Lets whichever process syncs begin a cycle without waiting for its interval."""

    def history(self, query: Query, offset: int, limit: int) -> Page: ...
    def undo(self, happening: int) -> None: ...
    def explain(self, link: int) -> tuple[Explanation, ...]:
        """Why an item is, or is not, on the other side; and those of the same name."""

    def problems(self) -> tuple[Problem, ...]: ...
    def retry(self, link: int) -> None: ...

    def held(self) -> tuple[Held, ...]: ...
    def approve(self, held: Iterable[int]) -> int:
        """Lets these be done; returns how many."""

    def keep(self, held: Iterable[int]) -> int:
        """Leaves things as they are; returns how many."""

    def calendars(self) -> tuple[KnownCollection, ...]: ...
    def select_calendar(self, key: str) -> None: ...
    def deselect_calendar(self, key: str, *, remove_copies: bool) -> None: ...
    def target_calendar(self, key: str) -> None: ...

    def people(self, text: str, limit: int) -> tuple[Person, ...]: ...
    def letters(self, person: Person, limit: int) -> tuple[Letter, ...]: ...
    def mail_links(self, address: str) -> MailLinks: ...

    def settings(self) -> Settings: ...
    def change_settings(self, changes: Mapping[str, Mapping[str, object]]) -> Settings: ...
    def preferences(self) -> Preferences: ...
    def save_preferences(self, chosen: Preferences) -> None: ...
    def starts_with_system(self) -> bool: ...
    def start_with_system(self, *, wanted: bool) -> None: ...

    def log_lines(self, limit: int) -> Sequence[str]: ...
    def examine(self) -> Examined: ...
    def save_bundle(self, parts: Mapping[str, str], path: Path) -> None: ...
