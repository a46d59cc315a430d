#!/bin/bash
# json.sh: --format json: one document on standard output, whatever happens; findings as JSON on standard error.
. "$(dirname "$0")/common.sh" "$1"
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
documents() { # FILE: how many JSON documents it holds; "none" where it holds something else
    python3 - "$1" <<'PY'
import json, sys
text, decoder, n = open(sys.argv[1]).read().strip(), json.JSONDecoder(), 0
try:
    while text:
        _, end = decoder.raw_decode(text)
        text, n = text[end:].strip(), n + 1
    print(n)
except ValueError:
    print("none")
PY
}
json() { # CODE ARGUMENTS...: one document, and findings only where there are some
    local want=$1 status=0
    shift
    EDITOR=true run --format json "$@"
    cat "$work/out" "$work/err" >"$work/both"
    [ "$code" = "$want" ] || { echo "exit $code, not $want" >>"$work/both"; status=1; }
    [ "$(documents "$work/out")" = 1 ] || { echo "stdout: $(documents "$work/out") documents" >>"$work/both"; status=1; }
    [ ! -s "$work/err" ] || [ "$(documents "$work/err")" = 1 ] || { echo "stderr is no JSON" >>"$work/both"; status=1; }
    tap_result $status "modelc $*: $want" "$work/both"
    echo "$1" >>"$work/tested"
}

json 2 heads
json 0 init shop
cd shop || exit 1
json 2 init
json 0 db start
json 0 db url
printf 'table products {\n  id bigint pk\n  name text\n}\n' >models/shop.model
json 0 fmt
json 1 check
json 0 diff
json 0 create --sql
json 0 baseline -m first
json 2 baseline -m second
json 0 check
json 0 upgrade --plan
json 0 upgrade --sql
json 0 upgrade
json 0 upgrade --log
json 0 upgrade --status
json 0 review
json 2 review nonsense
json 0 attic list
json 0 attic purge --all
json 2 create
json 0 current
json 0 history
json 0 heads
json 0 branches
json 0 show
json 0 edit
json 0 autogenerate -m none
sed -i '/name/a\  note text?' models/shop.model
json 0 autogenerate -m note
json 0 upgrade
json 0 downgrade -1
json 2 downgrade +1
json 0 stamp head
json 3 upgrade heads --db "postgresql:///none?host=/nonexistent"
json 0 revision -m data
json 2 revision
json 0 revision -m other --head -1 --splice
json 1 check
json 2 upgrade
json 2 rebase --plan
json 0 merge -m both
json 0 rebase
"$MODELC" revision -q -m fails | while read -r file; do sed -i 's/^-- modelc:upgrade$/&\n\nSELECT 1 \/ 0;/' "$file"; done
json 3 upgrade
json 2 verify nonsense
json 0 verify base
json 1 verify
json 2 import
json 0 import -o imported
json 0 help
json 0 help upgrade
json 2 help upgrad
json 0 completions bash
json 0 completions revisions
json 0 --version
json 2 nonsense
json 2 upgrade --nonsense
json 0 db stop
for command in $("$MODELC" help | sed -n 's/^  \([^ ]*\)  .*/\1/p' | grep -v '^modelc$'); do
    check "every command was tried: $command" grep -qx "$command" "$work/tested"
done
GITHUB_ACTIONS=1 ends "annotations" 2 '^::error .*title=usage::' heads --nonsense
rm migrations/versions/*
GITHUB_ACTIONS=1 ends "annotations by place" 1 '^::error file=models/shop.model,line=1,col=7,title=unsaved::' -C "$work/shop" check
tap_done
