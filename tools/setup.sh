#!/bin/sh
# setup.sh demo|test: system packages, the virtual environment .venv, the pinned dependencies, the command itself.
# A stamp of everything that went in makes a second run instant.
set -eu
cd "$(dirname "$0")/.."
set_name="${1:?usage: setup.sh demo|test}"
case "$set_name" in
  demo) lock=requirements/sandbox.txt ;;
  test) lock=requirements/dev.txt ;;
  *) echo "setup.sh knows the sets demo and test, not '$set_name'." >&2; exit 2 ;;
esac

stamp_of() {
  { pwd; cat pyproject.toml tools/setup.sh tools/system-packages.txt tests/servers/oidc/package-lock.json "$1"; } | cksum
}
is_current() { [ "$(cat ".venv/.set-$1" 2>/dev/null)" = "$(stamp_of "$2")" ] && .venv/bin/python -c '' 2>/dev/null; }
# What the tests need holds all that the demo needs.
if is_current test requirements/dev.txt || is_current "$set_name" "$lock"; then exit 0; fi

sh tools/system-packages.sh "$set_name"
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "FM Desktop needs Python 3.11 or newer; python3 here is $(python3 --version 2>&1)." >&2
  echo "Install a newer one and put it first on the PATH as python3, then run the same command again." >&2
  exit 1
fi
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  echo "Making the virtual environment .venv"
  if ! python3 -m venv --clear .venv; then
    echo "python3 cannot make a virtual environment: its venv module is missing (on Debian and Ubuntu: python3-venv)." >&2
    exit 1
  fi
fi
echo "Installing the pinned dependencies of $lock"
pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --no-deps --require-hashes -r "$lock"
$pip install --no-deps --no-build-isolation -e .
if [ "$set_name" = test ]; then
  echo "Installing the OpenID provider of the tests"
  (cd tests/servers/oidc && npm ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null)
fi
stamp_of "$lock" >".venv/.set-$set_name"
