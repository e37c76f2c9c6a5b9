#!/usr/bin/env bash
# Makes the screenshots: the whole way of a new operator in the real window, with a customer list of
# 170 people that is kept the same as an address book on a real server, in light and in dark.
#
#     assets/screenshots/make.sh [BINARY]     without one, the release is built and used
#
# All of them are put into target/screenshots, to look at; those that the README and the documentation
# show are kept beside this script.
#
# It needs a few packages, and nothing of your own desktop: display, session bus, folders, server and
# notification daemon are started for it and ended again.
#
#     apt-get install xvfb xdotool dbus dunst at-spi2-core gir1.2-atspi-2.0 python3-gi imagemagick
#
# The address book is served by Radicale, which tests/run.sh installs under target/servers.
set -euo pipefail
binary=${1:+$(realpath "$1")}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

missing=()
for entry in Xvfb:xvfb xdotool:xdotool dbus-run-session:dbus /usr/libexec/at-spi-bus-launcher:at-spi2-core dunst:dunst dunstctl:dunst import:imagemagick convert:imagemagick; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done
/usr/bin/python3 -c 'import gi; gi.require_version("Atspi", "2.0"); from gi.repository import Atspi' 2>/dev/null ||
    missing+=(python3-gi gir1.2-atspi-2.0)
if [ "${#missing[@]}" -gt 0 ]; then
    echo "Install first: apt-get install ${missing[*]}" >&2
    exit 1
fi

if [ -z "$binary" ]; then
    cargo build --release
    binary=$PWD/target/release/duosync
fi

servers=${DUOSYNC_TEST_PYTHON:-}
for python in target/servers/bin/python /opt/servers/bin/python; do
    if [ -z "$servers" ] && [ -x "$python" ]; then servers=$(realpath -s "$python"); fi
done

if [ -z "$servers" ]; then
    echo "Radicale is not there: run tests/run.sh once, or name a Python that has it in DUOSYNC_TEST_PYTHON" >&2
    exit 1
fi

# What is kept; the rest is made to be looked at.
keep=(
    01-empty-home-light 04-second-account-light 05-fields-light 06b-fields-problems-light
    09-first-look-record-light 13-many-at-once-light 15-notification-light 16-conflict-light
    20-compare-light 24-run-light 26-life-of-a-record-light 27-alerts-light 28-settings-light
    30-home-light 30-home-dark 16-conflict-dark
)
all=$PWD/target/screenshots
mkdir -p "$all"
work=$(mktemp -d)
screen=
clean() {
    [ -z "$screen" ] || kill "$screen" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

mkfifo "$work/display"
Xvfb -displayfd 3 -noreset -nolisten tcp -screen 0 1100x720x24 3>"$work/display" 2>/dev/null &
screen=$!
read -r number <"$work/display"
export DISPLAY=:$number LIBGL_ALWAYS_SOFTWARE=1 GSETTINGS_BACKEND=memory LC_ALL=C.UTF-8
unset WAYLAND_DISPLAY AT_SPI_BUS_ADDRESS XAUTHORITY

for theme in ${SHOTS_THEMES:-light dark}; do
    home=$work/$theme
    mkdir -p "$home/run"
    chmod 700 "$home/run"
    HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache \
        dbus-run-session -- /usr/bin/python3 "$here/shots.py" "$binary" "$home" "$theme" "$all" "$servers"
done
for kept in "${keep[@]}"; do
    cp "$all/$kept.png" "$here/" || echo "$kept was not made" >&2
done
ls -l "$here"/*.png
