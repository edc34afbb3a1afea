"""Time zones by their Windows names, and dateTime values as EWS writes and reads them.

"Time zones and EWS in Exchange": a value without an offset is meant in the zone of the request's TimeZoneContext, else in
UTC; answers are in that zone too, with their offset, and in UTC without one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from tests.servers.ews.errors import EwsError
from tests.servers.ews.xml import Element, find, t


def zone(name: str) -> ZoneInfo:
    """The zone of a Windows name. Exchange knows no other names."""
    if name not in win_tz:
        raise EwsError("ErrorTimeZone", f"An error occurred while processing the time zone {name!r}.")
    return ZoneInfo("UTC" if name == "UTC" else win_tz[name])


def read(value: str, default: ZoneInfo | None = None) -> datetime:
    """An instant, in UTC."""
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise EwsError("ErrorInvalidPropertyRequest", f"{value!r} is no date and time.") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=default or UTC)
    return parsed.astimezone(UTC).replace(microsecond=0)


def write(instant: datetime, context: ZoneInfo | None = None) -> str:
    if context is None or context.key == "UTC":
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return instant.astimezone(context).isoformat(timespec="seconds")


def midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), where).astimezone(UTC)


def definition(name: str, full: bool = False) -> Element:
    """A TimeZoneDefinition; with `full`, with its periods and the rule of the current year ("TimeZoneDefinition")."""
    made = t("TimeZoneDefinition", Id=name, Name=name)
    if not full:
        return made
    where = zone(name)
    year = datetime.now(UTC).year
    found = changes(where, year)
    standard, summer = offsets(where, year)
    periods = t("Periods", t("Period", Bias=_bias(standard), Name="Standard", Id="trule:Standard"))
    group = t("TransitionsGroup", Id="0")
    if len(found) == 2:
        periods.append(t("Period", Bias=_bias(summer), Name="Daylight", Id="trule:Daylight"))
        for local_time, to_summer in found:
            to = t("To", "trule:Daylight" if to_summer else "trule:Standard", Kind="Period")
            offset = f"PT{local_time.hour}H{local_time.minute}M"
            group.append(
                t("RecurringDayTransition", to, t("TimeOffset", offset), t("Month", str(local_time.month)),
                  t("DayOfWeek", local_time.strftime("%A")), t("Occurrence", str(week(local_time))))
            )  # fmt: skip
    else:
        group.append(t("Transition", t("To", "trule:Standard", Kind="Period")))
    made.extend([periods, t("TransitionsGroups", group), t("Transitions", t("Transition", t("To", "0", Kind="Group")))])
    return made


def offsets(where: ZoneInfo, year: int) -> tuple[timedelta, timedelta]:
    both = sorted(datetime(year, month, 10, tzinfo=where).utcoffset() or timedelta() for month in (1, 7))
    return both[0], both[1]


def changes(where: ZoneInfo, year: int) -> list[tuple[datetime, bool]]:
    """The local times of that year at which the clock is changed, and whether to summer time."""
    found = []
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        before, after = (each.astimezone(where).utcoffset() or timedelta() for each in (at, at + timedelta(hours=1)))
        at += timedelta(hours=1)
        if before != after:
            found.append(((at + before).replace(tzinfo=None), after > before))
    return found


def _bias(offset: timedelta) -> str:
    minutes = -int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else ''}PT{abs(minutes) // 60}H{abs(minutes) % 60}M"


def shift(offset: timedelta) -> str:
    """+0100, as iCalendar writes it."""
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def week(moment: datetime) -> int:
    return -1 if (moment + timedelta(days=7)).month != moment.month else (moment.day - 1) // 7 + 1


def context_zone(header: Element | None) -> ZoneInfo | None:
    """The zone of the SOAP header TimeZoneContext, if the request has one."""
    found = None if header is None else find(header, "t:TimeZoneDefinition")
    return None if found is None else zone(found.get("Id", ""))
