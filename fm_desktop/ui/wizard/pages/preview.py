"""What the first sync would do, counted and listed, before anything is written."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.steps import Preview
from fm_desktop.port import Side
from fm_desktop.sync.plan import Verb
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.theme import Space, Tone, Type
from fm_desktop.ui.widgets import Banner, Card, EmptyState, Label, Shape, empty_layout
from fm_desktop.ui.wizard.pages.page import WizardPage
from fm_desktop.ui.wizard.plan_model import PlanModel

_ROWS_SHOWN: Final = 8


class PreviewPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(model, tr("What the first sync will do"), tr("Nothing has been written yet."), is_wide=True)
        self.summary = Card()
        self.summary.body.setSpacing(Space.S)
        self.summary.hide()
        self.plan = PlanModel(self)
        self.table = self._table()
        self.table.hide()
        self._loaded: Preview | None = None
        self.column.addWidget(self.summary)
        self.column.addWidget(self.table, 1)
        self.column.addStretch(0)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.plan)
        table.setAccessibleName(tr("Everything the first sync will write"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 2 * Space.S)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(_ROWS_SHOWN * table.verticalHeader().defaultSectionSize() // 2)
        return table

    @property
    def next_text(self) -> str:
        return tr("&Start syncing")

    @property
    def focus_target(self) -> QWidget | None:
        return None

    def load(self) -> None:
        preview = self.model.preview
        if preview is self._loaded and preview is not None:
            return
        self._loaded = preview
        empty_layout(self.summary.body)
        self.summary.setVisible(preview is not None)
        self.table.setVisible(preview is not None and bool(preview.lines))
        self.plan.show(preview.lines if preview is not None else ())
        if preview is None:
            return
        if not preview.lines:
            self.summary.add(
                EmptyState(
                    tr("Both sides are in step already"),
                    tr("There is nothing to write now. From here on, changes travel by themselves."),
                    shape=Shape.OK,
                )
            )
            return
        self._count(preview)

    def _count(self, preview: Preview) -> None:
        for number, sentence in (
            (preview.count(Side.CRM, Verb.CREATE), tr("to be added to ForceManager")),
            (preview.count(Side.PROVIDER, Verb.CREATE), tr("to be added to your calendar")),
            (preview.count(Side.CRM, Verb.UPDATE), tr("to be changed in ForceManager")),
            (preview.count(Side.PROVIDER, Verb.UPDATE), tr("to be changed in your calendar")),
            (preview.count(Side.CRM, Verb.DELETE), tr("to be removed from ForceManager")),
            (preview.count(Side.PROVIDER, Verb.DELETE), tr("to be removed from your calendar")),
        ):
            if number:
                items = trn("{n} event or task", "{n} events and tasks", number)
                self.summary.add(Label(f"{items} {sentence}", Type.STRONG))
        if preview.messages:
            self.summary.add(
                Label(
                    trn(
                        "{n} e-mail record to be made in ForceManager",
                        "{n} e-mail records to be made in ForceManager",
                        preview.messages,
                    ),
                    Type.STRONG,
                )
            )
        if preview.held:
            self.summary.add(
                Banner(
                    Tone.WARNING,
                    trn("{n} write will wait for your word.", "{n} writes will wait for your word.", preview.held),
                    tr("You decide about them in the window of FM Desktop."),
                )
            )
        self.summary.add(
            Label(tr("What is nearest to today comes first. You can go on working meanwhile."), kind="muted")
        )
