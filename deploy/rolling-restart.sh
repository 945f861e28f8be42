#!/bin/sh
# Restart the web processes of this host one after another; meanwhile the others answer, and nginx asks those.
#   deploy/rolling-restart.sh 6543 6544         their ports, which are the names of the units: atlas-web@6543
# Begins only when all of them are ready, goes on when the restarted one is, and ends with 1 where one does not become ready: the
# others still run what they ran. For another way to restart one, name a command that takes the port: RESTART=...
set -eu

HOST=${HOST:-127.0.0.1}
READY_WITHIN=${READY_WITHIN:-120} # seconds
# nginx leaves a process alone for two seconds after it was refused (fail_timeout in deploy/nginx): it has to know it again
# before the next one goes.
SETTLES_IN=3

restart() {
    if [ -n "${RESTART:-}" ]; then $RESTART "$1"; else systemctl restart "atlas-web@$1"; fi
}

ready() {
    python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' "http://$HOST:$1/health/ready" 2>/dev/null
}

if [ $# -lt 2 ]; then
    echo "Name the ports of two web processes or more: with a single one there is nobody to answer meanwhile." >&2
    exit 2
fi
for port in "$@"; do
    if ! ready "$port"; then
        echo "The process at $HOST:$port is not ready; nothing was restarted." >&2
        exit 1
    fi
done
for port in "$@"; do
    restart "$port"
    waited=0
    until ready "$port"; do
        if [ "$waited" -ge "$READY_WITHIN" ]; then
            echo "The process at $HOST:$port is not ready after $READY_WITHIN seconds; the ones after it were not restarted." >&2
            exit 1
        fi
        sleep 1
        waited=$((waited + 1))
    done
    echo "Restarted: $HOST:$port"
    sleep "$SETTLES_IN"
done
