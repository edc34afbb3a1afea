"""FindItem: pages, calendar views, restrictions, order ("FindItem operation", "CalendarView", "Restriction")."""

from __future__ import annotations

from datetime import timedelta

from tests.servers.ews import fields, series, zones
from tests.servers.ews.call import Call, each
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Folder, Item
from tests.servers.ews.restrictions import matches, sort_key
from tests.servers.ews.view import Shape
from tests.servers.ews.xml import Element, boolean, children, find, m, need, t


def find_item(call: Call) -> list[Element]:
    shape = Shape.read(need(call.request, "m:ItemShape"))

    def act(one: Element) -> list[Element]:
        shape.refuse(frozenset({"Body", "TextBody", "UniqueBody", "NormalizedBody", "MimeContent"}))
        folder = call.folder(one)
        view = find(call.request, "m:CalendarView")
        return [_view(call, folder, view, shape) if view is not None else _page(call, folder, shape)]

    return each(call, "FindItem", children(find(call.request, "m:ParentFolderIds")), act, None)


def _view(call: Call, folder: Folder, view: Element, shape: Shape) -> Element:
    if folder.kind != "IPF.Appointment":
        raise EwsError("ErrorCalendarFolderIsInvalidForCalendarView", "The folder is no calendar.")
    if find(call.request, "m:Restriction") is not None or find(call.request, "m:SortOrder") is not None:
        raise EwsError("ErrorRestrictionTooComplex", "A calendar view takes no restriction and no order.")
    begin, end = (zones.read(view.get(name, ""), call.zone) for name in ("StartDate", "EndDate"))
    if end < begin:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if end - begin > timedelta(days=732):
        raise EwsError("ErrorCalendarViewRangeTooBig", "The view is wider than two years.")
    found: list[Item] = []
    for item in call.box.within(folder):
        if item.kind != "CalendarItem":
            continue
        if series.is_series(item):
            found += series.in_view(item, begin, end)
        elif series.touches(item, begin, end):
            found.append(item)
    found.sort(key=series.start_of)
    most = int(view.get("MaxEntriesReturned", str(call.state.page if call.state.page < 512 else 1000)))
    page = found[:most]
    return _root(
        call, page, shape, TotalItemsInView=str(len(page)), IncludesLastItemInRange=boolean(len(page) == len(found))
    )


def _page(call: Call, folder: Folder, shape: Shape) -> Element:
    restriction = find(call.request, "m:Restriction")
    viewer = call.viewer
    found = [
        item for item in call.box.within(folder)
        if restriction is None or matches(viewer, item, children(restriction)[0])
    ]  # fmt: skip
    for order in reversed(children(find(call.request, "m:SortOrder"))):
        path = children(order)[0]
        found.sort(key=lambda item, path=path: sort_key(viewer, item, path), reverse=order.get("Order") == "Descending")
    view = find(call.request, "m:IndexedPageItemView")
    offset = int(view.get("Offset", "0")) if view is not None else 0
    most = int(view.get("MaxEntriesReturned", "1000")) if view is not None else 1000
    if view is not None and view.get("BasePoint") == "End":
        offset = max(0, len(found) - offset - most)
    page = found[offset : offset + min(most, 1000 if call.state.page >= 512 else call.state.page)]
    return _root(
        call, page, shape, IndexedPagingOffset=str(offset + len(page)), TotalItemsInView=str(len(found)),
        IncludesLastItemInRange=boolean(offset + len(page) >= len(found)),
    )  # fmt: skip


def _root(call: Call, page: list[Item], shape: Shape, **attributes: str) -> Element:
    shown = (call.viewer.show(item, shape, fields.NOT_IN_FIND) for item in page)
    return m("RootFolder", t("Items", *shown), **attributes)
