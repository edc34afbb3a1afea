"""The identity of an item in an Exchange mailbox, the same over EWS and Graph.

An item of somebody else is known by its iCalendar UID (EWS `calendar:UID`, Graph `iCalUId`), the same over both. One
that we make gets a UID from the server, so ours is kept in a named property beside it (MS-OXPROPS: a string in a
property set of its own): the one exchangelib calls `ExternId`. A mailbox that moves from one protocol to the other is
so found again by identity, and nothing is made twice.
"""

from __future__ import annotations

from typing import Final

PROPERTY_SET: Final = "c11ff724-aa03-4555-9952-8fa248a11c3e"
PROPERTY_NAME: Final = "External ID"

# Graph's way to write that property (singleValueLegacyExtendedProperty).
GRAPH_PROPERTY_ID: Final = f"String {{{PROPERTY_SET}}} Name {PROPERTY_NAME}"


def uid_of(own: str | None, of_the_server: str) -> str:
    """The UID an item is known by: the one we gave it, else its own."""
    return own or of_the_server
