"""Messages that come in other pieces than asked for, or not at all. Scripted."""

from __future__ import annotations

import io

import pytest

from fm_desktop.mailport import MessageRef
from fm_desktop.port import Gone
from fm_desktop.providers.imap import ImapSource
from tests.servers.imap_script import ImapScript, Talk


def download(source: ImapSource) -> bytes:
    into = io.BytesIO()
    assert source.download(MessageRef("INBOX", "7.1"), into)
    return into.getvalue()


def test_a_server_that_gives_no_parts_gives_all_at_once(script: ImapScript, scripted: ImapSource) -> None:
    body = b"x" * 2_000_000
    script.on(
        b"^UID FETCH", (b"* 1 FETCH (UID 1 RFC822.SIZE 2000000 BODY[] {%d}\r\n%s)" % (len(body), body), b"TAG OK done")
    )
    assert download(scripted) == body
    assert script.count(b"^UID FETCH") == 1


def test_a_size_that_is_wrong_cuts_no_message(script: ImapScript, scripted: ImapSource) -> None:
    def part(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        start = int(command.split(b"<")[1].split(b".")[0])
        text = {0: b"first ", 6: b"second"}.get(start, b"")
        return (b"* 1 FETCH (UID 1 RFC822.SIZE 100 BODY[]<%d> {%d}\r\n%s)" % (start, len(text), text), b"TAG OK done")

    script.on(b"^UID FETCH", part)
    assert download(scripted) == b"first second"


@pytest.mark.parametrize("answer", [b"* 1 FETCH (UID 1 BODY[]<0> NIL)", b"* 1 FETCH (UID 1 FLAGS ())"])
def test_a_message_without_a_body_is_gone(script: ImapScript, scripted: ImapSource, answer: bytes) -> None:
    script.on(b"^UID FETCH", (answer, b"TAG OK done"))
    with pytest.raises(Gone):
        download(scripted)


def test_an_empty_message_is_empty(script: ImapScript, scripted: ImapSource) -> None:
    script.on(b"^UID FETCH", (b'* 1 FETCH (UID 1 RFC822.SIZE 0 BODY[]<0> "")', b"TAG OK done"))
    assert download(scripted) == b""
