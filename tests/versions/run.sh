#!/bin/bash
# run.sh: other PostgreSQL versions than the one that the tests use: each is imported, made again, changed up and down; what only a
# server can compare is compared on one of the same version and on the usual one.
# Usage: run.sh MODELC NORMALISE; MODELC_VERSIONS="/path/to/13/bin .." are the folders of their server programs (initdb, pg_ctl,
#        postgres); without it, those of /usr/lib/postgresql that are not the newest. MODELC_VERSIONS_SHARE=N: of the cases that
#        any version has one in N, others every day.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
versions=${MODELC_VERSIONS:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5nr | tail -n +2)}
[ -n "$versions" ] || { echo "1..0 # SKIP no other PostgreSQL: set MODELC_VERSIONS"; exit 0; }
usual=${MODELC_PG_BIN:-$(pg_config --bindir)}
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# One of each folder, and all that not every version can.
share=${MODELC_VERSIONS_SHARE:-1}
day=$(date +%j | sed 's/^0*//')
cases=$(cd "$here/../cases" && {
    ls */*.case | awk -F/ -v share="$share" -v day="$day" '$2 == "all.case" || !seen[$1]++ { if (n++ % share == day % share) print }'
    grep -l '^=== since' */*.case
} | sort -u)

quiet() { # NAME COMMAND...: ends well and no test of it fails
    local name=$1
    shift
    "$@" >"$said" 2>&1 && ! grep -q '^not ok' "$said"
    local status=$?
    sed -i -E '/^ok [0-9]+ /d' "$said" # what is right needs no room in a log
    tap_result $status "$name" "$said"
}

for bin in $versions; do
    version=$("$bin/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
    export MODELC_LIVE_BIN=$bin
    MODELC_PG_BIN=$bin quiet "$version: import and create" "$here/../import/rich.sh" "$1" "$2"
    MODELC_PG_BIN=$usual quiet "$version: the same, compared on another version" "$here/../import/rich.sh" "$1" "$2"
    MODELC_PG_BIN=$bin quiet "$version: changes" bash -c 'cd "$1" && shift && exec ./case_runner.sh "$@"' - "$here/../cases" \
        "$(readlink -f "$1")" "$(readlink -f "$2")" $cases
done
tap_done
