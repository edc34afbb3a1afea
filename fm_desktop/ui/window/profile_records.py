"""The window's records of this computer's profile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from fm_desktop import logs
from fm_desktop.app import Profile
from fm_desktop.doctor import Doctor, pack
from fm_desktop.people import MailLinks, Person
from fm_desktop.settings import Settings
from fm_desktop.sync import browse
from fm_desktop.sync.browse import Page, Query
from fm_desktop.sync.control import Channel
from fm_desktop.sync.explain import Explanation
from fm_desktop.sync.held import Held
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.nudge import nudge
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.state import State
from fm_desktop.sync.status import Status
from fm_desktop.ui import preferences
from fm_desktop.ui.autostart import of_this_system
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.window.records import Examined


class ProfileRecords:
    """`fm_desktop.ui.window.records.Records`. Used from several threads at once: each call opens the state itself.

    `profile` gives the one that is worked with now: after a change of settings it is another.
    """

    def __init__(self, profile: Callable[[], Profile], environment: Mapping[str, str]) -> None:
        self._get = profile
        self._autostart = of_this_system(environment)
        self._environment = environment
        # The choice of calendars and the settings page write the same file.
        self._file = threading.Lock()

    @property
    def _profile(self) -> Profile:
        return self._get()

    # --- how things stand ---

    def status(self) -> Status:
        return self._profile.status()

    def pause(self, channel: Channel | None, minutes: int | None) -> None:
        self._profile.pause(channel, minutes)

    def resume(self, channel: Channel | None) -> None:
        self._profile.resume(channel)

    def stop(self, channel: Channel | None, *, forget_credentials: bool) -> None:
        self._profile.stop(channel, forget_credentials=forget_credentials)

    def sync_soon(self) -> None:
        self._profile.sync_soon()

    # --- what was done ---

    def history(self, query: Query, offset: int, limit: int) -> Page:
        with self._state() as state:
            return browse.page(state, query, offset, limit)

    def undo(self, happening: int) -> None:
        self._profile.undo(happening)

    def explain(self, link: int) -> tuple[Explanation, ...]:
        with self._state() as state:
            return browse.why(state, link)

    # --- what needs the user ---

    def problems(self) -> tuple[Problem, ...]:
        return self._profile.problems()

    def retry(self, link: int) -> None:
        self._profile.retry(link)

    def held(self) -> tuple[Held, ...]:
        return self._profile.held()

    def approve(self, held: Iterable[int]) -> int:
        return self._decide(held, Decision.APPROVED)

    def keep(self, held: Iterable[int]) -> int:
        return self._decide(held, Decision.KEEP)

    def _decide(self, held: Iterable[int], decision: Decision) -> int:
        """All at once or none; what has stopped waiting since the page was drawn is passed over."""
        with self._state() as state:
            with state.store.transaction():
                waiting = {each.id for each in state.held.waiting()}
                number = state.held.decide([each for each in held if each in waiting], decision)
            nudge(state.store, state.clock())
            return number

    # --- what takes part, and how ---

    def calendars(self) -> tuple[KnownCollection, ...]:
        return self._profile.calendars()

    def select_calendar(self, key: str) -> None:
        with self._file:
            self._profile.select_calendar(key)

    def deselect_calendar(self, key: str, *, remove_copies: bool) -> None:
        with self._file:
            self._profile.deselect_calendar(key, remove_copies=remove_copies)

    def target_calendar(self, key: str) -> None:
        with self._file:
            self._profile.target_calendar(key)

    def settings(self) -> Settings:
        return self._profile.settings

    def change_settings(self, changes: Mapping[str, Mapping[str, object]]) -> Settings:
        with self._file:
            return self._profile.change_settings(changes)

    def preferences(self) -> Preferences:
        return preferences.load(self._profile.paths.config)

    def save_preferences(self, chosen: Preferences) -> None:
        preferences.save(chosen, self._profile.paths.config)

    def starts_with_system(self) -> bool:
        return self._autostart.is_on()

    def start_with_system(self, *, wanted: bool) -> None:
        if wanted:
            self._autostart.turn_on()
        else:
            self._autostart.turn_off()

    # --- people and their mail ---

    def people(self, text: str, limit: int) -> tuple[Person, ...]:
        return self._profile.people(text, limit)

    def letters(self, person: Person, limit: int) -> tuple[Letter, ...]:
        return self._profile.letters(person, limit)

    def mail_links(self, address: str) -> MailLinks:
        return self._profile.mail_links(address)

    def exclude_conversation(self, letter: Letter) -> None:
        self._profile.exclude_conversation(str(letter.number))

    def include_conversation(self, letter: Letter) -> None:
        self._profile.include_conversation(str(letter.number))

    # --- the log and support ---

    def log_lines(self, limit: int) -> Sequence[str]:
        return logs.last_lines(self._profile.paths.log_file, limit)

    def examine(self) -> Examined:
        doctor = Doctor(self._environment)
        diagnosis = doctor.examine()
        return Examined(diagnosis, doctor.bundle(diagnosis))

    def save_bundle(self, parts: Mapping[str, str], path: Path) -> None:
        pack(parts, path)

    @contextmanager
    def _state(self) -> Iterator[State]:
        store = self._profile.open_store()
        try:
            yield self._profile.connector.state(store)
        finally:
            store.close()
