"""What folders are for, by their flags and names."""

from __future__ import annotations

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.providers.imap.folders import folders_of, roles_are_told


def role(name: bytes, *flags: bytes, separator: bytes | None = b"/", gmail: bool = False) -> Role | None:
    found = folders_of([(flags, separator, name)], gmail=gmail)
    return found[0].role if found else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"Sent", Role.SENT),
        (b"SENT ITEMS", Role.SENT),
        (b"Enviados", Role.SENT),
        (b"Elementos enviados", Role.SENT),
        (b"INBOX.Enviats", Role.SENT),
        (b"&AMk-l&AOk-ments envoy&AOk-s", Role.SENT),
        (b"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", None),
        (b"&kAFP4W4IMH8w4TD8MOs-", Role.SENT),
        (b"Gesendete Objekte", Role.SENT),
        (b"Borradores", Role.DRAFTS),
        (b"Entw&APw-rfe", Role.DRAFTS),
        (b"Correo no deseado", Role.JUNK),
        (b"Junk E-mail", Role.JUNK),
        (b"Papelera", Role.TRASH),
        (b"Gel&APY-schte Elemente", Role.TRASH),
        (b"Corbeille", Role.TRASH),
        (b"Archivo", Role.ARCHIVE),
        (b"Customers", Role.OTHER),
        (b"Not sent yet", Role.OTHER),
    ],
)
def test_names_in_many_languages(name: bytes, expected: Role | None) -> None:
    separator = b"." if name.startswith(b"INBOX.") else b"/"
    if expected is None:
        assert role(name, separator=separator) in (Role.SENT, Role.OTHER)
    else:
        assert role(name, separator=separator) is expected


def test_a_guess_is_said_to_be_one() -> None:
    sent, other, told = folders_of(
        [((), b"/", b"Enviados"), ((), b"/", b"Customers"), ((b"\\Sent",), b"/", b"Customers 2")], gmail=False
    )
    assert (sent.flagged, other.flagged, told.flagged) == (False, True, True)
    assert told.role is Role.SENT


def test_a_flag_counts_more_than_a_name() -> None:
    assert role(b"Trash", b"\\Archive") is Role.ARCHIVE
    assert role(b"INBOX", b"\\Trash") is Role.INBOX


def test_only_at_the_top_or_right_below_the_inbox() -> None:
    assert role(b"Customers/Sent") is Role.OTHER
    assert role(b"INBOX/Customers/Sent") is Role.OTHER
    assert role(b"INBOX/Sent") is Role.SENT
    assert role(b"[Gmail]/Enviados") is Role.SENT
    assert role(b"a.Sent", separator=None) is Role.OTHER


def test_what_can_not_be_opened_is_left_out() -> None:
    assert role(b"[Gmail]", b"\\HasChildren", b"\\NoSelect") is None
    assert role(b"Old", b"\\NonExistent") is None
    assert role(b"a\r\nb") is None
    assert role(b"") is None


def test_all_messages_at_gmail_only() -> None:
    assert role(b"Todos", b"\\All", gmail=True) is Role.ALL
    assert role(b"Todos", b"\\All") is Role.OTHER


def test_names_are_shown_as_people_write_them_and_kept_as_the_server_does() -> None:
    (found,) = folders_of([((), b".", b"INBOX.Informaci&APM-n R&-D")], gmail=False)
    assert found == Folder("INBOX.Informaci&APM-n R&-D", "INBOX/Información R&D", Role.OTHER)


@pytest.mark.parametrize("broken", [b"&", b"&AMk", b"&!!!-", b"a&-&-&b", b"&2D3cAA-", b"\xff\xfe", "&Ü-".encode()])
def test_names_that_are_no_modified_utf7_do_no_harm(broken: bytes) -> None:
    assert len(folders_of([((), b"/", broken), ((), b"/", b"Sent")], gmail=False)) in (1, 2)


def test_whether_roles_are_told() -> None:
    assert roles_are_told([((b"\\HasNoChildren",), b"/", b"a"), ((b"\\SENT",), b"/", b"b")])
    assert not roles_are_told([((b"\\HasNoChildren",), b"/", b"Sent")])


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (((b"\\Trash",), b"/", b"Deleted"), Role.TRASH),
        (((), b"/", b"Papelera"), Role.TRASH),
        (((b"\\Noselect", b"\\Junk"), b"/", b"Bulk of all"), Role.JUNK),
        (((b"\\Sent",), b"/", b"Sent"), Role.OTHER),
        (((), b"/", b"Customers"), Role.OTHER),
    ],
)
def test_what_is_below_the_trash_is_trash(above: tuple[tuple[bytes, ...], bytes, bytes], expected: Role) -> None:
    below = ((), b"/", above[2] + b"/2019/Old customers")
    assert folders_of([below, above], gmail=False)[0].role is expected


def test_the_inbox_is_no_trash_whatever_is_said_of_it() -> None:
    found = folders_of([((b"\\Trash",), b".", b"INBOX"), ((), b".", b"INBOX.Customers")], gmail=False)
    assert [each.role for each in found] == [Role.INBOX, Role.OTHER]
