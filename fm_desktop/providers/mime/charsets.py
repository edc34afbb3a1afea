"""Bytes as text, whatever they say about themselves.

Declared names are read as mail programs mean them, not as standards do: what is called ISO-8859-1 is Windows-1252,
GB2312 is GB18030 (WHATWG Encoding, 4.2). A codec is only ever asked by `bytes.decode`, which refuses Python's codecs
that are no character sets (zlib, base64).
"""

from __future__ import annotations

import re
from functools import lru_cache

_WINDOWS = "cp1252"
_MEANT = {
    "us-ascii": ("utf-8", _WINDOWS),
    "ascii": ("utf-8", _WINDOWS),
    "ansi_x3.4-1968": ("utf-8", _WINDOWS),
    "iso-8859-1": (_WINDOWS, "latin-1"),
    "iso8859-1": (_WINDOWS, "latin-1"),
    "latin1": (_WINDOWS, "latin-1"),
    "windows-1252": (_WINDOWS, "latin-1"),
    "iso-8859-9": ("cp1254", "iso8859-9"),
    "iso-8859-8-i": ("iso8859-8",),
    "iso-8859-8-e": ("iso8859-8",),
    "iso-8859-11": ("cp874",),
    "tis-620": ("cp874",),
    "windows-874": ("cp874",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "x-gbk": ("gb18030",),
    "gb_2312-80": ("gb18030",),
    "big5": ("cp950", "big5hkscs"),
    "ks_c_5601-1987": ("cp949",),
    "euc-kr": ("cp949",),
    "shift_jis": ("cp932", "shift_jisx0213"),
    "shift-jis": ("cp932", "shift_jisx0213"),
    "x-sjis": ("cp932", "shift_jisx0213"),
    "iso-2022-jp": ("iso2022_jp", "iso2022_jp_3", "iso2022_jp_ext"),
    "unicode-1-1-utf-7": ("utf-7",),
    "unicode-1-1-utf-8": ("utf-8",),
    "utf8mb4": ("utf-8",),
    "utf8": ("utf-8",),
    "x-mac-roman": ("mac_roman",),
    "macintosh": ("mac_roman",),
}
# Codecs of text to text, or of Python's own notations: no mail is written in them.
_NEVER = re.compile(r"(?:idna|punycode|.*escape|undefined|mbcs|oem)\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9._:-]{0,39}\Z")
_LONGER_THAN_ANY = 41
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes, charset: str = "", *, cut: bool = False) -> tuple[str, bool]:
    """The text, and whether characters of it were lost or had to be guessed. `cut`: the data may end in the middle of
    a character. Without a charset, or with one that does not exist: UTF-8, else Windows-1252."""
    name = charset.strip().strip("'\"").lower()
    known = _codecs_of(name[:_LONGER_THAN_ANY])
    for codec in (*known, "utf-8"):
        text = _strictly(data, codec, cut)
        if text is not None:
            return _clean(text)
    if known:
        return _SURROGATES.sub("�", data.decode(known[0], "replace")), True
    text = _strictly(data, _WINDOWS, cut=False)
    return data.decode("latin-1") if text is None else text, bool(name)


@lru_cache(256)
def _codecs_of(name: str) -> tuple[str, ...]:
    """What a declared name stands for; empty if for nothing."""
    meant = _MEANT.get(name, (name,) if _NAME.match(name) and not _NEVER.match(name.replace("-", "_")) else ())
    return tuple(each for each in meant if _exists(each))


def header_text(data: bytes) -> str:
    """Raw bytes of a header: ASCII, UTF-8 (RFC 6532), or what an old program took for it."""
    return data.decode("ascii") if data.isascii() else decode(data)[0]


def _clean(text: str) -> tuple[str, bool]:
    """UTF-7 can spell halves of characters, which no file and no server takes."""
    if _SURROGATES.search(text):
        return _SURROGATES.sub("�", text), True
    return text.removeprefix("\ufeff"), False


def _strictly(data: bytes, codec: str, cut: bool) -> str | None:
    for missing in range(4 if cut else 1):
        try:
            return data[: len(data) - missing].decode(codec)
        except UnicodeError:
            continue
    return None


def _exists(codec: str) -> bool:
    try:
        b"x".decode(codec)
    except LookupError:
        return False
    except UnicodeError:
        # One byte is too few for UTF-16.
        return True
    return True
