"""Attached files: their names, their bytes, and which images are none."""

from __future__ import annotations

import base64
import quopri
import zipfile
from io import BytesIO

import pytest

from fm_desktop.model.message import Attachment
from fm_desktop.providers.mime import read_content


def attachments(*parts: str | bytes) -> tuple[Attachment, ...]:
    encoded = (each if isinstance(each, bytes) else each.encode() for each in parts)
    body = b"".join(b"--b\r\n" + each + b"\r\n" for each in encoded)
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body + b"--b--\r\n"
    return read_content(BytesIO(raw), complete=True).attachments


def name_of(headers: str | bytes) -> str:
    encoded = headers if isinstance(headers, bytes) else headers.encode()
    (found,) = attachments(encoded + b"\r\n\r\nx")
    return found.name


def bytes_of(body: bytes, encoding: str) -> bytes:
    (found,) = attachments(
        f"Content-Type: application/x\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body
    )
    data = b"".join(found.chunks())
    assert found.size == len(data)
    return data


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ('Content-Disposition: attachment; filename="offer.pdf"', "offer.pdf"),
        ("Content-Disposition: attachment; filename=my offer.pdf; size=3", "my offer.pdf"),
        ('Content-Disposition: attachment; filename="a;b.pdf"', "a;b.pdf"),
        (r'Content-Disposition: attachment; filename="a \"b\".pdf"', "a _b_.pdf"),
        ("Content-Disposition: attachment; filename*=UTF-8''Ma%C3%B1ana.pdf", "Mañana.pdf"),
        ("Content-Disposition: attachment; filename*=iso-8859-1'es'Ma%F1ana.pdf", "Mañana.pdf"),
        ("Content-Disposition: attachment; filename=plain.pdf; filename*=UTF-8''Ma%C3%B1ana.pdf", "Mañana.pdf"),
        (
            "Content-Disposition: attachment;\r\n filename*1*=%B1a;\r\n filename*0*=UTF-8''Ma%C3;\r\n filename*2=\"na.pdf\"",
            "Mañana.pdf",
        ),
        ('Content-Disposition: attachment; filename*0="Ma"; filename*1="nana.pdf"', "Manana.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?q?Ma=C3=B1ana=2Epdf?="', "Mañana.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?b?TWHDsWFuYS5wZGY=?=", "Mañana.pdf"),
        ('Content-Disposition: attachment; filename*0="=?utf-8?q?Ma=C3"; filename*1="=B1ana?=.pdf"', "Mañana.pdf"),
        ('Content-Type: application/pdf; name="Mañana.pdf"', "Mañana.pdf"),
        ('Content-Type: application/pdf; name="Ma\xf1ana.pdf"'.encode("latin-1"), "Mañana.pdf"),
        ("Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=b.pdf", "b.pdf"),
        ("Content-Type: application/pdf", "attachment.pdf"),
        ("Content-Type: image/jpeg", "image.jpg"),
        ("Content-Type: application/x-unknown", "attachment.bin"),
        ("Content-Type: application/pdf; name*=x", "x"),
        ("Content-Type: application/pdf; name*=UTF-8''%", "%"),
        ("Content-Type: application/pdf; =; ;;; name", "attachment.pdf"),
    ],
)
def test_names_in_every_notation(headers, expected):
    assert name_of(headers) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\ana\\offer.pdf", "offer.pdf"),
        ("/", "attachment.pdf"),
        ("..", "attachment.pdf"),
        ("../..", "attachment.pdf"),
        (" . ", "attachment.pdf"),
        ("a\x00b\x1f.pdf", "ab.pdf"),
        ("a=0D=0AX: y.pdf", "a=0D=0AX_ y.pdf"),
        ("=?utf-8?q?a=0D=0Ab.pdf?=", "ab.pdf"),
        ("offer\u202efdp.exe", "offerfdp.exe"),
        ("a\u200b\u2066b.pdf", "ab.pdf"),
        ('<a>:|?*.pdf"', "_a_____.pdf_"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ("offer.pdf. . ", "offer.pdf"),
        ("  a   b.pdf ", "a b.pdf"),
        (".bashrc", "bashrc"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
        ("x." + "y" * 300, "x." + "y" * 118),
    ],
)
def test_names_are_safe(given, expected):
    quoted = given.replace("\\", "\\\\").replace('"', '\\"')
    assert name_of(f'Content-Type: application/pdf; name="{quoted}"') == expected


def test_names_are_unique():
    given = ["a.pdf", "A.pdf", "a.pdf", "a (2).pdf", "b", "b", "x" * 130 + ".pdf", "x" * 130 + ".pdf"]
    found = [
        each.name for each in attachments(*(f"Content-Type: application/pdf; name={each}\r\n\r\nx" for each in given))
    ]
    assert found == [
        *("a.pdf", "A (2).pdf", "a (3).pdf", "a (2) (2).pdf", "b", "b (2)"),
        *("x" * 116 + ".pdf", "x" * 112 + " (2).pdf"),
    ]
    assert len({each.casefold() for each in found}) == len(found)


HTML = "Content-Type: text/html\r\n\r\n<p>Hi <img src='cid:logo%40x'><img src=\"CID:second@x\">"


def image(content_id: str, *lines: str) -> str:
    return "\r\n".join(("Content-Type: image/png; name=i.png", f"Content-ID: {content_id}", *lines, "", "data"))


def test_images_shown_in_the_text_are_left_out():
    assert attachments(HTML, image("<logo@x>"), image("<second@x>", "Content-Disposition: inline")) == ()


def test_images_shown_nowhere_are_kept():
    assert [each.name for each in attachments(HTML, image("<other@x>"), image(""))] == ["i.png", "i (2).png"]


def test_what_is_no_image_is_kept_even_if_it_is_referred_to():
    pdf = "Content-Type: application/pdf; name=a.pdf\r\nContent-ID: <logo@x>\r\n\r\ndata"
    assert [each.name for each in attachments(HTML, pdf)] == ["a.pdf"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVs\r\nbG8=\r\n", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVsbG8==", b"Hello"),
        (b" S G*V-s\xffb G8=", b"Hello"),
        (b"SGVs=bG8=", b"Hello"),
        (b"SGk=SGk=", b"HiHi"),
        (b"SGVsb", b"Hel"),
        (b"=", b""),
        (b"", b""),
    ],
)
def test_base64_also_when_it_is_damaged(body, expected):
    assert bytes_of(body, "base64") == expected
    assert bytes_of(body, " BASE64 (comment)") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Caf=C3=A9", "Café".encode()),
        (b"one=\r\ntwo", b"onetwo"),
        (b"one= \t\r\ntwo", b"onetwo"),
        (b"=c3=a9=", "é".encode()),
        (b"=ZZ=4", b"=ZZ=4"),
        (b"a\r\nb", b"a\r\nb"),
        (b"", b""),
    ],
)
def test_quoted_printable_also_when_it_is_damaged(body, expected):
    assert bytes_of(body, "quoted-printable") == expected


def test_uuencoded_bytes():
    body = b"before\r\nbegin 644 x.bin\r\n%2&5L;&\\\r\n`\r\nend\r\nafter"
    assert bytes_of(body, "x-uuencode") == b"Hello"


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "", "x-unknown", "\x00"])
def test_other_encodings_leave_the_bytes_alone(encoding):
    assert bytes_of(b"a\r\n\xff=41", encoding) == b"a\r\n\xff=41"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 262_143, 262_144, 262_145, 1_000_003])
def test_bytes_come_through_whole_over_the_borders_of_pieces(size):
    data = bytes(number * 7 % 251 for number in range(size))
    assert bytes_of(base64.encodebytes(data), "base64") == data
    assert bytes_of(base64.b64encode(data), "base64") == data
    assert bytes_of(quopri.encodestring(data), "quoted-printable") == data
    one_line = "".join(f"={each:02X}" for each in data).encode()
    assert bytes_of(one_line, "quoted-printable") == data


def test_two_files_are_read_by_turns():
    first, second = attachments(
        *("Content-Type: application/x\r\n\r\n" + letter * 600_000 for letter in "ab"),
    )
    turns = list(zip(first.chunks(), second.chunks(), strict=True))
    assert len(turns) > 1
    assert b"".join(each for each, _ in turns) == b"a" * 600_000
    assert b"".join(each for _, each in turns) == b"b" * 600_000


def test_archives_are_never_opened():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 50_000_000)
    (found,) = attachments(
        b"Content-Type: application/zip; name=bomb.zip\r\nContent-Encoding: gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(packed.getvalue())
    )
    assert found.size == len(packed.getvalue())
    assert b"".join(found.chunks()) == packed.getvalue()
