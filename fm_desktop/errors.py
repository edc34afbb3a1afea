"""The one place where an error becomes a sentence, a next step and an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from fm_desktop.credentials import CredentialError
from fm_desktop.logs import cleaned
from fm_desktop.port import Malformed, PortError, Refused, SignInNeeded, Throttled, Unreachable
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.calendars import UnknownCalendar
from fm_desktop.sync.held import NothingHeld
from fm_desktop.sync.mail.conversations import NoConversation
from fm_desktop.sync.retry import NothingToRetry
from fm_desktop.sync.store import StoreError
from fm_desktop.sync.undo import CannotUndo


class ExitCode(IntEnum):
    """Of the command `fm-desktop` (design 6)."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    SIGN_IN = 3
    UNREACHABLE = 4
    INTERRUPTED = 130


class UsageError(Exception):
    """What was asked for cannot be done as it was asked; `str(error)` says why, `next_step` what can."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class Busy(Exception):
    """Another process syncs this profile at the moment."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.next_step = "Wait until it is done, or end it, and run the command again."


@dataclass(frozen=True, slots=True)
class Explained:
    message: str
    next_step: str
    exit_code: ExitCode


# The first that fits counts, so that special ones stand before what they are a kind of.
_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (SettingsError, ExitCode.USAGE),
    (UsageError, ExitCode.USAGE),
    (UnknownCalendar, ExitCode.USAGE),
    (CannotUndo, ExitCode.USAGE),
    (NothingToRetry, ExitCode.USAGE),
    (NoConversation, ExitCode.USAGE),
    (NothingHeld, ExitCode.USAGE),
    (CredentialError, ExitCode.SIGN_IN),
    (SignInNeeded, ExitCode.SIGN_IN),
    (Unreachable, ExitCode.UNREACHABLE),
    (Throttled, ExitCode.UNREACHABLE),
    (Malformed, ExitCode.PROBLEMS),
    (Refused, ExitCode.USAGE),
    (PortError, ExitCode.PROBLEMS),
    (StoreError, ExitCode.PROBLEMS),
    (Busy, ExitCode.PROBLEMS),
)


def explained(error: Exception) -> Explained | None:
    """What to tell a person about an error; None for one that nobody foresaw: a defect, to be seen whole."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Explained(cleaned(str(error)), getattr(error, "next_step", ""), code)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Explained(
            f"This computer refused a file: {error.strerror or error}{where}.",
            "Check the free space of the disk and who may write there.",
            ExitCode.PROBLEMS,
        )
    return None
