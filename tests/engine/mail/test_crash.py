"""The process dies at every moment: before and after every call of a port, and after every commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fm_desktop.model.items import Party
from tests.fakes.letters import ANN, ARCHIVE, BOB, INBOX, SENT, letter, sent
from tests.fakes.mail import LOST, Crash, MailWorld, MemoryMail

FILES = (("offer.pdf", b"PDF"), ("offer.pdf", b"another"), ("plan.xls", b"XLS"))


def first_sync(world: MailWorld) -> None:
    shared = letter("Shared", message_id="shared@x")
    world.mail.put(
        INBOX,
        letter("Offer", files=FILES),
        letter("No", "stranger@x.example"),
        shared,
        letter("Long", text="x" * 9_000),
    )
    world.mail.put(SENT, sent("Answer", [ANN], cc=[BOB], files=FILES[:1]))
    world.mail.put(ARCHIVE, shared)


def new_mail(world: MailWorld) -> None:
    first_sync(world)
    world.log()
    world.mail.put(INBOX, letter("New", files=FILES))
    world.mail.move(INBOX, ARCHIVE, "Offer")


def new_numbers(world: MailWorld) -> None:
    first_sync(world)
    world.log()
    world.mail.put(INBOX, letter("New"))
    world.mail.renumber(INBOX)
    world.mail.renumber(ARCHIVE)


def new_contact(world: MailWorld) -> None:
    first_sync(world)
    world.log()
    world.people.people["stranger@x.example"] = Party(9, None)


def lost_answers(world: MailWorld) -> None:
    first_sync(world)
    world.crm.fail("create", LOST, stored=True)
    world.crm.fail("upload", LOST, stored=False)


SCENARIOS: list[Callable[[MailWorld], None]] = [first_sync, new_mail, new_numbers, new_contact, lost_answers]


def begun(folder: Path, scenario: Callable[[MailWorld], None]) -> MailWorld:
    folder.mkdir()
    world = MailWorld(folder, MemoryMail((INBOX, SENT, ARCHIVE)))
    scenario(world)
    return world


def settle(world: MailWorld) -> None:
    for _ in range(3):
        world.log()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_R10_R11_wherever_the_process_dies_every_record_is_there_once_with_all_its_files(tmp_path, scenario):
    whole = begun(tmp_path / "whole", scenario)
    moments = [0]

    def count() -> None:
        moments[0] += 1

    whole.moment = count
    whole.run()
    settle_from = moments[0]
    settle(whole)
    assert whole.complete()
    end = whole.logged()
    assert settle_from > 10
    for die_at in range(1, settle_from + 1):
        world = begun(tmp_path / str(die_at), scenario)
        left = [die_at]

        def die(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        world.moment = die
        with pytest.raises(Crash):
            world.run()
        world.moment = lambda: None
        world.reopen()
        assert world.store.set_aside is None, die_at
        settle(world)
        assert world.logged() == end, die_at
        assert world.complete(), die_at
        assert world.problems() == [], die_at
        assert world.log().logged == 0, die_at
        world.store.close()
