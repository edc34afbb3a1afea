"""The sentences of ForceManager's client: its answers, its rows, its log of e-mail. See `sentences`."""

from __future__ import annotations

from typing import Final

from fm_desktop.ui.texts import N_

CRM: Final = (
    # --- what it answers ---
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
    N_("Nothing to do: syncing looks it up before anything is sent again."),
    N_("Nothing to do: syncing looks at it again."),
    N_("Nothing to do: nothing was changed, and syncing tries again by itself."),
    N_("Show this message to an administrator."),
    N_("Check the ForceManager address in the settings."),
    N_("Open a web page to see whether this network asks you to sign in."),
    N_("Syncing tries again by itself."),
    N_("Syncing is being stopped, so nothing more was sent to ForceManager."),
    N_("the answer is damaged"),
    N_("it is a web page and no data"),
    N_("it is no valid JSON"),
    N_("it is far too long"),
    N_("it points to another place, HTTP {status}"),
    N_("it holds no session key"),
    N_("a record was expected"),
    N_("no reason was given"),
    N_("HTTP {status} without a reason"),
    N_("Record {number} is not in ForceManager any more."),
    N_("ForceManager does not know “{path}”."),
    N_("“{url}” is no address of ForceManager."),
    N_("Enter one like https://api.forcemanager.com/api/v4 in the settings."),
    N_("ForceManager's list “{path}” could not be read: it is no list of records."),
    # --- the user ---
    N_("ForceManager's user has no number."),
    N_("{name} belongs to no branch in ForceManager, so the time zone is not known."),
    N_("The user's branch in ForceManager has no time zone."),
    N_("“{zone}” is no time zone this computer knows."),
    # --- the agenda ---
    N_("ForceManager sent a record without a number."),
    N_("ForceManager did not say which record “{title}” became."),
    N_("ForceManager has one agenda, and no “{collection}”."),
    N_("“{title}” is not in your ForceManager agenda any more."),
    N_("“{title}” cannot be stored in ForceManager: {reason}."),
    N_("Change it in the calendar, or leave it out."),
    N_("This entry cannot be understood: {reason}."),
    N_("“{value}” in {field} is no date"),
    N_("“{value}” in {field} is no date of the calendar"),
    N_("“{value}” in {field} is no time of day"),
    N_("the year {year} cannot be stored, only {first} to {last}"),
    N_("its year is too far away"),
    N_("it has no start date"),
    # --- its log of e-mail ---
    N_("ForceManager did not say where the files of “{subject}” go."),
    N_("ForceManager named a place for an attachment that is no secure web address, so it was not sent."),
    N_("The attachment “{name}” could not be read on this computer."),
    N_("The attachment “{name}” is not as long as was told to ForceManager."),
    N_("ForceManager did not confirm the attachment “{name}”."),
    N_("The place for the attachment “{name}” did not answer as a storage service does, HTTP {status}."),
    N_("ForceManager asks to send fewer attachments for a while."),
    N_("ForceManager could not store the attachment “{name}”: {reason}."),
    N_("The place for the attachment “{name}” is not open any more: {reason}."),
    N_("ForceManager did not take the attachment “{name}”: {reason}."),
    N_("Nothing to do: syncing sends it again by itself."),
)
