"""Google: its calendars by CalDAV, its tasks by the Tasks API, as one calendar service."""

from fm_desktop.providers.google.service import GoogleCalendarService, google_calendars

__all__ = ["GoogleCalendarService", "google_calendars"]
