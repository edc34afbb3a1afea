"""One visual language for all windows: colours with a meaning, a scale of spaces, a scale of type.

Controls are those of Qt's Fusion style under our palette; a style sheet adds what has a name (`kind`): cards,
banners, navigation, primary and dangerous buttons. Follows the system between light and dark while running.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from fm_desktop.ui.stylesheet import stylesheet


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Space:
    """Distances in device-independent pixels; nothing is set apart by any other."""

    XS: Final = 4
    S: Final = 8
    M: Final = 12
    L: Final = 16
    XL: Final = 24
    XXL: Final = 32


class Type(StrEnum):
    """Sizes of type, relative to the system's own, so that a person's larger type stays larger."""

    CAPTION = "caption"
    BODY = "body"
    STRONG = "strong"
    SECTION = "section"
    TITLE = "title"
    FIGURE = "figure"
    CODE = "code"


_SCALE: Final = {
    Type.CAPTION: (0.9, QFont.Weight.Normal),
    Type.BODY: (1.0, QFont.Weight.Normal),
    Type.STRONG: (1.0, QFont.Weight.DemiBold),
    Type.SECTION: (1.15, QFont.Weight.DemiBold),
    Type.TITLE: (1.55, QFont.Weight.DemiBold),
    Type.FIGURE: (1.7, QFont.Weight.DemiBold),
    Type.CODE: (0.95, QFont.Weight.Normal),
}


class Tone(StrEnum):
    """What a coloured thing means. Never said by colour alone: a shape or a word goes with it."""

    NEUTRAL = "neutral"
    INFO = "info"
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Colours:
    """Hex colours. Each tone has a `..._text` readable on all grounds and a `..._ground` to lie on."""

    window: str
    surface: str
    raised: str
    sidebar: str
    sidebar_chosen: str
    border: str
    control_border: str
    scroll: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_hover: str
    selection: str
    on_selection: str
    focus: str
    neutral_text: str
    neutral_ground: str
    info_text: str
    info_ground: str
    ok_text: str
    ok_ground: str
    warning_text: str
    warning_ground: str
    error_text: str
    error_ground: str

    def ink(self, tone: Tone) -> str:
        return str(getattr(self, f"{tone.value}_text"))

    def ground(self, tone: Tone) -> str:
        return str(getattr(self, f"{tone.value}_ground"))


LIGHT: Final = Colours(
    window="#f5f4f0",
    surface="#ffffff",
    raised="#ebe9e2",
    sidebar="#ebe9e2",
    sidebar_chosen="#ffffff",
    border="#dedbd2",
    control_border="#85898a",
    scroll="#c3c0b7",
    text="#1b2427",
    muted="#566065",
    accent="#1f5f73",
    on_accent="#ffffff",
    accent_hover="#174b5c",
    selection="#d5e6ea",
    on_selection="#12323d",
    focus="#1f7a94",
    neutral_text="#4c565b",
    neutral_ground="#eceae4",
    info_text="#1a5668",
    info_ground="#e3eff2",
    ok_text="#1c6844",
    ok_ground="#e2f1e8",
    warning_text="#7a4d08",
    warning_ground="#fbf0d9",
    error_text="#a3261d",
    error_ground="#fbe8e5",
)

DARK: Final = Colours(
    window="#14191b",
    surface="#1d2427",
    raised="#2a3337",
    sidebar="#1a2022",
    sidebar_chosen="#2c363a",
    border="#343e42",
    control_border="#7b878c",
    scroll="#4a565b",
    text="#e9edee",
    muted="#a8b3b7",
    accent="#7cc0d2",
    on_accent="#08252e",
    accent_hover="#9ad2e1",
    selection="#28505c",
    on_selection="#f2f8fa",
    focus="#7cc0d2",
    neutral_text="#c3ccd0",
    neutral_ground="#2b3438",
    info_text="#9fd3e2",
    info_ground="#1c3840",
    ok_text="#86d3a6",
    ok_ground="#1b3828",
    warning_text="#ecbf6d",
    warning_ground="#3b2f18",
    error_text="#ffaaa0",
    error_ground="#472422",
)


class Theme(QObject):
    """The look of the application. `changed` comes after colours have changed; painted things then repaint."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._forced: Scheme | None = None
        application.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self.scheme = self._wanted()
        self._dress()

    @property
    def colours(self) -> Colours:
        return DARK if self.scheme is Scheme.DARK else LIGHT

    def force(self, scheme: Scheme | None) -> None:
        """Keeps to one scheme whatever the system says; with None follows the system again."""
        self._forced = scheme
        self._follow()

    def _wanted(self) -> Scheme:
        is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._forced or (Scheme.DARK if is_dark else Scheme.LIGHT)

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self.scheme:  # dressing goes through every widget there is
            self.scheme = wanted
            self._dress()
            self.changed.emit()

    def _dress(self) -> None:
        self._application.setPalette(palette(self.colours))
        self._application.setStyleSheet(stylesheet(self.colours, self.scheme.value))


_themes: dict[int, Theme] = {}


def theme() -> Theme:
    """The theme of the running application, made when first asked for."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    found = _themes.get(id(application))
    if found is None:
        found = _themes[id(application)] = Theme(application)
    return found


def font(kind: Type) -> QFont:
    """The system's font in one of our sizes."""
    made = QFont(QApplication.font())
    if kind is Type.CODE:
        made.setFamilies(["monospace", "Consolas", "Menlo", "DejaVu Sans Mono"])
        made.setStyleHint(QFont.StyleHint.Monospace)
    factor, weight = _SCALE[kind]
    made.setPointSizeF(made.pointSizeF() * factor)
    made.setWeight(weight)
    return made


def name_kind(widget: QWidget, kind: str) -> None:
    """Gives a widget the looks of a kind of the style sheet, also when it had another before."""
    widget.setProperty("kind", kind)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def palette(colours: Colours) -> QPalette:
    made = QPalette()
    role = QPalette.ColorRole
    for which, value in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.surface),
        (role.AlternateBase, colours.window),
        (role.Text, colours.text),
        (role.Button, colours.surface),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.error_text),
        (role.ToolTipBase, colours.raised),
        (role.ToolTipText, colours.text),
        (role.PlaceholderText, colours.muted),
        (role.Highlight, colours.selection),
        (role.HighlightedText, colours.on_selection),
        (role.Accent, colours.accent),
        (role.Link, colours.info_text),
        (role.LinkVisited, colours.info_text),
        (role.Mid, colours.border),
        (role.Light, colours.surface),
        (role.Dark, colours.control_border),
    ):
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.muted))
    return made
