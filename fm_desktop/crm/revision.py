"""The revision of a row: what it was when it was last read, and whether we have written it since. Pure.

The API gives none. A revision holds the row's newest time stamp and a hash of its content:

    20261125T083000123000.5f0c6a1e9b7d4c21    as read
    20261125T083000123000+5f0c6a1e9b7d4c21    as it must be after a write of ours, not read back yet
    +5f0c6a1e9b7d4c21                         as created by us, not read back yet

so that a list which lags behind (a second database server, a cache) cannot make an older state of a row
look like somebody's edit, or a row that it does not show yet look deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fm_desktop.crm.fields import Fields
from fm_desktop.crm.rows import canonical

# `dateUpdated` is null on a row never changed and may not move when one is deleted (2.9): all three count.
STAMPS = ("dateUpdated", "dateCreated", "dateDeleted")

_WRITTEN = "+"
_READ = "."


def newest_stamp(row: Mapping[str, Any]) -> datetime | None:
    fields = Fields(row)
    return max(filter(None, map(fields.moment, STAMPS)), default=None)


def revision_of(row: Mapping[str, Any], *, written: bool = False) -> str:
    """`written` says that `row` is what we stored, and not what was read."""
    return _stamp(row) + (_WRITTEN if written else _READ) + hashlib.sha256(canonical(row)).hexdigest()[:16]


def is_older(row: Mapping[str, Any], revision: str, *, trusted: bool) -> bool:
    """Whether a row that was read shows a state from before `revision`.

    A `trusted` reading is one of everything, where an older time stamp means that the server itself went
    back; only our own last write is known to come after the stamp it was made on.
    """
    known, is_written = _parts(revision)
    stamp = _stamp(row)
    if not known or not stamp:
        return False
    return (stamp <= known) if is_written else (stamp < known and not trusted)


def is_unconfirmed(revision: str | None) -> bool:
    """Whether the row was written by us and never read since: that a list lacks it proves nothing."""
    return revision is not None and _parts(revision)[1]


def _stamp(row: Mapping[str, Any]) -> str:
    moment = newest_stamp(row)
    return "" if moment is None else moment.strftime("%Y%m%dT%H%M%S%f")


def _parts(revision: str) -> tuple[str, bool]:
    known, mark, _ = revision.partition(_WRITTEN)
    return (known, True) if mark else (revision.partition(_READ)[0], False)
