#!/bin/sh
# package.sh [FOLDER]: builds FOLDER/fm-desktop (dist/fm-desktop if not given), the program with all that it needs.
# What PyInstaller keeps in build/ makes a second build of the same sources faster.
set -eu
cd "$(dirname "$0")/.."
export PYINSTALLER_CONFIG_DIR="$PWD/build"
.venv/bin/python -m PyInstaller --noconfirm --log-level WARN --distpath "${1:-dist}" --workpath build build.spec
