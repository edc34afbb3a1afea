"""What the table in `docs/providers.md` tells, and which tests prove it: `pytestmark = proves(Feature.READING)`."""

from __future__ import annotations

from enum import StrEnum

import pytest


class Feature(StrEnum):
    """A capability, in the words of the table."""

    CALENDARS = "Calendars, and which may be changed"
    READING = "Changes seen, nothing missed"
    WRITING = "Events created, edited, deleted"
    CONCURRENCY = "Never over somebody's change"
    TIMES = "Whole days, time zones, clock changes"
    TEXTS = "Long and formatted texts"
    TASKS = "Tasks"
    SERIES = "Recurring events"
    PEOPLE = "Invitations, and no mail to anybody"
    UNDO = "Deleted items put back"
    FAULTS = "Lost answers, throttling, sign-in refused"
    MAIL_READING = "New mail found, by its headers"
    MAIL_PRIVACY = "Strangers' mail never downloaded"
    MAIL_SEARCH = "Earlier mail of a new contact"
    MAIL_CONTENT = "Content and attachments"
    MAIL_WAITING = "New mail noticed at once"


CALENDAR = tuple(each for each in Feature if not each.name.startswith("MAIL_"))
MAIL = tuple(each for each in Feature if each.name.startswith("MAIL_"))


def proves(feature: Feature) -> pytest.MarkDecorator:
    return pytest.mark.proves(feature)
