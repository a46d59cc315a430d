#!/bin/bash
# run.sh: docs/coverage.md is what the kinds' tables say, and no dump of a real schema names a sort of object that is in
# no table.
# Usage: run.sh COVERAGE SOURCE-ROOT; MODELC_UPDATE=1 writes docs/coverage.md; MODELC_CORPORA is where real schemas lie.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
coverage=$(readlink -f "$1")
root=$(readlink -f "$2")
corpora=${MODELC_CORPORA:-$root/../shared/corpora}
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-coverage.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT

# What of other tools' own tests is left to a person: tests/corpora/undecided.tsv.
render_undecided() {
    awk -F'\t' '/^#/ { next }
        !n++ { print "\n## What a person decides\n\nOf 1,198 pairs of schemas from the tests of other tools (`tests/corpora/pairs.sh`), all are done both ways but these,"
               print "for which modelc stops and says so.\n\n| suite | pair | modelc says | why |\n|---|---|---|---|" }
        { print "| " $1 " | " $2 " | " $3 " | " $4 " |" }' "$root/tests/corpora/undecided.tsv"
}

{ "$coverage" render && render_undecided; } >"$work/coverage.md"
[ -n "${MODELC_UPDATE:-}" ] && cp "$work/coverage.md" "$root/docs/coverage.md"
same "docs/coverage.md" "$root/docs/coverage.md" "$work/coverage.md"
check "every kind is some sort of pg_dump's" "$coverage" kinds
"$coverage" types | sort -u >"$work/known"

# The sorts of objects in a dump that no table lists.
unknown() { # DUMP
    grep -aoE '^-- (Data for )?Name: .*; Type: [A-Z ]+;' "$1" | sed -E 's/.*; Type: ([A-Z ]+);$/\1/' | sort -u |
        comm -23 - "$work/known"
}

listed() { # NAME DUMP
    unknown "$2" >"$work/unknown"
    if ! grep -aq '; Type: ' "$2"; then echo "no object in the dump" >"$work/unknown"; fi
    [ ! -s "$work/unknown" ]
    tap_result $? "$1" "$work/unknown"
}

load_and_dump() { # NAME FILE
    local roles=${2%/*}/roles.sql
    createdb -T template0 loaded
    [ -e "$roles" ] && psql -qX -d loaded -f "$roles" >/dev/null 2>&1
    psql -qX -d loaded -f "$2" >/dev/null 2>&1
    pg_dump -s loaded >"$work/dump.sql"
    dropdb loaded
    listed "$1" "$work/dump.sql"
}

# What has few of its kind anywhere: the pairs that are called exotic.
exotic() {
    local suite case file
    awk -F'\t' '$3 == "exotic" { print $1, $2 }' "$corpora/pairs/index.tsv" | while read -r suite case; do
        echo "$corpora/pairs/$suite/$case/new.sql"
    done >"$work/exotic"
    createdb -T template0 loaded
    # All into one database: what is there already is refused, the sorts of objects are the same.
    while read -r file; do psql -qX -d loaded -f "$file" >/dev/null 2>&1; done <"$work/exotic"
    pg_dump -s loaded >"$work/dump.sql"
    dropdb loaded
    listed "exotic pairs" "$work/dump.sql"
}

if [ ! -d "$corpora/schemas" ]; then
    tap_skip "real schemas" "no corpora"
else
    cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
    for file in "$corpora"/schemas/*.sql; do
        name=${file##*/}
        [ "$name" = roles.sql ] || load_and_dump "schema ${name%.sql}" "$file"
    done
    for chain in "$corpora"/chains/*/; do
        load_and_dump "last state of $(basename "$chain")" "$(ls "$chain"states/*.sql | tail -n 1)"
    done
    exotic
fi
tap_done
