"""Gmail's extensions, and servers that say late or never what a folder is for. Scripted after Google's description."""

from __future__ import annotations

from fm_desktop.mailport import Folder, Role
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import headings, read
from tests.servers.imap_script import ImapScript

GMAIL = b"IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 X-GM-EXT-1 SPECIAL-USE IDLE"
LIST = (
    rb'* LIST (\HasNoChildren) "/" "INBOX"',
    rb'* LIST (\HasChildren \Noselect) "/" "[Gmail]"',
    rb'* LIST (\HasNoChildren \Drafts) "/" "[Gmail]/Borradores"',
    rb'* LIST (\HasNoChildren \Sent) "/" "[Gmail]/Enviados"',
    rb'* LIST (\HasNoChildren \Junk) "/" "[Gmail]/Spam"',
    rb'* LIST (\HasNoChildren \Trash) "/" "[Gmail]/Papelera"',
    rb'* LIST (\All \HasNoChildren) "/" "[Gmail]/Todos"',
    rb'* LIST (\HasNoChildren \Flagged) "/" "[Gmail]/Destacados"',
    rb'* LIST (\HasNoChildren) "/" "Clientes/Sent"',
    b'* LIST (\\HasNoChildren) "/" "Informaci&APM-n"',
    b"TAG OK Success",
)


def test_all_mail_is_told_by_its_flag_in_any_language(script: ImapScript, scripted: ImapSource) -> None:
    script.capabilities = GMAIL
    script.on(b"^LIST", LIST)

    found = scripted.folders()

    assert [each.id for each in found if each.role is Role.ALL] == ["[Gmail]/Todos"]
    assert {each.name: each.role for each in found} == {
        "INBOX": Role.INBOX,
        "[Gmail]/Borradores": Role.DRAFTS,
        "[Gmail]/Enviados": Role.SENT,
        "[Gmail]/Spam": Role.JUNK,
        "[Gmail]/Papelera": Role.TRASH,
        "[Gmail]/Todos": Role.ALL,
        "[Gmail]/Destacados": Role.OTHER,
        "Clientes/Sent": Role.OTHER,
        "Información": Role.OTHER,
    }
    assert script.count(b"^LIST") == 1


def test_elsewhere_a_folder_of_all_messages_is_not_trusted(script: ImapScript, scripted: ImapSource) -> None:
    script.capabilities = b"IMAP4rev1 AUTH=PLAIN SPECIAL-USE"
    script.on(b"^LIST", LIST)
    assert Role.ALL not in {each.role for each in scripted.folders()}


def test_gmails_own_identity_and_labels(script: ImapScript, scripted: ImapSource) -> None:
    script.capabilities = GMAIL
    script.inbox(next_uid=5, count=4)
    script.on(b"^UID SEARCH", (b"* SEARCH 1 2 3 4", b"TAG OK done"))
    labels = (
        rb'(\\Inbox "Muy Importante" "\\Important")',
        rb'("\\Sent" Work)',
        rb"(\Draft)",
        b"(\"\\\\Trash\" {5}\r\nSpam! \"\\\\Spam\" Sent)",
    )  # fmt: skip
    script.on(
        b"^UID FETCH",
        (
            *(
                b"* %d FETCH (X-GM-MSGID %d X-GM-LABELS %s UID %d RFC822.SIZE 9 FLAGS (\\Seen) "
                b'INTERNALDATE "25-Nov-2026 10:00:00 +0000" BODY[HEADER.FIELDS (FROM)] {2}\r\n\r\n)'
                % (uid, 1278455344230334865 + uid, label, uid)
                for uid, label in enumerate(labels, 1)
            ),
            b"TAG OK Success",
        ),
    )

    found = headings(read(scripted, Folder("[Gmail]/Todos", "Todos", Role.ALL)))

    assert [each.key for each in found] == [str(1278455344230334865 + uid) for uid in range(1, 5)]
    assert [each.roles for each in found] == [
        frozenset(),
        frozenset({Role.SENT}),
        frozenset({Role.DRAFTS}),
        frozenset({Role.TRASH, Role.JUNK}),
    ]
    assert script.count(b"X-GM-MSGID X-GM-LABELS") == 1


def test_others_are_not_asked_for_what_is_gmails(script: ImapScript, scripted: ImapSource) -> None:
    script.inbox(next_uid=2, count=1)
    script.on(b"^UID SEARCH", (b"* SEARCH 1", b"TAG OK done"))
    script.on(b"^UID FETCH", (b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (FROM)] {2}\r\n\r\n)", b"TAG OK done"))
    (found,) = headings(read(scripted))
    assert (found.key, found.received, found.size) == ("", None, 2)
    assert script.count(b"X-GM") == 0


def test_roles_that_are_told_only_when_asked(script: ImapScript, scripted: ImapSource) -> None:
    script.capabilities = b"IMAP4rev1 AUTH=PLAIN SPECIAL-USE LIST-EXTENDED"
    script.on(b"^LIST", (b'* LIST (\\Noinferiors) "." INBOX', b'* LIST () "." "INBOX.Mine"', b"TAG OK done"))
    script.on(b"RETURN", (b'* LIST (\\Sent) "." "INBOX.Mine"', b"TAG OK done"))
    assert {each.name: (each.role, each.flagged) for each in scripted.folders()} == {
        "INBOX": (Role.INBOX, True),
        "INBOX/Mine": (Role.SENT, True),
    }


def test_names_that_are_no_names(script: ImapScript, scripted: ImapSource) -> None:
    script.on(
        b"^LIST",
        (
            b'* LIST () "/" inbox',
            b'* LIST () "/" 2024',
            b'* LIST () NIL "R&D"',
            b'* LIST () "/" "caf\xc3\xa9"',
            b'* LIST () "/" {9}\r\nIn [5] "x',
            b'* LIST () "/" {7}\r\nbad\r\nly',
            b'* LIST (\\NonExistent) "/" "Lost"',
            b'* LIST () "/" ""',
            b"TAG OK done",
        ),
    )
    found = {each.name: each.id for each in scripted.folders()}
    assert found["INBOX"] == "INBOX"
    assert found["2024"] == "2024"
    assert found["café"] == "caf&AOk-"
    assert found['In [5] "x'] == 'In [5] "x'
    assert len(found) == 5
