#!/bin/sh
# Writes the locks anew from pyproject.toml: pinned, with hashes, without index addresses. Needs `uv` on the PATH.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes \
  --override requirements/overrides.txt --no-emit-index-url --no-annotate --no-header --quiet; }
lock --output-file requirements/app.txt
lock --extra sandbox --output-file requirements/sandbox.txt
lock --extra sandbox --extra dev --output-file requirements/dev.txt
