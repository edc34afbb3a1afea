"""What must hold for any message: reading never fails, what the standard library writes comes back as it was."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime, formataddr
from io import BytesIO
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fm_desktop.model.message import Content, Headers
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.providers.mime import addresses, dates, read_content, read_headers
from fm_desktop.providers.mime.addresses import mailboxes
from fm_desktop.providers.mime.flowed import unflowed
from fm_desktop.providers.mime.markup import html_to_text
from fm_desktop.providers.mime.names import safe_name, unique_names
from fm_desktop.providers.mime.secure import signed_content, without_pgp
from fm_desktop.providers.mime.tnef import unpack

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "unit/mime/corpus").glob("*.eml"))]
LINES = sorted({line for raw in CORPUS for line in raw.splitlines(keepends=True)})

# What parsers trip over, in any order.
# fmt: off
SCRAPS = (
    b"\r\n", b"\n", b"\r", b"--b\r\n", b"--b--\r\n", b"--c\r\n", b"=?utf-8?q?", b"?=", b"begin 644 x\r\n", b'"', b"<", b">",
    b"(", b",", b";", b":", b"@", b"=", b"*0*=", b"\xff", b"\0", b"From: ", b"Date: ", b"To: ", b"Message-ID: <",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: multipart/alternative; boundary=c\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: text/html\r\n", b"Content-Type: application/ms-tnef\r\n",
    b"Content-Type: application/pkcs7-mime\r\n", b"Content-Type: text/plain; format=flowed; charset=utf-16\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: x-uue\r\n", b"<div hidden>", b"</p>", b"<!--", b"cid:", b"x\x9f\x3e\x22",
    b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
)
TAGS = (
    "<p>", "</p>", "<div hidden>", "</div>", "<ul>", "<li>", "</ul>", "<blockquote>", "</blockquote>", "<pre>", "</pre>",
    "<td>", "<a href=https://x>", "</a>", "<!--", "-->", "<br>", "<", ">", "&lt;", "&#xD800;", "\n", "'", '"', "<style>",
    "</style>", "<p hidden>", "</li>", "<ol>", "</ol>", "<svg>", "</svg>", "<hr/>", "<img alt=x>",
)
# fmt: on
_scraps = st.sampled_from(SCRAPS)
_messages = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(_scraps, st.sampled_from(LINES), st.binary(max_size=20)), max_size=40).map(b"".join),
)

_letters = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Cf", "Zl", "Zp"))
_texts = st.text(st.one_of(_letters, st.sampled_from("\n >-.=")), max_size=300)
_names = st.text(_letters, min_size=1, max_size=40)
_files = st.lists(st.tuples(_names, st.binary(max_size=2_000)), max_size=5)
_locals = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,10}(\.[a-z0-9+-]{1,10})?", fullmatch=True)
_domains = st.from_regex(r"[a-z]{1,10}(\.[a-z0-9]{1,10}){1,2}", fullmatch=True)


def read(raw: bytes, *, complete: bool = True) -> Content:
    return read_content(BytesIO(raw), complete=complete)


def check(headers: Headers) -> None:
    people = (*headers.sender, *headers.to, *headers.cc, *headers.bcc, *headers.reply_to)
    for text in (headers.subject, headers.message_id, *headers.thread, *(each.name for each in people)):
        assert text == normal_title(text)
        text.encode("utf-8")
    for each in people:
        local, at, domain = each.address.rpartition("@")
        assert local
        assert at
        assert domain
        assert each.address.isprintable()
        assert each.address == each.address.lower()
    assert headers.date is None or headers.date.tzinfo is UTC


def check_content(content: Content) -> None:
    assert content.text == normal_text(content.text)
    content.text.encode("utf-8")
    names = [each.name for each in content.attachments]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name and name == safe_name(name) for name in names)
    for each in content.attachments:
        assert sum(map(len, each.chunks())) == each.size
    assert len(set(content.notes)) == len(content.notes)


_pieces = st.sampled_from(
    (
        "Ana Ruiz", "O'Neil", '"Ruiz, Ana"', "a.b@c.example", "'a@b.example'", "A@XN--MAANA-PTA.example", "<a@b.example>",
        "<", ">", ",", ", ", ";", ":", '"', "(x)", "\\", "  ", "\t", "=?utf-8?q?Mu=C3=B1oz?=", "=?utf-8?b?w7E?=",
        "=?utf-8?q?a, b?=", "[127.0.0.1]", "@", ".", "é",
    )
)  # fmt: skip


@settings(deadline=None, max_examples=1_000)
@given(st.lists(_pieces, max_size=8).map("".join))
def test_the_quick_reading_of_addresses_is_the_careful_one(value):
    quick = addresses._ordinary(value)
    assert not quick or quick == list(addresses._parsed(value))


@settings(deadline=None)
@given(
    st.from_regex(
        r"\A(Wed, )?[0-3]?[0-9] (Jan|Feb|Dec|Foo) [12][0-9]{3} [0-2][0-9]:[0-6][0-9]:[0-6][0-9] [+-][0-2][0-9][0-9]{2}\Z"
    )
)
def test_the_quick_reading_of_dates_is_the_careful_one(value):
    found = dates._ORDINARY.fullmatch(value)
    assert found is not None
    results = []
    for read_date in (lambda: dates._as_written(found), lambda: dates._internet(value)):
        try:
            results.append(read_date())
        except (ValueError, OverflowError):
            results.append(None)
    assert results[0] == results[1]


@given(st.text(st.characters(max_codepoint=0x17F), max_size=30))
def test_a_title_in_normal_form_is_a_text_on_one_line(text):
    assert normal_title(text) == " ".join(normal_text(text).split())


@settings(deadline=None, max_examples=400)
@given(_messages, st.booleans())
def test_any_bytes_are_read_without_an_error(raw, complete):
    check(read_headers(raw))
    check_content(read(raw, complete=complete))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(CORPUS), st.data())
def test_a_message_may_be_cut_and_broken_anywhere(raw, data):
    cut = data.draw(st.integers(0, len(raw)))
    at = data.draw(st.integers(0, len(raw)))
    broken = raw[:at] + data.draw(st.one_of(_scraps, st.binary(max_size=4))) + raw[at:]
    check_content(read(raw[:cut], complete=False))
    check_content(read(broken))
    check(read_headers(broken))


@settings(deadline=None)
@given(_texts, st.one_of(st.none(), _texts), _files)
def test_what_the_standard_library_writes_comes_back(text, page, files):
    message = EmailMessage()
    message.set_content(text)
    if page is not None:
        message.add_alternative(f"<html><body><p>{page}</p></body></html>", subtype="html")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="x-thing", filename=name)
    content = read(message.as_bytes(policy=email.policy.SMTP))
    if any(map(str.isalnum, text)) and "html" not in text.lower():
        assert content.text == normal_text(text)
    expected = unique_names(safe_name(name) or "attachment.bin" for name, _ in files)
    assert [each.name for each in content.attachments] == expected
    assert [b"".join(each.chunks()) for each in content.attachments] == [data for _, data in files]
    assert content.notes == ()


_trees = st.recursive(
    st.binary(max_size=300),
    lambda trees: st.tuples(
        st.sampled_from(("mixed", "related", "parallel", "x-new")), st.lists(trees, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


def built(tree: bytes | tuple[str, list]) -> MIMEBase:
    if isinstance(tree, bytes):
        return MIMEApplication(tree, "x-thing")
    return MIMEMultipart(tree[0], _subparts=[built(each) for each in tree[1]])


def leaves(tree: bytes | tuple[str, list]) -> list[bytes]:
    return [tree] if isinstance(tree, bytes) else [leaf for each in tree[1] for leaf in leaves(each)]


@settings(deadline=None)
@given(_trees, st.data())
def test_nested_parts_come_back_in_order_and_of_a_cut_message_only_whole_files(tree, data):
    raw = built(("mixed", [tree])).as_bytes(policy=email.policy.SMTP)
    content = read(raw)
    assert [b"".join(each.chunks()) for each in content.attachments] == leaves(tree)
    assert content.notes == ()
    cut = read(raw[: data.draw(st.integers(0, len(raw)))], complete=False)
    found = [b"".join(each.chunks()) for each in cut.attachments]
    assert found == leaves(tree)[: len(found)]
    assert cut.notes or len(found) == len(leaves(tree))


@settings(deadline=None)
@given(
    _texts,
    st.lists(st.tuples(_names, _locals, _domains), min_size=1, max_size=5),
    st.datetimes(datetime(1971, 1, 2), datetime(2200, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
)
def test_headers_the_standard_library_writes_come_back(subject, people, clock, offset):
    moment = clock.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    written = [formataddr((normal_title(name), f"{local}@{domain}")) for name, local, domain in people]
    lines = (f"Subject: {Header(subject.replace(chr(10), ' '), 'utf-8').encode()}", "To: " + ",\r\n ".join(written))
    found = read_headers("\r\n".join((*lines, f"Date: {format_datetime(moment)}")).encode())
    assert found.date == moment.astimezone(UTC)
    assert found.subject == normal_title(subject)
    expected = {f"{local}@{domain}": normal_title(name) for name, local, domain in reversed(people)}
    assert {each.address for each in found.to} == expected.keys()
    for each in found.to:
        assert each.name in {expected[each.address], expected[each.address].strip("'").strip(), ""}
        assert each.name or expected[each.address].lower() == each.address or not expected[each.address].strip("'")


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        st.one_of(st.sampled_from('"\\<>(),;:@.= \t\r\n[]a\u00e9\u202e'), st.characters(exclude_categories=("Cs",))),
        max_size=80,
    )
)
def test_any_text_is_an_address_list(value):
    found = mailboxes([value])
    assert mailboxes([", ".join(f"<{each.address}>" for each in found)]) == tuple(
        type(each)(each.address) for each in found
    )


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=5)), max_size=40).map("".join))
def test_any_text_is_html(markup):
    text = html_to_text(markup)
    assert text == normal_text(text)
    assert "<!--" not in text or "<!--" in markup


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text("abcde", min_size=1, max_size=6), min_size=1, max_size=20), st.data())
def test_html_loses_no_word_however_it_is_nested(words, data):
    tags = st.sampled_from(
        ["p", "div", "b", "span", "li", "ul", "ol", "td", "tr", "table", "blockquote", "a", "pre", "h1"]
    )
    pieces = []
    for word in words:
        opened = data.draw(st.lists(tags, max_size=3))
        pieces.append(
            "".join(f"<{each}>" for each in opened) + f" {word} " + "".join(f"</{each}>" for each in reversed(opened))
        )
    found = html_to_text("".join(pieces)).replace("-", " ").replace(">", " ").split()
    assert [each for each in found if not each.rstrip(".").isdigit()] == words


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(max_size=150), max_size=8))
def test_names_are_always_safe(given_names):
    names = unique_names(safe_name(each) or "x" for each in given_names)
    assert len({each.casefold() for each in names}) == len(names)
    for each in names:
        assert 0 < len(each) <= 120
        assert not set(each) & set('/\\<>:"|?*')
        assert each.isprintable()
        assert each == each.strip(". ")
        assert safe_name(each) == each


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.lists(st.integers(1, 50), max_size=10))
def test_outlook_s_format_is_read_from_any_bytes_in_any_pieces(data, sizes):
    raw = b"\x78\x9f\x3e\x22\x01\x00" + data
    pieces, at = [], 0
    for size in sizes:
        pieces.append(raw[at : at + size])
        at += size
    assert unpack(iter((*pieces, raw[at:]))) == unpack(iter((raw,)))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=100), st.text(max_size=100), st.booleans())
def test_wrappings_are_taken_off_any_content_without_an_error(data, text, delete_space):
    signed_content(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80" + data)
    without_pgp("-----BEGIN PGP SIGNED MESSAGE-----\n" + text)
    unflowed(text, delete_space=delete_space)
