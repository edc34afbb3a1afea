"""`python -m fm_desktop.sandbox`: the sandbox by itself, until it is interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from fm_desktop.sandbox.server import SandboxServer

_TICK = 0.5  # seconds: on Windows a wait without an end would not notice Ctrl+C


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM. Prints addresses and keys first; with `--json` as one line."""
    options = _parser().parse_args(arguments)
    switches: dict[str, Any] = {} if options.rate is None else {"rate_limit": options.rate or None}
    ended = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: ended.set())
    try:
        server = SandboxServer(
            options.data, port=options.port, sample_data=not options.empty, today=options.today, **switches
        )
        with server:
            print(_announcement(server, as_json=options.json), flush=True)
            while not ended.wait(_TICK):
                pass
    except (OSError, ValueError) as error:
        print(f"The sandbox cannot run: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fm_desktop.sandbox", description="A local ForceManager, for trying out.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; a free one by default")
    parser.add_argument("--data", type=Path, help="folder for records and keys; temporary by default")
    parser.add_argument("--empty", action="store_true", help="no sample data")
    parser.add_argument("--today", type=date.fromisoformat, help="the day the sample data is laid around (YYYY-MM-DD)")
    parser.add_argument("--rate", type=float, help="requests a second (4 by default, 0 for no limit)")
    parser.add_argument("--json", action="store_true", help="print addresses and keys as one line of JSON")
    return parser


def _announcement(server: SandboxServer, *, as_json: bool) -> str:
    facts = {
        "url": server.url,
        "public_key": server.public_key,
        "private_key": server.private_key,
        "page": f"{server.origin}/?key={server.admin_key}",
        "admin_key": server.admin_key,
    }
    if as_json:
        return json.dumps(facts)
    width = max(len(name) for name in facts)
    lines = [f"{name.replace('_', ' '):<{width}}  {value}" for name, value in facts.items()]
    return "\n".join(["The sandbox is running. Ctrl+C ends it.", *lines])


if __name__ == "__main__":
    sys.exit(main())
