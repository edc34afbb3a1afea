"""Header blocks as people and programs really write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fm_desktop.model.message import Headers, Mailbox
from fm_desktop.providers.mime import read_headers


def headers(*lines: str | bytes) -> Headers:
    encoded = (line if isinstance(line, bytes) else line.encode() for line in lines)
    return read_headers(b"\r\n".join(encoded) + b"\r\n\r\nbody: no header\r\n")


def to(value: str | bytes) -> tuple[Mailbox, ...]:
    return headers(b"To: " + (value if isinstance(value, bytes) else value.encode())).to


def addresses(value: str | bytes) -> list[str]:
    return [each.address for each in to(value)]


def test_an_ordinary_message():
    found = headers(
        "Return-Path: <ana@example.com>",
        "From: Ana Ruiz <Ana@Example.com>",
        "To: Luis <luis@example.org>, marta@example.net",
        "Cc: pablo@example.org",
        "Bcc: boss@example.com",
        "Reply-To: Sales <sales@example.com>",
        "Subject: The",
        "\toffer",
        "Date: Wed, 25 Nov 2026 09:30:00 +0100",
        "Message-ID: <abc@example.com>",
        "References: <1@example.com>",
        " <2@example.com>",
        "In-Reply-To: <2@example.com>",
    )
    assert found == Headers(
        message_id="abc@example.com",
        date=datetime(2026, 11, 25, 8, 30, tzinfo=UTC),
        subject="The offer",
        sender=(Mailbox("ana@example.com", "Ana Ruiz"),),
        to=(Mailbox("luis@example.org", "Luis"), Mailbox("marta@example.net")),
        cc=(Mailbox("pablo@example.org"),),
        bcc=(Mailbox("boss@example.com"),),
        reply_to=(Mailbox("sales@example.com", "Sales"),),
        thread=("1@example.com", "2@example.com"),
    )


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\n\n\n", b"no header at all", b"\x00\xff\xfe", b": x\r\n", b"From"])
def test_what_has_no_headers_is_empty(raw):
    assert read_headers(raw) == Headers("", None, "", ())


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_any_line_end(end):
    found = read_headers(end.join((b"From: a@example.com", b"Subject: one", b" two", b"", b"Subject: body")))
    assert (found.sender, found.subject) == ((Mailbox("a@example.com"),), "one two")


def test_lines_that_are_no_fields_hide_nothing():
    found = headers(
        "From ana@example.com Wed Nov 25", "Subject : odd", ">From: x", "no field", " nor this", "To: a@b.example"
    )
    assert (found.subject, found.to) == ("odd", (Mailbox("a@b.example"),))


def test_sender_stands_in_where_from_has_no_address():
    found = headers("From: Undisclosed", "Sender: Office <office@example.com>")
    assert found.sender == (Mailbox("office@example.com", "Office"),)


def test_our_own_notification_is_known():
    assert headers("X-FM-Desktop-Notice: 1").notice
    assert not headers("X-Other: X-FM-Desktop-Notice").notice


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@example.com (Ana (the boss) Ruiz)", [("a@example.com", "Ana (the boss) Ruiz")]),
        ("Ana (away) <a@example.com> (home)", [("a@example.com", "Ana")]),
        ('"Ruiz, Ana" <a@example.com>', [("a@example.com", "Ruiz, Ana")]),
        (r'"Ana \"A\" Ruiz" <a@example.com>', [("a@example.com", 'Ana "A" Ruiz')]),
        ("'Ana' <a@example.com>", [("a@example.com", "Ana")]),
        ('"a@example.com" <A@EXAMPLE.COM>', [("a@example.com", "")]),
        ("=?utf-8?q?Jos=C3=A9?= =?utf-8?b?IFJ1aXo=?= <j@example.com>", [("j@example.com", "José Ruiz")]),
        ('"=?iso-8859-1?Q?Jos=E9?=" <j@example.com>', [("j@example.com", "José")]),
        ("=?utf-8?Q?Ruiz, Ana?= <a@example.com>", [("a@example.com", "Ruiz, Ana")]),
        ("=?utf-8?q?Ana_=3Ca=40example=2Ecom=3E?=", [("a@example.com", "Ana")]),
        ("Ana =?utf-8?q?=0D=0ABcc=3A_x=40y=2Ez?= <a@example.com>", [("a@example.com", "Ana Bcc: x@y.z")]),
        ("J. R. Ruiz a@example.com", [("a@example.com", "J. R. Ruiz")]),
        ("José <josé@correo.example>", [("josé@correo.example", "José")]),
        ("Nom <x@y.example>\x00", [("x@y.example", "Nom")]),
    ],
)
def test_names(value, expected):
    assert to(value) == tuple(Mailbox(*each) for each in expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Team: a@example.com, B <b@example.com>;, c@example.com", ["a@example.com", "b@example.com", "c@example.com"]),
        ("undisclosed-recipients:;", []),
        ("Undisclosed recipients", []),
        ("a@example.com; b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com b@example.com", ["a@example.com", "b@example.com"]),
        ("<a@example.com> <b@example.com>", ["a@example.com", "b@example.com"]),
        ("A <a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        (",,a@example.com,,", ["a@example.com"]),
        ('"open <a@example.com>, b@example.com', ["a@example.com", "b@example.com"]),
        ("(open <a@example.com>, b@example.com", ["a@example.com", "b@example.com"]),
        ("<@relay.example,@other.example:a@example.com>", ["a@example.com"]),
        ("mailto:a@example.com, <mailto:b@example.com>", ["a@example.com", "b@example.com"]),
        ("a @ example . com", ["a@example.com"]),
        ("John . Doe @ example.com", ["john.doe@example.com"]),
        ("a@example.com.", ["a@example.com"]),
        ("Ana.Ruiz+crm@Example.COM", ["ana.ruiz+crm@example.com"]),
        ('"Ana.Ruiz"@example.com', ["ana.ruiz@example.com"]),
        ('"ana ruiz"@example.com', ['"ana ruiz"@example.com']),
        ('"a@b"@example.com', ['"a@b"@example.com']),
        ('"a,b" <"c,d"@example.com>', ['"c,d"@example.com']),
        ("a..b.@docomo.example", ["a..b.@docomo.example"]),
        ("a@xn--mnchen-3ya.example", ["a@münchen.example"]),
        ("a@XN--MNCHEN-3YA.example", ["a@münchen.example"]),
        ("a@MÜNCHEN.example", ["a@münchen.example"]),
        ("a@xn--zzzzzzz999999999.example", ["a@xn--zzzzzzz999999999.example"]),
        ("用户@例子.example", ["用户@例子.example"]),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("\u202aa@example.com\u202c", ["a@example.com"]),
        ("a@\u200bexample.com", ["a@example.com"]),
        ("a@b@example.com", []),
        ("/o=Company/ou=First/cn=Recipients/cn=ana", []),
        ("@example.com, a@, @, <>, <a>", []),
        ("Ana <john doe@example.com>", []),
        ("A@example.com, a@EXAMPLE.com", ["a@example.com"]),
        ("\"'a@example.com'\"", ["a@example.com"]),
    ],
)
def test_addresses(value, expected):
    assert addresses(value) == expected


def test_fields_given_twice_count_together():
    assert [each.address for each in headers("To: a@example.com", "To: b@example.com").to] == [
        "a@example.com",
        "b@example.com",
    ]


@pytest.mark.parametrize(
    "value",
    [
        b"Jos\xe9 <a@example.com>",
        "José <a@example.com>".encode(),
        b"=?iso-8859-1?q?Jos=E9?= <a@example.com>",
        b"=?iso-8859-1*es?q?Jos=E9?= <a@example.com>",
        b"=?utf-8?b?Sm9zww==?= =?utf-8?b?qQ==?= <a@example.com>",
    ],
)
def test_letters_beyond_ascii_however_they_are_written(value):
    assert to(value) == (Mailbox("a@example.com", "José"),)


def test_ten_thousand_recipients():
    lines = ",\r\n ".join(f'"Person {number}, Sales" <p{number}@example.com>' for number in range(10_000))
    found = headers("To: " + lines).to
    assert len(found) == 10_000
    assert found[-1] == Mailbox("p9999@example.com", "Person 9999, Sales")


# fmt: off
PIECES = (
    b'"', b"(", b"<", b"\\", b'"\\', b"=?", b"=?a?q?", b"=?a?q?b?= ", b"a@b", b"@", b":", b" ", b"(a", b";", b",", b"((", b"()",
    b'""', b"a ", b". ", b"@:", b"a,", b'" "', b"=?a?q?b?=",
)
# fmt: on


@pytest.mark.parametrize("start", [b"", b"<", b"a " * 20_000 + b"@"], ids=["", "open", "long"])
@pytest.mark.parametrize("piece", PIECES)
def test_very_much_of_anything_is_read_in_linear_time(piece, start):
    """The limit is the test's own time-out."""
    value = start + piece * (150_000 // len(piece))
    found = read_headers(
        b"".join(name + b": " + value + b"\r\n" for name in (b"From", b"Subject", b"Date", b"References"))
    )
    assert len(found.sender) <= 1
    assert len(found.subject) <= 10_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?utf-8?q?Caf=C3=A9?=", "Café"),
        ("=?UTF-8?B?Q2Fmw6k=?= con =?utf-8?q?leche?=", "Café con leche"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?b?GyRCJDMbKEI=?=", "こ"),
        ("=?x-unknown?q?Caf=C3=A9?=", "Café"),
        ("=?x-unknown?q?Caf=E9?=", "Café"),
        ("=?zlib?b?eJwDAAAAAAE=?=", "xœ"),
        ("=?utf-8?b?!Q2FmZ Q!?=", "Cafe"),
        ("=?utf-8?q?a_b=20c?=", "a b c"),
        ("=?utf-8?q?one=0D=0ABcc:=20victim@example.com?=", "one Bcc: victim@example.com"),
        ("one\u2028two\x0bthree\x00", "one twothree"),
        ("=?broken", "=?broken"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q??=", ""),
        ("  spaced \t out  ", "spaced out"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
    ],
)
def test_subjects(value, expected):
    assert headers("Subject: " + value).subject == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Wed, 25 Nov 2026 09:30:15 +0100", "2026-11-25T08:30:15"),
        ("25 Nov 2026 09:30 -0500", "2026-11-25T14:30:00"),
        ("Wed, 25 Nov 26 09:30:00 GMT", "2026-11-25T09:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 EST", "2026-11-25T14:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 +0100 (CET (winter))", "2026-11-25T08:30:00"),
        ("Wed (day), 25 (x) Nov 2026 09:30:00 +0100", "2026-11-25T08:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 GMT+0200", "2026-11-25T07:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 UTC+2", "2026-11-25T07:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 Mars/Crater", "2026-11-25T09:30:00"),
        ("Wed, 25 Nov 2026 09:30:00 +9999", "2026-11-25T09:30:00"),
        ("Wed, 25 Nov 2026 09:30:00", "2026-11-25T09:30:00"),
        ("Wed, 25 Nov 2026 23:59:60 +0000", "2026-11-25T23:59:59"),
        ("Wed Nov 25 09:30:00 2026", "2026-11-25T09:30:00"),
        ("2026-11-25T09:30:00+01:00", "2026-11-25T08:30:00"),
        ("2026-11-25 09:30:00", "2026-11-25T09:30:00"),
        ("1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00"),
        ("25 Nov 2186 09:30:00 +0000", "2186-11-25T09:30:00"),
    ],
)
def test_dates(value, expected):
    assert headers("Date: " + value).date == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "Wed, 31 Feb 2026 09:30:00 +0000",
        "Wed, 25 Nov 2026 25:30:00 +0000",
        "25 Nov 99999 09:30:00 +0000",
        "31 Dec 9999 23:59:59 -1200",
        "0 0 0 0",
        ",",
        "Wed, " * 50,
        "2026-13-01",
    ],
)
def test_what_is_no_date(value):
    assert headers("Date: " + value).date is None


def test_the_first_date_that_can_be_read_counts():
    found = headers("Date: soon", "Date: Wed, 25 Nov 2026 09:30:00 +0000").date
    assert found == datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", "a@b"),
        (" < a@\r\n b > ", "a@b"),
        ("a@b", "a@b"),
        ("<no-at-sign>", "no-at-sign"),
        ("(comment) <a@b> trailing", "a@b"),
        ("=?utf-8?q?=3Ca=40b=3E?=", "a@b"),
        ("<A.b@C>", "A.b@C"),
        ("<>", ""),
        ("<" + "x" * 999 + "@b>", ""),
    ],
)
def test_message_ids(value, expected):
    assert headers("Message-ID: " + value).message_id == expected


def test_a_long_conversation_keeps_its_first_and_its_newest_messages():
    found = headers(
        "References: " + " ".join(f"<{number}@x>" for number in range(5_000)), "In-Reply-To: <last@x>"
    ).thread
    assert len(found) == 100
    assert (found[0], found[1], found[-2:]) == ("0@x", "4902@x", ("4999@x", "last@x"))


def test_words_of_in_reply_to_are_no_ids():
    assert headers("In-Reply-To: Your message of Monday").thread == ()
