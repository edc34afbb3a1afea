"""The table of what was swept, `docs/reliability-crashes.md`: written, and read again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.crash.figures import Figures

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability-crashes.md"
_HEAD: Final = "| scenario | at | writes | moments | crashes | at a cost | differences |"
_TITLES: Final = {
    "radicale": "Radicale",
    "xandikos": "Xandikos",
    "ews": "Exchange (double)",
    "graph": "Graph (double)",
    "dovecot": "Dovecot",
    "openid": "OpenID provider",
}
_NAMES: Final = {title: name for name, title in _TITLES.items()}

_INTRODUCTION: Final = """# Killed at any moment

`make crashes` writes this page. Each scenario runs once to its end, with the whole program in a process of its own, the
sandbox CRM over HTTP and the servers named here. Then it is begun anew as often as it has moments, both sides and the
computer put back to where they were, and at moment 1, 2, 3, … the process kills itself (`SIGKILL`). A moment is

- after each commit to the state file,
- before each request that changes something leaves, and after the server has stored it but before its answer is read
  (ForceManager, CalDAV, EWS, Graph; also IMAP's APPEND and the entries of the keychain),
- where files of the profile are written: before each is opened, renamed or removed,
- where a state file is migrated: before each statement.

The computer is then started again and does what it was about to do. A **difference** is anything that is not as in the
run that nobody cut short: an item on either side, a row or an event that was made and deleted on the way, a record of a
message or one of its files, the settings, the number of items that were created, the mails to other people; or a
computer that complains, or that still writes in the cycle after. `tests/crash` has the scenarios; every test run takes a
part of the moments, and so do lines with fewer crashes than moments.

"""
_COSTS: Final = """
**At a cost** are crashes with a loss that is meant to be:

- A note in the own inbox (R25) is put there at most once (`inbox.py`): it was missing, and never there twice.
- A strict provider takes a permission back where a refresh token is used twice. The new one was lost between the
  provider and the disk: a person had to sign in with the browser again.
"""


def page(swept: Iterable[Figures], measured: str) -> str:
    figures = list(swept)
    writes, moments, crashes = (
        sum(getattr(each, name) for each in figures) for name in ("writes", "moments", "crashes")
    )
    lost, differences = sum(each.lost for each in figures), sum(len(each.differences) for each in figures)
    lines = [f"Run last: {measured}.", "", _HEAD, "| --- | --- | --: | --: | --: | --: | --: |"]
    lines += [row(each) for each in figures]
    share = f"{crashes} ({100 * crashes // moments} % of the moments)"
    lines += [f"| **all** | | {writes} | {moments} | {share} | {lost} | **{differences}** |", ""]
    return _INTRODUCTION + "\n".join(lines) + _COSTS


def row(each: Figures) -> str:
    counted = (each.writes, each.moments, each.crashes, each.lost, len(each.differences))
    return f"| {each.scenario} | {_TITLES[each.place]} | {' | '.join(map(str, counted))} |"


def figures_of(text: str) -> list[Figures]:
    """What a page tells; of differences it tells the number only."""
    found = []
    for line in text.partition(_HEAD)[2].splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if len(cells) == 7 and cells[1] in _NAMES:
            writes, moments, crashes, lost, differences = map(int, cells[2:])
            told = ["told where it was found"] * differences
            found.append(Figures(cells[0], _NAMES[cells[1]], writes, moments, crashes, lost, told))
    return found
