#!/bin/bash
# disk.sh: the disk is full while modelc writes a file. No file may be larger than 2 KiB (RLIMIT_FSIZE with SIGXFSZ ignored: write()
# fails, as on a full disk); each command has a larger one to write, and some have smaller ones to write before it. The files afterwards have
# to be those before, byte for byte, no other file may be there, and with room again the command has to succeed.
. "$(dirname "$0")/faults.sh" "$@"
scratch="postgresql://postgres@/postgres?host=$CLUSTER_DIR"
long=$(printf 'x%.0s' $(seq 2500))

# modelc with little room; its output through a pipe, which has no limit.
cramped() { # ARGUMENTS...
    { (trap '' XFSZ; ulimit -f 2; exec "$MODELC" "$@" </dev/null 2>&1); echo "$?" >&3; } 3>"$work/code" | cat >"$work/both"
    code=$(cat "$work/code")
}

files() { # all of the project but the caches under .modelc, which can be made again
    find . -path ./.modelc -prune -o -path ./.git -prune -o -printf '%p %y\n' | LC_ALL=C sort
    find . -path ./.modelc -prune -o -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

# Test: a command that has no room, and then again with room.
full() { # NAME CODE ARGUMENTS...
    local name=$1 want=$2 found
    shift 2
    files >"$work/before"
    cramped "$@"
    found=$code
    files >"$work/after"
    local status=0
    diff "$work/before" "$work/after" >>"$work/both" || status=1
    [ "$found" = "$want" ] && grep -q "cannot be written: File too large" "$work/both" || { echo "exit $found" >>"$work/both"; status=1; }
    tap_result $status "$name: said, exit $want, and nothing half-written" "$work/both"
}

with_room() { # ARGUMENTS...
    run "$@"
    cat "$work/out" "$work/err" >"$work/both"
    tap_result "$code" "$1: with room again it succeeds" "$work/both"
    files >"$work/after"
    check "$1: and leaves no temporary file" bash -c "! find . -name '.*.tmp' | grep ."
}

project() { # NAME: with a model that takes more than 2 KiB, in a database of its own
    chain "$1"
    rm -f migrations/versions/*
    printf '%s\ntable shop {\n    id bigint\n    note text\n}\n' "--- $long" >models/shop.model
}

begin_base() { # NAME: that, and applied
    project "$1"
    run -q autogenerate -m first --rev-id aaa --scratch "$scratch"
    run -q upgrade
}

project auto
full "autogenerate" 2 autogenerate -m first --rev-id aaa --scratch "$scratch"
with_room autogenerate -m first --rev-id aaa --scratch "$scratch"
full "verify --write" 2 verify --write --scratch "$scratch"
with_room verify --write --scratch "$scratch"

mkdir -p templates
printf -- '-- ${message}\n--\n${header}\n-- %s\n${upgrade}${downgrade}${objects}' "$long" >templates/revision.sql
full "revision" 2 revision -m second --rev-id bbb
with_room revision -m second --rev-id bbb
run -q revision -m third --rev-id ccc --head aaa --splice
full "merge" 2 merge -m joined --rev-id ddd
with_room merge -m joined --rev-id ddd

project base
full "baseline" 2 baseline -m first --scratch "$scratch"
with_room baseline -m first --scratch "$scratch"

project formatted
sed -i 's/^    id /  id /' models/shop.model
full "fmt" 2 fmt
with_room fmt

# Small files before the large one: none of them may stay.
project imported
sql -c "CREATE TABLE a_small (id bigint); CREATE TABLE z_large (id bigint); COMMENT ON TABLE z_large IS '$long'" >/dev/null
rm -r models
full "import" 2 import --layout table
with_room import --layout table
sql -c "CREATE TABLE b_new (id bigint); COMMENT ON TABLE b_new IS '$long'" >/dev/null
full "import --add" 2 import --add b_new
with_room import --add b_new

# Two heads, yours applied here: the files are on the disk before the database is touched.
begin_base rebased
printf '%s\ntable yours {\n    id bigint\n}\n' "--- $long" >models/yours.model
run -q autogenerate -m yours --rev-id bbb --scratch "$scratch"
run -q upgrade
cat >migrations/versions/ccc_theirs.sql <<'SQL'
-- theirs
--
-- modelc:revision   ccc
-- modelc:revises    aaa

-- modelc:upgrade

CREATE TABLE public.theirs (id bigint);

-- modelc:downgrade

DROP TABLE public.theirs;
SQL
full "rebase" 2 rebase --onto ccc
says "rebase: the database is as it was" bbb heads
with_room rebase --onto ccc
says "rebase: at yours again" bbb heads
check "rebase: after theirs" test "$(sql -c "SELECT to_regclass('theirs') IS NOT NULL AND to_regclass('yours') IS NOT NULL")" = t
tap_done
