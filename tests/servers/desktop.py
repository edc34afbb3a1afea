"""A whole desktop without a screen: an X server, a session bus, a window manager, a panel with a tray of either kind,
a notification daemon and a keychain. Everything lives in one folder, and only what was started here is ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from PySide6.QtGui import QColor, QImage

PATIENCE = 20.0
_TICK = 0.05
PASSWORD = "keychain"
LOGIN = "/org/freedesktop/secrets/collection/login"

_TINT2 = """panel_items = S
panel_size = 100% 32
panel_position = bottom center horizontal
panel_background_id = 0
systray_icon_size = 22
"""
_XFCE = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=10;x=0;y=0"/>
      <property name="length" type="uint" value="100"/><property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray"><property name="square-icons" type="bool" value="true"/></property>
  </property>
</channel>
"""


class Panel(StrEnum):
    """The two kinds of trays on X: the old one of embedded windows, and icons named over the bus."""

    XEMBED = "tint2"
    SNI = "xfce4-panel"


class Keychain(StrEnum):
    UNLOCKED = "unlocked"
    LOCKED = "locked"
    ABSENT = "absent"


@dataclass(slots=True)
class Desktop:
    """`with Desktop() as desktop: ...`; programs are started with `desktop.environment`."""

    panel: Panel | None = Panel.XEMBED
    keychain: Keychain = Keychain.ABSENT
    environment: dict[str, str] = field(init=False, default_factory=dict)
    _folder: Path = field(init=False)
    _running: list[subprocess.Popen[bytes]] = field(init=False, default_factory=list)
    _panel: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _notifications: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        # Not under pytest's folder: the path of a socket may be 107 characters long.
        self._folder = Path(tempfile.mkdtemp(prefix="desktop-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._running):
            _end(process)
        shutil.rmtree(self._folder, ignore_errors=True)

    # --- starting ---

    def _start(self) -> None:
        home = self._folder / "home"
        for folder in (home / ".config", home / ".cache", home / ".local/share", self._folder / "run"):
            folder.mkdir(parents=True, mode=0o700)
        kept = {name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "XAUTHORITY"}}
        # Complete before the bus is started: what the bus starts inherits it from there.
        self.environment = {
            **kept,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_RUNTIME_DIR": str(self._folder / "run"),
            "XDG_CURRENT_DESKTOP": "XFCE",
            "NO_AT_BRIDGE": "1",
            "QT_QPA_PLATFORM": "xcb",
            "LANG": "C.UTF-8",
        }
        self.environment["DISPLAY"] = self._start_screen()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._start_bus()
        self._start_window_manager()
        self.start_notifications()
        if self.keychain is not Keychain.ABSENT:
            self._start_keychain()
        if self.panel is not None:
            self.start_panel(self.panel)

    def _start_screen(self) -> str:
        ours, theirs = os.pipe()
        command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
        self._run(command, pass_fds=[theirs])
        os.close(theirs)
        with os.fdopen(ours) as answer:
            return f":{answer.readline().strip()}"

    def _start_window_manager(self) -> None:
        """Returns once it takes care of windows: one of a panel that comes while it is starting is never shown."""
        running = self._folder / "openbox-runs"
        self._run(["openbox", "--startup", f"touch {running}"])
        self.until(running.exists, "a window manager")

    def _start_bus(self) -> str:
        ours, theirs = os.pipe()
        self._run(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--print-address={theirs}"], pass_fds=[theirs]
        )
        os.close(theirs)
        with os.fdopen(ours) as answer:
            return answer.readline().strip()

    def _start_keychain(self) -> None:
        process = self._run(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], stdin=subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(PASSWORD.encode())
        process.stdin.close()
        self.until(lambda: self.has_name("org.freedesktop.secrets"), "a keychain")
        self.until(
            lambda: self.call("org.freedesktop.secrets", LOGIN, "org.freedesktop.DBus.Peer.Ping"), "its collection"
        )
        if self.keychain is Keychain.LOCKED:
            self.lock_keychain()

    def start_notifications(self) -> None:
        self._notifications = self._run(["dunst"])
        self.until(lambda: self.has_name("org.freedesktop.Notifications"), "a notification daemon")

    def stop_notifications(self) -> None:
        assert self._notifications is not None
        _end(self._notifications)
        self._notifications = None

    def start_panel(self, panel: Panel) -> None:
        """Shows a panel with a tray; returns when there is one."""
        if panel is Panel.XEMBED:
            config = self._folder / "tint2rc"
            config.write_text(_TINT2, encoding="utf-8")
            self._panel = self._run(["tint2", "-c", str(config)])
            self.until(lambda: self.windows("--class", "tint2"), "the panel")
            return
        folder = Path(self.environment["XDG_CONFIG_HOME"]) / "xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "xfce4-panel.xml").write_text(_XFCE, encoding="utf-8")
        self._panel = self._run(["xfce4-panel", "--disable-wm-check"])
        self.until(lambda: self.has_name("org.kde.StatusNotifierWatcher"), "the panel")

    def stop_panel(self) -> None:
        assert self._panel is not None
        _end(self._panel)
        self._panel = None

    def icons(self) -> int:
        """How many icons the panel of embedded windows has taken in so far."""
        return sum(path.read_text(errors="replace").count("add_icon") for path in self._folder.glob("*-tint2.log"))

    # --- the keychain ---

    def lock_keychain(self) -> None:
        self.call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            f"array:objpath:{LOGIN}",
        )

    # --- the bus ---

    def has_name(self, name: str) -> bool:
        answer = self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", f"string:{name}")
        return "boolean true" in answer

    def call(self, service: str, path: str, method: str, *arguments: str) -> str:
        """What it answered as text; '' for an error."""
        command = ["dbus-send", "--session", "--print-reply", f"--dest={service}", path, method, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout or (" " if done.returncode == 0 else "")

    def dunst(self, *arguments: str) -> str:
        return self.output("dunstctl", *arguments)

    def notifications(self) -> list[tuple[str, str]]:
        """(summary, body) of those on the screen and those that were, the newest first."""
        shown: list[dict[str, Any]] = json.loads(self.dunst("history"))["data"][0]
        return [(each["summary"]["data"], each["body"]["data"]) for each in shown]

    # --- the screen ---

    def output(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        return done.stdout

    def windows(self, *arguments: str) -> list[str]:
        """Ids of the windows on the screen that xdotool finds by these arguments."""
        return self.output("xdotool", "search", "--onlyvisible", *arguments).split()

    def picture(self) -> QImage:
        path = self._folder / "screen.png"
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True, timeout=PATIENCE)
        return QImage(str(path))

    def find_colour(self, colour: str) -> tuple[int, int] | None:
        """The middle of all pixels of exactly this colour, or None."""
        image = self.picture().convertToFormat(QImage.Format.Format_RGB32)
        pixels = memoryview(image.constBits()).cast("I").tolist()
        wanted, width = QColor(colour).rgb(), image.width()
        places = [index for index, pixel in enumerate(pixels) if pixel == wanted]
        if not places:
            return None
        return sum(each % width for each in places) // len(places), sum(each // width for each in places) // len(places)

    def click(self, at: tuple[int, int], button: int = 1) -> None:
        self.output("xdotool", "mousemove", str(at[0]), str(at[1]), "click", str(button))

    def press(self, *keys: str) -> None:
        self.output("xdotool", "key", "--delay", "80", *keys)

    # --- processes ---

    def until(self, is_so: Callable[[], object], what: str) -> None:
        """Waits for something that another process brings about."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not come about: {what}\n{self.logs()}")
            time.sleep(_TICK)

    def logs(self) -> str:
        texts = {path.name: path.read_text(errors="replace")[-1500:] for path in sorted(self._folder.glob("*.log"))}
        return "\n".join(f"--- {name}\n{text}" for name, text in texts.items() if text)

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A program on this desktop; it is ended with it."""
        return self._run(command, environment=environment)

    def _run(
        self,
        command: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        name = f"{len(self._running)}-{Path(command[0]).name}.log"
        with (self._folder / name).open("ab") as log:
            process = subprocess.Popen(
                command,
                env={**self.environment, **(environment or {})},
                cwd=self._folder,
                stdin=stdin,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
            )
        self._running.append(process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
