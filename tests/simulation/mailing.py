"""Logging e-mail in a world where people, servers and computers do as they please.

After every storm each message with a contact is logged once for each of them, whole, and nobody else's is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition

from fm_desktop.mailport import Folder
from fm_desktop.port import OutcomeUnknown, PortError, Refused, Throttled, Unreachable
from fm_desktop.sync.mail.conversations import NoConversation
from tests.fakes.letters import ANN, ARCHIVE, BOB, EMMA, INBOX, JUNK, SENT, STRANGER, letter, sent
from tests.simulation.counted import HAPPENED, Fates, rule
from tests.simulation.post import LATER, Mail, PostOffice

PEOPLE = st.lists(
    st.sampled_from([ANN, BOB, "info@client.example", "info@shop.example", STRANGER, *LATER]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
PICK = st.integers(0, 7)
MOVES = st.sampled_from([(INBOX, ARCHIVE), (ARCHIVE, INBOX), (INBOX, JUNK), (JUNK, INBOX), (SENT, ARCHIVE)])
CALLS = st.sampled_from(["find", "create", "upload"])
SEEN = st.booleans()
"""Does a computer look right after it happened?"""


class PostMachine(Fates):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.computers = self.office = PostOffice(Path(self.folder.name))
        self.mail = self.office.world.mail
        self.numbers = 0

    @initialize()
    def begin(self) -> None:
        HAPPENED["history"] += 1

    def teardown(self) -> None:
        try:
            self.office.settle()
            self.office.check()
        finally:
            self.office.close()
            self.folder.cleanup()

    # --- people ---

    def _subject(self, text: str, people: Iterable[str]) -> str:
        self.numbers += 1
        self.office.items[self.numbers] = Mail(self.numbers, tuple(people))
        return f"#{self.numbers} {text}"

    @rule(sender=PEOPLE, folder=st.sampled_from([INBOX, INBOX, ARCHIVE, JUNK]), files=st.integers(0, 2), seen=SEEN)
    def receive(self, sender: list[str], folder: Folder, files: int, *, seen: bool) -> None:
        subject = self._subject("Offer", sender[:1])
        date = self.office.world.now - timedelta(minutes=1)
        attached = tuple((f"{number}.pdf", b"data") for number in range(files))
        self.mail.put(folder, letter(subject, sender[0], [EMMA], date=date, received=date, files=attached))
        self._look(seen)

    def _look(self, seen: bool) -> None:
        if seen:
            self.office.sync()

    @rule(to=PEOPLE, without_id=st.booleans(), seen=SEEN)
    def send(self, to: list[str], without_id: bool, *, seen: bool) -> None:
        date = self.office.world.now - timedelta(minutes=1)
        subject = self._subject("Order", to)
        self.mail.put(SENT, sent(subject, to, date=date, received=date, **({"message_id": ""} if without_id else {})))
        self._look(seen)

    @rule(pick=PICK, seen=SEEN)
    def is_answered(self, pick: int, *, seen: bool) -> None:
        found = self._picked(pick)
        if found is None or not self.office.where(found.number)[0][1].headers.message_id:
            return
        before = self.office.where(found.number)[0][1].headers
        date = self.office.world.now - timedelta(minutes=1)
        subject = self._subject("Re: Offer", [ANN])
        self.office.answer(self.office.items[self.numbers], found)
        self.mail.put(INBOX, letter(subject, ANN, [EMMA], date=date, received=date, thread=(before.message_id,)))
        self._look(seen)

    @rule(pick=PICK)
    def copy(self, pick: int) -> None:
        """As a rule at the server does, or a person who keeps it in two places."""
        found = self._picked(pick)
        if found is not None and not any(folder is ARCHIVE for folder, _ in self.office.where(found.number)):
            self.mail.put(ARCHIVE, self.office.where(found.number)[0][1])

    @rule(pick=PICK, move=MOVES, seen=SEEN)
    def move(self, pick: int, move: tuple[Folder, Folder], *, seen: bool) -> None:
        source, target = move
        twice = {each.headers.subject for each in self.mail.letters(target)}
        there = [each for each in self.mail.letters(source) if each.headers.subject not in twice]
        if there:
            self.mail.move(source, target, there[pick % len(there)].headers.subject)
            self._look(seen)

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        found = self._picked(pick)
        if found is not None:
            folder, each = self.office.where(found.number)[0]
            self.mail.take_away(folder, each.headers.subject)

    def _picked(self, pick: int) -> Mail | None:
        there = [each for each in self.office.items.values() if self.office.where(each.number)]
        return there[pick % len(there)] if there else None

    @rule(address=st.sampled_from([*LATER]), seen=SEEN)
    def becomes_a_contact(self, address: str, *, seen: bool) -> None:
        self.office.world.people.people[address] = LATER[address]
        self._look(seen)

    @rule(address=st.sampled_from([*LATER]), seen=SEEN)
    def is_no_contact_any_more(self, address: str, *, seen: bool) -> None:
        self.office.world.people.people.pop(address, None)
        self._look(seen)

    @rule(pick=PICK, seen=SEEN)
    def keep_out(self, pick: int, *, seen: bool) -> None:
        found = self._picked(pick)
        if found is None:
            return
        subject = self.office.where(found.number)[0][1].headers.subject
        try:
            self.office.keep_out(found, subject)
        except NoConversation:
            return
        self._look(seen)

    @precondition(lambda self: self.office.other is None)
    @rule()
    def what_answers_in_a_conversation_that_is_out_is_not_logged(self) -> None:
        self.office.settle()
        self.receive([ANN], INBOX, 0, seen=True)
        first = self.office.items[self.numbers]
        self.office.keep_out(first, self.office.where(first.number)[0][1].headers.subject)
        there = [each.number for each in self.office.items.values() if self.office.where(each.number)]
        self.is_answered(there.index(first.number), seen=False)
        self.office.settle()
        assert not self.office.logged_for(self.numbers), "its conversation is out"

    # --- servers ---

    @rule(folder=st.sampled_from([INBOX, SENT, ARCHIVE]))
    def renumber(self, folder: Folder) -> None:
        self.mail.renumber(folder)

    @rule(call=CALLS, stored=st.booleans())
    def lose_an_answer(self, call: str, stored: bool) -> None:
        self.office.crm.fail(call, OutcomeUnknown("no answer came"), stored=stored and call != "find")

    @rule(call=CALLS, error=st.sampled_from([Unreachable, Throttled, Refused]))
    def fail_at_the_crm(self, call: str, error: type[PortError]) -> None:
        self.office.crm.fail(call, error("not now"))

    @rule(call=st.sampled_from(["folders", "new", "batch", "search", "download"]),
          folder=st.sampled_from([INBOX, SENT, ARCHIVE]),
          error=st.sampled_from([Unreachable, Throttled]))  # fmt: skip
    def fail_at_the_mailbox(self, call: str, folder: Folder, error: type[PortError]) -> None:
        self.mail.fail(call if call == "folders" else f"{call} {folder.id}", error("not now"))

    # With two computers the minute in which the list lags is a known limit.
    @precondition(lambda self: self.office.other is None)
    @rule(slow=st.booleans())
    def lists_lag(self, slow: bool) -> None:
        self.office.crm.slow = slow

    @precondition(lambda self: self.office.other is None)
    @rule(sender=st.sampled_from([ANN, BOB]), again=st.sampled_from([0.1, 0.5, 2]))
    def a_record_is_stored_and_neither_told_nor_listed(self, sender: str, again: float) -> None:
        """The worst moment to ask what became of a write."""
        self.office.crm.slow = True
        self.office.crm.fail("create", OutcomeUnknown("no answer came"), stored=True)
        self.receive([sender], INBOX, 0, seen=True)
        self.office.sync(minutes=again)

    # --- computers ---

    @rule(moment=st.integers(1, 40))
    def crash(self, moment: int) -> None:
        self.office.crash(moment)

    @rule(minutes=st.sampled_from([2, 10]))
    def other_computer(self, minutes: float) -> None:
        self.office.start_other()
        self.office.sync(self.office.other, minutes=minutes)

    @rule()
    def quiet(self) -> None:
        self.office.settle()
        self.office.check()
