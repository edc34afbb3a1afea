"""DavMail in front of Exchange Web Services: IMAP and CalDAV on loopback, spoken by a client of EWS that is not ours.

It signs in to Exchange with what its own client signs in with, and keeps nothing of the mailbox for itself.
"""

from __future__ import annotations

import imaplib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import icalendar
from lxml import etree

from tests.servers.command import eventually
from tests.servers.process import free_port

_ATTEMPTS = 3
_STOP_SECONDS = 10
_PATIENCE = 60.0
_TICK = 0.02
_BEGUN = re.compile(r"DavMail Gateway .* listening on (.*)\n")
# A small machine of Java that starts soon, and for which zone, language and name servers of the computer do not matter.
_JAVA = (
    "-Xmx96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC -Duser.language=en -Duser.home={folder} "
    "-Djdk.net.hosts.file={folder}/hosts"
)
_CONFIG = """
davmail.server = true
davmail.mode = EWS
davmail.url = {url}
davmail.bindAddress = 127.0.0.1
davmail.allowRemote = false
davmail.imapPort = {imap}
davmail.caldavPort = {caldav}
davmail.enableProxy = false
davmail.enableKerberos = false
davmail.disableUpdateCheck = true
davmail.oauth.tokenFilePath = {folder}/token
davmail.logFilePath = {folder}/file.log
log4j.rootLogger = WARN
log4j.logger.davmail = INFO
"""


class DavMail:
    """One running DavMail before the EWS at `url`, for every user who can sign in there."""

    def __init__(self, url: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="davmail-"))
        self.imap_port = self.caldav_port = 0
        try:
            self._process = self._start(url)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        _end(self._process)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def told(self) -> str:
        """What it has written so far."""
        return (self.folder / "output").read_text(encoding="utf-8", errors="replace")

    @contextmanager
    def imap(self, user: str, password: str) -> Iterator[imaplib.IMAP4]:
        """Signed in; raises `imaplib.IMAP4.error` where that is refused."""
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=_PATIENCE)
        try:
            quoted = user.replace("\\", "\\\\")
            client.login(f'"{quoted}"', password)
            yield client
        finally:
            client.shutdown()

    @contextmanager
    def calendar(self, user: str, password: str, address: str) -> Iterator[Calendar]:
        url = f"http://127.0.0.1:{self.caldav_port}/users/{address}/calendar/"
        with httpx2.Client(base_url=url, auth=(user, password), trust_env=False, timeout=_PATIENCE) as client:
            yield Calendar(client)

    def _start(self, url: str) -> subprocess.Popen[bytes]:
        for _ in range(_ATTEMPTS):
            self.imap_port, self.caldav_port = free_port(), free_port()
            process = self._launch(url)
            try:
                if self._has_its_ports(process):
                    return process
            except BaseException:
                _end(process)
                raise
            _end(process)
        raise RuntimeError(f"DavMail did not start: {self.told[-2000:]}")

    def _launch(self, url: str) -> subprocess.Popen[bytes]:
        properties = self.folder / "davmail.properties"
        text = _CONFIG.format(url=url, imap=self.imap_port, caldav=self.caldav_port, folder=self.folder)
        properties.write_text(text, encoding="utf-8")
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n", encoding="utf-8")
        with (self.folder / "output").open("wb") as output:
            return subprocess.Popen(
                ["davmail-server", str(properties)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "JAVA_TOOL_OPTIONS": _JAVA.format(folder=self.folder)},
            )

    def _has_its_ports(self, process: subprocess.Popen[bytes]) -> bool:
        """Its own word counts: it goes on without a port that was taken, and somebody else would answer there."""
        eventually(lambda: _BEGUN.search(self.told) or process.poll() is not None, "DavMail has started", _TICK)
        begun = _BEGUN.search(self.told)
        listens = begun[1].split() if begun else []
        return {str(self.imap_port), str(self.caldav_port)} <= set(listens)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A user's calendar as a client of CalDAV has it."""

    client: httpx2.Client

    def put(self, name: str, content: str, **headers: str) -> httpx2.Response:
        return self.client.put(name, content=content, headers={"Content-Type": "text/calendar", **headers})

    def events(self, name: str) -> list[Any]:
        """The VEVENTs of one thing in it: a series has one for each changed date, too."""
        response = self.client.get(name)
        assert response.status_code == 200, response.text
        return icalendar.Calendar.from_ical(response.text).walk("VEVENT")

    def etag(self, name: str) -> str:
        return str(self.client.get(name).headers["etag"])

    def names(self) -> list[str]:
        """All that is in it. DavMail names a thing by its id in Exchange, whatever name it was put under."""
        body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        response = self.client.request("PROPFIND", "", content=body, headers={"Depth": "1"})
        assert response.status_code == 207, response.text
        hrefs = etree.fromstring(response.content).iterfind(".//{DAV:}href")
        return [name for each in hrefs if (name := (each.text or "").rpartition("/")[2])]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
