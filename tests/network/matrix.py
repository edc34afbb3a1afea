"""What becomes of a look and of a write, for each fault and each client: what the tests hold the program to, and what
`docs/reliability-network.md` says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fm_desktop.port import Malformed, OutcomeUnknown, PortError, Unreachable
from tests.servers.faults import Fault


@dataclass(frozen=True, slots=True)
class Outcome:
    """The errors of a look and of a write, and how often the item is stored then."""

    look: type[PortError]
    write: type[PortError]
    stored: int


_NOT_SENT: Final = Outcome(Unreachable, Unreachable, 0)
_UNKNOWN: Final = Outcome(Unreachable, OutcomeUnknown, 1)
_PAGE: Final = Outcome(Malformed, OutcomeUnknown, 0)
_USUAL: Final = {
    **{each: _NOT_SENT for each in Fault if each.of_connecting},
    Fault.UNDELIVERED: replace(_UNKNOWN, stored=0),
    Fault.LOST: _UNKNOWN,
    Fault.RESET: _UNKNOWN,
    Fault.SILENT: _UNKNOWN,
    Fault.GARBLED: _UNKNOWN,
    Fault.CUT: _UNKNOWN,
    Fault.TRUNCATED: _UNKNOWN,
    Fault.UNMEASURED: replace(_UNKNOWN, look=Malformed),
    Fault.DRIP: _UNKNOWN,
    Fault.PORTAL: _PAGE,
    Fault.REDIRECT: _PAGE,
}
# A mail server speaks first, so that a page in its place is met before anything is sent; and its answers have an end.
_SPECIAL: Final = {
    ("imap", Fault.UNMEASURED): _UNKNOWN,
    ("imap", Fault.PORTAL): Outcome(Malformed, Malformed, 0),
    ("imap", Fault.REDIRECT): Outcome(Malformed, Malformed, 0),
}


def expected(stage: str, fault: Fault) -> Outcome:
    return _SPECIAL.get((stage, fault), _USUAL[fault])
