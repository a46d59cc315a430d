#!/bin/bash
# corpora.sh: what import, diff and autogenerate take on schemas that others wrote, as ratios to pg_dump -s.
# Usage: corpora.sh MODELC [NAME...]        MODELC_BENCH_RUNS=N (3); MODELC_CORPORA: where the schemas and chains lie
#   import    of the whole database          diff   nothing to do
#   cold      autogenerate where views are not spelled as the server does it: a scratch server has to be asked
#   warm      the same once its answers are known
# CPU is the client's and the server's processor time together, without the scratch server's: see the wall for that.
# Memory is the client's peak.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
. "$here/../lib/roles.sh"
. "$here/measure.sh"
MODELC=$(readlink -f "$1")
shift
corpora=${MODELC_CORPORA:-$here/../../../shared/corpora}
[ -d "$corpora/schemas" ] || { echo "skipped: no $corpora/schemas"; exit 77; }
runs=${MODELC_BENCH_RUNS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-bench.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT
failed=0

# GNU time tells the peak memory, in KB; without it there is none to tell.
timed() { # NAME COMMAND...
    local name=$1
    shift
    if [ -x /usr/bin/time ]; then exec /usr/bin/time -a -o "$work/$name.memory" -f %M "$@"; else exec "$@"; fi
}
dump() { (timed dump pg_dump -s "$db" >/dev/null); }
modelc() { # NAME ARGUMENTS...
    local name=$1
    shift
    (cd "$project" && timed "$name" "$MODELC" "$@")
}
import() { modelc import import --force; }
nothing() { modelc nothing diff --exit-code; }
cold() { rm -rf "$project/.modelc"; modelc cold autogenerate -m spelled; }
warm() { modelc warm autogenerate -m spelled; }

# What the server puts in front of each name in a view, a person leaves out: equal, but only a server knows.
respell() {
    local file
    for file in "$project"/models/*.model "$project"/models/*/*.model; do
        [ -f "$file" ] || continue
        awk '/^ *CREATE (MATERIALIZED )?VIEW/ { view = 1 } view && !/VIEW/ { gsub(/public\./, "") } /;$/ { view = 0 } 1' \
            "$file" >"$work/respelled"
        cmp -s "$work/respelled" "$file" || { cp "$work/respelled" "$file"; respelled=1; }
    done
}

peak() { # NAME: in MB
    [ -s "$work/$1.memory" ] && sort -n "$work/$1.memory" | awk '{ at[NR] = $1 } END { printf "%.0f", at[NR] / 1024 }'
}

columns() { printf '%-16s %6s %-7s %9s %8s %7s %9s %7s %8s\n' "$@"; }

report() { # NAME
    local wall cpu peak
    wall=$(median "$1" 1) && cpu=$(median "$1" 2) || return
    peak=$(peak "$1")
    columns "$db" "$tables" "$1" "$wall" "$cpu" "${peak:--}" "$(ratio "$wall" "$(median dump 1)")" \
        "$(ratio "$cpu" "$(median dump 2)")" "$(ratio "${peak:-0}" "$(peak dump)")"
}

measure() { # NAME FILE
    db=$1
    project=$work/$1
    respelled=
    rm -f "$work"/*.times "$work"/*.memory
    make_roles "$2"
    createdb -T template0 "$db"
    psql -qX -d "$db" -f "$2" >/dev/null 2>&1
    psql -qX -d "$db" -c 'vacuum analyze' >/dev/null
    tables=$(psql -qAtX -d "$db" -c "select count(*) from pg_class where relkind in ('r', 'p') and oid >= 16384")
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$db")
    mkdir -p "$project/migrations/versions"
    printf 'models = models\nmigrations = migrations/versions\n' >"$project/modelc.ini"
    for i in $(seq 1 "$runs"); do
        run_once dump 0 dump
        run_once import 0 import
    done
    (cd "$project" && "$MODELC" baseline -m base) >"$work/out" 2>&1 || { cat "$work/out"; failed=1; return; }
    for i in $(seq 1 "$runs"); do
        run_once dump 0 dump
        run_once nothing 0 nothing
    done
    respell
    for i in $(seq 1 "$runs"); do
        [ -n "$respelled" ] && run_once cold 0 cold && run_once warm 0 warm
    done
    for what in dump import nothing cold warm; do report $what; done
    dropdb "$db"
    [ "$(find "$project/migrations" -name '*.sql' | wc -l)" = 1 ] && return
    echo "$db: equal views were found to differ" >&2
    failed=1
}

cluster_start || exit 1
columns schema tables what "wall ms" "CPU ms" MB "wall x" "CPU x" "MB x"
for file in "$corpora"/schemas/*.sql; do
    name=$(basename "$file" .sql)
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    measure "$name" "$file"
done
for chain in "$corpora"/chains/*/; do
    name=$(basename "$chain") states=("$chain"states/*.sql)
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    measure "$name" "${states[-1]}"
done
exit $failed
