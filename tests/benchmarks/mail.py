"""Reading the headers of a mailbox, beside a bare loop of IMAPClient and beside mbsync, over the same messages at the
same Dovecot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from ssl import create_default_context

from imapclient import IMAPClient

from fm_desktop.mailport import Folder, Role
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from tests.benchmarks.mbsync import Mbsync
from tests.benchmarks.report import Row
from tests.benchmarks.stage import timed
from tests.servers.dovecot import DovecotServer, MailAccount

_INBOX = Folder("INBOX", "INBOX", Role.INBOX)
_SINCE = date.today() - timedelta(days=30)
_BATCH = 500
_FIELDS = "FROM SENDER TO CC BCC REPLY-TO SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES"
_ITEMS = ["INTERNALDATE", "RFC822.SIZE", "FLAGS", f"BODY.PEEK[HEADER.FIELDS ({_FIELDS})]"]
_MESSAGE = (
    "From: =?utf-8?q?Ana_Mu=C3=B1oz?= <ana.munoz@customer-{number}.example>\r\nTo: Emma <emma@example.com>\r\n"
    'Cc: "Bob, of Sales" <bob@example.com>, carol@example.com\r\nSubject: Offer {number} for the new machine\r\n'
    "Message-ID: <{number}.bench@customer.example>\r\nReferences: <{number}.first@example.com>\r\n"
    "Date: Wed, 25 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain\r\n\r\nHello Emma\r\n"
)


def header_rate(count: int) -> list[Row]:
    """Messages a second, ours understood and theirs as bytes; the best of five each, in turn."""
    with _filled(count) as (dovecot, account):
        source = _source(dovecot, account)
        source.principal()
        with _bare(dovecot, account) as client:
            times = [(timed(lambda: _read(source)), timed(lambda: _loop(client))) for _ in range(5)]
        source.close()
    ours, theirs = (count / min(some) for some in zip(*times, strict=True))
    ratio = ours / theirs
    return [
        Row(
            f"mail headers a second, {count:,} messages", f"{ours:,.0f}", f"bare loop of IMAPClient {theirs:,.0f}",
            ratio, "at least 0.7", ratio >= 0.7,
        )
    ]  # fmt: skip


def header_rate_beside_mbsync(folder: Path, count: int) -> list[Row]:
    """Whole processes that see the mailbox for the first time, in turn; the best of three each. mbsync keeps what it
    reads as files, ours understands it."""
    with _filled(count) as (dovecot, account):
        ours, theirs = [], []
        for number in range(3):
            ours.append(timed(lambda: _in_a_process(dovecot, account)))
            peer = Mbsync(folder / str(number), dovecot, account)
            theirs.append(timed(peer.pull))
            if peer.count() != count:
                raise SystemExit(f"mbsync brought {peer.count()} of {count} messages")
    ratio = min(theirs) / min(ours)
    return [
        Row(
            f"mail headers a second, a whole process, {count:,} messages", f"{count / min(ours):,.0f}",
            f"mbsync {count / min(theirs):,.0f}", ratio, "for comparison", True,
        )
    ]  # fmt: skip


def memory(counts: tuple[int, ...]) -> list[Row]:
    """The most memory a whole process takes that reads a mailbox."""
    peaks = []
    for count in counts:
        with _filled(count) as (dovecot, account):
            peaks.append(_in_a_process(dovecot, account))
    ratio = peaks[-1] / peaks[0]
    shown = ", ".join(f"{peak / 1024:.0f}" for peak in peaks)
    sizes = " / ".join(f"{count:,}" for count in counts)
    return [Row(f"memory in MB, {sizes} messages", shown, "the smallest mailbox", ratio, "flat (1.2)", ratio <= 1.2)]


def _in_a_process(dovecot: DovecotServer, account: MailAccount) -> int:
    """Reads the mailbox in a process of its own; the most memory it took, in kB."""
    words = [str(dovecot.tls_port), str(dovecot.ca_file), account.user, account.password]
    command = [sys.executable, "-m", "tests.benchmarks.mail", *words]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@contextmanager
def _filled(count: int) -> Iterator[tuple[DovecotServer, MailAccount]]:
    dovecot = DovecotServer()
    try:
        account = dovecot.account(compact=True)
        with _bare(dovecot, account) as client:
            for start in range(0, count, 5_000):
                numbers = range(start, min(count, start + 5_000))
                client.multiappend("INBOX", [{"msg": _MESSAGE.format(number=each).encode()} for each in numbers])
        yield dovecot, account
    finally:
        dovecot.stop()


@contextmanager
def _bare(dovecot: DovecotServer, account: MailAccount) -> Iterator[IMAPClient]:
    context = create_default_context(cafile=str(dovecot.ca_file))
    with IMAPClient("localhost", dovecot.tls_port, ssl_context=context) as client:
        client.plain_login(account.user, account.password)
        yield client


def _source(dovecot: DovecotServer, account: MailAccount) -> ImapSource:
    server = Server("localhost", dovecot.tls_port, Security.TLS, dovecot.ca_file)
    return ImapSource(server, Password(account.user, account.password))


def _read(source: ImapSource) -> int:
    return sum(len(batch.found) for batch in source.new(_INBOX, None, _SINCE))


def _loop(client: IMAPClient) -> int:
    client.select_folder("INBOX", readonly=True)
    uids = client.search(["SINCE", _SINCE])
    return sum(len(client.fetch(uids[at : at + _BATCH], _ITEMS)) for at in range(0, len(uids), _BATCH))


def _measured(words: list[str]) -> None:
    """The child process: reads a mailbox and prints the most memory it took, in kB (on Linux)."""
    port, ca_file, user, password = words
    source = ImapSource(Server("localhost", int(port), Security.TLS, Path(ca_file)), Password(user, password))
    _read(source)
    source.close()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    _measured(sys.argv[1:])
