"""Words that several pages share, and how moments reach a presenter."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Protocol

from fm_desktop.port import Side
from fm_desktop.sync.control import Channel
from fm_desktop.sync.plan import Verb
from fm_desktop.ui.texts import tr
from fm_desktop.ui.told import heading


class Moments(Protocol):
    """Writes moments as the user's locale does; see `fm_desktop.ui.moments`."""

    def clock(self, at: time | datetime) -> str: ...
    def short_day(self, day: date) -> str: ...
    def moment(self, at: datetime) -> str: ...
    def near(self, at: datetime, now: datetime) -> str: ...
    def soon(self, at: datetime, now: datetime) -> str: ...


def side_name(side: Side) -> str:
    return tr("ForceManager") if side is Side.CRM else tr("Calendar")


def channel_title(channel: Channel) -> str:
    return tr("E-mail") if channel is Channel.EMAIL else tr("Calendar")


def done(verb: Verb) -> str:
    return {Verb.CREATE: tr("Created"), Verb.UPDATE: tr("Changed"), Verb.DELETE: tr("Deleted")}[verb]


def parsed(text: str) -> datetime:
    """A moment of the store, which is UTC."""
    return datetime.fromisoformat(text)


def subject(text: str) -> str:
    return heading(text) or tr("(no subject)")


def titled(title: str) -> str:
    return heading(title) or tr("(no title)")
