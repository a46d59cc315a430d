#!/bin/bash
# run.sh: the dump normaliser's own test: it makes equal what has to be equal, and hides nothing else.
# Usage: run.sh NORMALISE
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
normalise=$1
work=$(mktemp -d)
trap 'cluster_stop; rm -rf "$work"' EXIT

# The texts of a fixture file: pairs of dumps, each pair under `=== NAME`, its halves parted by a line `---`.
each_pair() { # FILE WANTED
    awk -v work="$work" '
        /^=== / { n++; name = substr($0, 5); half = "a"; print name > (work "/pair." n ".name"); printf "" > (work "/pair." n ".a"); printf "" > (work "/pair." n ".b"); next }
        /^---$/ { half = "b"; next }
        n { print > (work "/pair." n "." half) }
        END { print n > (work "/pairs") }' "$1"
    local i equal
    for i in $(seq 1 "$(cat "$work/pairs")"); do
        "$normalise" <"$work/pair.$i.a" >"$work/a" && "$normalise" <"$work/pair.$i.b" >"$work/b"
        equal=differ
        cmp -s "$work/a" "$work/b" && equal=equal
        diff "$work/a" "$work/b" >"$work/diff"
        [ "$equal" = "$2" ]
        tap_result $? "$2: $(cat "$work/pair.$i.name")" "$work/diff"
    done
}
each_pair "$here/equal.txt" equal
each_pair "$here/differ.txt" differ

dump() {
    pg_dump -s "$1" >"$work/dump" && "$normalise" <"$work/dump"
}

cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
createdb base && psql -qX -v ON_ERROR_STOP=1 -d base -f "$here/base.sql" >"$work/out" 2>&1
tap_result $? "the base schema loads" "$work/out"
dump base >"$work/base"

# A normalised dump is a dump: it loads, and gives itself again.
createdb again && psql -qX -v ON_ERROR_STOP=1 -d again -f "$work/base" >"$work/out" 2>&1
tap_result $? "a normalised dump loads" "$work/out"
dump again >"$work/again"
same "a normalised dump gives itself again" "$work/base" "$work/again"
"$normalise" <"$work/base" >"$work/twice"
same "normalising twice is normalising once" "$work/base" "$work/twice"

# Every real difference, one at a time, made in a copy of the base: each has to show.
while IFS= read -r sql; do
    case $sql in ''|--*) continue ;; esac
    createdb -T base changed
    if psql -qX -v ON_ERROR_STOP=1 -d changed -c "$sql" >"$work/out" 2>&1; then
        dump changed >"$work/changed"
        ! cmp -s "$work/base" "$work/changed"
        tap_result $? "seen: $sql"
    else
        tap_result 1 "runs: $sql" "$work/out"
    fi
    dropdb changed
done <"$here/changes.sql"

# What is no difference, made on the base: none may show.
while IFS= read -r sql; do
    case $sql in ''|--*) continue ;; esac
    createdb -T base changed
    psql -qX -v ON_ERROR_STOP=1 -d changed -c "$sql" >"$work/out" 2>&1 || tap_result 1 "runs: $sql" "$work/out"
    dump changed >"$work/changed"
    same "not seen: $sql" "$work/base" "$work/changed"
    dropdb changed
done <"$here/nothing.sql"

tap_done
