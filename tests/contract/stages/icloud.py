"""iCloud's calendars."""

from __future__ import annotations

from tests.contract.stages.dav import PersonalityStage
from tests.contract.stages.stage import Offer, Tasks
from tests.servers.personalities.icloud import ICloud
from tests.servers.proxy import DavProxy


class ICloudStage(PersonalityStage):
    name = "icloud"
    title = "iCloud"
    service = ICloud
    # Calendars that others share have ids of 64 characters, and are not read by multiget.
    shared = "0123456789abcdef" * 4
    offer = Offer(
        tasks=Tasks.EVENTS,
        undated_tasks=False,
        mails_participants=True,
        finds_strays=False,
        notes=(
            "Reminders are not offered to other programs any more: events stand for tasks.",
            "An app-specific password is needed.",
        ),
    )
    at: ICloud

    @property
    def proxy(self) -> DavProxy:
        return self.at.home_front
