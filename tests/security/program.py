"""The program as its users run it, on a bad day: it logs all that any library has to say, its keychain is that of the
tests, and on demand it fails in the middle with its secrets in hand."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any

from fm_desktop import __main__ as entry
from fm_desktop import credentials, logs
from fm_desktop.connect import Connector

CRASH = "TESTS_CRASH"


def log_everything() -> None:
    start = logs.start
    logs._TALKATIVE = ()
    logs.start = lambda path, redactor: start(path, redactor, logging.DEBUG)  # type: ignore[misc]


def take_the_keychain_of_the_tests() -> None:
    allowed = (*credentials.ALLOWED_BACKENDS, "tests.security.keychain")
    credentials.Credentials.__init__.__defaults__ = (  # type: ignore[misc]
        credentials._installed_backend,
        allowed,
    )


def fail_with_the_secrets_in_hand() -> None:
    """In this thread and in another one, as a defect would that shows what it worked with."""
    connect = Connector.connect

    def failing(self: Connector, *arguments: Any) -> Any:
        sides = connect(self, *arguments)
        held = [each._text for each in (self.secret(which) for which in self.needed)]
        held += [sides.client.session_key, getattr(self.access(), "fresh", lambda: "")()]

        def fail() -> None:
            raise RuntimeError(f"nobody foresaw this with {held} and {os.fsencode(held[0])!r}")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        raise RuntimeError(f"nor this: {' '.join(held)}")

    Connector.connect = failing  # type: ignore[method-assign]


if __name__ == "__main__":
    log_everything()
    take_the_keychain_of_the_tests()
    if CRASH in os.environ:
        fail_with_the_secrets_in_hand()
    sys.exit(entry.main())
