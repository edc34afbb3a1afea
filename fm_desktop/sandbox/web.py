"""The web page of the sandbox: the agenda, contacts, accounts and their messages as a person in the CRM sees them.

Rendered on the server and without script. It reads and writes through the store, as the API does, so that
both obey the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from fm_desktop.sandbox.access import has_key
from fm_desktop.sandbox.errors import MISSING, READ_ONLY, ApiError
from fm_desktop.sandbox.pages import forms, listing, notes, week
from fm_desktop.sandbox.pages.entries import Entry, day_of, entry_of
from fm_desktop.sandbox.pages.links import Links
from fm_desktop.sandbox.pages.reading import Reader
from fm_desktop.sandbox.pages.templates import environment
from fm_desktop.sandbox.pages.visit import CSRF, Visit, is_own_form, protected, token, without_key
from fm_desktop.sandbox.store import Row
from fm_desktop.sandbox.tenant import Tenant

Handler = Callable[[Visit], Response]

_PACKAGE = "fm_desktop.sandbox"
_FOLLOW_SECONDS = 3
_FIRST_DAY, _LAST_DAY = date(1970, 1, 5), date(2067, 12, 26)  # what two digits of a year can mean, whole weeks
_DONE = {
    "created": "Created.",
    "saved": "Saved.",
    "unchanged": "Nothing was changed.",
    "deleted": "Deleted.",
}


def routes(tenant: Tenant) -> list[BaseRoute]:
    """All pages; to be put last, as the last of them answers every path that is left."""
    web = Web(tenant)
    item = "/items/{id:int}"
    return [
        Mount("/static", StaticFiles(packages=[(_PACKAGE, "static")])),
        Route("/", web.page(web.home)),
        Route("/week", web.page(web.show_week)),
        Route("/list", web.page(web.show_list)),
        Route("/new", web.page(web.new)),
        Route("/new", web.page(web.create), methods=["POST"]),
        Route(item, web.page(web.item)),
        Route(f"{item}/edit", web.page(web.edit)),
        Route(f"{item}/edit", web.page(web.save), methods=["POST"]),
        Route(f"{item}/completed", web.page(web.complete), methods=["POST"]),
        Route(f"{item}/delete", web.page(web.delete), methods=["POST"]),
        Route("/accounts", web.page(web.accounts)),
        Route("/accounts/{id:int}", web.page(web.account)),
        Route("/contacts", web.page(web.contacts)),
        Route("/contacts/{id:int}", web.page(web.contact)),
        Route("/emails/{id:int}", web.page(web.message)),
        Route("/emails/{id:int}/attachments/{file:int}", web.page(web.attachment)),
        Route("/{path:path}", web.page(web.nowhere)),
    ]


class Web:
    """One method per page or form."""

    def __init__(self, tenant: Tenant) -> None:
        self._keys = tenant.keys
        self._store = tenant.store
        self._uploads = tenant.uploads
        self._reader = Reader(tenant.store, tenant.clock)
        self._templates = environment()

    def page(self, handler: Handler) -> Callable[[Request], Any]:
        """The endpoint of a page: checks the key and a form's token, and tells what goes wrong in words."""

        async def endpoint(request: Request) -> Response:
            if not has_key(request, self._keys):
                return self._locked_out(request)
            if request.method != "POST":
                if "key" in request.query_params:
                    return without_key(request, self._keys)
                return await run_in_threadpool(self._answer, handler, self._visit(request, {}))
            # On the event loop, as the API's writes are: nothing comes between a check and its write.
            form = await _fields(request)
            answering = handler if is_own_form(request, form, self._keys) else self.foreign_form
            return self._answer(answering, self._visit(request, form))

        return endpoint

    # --- agenda ----------------------------------------------------------------------------------------

    def home(self, visit: Visit) -> Response:
        return RedirectResponse(visit.links("/week"), 303)

    def show_week(self, visit: Visit) -> Response:
        monday = week.monday_of(_day(visit.asked("day"), visit.now.date()))
        sunday = monday + timedelta(days=week.DAYS - 1)
        entries = self._reader.between(visit.viewer, monday, sunday) if visit.viewer else []
        return self._render(visit, "week.html", week=week.week_of(monday, entries), monday=monday, sunday=sunday)

    def show_list(self, visit: Visit) -> Response:
        entries = self._reader.agenda(visit.viewer) if visit.viewer else []
        asked = listing.Asked(visit.asked("show"), visit.asked("period"), visit.asked("q"), visit.asked("page"))
        found = listing.listed(entries, asked, visit.now.date())
        known = self._reader.known(
            address for day in found.days for each in day.entries for address in listing.others(each)
        )
        return self._render(visit, "list.html", listing=found, known=known)

    def item(self, visit: Visit) -> Response:
        row, entry = self._item(visit)
        known = self._reader.known(notes.addresses(entry.note.block))
        return self._render(visit, "item.html", row=row, entry=entry, known=known)

    # --- writing ---------------------------------------------------------------------------------------

    def new(self, visit: Visit) -> Response:
        choices = self._reader.choices()
        is_task = visit.asked("kind") == "task"
        at = time(min(visit.now.hour + 1, 22))
        values = forms.new_values(is_task, _day(visit.asked("day"), visit.now.date()), at, choices.types)
        for name in ("contactId", "accountId"):
            values[name] = visit.asked(name)
        return self._form(visit, forms.Form(values), choices, is_task)

    def create(self, visit: Visit) -> Response:
        choices = self._reader.choices()
        values, is_task = forms.typed(visit.form), visit.form.get("kind") == "task"
        body, errors = forms.body_of(values, is_task, choices)
        if errors or visit.viewer is None:
            return self._form(visit, forms.Form(values, errors), choices, is_task)
        user = visit.viewer["id"]
        body |= {"salesRepId": user, "branchId": visit.viewer["branches"][0]["id"]}
        try:
            made = self._store.create("calendar", body, user)
        except ApiError as error:
            return self._form(visit, forms.Form(values, {"": error.error}), choices, is_task)
        return RedirectResponse(visit.links(f"/items/{made}", done="created", back=visit.back), 303)

    def edit(self, visit: Visit) -> Response:
        row, entry = self._item(visit)
        if entry.is_locked:
            return self._refused(visit, entry)
        return self._form(visit, forms.Form(forms.values_of(row)), self._reader.choices(row), entry.is_task, entry)

    def save(self, visit: Visit) -> Response:
        row, entry = self._item(visit)
        choices, values = self._reader.choices(row), forms.typed(visit.form)
        body, errors = forms.body_of(values, entry.is_task, choices, row)
        if visit.form.get("seen") != entry.seen and not entry.is_locked:
            errors[""] = (
                "This was changed while you were editing it. What you typed is still here: look at the item "
                "in another window, then save again to put yours in its place."
            )
        if errors:
            return self._form(visit, forms.Form(values, errors), choices, entry.is_task, entry)
        if not body and not entry.is_locked:
            return RedirectResponse(visit.links(f"/items/{entry.id}", done="unchanged", back=visit.back), 303)
        try:
            self._store.update("calendar", entry.id, body, _id_of(visit.viewer))
        except ApiError as error:
            if error.code in (READ_ONLY, MISSING):
                raise
            return self._form(visit, forms.Form(values, {"": error.error}), choices, entry.is_task, entry)
        return RedirectResponse(visit.links(f"/items/{entry.id}", done="saved", back=visit.back), 303)

    def complete(self, visit: Visit) -> Response:
        row, _entry = self._item(visit)
        completed = visit.form.get("completed") == "yes"
        self._store.update("calendar", row["id"], {"completed": completed}, _id_of(visit.viewer))
        return RedirectResponse(visit.back or visit.links(f"/items/{row['id']}"), 303)

    def delete(self, visit: Visit) -> Response:
        row, _entry = self._item(visit)
        self._store.delete("calendar", row["id"], _id_of(visit.viewer))
        return RedirectResponse(visit.back or visit.links("/week", day=day_of(row["startDate"]), done="deleted"), 303)

    # --- contacts and accounts ---------------------------------------------------------------------------

    def accounts(self, visit: Visit) -> Response:
        return self._render(visit, "accounts.html", rows=self._reader.matching("accounts", visit.asked("q")))

    def contacts(self, visit: Visit) -> Response:
        return self._render(visit, "contacts.html", rows=self._reader.matching("contacts", visit.asked("q")))

    def account(self, visit: Visit) -> Response:
        row = self._record(visit, "accounts")
        people = [each for each in self._reader.matching("contacts", "") if _id_of(each["accountId"]) == row["id"]]
        entries = self._reader.entries_of("accountId", row["id"])
        messages = self._reader.messages_of("accountId", row["id"], _page(visit), visit.now)
        return self._render(visit, "account.html", row=row, contacts=people, entries=entries, messages=messages)

    def contact(self, visit: Visit) -> Response:
        row = self._record(visit, "contacts")
        entries = self._reader.entries_of("contactId", row["id"])
        messages = self._reader.messages_of("contactId", row["id"], _page(visit), visit.now)
        return self._render(visit, "contact.html", row=row, entries=entries, messages=messages)

    def message(self, visit: Visit) -> Response:
        row = self._record(visit, "emails")
        message = self._reader.message(row, visit.now)
        return self._render(
            visit,
            "mail.html",
            row=row,
            message=message,
            files=self._reader.files(message.id, self._uploads.has),
            known=self._reader.known(notes.addresses(f"{message.sender}\n{message.recipients}")),
            user=self._reader.record("users", row["salesRepId"]) if row["salesRepId"] else None,
        )

    def attachment(self, visit: Visit) -> Response:
        files = self._reader.files(self._record(visit, "emails")["id"], self._uploads.has)
        wanted = visit.request.path_params["file"]
        file = next((each for each in files if each.id == wanted and each.is_here), None)
        if file is None:
            return self._told(
                visit, 404, "Not there", "This message has no such attachment, or it is not uploaded yet."
            )
        # Never a type that a browser would show: what strangers send is stored, not opened.
        return FileResponse(self._uploads.path(file.id), media_type="application/octet-stream", filename=file.name)

    def nowhere(self, visit: Visit) -> Response:
        return self._told(visit, 404, "No such page", "There is no page at this address.")

    def foreign_form(self, visit: Visit) -> Response:
        words = "This form is not the sandbox's own, or is another sandbox's. Nothing was changed: open the page anew."
        return self._told(visit, 403, "Not taken", words)

    # --- inside ------------------------------------------------------------------------------------------

    def _visit(self, request: Request, form: dict[str, str]) -> Visit:
        users = self._reader.users()
        viewer = self._reader.viewer(users, request.query_params.get("user"))
        links = Links(_id_of(viewer), request.query_params.get("follow") == "1")
        return Visit(request, users, viewer, self._reader.now(viewer), links, form)

    def _answer(self, handler: Handler, visit: Visit) -> Response:
        try:
            answer = handler(visit)
        except ApiError as error:
            answer = self._told_error(visit, error)
        return protected(answer, visit.nonce)

    def _record(self, visit: Visit, resource: str) -> Row:
        """The living record of the address. Raises `ApiError` for a missing or deleted one."""
        row = self._reader.record(resource, visit.request.path_params["id"])
        if row is None:
            raise ApiError(404, MISSING, "not exist")
        return row

    def _item(self, visit: Visit) -> tuple[Row, Entry]:
        row = self._record(visit, "calendar")
        return row, entry_of(row, visit.now)

    def _render(self, visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
        shared = {
            "visit": visit,
            "link": visit.links,
            "token": (CSRF, token(self._keys)),
            "done": _DONE.get(visit.asked("done"), ""),
            "follow_seconds": _FOLLOW_SECONDS,
        }
        return HTMLResponse(self._templates.get_template(template).render(shared | values), status)

    def _form(
        self, visit: Visit, form: forms.Form, choices: forms.Choices, is_task: bool, entry: Entry | None = None
    ) -> Response:
        return self._render(
            visit,
            "form.html",
            422 if form.errors else 200,
            form=form,
            choices=choices,
            is_task=is_task,
            entry=entry,
            groups=self._reader.contacts_by_account(),
            known=self._reader.known(notes.addresses(entry.note.block)) if entry else {},
            limits={"subject": forms.SUBJECT_LIMIT, "comment": forms.COMMENT_LIMIT},
        )

    def _told(self, visit: Visit, status: int, title: str, words: str, entry: Entry | None = None) -> Response:
        return self._render(visit, "message.html", status, title=title, words=words, entry=entry)

    def _told_error(self, visit: Visit, error: ApiError) -> Response:
        if error.code == READ_ONLY:
            return self._refused(visit, self._item(visit)[1])
        if error.code == MISSING:
            words = "It is not there, or not any more: it was deleted here, or in the calendar it came from."
            return self._told(visit, 404, "Not there", words)
        return self._told(visit, error.status, "Not done", error.error)

    def _refused(self, visit: Visit, entry: Entry) -> Response:
        return self._told(visit, 403, "This cannot be changed here", entry.lock_reason, entry)

    def _locked_out(self, request: Request) -> Response:
        template = self._templates.get_template("locked.html")
        answer = HTMLResponse(template.render(tried="key" in request.query_params, path=request.url.path), 403)
        return protected(answer)


async def _fields(request: Request) -> dict[str, str]:
    """The text fields of a form; a file is none."""
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _day(text: str, otherwise: date) -> date:
    """A day of an address, kept within the years that records can have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = otherwise
    return min(max(day, _FIRST_DAY), _LAST_DAY)


def _page(visit: Visit) -> int:
    """The page of messages asked for, from 1."""
    asked = visit.asked("mail")
    return max(1, int(asked)) if re.fullmatch("[0-9]{1,9}", asked) else 1


def _id_of(row: Row | None) -> int | None:
    return None if row is None else int(row["id"])
