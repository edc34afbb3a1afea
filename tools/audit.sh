#!/bin/sh
# Asks the databases of known weaknesses about every entry of the locks. Needs `pip-audit` and `npm` on the PATH.
set -eu
cd "$(dirname "$0")/.."
for lock in requirements/app.txt requirements/sandbox.txt requirements/dev.txt; do
  echo "$lock"
  pip-audit --requirement "$lock" --require-hashes --disable-pip --strict
done
(cd tests/servers/oidc && npm audit --omit=dev)
