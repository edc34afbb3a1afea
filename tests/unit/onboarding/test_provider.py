"""The wizard's page of the provider without a network: the address is enough, or what else is needed is said."""

import threading

import pytest

from fm_desktop.onboarding.draft import Draft, Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.port import Refused
from fm_desktop.providers.finding import CalendarAt, Finding
from fm_desktop.sync.control import Channel
from tests.unit.onboarding.pages import at_provider, at_sign_in, find


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


def test_a_service_that_wants_a_client_id_leads_no_further_and_says_why(model):
    at_provider(model).enter(address="emma@gmail.com")
    find(model)
    assert model.is_refused
    assert "[gmail.oauth]" in model.finding.reason
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
    model._finder = lambda address, *_: Finding(address, None, CalendarAt("caldav", "https://dav.acme.example/"))
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
