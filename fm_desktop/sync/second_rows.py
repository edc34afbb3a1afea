"""Two CRM rows with one identity: two computers created at the same moment, or a person copied a row.

The lowest id stays. A second row is removed only by the computer whose journal says it made it; one
that nobody claims within an hour is a person's copy, and an item of its own.
"""

from __future__ import annotations

from datetime import datetime

from fm_desktop.port import Conflict, Malformed, OutcomeUnknown, Port, Refused, Resource, Side
from fm_desktop.sync.relink import Relinker
from fm_desktop.sync.state import State

_TWICE = "“{}” is in ForceManager twice, and the second one could not be taken away: {}"
_DELETE_IT = "Delete the newer of the two in ForceManager."


def remove_second_rows(state: State, crm: Port, relinker: Relinker, now: datetime) -> int:
    """Returns how many of our own second rows were removed. Raises the port's errors."""
    removed = 0
    for row in state.resources.unlinked_marked():
        found = crm.parse(row.ref, row.revision, row.raw)
        if not isinstance(found, Resource):
            continue
        key = f"item:{row.collection}:{row.ref.id}"
        if state.journal.made(row.collection, row.ref.id):
            try:
                crm.delete(found)
            except (Conflict, OutcomeUnknown):
                continue  # looked at again when it has been read
            except (Refused, Malformed) as error:
                title = found.items[0].title or "(no title)"
                state.problems.report(key, title, _TWICE.format(title, error), error.next_step or _DELETE_IT)
                continue
            with state.store.transaction():
                state.resources.forget(row.id)
                state.problems.solved(key)
            removed += 1
        elif relinker.is_a_persons_copy(row, now):
            with state.store.transaction():
                relinker.present(Side.CRM, row.collection, found, now)
                relinker.finish(Side.CRM, now)
    return removed
