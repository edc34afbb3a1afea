"""The wizard's model without a network: what each page asks for, and what is kept of it."""

import json
import stat
import threading

import pytest

from fm_desktop.credentials import Credentials, Which
from fm_desktop.crm.account import User
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.draft import FORCEMANAGER_URL, Draft, Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.model import Onboarding, Step
from fm_desktop.onboarding.steps import CrmAccount, Preview, SignedIn
from fm_desktop.paths import Paths
from fm_desktop.port import Collection, Refused
from fm_desktop.providers import catalog as catalogs
from fm_desktop.providers.finding import Finding
from fm_desktop.settings import parse, save
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction

WORK = Collection("/emma/work/", "Work", colour="#ff8800")
TEAM = Collection("/emma/team/", "Team", is_default=True)
HOLIDAYS = Collection("/emma/holidays/", "Holidays", writable=False)


@pytest.fixture
def model(tmp_path) -> Onboarding:
    return Onboarding(Paths.of({"FM_DESKTOP_HOME": str(tmp_path)}), Credentials({}), catalogs.load())


def answer(model: Onboarding, value: object) -> None:
    """The step that is due, with an answer given."""
    work = model.pending()
    assert work is not None
    work.take(value)


def at_forcemanager(model: Onboarding, user: str = "emma@gmx.de") -> Onboarding:
    model.enter(public_key="pk", user=user)
    model.enter_secret(Which.CRM_PRIVATE_KEY, "k3y")
    return model


def signed_in_at_forcemanager(model: Onboarding, user: str = "emma@gmx.de") -> Onboarding:
    at_forcemanager(model, user)
    answer(model, CrmAccount(User(1, user, "Emma Stone", 1), "Europe/Madrid", zone_is_ours=False))
    model.forward()
    return model


def at_provider(model: Onboarding, user: str = "emma@gmx.de") -> Onboarding:
    signed_in_at_forcemanager(model, user)
    model.forward()
    model.forward()
    assert model.page is Page.PROVIDER
    return model


def at_sign_in(model: Onboarding, address: str = "emma@gmx.de") -> Onboarding:
    at_provider(model)
    model.enter(address=address)
    find(model)
    model.forward()
    return model


def at_calendars(model: Onboarding, *calendars: Collection) -> Onboarding:
    at_sign_in(model)
    model.enter_secret(Which.PROVIDER_PASSWORD, "p4ss")
    answer(model, SignedIn(calendars or (WORK, TEAM, HOLIDAYS), ("INBOX",)))
    model.forward()
    return model


def find(model: Onboarding) -> None:
    work = model.pending()
    assert work.step is Step.FIND
    work.take(work.run(threading.Event()))


# --- ForceManager ----------------------------------------------------------------------------------


def test_the_first_page_asks_for_what_is_missing_and_offers_the_usual_address(model):
    assert model.draft.crm_url == FORCEMANAGER_URL
    assert {each.field for each in model.flaws()} == {Field.PUBLIC_KEY, Field.PRIVATE_KEY, Field.USER}
    assert all(each.problem is Problem.MISSING for each in model.flaws())


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"crm_url": ""}, Flaw(Field.CRM_URL, Problem.MISSING)),
        ({"crm_url": "http://crm.example/api"}, Flaw(Field.CRM_URL, Problem.NOT_ENCRYPTED)),
        ({"crm_url": "ftp://crm.example"}, Flaw(Field.CRM_URL, Problem.NO_WEB_ADDRESS)),
        ({"crm_url": "https://emma:secret@crm.example"}, Flaw(Field.CRM_URL, Problem.NO_WEB_ADDRESS)),
        ({"crm_url": "https://"}, Flaw(Field.CRM_URL, Problem.NO_WEB_ADDRESS)),
        ({"public_key": "  "}, Flaw(Field.PUBLIC_KEY, Problem.MISSING)),
        ({"user": "emma"}, Flaw(Field.USER, Problem.NO_MAIL_ADDRESS)),
        ({"user": ""}, Flaw(Field.USER, Problem.MISSING)),
    ],
)
def test_each_mistake_on_the_first_page_is_one_flaw(model, changes, flaw):
    at_forcemanager(model)
    assert model.flaws() == ()
    model.enter(**changes)
    assert model.flaws() == (flaw,)


@pytest.mark.parametrize("typed", ["api.forcemanager.com/api/v4", " https://api.forcemanager.com/api/v4 "])
def test_an_address_may_be_typed_as_people_do(model, typed):
    at_forcemanager(model).enter(crm_url=typed)
    assert model.flaws() == ()


def test_a_private_key_from_the_environment_need_not_be_typed(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    model = Onboarding(paths, Credentials({"FM_DESKTOP_CRM_PRIVATE_KEY": "k"}), catalogs.load())
    model.enter(public_key="pk", user="emma@gmx.de")
    assert model.flaws() == ()
    assert model.is_given(Which.CRM_PRIVATE_KEY)


def test_a_sign_in_holds_until_what_it_was_made_from_changes_and_again_when_it_is_changed_back(model):
    signed_in_at_forcemanager(model)
    model.back()
    assert model.account is not None
    model.enter(public_key="another")
    assert model.account is None
    assert model.pending().step is Step.CRM
    model.enter(public_key="pk")
    assert model.account is not None
    model.enter_secret(Which.CRM_PRIVATE_KEY, "another")
    assert model.account is None


def test_an_answer_that_comes_too_late_is_not_taken_for_what_was_entered_meanwhile(model):
    at_forcemanager(model)
    late = model.pending()
    model.enter(user="somebody.else@example.com")
    late.take(CrmAccount(User(1, "emma@gmx.de", "Emma", 1), "Europe/Madrid", zone_is_ours=False))
    assert model.account is None


# --- what is synchronised ----------------------------------------------------------------------------


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


# --- the provider ------------------------------------------------------------------------------------


def test_R03_the_address_is_all_that_is_asked_for(model):
    at_provider(model)
    assert {each.field for each in model.flaws()} == {Field.ADDRESS}
    model.enter(address="emma@gmx.de")
    assert model.flaws() == ()
    find(model)
    assert model.finding.title == "GMX"
    model.forward()
    assert model.page is Page.SIGN_IN
    assert [each.field for each in model.flaws()] == [Field.PASSWORD]
    assert model.settings().provider.caldav.url == "https://caldav.gmx.net/"
    assert model.settings().provider.imap.host == "imap.gmx.net"


def test_a_service_that_is_not_supported_yet_leads_no_further_and_says_why(model):
    at_provider(model).enter(address="emma@gmail.com")
    find(model)
    assert model.is_refused
    assert "browser" in model.finding.reason
    model.enter(address="emma@gmx.de")
    assert not model.is_refused


def test_R31_a_bare_mail_domain_is_refused_with_the_list(model):
    def refusing(address, catalog, cancelled):
        raise Refused("mail.example offers no calendar service that can be found.", "Supported are iCloud, GMX.")

    model._finder = refusing
    at_provider(model).enter(address="emma@mail.example")
    with pytest.raises(Refused, match="offers no calendar service"):
        model.pending().run(threading.Event())
    assert model.page is Page.PROVIDER
    assert model.pending() is not None


def test_R32_an_icloud_address_that_forcemanager_does_not_know_has_to_be_confirmed(model):
    at_provider(model, user="emma@acme.example").enter(address="emma@icloud.com")
    find(model)
    assert model.other_address == "emma@acme.example"
    assert model.flaws() == (Flaw(Field.CONFIRMED, Problem.NOT_CONFIRMED),)
    model.enter(confirmed="emma@icloud.com")
    assert model.flaws() == ()
    model.enter(address="other@icloud.com")
    find(model)
    assert model.flaws() == (Flaw(Field.CONFIRMED, Problem.NOT_CONFIRMED),)


@pytest.mark.parametrize("address", ["Emma@iCloud.com", "emma@gmx.de"])
def test_R32_the_same_address_and_other_services_warn_of_nothing(model, address):
    at_provider(model, user="emma@icloud.com").enter(address=address)
    find(model)
    assert model.other_address == ""
    assert model.flaws() == ()


def test_an_administrator_enters_a_server_by_hand(model):
    at_provider(model).enter(address="emma@acme.example", by_hand=True)
    assert {each.field for each in model.flaws()} == {Field.CALDAV_URL, Field.IMAP_HOST}
    model.enter(caldav_url="dav.acme.example/", imap_host="imap.acme.example", user_name="emma")
    assert model.flaws() == ()
    assert model.pending() is None
    model.forward()
    settings = model.settings()
    assert settings.provider.caldav.url == "https://dav.acme.example/"
    assert settings.provider.caldav.user == settings.provider.imap.user == "emma"
    assert settings.provider.name is None


def test_only_the_calendar_needs_no_mail_server(model):
    at_provider(model).enter(
        address="emma@acme.example", by_hand=True, caldav_url="dav.acme.example", channels=(Channel.CALENDAR,)
    )
    assert model.flaws() == ()


def test_only_email_needs_no_calendar_server(model):
    at_provider(model).enter(address="emma@acme.example", by_hand=True, channels=(Channel.EMAIL,))
    assert model.flaws() == (Flaw(Field.IMAP_HOST, Problem.MISSING),)
    model.enter(imap_host="imap.acme.example")
    model.forward()
    assert model.service.title == "imap.acme.example"
    settings = model.settings()
    assert settings.provider.caldav is None
    assert settings.provider.imap.user == "emma@acme.example"
    assert Draft.of(settings).by_hand


def test_a_domain_that_names_no_mail_server_has_it_asked_for(model):
    model._finder = lambda address, *_: Finding(address, None, "https://dav.acme.example/")
    at_provider(model).enter(address="emma@acme.example")
    find(model)
    assert model.flaws() == (Flaw(Field.IMAP_HOST, Problem.MISSING),)


def test_a_service_with_user_names_of_its_own_has_it_asked_for(model):
    at_sign_in(model, "emma@ik.me")
    assert Flaw(Field.USER_NAME, Problem.MISSING) in model.flaws()
    model.enter(user_name="AB12345")
    assert model.settings().provider.caldav.user == "AB12345"
    assert model.settings().provider.imap.user == "emma@ik.me"
    model.enter(address="emma@gmx.de")
    assert model.draft.user_name == ""


# --- calendars -------------------------------------------------------------------------------------


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


# --- back, leave, resume ---------------------------------------------------------------------------


def test_back_loses_nothing(model):
    at_calendars(model)
    model.enter(calendars=(WORK.id,), email_history_days=90)
    entered = model.draft
    while model.page is not Page.FORCEMANAGER:
        model.back()
    model.back()
    assert model.page is Page.FORCEMANAGER
    assert model.draft == entered
    for _ in range(5):
        assert model.pending() is None  # nothing is asked again either
        model.forward()
    assert model.page is Page.CALENDARS
    assert model.chosen == (WORK,)


def test_what_was_left_is_resumed_without_its_secrets(model):
    at_calendars(model)
    model.enter(calendars=(WORK.id,))
    model.leave()
    path = drafts.file_of(model.paths)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "k3y" not in text
    assert "p4ss" not in text
    again = Onboarding(model.paths, Credentials({}), catalogs.load(), left=drafts.load(model.paths))
    assert again.draft.model_copy(update={"page": Page.FORCEMANAGER}) == model.draft
    assert again.resume() is Page.FORCEMANAGER
    assert again.flaws() == (Flaw(Field.PRIVATE_KEY, Problem.MISSING),)


def test_a_profile_is_set_up_anew_from_what_it_was_and_keeps_what_is_not_asked_about(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    before = parse(
        """
[crm]
url = "https://crm.example/api/v4"
public_key = "pk"
user = "emma@gmx.de"
event_type = 7
[provider]
address = "emma@gmx.de"
name = "gmx"
[provider.caldav]
url = "https://caldav.gmx.net/"
user = "emma@gmx.de"
[sync]
type = "calendar-to-crm"
channels = ["calendar"]
calendars = ["Work", "Holidays"]
interval_seconds = 300
private_events = "full"
[email]
never_log = ["bank.example"]
"""
    )
    save(before, paths.settings_file)
    model = Onboarding.open({"FM_DESKTOP_HOME": str(tmp_path)})
    assert not model.was_left
    assert model.resume() is Page.FORCEMANAGER
    model.leave()
    assert drafts.load(paths) is None
    model.enter_secret(Which.CRM_PRIVATE_KEY, "k3y")
    answer(model, CrmAccount(User(1, "emma@gmx.de", "Emma Stone", 1), "Europe/Madrid", zone_is_ours=False))
    for _ in range(3):
        model.forward()
    find(model)
    model.forward()
    model.enter_secret(Which.PROVIDER_PASSWORD, "p4ss")
    answer(model, SignedIn((WORK, TEAM, HOLIDAYS), ()))
    model.forward()
    assert model.chosen == (WORK, HOLIDAYS)
    assert model.settings() == before
    model.enter(channels=(Channel.EMAIL, Channel.CALENDAR), crm_url="https://other.example/api/v4")
    assert model.settings().crm.event_type is None
    assert model.settings().email == before.email


def test_a_server_entered_by_hand_is_there_again(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    model = Onboarding(paths, Credentials({}), catalogs.load())
    at_provider(model).enter(
        address="emma@acme.example", by_hand=True, caldav_url="dav.acme.example/", user_name="emma"
    )
    model.enter(imap_host="imap.acme.example", imap_port=1993)
    again = Draft.of(model.settings())
    assert again.by_hand
    assert (again.caldav_url, again.user_name) == ("https://dav.acme.example/", "emma")
    assert (again.imap_host, again.imap_port) == ("imap.acme.example", 1993)


def test_settings_that_cannot_be_read_are_replaced(tmp_path):
    (tmp_path / "settings.toml").write_text("[crm", encoding="utf-8")
    assert Onboarding.open({"FM_DESKTOP_HOME": str(tmp_path)}).before is None


def test_resuming_begins_where_a_person_is_needed(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    left = Draft(page=Page.PREVIEW, public_key="pk", user="emma@gmx.de", address="emma@gmx.de")
    both = {"FM_DESKTOP_CRM_PRIVATE_KEY": "k", "FM_DESKTOP_PROVIDER_PASSWORD": "p"}
    assert Onboarding(paths, Credentials(both), catalogs.load(), left=left).resume() is Page.FORCEMANAGER


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"page": "nowhere"}', b"\xff\xfe"])
def test_a_draft_that_cannot_be_read_is_begun_anew(tmp_path, content):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    drafts.file_of(paths).write_bytes(content)
    assert drafts.load(paths) is None


def test_a_draft_of_another_version_keeps_what_is_known(tmp_path):
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    drafts.file_of(paths).write_text(json.dumps({"user": "emma@gmx.de", "of_tomorrow": 1}), encoding="utf-8")
    assert drafts.load(paths).user == "emma@gmx.de"


def test_an_administrators_catalog_that_is_wrong_is_told_and_left_out(tmp_path):
    (tmp_path / "providers.toml").write_text("[acme]\n", encoding="utf-8")
    model = Onboarding.open({"FM_DESKTOP_HOME": str(tmp_path)})
    assert "[acme] title is missing" in str(model.trouble)
    assert "providers.toml" in model.trouble.next_step
    assert "iCloud" in model.supported


def test_what_a_broken_preview_left_behind_is_removed_at_the_next_start(tmp_path):
    rest = tmp_path / "state" / "preview-abc"
    rest.mkdir(parents=True)
    (rest / "sync.sqlite3").write_bytes(b"meetings")
    Onboarding.open({"FM_DESKTOP_HOME": str(tmp_path)})
    assert not rest.exists()


def test_secrets_show_nowhere(model):
    at_calendars(model)
    assert "k3y" not in repr(vars(model))
    model.enter_secret(Which.PROVIDER_PASSWORD, "")
    assert model.secret(Which.PROVIDER_PASSWORD) is None
    assert model.typed(Which.CRM_PRIVATE_KEY) == "k3y"
