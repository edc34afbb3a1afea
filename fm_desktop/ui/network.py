"""What the system says about the network: a hint to try sooner, never a reason not to try."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QNetworkInformation


class NetworkHint(QObject):
    is_back = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_online = True

    def start(self) -> None:
        """From now on. Where the system says nothing, nothing is heard."""
        if not QNetworkInformation.loadDefaultBackend():
            return
        information = QNetworkInformation.instance()
        self._was_online = _is_online(information.reachability())
        information.reachabilityChanged.connect(self.hear)

    @Slot(QNetworkInformation.Reachability)
    def hear(self, reachability: QNetworkInformation.Reachability) -> None:
        online = _is_online(reachability)
        if online and not self._was_online:
            self.is_back.emit()
        self._was_online = online


def _is_online(reachability: QNetworkInformation.Reachability) -> bool:
    """Anything but a plain no: a company's CRM may be reached without the internet."""
    return reachability not in {
        QNetworkInformation.Reachability.Disconnected,
        QNetworkInformation.Reachability.Unknown,
    }
