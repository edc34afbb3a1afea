"""Signing in again: only the credential that was refused is asked for, everything else stays and goes on."""

from __future__ import annotations

import threading

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding import steps
from fm_desktop.onboarding.secrets import TypedSecrets
from fm_desktop.paths import Paths
from fm_desktop.settings import Settings, changed, save
from fm_desktop.signing import GrantedVisit


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
        zone = settings.crm.time_zone or "UTC"
        steps.sign_in_provider(settings.provider, settings.sync.channels, secret, zone, None)
    if ending.is_set():
        return settings  # who asked for it does not wait any more, and would not work with it
    connector = Connector(paths, wanted, TypedSecrets(credentials, {which: secret}), redactor or Redactor())
    connector.keep_secret(which, secret)
    if wanted != settings:
        save(wanted, paths.settings_file)
    return wanted


def visit_again(settings: Settings, connector: Connector, visit: GrantedVisit, ending: threading.Event) -> None:
    """Waits for the person in the browser, tries what they bring, and keeps it unless `ending` is set meanwhile.

    Raises `CredentialError` and the port's errors; what was kept before then still counts.
    """
    grant = visit.finish(ending)
    zone = settings.crm.time_zone or "UTC"
    steps.sign_in_provider(settings.provider, settings.sync.channels, grant.tokens, zone, None)
    if not ending.is_set():
        grant.keep()
        connector.use(grant)
