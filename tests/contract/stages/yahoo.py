"""Yahoo's calendars."""

from __future__ import annotations

from tests.contract.stages.dav import DavFaults, PersonalityStage
from tests.contract.stages.stage import Offer, Tasks
from tests.servers import personality as habits
from tests.servers.personalities.yahoo import Yahoo


class _Faults(DavFaults):
    """It hands out no tokens: what may be forgotten is the mark of the whole calendar."""

    def forget_cursors(self) -> None:
        self._proxy.on("PROPFIND").then(
            lambda exchange: habits.changed(
                self._proxy.without_rules(exchange), habits.stripped("{http://calendarserver.org/ns/}getctag")
            )
        )


class YahooStage(PersonalityStage):
    name = "yahoo"
    title = "Yahoo"
    service = Yahoo
    offer = Offer(
        tasks=Tasks.EVENTS,
        undated_tasks=False,
        zoned_series=False,
        notes=(
            "Recurring events are read and never edited: Yahoo loses them when another program writes their time zone.",
            "Changes are found by comparing the whole calendar whenever something in it has changed.",
            "An app password is needed. Yahoo has announced to end them for mail.",
        ),
    )

    def make_faults(self) -> DavFaults:
        return _Faults(self.proxy)
