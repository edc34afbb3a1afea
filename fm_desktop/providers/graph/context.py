"""For whom items are read and written."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.providers.graph.times import Clock, users_clock


@dataclass(frozen=True, slots=True)
class Context:
    """`user_zone` is the user's IANA zone, `own_addresses` their e-mail addresses in lower case."""

    user_zone: str
    own_addresses: frozenset[str] = frozenset()

    @property
    def clock(self) -> Clock:
        return users_clock(self.user_zone)
