"""The results as a table, on the screen and in `docs/benchmarks.md`."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One budget: what, our figure, the peer's or the bare loop's, the ratio, the bar, whether it holds."""

    what: str
    ours: str
    beside: str
    ratio: float | None
    bar: str
    holds: bool


_HEAD = ["| what | here | beside | ratio | bar | |", "| --- | --- | --- | --- | --- | --- |"]


def table(rows: list[Row], kept: list[str] | None = None) -> str:
    """`kept`: lines of an earlier table; those measured anew are replaced, the others stay where they are."""
    lines = {_what(line): line for line in kept or ()}
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        verdict = "holds" if row.holds else "**does not hold**"
        lines[row.what] = f"| {row.what} | {row.ours} | {row.beside} | {ratio} | {row.bar} | {verdict} |"
    return "\n".join((*_HEAD, *lines.values()))


def _what(line: str) -> str:
    return line.split("|")[1].strip()


def _lines(file: Path) -> list[str]:
    found = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [line for line in found if line not in _HEAD]


def machine() -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), {platform.system()},"
        f" Python {platform.python_version()}, servers and programs on the same machine"
    )


def write(rows: list[Row], file: Path) -> None:
    text = f"""# Benchmarks

`make bench` measures the budgets of the design, each beside a peer or a bare loop of the same requests in the same
run. Quote the ratios: the seconds are those of one machine.

Measured last: {machine()}.

{table(rows, _lines(file))}

How: Radicale 3.9 and Xandikos 0.4 on loopback, the sandbox CRM in the benchmark's process. A first sync is a whole
process of either program on a new calendar that the server has not listed before: calendar to CRM in turn, the median
of three; CRM to calendar once. Calendar to CRM is 1,000 requests to a second server for us and 1,000 files on the disk
for the peer; CRM to calendar is 1,000 uploads for both. An idle cycle is one of a program that is running, the median
of seven; vdirsyncer's is a whole process, as it has no other. The bare request is the one sync-collection report that
an idle cycle cannot do without, by a plain HTTP client. Mail is read from Dovecot 2.3 over TLS, a whole process each
for its memory; the bare loop asks IMAPClient for the same fields, 500 messages at a time, and makes nothing of them; the best
of five each, in turn. mbsync 1.4 reads the headers alone, too (`MaxSize`), and writes them to files; the best of three
whole processes each. The large file goes the whole way in one `sync --once`, whose memory is compared with that of
another one for a few bytes. The tray application and a bare tray program are started in turn in front of a panel, the
median of five; the thread that draws is to beat every 5 ms. On a machine that does other things as well these are taken
at real-time priority (`chrt --rr 1`): how long others had the processor says nothing about the program.
"""
    file.write_text(text, encoding="utf-8")
