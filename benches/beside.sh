#!/usr/bin/env bash
# Duosync beside vdirsyncer and beside bare PUTs, on a real server that this script starts and stops.
#
#   benches/beside.sh                       2,000 contacts a side, 1,000 of them on both
#   SIZE=200 REPEAT=3 benches/beside.sh     smaller, each figure the median of three
#   DUOSYNC=path/to/duosync                 the binary (default: target/release/duosync)
#   VENV=folder                             a Python environment with radicale and vdirsyncer
#
# Without VENV, one is made under target/ and both are installed into it with pip. Everything else
# happens in a temporary folder and on 127.0.0.1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$here/../target/beside-venv}
duosync=${DUOSYNC:-$here/../target/release/duosync}

if [ ! -x "$duosync" ]; then
    echo "There is no $duosync: build it with \`cargo build --release\`, or name another in DUOSYNC." >&2
    exit 2
fi
if [ ! -x "$venv/bin/vdirsyncer" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet 'radicale==3.*' 'vdirsyncer==0.21.*'
fi

exec "$venv/bin/python" "$here/beside.py" --duosync "$(realpath "$duosync")" \
    --size "${SIZE:-2000}" --repeat "${REPEAT:-3}" --first "${FIRST:-1}" ${ONLY:+--only "$ONLY"}
