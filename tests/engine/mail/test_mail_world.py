"""A mailbox, people and a CRM that do as they please, and a process that dies: in the end every message of a contact
is logged once, with all its files, and nothing else is."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from fm_desktop.model.items import Party
from fm_desktop.port import OutcomeUnknown, Refused, Throttled, Unreachable
from tests.fakes.letters import ANN, ARCHIVE, BOB, EMMA, INBOX, NOW, SENT, letter, sent
from tests.fakes.mail import Crash, MailWorld, MemoryMail

LATER = [f"later{number}@new.example" for number in range(3)]
FOLDERS = (INBOX, SENT, ARCHIVE)
CALLS = ["folders", *(f"{verb} {each.id}" for verb in ("new", "batch", "search", "download") for each in FOLDERS)]


class Life:
    """What happens, drawn by one seed. Every letter carries a number as its subject."""

    def __init__(self, world: MailWorld, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        self.number = 0
        self.letters: dict[str, set[str]] = {}  # subject: addresses that a record is for, if they are known
        self.deleted: set[str] = set()

    def happen(self) -> None:
        acts = [self.deliver] * 6 + [self.send] * 3 + [self.copy, self.move, self.delete, self.renumber, self.meet]
        self.random.choice(
            [*acts, self.mail_fails, self.crm_fails, self.crm_fails, self.log, self.log, self.die, self.die]
        )()

    def deliver(self) -> None:
        sender = self.random.choice([ANN, BOB, *LATER, "x@stranger.example", "y@stranger.example"])
        self._put(INBOX, letter(self._name(), sender, [EMMA, ANN], **self._more()), {sender})

    def send(self) -> None:
        to = self.random.sample([ANN, BOB, *LATER, "x@stranger.example"], 2)
        self._put(SENT, sent(self._name(), to, **self._more()), set(to))

    def copy(self) -> None:
        folder, subject = self._any()
        if subject:
            found = self.world.mail.take_away(folder, subject)
            self.world.mail.put(folder, found)
            self.world.mail.put(self.random.choice([each for each in FOLDERS if each != folder]), found)

    def move(self) -> None:
        folder, subject = self._any()
        if subject:
            self.world.mail.move(folder, self.random.choice(FOLDERS), subject)

    def delete(self) -> None:
        folder, subject = self._any()
        if subject:
            self.world.mail.take_away(folder, subject)
            self.deleted.add(subject)

    def renumber(self) -> None:
        self.world.mail.renumber(self.random.choice(FOLDERS))

    def meet(self) -> None:
        number = self.random.randrange(len(LATER))
        self.world.people.people[LATER[number]] = Party(100 + number, 50)

    def mail_fails(self) -> None:
        self.world.mail.fail(self.random.choice(CALLS), Unreachable("away"))

    def crm_fails(self) -> None:
        call = self.random.choice(["find", "create", "create", "upload"])
        errors = [
            Unreachable("away"),
            Throttled("slowly"),
            *([] if call == "find" else [Refused("no"), OutcomeUnknown("?")]),
        ]
        error = self.random.choice(errors)
        stored = isinstance(error, OutcomeUnknown) and (call == "create" and self.random.random() < 0.6)
        self.world.crm.fail(call, error, stored=stored)

    def log(self) -> None:
        self.world.run(minutes=self.random.choice([1, 2, 60]))

    def die(self) -> None:
        left = [self.random.randint(1, 60)]

        def moment() -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        self.world.moment = moment
        try:
            self.world.run()
        except Crash:
            self.world.moment = lambda: None
            self.world.reopen()
        self.world.moment = lambda: None

    def rest(self) -> None:
        """Nothing goes wrong any more."""
        self.world.mail.errors.clear()
        self.world.crm.faults.clear()
        for _ in range(6):
            self.world.log(minutes=60 * 25)

    # --- inside ---

    def _name(self) -> str:
        self.number += 1
        return f"#{self.number}"

    def _more(self) -> dict[str, object]:
        moment = NOW - timedelta(hours=self.random.randrange(1, 500))
        files = tuple((self.random.choice(["a.pdf", "b.pdf"]), b"data") for _ in range(self.random.randrange(3)))
        ids = {} if self.random.random() < 0.8 else {"message_id": self.random.choice(["", "same@x"])}
        return {"date": moment, "received": moment, "files": files, **ids}

    def _put(self, folder, made, others: set[str]) -> None:
        self.letters[made.headers.subject] = others
        self.world.mail.put(folder, made)

    def _any(self):
        """A letter that is in one folder only, so that it can be told by its subject there."""
        folder = self.random.choice(FOLDERS)
        here = Counter(each.headers.subject for each in self.world.mail.letters(folder))
        fitting = [subject for subject, times in here.items() if times == 1]
        return folder, self.random.choice(sorted(fitting)) if fitting else ""


@pytest.mark.parametrize("seed", range(60))
def test_R10_R11_in_the_end_every_message_of_a_contact_is_logged_once_and_nothing_else(tmp_path, seed):
    world = MailWorld(tmp_path, MemoryMail(FOLDERS))
    life = Life(world, seed)
    for _ in range(40):
        life.happen()
    life.rest()
    there = {each.headers.subject for folder in FOLDERS for each in world.mail.letters(folder)}
    known = set(world.people.addresses())
    logged = Counter(each.subject for each in world.entries)
    for subject, others in life.letters.items():
        if subject in there:
            assert logged[subject] == len(others & known), subject
        else:
            assert logged[subject] <= len(others & known), subject
    # Files of a message that was deleted in the very middle cannot be had any more: that is told.
    torn = {each.entry.subject for each in world.crm.rows if None in each.files.values()}
    assert torn <= life.deleted - there
    assert {each.title for each in world.cycle.tables.problems.open()} == torn
    identities = Counter(each.ext_id for each in world.entries)
    assert set(identities.values()) <= {1}
    assert set(world.crm.uploads.values()) <= {1}
    assert world.log().logged == 0
