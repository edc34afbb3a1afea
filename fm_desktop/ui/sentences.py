"""The engine's sentences that reach a person, by their templates; `told` recognises them.

`SENTENCES` are said as they are; `INSTEAD` says something else in a window than the command line prints. A template's
places are named for the translator; what stands there is itself looked up, as one sentence often holds another.
"""

from __future__ import annotations

from typing import Final

from fm_desktop.ui.texts import N_

SENTENCES: Final = (
    # --- sync: why something was done, is waiting, or is not copied ---
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
    N_("it sends mail to {people}"),
    N_("Putting back"),
    N_("1 other person"),
    N_("{number} other people"),
    N_("{number} of {total} items would be deleted at once"),
    N_("{calendar} was listed as empty, although it held {number} items"),
    N_("the calendar “{calendar}”"),
    # --- sync: problems ---
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
    # --- sync: why it is, or is not, there ---
    N_("Created in {place}; it is in the calendar “{calendar}” and in ForceManager (no. {number})."),
    N_("Created in {place}; it is in the calendar and in ForceManager (no. {number})."),
    N_("Created in {place}; it was deleted on both sides."),
    N_("It is in the calendar “{calendar}” only."),
    N_("It is in the calendar only."),
    N_("It is in ForceManager only (no. {number})."),
    N_("It can only be changed in the calendar: {reason}."),
    N_("The organiser cancelled it, so it is not kept in ForceManager."),
    N_("It is not copied: {reason}."),
    N_("Its calendar takes no part any more; what was copied before was left alone."),
    N_("You undid its copy or kept it apart, so it is not copied again."),
    N_("The answer to a write was lost; whether it arrived is being asked."),
    N_("your calendar"),
    # --- sync: undo, calendars, the state file ---
    N_("“{title}”: this was undone already."),
    N_("“{title}” is too old: what it was is not kept any more."),
    N_("“{title}” is in a calendar that takes no part: choose it again first."),
    N_("“{title}” follows the calendar in ForceManager: {reason}."),
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
    # --- secrets ---
    N_("This computer's keychain is locked."),
    N_("This computer's keychain refused the {secret}."),
    N_("This computer has no keychain to keep secrets in."),
    N_("The {secret} for {account} is not in this computer's keychain."),
    N_("private key of ForceManager"),
    N_("password of the calendar"),
    # --- ForceManager ---
    N_("ForceManager cannot be reached."),
    N_("ForceManager did not answer: {reason}."),
    N_("ForceManager did not accept the API keys."),
    N_("ForceManager does not allow this: {reason}."),
    N_("ForceManager refused the request: {reason}."),
    N_("ForceManager asks to send fewer requests for a while."),
    N_("ForceManager did not confirm a change ({reason}), so it is not known whether it was stored."),
    N_("The answer from ForceManager could not be read: {reason}."),
    N_("The connection to ForceManager is not secure: its certificate is not trusted on this computer."),
    N_("the connection broke"),
    N_("the time allowed for an answer ran out"),
    N_("it reports an error of its own, HTTP {status}"),
    N_("Check the internet connection. Syncing tries again by itself."),
    N_("Nothing to do: syncing tries again by itself."),
    N_("Nothing to do: syncing goes on by itself a little later."),
    N_(
        "Enter the public and the private API key again. An administrator finds them in ForceManager under "
        "Settings > Integrations > API key management."
    ),
    N_("Ask an administrator what the API keys may do."),
    N_("Ask your IT department whether its own certificate authority must be installed here."),
    N_("Change the item and it is tried again; if it stays refused, show this message to an administrator."),
    # --- the calendar service ---
    N_("{host} did not accept the user name or the password."),
    N_("Sign in again. Many providers want an app password here instead of the usual one."),
    N_("{host} did not answer."),
    N_("No connection to {host}."),
    N_("Check the internet connection; syncing tries again by itself."),
    N_("{host} asks to slow down."),
    N_("{host} has a fault (status {status})."),
    N_("{host} did not answer, so it is not known whether the change was stored."),
    N_("Instead of {host}, a web page answered."),
    N_("Check that no sign-in page of a network stands in between, and the server's address."),
    N_("The certificate of {host} could not be verified, so no password was sent."),
    N_("If your company uses its own certificates, ask your administrator to install its root certificate."),
    N_("you may not change it there"),
    N_("the space for this account at the server is used up"),
    N_("the server has no space left"),
    N_("Change it at the provider, or leave it out."),
    # --- diagnosis ---
    N_("{path} is valid."),
    N_("{items} on both sides, last complete cycle: {when}."),
    N_("Signed in at {address}; {name} is no. {number}, time zone {zone}."),
    # --- e-mail ---
    N_("A message in the mail folder “{folder}” cannot be understood: {reason}"),
    N_("If it is from or to a contact of yours, note it in ForceManager by hand."),
    N_("It is tried again by itself. If it is important, note it in ForceManager by hand."),
    N_("The message “{subject}” of {moment} could not be logged: {reason}"),
    N_("The message “{subject}” of {moment} is logged, but not whole: {reason}"),
    N_("A logged message cannot be changed. If a file is important, add it in ForceManager by hand."),
    N_("The mail folder “{folder}” cannot be read: {reason} Mail in the other folders is logged."),
    N_(
        "It is tried again by itself. If there is no mail of contacts in it, choose in the settings which folders are "
        "read."
    ),
    N_("This e-mail is not logged: {reason}."),
    N_("This e-mail was deleted from the mailbox before it could be logged."),
    N_("nobody on it is a contact or an account of yours"),
    N_("it is a draft, spam, or in the trash"),
    N_("FM Desktop wrote it itself"),
    N_("you wrote it to yourself"),
    N_("everybody on it is of your own company, and internal mail is not logged"),
    N_("somebody on it is on your list of those who are never logged"),
    N_("its subject carries the mark that keeps mail out of ForceManager"),
    N_("you took its conversation out"),
    N_("it is older than the history you chose"),
    # --- notices ---
    N_("New events in your inbox"),
    # --- setting up ---
    N_("Google opens calendars only to programs that sign in with the browser, and this version cannot do that yet."),
    N_(
        "Microsoft opens calendars only to programs that sign in with the browser, and this version cannot do that yet."
    ),
    N_(
        "Outlook.com opens calendars only to programs that sign in with the browser, and this version cannot do "
        "that yet."
    ),
    N_("This version cannot sign in to an Exchange server yet."),
    N_("Proton opens its calendar to no other program."),
    N_("Tuta opens its calendar to no other program."),
    N_("Infomaniak gives calendars a user name of their own: see Calendar > Synchronise in the Infomaniak manager."),
    N_("This version cannot sync with {provider} yet."),
    N_("{provider} did not tell where its calendars are. Try again later."),
    N_(
        "{domain} offers no calendar service that can be found. A bare IMAP or POP3 server is no supported calendar "
        "provider."
    ),
    N_("Supported are {names}, and others that offer CalDAV with mail. An administrator can add another one."),
    N_("“{domain}” was not found on the internet."),
    N_("Check the address for a typing mistake, and the internet connection."),
    N_("It could not be found out which service {domain} uses, because no server answered."),
    N_("{user} has no calendar at this service."),
    N_("Make a calendar there first, then sign in again."),
    N_("ForceManager has no user with the address {address}; {number} users were looked at."),
    N_("Enter the address that is shown in ForceManager under My profile."),
    N_("The ForceManager user with the address {address} is switched off or deleted."),
    N_("Ask an administrator to activate the user."),
    N_("ForceManager has {number} active users with the address {address}: it is not clear which one is you."),
    N_("Ask an administrator to give each user an address of their own."),
    N_("No mail server is known for {address}."),
    N_("Set up e-mail, or switch these messages off."),
    N_("“{title}” was {reason}."),
    N_("1 event or task of {calendar} is now in ForceManager."),
    N_("{number} events and tasks of {calendar} are now in ForceManager."),
    N_("your calendar “{calendar}”"),
    N_("The mail service now signs in another user ({user}) than before ({former}). Nothing was logged."),
)

_UNLOCK: Final = N_("Unlock it (signing in to the desktop does) and try again.")
_START_KEYCHAIN: Final = N_("Start a keychain (on Linux: GNOME Keyring or KWallet), then try again.")
_CHOOSE_AGAIN: Final = N_("Its copies in ForceManager were left alone. See the page “Calendars”.")

INSTEAD: Final = {
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
