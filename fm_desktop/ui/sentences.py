"""The engine's sentences that reach a person, by their templates; `told` recognises them.

`SENTENCES` are said as they are; `INSTEAD` says something else in a window than the command line prints. A template's
places are named for the translator; what stands there is itself looked up, as one sentence often holds another,
unless it stands in quotes.
"""

from __future__ import annotations

from typing import Final

from fm_desktop.ui.sentences_crm import CRM
from fm_desktop.ui.sentences_mail import MAIL
from fm_desktop.ui.sentences_providers import PROVIDERS
from fm_desktop.ui.sentences_setup import SETUP
from fm_desktop.ui.texts import N_

SENTENCES: Final = (
    # --- why something was done, is waiting, or is not copied ---
    N_("new in the calendar"),
    N_("new in ForceManager"),
    N_("changed in the calendar"),
    N_("changed in ForceManager"),
    N_("deleted in the calendar"),
    N_("deleted in ForceManager"),
    N_("cancelled by the organiser"),
    N_("undone by you"),
    N_("not in the calendar any more"),
    N_("this part only follows the calendar"),
    N_("put back: {reason}"),
    N_("put back: you chose to keep it"),
    N_("put back: it was changed on the other side after it had been deleted here"),
    N_("it is part of a recurring series"),
    N_("you are a participant, not the organiser"),
    N_("it is private"),
    N_("its calendar can only be read"),
    N_("the chosen direction leaves it alone"),
    N_("it cannot be changed in the calendar: {reason}"),
    N_("it is cancelled in the calendar"),
    N_("you chose to keep it in ForceManager"),
    N_("it lies before the dates that are kept in step"),
    N_("it was copied from your calendar once, but is in none of your chosen calendars now"),
    N_("you took its calendar out"),
    N_("it had not arrived"),
    N_("its calendar is not there any more"),
    N_("it is not there any more"),
    N_("{what} it sends mail to {people}"),
    N_("Putting back"),
    N_("Deleting"),
    N_("Changing"),
    N_("1 other person"),
    N_("{number} other people"),
    N_("{number} of {total} items would be deleted at once"),
    N_("{calendar} was listed as empty, although it held {number} items"),
    N_("the calendar “{calendar}”"),
    # --- problems ---
    N_("“{title}” could not be written to {where}: {reason}."),
    N_("“{title}” cannot be read: {reason}."),
    N_("“{title}” was changed back and forth again and again, by another program perhaps."),
    N_("“{title}” is in ForceManager twice, and the second one could not be taken away: {reason}"),
    N_("The calendar “{calendar}” is not there any more."),
    N_("Delete the newer of the two in ForceManager."),
    N_("Open it in its own program and save it again, or delete it there. Everything else is kept in step."),
    N_("Turn it back, or delete it on one side and make it anew as what it is to be."),
    N_("its rule cannot be read: “{rule}”"),
    N_("none of your chosen calendars takes {what}"),
    N_("“{title}” is {here} in ForceManager and {there} in your calendar. The rest of it is kept in step."),
    N_("a task"),
    N_("an event"),
    N_("tasks"),
    N_("events"),
    N_("something else that cannot be read is in its place"),
    # --- why a rule of a series cannot be used ---
    N_("it has no rule or no start"),
    N_("it goes on beyond the last year of any calendar"),
    N_("it has more than {number} rules"),
    N_("its rule is too long"),
    N_("it is a series that ends after so many dates and began too long ago"),
    N_("it repeats by the hour, the minute or the second"),
    N_("it repeats {times} times a day"),
    N_("its rule does not say whether it repeats daily, weekly, monthly or yearly"),
    N_("its rule has {name}={value}, which is no usable number"),
    N_("its rule has {name}={value}, which is no list of numbers"),
    N_("its rule has {name}={value}, which does not exist"),
    N_("its rule has BYDAY={value}, which names no days"),
    N_("its rule has WKST={value}, which names no day"),
    N_("its rule ends on “{value}”, which is no date"),
    N_("its rule names no day of the week"),
    N_("its rule does not say which of the month's days it means"),
    N_("its rule has {number} as {what}, which does not exist"),
    N_("number of dates"),
    N_("interval"),
    N_("day of the month"),
    N_("month"),
    N_("day of the week"),
    # --- why it is, or is not, there ---
    N_("Created in {place}; it is in {calendar} and in ForceManager (no. {number})."),
    N_("It is in {calendar} only."),
    N_("Created in {place}; it was deleted on both sides."),
    N_("It is in ForceManager only (no. {number})."),
    N_("It can only be changed in the calendar: {reason}."),
    N_("The organiser cancelled it, so it is not kept in ForceManager."),
    N_("It is not copied: {reason}."),
    N_("Its calendar takes no part any more; what was copied before was left alone."),
    N_("You undid its copy or kept it apart, so it is not copied again."),
    N_("The answer to a write was lost; whether it arrived is being asked."),
    N_("your calendar"),
    # --- undo, calendars, the state file ---
    N_("“{title}”: this was undone already."),
    N_("“{title}” is too old: what it was is not kept any more."),
    N_("“{title}” is in a calendar that takes no part: choose it again first."),
    N_("“{title}” follows the calendar in ForceManager: {reason}."),
    N_("“{title}” was a copy of an item that is not known any more: make it anew by hand."),
    N_("“{title}” belongs to another program too: its copy cannot be taken out of the calendar alone."),
    N_("“{calendar}” cannot be written to, or takes no part. Choose another target calendar."),
    N_("There is no item numbered {number}."),
    N_(
        "The disk is full: the state file {path} cannot grow. Nothing was lost and nothing will be created twice. "
        "Make room, then syncing goes on by itself."
    ),
    N_("The state file {path} cannot be written: {reason}."),
    N_("The state file {path} cannot be opened: {reason}."),
    N_("This computer refused a file: {reason}."),
    N_("Check the free space of the disk and who may write there."),
    N_("{service} now signs in another user ({user}) than before ({former}). Nothing was changed."),
    N_("The calendar service"),
    N_("There is nothing numbered {number} in the history."),
    N_("“{title}” is on one side only, by your choice: there is no copy to change."),
    N_("“{title}”: what this was a copy of is gone, and undoing it would leave nothing."),
    N_("“{title}” is cancelled in the calendar, and cancelled meetings are not copied."),
    N_("There is no calendar “{name}”. Your calendars: {names}."),
    N_(
        "The state file {path} was written by a newer version of FM Desktop. Install that version again, or move the "
        "file away: the links are then rebuilt, nothing is created twice."
    ),
    # --- notices ---
    N_("New events in your inbox"),
    N_("“{title}” was {reason}."),
    N_("1 event or task of {calendar} is now in ForceManager."),
    N_("{number} events and tasks of {calendar} are now in ForceManager."),
    N_("your calendar “{calendar}”"),
    N_("The mail service now signs in another user ({user}) than before ({former}). Nothing was logged."),
    *CRM,
    *MAIL,
    *PROVIDERS,
    *SETUP,
)

_UNLOCK: Final = N_("Unlock it (signing in to the desktop does) and try again.")
_START_KEYCHAIN: Final = N_("Start a keychain (on Linux: GNOME Keyring or KWallet), then try again.")
_ANEW: Final = N_("Set FM Desktop up anew.")
_CHOOSE_AGAIN: Final = N_("Its copies in ForceManager were left alone. See the page “Calendars”.")

INSTEAD: Final = {
    "Write a setup.toml (see README) and run: fm-desktop setup --file setup.toml": N_(
        "Choose “Set up…” in the menu of FM Desktop."
    ),
    "Run: fm-desktop setup --file setup.toml": _ANEW,
    'Set sign_in = "oauth" under [provider].': _ANEW,
    'Add "calendar" to channels under [sync].': N_("Set FM Desktop up anew, and choose the calendar as well."),
    "Set “time_zone” under [crm] in the settings to a name like Europe/Madrid.": N_(
        "Ask an administrator to set the time zone of your branch in ForceManager."
    ),
    "Correct {name} and run the command again.": N_("Correct {name}, then try again."),
    "Correct that place in {name} and run the command again.": N_("Correct that place in {name}, then try again."),
    "Check its name and run the command again.": N_("Check its name, then try again."),
    "{where} does not belong into the file: secrets are kept in the system's keychain. Take the line out; setup asks "
    "for the secret, or reads it from FM_DESKTOP_CRM_PRIVATE_KEY and FM_DESKTOP_PROVIDER_PASSWORD.": N_(
        "{where} does not belong into the file: secrets are kept in the system's keychain. Take the line out and sign "
        "in again."
    ),
    'If it is yours, add it to the settings: [email] own_addresses = ["{address}"]': N_(
        "If it is yours, add it to your own addresses in the settings file (own_addresses under [email]), or ask your "
        "administrator to."
    ),
    "Failed attempts: {number}; see fm-desktop problems.": N_("Failed attempts: {number}; see the page “Problems”."),
    "See the last messages and their numbers: fm-desktop contacts TEXT": N_(
        "See the last messages on the page “Contacts”."
    ),
    "Change it, or try again: fm-desktop problems retry {number}": N_("Change it, or press “Try again”."),
    "It is left alone now. To keep it in step again: fm-desktop problems retry {number}": N_(
        "It is left alone now. To keep it in step again, press “Try again”."
    ),
    "Its copies in ForceManager were left alone. Choose your calendars again: fm-desktop calendars": _CHOOSE_AGAIN,
    "It is put aside after several failures: see fm-desktop problems.": N_(
        "It is put aside after several failures: see the page “Problems”."
    ),
    "A change waits for your word: {reason} (fm-desktop held).": N_(
        "A change waits for your word: {reason}. See the page “Waiting for you”."
    ),
    "Nothing numbered {number} waits for your word. See what does: fm-desktop held": N_(
        "This does not wait for your word any more."
    ),
    "Sign in as the former user, or set FM Desktop up anew: fm-desktop setup": N_(
        "Sign in as the former user, or set FM Desktop up anew."
    ),
    "Unlock it (signing in to the desktop does) and try again, or {other}.": _UNLOCK,
    "Start a keychain (on Linux: GNOME Keyring or KWallet), or set {variable} in the environment.": _START_KEYCHAIN,
    "Try again; if it keeps refusing, {other}.": N_("Try again. If it keeps refusing, ask your administrator."),
    "Run `fm-desktop setup --file setup.toml` again, or set {variable}.": N_("Sign in again."),
    "[email] never_log = {value} is no e-mail address.": N_("“Never log mail with”: {value} is no e-mail address."),
    "[email] never_log = {value} is neither an e-mail address nor a domain.": N_(
        "“Never log mail with”: {value} is neither an e-mail address nor a domain."
    ),
    "Correct the settings and run the command again.": N_("Correct it and save again."),
    "it is private, and private events are not copied (setting private_events)": N_(
        "it is private, and private events are not copied (see Settings)"
    ),
    "it ended more than {number} days ago (setting calendar_history_days)": N_(
        "it ended more than {number} days ago (see Settings)"
    ),
    "Wait until it is done, or end it, and run the command again.": N_("Wait until it is done, and try again."),
}
"""By what the engine says. What a place holds may be left out, but nothing is added."""
