"""The wizard's model, brought to one of its pages without a network."""

import threading

from fm_desktop.credentials import Which
from fm_desktop.crm.account import User
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.steps import CrmAccount, SignedIn
from fm_desktop.onboarding.work import Step
from fm_desktop.port import Collection

WORK = Collection("/emma/work/", "Work", colour="#ff8800")
TEAM = Collection("/emma/team/", "Team", is_default=True)
HOLIDAYS = Collection("/emma/holidays/", "Holidays", writable=False)


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
