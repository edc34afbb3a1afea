"""Messages made to hurt: memory does not grow with them, and every limit that is reached is said on the record."""

from __future__ import annotations

import base64
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from fm_desktop.providers.mime import read_content, read_headers

MB = 1024 * 1024


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """No more memory than this is taken at any moment."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size, f"{peak:,} bytes"


@pytest.fixture
def message(tmp_path: Path) -> Path:
    return tmp_path / "message.eml"


@pytest.mark.parametrize("line", [76, 0], ids=["lines", "one line"])
def test_an_attachment_of_a_hundred_megabytes_takes_no_more_memory_than_a_small_one(message, line):
    block = bytes(range(256)) * 768  # a whole number of base64 groups
    encoded = base64.encodebytes(block) if line else base64.b64encode(block)
    times = 100 * MB // len(block)
    digest = sha256()
    with message.open("wb") as file:
        file.write(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n")
        file.write(b"Content-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(times):
            file.write(encoded)
            digest.update(block)
        file.write(b"\r\n--b\r\n\r\nBye\r\n--b--\r\n")
    found = sha256()
    with message.open("rb") as file, at_most(8 * MB):
        content = read_content(file, complete=True)
        (attachment,) = content.attachments
        for each in attachment.chunks():
            found.update(each)
    assert (content.text, attachment.size) == ("Hello\n\nBye", times * len(block))
    assert found.hexdigest() == digest.hexdigest()


@pytest.mark.parametrize("encoding", ["quoted-printable", "x-uuencode", "8bit"])
def test_other_encodings_take_no_more_memory_either(message, encoding):
    with message.open("wb") as file:
        file.write(f"Content-Type: application/x\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode())
        for _ in range(20):
            file.write(b"=41 no line end at all " * (MB // 23))
    with message.open("rb") as file, at_most(8 * MB):
        (attachment,) = read_content(file, complete=True).attachments
        assert sum(map(len, attachment.chunks())) == attachment.size


def test_ten_thousand_parts(message):
    with message.open("wb") as file:
        file.write(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n")
        for number in range(10_000):
            file.write(b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%d\r\n" % number)
        file.write(b"--b--\r\n")
    with message.open("rb") as file, at_most(16 * MB):
        content = read_content(file, complete=True)
        assert b"".join(content.attachments[-1].chunks()) == b"998"
    assert len(content.attachments) == 999
    assert content.notes == ("This message has more than 1,000 parts; only those were read.",)


def test_a_thousand_levels(message):
    levels = 1_000
    with message.open("wb") as file:
        file.write(b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
        for level in range(levels):
            file.write(b"--b%d\r\n\r\nText %d\r\n--b%d\r\n" % (level, level, level))
            file.write(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level + 1))
        for level in reversed(range(levels)):
            file.write(b"--b%d--\r\n" % level)
    with message.open("rb") as file, at_most(8 * MB):
        content = read_content(file, complete=True)
    assert content.text.split("\n\n") == [f"Text {level}" for level in range(50)]
    assert content.notes == ("Parts nested more than 50 levels deep were left out.",)


def test_a_thousand_messages_within_messages_are_one_file(message):
    with message.open("wb") as file:
        file.write(b"Content-Type: message/rfc822\r\nSubject: x\r\n\r\n" * 1_000)
    with message.open("rb") as file:
        content = read_content(file, complete=True)
    assert [each.name for each in content.attachments] == ["x.eml"]


@pytest.mark.parametrize(
    "line",
    [
        b"X-Long: %d of the very many fields of this header\r\n",
        b" folded %d of the very many lines of this field\r\n",
        b"no field %d of very many lines that are none\r\n",
        b"%d",
    ],
    ids=["fields", "folds", "junk", "one line"],
)
def test_a_header_of_five_megabytes(message, line):
    with message.open("wb") as file:
        file.write(b"Subject: Offer\r\nX-First: ")
        for number in range(5 * MB // len(line)):
            file.write(line % number)
        file.write(b"\r\n\r\nHello")
    with message.open("rb") as file, at_most(64 * MB):
        content = read_content(file, complete=True)
    if line.startswith(b"no"):
        assert content.text.startswith("no field 1 of very many")
    else:
        assert content.text == "Hello"
        assert content.notes == ("The headers of this message are longer than usual; they were not read to their end.",)
    assert read_headers(message.read_bytes()).subject == "Offer"


def test_ten_thousand_recipients_hide_nothing_of_the_content(message):
    people = ",\r\n ".join(
        f'"Person {number} of the sales department" <p{number}@example.com>' for number in range(10_000)
    )
    message.write_bytes(f"To: {people}\r\nContent-Type: text/html\r\n\r\n<p>Hello".encode())
    with message.open("rb") as file:
        content = read_content(file, complete=True)
    assert (content.text, content.notes) == ("Hello", ())


def test_headers_of_parts_that_are_too_long(message):
    with message.open("wb") as file:
        file.write(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n")
        file.write(b"X-Long: value\r\n" * 100_000)
        file.write(b"\r\n<p>Hello\r\n--b\r\n\r\nBye\r\n--b--")
    with message.open("rb") as file, at_most(8 * MB):
        content = read_content(file, complete=True)
    assert content.text == "Hello\n\nBye"


def test_a_delimiter_on_the_border_of_what_is_read_at_once_is_found(message):
    for filler in range(64 * 1024 - 120, 64 * 1024 + 8):
        raw = b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: application/x; name=a\r\n\r\n"
        message.write_bytes(raw + b"x" * filler + b"\r\n--bb\r\n\r\nText\r\n--bb--")
        with message.open("rb") as file:
            content = read_content(file, complete=True)
            assert (content.text, content.attachments[0].size, content.notes) == ("Text", filler, ())


@pytest.mark.parametrize("line", [b"--", b"--b", b"\r\n--bx", b"--b \t--", b"\n", b"-", b"\r", b"--b----"])
def test_lines_that_are_nearly_delimiters(message, line):
    with message.open("wb") as file:
        file.write(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/x\r\n\r\n")
        file.write(b"x" + line * (5 * MB // len(line)) + b"x\r\n--b--")
    with message.open("rb") as file, at_most(8 * MB):
        (attachment,) = read_content(file, complete=True).attachments
    assert attachment.size == 2 + len(line) * (5 * MB // len(line))


def test_a_large_html_text_stays_in_bounds(message):
    with message.open("wb") as file:
        file.write(b"Content-Type: text/html\r\n\r\n<table>")
        for number in range(8_000):
            file.write(b"<tr><td>%d<td>" % number + b"Three hundred letters in each row. " * 9)
            if number == 100:
                file.write(b"wide " * 50_000)
    with message.open("rb") as file, at_most(60 * MB):
        content = read_content(file, complete=True)
    assert len(content.text) < 2 * MB
    assert [each.name for each in content.attachments] == ["text.html"]
