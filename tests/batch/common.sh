# common.sh: what the tests of statements in batches share: a cluster of their own, a project and a database for each. To be sourced with
# modelc's path as first argument.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"
trap 'finish; cluster_stop' EXIT
cluster_start || { echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }

sql() {
    psql -h "$CLUSTER_DIR" -U postgres -d "$db" -XAtq -v ON_ERROR_STOP=1 "$@" 2>&1
}

# A new database and a project without revisions.
begin() { # NAME
    cd "$work" || exit 1
    db=$1
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "CREATE DATABASE $db" || exit 1
    export DATABASE_URL="postgresql://postgres@/$db?host=$CLUSTER_DIR"
    mkdir -p "$db/models" "$db/migrations/versions" && cd "$db" || exit 1
    printf 'models = models\nmigrations = migrations/versions\nids = sequential\nretries = 2\nlock-timeout = 200ms\n' >modelc.ini
    last= newest=
}

revision() { # ID, the rest from standard input; the newest one anew, where it is that
    [ "$1" = "$newest" ] || { last=$newest; newest=$1; }
    { printf -- '-- %s\n--\n-- modelc:revision   %s\n-- modelc:revises    %s\n\n' "$1" "$1" "$last"; cat; } >"migrations/versions/$1.sql"
}

# A revision of one statement in batches, both ways.
batched() { # ID LINE STATEMENT [DOWN-STATEMENT]
    revision "$1" <<E
-- modelc:upgrade no-transaction
-- modelc:data change rows
-- modelc:batch $2
$3;

-- modelc:downgrade no-transaction
-- modelc:data change them back
-- modelc:batch $2
${4:-$3};
E
}

# Test: a query gives one line.
is() { # NAME WANTED QUERY
    local found status=0
    found=$(sql -c "$3")
    [ "$found" = "$2" ] || status=1
    echo "found: $found, wanted: $2" >"$work/found"
    tap_result $status "$1" "$work/found"
}

# Waits until a condition holds in the database, ten seconds at most.
until_sql() { # CONDITION
    local i
    for i in $(seq 200); do
        [ "$(sql -c "SELECT 1 WHERE $1" 2>/dev/null)" = 1 ] && return 0
        sleep 0.05
    done
    return 1
}
