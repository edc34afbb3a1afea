"""Which text of a message counts, and which parts are files."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from io import BytesIO

import pytest

from fm_desktop.model.message import Content
from fm_desktop.providers.mime import read_content


def read(raw: bytes | str, *, complete: bool = True) -> Content:
    data = raw.encode() if isinstance(raw, str) else raw
    return read_content(BytesIO(data), complete=complete)


def part(kind: str, body: str, *lines: str) -> str:
    return "\r\n".join((f"Content-Type: {kind}", *lines, "", body))


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    pieces = "".join(f"--{boundary}\r\n{each}\r\n" for each in parts)
    return part(f"multipart/{kind}; boundary={boundary}", f"preamble\r\n{pieces}--{boundary}--\r\nepilogue")


def names(content: Content) -> list[str]:
    return [each.name for each in content.attachments]


def data_of(content: Content, name: str) -> bytes:
    return next(b"".join(each.chunks()) for each in content.attachments if each.name == name)


PLAIN = part("text/plain; charset=utf-8", "Plain words")
HTML = part("text/html; charset=utf-8", "<p>Rich <b>words</b></p>")
PDF = part("application/pdf; name=offer.pdf", "JVBERg==", "Content-Transfer-Encoding: base64")
INVITATION = part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR")
ICS = part("application/ics; name=invite.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", "Content-Disposition: attachment")


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\r\n\r\n", b"Subject: x\r\n", b"Subject: x", b"\x00\xff"])
def test_a_message_without_a_body(raw):
    assert read(raw).attachments == ()


def test_a_plain_message():
    assert read("Subject: x\r\n\r\nHello  \r\n\r\nworld\r\n\r\n") == Content("Hello\n\nworld")


def test_headers_without_the_empty_line_lose_no_text():
    assert read("Subject: x\r\nHello\r\nNote: this").text == "Hello\nNote: this"
    assert read("Hello\n\nworld").text == "Hello\n\nworld"


def test_a_stray_line_among_headers_ends_nothing():
    assert read("Subject: x\r\nstray\r\nContent-Type: text/html\r\n\r\n<p>Hi").text == "Hi"


def test_plain_text_is_preferred():
    assert read(multipart("alternative", PLAIN, HTML)).text == "Plain words"
    assert read(multipart("alternative", HTML, PLAIN)).text == "Plain words"


@pytest.mark.parametrize(
    "stand_in", ["", "  \r\n-- \r\n", "This is an HTML message, please use a better mail program.", "\u00a0"]
)
def test_html_counts_where_plain_text_only_stands_in(stand_in):
    plain = part("text/plain; charset=utf-8", stand_in)
    assert read(multipart("alternative", plain, HTML)).text == "Rich words"


def test_a_stand_in_is_better_than_nothing():
    plain = part("text/plain", "Please see the HTML part")
    assert read(multipart("alternative", plain, part("text/html", "<img src=x>"))).text == "Please see the HTML part"


def test_the_richest_alternative_without_plain_text():
    related = multipart("related", HTML, part("image/png", "x"), boundary="inner")
    assert read(multipart("alternative", part("text/html", "<p>poor"), related)).text == "Rich words"


def test_files_within_an_alternative_are_not_lost():
    """Apple Mail puts attached files into the HTML form."""
    content = read(multipart("alternative", PLAIN, multipart("mixed", HTML, PDF, HTML, boundary="inner")))
    assert content.text == "Plain words"
    assert names(content) == ["offer.pdf"]


def test_texts_of_a_mixed_message_are_joined_but_not_doubled():
    assert read(multipart("mixed", PLAIN, PDF, part("text/plain", "Footer"))).text == "Plain words\n\nFooter"
    assert read(multipart("mixed", part("text/plain", "Rich words"), HTML)).text == "Rich words"


def test_other_ways_to_say_the_same_are_no_files():
    amp = part("text/x-amp-html", "<html amp4email>")
    assert read(multipart("alternative", PLAIN, amp, HTML)) == Content("Plain words")


def test_invitations_are_not_attached_again():
    alternative = multipart("alternative", PLAIN, HTML, INVITATION, boundary="inner")
    assert read(multipart("mixed", alternative, ICS)) == Content("Plain words")


def test_a_calendar_file_somebody_attached_is_a_file():
    assert names(read(multipart("mixed", PLAIN, ICS))) == ["invite.ics"]
    attached = part("text/calendar; name=team.ics", "BEGIN:VCALENDAR", "Content-Disposition: attachment")
    assert names(read(multipart("mixed", PLAIN, attached))) == ["team.ics"]


def test_a_text_with_a_name_is_a_file_unless_it_is_the_message():
    log = part("text/plain; name=run.log", "line")
    assert names(read(multipart("mixed", PLAIN, log))) == ["run.log"]
    assert read(log) == Content("line")
    attached = part("text/plain", "line", "Content-Disposition: attachment; filename=run.log")
    assert (read(attached).text, names(read(attached))) == ("", ["run.log"])


def test_an_attached_message_is_a_file_under_its_subject():
    inner = "Subject: =?utf-8?q?Caf=C3=A9?= 1/2\r\nFrom: a@example.com\r\n\r\nInner text"
    content = read(multipart("mixed", PLAIN, part("message/rfc822", inner)))
    assert content.text == "Plain words"
    assert names(content) == ["Café 1_2.eml"]
    assert data_of(content, "Café 1_2.eml") == inner.encode()


def test_an_attached_message_without_a_subject():
    assert names(read(multipart("mixed", PLAIN, part("message/rfc822", "From: a\r\n\r\nx")))) == ["message.eml"]


def test_a_digest_is_its_messages():
    content = read(multipart("digest", "\r\nSubject: one\r\n\r\n1", "\r\nSubject: two\r\n\r\n2"))
    assert names(content) == ["one.eml", "two.eml"]


def test_a_delivery_report_is_its_text_and_the_message_it_is_about():
    content = read(
        multipart(
            "report; report-type=delivery-status",
            part("text/plain", "It was not delivered."),
            part("message/delivery-status", "Reporting-MTA: dns; x"),
            part("message/rfc822", "Subject: Offer\r\n\r\nHello"),
        )
    )
    assert (content.text, names(content)) == ("It was not delivered.", ["Offer.eml"])


def test_apple_double_is_one_file():
    double = multipart(
        "appledouble", part("application/applefile", "fork"), part("image/jpeg; name=a.jpg", "data"), boundary="inner"
    )
    assert names(read(multipart("mixed", PLAIN, double))) == ["a.jpg"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("format=flowed", "One two\n\nthree\n> quoted more\n>> deeper\n--\nsignature"),
        ("format=Flowed; delsp=yes", "Onetwo\n\nthree\n> quotedmore\n>> deeper\n--\nsignature"),
    ],
)
def test_flowed_text(lines, expected):
    body = "One \r\ntwo\r\n\r\nthree\r\n> quoted \r\n> more\r\n>>deeper\r\n-- \r\nsignature"
    assert read(part(f"text/plain; {lines}", body)).text == expected


def test_flowed_stuffing_is_taken_out():
    assert (
        read(part("text/plain; format=flowed", " >not quoted\r\n From here\r\nlast ")).text
        == ">not quoted\nFrom here\nlast"
    )


@pytest.mark.parametrize(
    ("charset", "data", "expected"),
    [
        ("utf-8", "Café €".encode(), "Café €"),
        ("iso-8859-1", b"Caf\xe9 \x80", "Café €"),
        ("us-ascii", "Café".encode(), "Café"),
        ("us-ascii", b"Caf\xe9", "Café"),
        ("", "Café".encode(), "Café"),
        ("", b"Caf\xe9", "Café"),
        ("utf-8", b"\xef\xbb\xbfHi", "Hi"),
        ("gb2312", "你好镕".encode("gb18030"), "你好镕"),
        ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("utf-16", "Hi ñ".encode("utf-16"), "Hi ñ"),
        ("windows-1252", b"a\x81b", "a\x81b"),
        ("unicode-1-1-utf-7", b"Caf+AOk-", "Café"),
        ("x-nonsense", "Café".encode(), "Café"),
        ("x-nonsense", b"plain", "plain"),
    ],
)
def test_charsets_that_lose_nothing_need_no_note(charset, data, expected):
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    encoding = "Content-Transfer-Encoding: base64"
    content = read(part(kind, base64.b64encode(data).decode(), encoding))
    assert content == Content(expected)


@pytest.mark.parametrize(
    ("charset", "data", "expected"),
    [
        ("utf-8", b"a\xff\xfeb \xe2\x82\xac", "a\ufffd\ufffdb €"),
        ("x-nonsense", b"Caf\xe9", "Café"),
        ("big5", b"\xa4\xa4\xff", "中\ufffd"),
        ("utf-7", b"a+2AA-b", "a\ufffdb"),
        ("zlib", b"x\x9c\xff", "xœÿ"),
    ],
)
def test_characters_that_are_lost_or_guessed_are_noted(charset, data, expected):
    content = read(part(f"text/plain; charset={charset}", "").encode() + data)
    assert content.text == expected
    assert content.notes == ("Some characters of the text could not be read.",)


def test_html_says_its_own_charset():
    assert read(b"Content-Type: text/html\r\n\r\n<meta charset=iso-8859-2><p>\xb1").text == "ą"


def test_boundaries_are_compared_as_whole_lines():
    inner = multipart("mixed", part("text/plain", "--b-extra\r\n --b\r\n--bb"), boundary="b-extra-long")
    assert read(multipart("mixed", inner, part("text/plain", "second"))).text == "--b-extra\n --b\n--bb\n\nsecond"


def test_a_boundary_with_special_characters_and_trailing_blanks():
    raw = "Content-Type: multipart/mixed; boundary=\"a.(b)+c?'=: \"\n\n--a.(b)+c?'=:  \t\n\nin\n--a.(b)+c?'=:--"
    assert read(raw) == Content("in")


def test_an_inner_multipart_without_its_end_does_not_swallow_the_outer():
    inner = part("multipart/alternative; boundary=inner", "--inner\r\n" + PLAIN)
    content = read(multipart("mixed", inner, PDF))
    assert (content.text, names(content), content.notes) == ("Plain words", ["offer.pdf"], ())


def test_a_part_that_ends_within_its_headers():
    assert read(multipart("mixed", "Content-Type: text/html", PLAIN)).text == "Plain words"


def test_a_multipart_without_its_boundary_is_text():
    assert read(part("multipart/mixed", "Hello")) == Content("Hello")
    assert read(part("multipart/mixed; boundary=never", "Hello")) == Content("Hello")


def test_line_ends_of_unix():
    raw = multipart("mixed", PLAIN, PDF).replace("\r\n", "\n")
    assert names(read(raw)) == ["offer.pdf"]
    assert data_of(read(raw), "offer.pdf") == b"%PDF"


def test_line_ends_of_very_old_programs():
    assert read("Subject: x\rContent-Type: text/html\r\r<p>Hello\r<p>world") == Content("Hello\n\nworld")


def test_the_missing_end_of_a_message_is_noted():
    raw = multipart("mixed", PLAIN, PDF).partition("--b--")[0]
    content = read(raw)
    assert names(content) == ["offer.pdf"]
    assert content.notes == ("This message ends in the middle; its end is missing.",)


def test_what_was_cut_off_is_noted_and_no_half_file_attached():
    raw = multipart("mixed", PLAIN, PDF, PDF)
    content = read(raw[: raw.rindex("JVBERg==") + 4], complete=False)
    assert (content.text, names(content)) == ("Plain words", ["offer.pdf"])
    assert content.notes == (
        "The file “offer.pdf” is missing: this message is too large to be read in full.",
        "This message is too large to be read in full; its end is missing.",
    )


def test_a_message_cut_behind_its_last_part_lacks_nothing():
    raw = multipart("mixed", PLAIN, PDF)
    assert read(raw[: raw.index("epilogue")], complete=False).notes == ()


def test_a_text_that_was_cut_off_is_shown_as_far_as_it_goes():
    content = read("Subject: x\r\n\r\nHello wor", complete=False)
    assert content == Content("Hello wor", (), ("This message is too large to be read in full; its end is missing.",))


def test_a_very_large_text_is_shown_in_part_and_attached_in_full():
    text = "A line of the text ñ.\r\n" * 200_000
    message = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()
    content = read(message)
    assert 1_900_000 < len(content.text) <= 2 * 1024 * 1024
    assert "\ufffd" not in content.text
    assert content.notes == ("The text is longer than 2 MB; it is shown here up to there and attached in full.",)
    assert data_of(content, "text.txt") == text.encode()


def test_many_large_texts_share_one_limit():
    body = "x" * 1_500_000
    content = read(multipart("mixed", *(part("text/plain", body + str(number)) for number in range(4))))
    assert len(content.text) <= 2 * 1024 * 1024 + 10
    assert names(content) == ["text.txt", "text (2).txt", "text (3).txt"]


def test_a_message_as_the_standard_library_makes_it():
    message = EmailMessage()
    message["Subject"] = "Offer"
    message.set_content("Hola, señor Núñez\n\nsaludos\n")
    message.add_alternative("<p>Hola, <img src='cid:logo@x'> señor</p>", subtype="html")
    message.get_payload()[1].add_related(b"GIF89a", "image", "gif", cid="<logo@x>")
    message.add_attachment(
        b"\x00\x01\xff" * 1000, maintype="application", subtype="pdf", filename="Oferta número 1.pdf"
    )
    content = read(message.as_bytes())
    assert content.text == "Hola, señor Núñez\n\nsaludos"
    assert [(each.name, each.media_type, each.size) for each in content.attachments] == [
        ("Oferta número 1.pdf", "application/pdf", 3000)
    ]
    assert b"".join(content.attachments[0].chunks()) == b"\x00\x01\xff" * 1000
    assert b"".join(content.attachments[0].chunks()) == b"\x00\x01\xff" * 1000
