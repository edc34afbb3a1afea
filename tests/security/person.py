"""The browser of the tests: `person FOLDER ADDRESS`. Keeps what it was started with, and signs in where it is asked to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.fakes.newcomer import EMMA

if __name__ == "__main__":
    folder, address = sys.argv[1:]
    inherited = b"\0".join(os.fsencode(f"{name}={value}") for name, value in os.environ.items())
    (Path(folder) / f"{os.getpid()}.environ").write_bytes(inherited)
    (Path(folder) / f"{os.getpid()}.cmdline").write_bytes(b"\0".join(map(os.fsencode, sys.argv)))
    if "client_id=" in address:
        from tests.servers.openid import visit

        visit(address, EMMA)
