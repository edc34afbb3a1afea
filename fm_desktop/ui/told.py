"""What the engine says, in the user's language and for a window.

The engine keeps its sentences in the state as English text, as the command line prints them. Here they are
recognised again by their templates, and said in the words of the window: it has buttons where the command line
has commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from fm_desktop.ui.sentences import INSTEAD, SENTENCES
from fm_desktop.ui.texts import N_, language, tr

# Longer ones hold a title that somebody made to be long: to look for a template in one takes seconds.
_LONGEST: Final = 1_000
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_LISTS: Final = frozenset({"names"})
_KINDS: Final = {"number": r"\S+?"}
# What stands in quotes are the words of a person, or a name.
_QUOTED: Final = re.compile(r"“\{(\w+)\}”")
# What a side says in its own words may have hundreds of ends, and each try for a known sentence takes milliseconds.
_FIRST_ENDS: Final = 6
_END: Final = re.compile(r"(?<=[.?!”])\s+")
# What the engine calls that which has no name.
_NAMELESS: Final = (N_("(no title)"), N_("(no subject)"), N_("without a subject"))


def told(text: str) -> str:
    """One of the engine's sentences, or several in a row; one that is not known is left as it is."""
    return _told(text, language()) if len(text) <= _LONGEST else text


def heading(text: str) -> str:
    """A title or a subject, in one line. The words of its author are never taken for a sentence of the engine."""
    shown = " ".join(text.split())
    return tr(shown) if shown in _NAMELESS else shown


def prepare() -> None:
    """Does beforehand, in any thread, what the first sentence would have to wait for."""
    _patterns()


@lru_cache(maxsize=4096)
def _told(text: str, _: str) -> str:
    found = _sentence(text)
    return text if found is None and (found := _in_a_row(text)) is None else found


def _sentence(text: str) -> str | None:
    """A whole sentence; None for one that is not known."""
    found = _matched(text)
    if found is None and not text.endswith("."):
        # Inside another sentence one stands without its full stop.
        found = _matched(f"{text}.")
        found = None if found is None else found.removesuffix(".")
    if found is None and text[:1].isupper():
        # What stands inside of some sentences begins others.
        found = _capital(_matched(text[0].lower() + text[1:]))
    return found


def _matched(text: str) -> str | None:
    for each in _patterns():
        match = each.said.fullmatch(text)
        if match is not None:
            found = tr(each.shown, **{name: each.value(name, value) for name, value in match.groupdict().items()})
            return _capital(found) if each.shown.startswith("{") and text[:1].isupper() else found
    return None


def _capital(text: str | None) -> str | None:
    return None if text is None else text[:1].upper() + text[1:]


def _in_a_row(text: str) -> str | None:
    """Several sentences, if the first of them is known."""
    for end in islice(_END.finditer(text), _FIRST_ENDS):
        first = _sentence(text[: end.start()])
        if first is not None:
            return f"{first}{end.group()}{told(text[end.end() :])}"
    return None


@dataclass(frozen=True, slots=True)
class _Template:
    """A sentence as it is recognised, and what is said for it; `quoted` names the places with somebody's own words."""

    said: re.Pattern[str]
    shown: str
    quoted: frozenset[str]

    @classmethod
    def of(cls, said: str, shown: str) -> _Template:
        pattern = _PLACE.sub(lambda place: f"(?P<{place[1]}>{_KINDS.get(place[1], '.+?')})", re.escape(said))
        return cls(re.compile(pattern, re.DOTALL), shown, frozenset(_QUOTED.findall(said)))

    def value(self, name: str, value: str) -> str:
        if name in self.quoted:
            return tr(value) if value in _NAMELESS else value
        shown = told(value)
        return ", ".join(map(told, value.split(", "))) if name in _LISTS and shown == value else shown


@cache
def _patterns() -> tuple[_Template, ...]:
    """The longest first, so that what one sentence says is not taken for the value of a looser one."""
    pairs = [*((each, each) for each in SENTENCES), *INSTEAD.items()]
    pairs.sort(key=lambda pair: len(_PLACE.sub("", re.escape(pair[0]))), reverse=True)
    return tuple(_Template.of(said, shown) for said, shown in pairs)
