"""What is written in the source and is not said in the window, each with the reason. Reviewed by hand; an entry that
fits nothing any more is an error.

An entry is a module, a function in it, or one text in a function: `a.py`, `a.py Class.method`, `a.py function: text`.
"""

from __future__ import annotations

from typing import Final

from tests.language.spoken import TOP, Saying

ELSEWHERE: Final = {
    "The command line says it, which speaks English.": (
        "printed.py",
        "setup.py",
        "services.py _find",
        "services.py _no_calendar",
        "services.py _with_calendar",
        "services.py _with_mail",
    ),
    "It stands in ForceManager or in a message, where it stays: two computers of one user have to write the same.": (
        "crm/comment.py",
        f"crm/emails_rows.py {TOP}",
        f"crm/rows.py {TOP}",
        "providers/mime/notes.py",
        f"sync/details.py {TOP}",
        "sync/details.py details_of",
        "sync/details.py _people",
        f"sync/mail/record.py {TOP}",
        "sync/mail/record.py entry_of",
        "sync/mail/record.py _within_limits",
        f"sync/project.py {TOP}",
    ),
    "It is said where no window gives other words: see `ui/inbox_words.py`.": ("notes.py",),
    "It is part of sentences that are looked for whole.": (
        "credentials.py Credentials._ask: set {} in the environment instead",
        "settings_errors.py _unknown: did you mean {}?",
        "settings_errors.py _unknown: known are {}.",
        "sync/mail/letters.py Letters._standing: sent to",
        "sync/mail/letters.py Letters._standing: received from",
    ),
    "It is a title, which `told.heading` says in the user's language.": (
        "sync/held.py _held: (no title)",
        "sync/links.py Link.title: (no title)",
        "sync/second_rows.py _remove: (no title)",
        f"sync/mail/log.py {TOP}: without a subject",
    ),
    "It goes to the log.": ("crashes.py",),
    "The window has texts of its own for it.": (
        "doctor.py _examine_sides: calendar service",
        "onboarding/flaws.py Problem",
        f"signing.py {TOP}",
    ),
    "It tells of a mistake in the program, or is caught and never shown.": (
        "crm/agenda.py CrmAgenda.update: a row of the CRM is never a series",
        "crm/budget.py PausedTooLong.__init__",
        "crm/budget.py Budget.__init__",
        "model/times.py Timed.__post_init__",
        "model/times.py timed",
        "model/times.py Span.__post_init__",
        "paced.py PacedSocket.read",
        "providers/caldav/discovery.py _first_answering: nothing at {}",
        "providers/caldav/provider.py CalDavProvider.resume",
        "providers/caldav/session.py DavSession.request: the retry loop returns or raises",
        "providers/exchange/connection.py Connection.resume",
        "providers/exchange/download.py _Content._doctype",
        "providers/exchange/signing.py _Connection.connect",
        "providers/exchange/xml.py parse",
        "providers/finding.py _Look.result",
        "providers/google/service.py GoogleCalendarService.resume",
        "providers/graph/provider.py GraphProvider.resume",
        "providers/graph/session.py GraphSession._streamed.read",
        "providers/imap/fetching.py",
        "providers/imap/wire.py",
        "providers/oauth/grants.py TokenSet.from_text",
        "providers/transfer.py patiently",
        "untrusted.py bounded",
    ),
    "Nobody is shown what had to be guessed to read an item.": (
        "providers/ical/recurrence.py recurrence_id_of",
        "providers/ical/resource.py inspect",
        "providers/ical/times.py read_whens",
        "providers/ical/zones.py Zones.read",
    ),
    "It is a name: of a thread, of a choice, of a key.": (
        "inbox.py InboxNotes._news: notice {}",
        "providers/finding.py find",
        "providers/finding.py _by_mail_servers",
        "providers/oauth/receiver.py Receiver.__init__",
        "providers/transfer.py Purpose",
        "sync/moving.py _leave",
        "sync/plan.py Action",
    ),
    "It is what others say, to be recognised.": (
        "crm/answers.py _says_missing",
        f"providers/imap/errors.py {TOP}: unexpected (tagged )?response:",
        "providers/catalog.py _sentence: Value error,",
        f"sync/mail/policy.py {TOP}",
    ),
}
"""By the reason."""

FRAMES: Final = {
    "settings.py": ('[table] key = "0" {}.', "[table]: {}.", '[email] never_log = "0" {}.'),
    "providers/catalog.py": ("[entry] key {}.",),
}
"""Reasons that pydantic hands on: how `settings_errors` and the catalog say them."""


UNMARKED: Final = {
    "What the engine says, recognised by it.": (
        f"ui/sentences.py {TOP}",
        f"ui/window/present/overview.py {TOP}",
        f"ui/window/pages/log.py {TOP}",
    ),
    "It is said where there is no window.": (
        f"ui/application.py {TOP}",
        "ui/instance.py Instance.is_first",
        "ui/instance.py Instance.raise_other",
    ),
    "It is written for Qt or the desktop, in its own form.": (
        f"ui/stylesheet.py {TOP}",
        "ui/autostart.py DesktopFile.turn_on",
    ),
    "It is a name, or tells of a mistake in a file of ours.": (
        "ui/catalogue.py read",
        "ui/preferences.py Preferences._whole_span",
        "ui/wizard/work.py Worker.start",
    ),
}
"""What the window's modules hold and do not show, by the reason."""

ASSEMBLED: Final = (
    "Correct the settings and run the command again.",  # settings.changed, settings_errors.explain
    "ForceManager did not take these files of it: 0.",  # sync/mail/log._FilesLeft, without a reason
    "0: “0”",  # providers/imap/errors._quoting
)
"""What is put together in several places."""


def entry_for(said: Saying) -> str | None:
    """The entry that excuses something said, None if there is none."""
    place = f"{said.module} {said.function}"
    return next((each for each in (said.module, place, f"{place}: {said.text}") if each in ENTRIES), None)


ENTRIES: Final = frozenset(entry for each in (ELSEWHERE, UNMARKED) for entries in each.values() for entry in entries)
