"""Windows of these tests are drawn nowhere."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
