"""Back, left, resumed, or set up anew: what the wizard keeps, and what it never writes down."""

import json
import stat

import pytest

from fm_desktop.credentials import Credentials, Which
from fm_desktop.crm.account import User
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.draft import Draft, Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.steps import CrmAccount, SignedIn
from fm_desktop.paths import Paths
from fm_desktop.providers import catalog as catalogs
from fm_desktop.settings import parse, save
from fm_desktop.sync.control import Channel
from tests.unit.onboarding.pages import HOLIDAYS, TEAM, WORK, answer, at_calendars, at_provider, find


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
