"""The style sheet over Qt's Fusion style: only what carries a `kind`, and the controls people press."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import TYPE_CHECKING

from fm_desktop.resources import path_of

if TYPE_CHECKING:
    from fm_desktop.ui.theme import Colours

# Borders are two pixels wide where a control can have the focus, so that showing it moves nothing.
_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QFrame[kind="card"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[kind="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[kind="banner-info"] { background: $info_ground; border: none; border-radius: 8px; }
QFrame[kind="banner-ok"] { background: $ok_ground; border: none; border-radius: 8px; }
QFrame[kind="banner-warning"] { background: $warning_ground; border: none; border-radius: 8px; }
QFrame[kind="banner-error"] { background: $error_ground; border: none; border-radius: 8px; }
QWidget[kind="sidebar"] { background: $sidebar; }
QWidget[kind="page"], QScrollArea[kind="page"], QScrollArea[kind="page"] > QWidget > QWidget[kind="page-body"]
  { background: $window; border: none; }
QScrollArea[kind="plain"], QScrollArea[kind="plain"] > QWidget > QWidget { background: transparent; border: none; }

QLabel[kind="muted"] { color: $muted; }
QLabel[kind="error"] { color: $error_text; }
QLabel[kind="warning"] { color: $warning_text; }
QLabel[kind="on-banner"] { color: $text; }

QPushButton {
  background: $surface; color: $text; border: 1px solid $control_border; border-radius: 6px;
  padding: 6px 13px; min-height: 18px;
}
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $focus; padding: 5px 12px; }
QPushButton:disabled { color: $muted; background: $window; border-color: $border; }
QPushButton[kind="primary"], QPushButton:default {
  background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
}
QPushButton[kind="primary"]:hover, QPushButton:default:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus, QPushButton:default:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled, QPushButton:default:disabled
  { color: $muted; background: $window; border: 1px solid $border; }
QPushButton[kind="danger"] { color: $error_text; border-color: $error_text; }
QPushButton[kind="danger"]:hover { background: $error_ground; }
QPushButton[kind="danger"]:disabled { color: $muted; border-color: $border; }
QPushButton[kind="quiet"] { background: transparent; border: 1px solid transparent; color: $info_text; }
QPushButton[kind="quiet"]:hover { background: $raised; }
QPushButton[kind="quiet"]:focus { border: 2px solid $focus; }
QPushButton[kind="quiet"]:disabled { color: $muted; }
QPushButton::menu-indicator { subcontrol-position: right center; subcontrol-origin: padding; right: 6px; }
QPushButton[kind="menu"] { padding-right: 26px; }

QPushButton[kind="navigation"] {
  background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 8px 12px 8px 38px;
  text-align: left; color: $text;
}
QPushButton[kind="navigation"]:hover { background: $border; }
QPushButton[kind="navigation"]:checked { background: $sidebar_chosen; color: $text; font-weight: 600; }
QPushButton[kind="navigation"]:focus { border-color: $focus; }

QLineEdit, QPlainTextEdit, QTextEdit {
  background: $surface; color: $text; border: 1px solid $control_border; border-radius: 6px; padding: 5px 8px;
  selection-background-color: $selection; selection-color: $on_selection;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus; padding: 4px 7px; }
QLineEdit:disabled { color: $muted; background: $window; border-color: $border; }
QComboBox, QSpinBox, QTimeEdit {
  background: $surface; color: $text; border: 1px solid $control_border; border-radius: 6px;
  padding: 4px 24px 4px 8px; min-height: 20px; selection-background-color: $selection; selection-color: $on_selection;
}
QSpinBox, QTimeEdit { padding-right: 8px; }
QSpinBox QLineEdit, QTimeEdit QLineEdit, QSpinBox QLineEdit:focus, QTimeEdit QLineEdit:focus
  { background: transparent; border: none; padding: 0; }
QComboBox:focus, QSpinBox:focus, QTimeEdit:focus { border: 2px solid $focus; padding: 3px 23px 3px 7px; }
QSpinBox:focus, QTimeEdit:focus { padding-right: 7px; }
QComboBox:disabled, QSpinBox:disabled, QTimeEdit:disabled
  { color: $muted; background: $window; border-color: $border; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow, QSpinBox::down-arrow, QTimeEdit::down-arrow { image: url("$down"); width: 12px; height: 12px; }
QSpinBox::up-arrow, QTimeEdit::up-arrow { image: url("$up"); width: 12px; height: 12px; }
QSpinBox::up-button, QTimeEdit::up-button
  { subcontrol-origin: border; subcontrol-position: top right; width: 22px; border: none; margin: 2px 2px 0 0; }
QSpinBox::down-button, QTimeEdit::down-button
  { subcontrol-origin: border; subcontrol-position: bottom right; width: 22px; border: none; margin: 0 2px 2px 0; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover, QTimeEdit::up-button:hover, QTimeEdit::down-button:hover
  { background: $raised; border-radius: 4px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; outline: 0; padding: 4px; }

QCheckBox, QRadioButton { border: 2px solid transparent; border-radius: 6px; padding: 2px 4px; spacing: 8px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $muted; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 16px; height: 16px; background: $surface; border: 1px solid $control_border; border-radius: 4px;
}
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QRadioButton::indicator:checked { width: 8px; height: 8px; background: $on_accent; border: 5px solid $accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border; background: $window; }

QTableView, QListView, QTreeView {
  background: $surface; alternate-background-color: $window; border: 1px solid $border; border-radius: 8px;
  selection-background-color: $selection; selection-color: $on_selection; gridline-color: $border; outline: 0;
}
QTableView:focus, QListView:focus, QTreeView:focus { border: 2px solid $focus; }
QTableView::item, QListView::item { padding: 5px 8px; border: none; }
QTableView::item:selected, QListView::item:selected { background: $selection; color: $on_selection; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
  background: $surface; color: $muted; border: none; border-bottom: 1px solid $border; padding: 6px 11px;
  text-align: left;
}
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 22px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $on_selection; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QProgressBar { background: $raised; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QSplitter::handle { background: $window; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scroll; border-radius: 3px; margin: 3px; }
QScrollBar::handle:hover { background: $control_border; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
""")


def stylesheet(colours: Colours, scheme: str) -> str:
    """`scheme` is `light` or `dark`: arrows are pictures, as a style sheet cannot colour them."""
    arrows = {name: path_of(f"controls/{name}-{scheme}.svg").as_posix() for name in ("up", "down", "tick")}
    return _SHEET.substitute(asdict(colours), **arrows)
