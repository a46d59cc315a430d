#!/bin/bash
# chains.sh: the states of real projects, one after the other (the corpora's README): each pair of neighbours is a change to prove.
# Usage: chains.sh MODELC NORMALISE [CHAIN[:FROM[-TO]]...]
#        Without chains: every tenth pair of all, beginning at a seed that is printed (MODELC_SEED); MODELC_FULL=1: every pair.
#        MODELC_CORPORA names another folder; MODELC_JOBS=N (2); MODELC_KEEP=1 keeps the work folder.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
. "$here/change.sh"
. "$here/many.sh"
MODELC=$(readlink -f "$1")
export NORMALISE
NORMALISE=$(readlink -f "$2")
shift 2
corpora=${MODELC_CORPORA:-$here/../../../shared/corpora}
[ -d "$corpora/chains" ] || { echo "1..0 # SKIP no corpora in $corpora"; exit 0; }

work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-chains.XXXXXX")
finish() {
    many_stop
    cluster_stop
    if [ -n "${MODELC_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT

# ---- which pairs: "chain number-of-the-earlier", neighbours that are the same file are no change ----

all_pairs() {
    local chain states i
    for chain in "$corpora"/chains/*/; do
        states=("$chain"states/*.sql)
        for ((i = 0; i + 1 < ${#states[@]}; i++)); do
            cmp -s "${states[i]}" "${states[i + 1]}" || echo "$(basename "$chain") ${states[i]} ${states[i + 1]}"
        done
    done
}

wanted() { # chains on the command line
    local arg chain from to range
    for arg in "$@"; do
        chain=${arg%%:*} range=${arg#"${arg%%:*}"} range=${range#:}
        from=${range%%-*} to=${range##*-}
        all_pairs | awk -v chain="$chain" -v from="${from:-0}" -v to="${to:-99999}" '
            $1 == chain { n = $2; sub(/.*\//, "", n); sub(/\.sql$/, "", n); if (n + 0 >= from + 0 && n + 0 <= to + 0) print }'
    done
}

seed=${MODELC_SEED:-$(($(date +%j | sed 's/^0*//') % 10))}
if [ $# -gt 0 ]; then
    mapfile -t pairs < <(wanted "$@")
elif [ -n "${MODELC_FULL:-}" ]; then
    mapfile -t pairs < <(all_pairs)
else
    echo "# every tenth pair, MODELC_SEED=$seed"
    mapfile -t pairs < <(all_pairs | awk -v seed="$seed" 'NR % 10 == seed % 10')
fi
[ ${#pairs[@]} -gt 0 ] || { echo "1..0 # SKIP no such pairs"; exit 0; }

many=()
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
for role in crates warehouse polar; do psql -qX -d postgres -c "CREATE ROLE $role" >/dev/null 2>&1; done

for pair in "${pairs[@]}"; do
    read -r chain old new <<<"$pair"
    many+=("${chain}_$(basename "$old" .sql)"$'\t'"$chain $(basename "$old" .sql) -> $(basename "$new" .sql)"$'\t'"$old"$'\t'"$new")
done
many_prove
