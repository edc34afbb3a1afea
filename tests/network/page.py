"""The page `docs/reliability-network.md`: what the matrix expects, in plain words for administrators. Pure."""

from __future__ import annotations

from collections.abc import Callable

from fm_desktop.port import Malformed, OutcomeUnknown
from tests.network.matrix import Outcome, expected
from tests.network.stages import STAGES, ImapStage
from tests.servers.faults import Fault

_INTRODUCTION = """# Networks that lie and fail

What becomes of a look and of a write when the network between this computer and a server is broken, slow, or somebody
else's. The tables are written by `make network` from a run of `tests/network`; a test fails where they are out of date, and
they are not written where a cell fails. CI runs every cell.

Nothing of a client is replaced: its sockets, TLS and connections are the program's, at its real address. Only the name leads
to a line on loopback (`tests/servers/faults.py`) that ends the TLS, shows a certificate, and spoils what passes. Its time-outs
are the program's, too, but for three faults that can only be waited out: where a connection is taken and nothing is said, where
silence follows the request, and where the answer comes byte by byte, the program waits a moment instead of its minutes.
Behind it is a server that stores: the sandbox CRM, Radicale, Dovecot, and the doubles of Exchange and Graph, which are held to
Microsoft's schemas.

In every cell is also asserted: the error is a plain sentence with a next step; it comes in bounded time; what is known stays
known, so that a listing which was cut is never taken for a complete one; and the next try of the same client over a healthy
network works."""

_LOOKS = """## While reading

- **tried again**: nothing was changed, and the next cycle looks again (`Unreachable`).
- **no answer**: what came is not the server's, and nothing is taken from it (`Malformed`)."""

_WRITES = """## While writing a new item

For IMAP this is the note to the user in their own inbox. After each the server holds the item as often as is said, and once
after the next try, never twice.

- **not sent**: no request left, so that it is simply sent later.
- **looked up**: it may have been stored (`OutcomeUnknown`), so that it is looked for by its identity before anything else is
  sent. In brackets, what is found. A note in the inbox is not worth a second one: it is **left** as it is."""

_CYCLES = """## A whole cycle

`tests/network/test_network_cycles.py` runs the engine between the sandbox CRM and Radicale with a new, an edited and a deleted
item waiting on each side, while one of the two networks has one of these faults, first for every request, then for writes
only: each fault that leaves something else behind, on either side. Afterwards both sides show the same items, each once,
nothing but what a person deleted is gone, and one more cycle writes nothing.

## Limits

- An answer that has begun may take a minute, and a second more for each 1,024 bytes; what comes slower is given up. This is
  watched inside of TLS, so not for a server on this computer that is talked to without encryption.
- Exchange asks whether an item is there before it creates it, so that a network that is down is met before the write."""


def page() -> str:
    return "\n\n".join(
        (_INTRODUCTION, _LOOKS, _table(_look), _WRITES, _table(_write), _CYCLES + "\n"),
    )


def _table(words: Callable[[str, Outcome], str]) -> str:
    rows = [["The network", *(each.title for each in STAGES)], ["---"] * (len(STAGES) + 1)]
    rows += [[fault.value, *(words(each.name, expected(each.name, fault)) for each in STAGES)] for fault in Fault]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _look(_: str, outcome: Outcome) -> str:
    return "no answer" if outcome.look is Malformed else "tried again"


def _write(stage: str, outcome: Outcome) -> str:
    if outcome.write is OutcomeUnknown:
        then = "left" if stage == ImapStage.name else "looked up"
        return f"{then} ({'stored' if outcome.stored else 'not stored'})"
    return "not sent"
