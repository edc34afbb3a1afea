"""Messages of anybody: what is in a mailbox was written by strangers."""

from __future__ import annotations

import base64
import quopri
from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.providers.mime import read_content, read_headers
from fm_desktop.providers.mime.names import safe_name
from tests.fuzz.budget import fuzzed
from tests.fuzz.bytes_damaged import damaged
from tests.properties.test_mime_properties import check, check_content

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "unit/mime/corpus").glob("*.eml"))]
_PAGE = b"<html><body><p>Hello</p><img src='cid:x'><table><tr><td colspan=9999999>x</td></tr></table>&#xD800;&#99999999999;</body></html>"
# fmt: off
PIECES = tuple(each + b"\r\n" for each in (
    b"Date: Wed, 25 Nov 99999 10:00:00 +0100", b"Date: Fri, 31 Dec 9999 23:59:59 -1200", b"Date: Mon, 1 Jan 0001 00:00:00 +1400",
    b"Date: " + b"9" * 5_000, b"Date: 2026-11-25T10:00:00+99:99", b"Date: \xd9\xa1\xd9\xa2 Nov 2026 10:00", b"From: =?utf-7?B?AAAA?=",
    b"From: =?utf-8?b?7aCA?= <a@b.example>", b"Subject: =?idna?q?xn--?=", b"Subject: =?punycode?q?" + b"9" * 300 + b"?=", b"To: " + b"a@b," * 300,
    b"To: " + b"(" * 500, b"To: " + b"<" * 500, b'To: "' + b"\\" * 500, b"Subject: " + b"=?utf-8?q?" * 100, b"Message-ID: <\xed\xa0\x80@x>",
    b"References: " + b"<a@b> " * 300, b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=\"b\"",
    b"Content-Type: message/rfc822", b"Content-Type: text/plain; charset=utf-16", b"Content-Type: text/plain; charset=" + b"x" * 300,
    b"Content-Type: text/plain; charset=\"zlib\"", b"Content-Type: text/html; charset=hex", b"Content-Type: text/html; charset=undefined",
    b"Content-Type: text/plain; format=flowed; delsp=yes", b"Content-Type: application/ms-tnef; name=winmail.dat",
    b"Content-Type: application/pkcs7-mime; smime-type=signed-data", b"Content-Type: application/octet-stream; name*0*=utf-8''%ff; name*1=x",
    b"Content-Type: x; name*" + b"9" * 5_000 + b"*=x", b"Content-Disposition: attachment; filename=\"../../x\"", b"Content-Disposition: inline",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode",
    b"begin 644 x", b"end", b"--b", b"--b--", b"", b"-----BEGIN PGP MESSAGE-----", b"=" * 300, _PAGE, base64.b64encode(_PAGE), quopri.encodestring(_PAGE),
    base64.b64encode(b"\x78\x9f\x3e\x22" + bytes(60)), base64.b64encode(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x84\xff\xff\xff\xff"),
    b"MIME-Version: 1.0", b"BEGIN:VCALENDAR",
))
# fmt: on
messages = st.one_of(damaged(SEEDS, PIECES), damaged(SEEDS, PIECES, most=15))


@fuzzed(500)
@given(messages, st.booleans())
def test_any_message_is_read(raw: bytes, complete: bool) -> None:
    headers = read_headers(raw)
    check(headers)
    check_content(read_content(BytesIO(raw), complete=complete))
    assert normal_title(headers.subject) == headers.subject


@fuzzed(150)
@given(damaged(SEEDS, PIECES, most=3))
def test_what_is_read_of_a_message_is_the_same_wherever_it_is_cut_for_reading(raw: bytes) -> None:
    """A file that gives a few bytes at a time is the same file."""

    class Dripping(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size, 7_000) if size is not None and size >= 0 else size)

    whole, dripping = (read_content(file(raw), complete=True) for file in (BytesIO, Dripping))
    assert whole.text == normal_text(dripping.text)
    assert [(each.name, each.size) for each in whole.attachments] == [
        (each.name, each.size) for each in dripping.attachments
    ]
    assert all(safe_name(each.name) == each.name for each in whole.attachments)
