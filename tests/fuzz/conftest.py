"""The socket's tests need Qt, and no screen."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # Qt reads it when it is first imported
