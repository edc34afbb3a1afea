"""Two CRM rows with one identity: two computers created at the same moment, or a person copied a row.

The lowest id stays. A second row is removed by the computer whose journal says it made it. One that nobody claims
within an hour and that was edited is a person's copy, and an item of its own, with no mark of another; one that is
the same in everything after a day was made by a computer that is off since, or lost its state, and goes.
"""

from __future__ import annotations

import logging
from datetime import datetime

from fm_desktop.port import Conflict, Gone, Malformed, OutcomeUnknown, Port, Refused, Resource, Side
from fm_desktop.sync.relink import Relinker
from fm_desktop.sync.resources import KnownResource
from fm_desktop.sync.state import State

_log = logging.getLogger(__name__)

_TWICE = "“{}” is in ForceManager twice, and the second one could not be taken away: {}"
_DELETE_IT = "Delete the newer of the two in ForceManager."


def tell_apart(state: State, crm: Port, relinker: Relinker, now: datetime) -> None:
    """Removes our own second rows, and makes persons' copies items of their own. Raises the port's errors."""
    for row in state.resources.unlinked_marked():
        found = crm.parse(row.ref, row.revision, row.raw)
        if not isinstance(found, Resource):
            continue
        if state.journal.made(row.collection, row.ref.id) or relinker.is_a_forgotten_slip(row, now):
            _remove(state, crm, row, found)
        elif relinker.is_a_persons_copy(row, now):
            with state.store.transaction():
                relinker.present(Side.CRM, row.collection, found, now)
                relinker.finish(Side.CRM, now)
    for row, mark in state.resources.marked_as_another():
        _mark(state, crm, row, mark)


def _remove(state: State, crm: Port, row: KnownResource, found: Resource) -> None:
    key = f"item:{row.collection}:{row.ref.id}"
    try:
        crm.delete(found)
    except (Conflict, OutcomeUnknown):
        return  # looked at again when it has been read
    except (Refused, Malformed) as error:
        title = found.items[0].title or "(no title)"
        state.problems.report(key, title, _TWICE.format(title, error), error.next_step or _DELETE_IT)
        return
    _log.info("Of two rows of one meeting the second, no. %s, was taken away in ForceManager", row.ref.id)
    with state.store.transaction():
        state.resources.forget(row.id)
        state.problems.solved(key)


def _mark(state: State, crm: Port, row: KnownResource, mark: str) -> None:
    """Left as it was, another computer or a lost state could take the copy for its original."""
    found = crm.parse(row.ref, row.revision, row.raw)
    if not isinstance(found, Resource):
        return
    try:
        marked = crm.mark(found, mark)
    except (Conflict, Gone, OutcomeUnknown):
        return  # looked at again when it has been read
    except (Refused, Malformed) as error:
        _log.warning("The mark of a copied row cannot be changed: %s", error)
        return
    with state.store.transaction():
        state.resources.save(row.collection, marked, state.clock(), confirmed=False, replaced=row.revision)
