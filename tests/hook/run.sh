#!/bin/bash
# run.sh: the hooks of .pre-commit-hooks.yaml in a real git repository, called as pre-commit calls them.
# Usage: run.sh MODELC
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
MODELC=$(readlink -f "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-hook.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT
if ! command -v git >/dev/null; then echo "1..0 # SKIP no git"; exit 0; fi

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
mkdir "$work/bin" "$work/repo"
ln -s "$MODELC" "$work/bin/modelc"
export PATH=$work/bin:$PATH
cd "$work/repo" || exit 1

entry() { awk -v id="$1" '$1 == "-" && $2 == "id:" { now = $3 } now == id && $1 == "entry:" { sub(/^ *entry: */, ""); print }' "$root/.pre-commit-hooks.yaml"; }
entry modelc-check >"$work/check"
entry modelc-fmt >"$work/fmt"
[ -s "$work/check" ] && [ -s "$work/fmt" ]
tap_result $? "both hooks are in .pre-commit-hooks.yaml"

git init -q -b main .
cat >.git/hooks/pre-commit <<H
#!/bin/sh
# As pre-commit does it: no database in sight, the check on its own, fmt with the files that are staged.
unset DATABASE_URL PGHOST PGPORT PGUSER PGDATABASE
status=0
$(cat "$work/check") || status=1
files=\$(git diff --cached --name-only --diff-filter=ACM -- '*.model')
[ -z "\$files" ] || $(cat "$work/fmt") \$files || status=1
# A hook that changes files has failed.
git diff --quiet -- \$files || status=1
exit \$status
H
chmod +x .git/hooks/pre-commit

commit() { # NAME EXIT [WORDS that it says]
    local code
    git commit -q -m "$1" >"$work/out" 2>&1
    code=$?
    [ "$code" = "$2" ] || echo "exit $code instead of $2" >>"$work/out"
    [ "$code" = "$2" ] && grep -qF -- "${3:-}" "$work/out"
    [ $? = 0 ] || { [ -z "${3:-}" ] && [ "$code" = "$2" ]; }
    tap_result $? "$1" "$work/out"
}

cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
createdb shop
export DATABASE_URL
DATABASE_URL=$(cluster_url shop)

mkdir -p models migrations/versions
printf 'models = models\nmigrations = migrations/versions\nids = sequential\n' >modelc.ini
printf 'table products {\n  id    bigint pk identity\n  name  varchar(200)\n}\n' >models/shop.model
check "the model is in modelc's format" modelc fmt --check models/shop.model
check "a first revision" modelc autogenerate -m "first tables"
check "applied" modelc upgrade head

git add modelc.ini models
commit "a revision that isn't added to git is refused" 1 "not added to git"
git add -A
commit "all added: accepted" 0

printf 'table products {\n  id      bigint pk identity\n  name    varchar(200)\n  pim_id  uuid?\n}\n' >models/shop.model
git add -A
commit "a column that no revision holds is refused" 1 "products.pim_id is in no revision"
grep -q 'models/shop.model:4:3' "$work/out"
tap_result $? "at its place" "$work/out"
check "its revision" modelc autogenerate -m "pim id"
check "applied" modelc upgrade head
commit "still refused: the file isn't added" 1 "not added to git"
git add -A
commit "added: accepted" 0

printf '\n\ntable   products { id bigint pk identity; name varchar(200); pim_id uuid null }\n' >models/shop.model
git add -A
commit "another format is refused" 1 "models/shop.model"
check "fmt" modelc fmt models/shop.model
git add -A
check "only the format differs: clean" modelc check
git commit -q -m "formatted" >"$work/out" 2>&1 || git diff --cached --quiet
tap_result $? "formatted: accepted" "$work/out"

check "a second head" modelc revision -m "other" --head 001 --splice --rev-id 900
git add -A
commit "two heads are refused" 1 "two heads"
rm -f migrations/versions/900_*
git add -A

printf 'table products {\n  id bigint pk identity\n  name varchar(200\n}\n' >models/shop.model
git add -A
commit "a model with an error is refused" 1 "models/shop.model:3:15: error"

tap_done
