"""winmail.dat, as Outlook packs it."""

from __future__ import annotations

import base64
import struct
from io import BytesIO

from fm_desktop.model.message import Content
from fm_desktop.providers.mime import read_content
from fm_desktop.providers.mime.tnef import unpack

HEAD = struct.pack("<IH", 0x223E9F78, 1)
INCOMPLETE = ("A part of this message in the format of Outlook could not be read in full; it is attached as it is.",)


def attribute(name: int, data: bytes, level: int = 2) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def value(kind: int, name: int, data: bytes) -> bytes:
    padded = data + b"\0" * (-len(data) % 4)
    return struct.pack("<HHII", kind, name, 1, len(data)) + padded


def named(kind: int, name: str, data: bytes) -> bytes:
    """A property with a name of its own."""
    text = name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<HH", kind, 0x8001) + b"\0" * 16 + struct.pack("<II", 1, len(text))
    return head + text + b"\0" * (-len(text) % 4) + struct.pack("<II", 1, len(data)) + data + b"\0" * (-len(data) % 4)


def properties(*values: bytes) -> bytes:
    return struct.pack("<I", len(values)) + b"".join(values)


def number(name: int, found: int) -> bytes:
    return struct.pack("<HHI", 3, name, found)


def file(title: bytes, data: bytes, *values: bytes) -> bytes:
    return (
        attribute(0x9002, b"\1\0" + b"\0" * 12)
        + attribute(0x8010, title + b"\0")
        + attribute(0x800F, data)
        + (attribute(0x9005, properties(*values)) if values else b"")
    )


def read(tnef: bytes, text: str = "", kind: str = "application/ms-tnef") -> Content:
    raw = (
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{text}\r\n--b\r\nContent-Type: {kind}; name=winmail.dat\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64.encodebytes(tnef).decode()}\r\n--b--"
    )
    return read_content(BytesIO(raw.encode()), complete=True)


def files(content: Content) -> dict[str, bytes]:
    return {each.name: b"".join(each.chunks()) for each in content.attachments}


LONG_NAME = value(0x1F, 0x3707, "Oferta número 1.pdf\0".encode("utf-16-le"))


def test_the_files_within_are_attached_and_the_envelope_is_not():
    big = bytes(range(256)) * 4000
    tnef = (
        HEAD + file(b"OFERTA~1.PDF", big, number(0x3705, 1), named(0x1F, "X", b"a\0"), LONG_NAME) + file(b"b.txt", b"B")
    )
    content = read(tnef, "Hello")
    assert (content.text, content.notes) == ("Hello", ())
    assert files(content) == {"Oferta número 1.pdf": big, "b.txt": b"B"}
    assert [each.size for each in content.attachments] == [len(big), 1]


def test_the_bytes_of_a_file_may_be_among_its_properties():
    big = bytes(range(256)) * 12_000
    within = value(0x102, 0x3701, big)
    tnef = HEAD + file(b"a.bin", b"", number(0x3705, 1), within, LONG_NAME) + file(b"b.txt", b"B", within)
    assert files(read(tnef)) == {"Oferta número 1.pdf": big, "b.txt": b"B"}


def test_the_last_checksum_may_be_missing():
    content = read((HEAD + file(b"a.txt", b"A"))[:-2])
    assert (files(content), content.notes) == ({"a.txt": b"A"}, ())


def test_an_envelope_of_no_declared_kind_is_known_by_its_name():
    assert files(read(HEAD + file(b"a.txt", b"A"), kind="application/octet-stream")) == {"a.txt": b"A"}


def test_names_within_are_made_safe_and_unique():
    assert set(files(read(HEAD + file(b"..\\a.txt", b"1") + file(b"a.txt", b"2")))) == {"a.txt", "a (2).txt"}


def test_its_text_counts_where_the_message_has_no_other():
    page = attribute(0x9007, struct.pack("<II", 1250, 0), 1)
    plain = HEAD + page + attribute(0x800C, "Zażółć\0".encode("cp1250"), 1)
    assert read(plain) == Content("Zażółć")
    assert read(plain, "Other words") == Content("Other words")
    unicode = attribute(0x9003, properties(value(0x1F, 0x1000, "Grüße\0".encode("utf-16-le"))), 1)
    assert read(HEAD + unicode) == Content("Grüße")
    html = attribute(0x9003, properties(value(0x102, 0x1013, b"<p>Rich</p>")), 1)
    assert read(HEAD + html) == Content("Rich")


def test_what_is_not_read_keeps_the_envelope():
    rtf = attribute(0x9003, properties(value(0x102, 0x1009, b"compressed")), 1)
    assert (set(files(read(HEAD + rtf))), read(HEAD + rtf).notes) == ({"winmail.dat"}, INCOMPLETE)
    assert read(HEAD + rtf + file(b"a.txt", b"A"), "Hello").notes == ()
    assert set(files(read(HEAD + rtf + file(b"a.txt", b"A"), "Hello"))) == {"a.txt"}
    embedded = file(b"message", b"", number(0x3705, 5), value(0x0D, 0x3701, b"\0" * 40))
    content = read(HEAD + embedded + file(b"a.txt", b"A"))
    assert (set(files(content)), content.notes) == ({"a.txt", "winmail.dat"}, INCOMPLETE)


def test_what_is_no_tnef_is_attached_as_it_is():
    assert files(read(b"no tnef at all")) == {"winmail.dat": b"no tnef at all"}
    assert files(read(b"")) == {"winmail.dat": b""}


def test_every_beginning_of_an_envelope_is_read_without_an_error():
    whole = HEAD + file(b"a.txt", b"A" * 50, number(0x3705, 1), LONG_NAME) + attribute(0x800C, b"Text\0", 1)
    for size in range(len(whole)):
        found = unpack(iter((whole[:size],)))
        assert found is None or len(found.files) <= 1


def test_lengths_that_lie_are_not_believed():
    lying = HEAD + struct.pack("<BHHI", 2, 0x800F, 6, 0xFFFFFFFF) + b"x" * 100
    assert files(read(lying)) == {"winmail.dat": lying}
    many = attribute(0x9003, struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x101F, 0x1000, 0xFFFFFFFF), 1)
    assert read(HEAD + many, "Hello").text == "Hello"


def test_more_files_than_anybody_attaches_keep_the_envelope():
    content = read(HEAD + file(b"a", b"1") * 300)
    assert len(content.attachments) == 201
    assert content.notes == INCOMPLETE
