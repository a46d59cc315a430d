#!/bin/bash
# rebase.sh: the connection cut, and modelc killed, at the messages of a rebase; then what a person does: modelc rebase again, and modelc
# upgrade. The end has to be that of an unbroken rebase: yours after theirs, in the files and in the database. MODELC_FULL=1: at each
# message; else at a share.
. "$(dirname "$0")/faults.sh" "$@"
: "${SEED:=$(date +%j)}"
every=${MODELC_FULL:+1}
: "${every:=23}"

revision_of() { # ID PARENT TABLE
    revision "$1" "$2" <<SQL
-- modelc:upgrade

CREATE TABLE public.$3 (id bigint);

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY $3_id ON public.$3 (id);

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.$3_id;

-- modelc:downgrade

DROP TABLE public.$3;
SQL
}

# The first revision and yours are applied; theirs came by git.
anew() {
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "DROP DATABASE IF EXISTS moved WITH (FORCE)" -c "CREATE DATABASE moved TEMPLATE start" 2>/dev/null
    cp "$work/start/migrations/versions/"* migrations/versions/
}

ended_as() { # FILE
    { heads; invalid
    sql -c "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1" \
        -c "SELECT revision || ' ' || (SELECT direction FROM modelc.journal l WHERE l.revision = j.revision AND section = -1 ORDER BY n DESC LIMIT 1)
            FROM modelc.journal j GROUP BY revision ORDER BY 1"
    grep -h '^-- modelc:revises' migrations/versions/*.sql
    find migrations -name '.*.tmp' | sed 's/[0-9]*-[0-9]*.tmp/tmp/'; } >"$1"
}

chain start
rm migrations/versions/*
revision_of aaa '' first
sed -i '/revises    $/d' migrations/versions/aaa.sql
revision_of yours aaa yours
run -q upgrade
revision_of theirs aaa theirs
chain moved
rm migrations/versions/*
anew
broken 0 none rebase --onto theirs
check "a clean rebase" test "$code" = 0
ended_as "$work/wanted"
cp "$log" "$work/all.messages"
total=$(wc -l <"$log")
n=0
declare -A said=()
: >"$work/wrong"
for when in $(seq $((SEED % every + 1)) "$every" "$total"); do
    anew
    n=$((n + 1))
    action=$([ $((when % 2)) = 0 ] && echo kill || echo before)
    broken "$when" $action rebase --onto theirs
    first=$code
    cp "$work/err" "$work/err1"
    run rebase --onto theirs
    second=$code
    # A half-applied revision has to be finished first: what is said is done.
    if [ "$second" = 2 ]; then
        mend=$(grep -oE 'mend: modelc (downgrade -1|upgrade( [a-z]+)?)$' "$work/err" | head -n 1)
        [ -z "$mend" ] || { run ${mend#mend: modelc }; run rebase --onto theirs; }
    fi
    third=$code
    run -q upgrade
    said["$first, then $second, then $third"]=$((${said["$first, then $second, then $third"]:-0} + 1))
    rm -f migrations/versions/.*.tmp
    ended_as "$work/found"
    [ "$code" = 0 ] && diff "$work/wanted" "$work/found" >"$work/difference" && continue
    { echo "# $action at $(grep -m 1 "^$when " "$work/all.messages"): exit $first, then $second, then $third, then $code"
    cat "$work/err1" "$work/err" "$work/difference" | sed 's/^/#   /'; } >>"$work/wrong"
done
tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "rebase: cut and killed at $n of $total messages" "$work/wrong"
for key in "${!said[@]}"; do echo "# exit $key: ${said[$key]} times"; done
tap_done
