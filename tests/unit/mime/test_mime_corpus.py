"""Messages in the style of the programs that write most of them, and all that come with Python's own tests."""

from __future__ import annotations

import email
import sysconfig
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from fm_desktop.model.message import Content, Mailbox
from fm_desktop.model.text import normal_text
from fm_desktop.providers.mime import read_content, read_headers

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.eml"))
# Some builds of Python leave their tests out; those above are always read.
OF_PYTHON = sorted((Path(sysconfig.get_path("stdlib")) / "test" / "test_email" / "data").glob("msg_*.txt"))
ALL = [*CORPUS, *OF_PYTHON]
CET = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def corpus(name: str) -> bytes:
    return (Path(__file__).parent / "corpus" / f"{name}.eml").read_bytes()


def read(raw: bytes) -> Content:
    return read_content(BytesIO(raw), complete=True)


def files(content: Content) -> dict[str, bytes]:
    return {each.name: b"".join(each.chunks()) for each in content.attachments}


def test_the_corpus_is_there():
    assert len(CORPUS) == 8
    assert len(OF_PYTHON) == 0 or len(OF_PYTHON) >= 45


@pytest.mark.parametrize("path", ALL, ids=lambda each: each.name)
def test_every_message_is_read_and_so_is_every_beginning_of_it(path):
    raw = path.read_bytes()
    content = read(raw)
    assert content.text == normal_text(content.text)
    assert all(each.size == len(b"".join(each.chunks())) for each in content.attachments)
    assert content.text or content.attachments or is_empty(raw)
    for size in range(0, len(raw), max(len(raw) // 60, 1)):
        part = read_content(BytesIO(raw[:size]), complete=False)
        assert len(part.attachments) <= len(content.attachments) + 1
        read_headers(raw[:size])


def is_empty(raw: bytes) -> bool:
    """As the standard library sees it: there are bodies, if any, but nothing is in them."""
    leaves = [each for each in email.message_from_bytes(raw).walk() if not each.is_multipart()]
    return not any((each.get_payload(decode=True) or b"").strip() for each in leaves)


@pytest.mark.parametrize("path", CORPUS, ids=lambda each: each.stem)
def test_nothing_in_ordinary_messages_has_to_be_noted(path):
    assert read(path.read_bytes()).notes == ()


@pytest.mark.parametrize("path", ALL, ids=lambda each: each.name)
def test_line_ends_make_no_difference(path):
    unix = path.read_bytes().replace(b"\r\n", b"\n")
    first, second = read(unix), read(unix.replace(b"\n", b"\r\n"))
    assert first.text == second.text
    assert [each.name for each in first.attachments] == [each.name for each in second.attachments]


def test_gmail():
    headers, content = read_headers(corpus("gmail")), read(corpus("gmail"))
    assert headers.subject == "Oferta para la reunión 📎"
    assert headers.sender == (Mailbox("ana.munoz@gmail.com", "Ana Muñoz"),)
    assert content.text.startswith("Hola Luis, te envío la oferta.\n[image: logo.png]\n\nOn Tue")
    assert content.text.endswith("> ¿Puedes enviarla hoy?")
    assert files(content) == {"Oferta_2026.pdf": b"%PDF-1.4\n"}


def test_outlook():
    headers, content = read_headers(corpus("outlook")), read(corpus("outlook"))
    assert headers.sender == (Mailbox("jonas.keller@example.com", "Keller, Jonas"),)
    assert headers.to == (Mailbox("ana@example.org"),)
    assert headers.thread == ("1@example.org",)
    assert content.text == "Grüße aus Köln\n\nVon: Ana\nGesendet: Dienstag"
    assert list(files(content)) == ["Angebot für Ana.docx", "Anfrage.eml"]


def test_an_invitation_of_exchange():
    assert read(corpus("exchange_invitation")) == Content("Please bring your figures.")


def test_apple_mail():
    content = read(corpus("apple_mail"))
    assert content.text == "Here are the plans.\n\n\n\nBest, Ana"
    assert files(content) == {"Planos de la fábrica.pdf": b"%PDF-1.4\n"}


def test_thunderbird():
    headers, content = read_headers(corpus("thunderbird")), read(corpus("thunderbird"))
    assert headers.date == CET
    assert headers.thread == ("0@example.org", "1@example.org")
    assert content.text == (
        "Am 24.11.26 um 18:02 schrieb Ana:\n> Can it be here by Friday? We would need two pallets.\n\n"
        "Yes, the lorry leaves on Thursday and should be with you early – around 8.\n\n--\nPablo"
    )


def test_a_newsletter():
    assert read(corpus("newsletter")) == Content(
        "Welcome\n\nVisit us in hall 7. Get your ticket <https://fair.example/tickets>"
    )


def test_a_bounce():
    content = read(corpus("bounce"))
    assert content.text == "Your message could not be delivered."
    assert list(files(content)) == ["Hello.eml"]


def test_an_old_webmail_in_chinese():
    headers, content = read_headers(corpus("old_webmail")), read(corpus("old_webmail"))
    assert headers.subject == "报价单的附件"
    assert content.text == "您好，请看附件。"
    assert list(files(content)) == ["报价单.xls"]
