"""Raw iCalendar bytes to model items and back. Pure: no I/O, a file per concern.

Reading is lenient, because servers pass on whatever clients once wrote. Writing edits the raw component
line by line, so that nothing which is not modelled here can be lost.
"""

from fm_desktop.providers.ical.create import WriteContext, create
from fm_desktop.providers.ical.edit import edit
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.ical.forms import in_utc, with_end
from fm_desktop.providers.ical.resource import ReadContext, Reading, inspect, read, uid_of

__all__ = [
    "BrokenCalendar",
    "NotPossible",
    "ReadContext",
    "Reading",
    "WriteContext",
    "create",
    "edit",
    "in_utc",
    "inspect",
    "read",
    "uid_of",
    "with_end",
]
