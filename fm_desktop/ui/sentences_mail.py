"""The sentences of logging e-mail, and of IMAP. See `sentences`."""

from __future__ import annotations

from typing import Final

from fm_desktop.ui.texts import N_

MAIL: Final = (
    # --- logging: what goes wrong ---
    N_("the message “{subject}” of {moment}"),
    N_("{message} could not be logged: {reason}"),
    N_("{message} is logged, but not whole: {reason}"),
    N_("{message} was deleted from the mailbox before all its files were logged."),
    N_("ForceManager did not take these files of it: {names}."),
    N_("ForceManager did not take these files of it: {names}. {reason}"),
    N_("It waits for others, which are not in the message: {names}."),
    N_("Its content cannot be read ({kind})."),
    N_("Its headers are out of order ({kind})."),
    N_("The server did not show its headers."),
    N_(
        "You wrote to contacts of yours as {address}, which is not known as an address of yours, so that this mail is "
        "not logged."
    ),
    N_("A message in the mail folder “{folder}” cannot be understood: {reason}"),
    N_("If it is from or to a contact of yours, note it in ForceManager by hand."),
    N_("It is tried again by itself. If it is important, note it in ForceManager by hand."),
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
    N_("This e-mail, sent to {people}, is logged in ForceManager (no. {numbers})."),
    N_("This e-mail, received from {people}, is logged in ForceManager (no. {numbers})."),
    N_("This e-mail, sent to {people}, is logged with one of the next cycles."),
    N_("This e-mail, received from {people}, is logged with one of the next cycles."),
    N_("waits to be logged for {address}"),
    N_("e-mail to {address}"),
    N_("e-mail from {address}"),
    N_("No message with a contact of yours has the number or the subject “{text}”."),
    N_("{number} conversations fit “{text}”: {names}. Name one by its number."),
    # --- IMAP ---
    N_("{sentence}: “{words}”"),
    N_("{host} did not answer in time."),
    N_("{host} ended the connection."),
    N_("{host} has a fault."),
    N_("{host} did not answer, so it is not known whether the message was stored."),
    N_("No encrypted connection to {host} could be made."),
    N_("{host} offers no encryption at this port, so no password was sent."),
    N_("Choose TLS for this mail server, or its other port."),
    N_("Choose TLS or STARTTLS for this mail server."),
    N_("The certificates in {file} could not be read."),
    N_("Choose another file, in PEM format."),
    N_("{host} takes no password of this kind."),
    N_("Sign in at the provider in the browser, if it offers that."),
    N_("{host} has no room for {what}."),
    N_("Make room in the mailbox."),
    N_("{host} does not allow to use {what}."),
    N_("Ask the administrator of the mailbox."),
    N_("{host} did not understand a question about {what}."),
    N_("{host} gave an answer about {what} that no mail server gives."),
    N_("{host} cannot search for such letters."),
    N_("{host} does not say how the messages of {folder} are numbered."),
    N_("{host} numbers the messages of {folder} anew each time, so that new ones are not told from old ones."),
    N_("The messages of {folder} were numbered anew."),
    N_("The messages of {folder} were numbered anew while they were read."),
    N_("Nothing to do: they are read again by themselves."),
    N_("Choose in the settings which folders take part."),
    N_("Leave this folder out."),
)
