"""What the engine says, in the user's language and for a window.

The engine keeps its sentences in the state as English text, as the command line prints them. Here they are
recognised again by their templates, and said in the words of the window: it has buttons where the command line
has commands.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from fm_desktop.ui.sentences import INSTEAD, SENTENCES
from fm_desktop.ui.texts import language, tr

# Longer ones hold a title that somebody made to be long: to look for a template in one takes seconds.
_LONGEST: Final = 1_000
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")


def told(text: str) -> str:
    """One of the engine's sentences, or several in a row; one that is not known is left as it is."""
    return _told(text, language()) if len(text) <= _LONGEST else text


def prepare() -> None:
    """Does beforehand, in any thread, what the first sentence would have to wait for."""
    _patterns()


@lru_cache(maxsize=4096)
def _told(text: str, _: str) -> str:
    if not text:
        return ""
    for pattern, shown in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return tr(shown, **{name: told(value) for name, value in match.groupdict().items()})
    if not text.endswith("."):
        # Inside another sentence one stands without its full stop.
        whole = _told(f"{text}.", language())
        return whole.removesuffix(".") if whole != f"{text}." else text
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The longest first, so that what one sentence says is not taken for the value of a looser one."""
    pairs = [*((each, each) for each in SENTENCES), *INSTEAD.items()]
    pairs.sort(key=lambda pair: len(_PLACE.sub("", re.escape(pair[0]))), reverse=True)
    return tuple((_pattern(said), shown) for said, shown in pairs)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)
