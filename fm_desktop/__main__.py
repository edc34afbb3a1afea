"""`python -m fm_desktop` is the command `fm-desktop`."""

import sys

from fm_desktop.cli import main

sys.exit(main())
