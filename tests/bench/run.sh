#!/bin/bash
# run.sh: how fast `modelc diff` and `modelc check` are, beside the bare catalog queries, pg_dump -s, and alembic where installed.
# Usage: run.sh MODELC        MODELC_BENCH_FULL=1: 5,000 tables too; MODELC_BENCH_RUNS=N (5); MODELC_BENCH_SIZES="100 1000"
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
. "$here/measure.sh"
MODELC=$(readlink -f "$1")
runs=${MODELC_BENCH_RUNS:-5}
sizes=${MODELC_BENCH_SIZES:-100 1000${MODELC_BENCH_FULL:+ 5000}}
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-bench.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT
failed=0

line() { printf '%-7s %-33s %9s %9s  %s\n' "$@"; }

queries() { psql -qAtX -d "$db" -f "$here/catalog.sql" >/dev/null; }
dump() { pg_dump -s "$db" >/dev/null; }
modelc_diff() { (cd "$project" && exec "$MODELC" diff --exit-code); }
modelc_check() { (cd "$project" && exec "$MODELC" check); }

has_alembic() { # N
    [ "$1" -le 1000 ] && /usr/bin/python3 -c 'import alembic, sqlalchemy, psycopg2' 2>/dev/null
}
alembic() { # WHAT
    /usr/bin/python3 "$here/alembic_diff.py" "postgresql+psycopg2://postgres@/$db?host=$PGHOST" "$1" "$work/models.pickle"
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
    model "$1"
}

model() { # N [-v changes=1]
    local n=$1
    shift
    awk -v n="$n" -v as=model "$@" -f "$here/generate.awk" >"$project/models/main.model"
}

# What a name took: medians, and what it is to others.
report() { # N WHAT NAME
    local wall cpu of
    wall=$(median "$3" 1) && cpu=$(median "$3" 2) || { line "$1" "$2" - - ""; return; }
    of=
    case $3 in nothing | ten)
        of="$(ratio "$cpu" "$(median queries 2)") x (a), $(ratio "$(median dump 2)" "$cpu") times as fast as (b)"
        [ -s "$work/alembic.times" ] && of="$of, $(ratio "$(median alembic 2)" "$cpu") times (c)"
    esac
    line "$1" "$2" "$wall" "$cpu" "$of"
}

measure() { # N
    rm -f "$work"/*.times
    make_database "$1"
    (cd "$project" && timeout 600 "$MODELC" baseline -m base) >"$work/out" 2>&1 || { cat "$work/out"; failed=1; return; }
    rm -rf "$project/.modelc"
    run_once first 0 modelc_diff
    for i in $(seq 1 "$runs"); do # in turn: what else the machine does hits all of them
        run_once queries 0 queries
        run_once nothing 0 modelc_diff
        run_once dump 0 dump
        run_once check 0 modelc_check
    done
    model "$1" -v changes=1
    for i in $(seq 1 "$runs"); do run_once ten 1 modelc_diff; done
    if has_alembic "$1"; then
        alembic reflect >"$work/out" 2>&1 && run_once alembic 0 alembic compare || tail -n 3 "$work/out" >&2
    fi
    report "$1" "(a) 17 catalog queries in psql" queries
    report "$1" "(b) pg_dump -s" dump
    report "$1" "(c) alembic, nothing to do, once" alembic
    report "$1" "modelc diff, nothing to do" nothing
    report "$1" "modelc diff, ten changes" ten
    report "$1" "modelc diff, for the first time" first
    report "$1" "modelc check, offline" check
    dropdb "$db"
}

cluster_start || exit 1
# Ratios are of processor time, client's and server's: that of the wall is also what else the machine was doing.
line tables what "wall ms" "CPU ms" "by CPU"
for n in $sizes; do measure "$n"; done
exit $failed
