"""Whose agenda it is: the user that the settings name at ForceManager, looked up once and kept in the state."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from fm_desktop.crm.account import User, context_for, find_user, tenant_key
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.rows import Context
from fm_desktop.settings import Settings
from fm_desktop.sync import accounts
from fm_desktop.sync.policy import Options
from fm_desktop.sync.store import Store

_WHO = "crm_user"


@dataclass(frozen=True, slots=True)
class Who:
    """Whose agenda it is at the CRM. `asked`: the settings this was looked up for."""

    asked: str
    tenant: str
    user: User
    context: Context

    def to_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Who:
        value: dict[str, Any] = json.loads(text)
        return cls(value["asked"], value["tenant"], User(**value["user"]), Context(**value["context"]))


def kept_in(store: Store) -> Who | None:
    """None before the first contact."""
    kept = store.meta(_WHO)
    return None if kept is None else Who.from_text(kept)


def who_is(client: CrmClient, store: Store, settings: Settings) -> Who:
    """The user at the CRM, from the state, or looked up there and kept. Raises the port's errors."""
    crm = settings.crm
    asked = json.dumps([crm.url, crm.user, crm.time_zone, crm.event_type, crm.task_type])
    who = kept_in(store)
    if who is not None and who.asked == asked:
        return who
    user = find_user(client, crm.user)
    context = context_for(client, user, crm.time_zone or "")
    context = replace(
        context,
        event_type_id=crm.event_type or context.event_type_id,
        task_type_id=crm.task_type or context.task_type_id,
    )
    who = Who(asked, tenant_key(crm.url), user, context)
    with store.transaction():
        store.set_meta(_WHO, who.to_text())
    return who


def account_of(store: Store, who: Who, settings: Settings) -> int:
    return accounts.ensure(store, who.tenant, str(who.user.id), settings.provider.address)


def options_of(who: Who, settings: Settings) -> Options:
    """The engine's choices, from the settings."""
    sync = settings.sync
    return Options(
        tenant=who.tenant,
        user=str(who.user.id),
        zone=who.context.zone,
        direction=sync.type,
        private_events=sync.private_events,
        conflicts=sync.conflicts,
        follow_edited_occurrences=sync.follow_edited_occurrences,
        ask_before_notifying=sync.ask_before_notifying,
        history_days=sync.calendar_history_days,
    )
