"""Every bug that the property tests, the simulated world or a reading of the engine brought to light, by its
symptom: the shortest sequence of events that showed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.model.items import Kind, Privacy
from fm_desktop.port import OutcomeUnknown, Refused, Unreachable
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.policy import Direction
from fm_desktop.sync.store import StoreError
from fm_desktop.sync.undo import undo
from tests.fakes.world import AGENDA, World, at, event, invitation, person

LOST = OutcomeUnknown("no answer came")
PEOPLE = (person("emma@example.com"), person("client@acme.example"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _decide(world: World, decision: Decision) -> None:
    held = world.engine.state.held
    held.decide([each.id for each in held.waiting()], decision)


# --- mail (R27) ---


def test_R27_a_word_given_once_does_not_cover_the_next_change(world: World) -> None:
    """The approval stayed in the table after it was carried out."""
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II")
    world.sync()
    _decide(world, Decision.APPROVED)
    world.sync()
    assert world.calendar.mails == ["client@acme.example"]
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), title="Pitch III")
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == ["client@acme.example"]


def test_R27_a_word_about_a_change_is_none_about_a_deletion(world: World) -> None:
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II")
    world.sync()
    _decide(world, Decision.APPROVED)
    world.crm.remove(AGENDA, world.crm.key_of("Pitch II"))
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == []


def test_R27_undoing_a_create_whose_item_has_participants_by_now_asks_first(world: World) -> None:
    world.crm.put(AGENDA, replace(event("Visit"), uid=""))
    world.sync()
    entry = world.engine.state.chronicle.entries()[0]
    world.calendar.edit("Work", world.calendar.key_of("Visit"), organiser=PEOPLE[0], participants=PEOPLE)
    world.sync()
    undo(world.engine.state, entry.id)
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == []


# --- decisions ---


def test_what_the_user_chose_to_keep_is_kept_although_the_first_try_fails(world: World) -> None:
    """The decision was dropped when its consequence was planned, not when it was carried out."""
    for number in range(10):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26 + number, 9)))
    world.sync()
    for number in range(6):
        world.calendar.remove("Work", f"uid-Meeting {number}.ics")
    assert world.sync().held == 6
    world.now += timedelta(hours=2)
    _decide(world, Decision.KEEP)
    world.calendar.fail("create", Unreachable("no network"))
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    world.sync()
    world.sync()
    assert len(world.crm.items()) == len(world.calendar.items()) == 10
    world.quiet()


def test_copies_taken_out_with_their_calendar_do_not_go_to_another_one(tmp_path: Path) -> None:
    """An edit of the copy, made before the next cycle, outweighed the user's word."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), text="by the window")
    world.engine.calendars.deselect("Private", remove_copies=True)
    world.sync()
    assert world.calendar.items("Work") == []
    assert world.crm.titles() == []
    world.quiet()


@pytest.mark.parametrize("synced_between", [True, False])
def test_R04_copies_come_back_with_their_calendar(tmp_path: Path, synced_between: bool) -> None:
    """A calendar chosen again was compared by revisions only, so what had not changed stayed away."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.engine.calendars.deselect("Private", remove_copies=True)
    if synced_between:
        world.sync()
    world.engine.calendars.select("Private")
    world.sync()
    assert world.crm.titles() == ["Dentist"]
    world.quiet()


# --- listings ---


def test_an_empty_listing_is_doubted_again_after_a_preview(world: World) -> None:
    """The doubt went away with the second empty listing, before anybody had been asked."""
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.lists_empty = True
    world.engine.cycle(dry_run=True)
    report = world.sync()
    assert report.held == 3
    assert len(world.crm.items()) == 3
    report = world.sync()
    assert report.held == 3
    _decide(world, Decision.APPROVED)
    world.calendar.shelves["Work"].clear()
    world.sync()
    assert world.crm.items() == []
    world.crm.put(AGENDA, event("Visit", "-"))
    world.calendar.lists_empty = False
    world.sync()
    assert world.calendar.titles() == ["Visit"]
    world.quiet()


def test_an_empty_listing_is_doubted_still_after_a_reading_of_another_calendar_failed(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.lists_empty = True
    changes = world.calendar.changes

    def fails(collection, cursor, known):  # type: ignore[no-untyped-def]
        if collection.id == "Private":
            raise Unreachable("no network")
        return changes(collection, cursor, known)

    world.calendar.changes = fails  # type: ignore[method-assign]
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    world.calendar.changes = changes  # type: ignore[method-assign]
    world.sync()
    assert len(world.crm.items()) == 3


# --- lost answers ---


def _loses_the_answer_and_the_network(world: World, *, stored: bool) -> None:
    """A cycle in which the answer to an update is lost, and which cannot even ask what became of it."""
    update = world.calendar.update

    def offline(resource, patch, recurrence_id=None):  # type: ignore[no-untyped-def]
        world.calendar.update = update  # type: ignore[method-assign]
        world.calendar.fail("update", LOST, stored=stored)
        world.calendar.read_errors = [Unreachable("no network")]
        return update(resource, patch, recurrence_id)

    world.calendar.update = offline  # type: ignore[method-assign]
    world.now += timedelta(minutes=2)
    assert world.engine.cycle().unknown == 1


def test_an_edit_made_while_the_outcome_of_an_update_was_unknown_travels(world: World) -> None:
    """What the probe saw became the base whole, other people's fields included."""
    key = world.calendar.put("Work", event("Visit"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Visit"), title="Later visit")
    _loses_the_answer_and_the_network(world, stored=True)
    world.calendar.edit("Work", key, text="by the back door")
    world.sync()
    assert world.crm.one("Later visit").text == "by the back door"
    world.quiet()


def test_two_computers_and_a_lost_answer_leave_one_row(world: World) -> None:
    """A create that a probe found had no row to its name, so nobody took the second row away."""
    other = world.another_computer()
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    original = world.crm.create

    def both(collection, uid, value):  # type: ignore[no-untyped-def]
        world.crm.create = original  # type: ignore[method-assign]
        other.cycle()
        world.crm.fail("create", LOST, stored=True)
        return original(collection, uid, value)

    world.crm.create = both  # type: ignore[method-assign]
    world.sync()
    for _ in range(4):
        world.sync(minutes=40)
        other.cycle()
    assert world.crm.titles() == world.calendar.titles() == ["Meeting", "There before"]
    world.quiet()


def test_a_write_of_unknown_outcome_to_a_calendar_that_is_gone_stops_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    key = world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), title="Dentist 2")
    _loses_the_answer_and_the_network(world, stored=False)
    assert key in world.calendar.shelves.pop("Private")
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    assert "Meeting" in world.crm.titles()
    assert not world.engine.state.journal.unknown()
    world.quiet()


# --- servers that tidy ---


def test_a_title_cut_by_the_crm_is_no_edit_although_the_text_was_edited_meanwhile(world: World) -> None:
    """The echo was judged whole: one edited field made the cut of another look like a person's."""
    world.crm.tidy = lambda item: replace(item, title=item.title[:100])
    long = "Visit of the new plant " * 8
    key = world.calendar.put("Work", event(long, "uid-long"))
    create = world.crm.create

    def created(collection, uid, value):  # type: ignore[no-untyped-def]
        """The answer tells what was sent; the list tells what was stored, and by then edited."""
        world.crm.create = create  # type: ignore[method-assign]
        made = create(collection, uid, value)
        world.crm.edit(AGENDA, made.ref.id, text="Bring boots")
        return replace(made, items=(replace(made.items[0], title=value.title),))

    world.crm.create = created  # type: ignore[method-assign]
    world.sync()
    item = world.calendar.shelves["Work"][key].items[0]
    assert item.title == long
    assert item.text == "Bring boots"
    world.quiet()


# --- one item, several places ---


def test_a_copied_row_known_at_the_calendar_is_linked_at_once_after_a_loss_of_state(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.crm.put(AGENDA, world.crm.one("Meeting"))
    world.sync()
    world.sync(minutes=90)
    assert world.calendar.titles() == ["Meeting", "Meeting"]
    before = world.crm.writes()
    world.reopen("fresh")
    world.sync()
    assert world.crm.writes() == before
    assert len(world.crm.items()) == 2
    world.quiet()


def test_deleting_the_row_of_an_event_that_is_in_two_calendars_deletes_both(tmp_path: Path) -> None:
    """The second one stayed, unseen by ForceManager, until somebody touched it."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    world.calendar.put("Private", event("Meeting"))
    world.sync()
    world.crm.remove(AGENDA, world.crm.key_of("Meeting"))
    world.sync()
    world.sync()
    assert world.calendar.titles() == world.crm.titles() == []
    world.quiet()


def test_a_path_taken_by_an_item_that_cannot_be_read_is_a_problem_and_no_endless_try(world: World) -> None:
    key = world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    path = world.calendar.key_of("Visit")
    world.reopen("fresh")
    world.calendar.breaks("Work", path, "it has no start")
    world.sync()
    assert world.crm.shelves[AGENDA].keys() == {key}
    requests = world.calendar.requests
    for _ in range(3):
        world.sync(minutes=30)
    assert world.calendar.requests - requests < 40
    world.quiet()


# --- cancelled, and one-way ---


def test_a_cancelled_meeting_first_seen_after_a_loss_of_state_is_not_made_again(world: World) -> None:
    """Its row was taken for new, and the path at the calendar was taken: a try in every round, for ever."""
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), cancelled=True)
    world.reopen("fresh")
    world.sync()
    assert world.crm.titles() == []
    assert world.calendar.titles() == ["Visit"]
    world.quiet()


def test_R01_crm_to_calendar_leaves_a_copy_cancelled_in_the_calendar_alone(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_PROVIDER)
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), cancelled=True)
    world.sync()
    assert world.calendar.writes() == 1
    assert world.crm.writes() == 0
    world.quiet()


def test_R01_crm_to_calendar_never_writes_to_the_crm_although_the_copy_became_private(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_PROVIDER)
    world.crm.put(AGENDA, event("Visit", "-", text="Ask for the contract"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), privacy=Privacy.PRIVATE)
    world.sync()
    assert world.crm.writes() == 0
    assert world.crm.one("Visit").text == "Ask for the contract"
    world.quiet()


# --- the disk ---


def test_a_full_disk_is_told_in_words_and_nothing_is_doubled_after(world: World) -> None:
    """SQLite's own words came out, and no next step."""
    for number in range(20):
        world.calendar.put("Work", event(f"Meeting {number}", text="x" * 3_000))
    world.store.db.execute(f"PRAGMA max_page_count = {world.store.value('PRAGMA page_count') + 20}")
    with pytest.raises(StoreError, match=r"The disk is full.*Make room"):
        world.sync()
    world.reopen()
    world.sync()
    world.sync(minutes=5)
    assert len(world.crm.items()) == 20
    world.quiet()


def test_a_copied_row_whose_original_is_deleted_within_the_hour_is_not_forgotten(world: World) -> None:
    """It carried the mark of an item that had ended, and was looked at by nobody again."""
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.crm.put(AGENDA, replace(world.crm.one("Meeting"), title="Copy"))
    world.calendar.remove("Work", "uid-Meeting.ics")
    world.sync()
    assert world.crm.titles() == ["Copy"]
    assert world.sync(minutes=90).held == 1
    assert world.crm.titles() == ["Copy"]


# --- two writes planned for one item, of which only one goes ---


@pytest.mark.parametrize("obstacle", ["mail", "refused", "offline"])
@pytest.mark.parametrize("edited", ["text", "title"])
def test_an_edit_whose_write_is_held_up_is_not_forgotten_when_the_other_sides_edit_goes(
    world: World, obstacle: str, edited: str
) -> None:
    """The write that went made both whole items the base, the waiting edit included: never sent, never asked again."""
    people = PEOPLE if obstacle == "mail" else ()
    key = world.calendar.put("Work", event("Pitch", organiser=people[0] if people else None, participants=people))
    world.sync()
    other = {"text": "title", "title": "text"}[edited]
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), **{edited: "from the CRM"})
    world.calendar.edit("Work", key, **{other: "from the calendar"})
    if obstacle != "mail":
        error = Refused("no") if obstacle == "refused" else Unreachable("no network")
        world.calendar.fail("update", error)
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    _decide(world, Decision.APPROVED)
    for _ in range(3):
        world.sync(minutes=5)
    for side in (world.crm, world.calendar):
        (item,) = side.items()
        assert (getattr(item, edited), getattr(item, other)) == ("from the CRM", "from the calendar")
    world.quiet()


def test_an_undo_refused_because_of_its_mail_changes_neither_side(world: World) -> None:
    key = world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II")
    world.sync()
    _decide(world, Decision.APPROVED)
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    assert world.sync().held == 1
    assert world.crm.titles() == ["Pitch II"]
    _decide(world, Decision.KEEP)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Pitch II"]
    assert len(world.calendar.mails) == 1
    assert key in world.calendar.shelves["Work"]
    world.quiet()


def test_a_persons_copy_of_a_row_is_not_taken_for_the_write_whose_answer_was_lost(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    create = world.crm.create

    def lost(collection, uid, value):  # type: ignore[no-untyped-def]
        world.crm.create = create  # type: ignore[method-assign]
        made = create(collection, uid, value)
        world.crm.put(AGENDA, replace(made.items[0], title="Copy"))
        raise LOST

    world.crm.create = lost  # type: ignore[method-assign]
    world.sync()
    world.sync(minutes=90)
    assert world.crm.titles() == world.calendar.titles() == ["Copy", "Meeting", "There before"]
    world.quiet()


def test_a_create_whose_answer_was_lost_is_found_in_the_calendar_it_was_moved_to(tmp_path: Path) -> None:
    """It was looked for where it had been sent only; with no base, an edit made in the CRM since lost."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.sync()
    row = world.crm.put(AGENDA, event("Visit", "-"))
    create = world.calendar.create

    def lost(collection, uid, value):  # type: ignore[no-untyped-def]
        world.calendar.create = create  # type: ignore[method-assign]
        create(collection, uid, value)
        world.calendar.read_errors = [Unreachable("no network")]
        raise LOST

    world.calendar.create = lost  # type: ignore[method-assign]
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    key = world.calendar.key_of("Visit")
    items = world.calendar.shelves["Work"][key].items
    world.calendar.remove("Work", key)
    world.calendar.put("Private", *items, key=key)
    world.crm.edit(AGENDA, row, title="Later visit")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Later visit"]
    assert world.calendar.items("Work") == []
    world.quiet()


def test_two_computers_one_of_which_reads_an_empty_agenda_leave_one_row(world: World) -> None:
    """The row that was made in vain had a mark of its own, and so was no second row of anything."""
    world.sync()
    other = world.another_computer()
    world.crm.put(AGENDA, event("Visit", "-"))
    other.cycle()
    world.crm.lists_empty = True
    world.sync()
    world.crm.lists_empty = False
    world.sync()
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
    world.quiet()


def test_what_the_user_keeps_is_put_back_even_into_a_list_that_is_doubted(world: World) -> None:
    """The doubt that had held the deletion held what was to undo it as well."""
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.sync(minutes=90)
    world.crm.shelves[AGENDA].clear()
    world.crm.refuse_tokens = True
    assert world.sync().held == 1
    _decide(world, Decision.KEEP)
    world.sync()
    assert world.crm.titles() == ["Meeting"]
    assert key in world.calendar.shelves["Work"]
    world.quiet()


def test_what_the_user_keeps_of_an_emptied_calendar_stays_even_if_it_only_followed_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(8):
        world.calendar.put("Work", invitation(f"Review {number}", span=at(26 + number, 9)))
    world.sync()
    for number in range(8):
        world.calendar.remove("Work", f"uid-Review {number}.ics")
    assert world.sync().held == 8
    world.engine.state.held.decide([each.id for each in world.engine.state.held.waiting()], Decision.KEEP)
    world.sync()
    assert len(world.crm.items()) == 8
    world.crm.edit(AGENDA, world.crm.key_of("Review 3"), text="Ask again")
    world.sync(minutes=60 * 25)
    assert len(world.crm.items()) == 8
    assert world.calendar.writes() == 0
    world.quiet()


def test_an_own_meeting_that_is_kept_comes_back_whole_and_asks_before_it_mails(tmp_path: Path) -> None:
    world = World(tmp_path)
    people = (person("emma@example.com"), person("client@acme.example"))
    for number in range(8):
        meeting = event(f"Pitch {number}", organiser=people[0], participants=people, place="Room 4")
        world.calendar.put("Work", meeting)
    world.sync()
    for number in range(8):
        world.calendar.remove("Work", f"uid-Pitch {number}.ics")
    world.sync()
    held = world.engine.state.held
    held.decide([each.id for each in held.waiting()], Decision.KEEP)
    world.sync()
    assert world.calendar.mails == []
    assert {each.reason for each in held.waiting()} == {"Putting back it sends mail to 1 other person"}
    held.decide([each.id for each in held.waiting()], Decision.APPROVED)
    world.sync()
    assert len(world.calendar.items()) == len(world.crm.items()) == 8
    assert {item.place for item in world.calendar.items()} == {"Room 4"}
    world.quiet()


def test_a_second_row_that_may_not_be_deleted_stops_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    world.sync()
    key = world.crm.put(AGENDA, world.crm.one("Meeting"))
    with world.store.transaction():
        world.store.run("UPDATE operation SET remote = ? WHERE verb = 'create' AND side = 'crm'", key)
    for _ in range(2):
        world.crm.fail("delete", Refused("not allowed"))
    world.calendar.put("Work", event("New"))
    report = world.sync()
    assert report.problems == 1
    assert "New" in world.crm.titles()
    world.crm.faults.clear()
    assert world.sync().problems == 0
    assert world.crm.titles() == ["Meeting", "New", "There before"]


def test_the_writes_of_one_undo_are_not_torn_apart(tmp_path: Path) -> None:
    world = World(tmp_path, writes_per_cycle=1)
    key = world.calendar.put("Work", event("Short"))
    world.sync()
    world.calendar.remove("Work", key)
    world.sync()
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    world.sync()
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Short"]
    world.quiet()


def test_an_event_turned_into_a_task_on_one_side_is_told_and_the_rest_of_it_goes_on(world: World) -> None:
    world.calendar.put("Work", event("Report"))
    world.sync()
    row = world.crm.key_of("Report")
    world.crm.edit(AGENDA, row, kind=Kind.TASK)
    world.sync()
    (problem,) = world.engine.state.problems.open()
    assert "“Report” is a task in ForceManager and an event in your calendar" in problem.message
    world.crm.edit(AGENDA, row, title="Report, final")
    world.sync()
    assert world.calendar.titles() == ["Report, final"]
    world.crm.edit(AGENDA, row, kind=Kind.EVENT)
    world.sync()
    assert world.engine.state.problems.open() == ()
    world.quiet()
