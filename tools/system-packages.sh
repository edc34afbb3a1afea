#!/bin/sh
# system-packages.sh demo|test: makes sure of the system packages of that set (test needs those of demo too).
# Installs them when root on Debian or Ubuntu, else names all that are missing in one message and ends with 1.
set -eu
set_name="${1:?usage: system-packages.sh demo|test}"
list="$(dirname "$0")/system-packages.txt"
libraries="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"

provided() {
  case "$1" in
    lib:*) printf '%s\n' "$libraries" | grep -q -F "${1#lib:} " ;;
    py:*) python3 -c "import ${1#py:}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

missing=""
while read -r wanted_by package probe; do
  case "$wanted_by" in ''|'#'*) continue ;; esac
  [ "$wanted_by" = demo ] || [ "$wanted_by" = "$set_name" ] || continue
  provided "$probe" || missing="$missing $package"
done <"$list"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing system packages:$missing"
  apt-get update -qq
  # shellcheck disable=SC2086  # the list is words on purpose
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
  exit 0
fi
echo "These system packages are missing (names as on Debian and Ubuntu):$missing" >&2
echo "Install them (there: sudo apt-get install$missing), then run the same command again." >&2
exit 1
