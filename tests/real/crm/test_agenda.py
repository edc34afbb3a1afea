from dataclasses import replace
from datetime import date, datetime

import pytest

from fm_desktop.crm.agenda import AGENDA, CrmAgenda
from fm_desktop.model.items import Kind, Party
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Broken, CollectionGone, Conflict, Gone, OutcomeUnknown, Port, Refused, Resource, Side

TODAY = date(2026, 11, 25)
TEN = Timed(datetime(2026, 11, 25, 10), "Europe/Madrid")
ELEVEN = Timed(datetime(2026, 11, 25, 11), "Europe/Madrid")
VISIT = Projection(
    Kind.EVENT,
    "Visit O'Brien",
    Span(TEN, ELEVEN),
    "Bring the contract.",
    details="Place: Calle Mayor 1",
    party=Party(1, 1),
)


class Known:
    """What an engine knows: revisions by id, kept up to date from what it is told."""

    def __init__(self, agenda: CrmAgenda) -> None:
        self.agenda = agenda
        self.resources: dict[str, Resource | Broken] = {}
        self.cursor: str | None = None

    def revisions(self) -> dict[str, str | None]:
        return {each: resource.revision for each, resource in self.resources.items()}

    def read(self):
        changes = self.agenda.changes(AGENDA, self.cursor, self.revisions)
        self.resources |= {each.ref.id: each for each in changes.present}
        gone = set(changes.removed)
        if changes.listed is not None:
            gone |= self.resources.keys() - changes.listed
        for each in gone:
            self.resources.pop(each, None)
        self.cursor = changes.cursor
        return changes

    def keep(self, resource: Resource) -> Resource:
        self.resources[resource.ref.id] = resource
        return resource


@pytest.fixture
def known(agenda) -> Known:
    found = Known(agenda)
    found.read()
    return found


def own_rows(crm):
    return crm.store.rows("calendar", "salesRepId=1 AND deleted=false")


def test_it_is_a_port(agenda):
    port: Port = agenda
    assert port.side is Side.CRM
    assert port.principal() == "127.0.0.1/users/1"
    assert port.addresses() == {"emma@example.com"}
    assert port.collections() == (AGENDA,)
    assert not port.capabilities().conditional_writes
    assert not port.capabilities().schedules
    with pytest.raises(CollectionGone):
        agenda.fetch("other", ["1"])


def test_a_first_reading_lists_the_users_own_rows_and_no_others(crm, agenda):
    changes = agenda.changes(AGENDA, None, dict)
    expected = {str(row["id"]) for row in own_rows(crm)}
    assert expected < {str(row["id"]) for row in crm.store.rows("calendar")}
    assert changes.listed == expected
    assert {each.ref.id for each in changes.present} == expected
    assert all(isinstance(each, Resource) for each in changes.present)


def test_rows_of_others_are_dropped_even_if_the_server_sends_them(crm, client, emma):
    foreign = next(row["id"] for row in crm.store.rows("calendar") if row["salesRepId"]["id"] != 1)

    class Careless:
        requests = 0

        def pages(self, path, where="", size=500):
            return client.pages(path)

    agenda = CrmAgenda(Careless(), "t", "emma@example.com", emma)
    assert str(foreign) not in agenda.changes(AGENDA, None, dict).listed
    assert agenda.fetch(AGENDA.id, [str(foreign)]) != ()
    assert all(b'"salesRepId":{"id":1,' in each.raw for each in agenda.fetch(AGENDA.id, [str(foreign)]))


def test_an_idle_reading_is_one_request_whatever_the_size(crm, agenda, known):
    crm.store.load("calendar", [row(subject=f"Old {number}") for number in range(1203)])
    known.read()
    assert len(known.resources) > 1203
    for _ in range(3):
        before = agenda.requests
        changes = known.read()
        assert agenda.requests - before == 1
        assert (changes.present, changes.removed, changes.listed) == ((), (), None)


def row(**values):
    return {
        "subject": "Visit",
        "task": False,
        "allDay": True,
        "startDate": "26/11/25",
        "endDate": "26/11/25",
        "branchId": 1,
        "salesRepId": 1,
        "typeId": 4,
        **values,
    }


def test_created_changed_and_deleted_rows_are_told(crm, known):
    made = crm.store.create("calendar", row(subject="New"))
    known.read()
    assert known.resources[str(made)].items[0].title == "New"
    crm.store.update("calendar", made, {"subject": "Changed"})
    assert [each.items[0].title for each in known.read().present] == ["Changed"]
    crm.store.delete("calendar", made)
    assert known.read().removed == (str(made),)
    assert known.read().removed == ()


def test_a_complete_reading_tells_what_was_deleted_or_given_away_meanwhile(crm, known):
    deleted, given = crm.store.create("calendar", row()), crm.store.create("calendar", row())
    known.read()
    crm.store.delete("calendar", deleted)
    crm.store.update("calendar", given, {"salesRepId": 2})
    known.cursor = None
    changes = known.read()
    assert set(changes.removed) == {str(deleted), str(given)}
    assert not {str(deleted), str(given)} & changes.listed


def test_a_revision_that_is_not_known_forces_a_fresh_read(crm, agenda, known):
    some = next(iter(known.resources))
    known.resources[some] = replace(known.resources[some], revision=None)
    assert [each.ref.id for each in known.read().present] == [some]
    assert known.read().present == ()


def test_what_is_created_reads_back_as_told(crm, agenda, known):
    before = agenda.requests
    made = known.keep(agenda.create(AGENDA.id, "fmd1-a", VISIT))
    assert agenda.requests - before == 1
    (read,) = known.read().present
    assert read.ref == made.ref
    assert read.items == made.items
    item = read.items[0]
    assert (item.uid, item.title, item.text, item.details) == ("fmd1-a", VISIT.title, VISIT.text, VISIT.details)
    assert (item.span, item.party, item.locked) == (VISIT.span, VISIT.party, False)
    stored = crm.store.get("calendar", int(made.ref.id))
    assert stored["sendNotification"] is False
    assert stored["salesRepId"]["id"] == 1
    assert known.read().present == ()


def test_tasks_with_and_without_a_date(crm, agenda):
    for span in (Span(TEN, TEN), day_span(TODAY), None):
        made = agenda.create(AGENDA.id, "fmd1-t", Projection(Kind.TASK, "Call", span, details="Place: x"))
        (read,) = agenda.fetch(AGENDA.id, [made.ref.id])
        assert read.items == made.items
        assert read.items[0].span == span
        assert read.items[0].details == "Place: x"


def test_an_update_costs_two_requests_and_sends_what_changed(crm, agenda, known):
    made = known.keep(agenda.create(AGENDA.id, "fmd1-a", VISIT))
    known.read()
    before = agenda.requests
    after = known.keep(agenda.update(known.resources[made.ref.id], Patch(title="Visit", completed=True)))
    assert agenda.requests - before == 2
    (read,) = known.read().present
    assert read.items == after.items
    assert (read.items[0].title, read.items[0].completed, read.items[0].text) == ("Visit", True, VISIT.text)


def test_an_update_right_after_the_create_needs_no_reading_between(agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    later = agenda.update(made, Patch(text="New"))
    assert agenda.update(later, Patch(title="New")).items[0].text == "New"


def test_a_row_changed_between_reading_and_writing_is_a_conflict(crm, agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    crm.store.update("calendar", int(made.ref.id), {"comment": "Mine"})
    for write in (lambda: agenda.update(made, Patch(title="x")), lambda: agenda.delete(made)):
        with pytest.raises(Conflict, match="O'Brien"):
            write()
    assert crm.store.get("calendar", int(made.ref.id))["subject"] == VISIT.title


def test_a_change_of_what_is_not_shared_is_no_conflict(crm, agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    crm.store.update("calendar", int(made.ref.id), {"city": "Madrid", "reminder": 15})
    agenda.update(made, Patch(title="x"))
    stored = crm.store.get("calendar", int(made.ref.id))
    assert (stored["subject"], stored["city"], stored["reminder"]) == ("x", "Madrid", 15)


@pytest.mark.parametrize("by_id", ["row", "missing"])
def test_a_deleted_row_is_gone_for_updates_and_done_for_deletes(crm, agenda, by_id):
    crm.switches.set({"deleted_by_id": by_id})
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    crm.store.delete("calendar", int(made.ref.id))
    with pytest.raises(Gone):
        agenda.update(made, Patch(title="x"))
    agenda.delete(made)
    assert agenda.fetch(AGENDA.id, [made.ref.id]) == ()


def test_a_read_only_row_can_be_changed_and_deleted_by_us(crm, agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", replace(VISIT, locked=True))
    changed = agenda.update(made, Patch(title="x"))
    stored = crm.store.get("calendar", int(made.ref.id))
    assert (stored["subject"], stored["readOnly"]) == ("x", True)
    agenda.delete(changed)
    assert crm.store.get("calendar", int(made.ref.id))["deleted"] is True


def test_R27_no_write_asks_for_a_notification(crm, agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    crm.store.update("calendar", int(made.ref.id), {"sendNotification": True})
    agenda.update(made, Patch(title="x"))
    assert crm.store.get("calendar", int(made.ref.id))["sendNotification"] is False
    restored = agenda.restore(AGENDA.id, "fmd1-a", made.raw)
    assert crm.store.get("calendar", int(restored.ref.id))["sendNotification"] is False


def test_a_create_whose_answer_was_lost_is_unknown_and_found_by_its_identity(crm, agenda):
    crm.faults.lose_answer(method="POST", path="/calendar", count=1)
    with pytest.raises(OutcomeUnknown):
        agenda.create(AGENDA.id, "fmd1-O'Brien", VISIT)
    (found,) = agenda.find(AGENDA.id, ["fmd1-O'Brien", "fmd1-none"])
    assert found.items[0].title == VISIT.title
    assert len(crm.store.rows("calendar", "extId='fmd1-O''Brien'")) == 1


def test_find_reads_many_identities_gives_the_oldest_first_and_no_deleted_ones(crm, agenda):
    ids = crm.store.load("calendar", [row(extId=f"fmd1-{number}") for number in range(130)])
    twin = crm.store.create("calendar", row(extId="fmd1-0"))
    crm.store.delete("calendar", ids[1])
    before = agenda.requests
    found = agenda.find(AGENDA.id, [f"fmd1-{number}" for number in range(130)])
    assert {each.uid for each in found} == {f"fmd1-{number}" for number in range(130) if number != 1}
    assert [each.ref.id for each in found if each.uid == "fmd1-0"] == [str(ids[0]), str(twin)]
    assert agenda.requests - before == 1 + 4


def test_fetch_reads_many_rows_and_leaves_out_what_is_not_there(crm, agenda):
    ids = crm.store.load("calendar", [row() for _ in range(230)])
    found = agenda.fetch(AGENDA.id, [*map(str, ids), "999999", "nonsense"])
    assert [each.ref.id for each in found] == [str(each) for each in ids]


def test_short_pages_lose_nothing(crm, known):
    crm.store.load("calendar", [row() for _ in range(60)])
    crm.faults.short_pages(7)
    known.read()
    assert known.resources.keys() == {str(each["id"]) for each in own_rows(crm)}
    known.cursor = None
    assert known.read().listed == known.resources.keys()


def test_a_list_that_lags_behind_is_no_edit_and_no_deletion(crm, agenda, known):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    known.keep(made)
    known.read()
    crm.faults.stale_reads(method="GET", path="/calendar")
    known.keep(agenda.update(known.resources[made.ref.id], Patch(title="Ours")))
    late = known.keep(agenda.create(AGENDA.id, "fmd1-b", VISIT))
    assert known.read().present == ()
    cursor, known.cursor = known.cursor, None
    changes = known.read()
    assert (changes.present, changes.removed) == ((), ())
    assert late.ref.id in changes.listed
    known.cursor = cursor
    crm.faults.clear()
    known.read()
    assert known.resources[made.ref.id].items[0].title == "Ours"
    assert known.read().present == ()


def test_a_clock_set_back_hides_nothing(crm, known):
    crm.clock_offset = 7200.0
    made = crm.store.create("calendar", row(subject="Late"))
    known.read()
    crm.clock_offset = 0.0
    crm.store.update("calendar", made, {"subject": "Edited"})
    known.read()
    assert known.resources[str(made)].items[0].title == "Edited"


def test_a_cursor_the_server_refuses_leads_to_a_complete_reading(crm, known):
    made = crm.store.create("calendar", row())
    crm.faults.status(400, method="GET", path="/calendar", count=1)
    changes = known.read()
    assert changes.listed is not None
    assert str(made) in changes.listed


def test_a_row_that_cannot_be_understood_is_set_aside(client, emma):
    class Odd:
        requests = 0

        def pages(self, path, where="", size=500):
            for page in client.pages(path, where, size):
                yield replace(page, rows=tuple({**each, "startDate": "soon"} for each in page.rows))

    agenda = CrmAgenda(Odd(), "t", "emma@example.com", emma)
    broken = agenda.changes(AGENDA, None, dict).present
    assert broken
    assert all(isinstance(each, Broken) and "startDate" in each.reason and each.title for each in broken)


def test_a_deleted_row_is_restored_as_it_was(crm, agenda):
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    crm.store.update("calendar", int(made.ref.id), {"city": "Madrid", "opportunityId": None, "reminder": 15})
    (full,) = agenda.fetch(AGENDA.id, [made.ref.id])
    agenda.delete(full)
    restored = agenda.restore(AGENDA.id, "fmd1-a", full.raw)
    (read,) = agenda.fetch(AGENDA.id, [restored.ref.id])
    assert read.items == full.items == restored.items
    stored = crm.store.get("calendar", int(restored.ref.id))
    assert (stored["city"], stored["reminder"]) == ("Madrid", 15)


def test_what_cannot_be_stored_is_refused_with_its_name(agenda):
    with pytest.raises(Refused, match=r"O'Brien.*2090"):
        agenda.create(AGENDA.id, "fmd1-a", replace(VISIT, span=day_span(date(2090, 1, 1))))
    made = agenda.create(AGENDA.id, "fmd1-a", VISIT)
    with pytest.raises(Refused, match="2090"):
        agenda.update(made, Patch(span=day_span(date(2090, 1, 1))))
    with pytest.raises(ValueError, match="series"):
        agenda.update(made, Patch(title="x"), recurrence_id=TODAY)


def test_a_text_too_long_is_stored_shortened(crm, agenda):
    text = "Word after word. " * 700
    made = agenda.create(AGENDA.id, "fmd1-a", replace(VISIT, text=text.strip()))
    (read,) = agenda.fetch(AGENDA.id, [made.ref.id])
    assert read.items == made.items
    assert read.items[0].shortened
    assert text.startswith(read.items[0].text)
    assert len(crm.store.get("calendar", int(made.ref.id))["comment"]) <= 6000


def test_twins_show_the_same_in_everything_a_person_can_set(crm, agenda):
    numbers = [crm.store.create("calendar", row(**more)) for more in ({}, {"extId": "fmd1-a"}, {"reminder": 15})]
    one, same, edited = agenda.fetch(AGENDA.id, [str(each) for each in numbers])
    assert agenda.are_twins(one, same)
    assert not agenda.are_twins(one, edited)


@pytest.mark.parametrize("locked", [False, True])
def test_a_mark_is_changed_and_told_of_deleted_rows(crm, agenda, locked):
    made = agenda.create(AGENDA.id, "fmd1-a", replace(VISIT, locked=locked))
    before = agenda.changes(AGENDA, None, dict)
    assert before.removed_marks == {}
    marked = agenda.mark(made, "fmd0-a")
    requests = agenda.requests
    assert agenda.mark(marked, "fmd0-a").items == marked.items
    assert agenda.requests == requests + 1
    (read,) = agenda.fetch(AGENDA.id, [made.ref.id])
    assert (read.items[0].uid, read.items[0].locked) == ("fmd0-a", locked)
    agenda.delete(marked)
    for cursor in (before.cursor, None):
        after = agenda.changes(AGENDA, cursor, lambda: {made.ref.id: made.revision})
        assert after.removed == (made.ref.id,)
        assert after.removed_marks == {made.ref.id: "fmd0-a"}
