"""How things stand: the page a person sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fm_desktop.credentials import Which
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.progress import Progress
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.status import Status, Trouble
from fm_desktop.ui.snapshot import WORTH_COUNTING, Face, Snapshot, Stage, face, headline
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.told import told
from fm_desktop.ui.window.present.words import Moments, channel_title

# How `fm_desktop.credentials` says that the keychain itself is the trouble.
_OF_KEYCHAIN: Final = (
    "This computer's keychain is locked",
    "This computer's keychain refused",
    "This computer has no keychain",
)


class Doing(StrEnum):
    """What the one action of a notice does."""

    NONE = ""
    SIGN_IN = "sign-in"
    SET_UP = "set-up"
    TRY_NOW = "try-now"
    SEE_HELD = "see-held"
    SEE_PROBLEMS = "see-problems"


@dataclass(frozen=True, slots=True)
class Notice:
    """`weight` is `error`, `warning` or `info`; `action` the text of the button for `doing`; `secret` what a sign-in
    is to renew."""

    weight: str
    message: str
    next_step: str = ""
    doing: Doing = Doing.NONE
    action: str = ""
    secret: Which | None = None


@dataclass(frozen=True, slots=True)
class ChannelCard:
    channel: Channel
    title: str
    face: Face
    state: str
    facts: tuple[tuple[str, str], ...]
    is_running: bool
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A progress: `done` of `total`, and what is left in words."""

    done: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class Overview:
    face: Face
    headline: str
    notices: tuple[Notice, ...]
    cards: tuple[ChannelCard, ...]
    bar: Bar | None
    can_sync: bool


class Estimate:
    """How long a first sync still takes, from how it went so far. Takes a look at each progress."""

    LOOK_BACK: Final = timedelta(minutes=3)

    def __init__(self) -> None:
        self._seen: list[tuple[datetime, int]] = []

    def left(self, progress: Progress | None, now: datetime) -> timedelta | None:
        """None while it cannot be said."""
        if progress is None:
            self._seen = []
            return None
        if self._seen and progress.done < self._seen[-1][1]:
            self._seen = []
        self._seen = [each for each in self._seen if now - each[0] <= self.LOOK_BACK]
        self._seen.append((now, progress.done))
        first_at, first_done = self._seen[0]
        gained = progress.done - first_done
        if gained <= 0 or now - first_at < timedelta(seconds=5):
            return None
        return (now - first_at) / gained * progress.left


def present(snapshot: Snapshot, now: datetime, moments: Moments, left: timedelta | None = None) -> Overview:
    return Overview(
        face=face(snapshot),
        headline=told(headline(snapshot, now)),
        notices=tuple(_notices(snapshot, now, moments)),
        cards=tuple(_card(each, snapshot, now, moments) for each in snapshot.channels),
        bar=_bar(snapshot, left),
        can_sync=snapshot.halted is None and snapshot.status is not None and not snapshot.syncing,
    )


def _notices(snapshot: Snapshot, now: datetime, moments: Moments) -> list[Notice]:
    found: list[Notice] = []
    if snapshot.stage is Stage.NOT_SET_UP:
        found.append(
            Notice(
                "info",
                tr("FM Desktop is not set up yet."),
                tr("It takes about two minutes: sign in to ForceManager and to your mail, and choose what to sync."),
                Doing.SET_UP,
                tr("Set &up…"),
            )
        )
    elif snapshot.failure is not None:
        failure = snapshot.failure
        found.append(Notice("error", told(failure.message), told(failure.next_step), Doing.TRY_NOW, tr("&Try now")))
    if snapshot.elsewhere:
        found.append(
            Notice(
                "info",
                tr("Another program on this computer syncs at the moment."),
                tr("This window shows what it does."),
            )
        )
    status = snapshot.status
    if status is None:
        return found
    if snapshot.failure is None:
        found += [_trouble(each, now, moments) for each in status.troubles()]
    found += _waiting(status)
    return found


def _trouble(trouble: Trouble, now: datetime, moments: Moments) -> Notice:
    message, next_step = told(trouble.message), told(trouble.next_step)
    if trouble.outcome is Outcome.SIGN_IN:
        if _is_of_keychain(trouble.message):
            return Notice("error", message, next_step, Doing.TRY_NOW, tr("&Try now"))
        next_step = next_step or tr("Sign in again. Nothing is lost; syncing goes on where it stopped.")
        # The two sides are told apart by what they say: ForceManager always names itself.
        secret = Which.CRM_PRIVATE_KEY if "ForceManager" in trouble.message else Which.PROVIDER_PASSWORD
        return Notice("error", message, next_step, Doing.SIGN_IN, tr("S&ign in again…"), secret)
    since = tr("Since {time}.", time=moments.near(trouble.at, now))
    next_step = f"{next_step or tr('FM Desktop keeps trying by itself.')} {since}"
    return Notice("warning", message, next_step, Doing.TRY_NOW, tr("&Try now"))


def _is_of_keychain(message: str) -> bool:
    """Signing in again would not help: the secret is there, and the keychain does not give it."""
    return message.startswith(_OF_KEYCHAIN)


def _waiting(status: Status) -> list[Notice]:
    found = []
    if status.held:
        found.append(
            Notice(
                "warning",
                trn("{n} change waits for your word.", "{n} changes wait for your word.", status.held),
                tr("Nothing happens to them before you have decided. Everything else goes on."),
                Doing.SEE_HELD,
                tr("&Decide…"),
            )
        )
    if status.problems:
        found.append(
            Notice(
                "warning",
                trn("{n} item could not be synced.", "{n} items could not be synced.", status.problems),
                tr("Each has a reason and a next step. Everything else goes on."),
                Doing.SEE_PROBLEMS,
                tr("See p&roblems"),
            )
        )
    return found


def _card(standing: Standing, snapshot: Snapshot, now: datetime, moments: Moments) -> ChannelCard:
    shown, state = _state(standing, snapshot, now, moments)
    return ChannelCard(
        channel=standing.channel,
        title=channel_title(standing.channel),
        face=shown,
        state=state,
        facts=tuple(_facts(standing, snapshot, now, moments)),
        is_running=standing.state is Running.RUNNING,
        is_stopped=standing.state is Running.STOPPED,
    )


def _state(standing: Standing, snapshot: Snapshot, now: datetime, moments: Moments) -> tuple[Face, str]:
    if standing.state is Running.STOPPED:
        return Face.STOPPED, tr("Stopped")
    if standing.state is Running.PAUSED:
        if standing.until is None:
            return Face.PAUSED, tr("Paused until you resume")
        return Face.PAUSED, tr("Paused until {time}", time=moments.soon(standing.until, now))
    trouble = None if snapshot.status is None else snapshot.status.of(standing.channel).trouble
    if snapshot.failure is not None:
        return Face.ATTENTION, tr("Cannot sync")
    if trouble is not None and trouble.outcome is Outcome.SIGN_IN:
        return Face.ATTENTION, tr("Cannot sync") if _is_of_keychain(trouble.message) else tr("Sign-in needed")
    if trouble is not None and trouble.outcome is Outcome.FAILED:
        return Face.ATTENTION, tr("Cannot sync")
    if trouble is not None:
        return Face.OFFLINE, tr("Waiting for the connection")
    if snapshot.syncing:
        return Face.SYNCING, tr("Syncing")
    return Face.OK, tr("In step")


def _facts(standing: Standing, snapshot: Snapshot, now: datetime, moments: Moments) -> list[tuple[str, str]]:
    status = snapshot.status
    last = None if status is None else status.of(standing.channel).last_success
    facts = [(tr("Last complete sync"), tr("never") if last is None else moments.near(last, now))]
    if standing.state is Running.RUNNING and snapshot.next_run is not None:
        facts.append((tr("Next sync"), tr("now") if snapshot.syncing else moments.soon(snapshot.next_run, now)))
    if standing.channel is Channel.CALENDAR and status is not None:
        facts.append((tr("Events and tasks on both sides"), trn("{n} item", "{n} items", status.linked)))
    elif status is not None:
        facts.append((tr("Logged in ForceManager"), trn("{n} message", "{n} messages", status.logged)))
    return facts


def _bar(snapshot: Snapshot, left: timedelta | None) -> Bar | None:
    progress = snapshot.progress
    if not snapshot.syncing or progress is None or progress.total < WORTH_COUNTING:
        return None
    text = trn("{n} item left", "{n} items left", progress.left)
    if left is not None:
        text = tr("{left}, {time}", left=text, time=_duration(left))
    return Bar(progress.done, progress.total, text)


def _duration(left: timedelta) -> str:
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return tr("less than a minute")
    if minutes < 90:
        return trn("about {n} minute", "about {n} minutes", minutes)
    return trn("about {n} hour", "about {n} hours", round(minutes / 60))
