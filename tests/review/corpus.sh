#!/bin/bash
# corpus.sh: the review of the revisions that modelc itself writes, as they stand in tests/cases. A finding at the default level that comes
# from the plan fails; one that comes from the model (it drops a column, it has an integer key) is a person's decision and is passed over.
# What the plan can't do better stands in corpus.txt with its reason; a line of it that nothing needs any more fails, too.
# Nothing is known of the database before the revision: each table that it doesn't make itself may be big.
# Usage: corpus.sh MODELC SOURCE-ROOT
set -u
root=$(readlink -f "$2")
. "$(dirname "$0")/../cli/common.sh" "$1"

# decided by the model, whatever the plan is
model=' column-dropped table-dropped object-dropped guard-dropped index-dropped constraint-dropped default-dropped not-null-dropped
 column-renamed table-renamed object-renamed object-moved default-changed identity-changed trigger-disabled sequence-changed type-extended
 row-security-off row-security-without-policy policy-without-row-security grant-to-public grant-all privilege-revoked definer-without-path
 type-change-rewrites stored-column-added table-rewritten exclude-blocks drop-cascade
 no-primary-key key-32-bit fk-without-index fk-without-on-delete fk-type-differs index-duplicate unlogged-table '

section() { # CASE NAME: that part of the case as a section of a revision
    awk -v name="=== $2" '/^=== /{on = index($0, name) == 1; next} on' "$1" >part
    grep -m1 . part | grep -q "^-- modelc:$2" || echo "-- modelc:$2"
    cat part
}

for case in "$root"/tests/cases/*/*.case; do
    name=${case#"$root"/tests/cases/}
    grep -q '^=== upgrade' "$case" || continue
    section "$case" upgrade >up
    grep -q '^exit [0-9]' up && continue # refused: there is no revision
    section "$case" downgrade >down
    grep -q '^=== downgrade' "$case" || echo '-- modelc:irreversible the case tells nothing of it' >down
    { printf -- '-- x\n-- modelc:revision 8f3a52c1d0be\n'; cat up; echo; cat down; } >x.sql
    "$MODELC" review --format github --fail-on error x.sql >out 2>err
    [ -s err ] && sed "s|^|$name unreadable |" err
    LC_ALL=C sed -n 's/^::\(warning\|error\) .*title=\([a-z0-9-]*\)::.*/\2/p' out | LC_ALL=C sort -u | sed "s|^|${name%.case} |"
done >all

while read -r name code; do
    [[ $model == *[[:space:]]$code[[:space:]]* ]] || echo "$name $code"
done <all >plan
excepted=()
while read -r names code reason; do
    [[ $names == '#'* || -z $reason ]] && continue
    excepted+=("$names $code")
done <"$root/tests/review/corpus.txt"
for exception in "${excepted[@]}"; do
    used=1
    # shellcheck disable=SC2254 # it is a pattern
    while read -r line; do case $line in $exception) used=0 ;; esac; done <plan
    tap_result $used "corpus.txt: $exception is still needed" /dev/null
done
while read -r line; do
    known=1
    # shellcheck disable=SC2254
    for exception in "${excepted[@]}"; do case $line in $exception) known=0 ;; esac; done
    [ $known = 0 ] || echo "$line"
done <plan >unknown
tap_result "$([ -s unknown ] && echo 1 || echo 0)" "the plans have no other findings" unknown
tap_result "$([ "$(wc -l <all)" -gt 100 ] && echo 0 || echo 1)" "there were revisions to review" all
tap_done
