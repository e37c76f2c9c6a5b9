#!/usr/bin/env bash
# Runs every fuzzing target, and keeps what reaches new code in fuzz/corpus, small.
#
#     fuzz/run.sh [SECONDS]      for each target; 1,800 unless another number is given
#
# It needs cargo-fuzz (`cargo install cargo-fuzz`) and a C++ compiler. RUSTC_BOOTSTRAP lets the stable
# compiler put in what libFuzzer watches; the address sanitizer is left out, as there is no unsafe code of ours.
# What breaks a target lies in fuzz/artifacts; `cargo fuzz run TARGET FILE` repeats it.
set -euo pipefail
cd "$(dirname "$0")"
export RUSTC_BOOTSTRAP=1
seconds=${1:-1800}
targets="card csv dav manifest settings answer"
cargo fuzz build -s none --release
host=$(rustc -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for target in $targets; do
    binary=target/$host/release/$target
    mkdir -p "artifacts/$target" "$work/$target"
    seeds=("corpus/$target")
    [ "$target" != manifest ] || seeds+=(../assets/connectors)
    nice -n 19 "$binary" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="artifacts/$target/" "$work/$target" "${seeds[@]}" >"$work/$target.log" 2>&1 || failed=1
    echo "$target: $(grep -E 'stat::number_of_executed_units|DONE|SUMMARY' "$work/$target.log" | tr -s ' \n' ' ')"
    # Only inputs of up to 1 kB that reach code of their own are kept, the smallest ones, and at most 200 of them
    # beside those that have a name, which were written by hand or are crashes of the past.
    mkdir -p "$work/small"
    "$binary" -set_cover_merge=1 -use_counters=0 -max_len=1024 "$work/small" "corpus/$target" "$work/$target" >/dev/null 2>&1 || true
    find "corpus/$target" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
    room=$((200 - $(find "corpus/$target" -type f | wc -l)))
    find "$work/small" -type f -size -2k -printf '%s %p\n' | sort -n | cut -d' ' -f2- | head -n "$room" | while read -r kept; do
        cp -n "$kept" "corpus/$target/"
    done
    rm -rf "$work/small"
done
exit "$failed"
