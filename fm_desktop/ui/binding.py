"""What the binding to Qt does without being asked, and need not."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Final

import PySide6.QtCore  # noqa: F401 - brings the support module below with it

_SUPPORT: Final = "shibokensupport.feature"


def leave_sources_unread() -> None:
    """From now on PySide does not read the source of every module that is imported, to see if it may switch features.

    It looks for its own name there, so that `from __feature__ import ...` (other names of Qt's methods) is heard in
    modules that use it, and Python then keeps those lines for good: 16 MB. Nobody here switches. Where there are no
    sources, as in the package, its answer is the same.
    """
    support = sys.modules.get(_SUPPORT)
    if hasattr(support, "_mod_uses_pyside"):
        setattr(support, "_mod_uses_pyside", _switches_nothing)  # noqa: B010 - no attribute that a type checker knows


def _switches_nothing(_module: ModuleType) -> bool:
    return False
