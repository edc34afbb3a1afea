"""Notifications of the freedesktop specification, over the session bus.

Qt cannot do it: its tray messages carry no actions there, so that a click never comes back, and its D-Bus cannot
send an unsigned number from Python. Everything is done in one thread, which waits for notes and for the
daemon's signals on the same queue.
"""

from __future__ import annotations

import html
import logging
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal, Slot

from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.texts import tr

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.threading import DBusConnection, DBusRouter

_log = logging.getLogger(__name__)

SERVICE: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
APP_NAME: Final = "FM Desktop"
DESKTOP_ENTRY: Final = "fm-desktop"
# A daemon that does not answer must not hold up what could be shown in another way.
ANSWER_SECONDS: Final = 5.0
NORMAL_URGENCY: Final = 1
BY_THE_DAEMON: Final = -1
DEFAULT_ACTION: Final = "default"


@dataclass(frozen=True, slots=True)
class _Request:
    note: Note
    otherwise: Callable[[Note], None]


class DBusNotifier(QObject):
    """See `Notifier`. The bus is first spoken to with the first note."""

    _was_clicked = Signal(object)
    _not_shown = Signal(object)

    def __init__(self, icon: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clicked: Callable[[Note], None] = _ignore
        self._speaker = _Speaker(icon, self._was_clicked.emit, self._not_shown.emit)
        self._was_clicked.connect(self._click)
        self._not_shown.connect(self._give_up)

    def show(self, note: Note, otherwise: Callable[[Note], None]) -> None:
        self._speaker.say(_Request(note, otherwise))

    def close(self) -> None:
        self._speaker.end()

    @Slot(object)
    def _click(self, note: Note) -> None:
        self.clicked(note)

    @Slot(object)
    def _give_up(self, request: _Request) -> None:
        request.otherwise(request.note)


def _ignore(_note: Note) -> None:
    """Nobody listens."""


class _Speaker:
    """The thread that talks to the daemon."""

    def __init__(self, icon: Path, clicked: Callable[[Note], object], not_shown: Callable[[_Request], object]) -> None:
        self._icon = icon
        self._clicked = clicked
        self._not_shown = not_shown
        self._inbox: queue.Queue[_Request | Message | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._bus: _Bus | None = None
        self._shown: dict[int, Note] = {}

    def say(self, request: _Request) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
            self._thread.start()
        self._inbox.put(request)

    def end(self) -> None:
        self._inbox.put(None)

    def _run(self) -> None:
        while (item := self._inbox.get()) is not None:
            if isinstance(item, _Request):
                self._show(item)
            else:
                self._hear(item)
        self._hang_up()

    def _show(self, request: _Request) -> None:
        was_connected = self._bus is not None
        try:
            number = self._notify(request.note)
        except Exception as error:  # noqa: BLE001 - no bus, no daemon, an odd answer: it is shown in another way
            self._hang_up()
            if was_connected:  # the bus was restarted, perhaps
                self._show(request)
                return
            _log.info("The notification service showed nothing: %r", error)
            self._not_shown(request)
        else:
            self._shown[number] = request.note

    def _notify(self, note: Note) -> int:
        if self._bus is None:
            self._bus = _Bus(self._inbox)
        before = next((number for number, each in self._shown.items() if each.topic == note.topic), 0)
        number = self._bus.call("Notify", "susssasa{sv}i", request(note, before, self._bus.capabilities, self._icon))[0]
        return int(number)

    def _hear(self, message: Message) -> None:
        from jeepney import HeaderFields

        member, number = message.header.fields.get(HeaderFields.member), message.body[0]
        note = self._shown.get(number)
        if member == "NotificationClosed":
            self._shown.pop(number, None)
        elif member == "ActionInvoked" and note is not None:
            self._clicked(note)

    def _hang_up(self) -> None:
        if self._bus is not None:
            self._bus.close()
            self._bus = None


def request(note: Note, replaces: int, capabilities: Collection[str], icon: Path) -> tuple[Any, ...]:
    """The arguments of `Notify`: only what the daemon said it can do."""
    text = html.escape(note.text, quote=False) if "body-markup" in capabilities else note.text
    actions = [DEFAULT_ACTION, tr("Show")] if "actions" in capabilities else []
    hints = {"desktop-entry": ("s", DESKTOP_ENTRY), "urgency": ("y", NORMAL_URGENCY)}
    return APP_NAME, replaces, str(icon), note.title, text, actions, hints, BY_THE_DAEMON


class _Bus:
    """A connection that puts the daemon's signals into a queue. Raises what jeepney raises, and `OSError`."""

    def __init__(self, inbox: queue.Queue[Any]) -> None:
        from jeepney import MatchRule, message_bus
        from jeepney.io.threading import DBusRouter, Proxy, open_dbus_connection

        self._connection: DBusConnection = open_dbus_connection("SESSION")
        self._router: DBusRouter = DBusRouter(self._connection)
        rule = MatchRule(type="signal", interface=SERVICE, path=PATH)
        self._filter = self._router.filter(rule, queue=inbox)
        try:
            Proxy(message_bus, self._router, timeout=ANSWER_SECONDS).AddMatch(rule)
            self.capabilities = frozenset(self.call("GetCapabilities", "", ())[0])
        except BaseException:
            self.close()
            raise

    def call(self, method: str, signature: str, body: tuple[Any, ...]) -> tuple[Any, ...]:
        from jeepney import DBusAddress, new_method_call
        from jeepney.wrappers import unwrap_msg

        address = DBusAddress(PATH, bus_name=SERVICE, interface=SERVICE)
        message = new_method_call(address, method, signature or None, body)
        answer: tuple[Any, ...] = unwrap_msg(self._router.send_and_get_reply(message, timeout=ANSWER_SECONDS))
        return answer

    def close(self) -> None:
        self._filter.close()
        self._router.close()
        self._connection.close()
