"""Rows and sentences from the engine's values: pure, without a window."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.message import Direction as Way
from fm_desktop.people import Person
from fm_desktop.port import Side
from fm_desktop.settings import parse
from fm_desktop.sync.chronicle import WAS_CUT
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.policy import Direction
from fm_desktop.sync.progress import Progress
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.status import Lately, Trouble
from fm_desktop.ui.moments import Moments
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.snapshot import Face, Snapshot, Stage
from fm_desktop.ui.window.present import activity, lists, overview
from fm_desktop.ui.window.present import settings as forms
from fm_desktop.ui.window.present.changes import changes_of
from fm_desktop.ui.window.present.overview import Doing, Estimate
from tests.ui.window import samples
from tests.ui.window.samples import NOW


class Plain:
    """Moments as they are, so that a test names its own."""

    def clock(self, at):
        return f"{at:%H:%M}"

    def short_day(self, day):
        return f"{day:%Y-%m-%d}"

    def moment(self, at):
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"

    def near(self, at, now):
        return self.moment(at)

    def soon(self, at, now):
        return self.moment(at)


PLAIN = Plain()


def shown(snapshot, left=None):
    return overview.present(snapshot, NOW, PLAIN, left)


# --- overview ----------------------------------------------------------------------------------------


def test_in_step_there_is_nothing_to_say():
    found = shown(samples.in_step())
    assert (found.face, found.notices, found.bar, found.can_sync) == (Face.OK, (), None, True)
    assert [(each.title, each.state) for each in found.cards] == [("E-mail", "In step"), ("Calendar", "In step")]
    assert ("Events and tasks on both sides", "1,248 items") in found.cards[1].facts
    assert ("Logged in ForceManager", "316 messages") in found.cards[0].facts
    assert ("Next sync", "2026-11-25 13:43") in found.cards[1].facts


@pytest.mark.parametrize(
    ("standing", "state", "face"),
    [
        (Standing(Channel.CALENDAR, Running.STOPPED), "Stopped", Face.STOPPED),
        (Standing(Channel.CALENDAR, Running.PAUSED), "Paused until you resume", Face.PAUSED),
        (Standing(Channel.CALENDAR, Running.PAUSED, NOW), "Paused until 2026-11-25 13:42", Face.PAUSED),
    ],
)
def test_R05_each_channel_stands_by_itself(standing, state, face):
    channels = (Standing(Channel.EMAIL, Running.RUNNING), standing)
    found = shown(replace(samples.in_step(), status=samples.status(channels=channels)))
    assert [each.state for each in found.cards] == ["In step", state]
    assert found.cards[1].face is face
    assert "Next sync" not in dict(found.cards[1].facts)


@pytest.mark.parametrize(
    ("name", "weight", "doing", "state"),
    [
        ("network-unplugged", "warning", Doing.TRY_NOW, "Waiting for the connection"),
        ("crm-in-maintenance", "warning", Doing.TRY_NOW, "Waiting for the connection"),
        ("wrong-password", "error", Doing.SIGN_IN, "Sign-in needed"),
        ("expired-sign-in", "error", Doing.SIGN_IN, "Sign-in needed"),
        ("locked-keychain", "error", Doing.TRY_NOW, "Cannot sync"),
        ("full-disk", "error", Doing.TRY_NOW, "Cannot sync"),
    ],
)
def test_whatever_is_wrong_has_a_way_out(name, weight, doing, state):
    found = shown(samples.states()[name])
    (notice,) = found.notices
    assert (notice.weight, notice.doing) == (weight, doing)
    assert notice.action
    assert notice.next_step or "Make room" in notice.message
    assert "fm-desktop" not in notice.next_step.replace(".local/state/fm-desktop", "")
    assert {each.state for each in found.cards} == {state}


def test_each_card_shows_the_trouble_and_the_last_sync_of_its_own_channel():
    away = Trouble(NOW, "imap.example.com cannot be reached.", "", Outcome.UNREACHABLE)
    lately = (
        Lately(Channel.EMAIL, NOW - timedelta(days=1), away),
        Lately(Channel.CALENDAR, NOW - timedelta(minutes=2)),
    )
    found = shown(replace(samples.in_step(), status=samples.status(lately=lately, trouble=away)))
    assert [(each.state, each.face) for each in found.cards] == [
        ("Waiting for the connection", Face.OFFLINE),
        ("In step", Face.OK),
    ]
    last = [dict(each.facts)["Last complete sync"] for each in found.cards]
    assert last == ["2026-11-24 13:42", "2026-11-25 13:40"]
    assert [each.message for each in found.notices] == ["imap.example.com cannot be reached."]
    assert found.face is Face.OFFLINE


def test_an_answer_that_cannot_be_worked_with_needs_a_person_on_the_card_too():
    found = shown(samples.troubled(Outcome.FAILED, "The calendar server answers with an error.", ""))
    assert {(each.state, each.face) for each in found.cards} == {("Cannot sync", Face.ATTENTION)}


def test_trouble_without_a_next_step_says_that_it_goes_on_by_itself():
    found = shown(samples.troubled(Outcome.THROTTLED, "ForceManager asks to send fewer requests for a while.", ""))
    assert found.notices[0].next_step == "FM Desktop keeps trying by itself. Since 2026-11-25 13:33."


def test_what_waits_and_what_failed_lead_to_their_pages():
    found = shown(samples.waiting())
    assert [(each.doing, each.message) for each in found.notices] == [
        (Doing.SEE_HELD, "13 changes wait for your word."),
        (Doing.SEE_PROBLEMS, "3 items could not be synced."),
    ]


def test_before_the_set_up_there_is_one_thing_to_do():
    found = shown(Snapshot(stage=Stage.NOT_SET_UP))
    assert [each.doing for each in found.notices] == [Doing.SET_UP]
    assert (found.cards, found.can_sync) == ((), False)


def test_another_process_that_syncs_is_named():
    found = shown(replace(samples.in_step(), elsewhere=True))
    assert found.notices[0].message == "Another program on this computer syncs at the moment."


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (None, "836 items left"),
        (timedelta(seconds=20), "836 items left, less than a minute"),
        (timedelta(minutes=7), "836 items left, about 7 minutes"),
        (timedelta(minutes=181), "836 items left, about 3 hours"),
    ],
)
def test_a_long_first_sync_says_what_is_left_and_how_long(left, text):
    found = shown(samples.first_sync(), left)
    assert found.bar == overview.Bar(412, 1248, text)
    assert not found.can_sync


def test_a_short_cycle_shows_no_bar():
    assert shown(replace(samples.first_sync(), progress=Progress(2, 3))).bar is None
    assert shown(replace(samples.first_sync(), syncing=False)).bar is None


def test_the_time_left_is_estimated_from_the_last_minutes():
    estimate = Estimate()
    assert estimate.left(Progress(0, 100), NOW) is None
    assert estimate.left(Progress(1, 99), NOW + timedelta(seconds=2)) is None, "too early to say"
    assert estimate.left(Progress(10, 90), NOW + timedelta(seconds=10)) == timedelta(seconds=90)
    late = NOW + timedelta(minutes=10)
    assert estimate.left(Progress(20, 80), late) is None, "what was long ago says nothing"
    assert estimate.left(Progress(40, 60), late + timedelta(seconds=20)) == timedelta(seconds=60)
    assert estimate.left(Progress(0, 50), late + timedelta(seconds=30)) is None, "another cycle"
    assert estimate.left(None, late) is None


# --- activity ----------------------------------------------------------------------------------------


def line(**values):
    made = replace(samples.happening(9, 9), undone=False, lost=())
    return replace(made, **values)


def test_a_row_names_when_what_and_where():
    found = activity.row(line(verb=Verb.DELETE, side=Side.PROVIDER, title=" Lunch\nwith Ann ", undone=True), NOW, PLAIN)
    assert found == ("2026-11-25 13:35", "Deleted, undone", "Lunch with Ann", "Calendar")
    assert activity.row(line(title=""), NOW, PLAIN)[2] == "(no title)"


def test_an_update_shows_before_and_after_field_by_field():
    happening = line(
        verb=Verb.UPDATE,
        side=Side.CRM,
        before={"title": "Visit", "completed": False, "party": [None, None], "span": ["2026-11-26", "2026-11-27"]},
        after={"title": "Visit Acme", "completed": True, "party": [4711, 120], "span": ["2026-11-26", "2026-11-29"]},
    )
    found = activity.details(happening, NOW, PLAIN)
    assert [(each.field, each.before, each.after) for each in found.changes] == [
        ("Title", "Visit", "Visit Acme"),
        ("When", "2026-11-26", "2026-11-26 – 2026-11-28"),
        ("Completed", "", "yes"),
        ("Contact or account", "", "contact no. 4711 and account no. 120"),
    ]


def test_a_create_and_a_deletion_show_the_whole_item():
    whole = samples.projection("Visit")
    created = activity.details(line(verb=Verb.CREATE, before={}, after=whole), NOW, PLAIN)
    deleted = activity.details(line(verb=Verb.DELETE, before=whole, after={}), NOW, PLAIN)
    assert {each.field: each.after for each in created.changes}["Title"] == "Visit"
    assert {each.field: each.before for each in deleted.changes}[
        "Place and people"
    ] == "Place: Calle de Alcalá 42, Madrid"
    assert "Read-only in ForceManager" not in {each.field for each in created.changes}


def test_the_same_day_is_named_once_and_a_moment_has_no_length():
    def when(span):
        return activity.details(line(verb=Verb.CREATE, before={}, after={"span": span}), NOW, PLAIN).changes[0].after

    assert when(["2026-11-26T09:00Z", "2026-11-26T10:00Z"]).endswith("10:00")
    assert when(["2026-11-26T09:00Z", "2026-11-26T09:00Z"]) == "2026-11-26 09:00"
    assert " – 2026-11-28" in when(["2026-11-26T09:00Z", "2026-11-28T09:00Z"])
    assert when(["2026-11-26", "2026-11-26"]) == "2026-11-26"


def test_a_long_text_is_cut_and_a_cut_one_is_named():
    happening = line(verb=Verb.UPDATE, before={"text": "x" * 5_000, WAS_CUT: True}, after={"text": ""})
    found = activity.details(happening, NOW, PLAIN)
    assert len(found.changes[0].before) == 601
    assert found.changes[1].before == "ForceManager showed only the beginning of this text."


@pytest.mark.parametrize(
    ("values", "can_undo", "note"),
    [({}, True, ""), ({"undone": True}, False, "This was undone."), ({"link": None}, False, "This is too old")],
)
def test_undo_is_offered_only_where_there_is_one(values, can_undo, note):
    found = activity.details(line(**values), NOW, PLAIN)
    assert found.can_undo is can_undo
    assert found.undo_note.startswith(note)


def test_R12_a_logged_message_says_who_it_was_with_and_cannot_be_undone():
    message = samples.logged(8, 8)
    assert activity.row(replace(message, title=" "), NOW, PLAIN)[1:] == (
        "E-mail logged",
        "(no subject)",
        "ForceManager",
    )
    found = activity.details(message, NOW, PLAIN)
    assert [(each.field, each.after) for each in found.changes] == [
        ("Received from", "k.hoffmann@hoffmann-soehne.example"),
        ("When", "2026-11-25 13:33"),
    ]
    assert (found.can_undo, found.lost) == (False, ())


def test_a_line_as_text_holds_all_of_it():
    text = activity.as_text(line(lost=(("crm", "title", "Old"),)), NOW, PLAIN)
    assert text.splitlines()[-1] == "Title in ForceManager was “Old” and gave way."


# --- lists -------------------------------------------------------------------------------------------


def test_problems_name_their_item_where_it_can_be_tried_again():
    found = lists.problem_rows(samples.problems(), NOW, PLAIN)
    assert [each.link for each in found] == [None, 12, None]
    assert found[0].seen == "Seen 3 times, last 2026-11-25 13:30"
    assert found[2].seen == "Seen 2026-11-24 13:42"


def test_what_is_held_is_grouped_by_its_reason():
    mass, mail = lists.held_groups(samples.held(3), NOW, PLAIN)
    assert (mass.reason, mass.do_all, mass.keep_all) == (
        "3 of 120 items would be deleted at once.", "Delete all 3", "Keep all 3 as they are",
    )  # fmt: skip
    assert (mass.deletes, mass.ids) == (True, (1, 2, 3))
    assert (mail.reason, mail.do_all, mail.deletes) == ("It sends mail to 8 other people.", "Change 1 item", False)
    assert mail.rows[0].what.startswith("Would be changed in your calendar.")


def test_R04_calendars_say_what_they_hold_and_which_can_be_written():
    found = lists.calendar_rows(samples.calendars(8))
    assert (found[0].takes_part, found[0].is_target, found[0].can_be_target) == (True, True, True)
    assert found[3].about == "Events, read-only: nothing is written to it"
    assert (found[7].is_missing, found[7].takes_part, found[7].can_be_target) == (True, False, False)
    tasks = replace(samples.calendars(1)[0].what, kinds=frozenset({Kind.TASK}))
    assert lists.calendar_rows([replace(samples.calendars(1)[0], what=tasks)])[0].about == "Tasks"


def test_R13_people_are_told_apart_by_company_and_address():
    assert lists.person_lines(Person(1, 2, "Ana", "Acme", ("ana@acme.example",))) == ("Ana", "Acme · ana@acme.example")
    assert lists.person_lines(Person(None, 2, "Acme", "", ())) == ("Acme", "Account · no e-mail address")
    assert lists.person_lines(Person(1, None, "", "", ()))[0] == "(no title)"


def test_R13_letters_say_who_wrote_to_whom():
    moment = datetime(2026, 11, 1, 8, tzinfo=UTC)
    sent = Letter(1, moment, Way.SENT, "Offer", "ana@acme.example")
    assert lists.letter_lines(sent, NOW, PLAIN) == ("Offer", "You wrote to ana@acme.example, 2026-11-01 08:00")
    received = replace(sent, direction=Way.RECEIVED, subject=" ")
    assert lists.letter_lines(received, NOW, PLAIN)[0] == "(no subject)"


# --- settings ----------------------------------------------------------------------------------------


def test_only_what_was_changed_is_written():
    before = forms.form(parse(samples.SETTINGS), Preferences())
    after = replace(before, type=Direction.TO_CRM, never_log=("acme.example",), language="es")
    assert forms.sync_changes(before, after) == {
        "sync": {"type": Direction.TO_CRM},
        "email": {"never_log": ("acme.example",)},
    }
    assert forms.sync_changes(before, replace(before, language="es")) == {}
    assert forms.preferences_of(after, Preferences()) == Preferences(language="es")


def test_an_interval_that_is_unusual_is_kept_as_a_choice():
    texts = [each.text for each in forms.intervals(45)]
    assert texts[0] == "every 45 seconds"
    assert texts[-1] == "every hour"
    assert [each.value for each in forms.intervals(120)] == [60, 120, 300, 900, 1800, 3600]


def test_addresses_are_taken_as_people_type_them():
    assert forms.addresses(" a@b.example, c.example;  c.example\nd.example ") == (
        "a@b.example",
        "c.example",
        "d.example",
    )
    assert forms.addresses("  ") == ()


def test_two_long_texts_are_shown_where_they_differ():
    long = "word " * 200
    (change,) = changes_of({"text": f"{long}Meet at 9"}, {"text": f"{long}Meet at 7"}, Moments())
    assert change.before.startswith("…")
    assert (change.before[-9:], change.after[-9:]) == ("Meet at 9", "Meet at 7")
    (change,) = changes_of({"text": ""}, {"text": long}, Moments())
    assert (change.before, change.after[:4], change.after[-1]) == ("", "word", "…")
