"""What can be wrong with an iCalendar object, or with what is asked of one."""

from __future__ import annotations


class BrokenCalendar(Exception):
    """An object that cannot be understood. `reason` is a plain sentence; title and UID where they are known."""

    def __init__(self, reason: str, title: str = "", uid: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.title = title
        self.uid = uid


class NotPossible(Exception):
    """A change that this object cannot express. `str(error)` is a plain sentence."""
