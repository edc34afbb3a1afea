"""What all windows are made of: `from fm_desktop.ui.widgets import Banner, Button, Card`."""

from fm_desktop.ui.widgets.buttons import Button, MenuButton, Weight
from fm_desktop.ui.widgets.cards import Card, Line, Row, across, at_the_end, empty_layout
from fm_desktop.ui.widgets.growing import GrowingList
from fm_desktop.ui.widgets.notices import Banner, Busy, EmptyState, ErrorPanel
from fm_desktop.ui.widgets.pills import Mark, Pill, Swatch
from fm_desktop.ui.widgets.shapes import Shape
from fm_desktop.ui.widgets.texts import Elided, Label, PageHeader

__all__ = [
    "Banner",
    "Busy",
    "Button",
    "Card",
    "Elided",
    "EmptyState",
    "ErrorPanel",
    "GrowingList",
    "Label",
    "Line",
    "Mark",
    "MenuButton",
    "PageHeader",
    "Pill",
    "Row",
    "Shape",
    "Swatch",
    "Weight",
    "across",
    "at_the_end",
    "empty_layout",
]
