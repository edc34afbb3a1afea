"""Moments, days and times of day as the user's locale writes them, on this computer's clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

from fm_desktop.ui.texts import language, tr


class Moments:
    """Writes in the language of the texts; where the system's locale has that language, in that locale's manner."""

    def __init__(self) -> None:
        system = QLocale.system()
        spoken = QLocale(language())
        self._locale = system if system.language() == spoken.language() else spoken

    def clock(self, at: time | datetime) -> str:
        """`14:30`, `2:30 PM`."""
        return self._locale.toString(QTime(at.hour, at.minute), QLocale.FormatType.ShortFormat)

    def day(self, day: date) -> str:
        """`Wednesday, 25 November 2026`."""
        return self._locale.toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)

    def short_day(self, day: date) -> str:
        """`25/11/2026`."""
        return self._locale.toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)

    def moment(self, at: datetime) -> str:
        """`25/11/2026 14:30`."""
        local = at.astimezone()
        return f"{self.short_day(local.date())} {self.clock(local)}"

    def near(self, at: datetime, now: datetime) -> str:
        """As said in a conversation: `today 14:30`, `yesterday 09:00`; further away `25/11/2026 14:30`."""
        local, today = at.astimezone(), now.astimezone().date()
        if local.date() == today:
            return tr("today {time}", time=self.clock(local))
        if local.date() == today - timedelta(days=1):
            return tr("yesterday {time}", time=self.clock(local))
        if local.date() == today + timedelta(days=1):
            return tr("tomorrow {time}", time=self.clock(local))
        return self.moment(at)

    def soon(self, at: datetime, now: datetime) -> str:
        """A moment ahead, where today goes without saying: `14:30`, `tomorrow 08:00`."""
        return self.clock(at.astimezone()) if at.astimezone().date() == now.astimezone().date() else self.near(at, now)


def system_languages() -> tuple[str, ...]:
    """The languages the user's system is set to, the preferred one first."""
    return tuple(QLocale.system().uiLanguages())
