"""What was entered, as the settings of a profile. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fm_desktop.onboarding.flaws import completed
from fm_desktop.port import Collection
from fm_desktop.providers.catalog import UserName
from fm_desktop.providers.finding import CalendarAt
from fm_desktop.services import calendar_settings, mail_server, sign_in_of
from fm_desktop.settings import CrmSettings, ImapSettings, ProviderSettings, Settings, SyncSettings

if TYPE_CHECKING:
    from fm_desktop.onboarding.model import Onboarding


@dataclass(frozen=True, slots=True)
class Service:
    """What a person is told at the sign-in. `asks_user_name`: only they know it; `hint` is where it is found.

    `wants_app_password`: the usual password opens nothing; `takes_app_password`: one may be needed. The pages are
    web addresses, None where there are none. `by_browser`: one signs in on a page of the service.
    """

    title: str
    user_name: str
    asks_user_name: bool
    hint: str = ""
    wants_app_password: bool = False
    takes_app_password: bool = False
    app_password_page: str | None = None
    help_page: str | None = None
    by_browser: bool = False


def service_of(model: Onboarding) -> Service:
    provider, finding = model.provider, model.finding
    if provider is None or provider.calendar is None:
        by_hand = model.draft.caldav_url.strip() if model.wants_calendar else ""
        by_hand = completed(by_hand) or model.draft.imap_host.strip()
        title = finding.title if finding is not None and not model.draft.by_hand else by_hand
        return Service(title, user_name_of(model), asks_user_name=True)
    return Service(
        title=provider.title,
        user_name=user_name_of(model),
        asks_user_name=provider.calendar.user is UserName.OTHER,
        hint=provider.calendar.user_hint,
        wants_app_password=provider.wants_app_password,
        takes_app_password=provider.takes_app_password,
        app_password_page=provider.app_password_page if provider.takes_app_password else None,
        help_page=provider.help,
        by_browser=provider.signs_in_by_browser,
    )


def settings_of(model: Onboarding) -> Settings:
    """What the wizard does not ask about stays as it was. Raises `pydantic.ValidationError` before all is entered."""
    draft, before = model.draft, model.before
    target = model.target if model.wants_target else None
    kept = before.model_dump(exclude={"crm", "provider", "sync"}) if before is not None else {}
    return Settings(
        **kept,
        crm=crm_of(model),
        provider=provider_of(model),
        sync=SyncSettings.model_validate(
            {
                **(before.sync.model_dump() if before is not None else {}),
                "type": draft.direction,
                "channels": draft.channels,
                "calendars": _names(model.chosen, model.calendars) if model.wants_calendar else None,
                "target_calendar": _names([target], model.calendars)[0] if target is not None else None,
                "email_history_days": draft.email_history_days,
                "calendar_history_days": draft.calendar_history_days,
            }
        ),
    )


def crm_of(model: Onboarding) -> CrmSettings:
    """A time zone and activity types that an administrator set stay, as long as it is the same ForceManager."""
    account, before = model.account, model.before
    url = completed(model.draft.crm_url)
    kept = before.crm.model_dump() if before is not None and before.crm.url == url else {}
    ours = {"time_zone": account.zone} if account is not None and account.zone_is_ours else {}
    draft = model.draft
    return CrmSettings.model_validate({**kept, **ours, "url": url, "public_key": draft.public_key, "user": draft.user})


def provider_of(model: Onboarding) -> ProviderSettings:
    """The account, as far as its channels need it. Raises `pydantic.ValidationError` before all is entered."""
    provider, at = model.provider, _calendar_at(model)
    calendar = calendar_settings(at, user_name_of(model)) if at is not None else {}
    return ProviderSettings.model_validate(
        {
            "address": model.draft.address,
            "name": provider.name if provider is not None else None,
            "sign_in": sign_in_of(provider),
            "imap": imap_of(model) if model.wants_email else None,
            **calendar,
        }
    )


def _calendar_at(model: Onboarding) -> CalendarAt | None:
    """Where the calendars are; None by hand for e-mail alone, which needs no calendar service."""
    if not model.draft.by_hand:
        return model.finding.calendar if model.finding is not None else None
    url = completed(model.draft.caldav_url) if model.wants_calendar else ""
    return CalendarAt("caldav", url) if url else None


def user_name_of(model: Onboarding) -> str:
    """As entered, else as the service makes it from the address; '' where only the user knows it."""
    entered = model.draft.user_name.strip()
    address = model.draft.address.strip()
    if entered:
        return entered
    provider = model.provider
    return address if provider is None or provider.calendar is None else provider.calendar.user.of(address)


def imap_of(model: Onboarding) -> ImapSettings | None:
    """The mail server: the catalog's, else the one the domain names, else as entered; None where none is known."""
    draft, finding, provider = model.draft, model.finding, model.provider
    user = user_name_of(model)
    known = mail_server(provider.mail if provider is not None else None, draft.address.strip(), user)
    if known is not None:
        return known
    if finding is not None and finding.imap is not None and not draft.by_hand:
        return ImapSettings(host=finding.imap.host, port=finding.imap.port, user=user)
    host = draft.imap_host.strip()
    return ImapSettings(host=host, port=draft.imap_port, user=user) if host else None


def _names(wanted: Sequence[Collection], of: Sequence[Collection]) -> tuple[str, ...]:
    """Calendars as the settings call them: by name, by id where two have the same name."""
    often = Counter(each.name for each in of)
    return tuple(each.name if often[each.name] == 1 else each.id for each in wanted)
