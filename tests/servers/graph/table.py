"""Every path there is."""

from __future__ import annotations

from tests.servers.graph import calendars, eventroutes, folders, mailbox, messageroutes, todo
from tests.servers.graph.deltas import TOKENS
from tests.servers.graph.odata import ENTITY, LISTING
from tests.servers.graph.routes import Route

_SELECT = frozenset({"$select"})
_VIEW = LISTING | eventroutes.WINDOW
_PAGES = frozenset({"$select", "$top", "$skip", "$count"})


def _me() -> list[Route]:
    sends = ("/me/sendMail", "/me/messages/{message}/send", "/me/events/{event}/forward")
    answers = ("reply", "replyAll", "forward", "createReply", "createReplyAll", "createForward")
    return [
        Route("GET", "/me", mailbox.me, _SELECT),
        Route("GET", "/me/mailboxSettings", mailbox.settings, _SELECT),
        Route("GET", "/me/mailboxSettings/timeZone", mailbox.time_zone),
        *(Route("POST", path, mailbox.send) for path in sends),
        *(Route("POST", f"/me/messages/{{message}}/{name}", mailbox.send) for name in answers),
    ]


def _calendars() -> list[Route]:
    return [
        Route("GET", "/me/calendars", calendars.listed, LISTING),
        Route("POST", "/me/calendars", calendars.create),
        Route("GET", "/me/calendarGroups", calendars.groups, LISTING),
        Route("GET", "/me/calendarGroups/{group}/calendars", calendars.listed, LISTING),
        Route("POST", "/me/calendarGroups/{group}/calendars", calendars.create),
        Route("GET", "/me/calendar", calendars.one, ENTITY),
        Route("PATCH", "/me/calendar", calendars.update),
        Route("GET", "/me/calendars/{calendar}", calendars.one, ENTITY),
        Route("PATCH", "/me/calendars/{calendar}", calendars.update),
        Route("DELETE", "/me/calendars/{calendar}", calendars.delete),
    ]


def _events() -> list[Route]:
    made = []
    for base in ("/me", "/me/calendar", "/me/calendars/{calendar}"):
        made += [
            Route("GET", f"{base}/events", eventroutes.listed, LISTING),
            Route("POST", f"{base}/events", eventroutes.create),
            Route("GET", f"{base}/calendarView", eventroutes.view, _VIEW),
            Route("GET", f"{base}/calendarView/delta", eventroutes.delta, eventroutes.WINDOW | TOKENS),
            Route("GET", f"{base}/events/delta", eventroutes.delta, eventroutes.WINDOW | TOKENS),
            Route("GET", f"{base}/events/{{event}}", eventroutes.one, ENTITY),
            Route("PATCH", f"{base}/events/{{event}}", eventroutes.update),
            Route("DELETE", f"{base}/events/{{event}}", eventroutes.delete),
            Route("GET", f"{base}/events/{{event}}/instances", eventroutes.instances, _VIEW),
        ]
    one = "/me/events/{event}"
    return [
        *made,
        Route("POST", f"{one}/accept", eventroutes.accept),
        Route("POST", f"{one}/tentativelyAccept", eventroutes.tentatively_accept),
        Route("POST", f"{one}/decline", eventroutes.decline),
        Route("POST", f"{one}/cancel", eventroutes.cancel),
        Route("GET", f"{one}/attachments", eventroutes.attachments),
        Route("POST", f"{one}/attachments", eventroutes.attach),
        Route("DELETE", f"{one}/attachments/{{attachment}}", eventroutes.detach),
        Route("POST", f"{one}/extensions", eventroutes.extend),
    ]


def _todo() -> list[Route]:
    lists, one = "/me/todo/lists", "/me/todo/lists/{list}"
    tasks, task = f"{one}/tasks", f"{one}/tasks/{{task}}"
    return [
        Route("GET", lists, todo.lists, LISTING),
        Route("POST", lists, todo.create_list),
        Route("GET", f"{lists}/delta", todo.lists_delta, _SELECT | TOKENS),
        Route("GET", one, todo.one_list, ENTITY),
        Route("PATCH", one, todo.update_list),
        Route("DELETE", one, todo.delete_list),
        Route("GET", tasks, todo.tasks, LISTING),
        Route("POST", tasks, todo.create),
        Route("GET", f"{tasks}/delta", todo.tasks_delta, frozenset({"$select", "$top", "$expand"}) | TOKENS),
        Route("GET", task, todo.one, ENTITY),
        Route("PATCH", task, todo.update),
        Route("DELETE", task, todo.delete),
        Route("GET", f"{task}/linkedResources", todo.links, _PAGES),
        Route("POST", f"{task}/linkedResources", todo.add_link),
        Route("GET", f"{task}/linkedResources/{{link}}", todo.one_link),
        Route("PATCH", f"{task}/linkedResources/{{link}}", todo.update_link),
        Route("DELETE", f"{task}/linkedResources/{{link}}", todo.delete_link),
        Route("POST", f"{task}/extensions", todo.add_extension),
        Route("GET", f"{task}/extensions/{{extension}}", todo.one_extension),
        Route("PATCH", f"{task}/extensions/{{extension}}", todo.update_extension),
    ]


def _mail() -> list[Route]:
    folder = "/me/mailFolders/{folder}"
    hidden = frozenset({"includeHiddenFolders"})
    delta = frozenset({"$select", "$top", "$expand", "$filter", "$orderby"}) | TOKENS
    made = [
        Route("GET", "/me/mailFolders", folders.listed, LISTING | hidden),
        Route("POST", "/me/mailFolders", folders.create),
        Route("GET", "/me/mailFolders/delta", folders.delta, TOKENS),
        Route("GET", folder, folders.one, ENTITY),
        Route("GET", f"{folder}/childFolders", folders.listed, LISTING | hidden),
        Route("POST", f"{folder}/childFolders", folders.create),
        Route("DELETE", folder, folders.delete),
        Route("GET", f"{folder}/messages/delta", messageroutes.delta, delta),
    ]
    for base in ("/me", folder):
        one = f"{base}/messages/{{message}}"
        made += [
            Route("GET", f"{base}/messages", messageroutes.listed, LISTING | {"$search"}),
            Route("POST", f"{base}/messages", messageroutes.create),
            Route("GET", one, messageroutes.one, ENTITY),
            Route("PATCH", one, messageroutes.update),
            Route("DELETE", one, messageroutes.delete),
            Route("GET", f"{one}/$value", messageroutes.value),
            Route("POST", f"{one}/move", messageroutes.move),
            Route("POST", f"{one}/copy", messageroutes.copy),
            Route("GET", f"{one}/attachments", messageroutes.attachments, _PAGES),
            Route("POST", f"{one}/attachments", messageroutes.attach),
            Route("GET", f"{one}/attachments/{{attachment}}", messageroutes.attachment, ENTITY),
            Route("GET", f"{one}/attachments/{{attachment}}/$value", messageroutes.attachment_value),
        ]
    return made


ROUTES = (*_me(), *_calendars(), *_events(), *_todo(), *_mail())
