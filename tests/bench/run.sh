#!/bin/bash
# run.sh: how fast `modelc diff` and `modelc check` are, beside the bare catalog queries, pg_dump -s, and alembic where installed.
# Usage: run.sh MODELC        MODELC_BENCH_FULL=1: 5,000 tables too; MODELC_BENCH_RUNS=N (5); MODELC_BENCH_SIZES="100 1000"
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
MODELC=$(readlink -f "$1")
runs=${MODELC_BENCH_RUNS:-5}
sizes=${MODELC_BENCH_SIZES:-100 1000${MODELC_BENCH_FULL:+ 5000}}
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-bench.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT
failed=0

# The median of the wall times of a command, in milliseconds with one decimal.
median() { # RUNS WANTED-EXIT COMMAND...
    local n=$1 wanted=$2 i start end
    shift 2
    for i in $(seq 1 "$n"); do
        start=${EPOCHREALTIME/[.,]/}
        "$@" >"$work/out" 2>"$work/err"
        local code=$?
        end=${EPOCHREALTIME/[.,]/}
        if [ "$code" != "$wanted" ]; then
            { echo "exit $code instead of $wanted: $*"; tail -n 5 "$work/out" "$work/err"; } >&2
            return 1
        fi
        echo $((end - start))
    done | sort -n | awk '{ at[NR] = $1 } END { if (NR) printf "%.1f", at[int((NR + 1) / 2)] / 1000 }'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'; }
line() { printf '%-8s %-34s %10s   %s\n' "$@"; }

queries() { psql -qAtX -d "$db" -f "$here/catalog.sql" >/dev/null; }
dump() { pg_dump -s "$db" >/dev/null; }
modelc_diff() { (cd "$project" && exec "$MODELC" diff --exit-code); }
modelc_check() { (cd "$project" && exec "$MODELC" check); }

alembic_time() { # N
    local url="postgresql+psycopg2://postgres@/$db?host=$PGHOST" times=3
    /usr/bin/python3 -c 'import alembic, sqlalchemy, psycopg2' 2>/dev/null || return 1
    [ "$1" -gt 1000 ] && return 1
    [ "$1" = 1000 ] && times=1
    /usr/bin/python3 "$here/alembic_diff.py" "$url" reflect "$work/models.pickle" >"$work/err" 2>&1 || { tail -n 1 "$work/err" >&2; return 1; }
    median $times 0 /usr/bin/python3 "$here/alembic_diff.py" "$url" compare "$work/models.pickle"
}

make_database() { # N
    db=bench_$1
    project=$work/$1
    export DATABASE_URL
    createdb "$db" && DATABASE_URL=$(cluster_url "$db")
    awk -v n="$1" -v as=sql -f "$here/generate.awk" | psql -qX -v ON_ERROR_STOP=1 -d "$db" >/dev/null || exit 1
    psql -qX -d "$db" -c 'vacuum analyze' >/dev/null
    mkdir -p "$project/models" "$project/migrations/versions"
    printf 'models = models\nmigrations = migrations/versions\n' >"$project/modelc.ini"
    awk -v n="$1" -v as=model -f "$here/generate.awk" >"$project/models/main.model"
}

measure() { # N
    local catalog dumped nothing ten offline alembic
    make_database "$1"
    catalog=$(median "$runs" 0 queries)
    dumped=$(median "$runs" 0 dump)
    line "$1" "(a) 17 catalog queries in psql" "$catalog" ""
    line "$1" "(b) pg_dump -s" "$dumped" ""
    (cd "$project" && timeout 300 "$MODELC" baseline -m base) >"$work/out" 2>&1 || { cat "$work/out"; failed=1; }
    nothing=$(median "$runs" 0 modelc_diff)
    line "$1" "modelc diff, nothing to do" "$nothing" "$(ratio "$nothing" "$catalog") x (a), $(ratio "$dumped" "$nothing") times as fast as (b)"
    offline=$(median "$runs" 0 modelc_check)
    line "$1" "modelc check, offline" "$offline" ""
    awk -v n="$1" -v as=model -v changes=1 -f "$here/generate.awk" >"$project/models/main.model"
    ten=$(median "$runs" 1 modelc_diff)
    line "$1" "modelc diff, ten changes" "$ten" "$(ratio "$ten" "$catalog") x (a), $(ratio "$dumped" "$ten") times as fast as (b)"
    [ -n "$nothing" ] && [ -n "$ten" ] && [ -n "$offline" ] || failed=1
    if alembic=$(alembic_time "$1") && [ -n "$alembic" ]; then
        line "$1" "(c) alembic, nothing to do" "$alembic" "modelc is $(ratio "$alembic" "$nothing") times as fast"
    else
        line "$1" "(c) alembic" "-" "not installed, or too slow at this size"
    fi
    dropdb "$db"
}

cluster_start || exit 1
line tables what "median ms" ""
for n in $sizes; do measure "$n"; done
exit $failed
