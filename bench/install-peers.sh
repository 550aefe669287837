#!/usr/bin/env bash
# Installs the servers that Tidings is measured beside. Every one of them is optional: what cannot be had is said here, and
# again in its row of the table. Starts no service. Run it again whenever you like; what is there is left as it is.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

# Programs and Python packages go here, out of the way of everything else; removing it uninstalls them.
peers=$PWD/.peers
mkdir -p "$peers"
flask_socketio=(Flask-SocketIO eventlet websocket-client)
centrifugo=github.com/centrifugal/centrifugo/v6@latest

log=$(mktemp)
trap 'rm -f "$log"' EXIT
has() { command -v "$1" >/dev/null 2>&1; }
# Says what went wrong in the words of the tool that failed, and leaves them where the table finds them.
failed() {
  echo "install-peers: $1 is missing: $2" >&2
  echo "$2" >"$peers/$1.missing"
}
installed() {
  echo "install-peers: $1"
  rm -f "$peers/$1.missing"
}
last_line() { grep -v '^ *$' "$log" | tail -n 1 | cut -c 1-160; }

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)

# A Debian package may start its service when it is installed: policy-rc.d tells it not to.
from_debian() {
  local name=$1 there=$2
  if [ -e "$there" ]; then
    installed "$name"
  elif ! has apt-get; then
    failed "$name" 'no apt-get here'
  else
    local policy=/usr/sbin/policy-rc.d own=
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && own=1
      "${as_root[@]}" chmod +x "$policy"
    fi
    if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y \
      --no-install-recommends "$name" >"$log" 2>&1; then
      installed "$name"
    else
      failed "$name" "apt-get: $(last_line)"
    fi
    [ -z "$own" ] || "${as_root[@]}" rm -f "$policy"
  fi
}

if npm install --no-audit --no-fund --no-save >"$log" 2>&1; then
  installed npm
else
  failed npm "npm: $(last_line)"
fi

missing_from_debian() {
  [ ! -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || [ ! -e /usr/sbin/nats-server ] || [ ! -e /usr/sbin/mosquitto ]
}
if has apt-get && missing_from_debian; then
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -qq update >"$log" 2>&1 || last_line >&2
fi
from_debian libnginx-mod-nchan /usr/lib/nginx/modules/ngx_nchan_module.so
from_debian nats-server /usr/sbin/nats-server
from_debian mosquitto /usr/sbin/mosquitto

if [ -x "$peers/centrifugo" ]; then
  installed centrifugo
elif ! has go; then
  failed centrifugo 'no Go toolchain here'
elif GOBIN="$peers" go install "$centrifugo" >"$log" 2>&1; then
  installed centrifugo
else
  failed centrifugo "go install: $(last_line)"
fi

if "$peers/python/bin/python" -c 'import flask_socketio, eventlet' 2>/dev/null; then
  installed flask-socketio
elif ! has python3; then
  failed flask-socketio 'no python3 here'
elif python3 -m venv "$peers/python" >"$log" 2>&1 &&
  "$peers/python/bin/pip" install -q "${flask_socketio[@]}" >"$log" 2>&1; then
  installed flask-socketio
else
  failed flask-socketio "pip: $(last_line)"
fi
