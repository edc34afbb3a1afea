"""The program's icon in the containers of Windows and macOS, drawn from the one drawing there is."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_ICO_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 128, 256)
# Types of entries that hold a PNG, by the pixels of it.
_ICNS_TYPES: Final[Mapping[bytes, int]] = {b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def write_ico(drawing: Path, target: Path) -> Path:
    """A Windows icon: a directory, then one PNG for each size. Needs no QGuiApplication. Raises `OSError`."""
    pictures = [_png(drawing, size) for size in _ICO_SIZES]
    offset = 6 + 16 * len(pictures)
    head = struct.pack("<HHH", 0, 1, len(pictures))
    for size, picture in zip(_ICO_SIZES, pictures, strict=True):
        # A byte cannot say 256; 0 stands for it.
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return _write(target, head + b"".join(pictures))


def write_icns(drawing: Path, target: Path) -> Path:
    """A macOS icon: entries of a type, a length that counts its own head, and a PNG. Raises `OSError`."""
    body = b""
    for kind, size in _ICNS_TYPES.items():
        picture = _png(drawing, size)
        body += kind + struct.pack(">I", len(picture) + 8) + picture
    return _write(target, b"icns" + struct.pack(">I", len(body) + 8) + body)


def _png(drawing: Path, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def _write(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target
