#!/bin/bash
# batch.sh: an UPDATE of a whole table in batches and as one statement, while an application writes to it: rows a second, and how long one of
# the application's writes took at most. Usage: batch.sh MODELC; ROWS=10000000, SIZE=5000, RATE=200 (writes a second), PAUSE= (50ms)
. "$(dirname "$0")/../lib/cluster.sh"
. "$(dirname "$0")/measure.sh"
MODELC=$(readlink -f "$1")
: "${ROWS:=10000000}" "${SIZE:=5000}" "${RATE:=200}"
work=$(mktemp -d) && chmod 755 "$work" || exit 1
trap 'cluster_stop; rm -rf "$work"' EXIT
CLUSTER_OPTIONS="-c shared_buffers=256MB -c max_wal_size=8GB -c checkpoint_timeout=30min -c synchronous_commit=on"
cluster_start || exit 77
[ -x "$PG_BIN/pgbench" ] || { echo "no pgbench beside the server's programs"; exit 77; }
failed=0

revision() { # NAME LINES: a project whose one revision is the UPDATE
    mkdir -p "$work/$1/models" "$work/$1/migrations"
    printf 'models = models\nmigrations = migrations\n' >"$work/$1/modelc.ini"
    printf -- '-- fill\n--\n-- modelc:revision   001\n\n-- modelc:upgrade no-transaction\n%s\nUPDATE t SET c = v WHERE c IS NULL;\n\n-- modelc:irreversible no\n' \
        "$2" >"$work/$1/migrations/001.sql"
}

# The application: single rows, at a steady rate. What a write waits for its turn with pgbench itself counts, too: as a user waits.
cat >"$work/writes.sql" <<E
\\set i random(1, $ROWS)
UPDATE t SET w = w + 1 WHERE id = :i;
E
writers() { # DATABASE
    (cd "$work" && exec "$PG_BIN/pgbench" -n -M prepared -c 4 -j 1 -R "$RATE" -T 86400 -f writes.sql -l --log-prefix="$1" -d "$1" >/dev/null 2>&1) &
    pgbench=$!
}

measure() { # NAME
    local start end longest
    psql -Xq -d postgres -c "CHECKPOINT" -c "CREATE DATABASE $1 TEMPLATE origin"
    writers "$1"
    sleep 2
    start=${EPOCHREALTIME/[.,]/}
    "$MODELC" -q -C "$work/$1" --db "$(cluster_url "$1")" upgrade || failed=1
    end=${EPOCHREALTIME/[.,]/}
    sleep 1
    kill "$pgbench" && wait "$pgbench" 2>/dev/null
    [ "$(psql -XAtqd "$1" -c "SELECT count(*) FROM t WHERE c IS DISTINCT FROM v")" = 0 ] || { echo "$1: not all rows have their value"; failed=1; }
    longest=$(cat "$work/$1".* | awk '$3 > most { most = $3 } END { printf "%.1f", most / 1000 }')
    awk -v rows="$ROWS" -v us="$((end - start))" -v longest="$longest" -v name="$1" -v n="$(cat "$work/$1".* | wc -l)" \
        'BEGIN { printf "%-8s %10.0f rows/s  %7.1f s  longest write %9.1f ms of %d\n", name, rows / (us / 1e6), us / 1e6, longest, n }'
    psql -Xq -d postgres -c "DROP DATABASE $1 WITH (FORCE)"
}

createdb origin || exit 1
psql -Xq -d origin -v ON_ERROR_STOP=1 -c "CREATE TABLE t (id bigint PRIMARY KEY, v integer NOT NULL, w integer NOT NULL DEFAULT 0, c integer, filler text NOT NULL)" \
    -c "INSERT INTO t SELECT i, i % 1000, 0, NULL, repeat(md5(i::text), 2) FROM generate_series(1, $ROWS) i" -c "VACUUM ANALYZE t" || exit 1
revision plain ""
revision batches "-- modelc:batch key=id size=$SIZE${PAUSE:+ pause=$PAUSE}"
echo "$ROWS rows, $RATE writes a second beside, batches of $SIZE${PAUSE:+ with a pause of $PAUSE}; $(psql -XAtqc 'SHOW server_version' -d postgres)"
measure plain
measure batches
exit "$failed"
