#!/usr/bin/env bash
# Installs what the tests need from Debian: a browser, the databases, and the Python clients.
# Quick and silent when all of it is there; starts no service. TIDINGS_SKIP_SYSTEM=1 skips it.
# It never fails the test run: a test that lacks its part says so itself.
set -uo pipefail

[ "${TIDINGS_SKIP_SYSTEM:-}" = 1 ] && exit 0

say() { echo "system-dependencies: $*" >&2; }

# Debian's clients live in Debian's Python, which need not be the first python3 on PATH.
python_has() { /usr/bin/python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" 2>/dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }
has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
has redis-server || missing+=(redis-server)
has_postgres || missing+=(postgresql)
[ -x /usr/bin/python3 ] || missing+=(python3)
python_has socketio || missing+=(python3-socketio)
python_has websocket || missing+=(python3-websocket) # websocket-client, python-socketio's WebSocket transport
python_has requests || missing+=(python3-requests)   # python-socketio's polling transport
python_has aiohttp || missing+=(python3-aiohttp)     # python-socketio's asyncio client
python_has websockets || missing+=(python3-websockets)
has curl || missing+=(curl)
has git || missing+=(git)
has openssl || missing+=(openssl) # certificates of the tests' own
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)

[ ${#missing[@]} -eq 0 ] && exit 0

if ! has apt-get; then
  say "missing: ${missing[*]} (no apt-get here; install them by hand, or their tests fail)"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if has sudo && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    say "missing: ${missing[*]}"
    say "not root, so their tests fail until you run: sudo apt-get install ${missing[*]}"
    exit 0
  fi
fi

# A Debian package may start its service when it is installed. The tests start their own, on free ports:
# policy-rc.d tells the package scripts to leave services alone. An existing policy is respected.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi

say "installing ${missing[*]}"
log=$(mktemp)
apt_get() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq "$@" >>"$log" 2>&1; }
if apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; then
  say "done"
else
  tail -n 20 "$log" >&2
  say "apt-get failed (log above); tests that need ${missing[*]} will fail"
fi
rm -f "$log"
exit 0
