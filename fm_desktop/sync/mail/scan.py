"""Reading what is new in a mailbox: headers in batches, each decided on and saved together with its cursor."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from fm_desktop.mailport import Batch, Broken, Heading, MailSource, MessageRef, Role
from fm_desktop.model.message import Headers
from fm_desktop.port import CollectionGone
from fm_desktop.sync.mail.conversations import Conversations
from fm_desktop.sync.mail.folders import Folders, KnownFolder
from fm_desktop.sync.mail.match import Decision, Lookup, Why, decide
from fm_desktop.sync.mail.messages import Messages
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.problems import Problems
from fm_desktop.sync.store import Clock, Store, StoreError

_log = logging.getLogger(__name__)

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Tables:
    """What is remembered of one account's mail."""

    store: Store
    folders: Folders
    messages: Messages
    conversations: Conversations
    problems: Problems

    @classmethod
    def of(cls, store: Store, account: int, user: str, clock: Clock) -> Tables:
        """`user` is the CRM's id of the user."""
        return cls(
            store=store,
            folders=Folders(store, account),
            messages=Messages(store, account, user),
            conversations=Conversations(store, account),
            problems=Problems(store, account, clock),
        )


class Scanner:
    """Reads folders; what is to be logged is in the tables afterwards. Raises the port's errors."""

    def __init__(self, tables: Tables, source: MailSource, options: MailOptions, lookup: Lookup, clock: Clock) -> None:
        self._tables = tables
        self._source = source
        self._options = options
        self._lookup = lookup
        self._clock = clock
        self._excluded = tables.conversations.excluded()

    def read(self, folder: KnownFolder, cancelled: Cancelled) -> None:
        """What came since the last time, or since the first day of the chosen history."""
        options, tables = self._options, self._tables
        cursor = folder.cursor if folder.choices == options.choices else None
        restarted = False
        try:
            for batch in self._source.new(folder.what, cursor, options.since):
                if batch.found or (batch.cursor, options.choices) != (folder.cursor, folder.choices):
                    with tables.store.transaction():
                        if batch.restarted and not restarted:
                            # What was known of its places is wrong now; each message tells anew where it is.
                            tables.folders.forget_places(folder)
                        self.take_in(folder, batch)
                        tables.folders.save(folder, batch.cursor, options.choices)
                restarted = restarted or batch.restarted
                if cancelled():
                    return
        except CollectionGone:
            _log.info("The mail folder “%s” is not there any more", folder.what.name)
            with tables.store.transaction():
                tables.folders.lost(folder)

    def take_in(self, folder: KnownFolder, batch: Batch) -> None:
        """Decides on every message of a batch. Callers hold the transaction."""
        now = self._clock()
        for each in batch.found:
            if isinstance(each, Broken):
                self._put_aside(folder, each)
                continue
            try:
                self._take_in(folder, each, now)
            except (StoreError, sqlite3.OperationalError):
                raise
            except Exception as error:  # noqa: BLE001 - headers that nobody foresaw must not keep the others out
                _log.exception("The headers of a message cannot be understood")
                self._put_aside(folder, Broken(each.ref, f"Its headers are out of order ({type(error).__name__})."))

    def _take_in(self, folder: KnownFolder, heading: Heading, now: datetime) -> None:
        decision = self.decide(heading, folder.what.role)
        if decision.why is None:
            self._tables.messages.take_in(folder, heading, decision, now)
        elif decision.known:
            self._tables.messages.ignore(folder, heading, decision, now)
            if decision.why is Why.CONVERSATION:
                self._follow_conversation(heading)
        elif decision.alias:
            self._tell_alias(decision.alias)

    def decide(self, heading: Heading, role: Role) -> Decision:
        return decide(heading, role, self._options, self._lookup, self._excluded)

    def decide_again(self, headers: Headers) -> Decision:
        """On a message that was to be logged, which may have changed with the user's choices and contacts since. One
        without an id is not open any more once it was taken out."""
        return self.decide(Heading(MessageRef("", ""), headers, None, 0), Role.OTHER)

    def today(self) -> date:
        return self._clock().date()

    def _follow_conversation(self, heading: Heading) -> None:
        """An answer to this message may name this one only."""
        message_id = heading.headers.message_id
        if message_id and message_id not in self._excluded:
            self._tables.conversations.add([message_id])
            self._excluded |= {message_id}

    def _tell_alias(self, address: str) -> None:
        """Mail that the user sent must not be left out in silence."""
        self._tables.problems.report(
            alias_key(address),
            address,
            f"You wrote to contacts of yours as {address}, which is not known as an address of yours, so that this "
            "mail is not logged.",
            f'If it is yours, add it to the settings: [email] own_addresses = ["{address}"]',
        )

    def _put_aside(self, folder: KnownFolder, broken: Broken) -> None:
        """Nobody can say whose it is, so that there is one problem for all of a folder: most of it is spam."""
        _log.warning("Mail folder “%s”, message %s: %s", folder.what.name, broken.ref.id, broken.reason)
        self._tables.problems.report(
            f"mail-folder:{folder.id}",
            folder.what.name,
            f"A message in the mail folder “{folder.what.name}” cannot be understood: {broken.reason}",
            "If it is from or to a contact of yours, note it in ForceManager by hand.",
        )


def alias_key(address: str) -> str:
    """Of the problem that an address is not known as the user's."""
    return f"mail-alias:{address}"
