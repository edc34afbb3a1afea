"""Subscribe, GetStreamingEvents, Unsubscribe ("Notification subscriptions, mailbox events, and EWS in Exchange").

A streaming connection is one answer that does not end until its time is over: envelope after envelope, each complete.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from tests.servers.ews import zones
from tests.servers.ews.call import Call, State, failure, success
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Change
from tests.servers.ews.xml import Element, children, find, m, need, t, text, truth

_HEARTBEAT_SECONDS = 30.0


def subscribe(call: Call) -> list[Element]:
    wanted = find(call.request, "m:StreamingSubscriptionRequest")
    if wanted is None:
        return [failure("Subscribe", EwsError("ErrorInvalidSubscriptionRequest", "Only streaming is known here."))]
    everything = truth(wanted.get("SubscribeToAllFolders"))
    try:
        chosen = [call.folder(each).id for each in children(find(wanted, "t:FolderIds"))]
    except EwsError as error:
        return [failure("Subscribe", error)]
    folders = frozenset(call.box.folders if everything else chosen)
    events = frozenset(each.text or "" for each in children(need(wanted, "t:EventTypes")))
    made = str(uuid.uuid4())
    call.state.subscriptions[made] = (folders, events, len(call.box.log))
    return [success("Subscribe", m("SubscriptionId", made))]


def unsubscribe(call: Call) -> list[Element]:
    if call.state.subscriptions.pop(text(call.request, "m:SubscriptionId"), None) is None:
        return [failure("Unsubscribe", _unknown())]
    return [success("Unsubscribe")]


def _unknown() -> EwsError:
    return EwsError("ErrorSubscriptionNotFound", "Subscription was not found in the store.")


def stream(call: Call) -> Iterator[Element]:
    """The response messages of one streaming connection, one at a time."""
    ids = [each.text or "" for each in children(need(call.request, "m:SubscriptionIds"))]
    missing = [each for each in ids if each not in call.state.subscriptions]
    if missing:
        refused = failure("GetStreamingEvents", _unknown())
        refused.append(m("ErrorSubscriptionIds", *(t("SubscriptionId", each) for each in missing)))
        yield refused
        return
    until = time.monotonic() + 60 * int(text(call.request, "m:ConnectionTimeout", "1"))
    mine = _connected(call.state, ids)
    yield success("GetStreamingEvents", m("ConnectionStatus", "OK"))
    while time.monotonic() < until and not call.state.stopped:
        if any(call.state.connections[each] is not mine for each in ids):
            yield failure(
                "GetStreamingEvents", EwsError("ErrorNewEventStreamConnectionOpened", "A newer one is there.")
            )
            return
        told = [each for each in map(lambda one: _news(call.state, one), ids) if each is not None]
        if told:
            yield success("GetStreamingEvents", m("Notifications", *told))
            continue
        with call.box.changed:
            woken = call.box.changed.wait(min(_HEARTBEAT_SECONDS, max(0.0, until - time.monotonic())))
        if not woken:
            yield success("GetStreamingEvents", m("ConnectionStatus", "OK"))
    yield success("GetStreamingEvents", m("ConnectionStatus", "Closed"))


def _connected(state: State, ids: list[str]) -> object:
    """A subscription has one connection: the newest (ErrorNewEventStreamConnectionOpened)."""
    mine = object()
    with state.box.changed:
        state.connections |= dict.fromkeys(ids, mine)
        state.box.changed.notify_all()
    return mine


def _news(state: State, subscription: str) -> Element | None:
    with state.box.changed:
        known = state.subscriptions.get(subscription)
        if known is None:
            return None
        folders, events, at = known
        # A move is told to both folders ("Pull notifications for EWS deletion-related mailbox events").
        fresh = [each for each in state.box.log[at:] if {each.folder, each.old[1]} & folders and each.event in events]
        state.subscriptions[subscription] = (folders, events, len(state.box.log))
        if not fresh:
            return None
        return t("Notification", t("SubscriptionId", subscription), *(_event(state, each) for each in fresh))


def _event(state: State, change: Change) -> Element:
    identity = t("ItemId", Id=change.item, ChangeKey=change.change_key)
    parent = t("ParentFolderId", Id=change.folder)
    item, folder = change.old
    moved = [t("OldItemId", Id=item), t("OldParentFolderId", Id=folder)] if item else []
    return t(change.event, t("TimeStamp", zones.write(change.when)), identity, parent, *moved)
