"""Signing in again: only the credential that was refused is asked for, everything else stays and goes on."""

from __future__ import annotations

import threading

from fm_desktop.connect import Connector, caldav_of
from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding import steps
from fm_desktop.onboarding.secrets import TypedSecrets
from fm_desktop.paths import Paths
from fm_desktop.settings import Settings, changed, save
from fm_desktop.sync.control import Channel


def sign_in_again(
    paths: Paths,
    settings: Settings,
    credentials: Credentials,
    which: Which,
    secret: Secret,
    ending: threading.Event,
    *,
    public_key: str = "",
    redactor: Redactor | None = None,
) -> Settings:
    """Tries a secret and keeps it, unless `ending` is set meanwhile. Returns the settings, which hold
    the new `public_key` if one came with it.

    Raises `CredentialError`, `OSError` and the port's errors; the secret kept before then still counts.
    """
    if which is Which.CRM_PRIVATE_KEY:
        wanted = changed(settings, {"crm": {"public_key": public_key or settings.crm.public_key}})
        steps.sign_in_crm(wanted.crm, secret, ending)
    else:
        wanted = settings
        wants = settings.sync.channels
        caldav = caldav_of(settings) if Channel.CALENDAR in wants else None
        imap = settings.provider.imap if Channel.EMAIL in wants else None
        steps.sign_in_provider(caldav, imap, secret, settings.crm.time_zone or "UTC", None)
    if ending.is_set():
        return settings  # who asked for it does not wait any more, and would not work with it
    connector = Connector(paths, wanted, TypedSecrets(credentials, {which: secret}), redactor or Redactor())
    connector.keep_secret(which, secret)
    if wanted != settings:
        save(wanted, paths.settings_file)
    return wanted
