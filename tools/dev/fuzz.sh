# shellcheck shell=bash
# Looking for inputs that break a promise of the parsers. `fuzz/` is a workspace of its own in the layout of cargo-fuzz;
# it is built here with the pinned toolchain and cargo alone, with the flags that cargo-fuzz would give without a
# sanitizer. What was found worth keeping lies in .cache/fuzz/TARGET, and the next run goes on from there.

FUZZ_FOUND="$DEV_CACHE/fuzz"

#: fuzz        looks for inputs that break a parser, 60 s for each target ([TARGET…] [--seconds N] [--replay FILE])
cmd_fuzz() {
    local seconds=60 replay="" targets=() target failed=()
    while [ $# -gt 0 ]; do
        case $1 in
        --seconds) [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--seconds takes a whole number" && seconds=$2 && shift ;;
        --replay) [ -f "${2:-}" ] || die "--replay takes a file" && replay=$2 && shift ;;
        -*) die "there is no flag $1; there are --seconds N and --replay FILE" ;;
        *) [ -f "$ROOT/fuzz/fuzz_targets/$1.rs" ] || die "there is no target '$1'; there are: $(fuzz_targets)" && targets+=("$1") ;;
        esac
        shift
    done
    [ ${#targets[@]} -gt 0 ] || read -ra targets <<<"$(fuzz_targets)"
    [ -z "$replay" ] || [ ${#targets[@]} -eq 1 ] || die "--replay needs the one target that the file is for"
    need_build
    fuzz_build "${targets[@]}"
    if [ -n "$replay" ]; then
        "$(fuzz_binary "${targets[0]}")" "$replay"
        return
    fi
    for target in "${targets[@]}"; do
        fuzz_run "$target" "$seconds" || failed+=("$target")
    done
    [ ${#failed[@]} -eq 0 ] || die "a promise was broken in: ${failed[*]}"
}

fuzz_targets() { find "$ROOT/fuzz/fuzz_targets" -name '*.rs' -printf '%f\n' | sed 's/\.rs$//' | sort | paste -sd ' '; }

# With a target named, cargo gives the flags to what runs under the fuzzer and not to build scripts and macros.
fuzz_host() { rustc -vV | sed -n 's/^host: //p'; }

fuzz_target_dir() { echo "${CARGO_TARGET_DIR:-$ROOT/target/fuzz}"; }

fuzz_binary() { echo "$(fuzz_target_dir)/$(fuzz_host)/release/$1"; }

fuzz_build() {
    local target bins=() flags=(--cfg fuzzing -Cpasses=sancov-module)
    local option
    for option in sanitizer-coverage-level=4 sanitizer-coverage-inline-8bit-counters sanitizer-coverage-pc-table \
        sanitizer-coverage-trace-compares simplifycfg-branch-fold-threshold=0; do
        flags+=("-Cllvm-args=-$option")
    done
    for target in "$@"; do bins+=(--bin "$target"); done
    say "building the fuzz targets; the first time takes minutes"
    RUSTFLAGS="${flags[*]}" CARGO_TARGET_DIR=$(fuzz_target_dir) \
        cargo build --quiet --locked --release --manifest-path "$ROOT/fuzz/Cargo.toml" --target "$(fuzz_host)" "${bins[@]}"
}

# fuzz_run TARGET SECONDS: false when an input was found that breaks the promise, is slow, or takes too much memory.
fuzz_run() {
    local target=$1 seconds=$2 folder="$FUZZ_FOUND/$1" status=0 options
    local dictionary="$ROOT/fuzz/dictionaries/$target.dict"
    mkdir -p "$folder/corpus" "$folder/broken"
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$folder/broken/")
    [ ! -f "$dictionary" ] || options+=(-dict="$dictionary")
    "$(fuzz_binary "$target")" "${options[@]}" "$folder/corpus" "$ROOT/fuzz/seeds/$target" >"$folder/log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        printf '%-24s %s\n' "$target" "held for $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\).*/\1 inputs in \2 s/p' "$folder/log")"
        return
    fi
    printf '%-24s %s\n' "$target" "BROKEN"
    fuzz_explain "$target" "$folder/log"
    return 1
}

# What the panic said, and how to see it again.
fuzz_explain() {
    local found
    grep -aE -A 2 'panicked at|ERROR: libFuzzer|libFuzzer: timeout|dictionary' "$2" | head -n 12 | sed 's/^/    /'
    found=$(sed -n 's/.*Test unit written to //p' "$2" | tail -n 1)
    if [ -n "$found" ]; then
        echo "    again: ./dev fuzz $1 --replay ${found#"$ROOT"/}"
    else
        echo "    it ended without an input; see ${2#"$ROOT"/}"
    fi
}
