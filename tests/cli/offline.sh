#!/bin/bash
# offline.sh: what needs no database: history, heads, show, edit, revision, merge, --sql, completions of revisions.
. "$(dirname "$0")/common.sh" "$1"
sample
cd shop || exit 1

run history
cat >expected <<'TXT'
1975ea83b712 -> 8f3a1c2b9d04 (head), add_xyz_column
base -> 1975ea83b712, add products
TXT
same "history, newest first" expected "$work/out"
check "history says nothing on stderr" test ! -s "$work/err"
ends "history -r A:" 0 "^1975ea83b712 -> 8f3a" history -r 8f3a:
check "history -r A: begins at A" bash -c "! grep -q '^base ->' '$work/out'"
ends "history -r :B" 0 "^base -> 1975" history -r :1975
check "history -r :B ends at B" bash -c "! grep -q '8f3a1c2b9d04' '$work/out'"
ends "history -r without a colon" 2 "takes A:B" history -r 1975
ends "history --format json" 0 '"id": "8f3a1c2b9d04"' history --format json
check "history | head ends quietly" bash -o pipefail -c "'$MODELC' history | head -n 1 >/dev/null"
ends "history on a full disk" 0 "" history
check "results that can't be written are an error" bash -c "'$MODELC' history >/dev/full 2>/dev/null; [ \$? = 2 ]"
ends "heads" 0 "^8f3a1c2b9d04 \(head\), add_xyz_column$" heads
ends "branches: none" 0 "" branches

ends "show" 0 "^-- add_xyz_column$" show
check "show prints the file as it is" cmp -s "$work/out" migrations/versions/8f3a1c2b9d04_add_xyz_column.sql
ends "show -1" 0 "^-- add products$" show -1
ends "show -2: too far" 2 "is the first revision" show -2
ends "show by the beginning of an id" 0 "^-- add products$" show 197
ends "show: unknown" 2 "no revision is called 77be" show 77be
ends "show base" 2 "no revision" show base

ends "upgrade --sql" 0 "^CREATE TABLE public.products" upgrade --sql
ends "upgrade --sql A:B" 0 "ADD COLUMN xyz" upgrade --sql 1975ea:head
check "upgrade --sql A:B leaves out A" bash -c "! grep -q '^CREATE TABLE public.products' '$work/out'"
ends "downgrade --sql A:B" 0 "^DROP INDEX CONCURRENTLY" downgrade --sql head:-1
ends "downgrade --sql without A" 2 "needs both ends" downgrade --sql base

EDITOR='sh -c "echo oops >>\"\$1\"" x' ends "edit says what is wrong afterwards" 2 "error" edit head
sed -i '/^oops$/d' migrations/versions/8f3a*.sql
EDITOR=true ends "edit" 0 "" edit head
EDITOR=false ends "edit: the editor fails" 2 "status 1" edit head
ends "edit: no editor" 2 "VISUAL and EDITOR" edit head

ends "revision" 0 "^Wrote +migrations/versions/[0-9a-f]{12}_fill_in_prices.sql" revision -m "fill in prices"
ends "revision follows the head" 0 "^8f3a1c2b9d04 -> [0-9a-f]{12} \(head\), fill in prices" history
ends "revision: no message" 2 "a message is missing" revision
ends "revision: not on a head" 2 "splice" revision -m hotfix --head 1975ea
ends "revision --splice" 0 "hotfix" revision -m hotfix --head 1975ea --splice --rev-id abcd00000001 --branch-label fixes
ends "revision: the id is taken" 2 "exists already" revision -m again --rev-id abcd00000001 --head heads
ends "revision: no such id" 2 "letters, digits" revision -m again --rev-id ../x
ends "revision: several heads" 2 "heads" revision -m which
ends "two heads" 0 "^abcd00000001 \(fixes\) \(head\), hotfix" heads
ends "branches" 0 "^1975ea83b712 \(branchpoint\)" branches
ends "branches: what follows" 0 "^    -> abcd00000001" branches
ends "upgrade --sql with two heads" 2 "head" upgrade --sql
ends "merge: one is behind the other" 2 "nothing to merge" merge -m m 1975ea 8f3a
ends "merge" 0 "^Wrote" merge -m "both" --rev-id beef00000001
ends "merged" 0 "^beef00000001 \(head\) \(mergepoint\), both" heads
ends "one head: nothing to merge" 2 "nothing to merge" merge -m again
ends "completions revisions" 0 "^beef00000001$" completions revisions

# -x: values for modelc.ini and templates
cp modelc.ini modelc.ini.before
sed -i 's|^migrations = .*|migrations = %(where)s/versions|' modelc.ini
ends "a value that nobody gave" 2 "mend: set it, or pass -x where=VALUE" heads
ends "-x gives it to modelc.ini" 0 "^beef00000001 " -x where=migrations heads
where=nowhere ends "and comes before the environment" 0 "^beef00000001 " -x where=migrations heads
where=migrations ends "which does as well" 0 "^beef00000001 " heads
mv modelc.ini.before modelc.ini
mkdir templates
sed 's/^--$/-- Ticket: ${ticket}\n--/' "$here/../../templates/revision.sql" >templates/revision.sql
ends "a template's value that nobody gave" 2 "mend: pass its value: -x ticket=VALUE" revision -m ticketed
file=$("$MODELC" revision -q -m ticketed -x ticket=SHOP-12 --rev-id cafe00000001)
holds "-x gives it to templates" "^-- Ticket: SHOP-12$" "$file"
ends "-x wants a name" 2 "-x takes name=value, not SHOP-12" heads -x SHOP-12
rm -r templates "$file"

printf -- '-- modelc:revison abc\n' >migrations/versions/bad.sql
ends "a defective file" 2 "bad.sql:1" history
rm migrations/versions/bad.sql
sed -i '1i modles = x' modelc.ini
ends "a defective modelc.ini" 2 "did you mean: models" history
tap_done
