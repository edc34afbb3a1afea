"""Google's calendars by CalDAV, without its tasks."""

from __future__ import annotations

import html

from fm_desktop.port import CalendarService
from fm_desktop.providers.caldav.bearer import Bearer
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.contract.stages.dav import ZONE, DavFaults, PersonalityStage
from tests.contract.stages.stage import ME, Offer, PutBack, Tasks
from tests.fakes.tokens import GivenTokens
from tests.servers import personality as habits
from tests.servers.personalities.google import Google, limit_reached


class _Faults(DavFaults):
    """As at Google: limits are a 403, and what is forgotten may be listed."""

    def __init__(self, google: Google) -> None:
        super().__init__(google.front)
        self._google = google

    def throttle(self, seconds: int) -> None:
        self._proxy.on().then(limit_reached("rateLimitExceeded"))

    def forget_cursors(self) -> None:
        self._proxy.on("REPORT", body_contains=habits.SYNC).then(self._google.token_forgotten)


class GoogleStage(PersonalityStage):
    name = "google"
    title = "Google Calendar without Google Tasks"
    service = Google
    offer = Offer(
        tasks=Tasks.EVENTS,
        undated_tasks=False,
        mails_participants=True,
        invitations=PutBack.REFUSED,
        notes=(
            "Where the sign-in does not cover Google Tasks, or an administrator has switched them off, events stand for tasks.",
            "An invitation of somebody else that was deleted cannot be put back: ask the organiser for it.",
        ),
    )
    at: Google

    def make_faults(self) -> DavFaults:
        return _Faults(self.at)

    def shown(self, description: str) -> str:
        """Its pages show plain words plainly."""
        return description if "<" in description else html.unescape(description)

    def connected(self) -> CalendarService:
        return CalDavProvider(
            f"{self.at.url}caldav/v2/{ME}/user",
            ME,
            user_zone=ZONE,
            quirks="google",
            own_addresses=[ME],
            credentials=Bearer(GivenTokens(lambda: "a good token")),
        )

    def close(self) -> None:
        super().close()
        assert self.at.breaches == [], "a calendar was listed although its sync-token was good"
