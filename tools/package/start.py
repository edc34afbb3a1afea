"""Where the built program begins. Not part of the program: run from its sources it needs none of this."""

import os
import sys

# The starter points the system's loader at our libraries and PyInstaller points Qt at our plugins, by variables that
# were read by now. A browser or a mail program that we open must not inherit them: it would load our libraries in place
# of its own.
for name in ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
    of_the_user = os.environ.pop(f"{name}_ORIG", None)
    os.environ.pop(name, None)
    if of_the_user is not None:
        os.environ[name] = of_the_user
for name in [name for name in os.environ if name.startswith("_PYI_")]:
    del os.environ[name]

# A program without a console on Windows has no streams, and so has one that is started with closed ones.
for name in ("stdout", "stderr"):
    if getattr(sys, name) is None:
        setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it stays open until the end

from fm_desktop.cli import main  # noqa: E402 - the environment first

sys.exit(main())
