"""What setting up asks the two sides. Each step is for a thread of its own: it takes values and returns values.

Nothing is written to either side. All raise the port's errors; a step that is cancelled may simply be left alone.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Collection, Iterator
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
from fm_desktop.port import Collection as CalendarCollection
from fm_desktop.port import Refused, Side
from fm_desktop.provided import Access, calendar_service, mail_source
from fm_desktop.runner import Runner
from fm_desktop.settings import CrmSettings, ProviderSettings, Settings
from fm_desktop.signing import Grant
from fm_desktop.sync.control import Channel
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
class SignedIn:
    """What the provider's account holds: the calendars and the names of the mail folders, of what is wanted.

    `grant`: what signing in with the browser brought, None for a password.
    """

    calendars: tuple[CalendarCollection, ...]
    folders: tuple[str, ...]
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the first sync would write, and in which order."""

    lines: tuple[PlannedLine, ...]

    def count(self, side: Side, verb: Verb | None = None) -> int:
        """Writes of events and tasks to a side that are not held."""
        items = (each for each in self.lines if not is_message(each) and not each.held)
        return sum(1 for each in items if each.side is side and verb in (None, each.verb))

    @property
    def messages(self) -> int:
        """Records of e-mail in ForceManager."""
        return sum(1 for each in self.lines if is_message(each))

    @property
    def held(self) -> int:
        return sum(1 for each in self.lines if each.held)


def is_message(line: PlannedLine) -> bool:
    """Whether a line of the plan logs e-mail: only an event or a task has something to show of itself."""
    return line.shown is None


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


def sign_in_provider(
    provider: ProviderSettings, channels: Collection[Channel], access: Access, zone: str, quirks: str | None
) -> SignedIn:
    """Signs in to the calendar service and to the mailbox, those that are wanted."""
    calendars = _calendars(provider, access, zone, quirks) if Channel.CALENDAR in channels else ()
    return SignedIn(calendars, _mail_folders(provider, access) if Channel.EMAIL in channels else ())


def _calendars(
    provider: ProviderSettings, access: Access, zone: str, quirks: str | None
) -> tuple[CalendarCollection, ...]:
    service = calendar_service(provider, access, user_zone=zone, quirks=quirks)
    try:
        service.connect()
        found = service.collections()
    finally:
        service.close()
    if not found:
        raise Refused(
            f"{provider.user} has no calendar at this service.", "Make a calendar there first, then sign in again."
        )
    return found


def _mail_folders(provider: ProviderSettings, access: Access) -> tuple[str, ...]:
    source = mail_source(provider, access)
    if source is None:
        return ()
    try:
        return tuple(each.name for each in source.folders())
    finally:
        source.close()


def preview(
    settings: Settings, credentials: Credentials, grant: Grant | None, paths: Paths, ending: threading.Event
) -> Preview:
    """The plan of the first sync. Everything it read is forgotten afterwards, whatever happens.

    Raises `CredentialError`, `UnknownCalendar`, `OSError` too.
    """
    with _passing_state(paths) as passing:
        tokens = grant.tokens if grant is not None else None
        runner = Runner(passing, settings, Connector(passing, settings, credentials, Redactor(), tokens))
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
