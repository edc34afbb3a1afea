"""The moments at which a process may die, and what it has stored at the servers by then.

Watched from below, so that whatever part of the program writes is seen: SQLite's transactions, requests of both HTTP
libraries that change something (before they leave, and when the server has stored them but nobody has read the answer),
messages put into a mailbox, files of the profile, entries of the keychain.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import imapclient
import requests.adapters

from fm_desktop.sync import store as stores
from fm_desktop.sync.store import Store

CREATE = "create"
WRITE = "write"
_READS = frozenset(("GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"))
# A sign-in stores nothing, a file's bytes may be sent again: neither makes anything.
_NO_WRITE, _NO_CREATE = ("/login",), ("/storage/", "/token")
_EWS_WRITES = re.compile(rb"<(?:\w+:)?(CreateItem|UpdateItem|DeleteItem|MoveItem|SendItem)\b")
_NOT_WATCHED = (".lock", "/logs/", ".log")


class Moments:
    """Counts them; at number `die_at` the process kills itself. What reached a server is added to the file `trace`."""

    def __init__(self, die_at: int, trace: Path) -> None:
        self.die_at = die_at
        self.kinds: list[str] = []
        self._lock = threading.RLock()
        self._trace = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def passed(self, kind: str) -> None:
        with self._lock:
            self.kinds.append(kind)
            if len(self.kinds) == self.die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, kind: str, write: Callable[[], Any], stored: Callable[[Any], str]) -> Any:
        """A write to another process. `stored` says what its answer means: `CREATE`, `WRITE`, or '' for nothing."""
        self.passed(f"before {kind}")
        answer = write()
        what = stored(answer)
        if what:
            os.write(self._trace, f"{what} {kind}\n".encode())
        self.passed(f"after {kind}")
        return answer

    def watch_writes(self) -> None:
        self._watch_commits()
        self._watch_httpx()
        self._watch_requests()
        self._watch_imap()

    def watch_statements(self) -> None:
        """Dies before each statement that the state file is prepared with, a migration's among them."""
        connect = stores._connect

        def traced(path: Path) -> Any:
            connection = connect(path)
            connection.set_trace_callback(lambda statement: self.passed(f"statement {statement.split(maxsplit=1)[0]}"))
            return connection

        stores._connect = traced

    def _watch_commits(self) -> None:
        transaction = Store.transaction

        @contextmanager
        def watched(store: Store) -> Iterator[None]:
            nested, before = store.db.in_transaction, store.db.total_changes
            with transaction(store):
                yield
            if not nested and store.db.total_changes != before:
                self.passed("commit")

        Store.transaction = watched  # type: ignore[method-assign]

    def _watch_httpx(self) -> None:
        send = httpx2.HTTPTransport.handle_request

        def stored(answer: httpx2.Response) -> str:
            request = answer.request
            if not answer.is_success:
                return ""
            makes = request.method == "POST" or (request.method == "PUT" and answer.status_code == 201)
            return CREATE if makes and not any(each in request.url.path for each in _NO_CREATE) else WRITE

        def watched(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
            def sent() -> httpx2.Response:
                answer = send(transport, request)
                answer.request = request
                return answer

            if request.method in _READS or request.url.path.endswith(_NO_WRITE):
                return sent()
            answer: httpx2.Response = self.around(request.method, sent, stored)
            return answer

        httpx2.HTTPTransport.handle_request = watched  # type: ignore[method-assign]

    def _watch_requests(self) -> None:
        send = requests.adapters.HTTPAdapter.send

        def watched(adapter: Any, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
            body = request.body if isinstance(request.body, bytes) else b""
            found = _EWS_WRITES.search(body)
            if found is None:
                return send(adapter, request, *rest, **more)
            name = found[1].decode()
            meaning = CREATE if name == "CreateItem" else WRITE
            answer: requests.Response = self.around(
                name, lambda: send(adapter, request, *rest, **more), lambda answer: meaning if answer.ok else ""
            )
            return answer

        requests.adapters.HTTPAdapter.send = watched  # type: ignore[method-assign]

    def _watch_imap(self) -> None:
        append = imapclient.IMAPClient.append

        def watched(client: Any, *values: Any, **more: Any) -> Any:
            return self.around("APPEND", lambda: append(client, *values, **more), lambda _: CREATE)

        imapclient.IMAPClient.append = watched

    def watch_files(self, home: str) -> None:
        """Those below a folder, by CPython's audit events, which come before the thing itself is done."""

        def seen(event: str, values: tuple[Any, ...]) -> None:
            path = str(values[0]) if values else ""
            if not path.startswith(home) or any(each in path for each in _NOT_WATCHED):
                return
            writes = event == "open" and (values[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes or event in {"os.rename", "os.remove", "os.mkdir"}:
                self.passed(f"before {'open' if writes else event.removeprefix('os.')}")

        sys.addaudithook(seen)
