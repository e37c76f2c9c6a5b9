#!/usr/bin/env bash
# Tries the Directus manifest against a real Directus: installs it under target/ (npm, about three minutes
# the first time, therefore not part of tests/run.sh), and runs the contract suite over it. Each test run
# starts it on a free port of this computer and stops it again. Run it from anywhere:
#
#     tests/directus.sh                 what the suite says of Directus
#     tests/directus.sh NAME ...        only the tests with NAME in theirs
#
# It needs Rust, a C compiler, Node 20 and npm; CARGO names another cargo, DUOSYNC_TEST_DIRECTUS another folder.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${DUOSYNC_TEST_DIRECTUS:-$PWD/target/servers-directus}
if [ ! -e "$home/node_modules/.bin/directus" ]; then
    echo "Installing Directus into $home"
    mkdir -p "$home"
    npm install --no-audit --no-fund --loglevel error --prefix "$home" directus@11.3.5
fi
export DUOSYNC_TEST_DIRECTUS=$home
# What is asked for by name must not be skipped.
CI=true exec "${CARGO:-cargo}" test --locked --test contract -- --ignored "${@:-directus}"
