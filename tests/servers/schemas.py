"""Finds the schemas that Microsoft publishes, against which the doubles of its services check every message.

The files are Microsoft's and no part of the project. They lie beside it, in `shared/data`; an environment variable names
another folder. Where they are missing, the doubles work all the same, unchecked, and the test run says so at its top.
"""

from __future__ import annotations

import os
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
_PLACE = Path("shared", "data")
FOLDER_VARIABLE = "FM_DESKTOP_SCHEMAS"


def find_schemas(name: str) -> Path | None:
    """The folder of the schemas of that name (`ews-xsd`, `graph-csdl`), or None where this machine has none."""
    named = os.environ.get(FOLDER_VARIABLE)
    places = [Path(named)] if named else [folder / _PLACE for folder in _PROJECT.parents]
    return next((place / name for place in places if (place / name).is_dir()), None)
