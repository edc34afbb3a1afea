"""The wizard's first page without a network: what it asks for, and how long a sign-in holds."""

import pytest

from fm_desktop.credentials import Credentials, Which
from fm_desktop.crm.account import User
from fm_desktop.logs import Redactor
from fm_desktop.onboarding.draft import FORCEMANAGER_URL
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.steps import CrmAccount
from fm_desktop.onboarding.work import Step
from fm_desktop.paths import Paths
from fm_desktop.providers import catalog as catalogs
from tests.unit.onboarding.pages import at_forcemanager, signed_in_at_forcemanager


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


def test_a_secret_is_known_to_the_log_once_it_is_used_and_not_by_its_first_letters(tmp_path):
    redactor = Redactor()
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path)})
    model = at_forcemanager(Onboarding(paths, Credentials({}), catalogs.load(), redactor=redactor))
    for typed in ("w", "wr", "wrong-key"):
        model.enter_secret(Which.CRM_PRIVATE_KEY, typed)
    assert model.pending() is not None
    assert redactor.clean("the password was wrong-key") == "the password was [hidden]"


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
