"""The files that go with letters: small, and such that the usual programs open them."""

from __future__ import annotations

import csv
import io
import struct
import zlib
from collections.abc import Iterable, Sequence

from fm_desktop.demo.letter import File

_ESCAPED = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)"})


def pdf(name: str, *lines: str) -> File:
    """One page with some lines of text."""
    shown = " T* ".join(f"({line.translate(_ESCAPED)}) Tj" for line in lines)
    page = f"BT /F1 14 Tf 72 770 Td 22 TL {shown} ET".encode("cp1252", "replace")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    data = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return File(name, data)


def sheet(name: str, rows: Iterable[Sequence[object]]) -> File:
    """A table as comma-separated values."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return File(name, text.getvalue().encode())


def picture(name: str, width: int, height: int, colour: tuple[int, int, int]) -> File:
    """A PNG picture of one colour that gets lighter to the right."""
    row = b"".join(bytes(part + (255 - part) * column // (2 * width) for part in colour) for column in range(width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress((b"\0" + row) * height)),
        (b"IEND", b""),
    )
    data = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return File(name, b"\x89PNG\r\n\x1a\n" + data)
