"""What has to hold for whatever a side gave out: it is one of the port's values, and the engine can go on with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from datetime import UTC, datetime
from typing import Any

from fm_desktop import mailport
from fm_desktop.model.items import Item, Party
from fm_desktop.model.projection import Patch
from fm_desktop.model.rules import UnusableRule
from fm_desktop.model.times import when_to_text
from fm_desktop.port import (
    Broken,
    Changes,
    CollectionGone,
    Found,
    Malformed,
    Port,
    PortError,
    Resource,
    Side,
    Unreachable,
)
from fm_desktop.sync.policy import Options
from fm_desktop.sync.project import Context, crm_view
from fm_desktop.sync.recognise import Window, shown_by
from fm_desktop.sync.serial import dump, load

OWN = frozenset({"emma@example.com"})
CONTEXT = Context(OWN, lambda _: Party(), Options("tenant", "1", "Europe/Madrid"))
WINDOW = Window(datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 11, 24, tzinfo=UTC))
_LARGEST = 2**63 - 1


def check_all(found: Iterable[Found], side: Side = Side.PROVIDER) -> None:
    for each in found:
        check(each, side)


def check_changes(changes: Changes, side: Side = Side.PROVIDER) -> None:
    check_all(changes.present, side)
    for text in (changes.cursor, *changes.removed, *(changes.listed or ()), *changes.removed_marks.values()):
        _storable(text)


def check(found: Found, side: Side = Side.PROVIDER) -> None:
    assert isinstance(found.raw, bytes)
    assert found.ref.id
    for text in (found.ref.id, found.ref.collection, found.revision or ""):
        _storable(text)
    if isinstance(found, Broken):
        assert found.reason
        for text in (found.reason, found.title, found.uid):
            _storable(text)
        return
    assert isinstance(found, Resource)
    assert found.items
    check_items(found.items, side)


def check_items(items: tuple[Item, ...], side: Side = Side.PROVIDER) -> None:
    """Both of what the engine does with them: it keeps the view of each, and reads it again in the next cycle."""
    for item in items:
        _storable(item.uid)
        _storable(when_to_text(item.recurrence_id))
    if side is Side.CRM:
        views = [crm_view(item) for item in items]
    else:
        try:
            shown = shown_by(items, CONTEXT, WINDOW, read_only=False)
        except UnusableRule as reason:
            _storable(str(reason))
            return
        for key in shown:
            _storable(key)
        views = [view for view, _ in shown.values()]
    for view in views:
        text = dump(view)
        assert text is not None
        _storable(text)
        assert load(text) == view
        for number in (view.party.contact_id, view.party.account_id):
            assert number is None or 0 < number <= _LARGEST


def tried(act: Callable[..., Any], *args: Any) -> Any:
    """What comes of it, None for one of the port's errors."""
    try:
        return act(*args)
    except PortError as error:
        _storable(str(error))
        return None


def check_writes(
    port: Port, collection: str, before: Resource, handed_over: list[Any], certain: tuple[type[PortError], ...] = ()
) -> None:
    """All that can be asked of a provider. `certain` errors say that nothing was done, whatever was handed over."""
    for write in (
        lambda: port.create(collection, "u1", crm_view(before.items[0])),
        lambda: port.update(before, Patch(title="Other", text="Other")),
        lambda: port.restore(collection, "u1", before.raw),
        lambda: port.delete(before),
    ):
        check_write(write, handed_over, certain=certain)


def check_write(
    write: Callable[[], Resource | None],
    handed_over: list[Any],
    side: Side = Side.PROVIDER,
    certain: tuple[type[PortError], ...] = (),
) -> None:
    """It is done, refused or unknown. `handed_over` is what the network was given to write."""
    handed_over.clear()
    try:
        after = write()
    except certain:
        return
    except PortError as error:
        check_told(error, handed_over)
        return
    if after is not None:
        check_all([after], side)


def check_told(error: PortError, handed_over: Sized) -> None:
    """What a write says when it fails. Once it was handed over to the network, none of the errors that the engine takes
    for "nothing was done" will do."""
    _storable(str(error))
    _storable(error.next_step)
    assert not (handed_over and isinstance(error, Unreachable | Malformed | CollectionGone)), repr(error)


def check_batch(batch: mailport.Batch) -> None:
    _storable(batch.cursor)
    for each in batch.found:
        _storable(each.ref.id)
        if isinstance(each, mailport.Broken):
            assert each.reason
            continue
        assert isinstance(each, mailport.Heading)
        headers = each.headers
        people = (*headers.sender, *headers.to, *headers.cc, *headers.bcc)
        texts = (
            headers.subject,
            headers.message_id,
            *headers.thread,
            *(p.name for p in people),
            *(p.address for p in people),
        )
        for text in texts:
            _storable(text)


def _storable(text: str) -> None:
    """SQLite takes no half of a surrogate pair."""
    text.encode("utf-8")
