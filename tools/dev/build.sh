# shellcheck shell=bash
# Building and running Holdfast itself, always with the dev profile, so that everything shares one set of artefacts.

# librdkafka is built from source (C, and C++ for a part that we do not use), with TLS and zstd.
BUILD_PACKAGES="gcc g++ make pkg-config libc6-dev libssl-dev zlib1g-dev"

need_build() {
    # shellcheck disable=SC2086 # a list of words
    need_packages "building Holdfast" $BUILD_PACKAGES
    command -v cargo >/dev/null || PATH="$PATH:$HOME/.cargo/bin"
    command -v cargo >/dev/null || die "there is no cargo; install the Rust toolchain named in rust-toolchain.toml"
    # More compilers than cores only cost memory.
    if [ "$(nproc)" -le 2 ]; then export CARGO_BUILD_JOBS="${CARGO_BUILD_JOBS:-2}"; fi
}

holdfast() { cargo run --quiet --bin holdfast -- "$@"; }

#: up          builds Holdfast and starts the demo: a live queue with a simulated community (flags go to holdfast demo)
cmd_up() {
    need_build
    say "building; the first time takes minutes"
    cargo build --bin holdfast
    exec cargo run --quiet --bin holdfast -- demo "$@"
}

#: demo-feed   posts simulated community traffic to a Kafka of your choice (flags go to holdfast demo-feed)
cmd_demo_feed() {
    need_build
    holdfast demo-feed "$@"
}

#: generate    rewrites every generated file: schemas, OpenAPI, AsyncAPI, example configuration, metric list
cmd_generate() {
    need_build
    holdfast generate "$@"
}

#: bench       one benchmark by name against its comparator, after the facts of this machine
cmd_bench() {
    need_build
    [ $# -gt 0 ] || die "./dev bench NAME; there are: $(bench_names)"
    local name=$1
    shift
    machine_facts
    cargo bench --bench "$name" -- "$@"
}

bench_names() { find benches models/benches -name '*.rs' -printf '%f\n' 2>/dev/null | sed 's/\.rs$//' | sort | paste -sd ' '; }

# What a figure means nothing without.
machine_facts() {
    echo "processor  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
    echo "memory     $(awk '/MemTotal/ {printf "%.1f GiB", $2 / 1048576}' /proc/meminfo)"
    echo "load       $(cut -d' ' -f1-3 /proc/loadavg) (1, 5 and 15 minutes)"
    echo "system     $(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r)"
    echo "compiler   $(rustc --version)"
    echo "commit     $(git rev-parse --short HEAD)$(git diff --quiet HEAD || echo ' with changes')"
    echo
}
