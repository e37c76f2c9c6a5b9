#!/usr/bin/env bash
# Makes the fonts in this folder anew. Run it from anywhere, after an icon was added to src/ui/icons.rs:
#
#     assets/fonts/make.sh
#
# It needs npm and Python 3, fetches the originals (Inter, https://rsms.me/inter/, OFL; Phosphor,
# https://phosphoricons.com, MIT) and keeps what Duosync draws: of Inter the Latin, Greek and Cyrillic
# letters and the signs that texts use, of Phosphor the code points that icons.rs names.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
npm pack --silent inter-ui@4.1.1 @phosphor-icons/web@2.1.2 >/dev/null
mkdir inter phosphor
tar xzf inter-ui-4.1.1.tgz -C inter --strip-components=1
tar xzf phosphor-icons-web-2.1.2.tgz -C phosphor --strip-components=1
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check 'fonttools[woff]==4.68.0'

# Latin with all its extensions, combining marks, Greek, Cyrillic, punctuation, currencies, arrows,
# and the mathematical and geometric signs that turn up in texts.
letters=U+0020-007E,U+00A0-036F,U+0370-03FF,U+0400-052F,U+1E00-1FFF,U+2000-20CF,U+2100-214F,U+2190-21FF
letters=$letters,U+2212,U+2215,U+2219,U+221E,U+2248,U+2260,U+2264,U+2265,U+25A0-25FF,U+2713,U+2717,U+FB00-FB06,U+FFFD
for weight in Regular SemiBold; do
    # Without the contextual forms of Inter: they draw the "->" of somebody's remark as an arrow.
    python/bin/fonttools ttLib.woff2 decompress -o "$weight.ttf" "inter/web/Inter-$weight.woff2" 2>/dev/null
    python/bin/pyftsubset "$weight.ttf" --unicodes="$letters" \
        --layout-features=kern,ccmp,locl,mark,mkmk --notdef-outline --no-hinting \
        --output-file="$here/Inter-$weight.ttf"
done
cp inter/LICENSE.txt "$here/Inter-LICENSE.txt"

icons=$(grep -o '\\u{[0-9a-f]*}' "$here/../../src/ui/icons.rs" | tr -d '\\u{}' | sed 's/^/U+/' | sort -u | paste -sd,)
for weight in regular/Phosphor bold/Phosphor-Bold; do
    python/bin/pyftsubset "phosphor/src/$weight.ttf" --unicodes="$icons" --layout-features= --no-hinting \
        --output-file="$here/$(basename "$weight").ttf"
done
cp phosphor/LICENSE "$here/Phosphor-LICENSE.txt"
ls -l "$here"
