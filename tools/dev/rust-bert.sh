# shellcheck shell=bash
# The encoder's second backend, rust-bert on libtorch. Nothing else of Holdfast needs libtorch.

LIBTORCH_CACHE="$DEV_CACHE/rust-bert"

# libtorch 2.4 as PyTorch's package holds it, and the two small libraries that it cannot be loaded without. The ten
# large ones that a GPU needs are left out.
LIBTORCH_WHEELS='
torch==2.4.1 --hash=sha256:0b5f88afdfa05a335d80351e3cea57d38e578c8689f751d35e0ff36bce872113
nvidia-cuda-cupti-cu12==12.1.105 --hash=sha256:e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e
nvidia-cuda-runtime-cu12==12.1.105 --hash=sha256:6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40
'

#: test-rust-bert  the encoder through rust-bert: fetches libtorch (800 MB), builds, compares with ours, times both
cmd_test_rust_bert() {
    need_build
    libtorch_obtain
    libtorch_use
    machine_facts
    rust_bert test --release --test rust_bert -- --nocapture
    rust_bert bench --bench encoder
}

# The rest of `./dev test` has no libtorch, so there the feature is checked without being linked.
step_rust_bert() {
    cargo clippy --package holdfast-models --features rust-bert-types --all-targets -- -D warnings
}

rust_bert() {
    local what=$1
    shift
    cargo "$what" --package holdfast-models --features rust-bert "$@"
}

libtorch_obtain() {
    [ "$(uname -m)" = x86_64 ] || die "the libtorch of test-rust-bert is for x86_64; this machine is $(uname -m)"
    cmp -s <(echo "$LIBTORCH_WHEELS") "$LIBTORCH_CACHE/wheels.txt" && return
    need_packages "fetching libtorch" python3 python3-venv
    rm -rf "$LIBTORCH_CACHE"
    mkdir -p "$LIBTORCH_CACHE"
    libtorch_fetch
    libtorch_link
    echo "$LIBTORCH_WHEELS" >"$LIBTORCH_CACHE/wheels.txt"
}

# The Python version is that of the package's name only: nothing of it runs.
libtorch_fetch() {
    say "fetching libtorch into ${LIBTORCH_CACHE#"$ROOT"/} (800 MB, 2.5 GB unpacked)"
    python3 -m venv "$LIBTORCH_CACHE/pip" || die "python3 makes no environments here: install python3-venv"
    "$LIBTORCH_CACHE/pip/bin/pip" install --quiet --no-deps --no-cache-dir --no-compile \
        --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
        --platform manylinux1_x86_64 --target "$LIBTORCH_CACHE/packages" \
        --require-hashes --requirement <(echo "$LIBTORCH_WHEELS") >&2
}

# The folder that the build looks for: headers and libraries, without those of the GPU. `libtorch.so` holds nothing
# but the wish for both kinds, so here the one for the processor goes by its name. The libraries look for their like
# in `nvidia`, two folders up.
libtorch_link() {
    local torch="$LIBTORCH_CACHE/packages/torch" library
    mkdir -p "$LIBTORCH_CACHE/libtorch/lib"
    ln -s "$torch/include" "$LIBTORCH_CACHE/libtorch/include"
    ln -s "$LIBTORCH_CACHE/packages/nvidia" "$LIBTORCH_CACHE/nvidia"
    for library in "$torch"/lib/{libc10.so,libtorch_cpu.so,libgomp-*}; do
        ln -s "$library" "$LIBTORCH_CACHE/libtorch/lib/"
    done
    ln -s libtorch_cpu.so "$LIBTORCH_CACHE/libtorch/lib/libtorch.so"
}

# PyTorch's packages are built with the older layout of C++ strings.
libtorch_use() {
    export LIBTORCH="$LIBTORCH_CACHE/libtorch" LIBTORCH_CXX11_ABI=0
    export LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}
