#!/usr/bin/env bash
# Makes the screenshots of the README: the real window, on the sample and on a customer list that is
# kept the same as an address book on a real server, in light and in dark.
#
#     assets/screenshots/make.sh [BINARY]     without one, the release is built and used
#     SHOTS=all assets/screenshots/make.sh    more pages, to look at
#
# It needs a few packages, and nothing of your own desktop: display, session bus, folders and server
# are made for it and taken away again.
#
#     apt-get install xvfb xdotool dbus at-spi2-core gir1.2-atspi-2.0 python3-gi imagemagick
#
# The address book is served by Radicale, which tests/run.sh installs under target/servers; without
# it, the pictures are made of the sample alone.
set -euo pipefail
binary=${1:+$(realpath "$1")}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

missing=()
for entry in Xvfb:xvfb xdotool:xdotool dbus-run-session:dbus /usr/libexec/at-spi-bus-launcher:at-spi2-core import:imagemagick convert:imagemagick; do
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

for theme in light dark; do
    home=$work/$theme
    mkdir -p "$home/run"
    chmod 700 "$home/run"
    HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache \
        dbus-run-session -- /usr/bin/python3 "$here/shots.py" "$binary" "$home" "$theme" "$here" "$servers"
done
ls -l "$here"/*.png
