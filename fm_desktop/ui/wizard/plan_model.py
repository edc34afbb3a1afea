"""The lines of a preview as a table, however many there are."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from fm_desktop.model.items import Kind
from fm_desktop.model.times import Timed
from fm_desktop.onboarding.steps import is_message
from fm_desktop.port import Side
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import PlannedLine
from fm_desktop.ui.moments import Moments
from fm_desktop.ui.texts import N_, tr
from fm_desktop.ui.told import heading, told
from fm_desktop.ui.widgets.texts import plain_tip

_HEADS: Final = (N_("What happens"), N_("Title"), N_("When"))
_DOES: Final = {
    (Side.CRM, Verb.CREATE): N_("Add to ForceManager"),
    (Side.CRM, Verb.UPDATE): N_("Change in ForceManager"),
    (Side.CRM, Verb.DELETE): N_("Remove from ForceManager"),
    (Side.PROVIDER, Verb.CREATE): N_("Add to the calendar"),
    (Side.PROVIDER, Verb.UPDATE): N_("Change in the calendar"),
    (Side.PROVIDER, Verb.DELETE): N_("Remove from the calendar"),
}
_Index = QModelIndex | QPersistentModelIndex


class PlanModel(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: tuple[PlannedLine, ...] = ()
        self._moments = Moments()

    def show(self, lines: tuple[PlannedLine, ...]) -> None:
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name and default
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name and default
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(_HEADS[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (_action(line), heading(line.title) or tr("(no title)"), self._when(line))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(told(line.held or line.why))
        return None

    def _when(self, line: PlannedLine) -> str:
        if line.shown is None or line.shown.span is None:
            return ""
        start = line.shown.span.start
        return self._moments.moment(start.instant) if isinstance(start, Timed) else self._moments.short_day(start)


def _action(line: PlannedLine) -> str:
    if is_message(line):
        return tr("Log e-mail")
    action = tr(_DOES[line.side, line.verb])
    assert line.shown is not None
    return tr("{action} (task)", action=action) if line.shown.kind is Kind.TASK else action
