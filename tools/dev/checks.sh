# shellcheck shell=bash
# `./dev test` and `./dev lint`: named steps, each with a title, a duration, and a line in the table at the end.
#
# A step is a function `step_NAME`, run in a process of its own; every step runs even when an earlier one failed, so
# that one run tells all. A new step is a function here and a word in the list of the subcommand it belongs to.

TEST_STEPS="format clippy rust_bert tests docs generated scripts checks dependencies"
LINT_STEPS="format clippy docs scripts dependencies"

#: test        everything that must hold before a change is merged, with real servers (--only STEP)
cmd_test() {
    local steps
    steps=$(chosen_steps "$TEST_STEPS" "$@")
    need_build
    case " $steps " in *" tests "*) test_servers ;; esac
    run_steps "$steps"
}

#: lint        the checks that need no server: format, clippy, docs, shell scripts, licences (--only STEP)
cmd_lint() {
    local steps
    steps=$(chosen_steps "$LINT_STEPS" "$@")
    need_build
    run_steps "$steps"
}

#: advisories  known vulnerabilities of our dependencies; fetches the advisory database from the network
cmd_advisories() {
    need_build
    cargo_deny_obtain
    cargo_deny check advisories
}

# chosen_steps ALL [--only STEP]…
chosen_steps() {
    local all=$1 chosen=""
    shift
    while [ $# -gt 0 ]; do
        if [ "$1" != --only ] || [ $# -lt 2 ]; then die "the only flag is --only STEP; steps: $all"; fi
        case " $all " in *" $2 "*) chosen="$chosen $2" ;; *) die "there is no step '$2'; steps: $all" ;; esac
        shift 2
    done
    echo "${chosen:-$all}"
}

# --- the steps ---

step_format() {
    # Only the names: the whole difference is one `cargo fmt` away.
    cargo fmt --all --check -- -l || { echo "run: cargo fmt --all" && return 1; }
}

step_clippy() { cargo clippy --workspace --all-targets -- -D warnings; }

step_tests() { cargo test --workspace --no-fail-fast; }

# Developers read the private parts as well, so links to them resolve.
step_docs() { RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items; }

# Generated files are checked in. Compared before and after rather than with the last commit, so that work in progress
# does not get in the way.
step_generated() {
    local before after
    before=$(fingerprint)
    cmd_generate
    after=$(fingerprint)
    [ "$before" = "$after" ] && return
    echo "generated files were out of date; they are rewritten now, check them in:"
    diff <(echo "$before") <(echo "$after") | sed -n 's/^> [0-9a-f]*  /    /p'
    return 1
}

fingerprint() {
    git ls-files -z --cached --others --exclude-standard | sort -zu | xargs -0 sha256sum 2>/dev/null || true
}

step_scripts() {
    need_packages "checking shell scripts" shellcheck
    git ls-files -z --cached --others --exclude-standard dev .ci tools |
        xargs -0 grep -lZE '^#!.*sh$|^# shellcheck shell' | xargs -0 shellcheck -x
}

# Every executable file in tools/checks is a check of its own: often a foreign tool reading what we publish.
step_checks() {
    local check failed=0
    for check in tools/checks/*; do
        if [ ! -f "$check" ] || [ ! -x "$check" ]; then continue; fi
        echo "$check"
        "$check" || { echo "    failed: $check" && failed=1; }
    done
    return $failed
}

step_dependencies() {
    cargo_deny_obtain
    cargo_deny --workspace --all-features check licenses bans sources
}

# --- running them ---

cmd_step() { "step_$1"; }

run_steps() {
    local step status began table="" failed=0
    for step in $1; do
        printf '\n══ %s ══\n' "$step"
        began=$SECONDS
        status=0
        # A process of its own, because `set -e` is off inside anything whose status is looked at.
        "$ROOT/dev" step "$step" || status=$?
        case $status in
        0) status=passed ;;
        *) status=FAILED && failed=1 ;;
        esac
        printf '── %s: %s after %s s\n' "$step" "$status" "$((SECONDS - began))"
        table+=$(printf '%-14s %-12s %5s s' "$step" "$status" "$((SECONDS - began))")$'\n'
    done
    printf '\n%s' "$table"
    return $failed
}

# --- what the tests run against ---

# Servers named by the environment are used as they are; the others are ours, started here and stopped at the end.
test_servers() {
    test_kafka
    test_postgres
    test_tools
    test_python
}

# The independent verifier of the log needs one package; it gets an environment of its own where that is missing.
test_python() {
    [ -n "${HOLDFAST_TEST_PYTHON:-}" ] && return
    HOLDFAST_TEST_PYTHON=python3
    if ! python3 -c 'import cryptography' 2>/dev/null; then
        need_packages "the independent verifier of the log" python3 python3-venv
        python3 -m venv "$DEV_CACHE/verify" || die "python3 makes no environments here: install python3-venv"
        "$DEV_CACHE/verify/bin/pip" install --quiet cryptography==46.0.3 >&2
        HOLDFAST_TEST_PYTHON="$DEV_CACHE/verify/bin/python"
    fi
    export HOLDFAST_TEST_PYTHON
}

test_kafka() {
    [ -n "${HOLDFAST_TEST_KAFKA:-}" ] && return
    if ! kafka_runs; then
        trap_stop kafka
        alone kafka kafka_reset
        alone kafka kafka_start
    fi
    eval "$(kafka_status)"
}

test_postgres() {
    [ -n "${HOLDFAST_TEST_POSTGRES:-}" ] && return
    if ! postgres_runs; then
        trap_stop postgres
        alone postgres postgres_reset
        alone postgres postgres_start
    fi
    eval "$(postgres_status)"
}

test_tools() {
    need_packages "a second opinion on our Kafka records" kcat
    [ -n "${HOLDFAST_TEST_CHROMEDRIVER:-}" ] || browser_obtain
    axe_obtain
    export HOLDFAST_TEST_KCAT="${HOLDFAST_TEST_KCAT:-kcat}"
    export HOLDFAST_TEST_CHROMEDRIVER="${HOLDFAST_TEST_CHROMEDRIVER:-$(command -v chromedriver)}"
}

STARTED_FOR_TEST=()

trap_stop() {
    STARTED_FOR_TEST+=("$1")
    trap stop_started EXIT
    trap 'exit 130' INT TERM HUP
}

stop_started() {
    local server
    for server in "${STARTED_FOR_TEST[@]}"; do
        "cmd_$server" reset || true
    done
}

# --- cargo-deny ---

CARGO_DENY_VERSION=0.20.2

cargo_deny_find() { PATH="$DEV_CACHE/bin:$PATH" command -v cargo-deny; }

cargo_deny() { "$(cargo_deny_find)" "$@"; }

# Unoptimised it is built in a minute instead of four, and checks our tree in a second all the same.
cargo_deny_obtain() {
    cargo_deny_find >/dev/null && return
    say "building cargo-deny $CARGO_DENY_VERSION with cargo install into ${DEV_CACHE#"$ROOT"/}"
    CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug --root "$DEV_CACHE" \
        "cargo-deny@$CARGO_DENY_VERSION"
}
