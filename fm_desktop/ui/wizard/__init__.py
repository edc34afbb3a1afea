"""Setting up, on the screen: `open_wizard` for all of it, `open_sign_in` for one credential that was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from fm_desktop.credentials import Credentials, Which
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.settings import Settings, load


def open_wizard(
    environment: Mapping[str, str], on_done: Callable[[], object], redactor: Redactor | None = None
) -> QWidget:
    """The wizard, shown; it deletes itself when it is closed. `on_done` is called when there is a profile."""
    from fm_desktop.onboarding.model import Onboarding
    from fm_desktop.ui.wizard.window import WizardWindow

    window = WizardWindow(Onboarding.open(environment, redactor), on_done)
    window.show()
    return window


def open_sign_in(
    environment: Mapping[str, str],
    which: Which,
    on_done: Callable[[Settings], object],
    redactor: Redactor | None = None,
) -> QWidget:
    """A window for one credential of the profile, shown; it deletes itself when it is closed.

    `on_done` is given the settings once the credential was accepted and kept. Raises `SettingsError`.
    """
    from fm_desktop.connect import Connector
    from fm_desktop.ui.web import copy_text, open_web_page
    from fm_desktop.ui.wizard.again import BrowserWindow, SignInWindow

    paths, credentials = Paths.of(environment), Credentials(environment)
    settings, hides = load(paths.settings_file), redactor or Redactor()
    window: QWidget
    if which is not Which.CRM_PRIVATE_KEY and settings.provider.sign_in == "oauth":
        connector = Connector(paths, settings, credentials, hides)
        window = BrowserWindow(settings, connector, on_done, open_web_page, copy_text)
    else:
        window = SignInWindow(paths, settings, credentials, which, on_done, hides)
    window.show()
    return window
