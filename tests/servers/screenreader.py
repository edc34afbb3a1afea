"""What a screen reader is told about a program: its controls by name, where they are and how they stand.

So a test finds what a person finds, with no way into the program. It speaks AT-SPI 2, the accessibility bus of Linux.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import MessageType

# What makes Qt speak on the accessibility bus, although no screen reader was switched on for the session.
SPOKEN: Final = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}

_ROOT: Final = "/org/a11y/atspi/accessible/root"
_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_CHECKED, _ENABLED, _FOCUSED, _SHOWING = 4, 8, 12, 25
_ON_THE_SCREEN: Final = 0
_ANSWER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Control:
    """`at`: its middle on the screen. `text`: what is entered in it; dots for a secret."""

    name: str
    role: str
    at: tuple[int, int]
    is_enabled: bool
    is_focused: bool
    is_checked: bool
    text: str


class ScreenReader:
    """Reads the programs of one session; `address` is that of its bus."""

    def __init__(self, address: str) -> None:
        self._bus: DBusConnection
        with open_dbus_connection(address) as session:
            launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            reply = session.send_and_get_reply(new_method_call(launcher, "GetAddress"), timeout=_ANSWER_SECONDS)
        self._bus = open_dbus_connection(reply.body[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.close()

    def controls(self) -> list[Control]:
        """All that can be seen now, in the order of the program."""
        return list(self._below("org.a11y.atspi.Registry", _ROOT))

    def find(self, name: str, role: str = "") -> Control | None:
        """The first one whose name begins so."""
        found = (each for each in self.controls() if each.name.startswith(name) and role in {"", each.role})
        return next(found, None)

    def _below(self, program: str, path: str) -> Iterator[Control]:
        for child_program, child in self._call(program, path, _ACCESSIBLE, "GetChildren", default=()):
            states = self._states(child_program, child)
            if path == _ROOT or _SHOWING in states:
                yield self._control(child_program, child, states)
                yield from self._below(child_program, child)

    def _control(self, program: str, path: str, states: set[int]) -> Control:
        x, y, width, height = self._call(
            program, path, "org.a11y.atspi.Component", "GetExtents", "u", (_ON_THE_SCREEN,), default=(0, 0, 0, 0)
        )
        return Control(
            name=self._property(program, path, "Name"),
            role=self._call(program, path, _ACCESSIBLE, "GetRoleName", default=""),
            at=(x + width // 2, y + height // 2),
            is_enabled=_ENABLED in states,
            is_focused=_FOCUSED in states,
            is_checked=_CHECKED in states,
            text=self._call(program, path, "org.a11y.atspi.Text", "GetText", "ii", (0, -1), default=""),
        )

    def _states(self, program: str, path: str) -> set[int]:
        low, high = self._call(program, path, _ACCESSIBLE, "GetState", default=(0, 0))
        bits = low | high << 32
        return {number for number in range(64) if bits >> number & 1}

    def _property(self, program: str, path: str, name: str) -> str:
        address = DBusAddress(path, program, _ACCESSIBLE)
        reply = self._bus.send_and_get_reply(Properties(address).get(name), timeout=_ANSWER_SECONDS)
        return "" if reply.header.message_type is MessageType.error else str(reply.body[0][1])

    def _call(
        self, program: str, path: str, interface: str, method: str, signature: str = "", body: tuple[Any, ...] = (),
        *, default: Any,
    ) -> Any:  # fmt: skip
        """`default` for what is gone meanwhile, or does not know the method."""
        message = new_method_call(DBusAddress(path, program, interface), method, signature or None, body)
        reply = self._bus.send_and_get_reply(message, timeout=_ANSWER_SECONDS)
        return default if reply.header.message_type is MessageType.error else reply.body[0]
