"""Messages that cost more to read than to write."""

from __future__ import annotations

import base64
from io import BytesIO

from fm_desktop.providers.mime import read_content, read_headers


def read(raw: bytes) -> None:
    read_headers(raw)
    content = read_content(BytesIO(raw), complete=True)
    for each in content.attachments:
        assert sum(map(len, each.chunks())) == each.size


def bomb_parts_in_parts() -> None:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_000))
    read(head + b"\r\nHello\r\n")
    read(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3_000
    )


def bomb_messages_in_messages() -> None:
    read(b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"Hello\r\n")


def bomb_many_parts() -> None:
    read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000 + b"--b--\r\n")


def bomb_headers() -> None:
    read(b"To: " + b"a@b.example, " * 30_000 + b"\r\n\r\nx")
    read(b"To: " + b"(" * 200_000 + b"\r\n\r\nx")
    read(b'To: "' + b"\\" * 200_000 + b"\r\n\r\nx")
    read(b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nx")
    read(b"Subject: x" + b"\r\n y" * 30_000 + b"\r\n\r\nx")
    read(b"References: " + b"<a@b> " * 30_000 + b"\r\n\r\nx")
    read(b"X: y\r\n" * 50_000 + b"\r\nx")


def bomb_parameters() -> None:
    read(b"Content-Type: text/plain" + b"; name*0*=x" * 20_000 + b"\r\n\r\nx")
    read(b"Content-Type: text/plain; name*" + b"9" * 20_000 + b"*=x\r\n\r\nx")
    read(b'Content-Type: text/plain; x="' + b'\\"' * 50_000 + b"\r\n\r\nx")


def bomb_html() -> None:
    for page in (
        b"<div>" * 200_000,
        b"<!--" * 200_000,
        b"<" * 200_000,
        b"&lt;" * 30_000,
        b"<p " + b"a=" * 30_000 + b">",
        b"<td colspan=999999999>x",
    ):
        read(b"Content-Type: text/html\r\n\r\n" + page)


def bomb_encodings() -> None:
    read(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 200_000)
    read(b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 200_000)
    read(b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n" + b"M" * 200_000)
    read(b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+" * 200_000)


def bomb_packed_files() -> None:
    tnef = b"\x78\x9f\x3e\x22\x00\x00" + b"\x02\x0f\x80\x06\x00\xff\xff\xff\xff" * 10_000
    read(b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(tnef))
    cms = b"\x30\x80" * 20_000
    read(b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(cms))
