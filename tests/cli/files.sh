#!/bin/bash
# files.sh: fmt.
. "$(dirname "$0")/common.sh" "$1"
sample
cd shop || exit 1
printf 'table a {\n  id bigint pk\n  long_name text null\n}\n' >models/a.model
cp models/a.model before

ends "fmt --check names what would change" 1 "^models/a.model$" fmt --check
check "fmt --check writes nothing" cmp -s before models/a.model
ends "fmt --check --format json" 1 '"models/a.model"' fmt --check --format json
ends "fmt" 0 "^models/a.model$" fmt
holds "fmt aligns and shortens" "^  long_name  text\?$" models/a.model
ends "fmt again changes nothing" 0 "" fmt
check "and says nothing" test ! -s "$work/out"
ends "fmt --check is content" 0 "" fmt --check
cp before models/a.model
ends "fmt of a file by name, without a project" 0 "^a.model$" -C models fmt -c /nonexistent a.model
printf 'table b {\n  id bigint pk\n  x text (\n}\n' >models/b.model
ends "fmt of a defective file" 2 "b.model:3" fmt
holds "which it leaves alone" "x text \($" models/b.model
ends "fmt of no file" 2 "none.model" fmt none.model
tap_done
