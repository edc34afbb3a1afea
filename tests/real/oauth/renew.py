"""A process of its own that wants a token: `renew FILE SERVICE`. Says when it is ready, waits for a line, prints it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fm_desktop.credentials import Secret
from fm_desktop.logs import Redactor
from fm_desktop.providers.oauth import Service, Tokens
from fm_desktop.tokenfile import TokenFile

if __name__ == "__main__":
    path, token_endpoint = sys.argv[1:]
    service = Service("Acme", token_endpoint, token_endpoint, "fm-desktop")
    tokens = Tokens(service, TokenFile(Path(path), Secret("key"), "Acme emma", Redactor()))
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(tokens.fresh()), flush=True)
