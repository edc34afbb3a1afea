"""STATUS and CLASS of a component."""

from __future__ import annotations

from fm_desktop.model.items import Privacy
from fm_desktop.providers.ical.document import Component


def word(component: Component, name: str) -> str:
    """A one-word property in upper case, '' if it is absent."""
    found = component.first(name)
    return found.value.strip().upper() if found else ""


def is_cancelled(component: Component) -> bool:
    return word(component, "STATUS") == "CANCELLED"


def privacy(component: Component) -> Privacy:
    """A class nobody knows counts as private (RFC 5545, 3.8.1.3)."""
    return Privacy.PUBLIC if word(component, "CLASS") in ("", "PUBLIC") else Privacy.PRIVATE
