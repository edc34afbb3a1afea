"""How things stand, well and badly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from fm_desktop.credentials import CredentialError, Credentials, Which
from fm_desktop.errors import explained
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.progress import Progress
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.status import Lately, Status, Trouble
from fm_desktop.sync.store import StoreError
from fm_desktop.ui.snapshot import Snapshot, Stage
from tests.ui.window.samples.words import NOW


def status(**values: object) -> Status:
    """What went wrong and well went so for both channels, unless `lately` says otherwise."""
    made = Status(
        channels=(Standing(Channel.EMAIL, Running.RUNNING), Standing(Channel.CALENDAR, Running.RUNNING)),
        last_success=NOW - timedelta(minutes=2), trouble=None, linked=1248, logged=316, held=0, problems=0, unknown=0,
    )  # fmt: skip
    made = replace(made, **values)
    if made.lately:
        return made
    return replace(made, lately=tuple(Lately(each, made.last_success, made.trouble) for each in Channel))


def in_step() -> Snapshot:
    return Snapshot(stage=Stage.WORKING, status=status(), next_run=NOW + timedelta(minutes=1))


def first_sync() -> Snapshot:
    return replace(in_step(), status=status(last_success=None, linked=412), syncing=True, progress=Progress(412, 836))


def waiting() -> Snapshot:
    paused = (
        Standing(Channel.EMAIL, Running.PAUSED, NOW + timedelta(hours=1)),
        Standing(Channel.CALENDAR, Running.RUNNING),
    )
    return replace(in_step(), status=status(channels=paused, held=13, problems=3))


def troubled(outcome: Outcome, message: str, next_step: str) -> Snapshot:
    trouble = Trouble(NOW - timedelta(minutes=9), message, next_step, outcome)
    return replace(in_step(), status=status(trouble=trouble, last_success=NOW - timedelta(minutes=11)))


def states() -> dict[str, Snapshot]:
    """What a person sees when something is wrong, by what it is."""
    keychain = locked_keychain()
    disk = explained(
        StoreError(
            "The disk is full: the state file /home/emma/.local/state/fm-desktop/sync.sqlite3 cannot grow. Nothing was "
            "lost and nothing will be created twice. Make room, then syncing goes on by itself."
        )
    )
    return {
        "network-unplugged": troubled(
            Outcome.UNREACHABLE, "ForceManager cannot be reached.",
            "Check the internet connection. Syncing tries again by itself.",
        ),
        "wrong-password": troubled(
            Outcome.SIGN_IN, "caldav.example.com did not accept the user name or the password.",
            "Sign in again. Many providers want an app password here instead of the usual one.",
        ),
        "expired-sign-in": troubled(
            Outcome.SIGN_IN, "ForceManager did not accept the API keys.",
            "Enter the public and the private API key again. An administrator finds them in ForceManager under "
            "Settings > Integrations > API key management.",
        ),
        "locked-keychain": troubled(Outcome.SIGN_IN, str(keychain), keychain.next_step),
        "full-disk": replace(in_step(), failure=disk),
        "crm-in-maintenance": troubled(
            Outcome.UNREACHABLE, "ForceManager did not answer: it reports an error of its own, HTTP 503.",
            "Nothing to do: syncing tries again by itself.",
        ),
    }  # fmt: skip


class _Locked(KeyringBackend):
    """A keychain nobody has unlocked."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


def locked_keychain() -> CredentialError:
    """What the program says of it."""
    try:
        Credentials({}, _Locked, allowed=(__name__,)).get(Which.PROVIDER_PASSWORD, "emma@example.com")
    except CredentialError as error:
        return error
    raise AssertionError("the keychain is locked")
