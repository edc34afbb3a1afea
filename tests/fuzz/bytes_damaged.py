"""Documents of lines, damaged as disks, clients and enemies do it: strategies over real ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

NUMBERS = (b"0", b"-1", b"1", b"00", b"9" * 30, b"9" * 5_000, b"1e999", "²".encode(), "٣".encode(), b"4294967296")
SCRAPS = (
    b"\r\n", b"\n", b"\r", b"\n ", b"\0", b"\xff", b"\xf0\x9f\x98", b"=", b"=\r\n", b":", b";", b",", b'"', b"\\", b"%",
    b"<", b">", b"&", b"(", b")", b"[", b"]", b"{", b"}", b" ", b"\t", b"\xc2\xa0", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\x1b",
)  # fmt: skip
_DIGITS = b"0123456789"
_NAME = re.compile(rb"[\w-]*")


def damaged(seeds: Sequence[bytes], pieces: Sequence[bytes] = (), most: int = 5) -> st.SearchStrategy[bytes]:
    """One of the seeds with some damage. `pieces` are whole lines that may come in anywhere."""
    own = tuple(dict.fromkeys(line for each in seeds for line in each.splitlines(keepends=True)))
    return _damaged(tuple(seeds), tuple(pieces) or own, own, most)


@st.composite
def _damaged(draw, seeds: Sequence[bytes], pieces: Sequence[bytes], lines: Sequence[bytes], most: int) -> bytes:
    raw = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, most))):
        if draw(st.booleans()):
            raw = _piece_put(draw, raw, draw(st.sampled_from(pieces)))
        else:
            raw = draw(st.sampled_from(_WAYS))(draw, raw, lines)
    return raw


def _piece_put(draw, raw: bytes, piece: bytes) -> bytes:
    """A piece in the place of a line of the same name where there is one, else anywhere."""
    own = raw.splitlines(keepends=True)
    name = _NAME.match(piece).group()
    same = [at for at, line in enumerate(own) if line.startswith(name)]
    if same and draw(st.booleans()):
        at = draw(st.sampled_from(same))
        return b"".join([*own[:at], piece, *own[at + 1 :]])
    at = draw(st.integers(0, len(own)))
    return b"".join([*own[:at], piece, *own[at:]])


def _place(draw, raw: bytes) -> int:
    return draw(st.integers(0, max(len(raw) - 1, 0)))


def _bytes_replaced(draw, raw: bytes, _) -> bytes:
    at = _place(draw, raw)
    return (
        raw[:at] + draw(st.one_of(st.sampled_from(SCRAPS), st.binary(max_size=4))) + raw[at + draw(st.integers(0, 4)) :]
    )


def _cut(draw, raw: bytes, _) -> bytes:
    return raw[: _place(draw, raw)]


def _number_replaced(draw, raw: bytes, _) -> bytes:
    begin = at = next((at for at in range(_place(draw, raw), len(raw)) if raw[at] in _DIGITS), len(raw))
    while at < len(raw) and raw[at] in _DIGITS:
        at += 1
    return raw[:begin] + draw(st.sampled_from(NUMBERS)) + raw[at:]


def _line_moved(draw, raw: bytes, lines: Sequence[bytes]) -> bytes:
    """A line gone, twice, elsewhere, or in the place of another one."""
    own = raw.splitlines(keepends=True) or [b""]
    at = draw(st.integers(0, len(own) - 1))
    kept = own[:at] + own[at + draw(st.integers(0, 1)) :]
    to = draw(st.integers(0, len(kept)))
    new = draw(st.sampled_from((b"", own[at], own[at] * 3, draw(st.sampled_from(lines)))))
    return b"".join([*kept[:to], new, *kept[to:]])


def _value_replaced(draw, raw: bytes, lines: Sequence[bytes]) -> bytes:
    """What stands behind the name of a line, in the place of what stands behind another one's."""
    own = raw.splitlines(keepends=True) or [b""]
    at = draw(st.integers(0, len(own) - 1))
    name, colon, _ = own[at].partition(b":")
    value = draw(st.one_of(st.sampled_from(lines).map(lambda line: line.partition(b":")[2]), st.sampled_from(SCRAPS)))
    return b"".join([*own[:at], name + colon + value, *own[at + 1 :]])


def _nested(draw, raw: bytes, _) -> bytes:
    """Some lines once more inside of themselves."""
    own = raw.splitlines(keepends=True)
    first = draw(st.integers(0, len(own)))
    last = draw(st.integers(first, len(own)))
    inside = b"".join(own[first:last])
    return b"".join([*own[:last], inside * draw(st.integers(1, 3)), *own[last:]])


_WAYS = (_bytes_replaced, _cut, _number_replaced, _line_moved, _line_moved, _value_replaced, _nested)
