# cluster.sh: a private PostgreSQL for one test: socket only, nothing synced, gone when the test ends. To be sourced.
#
# cluster_start        makes and starts it; sets PG_BIN, CLUSTER_DIR (socket and data), CLUSTER_MAJOR, PGHOST, PGPORT, PGUSER for psql and pg_dump
# cluster_url DB       the postgresql:// URL of a database on it
# cluster_stop         stops it by its process id and removes its folder; safe to call twice (use it in a trap on EXIT)

# The folder of the server programs. MODELC_LIVE_BIN: of another version than MODELC_PG_BIN, which modelc's own scratch server is of.
cluster_bin() {
    local dir
    if [ -n "${MODELC_LIVE_BIN:-}" ]; then echo "$MODELC_LIVE_BIN"; return; fi
    if [ -n "${MODELC_PG_BIN:-}" ]; then echo "$MODELC_PG_BIN"; return; fi
    dir=$(pg_config --bindir 2>/dev/null) && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && { echo "$dir"; return; }
    dir=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5nr | while read -r d; do
        [ -x "$d/initdb" ] && { echo "$d"; break; }
    done)
    [ -n "$dir" ] && { echo "$dir"; return; }
    dir=$(command -v initdb) && { dirname "$(readlink -f "$dir")"; return; }
    return 1
}

# Runs a server program; initdb and postgres refuse root, so as root they run as another user.
cluster_run() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid="$CLUSTER_OWNER" --regid="$(id -g "$CLUSTER_OWNER")" --clear-groups "$@")
    else
        "$@"
    fi
}

cluster_start() {
    local i
    PG_BIN=$(cluster_bin) || { echo "no PostgreSQL server programs: apt-get install postgresql-15" >&2; return 1; }
    # Debian's psql and pg_dump are scripts that look for the real ones.
    [ -x "$PG_BIN/psql" ] && [ -x "$PG_BIN/pg_dump" ] && PATH=$PG_BIN:$PATH
    CLUSTER_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mc.XXXXXX") || return 1
    CLUSTER_OWNER=$(id -un)
    if [ "$(id -u)" = 0 ]; then
        CLUSTER_OWNER=postgres
        id postgres >/dev/null 2>&1 || CLUSTER_OWNER=nobody
        chown "$CLUSTER_OWNER" "$CLUSTER_DIR"
        chmod 711 "$CLUSTER_DIR"
    fi
    cluster_run "$PG_BIN/initdb" -A trust -N -U postgres -E UTF8 --locale=C -D "$CLUSTER_DIR/data" >"$CLUSTER_DIR.initdb" 2>&1 || {
        cat "$CLUSTER_DIR.initdb" >&2
        rm -rf "$CLUSTER_DIR.initdb" "$CLUSTER_DIR"
        return 1
    }
    rm -f "$CLUSTER_DIR.initdb"
    CLUSTER_MAJOR=$("$PG_BIN/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
    export PGHOST=$CLUSTER_DIR PGPORT=5432 PGUSER=postgres
    unset PGDATABASE PGSERVICE PGPASSWORD PGOPTIONS DATABASE_URL
    cluster_run "$PG_BIN/postgres" -D "$CLUSTER_DIR/data" -k "$CLUSTER_DIR" -c listen_addresses= -c port=5432 -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=30 -c shared_buffers=32MB \
        -c jit=off -c log_min_messages=fatal ${CLUSTER_OPTIONS:-} >"$CLUSTER_DIR/../$(basename "$CLUSTER_DIR").log" 2>&1 &
    CLUSTER_PID=$!
    # A test that is stopped from outside leaves by its trap on EXIT too.
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    for i in $(seq 1 200); do
        psql -qXAt -d postgres -c '' >/dev/null 2>&1 && return 0
        kill -0 "$CLUSTER_PID" 2>/dev/null || break
        sleep 0.05
    done
    cat "$CLUSTER_DIR.log" >&2
    cluster_stop
    return 1
}

cluster_url() {
    echo "postgresql://postgres@/$1?host=$CLUSTER_DIR"
}

# The postmaster's own id from its pid file: as root, $! is the shell around it. It has to be gone before its folder is removed.
cluster_stop() {
    [ -n "${CLUSTER_DIR:-}" ] || return 0
    local pid i
    pid=$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid" 2>/dev/null) || pid=${CLUSTER_PID:-}
    if [ -n "$pid" ]; then
        kill -QUIT "$pid" 2>/dev/null
        for i in $(seq 1 200); do
            kill -0 "$pid" 2>/dev/null || break
            [ "$i" = 100 ] && kill -KILL "$pid" 2>/dev/null
            sleep 0.05
        done
        [ -n "${CLUSTER_PID:-}" ] && wait "$CLUSTER_PID" 2>/dev/null
    fi
    rm -rf "$CLUSTER_DIR" "$CLUSTER_DIR.log"
    CLUSTER_DIR=
}
