"""A person at Outlook, and others who invite and write to that person: plain requests, without any code of ours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from tests.real.engine.scene import day

Json = dict[str, Any]
MADRID = "Romance Standard Time"


def timed(number: int, clock: str = "09:00") -> Json:
    """So many days from today, on a clock in Madrid."""
    return {"dateTime": f"{day(number)}T{clock}:00", "timeZone": MADRID}


def whole(number: int) -> Json:
    return {"dateTime": f"{day(number)}T00:00:00", "timeZone": MADRID}


def person(address: str, name: str = "") -> Json:
    return {"emailAddress": {"address": address, "name": name or address}}


def every_week(first: date, times: int = 4) -> Json:
    weekday = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[first.weekday()]
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [weekday], "firstDayOfWeek": "monday"},
        "range": {
            "type": "numbered",
            "startDate": first.isoformat(),
            "numberOfOccurrences": times,
            "recurrenceTimeZone": MADRID,
        },
    }


class Outlook:
    """Everything is done by what the service itself offers to every program."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx2.Client(
            base_url=f"{url.rstrip('/')}/", headers={"Authorization": f"Bearer {token}"}, timeout=30.0
        )

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, target: str, body: Json | None = None, **params: str) -> Json:
        answer = self._client.request(method, target, json=body, params=params or None)
        assert answer.is_success, f"{method} {target}: {answer.status_code} {answer.text}"
        found: Json = answer.json() if answer.content else {}
        return found

    def all(self, target: str, **params: str) -> list[Json]:
        page = self.ask("GET", target, **params)
        found = list(page["value"])
        while link := page.get("@odata.nextLink"):
            page = self.ask("GET", link)
            found += page["value"]
        return found

    # --- calendars ---

    def add(self, title: str, number: int = 2, **more: Any) -> Json:
        """From 09:00 to 10:00, so many days from today, unless said otherwise."""
        body = {"subject": title, "start": timed(number), "end": timed(number, "10:00"), **more}
        return self.ask("POST", "me/events", body)

    def events(self) -> list[Json]:
        return self.all("me/calendar/events", **{"$top": "100"})

    def event(self, title: str) -> Json:
        found = [each for each in self.events() if each["subject"] == title]
        assert len(found) == 1, f"{len(found)} events titled {title!r}: {self.titles()}"
        return found[0]

    def titles(self) -> list[str]:
        return sorted(each["subject"] for each in self.events())

    def change(self, title: str, **fields: Any) -> Json:
        return self.ask("PATCH", f"me/events/{quote(self.event(title)['id'], safe='')}", fields)

    def remove(self, title: str) -> None:
        self.ask("DELETE", f"me/events/{quote(self.event(title)['id'], safe='')}")

    def dates(self, title: str) -> list[Json]:
        """The dates of a series within the coming year, in order."""
        master = quote(self.event(title)["id"], safe="")
        span = {"startDateTime": f"{day(-40)}T00:00:00Z", "endDateTime": f"{day(0) + timedelta(days=300)}T00:00:00Z"}
        found = self.all(f"me/events/{master}/instances", **span)
        return sorted(found, key=lambda each: str(each["start"]["dateTime"]))

    def change_date(self, occurrence: Json, **fields: Any) -> None:
        self.ask("PATCH", f"me/events/{quote(occurrence['id'], safe='')}", fields)

    def remove_date(self, occurrence: Json) -> None:
        self.ask("DELETE", f"me/events/{quote(occurrence['id'], safe='')}")

    # --- tasks ---

    @property
    def task_list(self) -> str:
        (found,) = (each for each in self.all("me/todo/lists") if each["wellknownListName"] == "defaultList")
        return f"me/todo/lists/{quote(found['id'], safe='')}/tasks"

    def add_task(self, title: str, due: int | None = 3, **more: Any) -> Json:
        dated = {} if due is None else {"dueDateTime": whole(due)}
        return self.ask("POST", self.task_list, {"title": title, **dated, **more})

    def tasks(self) -> list[Json]:
        return self.all(self.task_list)

    def task(self, title: str) -> Json:
        (found,) = (each for each in self.tasks() if each["title"] == title)
        return found

    def change_task(self, title: str, **fields: Any) -> None:
        self.ask("PATCH", f"{self.task_list}/{quote(self.task(title)['id'], safe='')}", fields)
