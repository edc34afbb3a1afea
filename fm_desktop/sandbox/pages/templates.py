"""The templates' surroundings: everything is escaped, and what is not given is an error."""

from __future__ import annotations

from datetime import datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined

from fm_desktop.sandbox.pages.entries import Linked, day_text, linked, moment_of
from fm_desktop.sandbox.pages.links import mail_link, web_link
from fm_desktop.sandbox.pages.listing import PERIODS, SHOWS
from fm_desktop.sandbox.pages.notes import addresses, pieces
from fm_desktop.sandbox.pages.reading import name_of
from fm_desktop.sandbox.pages.week import DAYS
from fm_desktop.sandbox.store import Row


def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("fm_desktop.sandbox"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "addresses": addresses,
        "day": day_text,
        "linked": linked,
        "mailto": mail_link,
        "moment": _moment,
        "name": name_of,
        "named": _named,
        "pieces": pieces,
        "website": web_link,
    }
    made.globals |= {"SHOWS": SHOWS, "PERIODS": PERIODS, "week_step": timedelta(days=DAYS)}
    return made


def _named(row: Row) -> Linked:
    """A record as others point to it."""
    return Linked(row["id"], name_of(row))


def _moment(stamp: str, now: datetime) -> str:
    """An audit date on the clock of `now`."""
    moment = moment_of(stamp).astimezone(now.tzinfo)
    return f"{day_text(moment.date())}, {moment:%H:%M:%S}"
