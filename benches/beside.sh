#!/usr/bin/env bash
# Duosync beside vdirsyncer and beside bare requests, on real servers that this script starts and stops:
# Radicale and Xandikos, each between two of its books and between a CSV file and a book.
#
#   benches/beside.sh                       2,000 contacts a side; first syncs begin with 1,000 of them on both
#   SIZE=200 REPEAT=3 benches/beside.sh     smaller, each figure the median of three (5 unless told)
#   ONLY=xandikos,books,later               a part of it: radicale, xandikos; csv, books; and
#                                           later (nothing to do, 10 changes), bare (requests by themselves), first
#   FIRST=0                                 without first syncs, which take most of the time; 2 measures each twice
#   DUOSYNC=path/to/duosync                 the binary (default: target/release/duosync)
#   VENV=folder                             a Python environment with radicale, xandikos and vdirsyncer
#
# Without VENV, one is made under target/ and all three are installed into it with pip. Everything else
# happens in a temporary folder and on 127.0.0.1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$here/../target/beside-venv}
duosync=${DUOSYNC:-$here/../target/release/duosync}

if [ ! -x "$duosync" ]; then
    echo "There is no $duosync: build it with \`cargo build --release\`, or name another in DUOSYNC." >&2
    exit 2
fi
if [ ! -x "$venv/bin/vdirsyncer" ] || [ ! -x "$venv/bin/xandikos" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet 'radicale==3.*' 'xandikos==0.4.*' 'vdirsyncer==0.21.*'
fi

exec "$venv/bin/python" "$here/beside.py" --duosync "$(realpath "$duosync")" \
    --size "${SIZE:-2000}" --repeat "${REPEAT:-5}" --first "${FIRST:-1}" --only "${ONLY:-}"
