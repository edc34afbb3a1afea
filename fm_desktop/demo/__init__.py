"""`fm-desktop demo`: the main job from end to end, on a ForceManager sandbox, a real calendar and a real mail server.

All that it says was done is read back from these servers by code of its own.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from fm_desktop import logs
from fm_desktop.demo.afterwards import ending, keep_in_step, look_around
from fm_desktop.demo.forcemanager import ForceManager
from fm_desktop.demo.mail_play import MailPlay
from fm_desktop.demo.opening import Days
from fm_desktop.demo.phone import Phone
from fm_desktop.demo.play import Play
from fm_desktop.demo.servers import USER
from fm_desktop.demo.stage import Stage
from fm_desktop.demo.table import say
from fm_desktop.sandbox.sample import MAIN_USER

FOLDER = Path(".demo")


def run(folder: Path = FOLDER, *, keep: bool = False) -> int:
    """Plays the demo below `folder`; with `keep` the servers then stay, kept in step, until Ctrl-C.

    Returns 0 if all that was read back is as it must be, else 1. Raises `UsageError`, `OSError`,
    `KeyboardInterrupt`, and what `Profile` raises; the servers are stopped in any case.
    """
    began = time.monotonic()
    with ExitStack() as resources:
        resources.enter_context(_ended_by_signals())
        resources.enter_context(_own_logs())
        stage = resources.enter_context(Stage(folder))
        sandbox, calendar = stage.sandbox, stage.calendar
        crm = ForceManager(sandbox.url, sandbox.public_key, sandbox.private_key, MAIN_USER)
        resources.callback(crm.close)
        phone = Phone(calendar.url, USER, calendar.password)
        resources.callback(phone.close)
        mail = MailPlay(stage, crm, Days.now())
        resources.callback(mail.close)
        play = Play(stage, crm, phone, mail)
        checks = play.play()
        say(ending(checks, time.monotonic() - began), look_around(stage, mail, keep=keep))
        if keep:
            keep_in_step(play.profile)
    return 1 if any(each.problems for each in checks) else 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A request to end, however it comes, unwinds the demo so that its servers are stopped; a second one
    while that happens is not heeded."""
    numbers = [each for name in ("SIGINT", "SIGTERM", "SIGHUP") if (each := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}

    def end(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _own_logs() -> Iterator[None]:
    """The program logs into the demo's own home, and no longer than the demo runs."""
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield
    finally:
        for handler in [each for each in root.handlers if each not in before]:
            logs.stop(handler)
