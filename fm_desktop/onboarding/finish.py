"""The end of setting up: secrets into the keychain, the choice of calendars into the state, the settings last.

The settings file is what makes a profile: until it is there, whatever was kept before it counts for nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding import draft
from fm_desktop.onboarding.secrets import TypedSecrets
from fm_desktop.paths import Paths
from fm_desktop.runner import alone, choose_calendars
from fm_desktop.settings import Settings, save
from fm_desktop.signing import Grant
from fm_desktop.sync.control import Channel
from fm_desktop.sync.store import Store


def finish(
    paths: Paths,
    settings: Settings,
    credentials: Credentials,
    typed: Mapping[Which, Secret],
    grant: Grant | None,
    redactor: Redactor,
    ending: threading.Event,
) -> None:
    """Makes the profile, unless `ending` is set before all for it is there.

    Raises `CredentialError`, `UnknownCalendar`, `StoreError`, `OSError`, the port's errors."""
    paths.make()
    tokens = grant.tokens if grant is not None else None
    connector = Connector(paths, settings, TypedSecrets(credentials, typed), redactor, tokens)
    for which, secret in typed.items():
        connector.keep_secret(which, secret)
    if grant is not None:
        grant.keep()
    if Channel.CALENDAR in settings.sync.channels:
        _keep_choice(paths, settings, connector, ending)
    if ending.is_set():
        return
    save(settings, paths.settings_file)
    draft.forget(paths)


def _keep_choice(paths: Paths, settings: Settings, connector: Connector, ending: threading.Event) -> None:
    """Also over a state of earlier days, whose choice of calendars would else go on to hold."""
    with alone(paths, ending):
        store = Store.open(paths.store_file)
        try:
            sides = connector.connect(store, ending)
            engine = sides.engine(store)
            try:
                sides.provider.connect()
                sides.notice_move(store)
                choose_calendars(engine, sides, settings)
            finally:
                engine.close()
                sides.close()
        finally:
            store.close()
