"""What each page of the wizard needs to be filled in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from fm_desktop.credentials import Which
from fm_desktop.onboarding import flaws
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.profile import user_name_of

if TYPE_CHECKING:
    from fm_desktop.onboarding.model import Onboarding


def flaws_of(model: Onboarding, page: Page) -> Iterator[Flaw]:
    return _FLAWS[page](model)


def _forcemanager(model: Onboarding) -> Iterator[Flaw]:
    yield from flaws.of_web_address(Field.CRM_URL, model.draft.crm_url)
    yield from flaws.of_text(Field.PUBLIC_KEY, model.draft.public_key)
    if model.secret(Which.CRM_PRIVATE_KEY) is None:
        yield Flaw(Field.PRIVATE_KEY, Problem.MISSING)
    yield from flaws.of_mail_address(Field.USER, model.draft.user)


def _nothing(_: Onboarding) -> Iterator[Flaw]:
    return iter(())


def _channels(model: Onboarding) -> Iterator[Flaw]:
    if not model.draft.channels:
        yield Flaw(Field.CHANNELS, Problem.NOTHING_CHOSEN)


def _provider(model: Onboarding) -> Iterator[Flaw]:
    yield from flaws.of_mail_address(Field.ADDRESS, model.draft.address)
    if model.draft.by_hand and model.wants_calendar:
        yield from flaws.of_web_address(Field.CALDAV_URL, model.draft.caldav_url)
    if model.other_address and model.draft.confirmed != model.draft.address.strip():
        yield Flaw(Field.CONFIRMED, Problem.NOT_CONFIRMED)
    if model.asks_for_mail_server:
        yield from flaws.of_text(Field.IMAP_HOST, model.draft.imap_host)


def _sign_in(model: Onboarding) -> Iterator[Flaw]:
    if model.by_browser:
        return
    yield from flaws.of_text(Field.USER_NAME, user_name_of(model))
    if model.secret(Which.PROVIDER_PASSWORD) is None:
        yield Flaw(Field.PASSWORD, Problem.MISSING)


def _calendars(model: Onboarding) -> Iterator[Flaw]:
    if not model.wants_calendar:
        return
    if not model.chosen:
        yield Flaw(Field.CALENDARS, Problem.NOTHING_CHOSEN)
    elif model.wants_target and model.target is None:
        yield Flaw(Field.TARGET, Problem.NOT_WRITABLE)


_FLAWS: Mapping[Page, Callable[[Onboarding], Iterator[Flaw]]] = {
    Page.FORCEMANAGER: _forcemanager,
    Page.DIRECTION: _nothing,
    Page.CHANNELS: _channels,
    Page.PROVIDER: _provider,
    Page.SIGN_IN: _sign_in,
    Page.CALENDARS: _calendars,
    Page.PREVIEW: _nothing,
}
