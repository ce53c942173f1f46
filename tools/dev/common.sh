# shellcheck shell=bash
# What every subcommand shares: talking, installing packages, finding ports, minding background processes.
#
# Words for a person go to standard error; standard output carries only what a shell may evaluate.

DEV_STATE="$ROOT/.dev"     # logs, pid files and data of running servers
DEV_CACHE="$ROOT/.cache"   # what was obtained once and can be obtained again
mkdir -p "$DEV_STATE" "$DEV_CACHE"

say() { printf '» %s\n' "$*" >&2; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# as_root COMMAND…: runs it with the right to install packages.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "installing packages needs root: install sudo, or run as root: $*"
    fi
}

# Answers are read whole before they are searched: under pipefail, a `grep -q` that leaves early would make the command
# before it fail.
is_installed() { [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == *"ok installed" ]]; }

has_candidate() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ "Candidate: "[^\(] ]]; }

refresh_package_lists() {
    say "refreshing the package lists (apt-get update)"
    as_root apt-get update -qq >&2
}

# need_packages PURPOSE PACKAGE…: installs those that are missing, after saying which and what for.
need_packages() {
    local purpose=$1 package missing=()
    shift
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null ||
        die "$purpose needs these Debian packages, and there is no apt-get here; install their like: ${missing[*]}"
    for package in "${missing[@]}"; do
        has_candidate "$package" || { refresh_package_lists && break; }
    done
    say "installing with apt-get, for $purpose: ${missing[*]}"
    apt_install "${missing[@]}" && return
    # Lists can be older than the archive they describe.
    refresh_package_lists
    apt_install "${missing[@]}" || die "could not install ${missing[*]}"
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >&2 </dev/null
}

# first_candidate PACKAGE…: the first of them that this system offers.
first_candidate() {
    local package attempt
    for attempt in 1 2; do
        for package in "$@"; do
            has_candidate "$package" && echo "$package" && return
        done
        [ "$attempt" -eq 1 ] && refresh_package_lists
    done
    die "this system offers none of the packages: $*"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: one that nobody listens on, below the range from which outgoing connections take theirs.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((20000 + RANDOM % 12000))
        port_answers "$port" || { echo "$port" && return; }
    done
    die "found no free port between 20000 and 32000"
}

# runs PIDFILE MARK: is the process of the pid file alive, and still the one that was started (MARK in its command)?
runs() {
    local pid
    pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] || return 1
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *"$2"* ]]
}

gone() { ! runs "$@"; }

# wait_until SECONDS COMMAND…: true once the command succeeds, false when time is up.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

# stop_process PIDFILE MARK SIGNAL: asks it to end, waits, and insists after 30 s.
stop_process() {
    local pid
    if runs "$1" "$2"; then
        pid=$(cat "$1")
        kill -s "$3" "$pid"
        wait_until 30 gone "$1" "$2" || kill -s KILL "$pid"
    fi
    rm -f "$1"
}

# alone NAME COMMAND…: one at a time, so that two shells do not start the same server twice.
alone() {
    local name=$1
    shift
    exec 9>"$DEV_STATE/$name.lock"
    flock -w 300 9 || die "another ./dev $name is still busy after 5 minutes"
    "$@"
    exec 9>&-
}

# show_tail FILE: the end of a log, for when a server did not start.
show_tail() { [ -f "$1" ] && tail -n 25 "$1" | sed 's/^/    /' >&2; }
