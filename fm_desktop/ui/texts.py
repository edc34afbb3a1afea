"""Every text a person reads on the screen, in their language. English is the key; catalogues are gettext's.

No Qt in here: what is said can be tested without a window, and the tray's menu is a pure function.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from fm_desktop.resources import path_of
from fm_desktop.ui.catalogue import Catalogue, read

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "es": "Español"}
"""Codes and own names of the languages there are."""

FOLDER: Final = path_of("translations")

_ENGLISH: Final = Catalogue({}, {})


class _Current:
    language = "en"
    catalogue = _ENGLISH


def use(*wanted: str) -> str:
    """Speaks the first of the languages wanted that there is, English if there is none of them.

    Takes codes and locale names (`es`, `es-MX`, `es_ES.UTF-8`), the user's own choice before those of the
    system; empty ones are passed over. Returns the code.
    """
    codes = (each.replace("-", "_").partition("_")[0].partition(".")[0].lower() for each in wanted)
    _Current.language = next((each for each in codes if each in LANGUAGES), "en")
    _Current.catalogue = _catalogue(_Current.language)
    return _Current.language


def language() -> str:
    """The code of the language spoken now."""
    return _Current.language


def tr(text: str, /, **values: object) -> str:
    """A text in the user's language, `{name}` replaced by values. Numbers are written as people write them."""
    return _filled(_Current.catalogue.single.get(text, text), values)


def N_(text: str, /) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a text of a table for translation; `tr` translates it when it is shown."""
    return text


def trn(one: str, many: str, number: int, /, **values: object) -> str:
    """As `tr`, for a number of things; `{n}` in either text is the number."""
    translated = _Current.catalogue.plural.get((one, many), (one, many))
    return _filled(translated[0 if number == 1 else 1], {"n": number, **values})


def numeral(number: int) -> str:
    """`12,345` in English; in Spanish `12.345`, and no separator below ten thousand (RAE, Ortografía 8.2.1)."""
    if _Current.language == "es":
        return str(number) if abs(number) < 10_000 else f"{number:,}".replace(",", ".")
    return f"{number:,}"


def joined(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return tr("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


@cache
def _catalogue(code: str) -> Catalogue:
    return _ENGLISH if code == "en" else read(FOLDER / f"{code}.po")


def _filled(text: str, values: Mapping[str, object]) -> str:
    if not values:
        return text
    return text.format_map({name: _shown(each) for name, each in values.items()})


def _shown(value: object) -> object:
    return numeral(value) if type(value) is int else value
