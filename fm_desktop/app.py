"""The composition root: a profile of this computer, over which the command line and the window work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from fm_desktop import addressbook, logs, people
from fm_desktop.connect import Connector, now
from fm_desktop.credentials import Credentials
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.people import MailLinks, Person
from fm_desktop.providers import catalog
from fm_desktop.runner import Headless, Runner, Watch
from fm_desktop.settings import Settings, changed, load, save
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync import control, retry, undo
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.explain import Explanation, explain
from fm_desktop.sync.held import Held
from fm_desktop.sync.look import Look, look
from fm_desktop.sync.mail.conversations import Conversation, Conversations
from fm_desktop.sync.mail.letters import Letter, Letters
from fm_desktop.sync.nudge import nudge
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.report import Report
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.state import State
from fm_desktop.sync.status import Status, overview
from fm_desktop.sync.store import Store

if TYPE_CHECKING:
    from fm_desktop.notes import Words

NOT_SET_UP = "FM Desktop is not set up yet."
HOW_TO_SET_UP = "Write a setup.toml (see README) and run: fm-desktop setup --file setup.toml"


class NotSetUp(SettingsError):
    """There are no settings yet."""


class Profile:
    """One ForceManager user with one provider account on this computer, as it was set up.

    Every method that looks or decides works on the state file alone, beside a running instance too.
    """

    def __init__(self, paths: Paths, settings: Settings, credentials: Credentials, redactor: Redactor) -> None:
        self.paths = paths
        self.settings = settings
        self.connector = Connector(paths, settings, credentials, redactor)
        self._credentials = credentials

    @classmethod
    def open(cls, environment: Mapping[str, str]) -> Self:
        """The profile of this computer's user; logs from now on. Raises `SettingsError`, `OSError`."""
        paths = Paths.of(environment)
        if not paths.settings_file.exists():
            raise NotSetUp(NOT_SET_UP, HOW_TO_SET_UP)
        settings = load(paths.settings_file)
        paths.make()
        redactor = Redactor()
        logs.start(paths.log_file, redactor)
        return cls(paths, settings, Credentials(environment), redactor)

    def reload(self) -> None:
        """Works with the settings as they are in the file by now, over new connections. Raises `SettingsError`."""
        self.settings = load(self.paths.settings_file)
        self.connector = Connector(self.paths, self.settings, self._credentials, self.connector.redactor)

    # --- syncing ---

    def sync_once(self, *, dry_run: bool = False) -> Report:
        """One cycle; what a side does wrong is in the report. Raises `Busy`, `StoreError`, `UnknownCalendar`."""
        runner = self._runner()
        try:
            return runner.cycle(threading.Event(), dry_run=dry_run)
        finally:
            runner.close()

    def loop(self, watch: Watch | None = None, words: Callable[[], Words] | None = None) -> Headless:
        """The loop, for a thread to run; `watch` is told of each cycle, `words` are those of messages in the inbox."""
        return Headless(self.paths, self._runner(words), self.settings.sync.interval_seconds, watch)

    def _runner(self, words: Callable[[], Words] | None = None) -> Runner:
        return Runner(self.paths, self.settings, self.connector, words)

    # --- looking ---

    def open_store(self) -> Store:
        """For one who looks again and again; closed by the caller. Raises `StoreError`, `OSError`."""
        return Store.open(self.paths.store_file)

    def look(self, store: Store) -> Look:
        return look(self.connector.state(store), self.settings.sync.channels)

    def status(self) -> Status:
        with self._state() as state:
            return overview(state, self.settings.sync.channels)

    def history(self, limit: int, text: str = "") -> tuple[Happening, ...]:
        with self._state() as state:
            return state.chronicle.entries(limit, text)

    def problems(self) -> tuple[Problem, ...]:
        with self._state() as state:
            return state.problems.open()

    def held(self) -> tuple[Held, ...]:
        with self._state() as state:
            return state.held.waiting()

    def calendars(self) -> tuple[KnownCollection, ...]:
        with self._state() as state:
            return Calendars(state).all()

    def explain(self, text: str) -> tuple[Explanation, ...]:
        """Items and e-mails."""
        with self._state() as state:
            return (*explain(state, text), *Letters(state.store, state.account).explain(text))

    # --- people and their mail (R13) ---

    def people(self, text: str = "", limit: int = 100) -> tuple[Person, ...]:
        """Contacts and accounts, who wrote or was written to last comes first."""
        with self._state() as state:
            newest = Letters(state.store, state.account).newest()
            return people.found(addressbook.known(state.store), text, newest, limit)

    def letters(self, person: Person, limit: int = 5) -> tuple[Letter, ...]:
        """The newest logged messages with a contact or an account."""
        with self._state() as state:
            return Letters(state.store, state.account).of(person.contact_id, person.account_id, limit)

    def mail_links(self, address: str) -> MailLinks:
        """Where the user writes to an address. Raises `CatalogError`."""
        return people.mail_links(address, self.settings.provider, catalog.load(self.paths.config))

    def exclude_conversation(self, text: str) -> Conversation:
        """Takes a conversation out of logging; what is logged stays. Raises `NoConversation`."""
        with self._deciding() as state:
            return Conversations(state.store, state.account).exclude(text)

    def include_conversation(self, text: str) -> Conversation:
        """Takes a conversation into logging again. Raises `NoConversation`."""
        with self._deciding() as state:
            return Conversations(state.store, state.account).include(text)

    def mark_shown(self, notices: Iterable[int]) -> None:
        """These notices were told to the user."""
        with self._state() as state, state.store.transaction():
            state.chronicle.mark_shown(notices)

    # --- deciding ---

    def sync_soon(self) -> None:
        """Asks the running instance for a cycle."""
        with self._deciding():
            pass

    def undo(self, happening: int) -> Happening:
        """Raises `CannotUndo`."""
        with self._deciding() as state:
            return undo.undo(state, happening)

    def retry(self, link: int) -> str:
        """Raises `NothingToRetry`."""
        with self._deciding() as state:
            return retry.retry(state, link)

    def approve(self, held: Iterable[int]) -> int:
        """Lets held writes be done, by their numbers. Returns how many. Raises `NothingHeld`, with none decided."""
        return self._decide(held, Decision.APPROVED)

    def keep(self, held: Iterable[int]) -> int:
        """Leaves things as they are, as `approve` does the writes."""
        return self._decide(held, Decision.KEEP)

    def _decide(self, held: Iterable[int], decision: Decision) -> int:
        with self._deciding() as state, state.store.transaction():
            return state.held.decide(held, decision)

    # --- pause and stop (R05) ---

    def pause(self, channel: str | None, minutes: int | None = None) -> tuple[Standing, ...]:
        """For so many minutes, or until resumed; without a channel, all that are set up and not stopped."""
        until = None if minutes is None else now() + timedelta(minutes=minutes)
        with self._deciding() as state:
            # A pause ends by itself: it must not start what was stopped for good.
            stopped = [each.channel for each in self._standings(state) if each.state is Running.STOPPED]
            for each in self._channels(channel):
                if channel is not None or each not in stopped:
                    control.pause(state.store, each, until)
            return self._standings(state)

    def resume(self, channel: str | None) -> tuple[Standing, ...]:
        with self._deciding() as state:
            for each in self._channels(channel):
                control.resume(state.store, each)
            return self._standings(state)

    def stop(self, channel: str | None, *, forget_credentials: bool) -> tuple[Standing, ...]:
        """Stops for good, deleting nothing. Secrets are forgotten only when no channel needs them any more."""
        with self._deciding() as state:
            for each in self._channels(channel):
                control.stop(state.store, each)
            standings = self._standings(state)
        if forget_credentials and all(each.state is Running.STOPPED for each in standings):
            self.connector.forget_secrets()
        return standings

    def _channels(self, channel: str | None) -> tuple[Channel, ...]:
        return self.settings.sync.channels if channel is None else (Channel(channel),)

    def _standings(self, state: State) -> tuple[Standing, ...]:
        return overview(state, self.settings.sync.channels).channels

    # --- calendars (R04) ---

    def select_calendar(self, name: str) -> None:
        """Raises `UnknownCalendar`."""
        with self._deciding() as state:
            Calendars(state).select(name)
            self._keep_choice(state)

    def deselect_calendar(self, name: str, *, remove_copies: bool) -> None:
        """Raises `UnknownCalendar`."""
        with self._deciding() as state:
            Calendars(state).deselect(name, remove_copies=remove_copies)
            self._keep_choice(state)

    def target_calendar(self, name: str) -> None:
        """Raises `UnknownCalendar`."""
        with self._deciding() as state:
            Calendars(state).set_target(name)
            self._keep_choice(state)

    def _keep_choice(self, state: State) -> None:
        """In the settings as well: a lost state file must not bring back a calendar that was taken out."""
        taking_part = [each for each in Calendars(state).all() if each.selected]
        target = next((each.what.name for each in taking_part if each.target), None)
        choice = {"calendars": tuple(each.what.name for each in taking_part), "target_calendar": target}
        sync = self.settings.sync.model_copy(update=choice)
        self.settings = self.settings.model_copy(update={"sync": sync})
        save(self.settings, self.paths.settings_file)

    # --- settings ---

    def change_settings(self, changes: Mapping[str, Mapping[str, object]]) -> Settings:
        """New values, by table and key; what runs goes on with the old ones. Raises `SettingsError`, `OSError`."""
        settings = changed(self.settings, changes)
        save(settings, self.paths.settings_file)
        self.settings = settings
        return settings

    @contextmanager
    def _deciding(self) -> Iterator[State]:
        """As `_state`; a running instance then carries out what was decided without waiting for its interval."""
        with self._state() as state:
            yield state
            nudge(state.store, now())

    @contextmanager
    def _state(self) -> Iterator[State]:
        store = Store.open(self.paths.store_file)
        try:
            yield self.connector.state(store)
        finally:
            store.close()
