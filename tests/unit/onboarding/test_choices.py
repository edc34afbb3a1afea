"""What is synchronised, chosen in the wizard without a network: direction, channels and calendars."""

import pytest

from fm_desktop.credentials import Which
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.steps import Preview, SignedIn
from fm_desktop.onboarding.work import Step
from fm_desktop.port import Collection
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction
from tests.unit.onboarding.pages import (
    HOLIDAYS,
    TEAM,
    WORK,
    answer,
    at_calendars,
    at_sign_in,
    signed_in_at_forcemanager,
)

# --- direction and channels -----------------------------------------------------------------------


@pytest.mark.parametrize("direction", list(Direction))
def test_R01_the_wizard_offers_the_three_types_of_synchronisation(model, direction):
    at_calendars(model)
    model.enter(direction=direction)
    assert model.settings().sync.type is direction


def test_R01_both_ways_is_what_is_chosen_unless_the_user_says_otherwise(model):
    assert model.draft.direction is Direction.BOTH


@pytest.mark.parametrize("channels", [(Channel.EMAIL,), (Channel.CALENDAR,), (Channel.EMAIL, Channel.CALENDAR)])
def test_R02_the_wizard_lets_the_user_choose_email_calendar_or_both(model, channels):
    at_calendars(model)
    model.enter(channels=channels)
    settings = model.settings()
    assert settings.sync.channels == channels
    assert (settings.provider.imap is not None) == (Channel.EMAIL in channels)
    assert (settings.sync.calendars is not None) == (Channel.CALENDAR in channels)


def test_R02_choosing_nothing_leads_no_further(model):
    signed_in_at_forcemanager(model)
    model.forward()
    model.enter(channels=())
    assert model.flaws() == (Flaw(Field.CHANNELS, Problem.NOTHING_CHOSEN),)
    with pytest.raises(AssertionError):
        model.forward()


# --- calendars ------------------------------------------------------------------------------------


def test_R04_the_user_sees_all_calendars_and_those_that_can_be_changed_take_part_at_first(model):
    at_calendars(model)
    assert model.calendars == (WORK, TEAM, HOLIDAYS)
    assert model.chosen == (WORK, TEAM)
    assert model.target == TEAM
    assert model.settings().sync.calendars == ("Work", "Team")
    assert model.settings().sync.target_calendar == "Team"


def test_R04_the_users_choice_counts(model):
    at_calendars(model)
    model.enter(calendars=(WORK.id, HOLIDAYS.id))
    assert model.chosen == (WORK, HOLIDAYS)
    assert model.target == WORK
    assert model.settings().sync.calendars == ("Work", "Holidays")
    model.enter(calendars=())
    assert model.flaws() == (Flaw(Field.CALENDARS, Problem.NOTHING_CHOSEN),)


def test_events_of_forcemanager_need_a_calendar_that_can_be_changed(model):
    at_calendars(model)
    model.enter(calendars=(HOLIDAYS.id,))
    assert model.flaws() == (Flaw(Field.TARGET, Problem.NOT_WRITABLE),)
    model.enter(direction=Direction.TO_CRM)
    assert model.flaws() == ()
    assert model.settings().sync.target_calendar is None


def test_calendars_that_can_only_be_read_take_part_where_there_are_no_others(model):
    at_calendars(model, HOLIDAYS)
    assert model.chosen == (HOLIDAYS,)


def test_a_choice_made_in_another_account_counts_for_nothing(model):
    at_calendars(model)
    model.enter(calendars=("/somebody/else/",))
    assert model.chosen == (WORK, TEAM)


def test_calendars_of_one_name_are_told_apart(model):
    at_calendars(model, WORK, Collection("/emma/work-2/", "Work"), TEAM)
    assert model.settings().sync.calendars == ("/emma/work/", "/emma/work-2/", "Team")


def test_only_email_asks_nothing_about_calendars(model):
    at_sign_in(model)
    model.enter(channels=(Channel.EMAIL,), calendars=())
    model.enter_secret(Which.PROVIDER_PASSWORD, "p4ss")
    answer(model, SignedIn((), ("INBOX", "Sent")))
    model.forward()
    assert model.flaws() == ()
    model.forward()
    assert model.page is Page.PREVIEW
    assert model.pending().step is Step.PREVIEW
    assert model.settings().sync.calendars is None


@pytest.mark.parametrize(
    "change", [{"email_history_days": 7}, {"direction": Direction.TO_CRM}, {"calendars": (WORK.id,)}]
)
def test_another_choice_makes_another_preview(model, change):
    at_calendars(model)
    model.forward()
    answer(model, Preview(()))
    assert model.pending() is None
    model.back()
    model.enter(**change)
    model.forward()
    assert model.pending().step is Step.PREVIEW
