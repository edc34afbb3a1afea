"""What setting up asks the two sides. Each step is for a thread of its own: it takes values and returns values.

Nothing is written to either side. All raise the port's errors; a step that is cancelled may simply be left alone.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials, Secret
from fm_desktop.crm.account import User, context_for, find_user
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.port import Collection, Refused, Side
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.runner import Runner
from fm_desktop.settings import CalDavSettings, CrmSettings, Settings
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import PlannedLine

_PREVIEW_PREFIX = "preview-"


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """The user at ForceManager. `zone_is_ours`: ForceManager names none, so this computer's was taken."""

    user: User
    zone: str
    zone_is_ours: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What the first sync would write, and in which order."""

    lines: tuple[PlannedLine, ...]

    def count(self, side: Side, verb: Verb | None = None) -> int:
        """Writes to a side that are not held."""
        return sum(1 for each in self.lines if each.side is side and not each.held and verb in (None, each.verb))

    @property
    def held(self) -> int:
        return sum(1 for each in self.lines if each.held)


def sign_in_crm(crm: CrmSettings, private_key: Secret, ending: threading.Event) -> CrmAccount:
    """Signs in to ForceManager and finds the user there."""
    budget = Budget(crm.requests_per_second)
    with CrmClient(crm.url, crm.public_key, private_key.reveal(), budget, cancel=ending) as client:
        user = find_user(client, crm.user)
        try:
            return CrmAccount(user, context_for(client, user, crm.time_zone or "").zone, zone_is_ours=False)
        except Refused:
            return CrmAccount(user, context_for(client, user, local_zone()).zone, zone_is_ours=True)


def local_zone() -> str:
    """The IANA zone of this computer."""
    import tzlocal

    return str(tzlocal.get_localzone_name())


def sign_in_calendar(caldav: CalDavSettings, password: Secret, zone: str, quirks: str | None) -> tuple[Collection, ...]:
    """Signs in to the calendar service and lists the calendars."""
    provider = CalDavProvider(caldav.url, caldav.user, password.reveal(), user_zone=zone, quirks=quirks)
    try:
        provider.connect()
        found = provider.collections()
    finally:
        provider.close()
    if not found:
        raise Refused(
            f"{caldav.user} has no calendar at this service.", "Make a calendar there first, then sign in again."
        )
    return found


def preview(settings: Settings, credentials: Credentials, paths: Paths, ending: threading.Event) -> Preview:
    """The plan of the first sync. Everything it read is forgotten afterwards, whatever happens.

    Raises `CredentialError`, `UnknownCalendar`, `OSError` too.
    """
    with _passing_state(paths) as passing:
        runner = Runner(passing, settings, Connector(passing, settings, credentials, Redactor()))
        try:
            report = runner.cycle(ending, dry_run=True)
        finally:
            runner.close()
    if report.error is not None:
        raise report.error
    return Preview(report.plan)


def sweep(paths: Paths) -> None:
    """Removes what a preview left behind whose process was ended in the middle."""
    for each in paths.state.glob(f"{_PREVIEW_PREFIX}*"):
        shutil.rmtree(each, ignore_errors=True)


@contextmanager
def _passing_state(paths: Paths) -> Iterator[Paths]:
    """A state of its own, beside the real one and for its owner only: it holds the user's meetings."""
    paths.make()
    folder = Path(tempfile.mkdtemp(prefix=_PREVIEW_PREFIX, dir=paths.state))
    passing = Paths(folder, folder / "state", folder / "logs")
    try:
        passing.make()
        yield passing
    finally:
        shutil.rmtree(folder, ignore_errors=True)
