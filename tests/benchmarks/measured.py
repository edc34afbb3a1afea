"""Runs a command of FM Desktop in this process, and then prints the most memory it took, in kB (on Linux).

Not asked of the system by the parent: the figure it keeps for a child counts the parent's memory before `exec`, too.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

from fm_desktop.cli import main

with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[1:])
if code not in (0, 1):
    sys.exit(code)
status = Path("/proc/self/status").read_text(encoding="ascii")
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
