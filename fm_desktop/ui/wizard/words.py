"""What the wizard says about pages, steps and mistakes, in the user's language."""

from __future__ import annotations

from typing import Final

from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.work import Step
from fm_desktop.signing import Texts
from fm_desktop.ui.texts import N_, tr

_PAGES: Final = {
    Page.FORCEMANAGER: N_("ForceManager"),
    Page.DIRECTION: N_("Which way"),
    Page.CHANNELS: N_("What to sync"),
    Page.PROVIDER: N_("E-mail address"),
    Page.SIGN_IN: N_("Sign-in"),
    Page.CALENDARS: N_("Calendars"),
    Page.PREVIEW: N_("Preview and start"),
}
_STEPS: Final = {
    Step.CRM: N_("Signing in to ForceManager…"),
    Step.FIND: N_("Looking for your provider…"),
    Step.SIGN_IN: N_("Signing in to your provider…"),
    Step.BROWSER: N_("Waiting for you to sign in in the browser…"),
    Step.PREVIEW: N_("Reading both sides. Nothing is written…"),
    Step.FINISH: N_("Keeping your settings…"),
}
_PROBLEMS: Final = {
    Problem.MISSING: N_("Please fill this in."),
    Problem.NO_WEB_ADDRESS: N_("This is no web address. It looks like https://server.example/path."),
    Problem.NOT_ENCRYPTED: N_("This address is not encrypted. Use one that begins with https://."),
    Problem.NO_MAIL_ADDRESS: N_("This is no e-mail address. It looks like name@company.com."),
    Problem.NOTHING_CHOSEN: N_("Please choose at least one."),
    Problem.NOT_WRITABLE: N_("None of the chosen calendars can be changed, so events of ForceManager have no place."),
    Problem.NOT_CONFIRMED: N_("Please confirm that you want to go on with this address."),
}
_MISSING: Final = {
    Field.CRM_URL: N_("Enter the address of ForceManager."),
    Field.PUBLIC_KEY: N_("Enter the public key."),
    Field.PRIVATE_KEY: N_("Enter the private key."),
    Field.USER: N_("Enter your e-mail address in ForceManager."),
    Field.ADDRESS: N_("Enter your e-mail address."),
    Field.CALDAV_URL: N_("Enter the address of the calendar server."),
    Field.USER_NAME: N_("Enter the user name."),
    Field.IMAP_HOST: N_("Enter the name of the mail server."),
    Field.PASSWORD: N_("Enter the password."),
}


def browser_texts() -> Texts:
    """What the browser shows in the end."""
    return Texts(
        done=(tr("You are signed in"), tr("Go back to FM Desktop; this page can be closed.")),
        refused=(
            tr("FM Desktop was not let in"),
            tr("Go back to FM Desktop to try again; this page can be closed."),
        ),
        foreign=(tr("Nothing to see here"), tr("This page belongs to another sign-in of FM Desktop.")),
    )


def page_name(page: Page) -> str:
    return tr(_PAGES[page])


def doing(step: Step) -> str:
    return tr(_STEPS[step])


def sentence(flaw: Flaw) -> str:
    if flaw.problem is Problem.MISSING and flaw.field in _MISSING:
        return tr(_MISSING[flaw.field])
    return tr(_PROBLEMS[flaw.problem])
