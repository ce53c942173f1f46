# shellcheck shell=bash
# A private PostgreSQL cluster (15 or newer) on a free port, with fsync on as in production.
#
# Its data lies outside the checkout: PostgreSQL refuses to run as root, and the unprivileged user it then runs as may
# not be able to enter the checkout. The folder's name is short because a socket's path has at most 107 bytes.

POSTGRES_HOME="/var/tmp/holdfast-$(id -u)-$(printf %s "$ROOT" | cksum | cut -d' ' -f1)"
POSTGRES_DATA="$POSTGRES_HOME/data"
POSTGRES_PID="$DEV_STATE/postgres.pid"
POSTGRES_PORT="$DEV_STATE/postgres.port"
POSTGRES_LOG="$DEV_STATE/postgres.log"

#: postgres    a private PostgreSQL cluster: start, stop, status, reset
cmd_postgres() {
    case ${1:-start} in
    start)
        alone postgres postgres_start
        postgres_status
        ;;
    stop) alone postgres postgres_stop ;;
    status) postgres_status ;;
    reset) alone postgres postgres_reset ;;
    *) die "./dev postgres start|stop|status|reset, not '$1'" ;;
    esac
}

postgres_runs() { runs "$POSTGRES_PID" "$POSTGRES_DATA"; }

postgres_url() { echo "postgres://holdfast@127.0.0.1:$(cat "$POSTGRES_PORT")/holdfast"; }

postgres_status() {
    postgres_runs || { say "no PostgreSQL of this checkout is running; ./dev postgres start starts one" && return 3; }
    echo "export HOLDFAST_TEST_POSTGRES=$(postgres_url)"
}

postgres_start() {
    postgres_runs && return
    postgres_obtain
    postgres_prepare
    free_port >"$POSTGRES_PORT"
    say "starting PostgreSQL at $(postgres_url) (log: ${POSTGRES_LOG#"$ROOT"/})"
    postgres_serve >"$POSTGRES_LOG" 2>&1 </dev/null 9>&- &
    echo $! >"$POSTGRES_PID"
    { wait_until 60 postgres_answers && postgres_create_database; } || {
        show_tail "$POSTGRES_LOG"
        postgres_stop
        die "PostgreSQL did not answer within 60 s; the end of its log is above"
    }
}

# Tests create a database each and run side by side, hence the connections.
postgres_serve() {
    exec_unprivileged setsid "$(postgres_bin)/postgres" -D "$POSTGRES_DATA" -p "$(cat "$POSTGRES_PORT")" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$POSTGRES_HOME" \
        -c max_connections=300 -c fsync=on -c synchronous_commit=on
}

postgres_answers() {
    postgres_runs && "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$(cat "$POSTGRES_PORT")" -d postgres
}

postgres_create_database() {
    [ -n "$(postgres_query "select 1 from pg_database where datname = 'holdfast'")" ] ||
        postgres_query "create database holdfast" >/dev/null
}

postgres_query() {
    "$(postgres_bin)/psql" -X -q -A -t -h 127.0.0.1 -p "$(cat "$POSTGRES_PORT")" -U holdfast -d postgres -c "$1"
}

# INT is PostgreSQL's fast shutdown: it ends sessions and leaves a clean data folder.
postgres_stop() { stop_process "$POSTGRES_PID" "$POSTGRES_DATA" INT; }

postgres_reset() {
    postgres_stop
    rm -rf "$POSTGRES_HOME" "$POSTGRES_PORT"
}

# --- obtaining ---

# The newest server there is.
postgres_bin() {
    local bin
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5n | tail -n 1)
    [ -x "$bin/postgres" ] || bin=$(dirname "$(command -v postgres 2>/dev/null)" 2>/dev/null)
    [ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] && echo "$bin"
}

postgres_version() { "$(postgres_bin)/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'; }

postgres_obtain() {
    [ -n "$(postgres_bin)" ] || postgres_install
    [ "$(postgres_version)" -ge 15 ] ||
        die "PostgreSQL 15 or newer is needed, and $(postgres_bin) has $(postgres_version)"
}

# Debian's package would also create and start a cluster of its own; this machine did not ask for one.
postgres_install() {
    local quiet=/etc/postgresql-common/createcluster.d/holdfast-no-main-cluster.conf
    as_root mkdir -p "${quiet%/*}"
    echo "create_main_cluster = false" | as_root tee "$quiet" >/dev/null
    need_packages "the tests' own database (no system-wide cluster is created)" postgresql postgresql-client
    as_root rm -f "$quiet"
}

postgres_prepare() {
    if [ ! -d "$POSTGRES_HOME" ]; then
        mkdir -m 755 "$POSTGRES_HOME"
        [ "$(id -u)" -ne 0 ] || chown postgres: "$POSTGRES_HOME"
    fi
    # /var/tmp belongs to everybody: use the folder only if it is ours.
    [ "$(stat -c %U "$POSTGRES_HOME")" = "$(postgres_user)" ] ||
        die "$POSTGRES_HOME belongs to somebody else; remove it"
    [ -f "$POSTGRES_DATA/PG_VERSION" ] && postgres_same_version && return
    (exec_unprivileged "$(postgres_bin)/initdb" -D "$POSTGRES_DATA" -U holdfast --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 --data-checksums) >"$POSTGRES_LOG" 2>&1 </dev/null || {
        show_tail "$POSTGRES_LOG"
        die "initdb could not create $POSTGRES_DATA"
    }
}

postgres_same_version() {
    [ "$(cat "$POSTGRES_DATA/PG_VERSION")" = "$(postgres_version)" ] || die \
        "$POSTGRES_DATA was made by PostgreSQL $(cat "$POSTGRES_DATA/PG_VERSION"); ./dev postgres reset starts afresh"
}

postgres_user() { if [ "$(id -u)" -eq 0 ]; then echo postgres; else id -un; fi; }

# Replaces the (sub)shell, so that its process id is the server's.
exec_unprivileged() {
    cd "$POSTGRES_HOME" || die "cannot enter $POSTGRES_HOME"
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$POSTGRES_HOME" "$@"
    fi
    exec "$@"
}
