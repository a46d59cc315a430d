# attack.sh: what the attacks share: a cluster of their own, a project of two revisions of which the second stops in the
# middle for half a second. To be sourced with modelc's path as first argument.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"

# Test: the first line that a command prints is TEXT.
says() { # NAME TEXT COMMAND...
    local name=$1 text=$2 found
    shift 2
    found=$("$@" 2>&1 | head -n 1)
    [ "$found" = "$text" ]
    local status=$?
    echo "found: $found" >"$work/found"
    tap_result $status "$name" "$work/found"
}

sql() {
    psql -h "$CLUSTER_DIR" -U postgres -d "$db" -XAtq "$@" 2>&1
}

heads() {
    sql -c "SELECT pg_catalog.string_agg(id, ',') FROM modelc.revision"
}

journal() {
    sql -c "SELECT pg_catalog.string_agg(revision || ' ' || section || '.' || statement || ' ' || state, ', ' ORDER BY n) FROM modelc.journal WHERE revision = '002'"
}

invalid() {
    sql -c "SELECT count(*) FROM pg_catalog.pg_index WHERE NOT indisvalid"
}

# Waits until a condition holds in the database, ten seconds at most.
until_sql() { # CONDITION
    local i
    for i in $(seq 200); do
        [ "$(sql -c "SELECT 1 WHERE $1")" = 1 ] && return 0
        sleep 0.05
    done
    return 1
}

running() { # TEXT of a statement that modelc runs
    until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'modelc%' AND state = 'active' AND query LIKE '$1%')"
}

revision() { # ID PARENT, the rest from standard input
    { printf -- '-- %s\n--\n-- modelc:revision   %s\n-- modelc:revises    %s\n\n' "$1" "$1" "$2"; cat; } >"migrations/versions/$1.sql"
}

# A new database and a new project for each attack.
begin() { # NAME
    cd "$work" || exit 1
    db=$1
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "CREATE DATABASE $db" || exit 1
    export DATABASE_URL="postgresql://postgres@/$db?host=$CLUSTER_DIR"
    mkdir -p "$db/models" "$db/migrations/versions" && cd "$db" || exit 1
    printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
    revision 001 '' <<'SQL'
-- modelc:upgrade

CREATE TABLE public.a (id bigint);

-- modelc:downgrade

DROP TABLE public.a;
SQL
    revision 002 001 <<'SQL'
-- modelc:upgrade

CREATE TABLE public.b (id bigint);

-- modelc:data takes its time
SELECT pg_sleep(0.5);

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:upgrade

CREATE TABLE public.c (id bigint);

-- modelc:downgrade

DROP TABLE public.c;

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.a_id;

-- modelc:downgrade

DROP TABLE public.b;
SQL
    sed -i '/revises    $/d' migrations/versions/001.sql
    run -q upgrade 001
}

# Starts the server again that was killed.
server_again() {
    local i
    for i in $(seq 20); do # what is left of the old one sees its end within a second or two
        rm -f "$CLUSTER_DIR/data/postmaster.pid" "$CLUSTER_DIR"/.s.PGSQL.5432*
        cluster_run "$PG_BIN/postgres" -D "$CLUSTER_DIR/data" -k "$CLUSTER_DIR" -c listen_addresses= -c fsync=off -c autovacuum=off \
            -c log_min_messages=fatal >"$CLUSTER_DIR.log" 2>&1 &
        CLUSTER_PID=$!
        until_sql true && return 0
    done
    return 1
}

finish_attack() {
    cluster_stop
    finish
}

cluster_start || { echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
PATH=$PATH:$PG_BIN
unset PGHOST PGPORT PGUSER
trap finish_attack EXIT
