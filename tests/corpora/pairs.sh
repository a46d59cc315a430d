#!/bin/bash
# pairs.sh: the pairs of other tools' own tests (the corpora's README): each is a change to prove, or no change at all.
# Usage: pairs.sh MODELC NORMALISE [SUITE[/CASE]...]
#        Without suites: every pair without a difference and every tenth of the others, beginning at a seed that is printed (MODELC_SEED);
#        MODELC_FULL=1: every pair. MODELC_CORPORA names another folder; MODELC_JOBS=N (2); MODELC_KEEP=1 keeps the work folder.
# undecided.tsv lists the pairs that can't be done without a person: for them modelc has to stop with the words that stand there.
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
corpora=${MODELC_CORPORA:-$here/../../../shared/corpora}/pairs
[ -d "$corpora" ] || { echo "1..0 # SKIP no $corpora"; exit 0; }

work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-pairs.XXXXXX")
finish() {
    many_stop
    cluster_stop
    if [ -n "${MODELC_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT

# ---- which pairs: "suite case flags", as change_prove takes the flags ----

all_pairs() {
    awk -F'\t' -v corpora="$corpora" 'NR > 1 {
        flags = ($3 == "noop" ? "\tnone" : "") ($8 == "lax" ? "\tlax" : "")
        if ($4 == "roles") flags = flags "\troles=" corpora "/" $1 "/" $2 "/roles.sql"
        print $1 "\t" $2 flags }' "$corpora/index.tsv"
}

wanted() { # SUITE[/CASE]...
    local arg
    for arg in "$@"; do
        all_pairs | awk -F'\t' -v suite="${arg%%/*}" -v name="${arg#"${arg%%/*}"}" '$1 == suite && (name == "" || "/" $2 == name)'
    done
}

seed=${MODELC_SEED:-$(($(date +%j | sed 's/^0*//') % 10))}
if [ $# -gt 0 ]; then
    mapfile -t pairs < <(wanted "$@")
elif [ -n "${MODELC_FULL:-}" ]; then
    mapfile -t pairs < <(all_pairs)
else
    echo "# what is no difference, and every tenth pair, MODELC_SEED=$seed"
    mapfile -t pairs < <(all_pairs | awk -v seed="$seed" '/\tnone/ || NR % 10 == seed % 10')
fi
[ ${#pairs[@]} -gt 0 ] || { echo "1..0 # SKIP no such pairs"; exit 0; }

# ---- what is told of one ----

undecided() { # SUITE/CASE: the words that modelc has to stop with
    awk -F'\t' -v pair="$1" '!/^#/ && $1 "/" $2 == pair { print $3; exit }' "$here/undecided.tsv"
}

many_result() { # SUITE/CASE
    local words
    words=$(undecided "$1")
    if [ -z "$words" ]; then
        [ -e "$work/$1/proven" ]
    elif [ -e "$work/$1/proven" ]; then
        echo ", which undecided.tsv says a person has to decide"
        return 1
    else
        grep -qF -- "$words" "$work/$1/report" && touch "$work/$1/undecided" && echo ": a person decides: $words"
    fi
}

shares() {
    local suite all proven left
    printf '%s\n' "${pairs[@]}" | cut -f1 | sort | uniq -c | while read -r all suite; do
        proven=$(find "$work/$suite" -mindepth 2 -maxdepth 2 -name proven | wc -l)
        left=$(find "$work/$suite" -mindepth 2 -maxdepth 2 -name undecided | wc -l)
        awk -v suite="$suite" -v all="$all" -v proven="$proven" -v left="$left" 'BEGIN {
            printf "# %s: %d of %d (%.1f %%)%s\n", suite, proven, all, 100 * proven / all, left ? ", a person decides " left : "" }'
    done
}

failing() {
    local line pair
    for line in "${many[@]}"; do
        pair=${line%%$'\t'*}
        [ -e "$work/$pair/proven" ] || [ -e "$work/$pair/undecided" ] || echo "# failed: $pair: $(head -n 1 "$work/$pair/report" 2>/dev/null)"
    done
}

many=()
for pair in "${pairs[@]}"; do
    IFS=$'\t' read -r suite case flags <<<"$pair"
    many+=("$suite/$case"$'\t'"$suite $case"$'\t'"$corpora/$suite/$case/old.sql"$'\t'"$corpora/$suite/$case/new.sql"$'\t'"$flags")
done
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
many_prove
status=$?
failing
shares
exit $status
