#!/bin/bash
# race.sh: two modelc at once on one database: one of them works, the other waits for it or says who holds the lock; the end is that of one
# after the other, and nothing is done twice. MODELC_FULL=1: 100 races of each pair; else 10.
. "$(dirname "$0")/faults.sh" "$@"
races=${MODELC_FULL:+100}
: "${races:=10}"
declare -A codes=()

# Both at once; leaves code1, code2. Every third time the second one doesn't wait.
race() { # COMMAND COMMAND
    local wait=
    [ $((i % 3)) != 0 ] || wait="--lock-wait 0"
    "$MODELC" -q $1 >"$work/r1" 2>&1 </dev/null &
    first=$!
    "$MODELC" -q $2 $wait >"$work/r2" 2>&1 </dev/null
    code2=$?
    wait "$first"
    code1=$?
    codes[$code1]=$((${codes[$code1]:-0} + 1))
    codes[$code2]=$((${codes[$code2]:-0} + 1))
}

wrong() {
    { echo "# race $i: $*"; head -n 5 "$work/r1" "$work/r2"; } >>"$work/wrong"
}

# The other one's refusal, where it did not wait: it says who has the lock.
said_who() {
    grep -qE 'another modelc run holds the lock(: pid [0-9]+| \(it has just let go\))' "$1"
}

judge() { # CODES THAT ARE FINE FOR EACH
    local n found
    for n in 1 2; do
        found=code$n
        [[ " $1 4 " = *" ${!found} "* ]] || wrong "exit ${!found}"
        [ "${!found}" != 4 ] || said_who "$work/r$n" || wrong "nobody named"
    done
    [ "$code1$code2" != 44 ] || wrong "both gave up"
}

# Each revision is applied, taken back, applied ..: never twice the same, and no step of it twice.
twice="SELECT count(*) FROM (SELECT direction, lag(direction) OVER (PARTITION BY revision ORDER BY n) AS before
    FROM modelc.journal WHERE section = -1) rows WHERE direction = before"

ends_as() { # STATE...: one of these files
    local state
    look "$work/raced"
    [ "$(sql -c "$twice")" = 0 ] || wrong "applied twice"
    for state in "$@"; do
        diff <(grep -v '^journal\|^steps' "$state") <(grep -v '^journal\|^steps' "$work/raced") >"$work/difference" && return
    done
    wrong "another end: $(cat "$work/difference")"
}

report() { # NAME
    tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "$1, $races times" "$work/wrong"
    : >"$work/wrong"
}

: >"$work/wrong"
chain races
run -q upgrade 001
look "$work/at1"
run -q upgrade
look "$work/at3"
run -q downgrade 001
look "$work/ignored"
for i in $(seq "$races"); do
    race upgrade upgrade
    judge 0
    ends_as "$work/at3"
    diff <(grep '^steps\|^journal' "$work/at3") <(grep '^steps\|^journal' "$work/raced") >"$work/difference" || wrong "$(cat "$work/difference")"
    race "downgrade 001" "downgrade 001"
    judge 0
    ends_as "$work/at1"
done
report "upgrade and upgrade, downgrade and downgrade"

run -q upgrade 002
look "$work/ignored"
for i in $(seq "$races"); do
    race upgrade "downgrade 001"
    judge 0
    ends_as "$work/at1" "$work/at3"
    run -q upgrade 002
    run -q downgrade 002
    look "$work/ignored"
done
report "upgrade and downgrade"

# One that comes while the other one is in the middle of a revision waits, and does not take that for a run that broke off.
: >"$work/wrong"
for pair in "upgrade,downgrade 001" "downgrade 001,upgrade"; do
    run -q ${pair%,*}
    run -q ${pair#*,}
    look "$work/ignored"
    i=1
    DATABASE_URL=$through "$PROXY" "$CLUSTER_DIR/.s.PGSQL.5432" "$work/.s.PGSQL.5432" "public.a SET n" "run:sleep 1" "$log" \
        "$MODELC" -q ${pair%,*} >"$work/r1" 2>&1 </dev/null &
    first=$!
    until grep -q "public.a SET n" "$log" 2>/dev/null; do sleep 0.02; done
    ends "${pair#*,} in the middle of ${pair%,*}: who" 4 "holds the lock: pid [0-9]+, user postgres, since" ${pair#*,} --lock-wait 0
    run -q ${pair#*,}
    wait "$first"
    check "${pair#*,} in the middle of ${pair%,*}: waits" test "$? $code" = "0 0"
    ends_as "$work/at$([ "${pair#*,}" = upgrade ] && echo 3 || echo 1)"
    run -q downgrade 001
    rm -f "$log"
done
tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "and the end is that of one after the other" "$work/wrong"
: >"$work/wrong"

# Models that equal the head, on an empty database: made by one or by the other.
chain made
rm migrations/versions/*
printf 'table shop {\n    id bigint\n    note text\n}\n' >models/shop.model
run -q baseline -m shop --rev-id aaa --scratch "postgresql://postgres@/postgres?host=$CLUSTER_DIR"
made="SELECT (SELECT string_agg(id, ',') FROM modelc.revision), (SELECT count(*) FROM modelc.manifest), to_regclass('shop') IS NOT NULL,
    (SELECT count(*) FROM modelc.journal WHERE section = -1 AND direction = 'up'), (SELECT count(*) FROM modelc.journal WHERE state = 'intent')"
run -q upgrade
sql -c "$made" >"$work/as_made"
for i in $(seq "$races"); do
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "DROP DATABASE made WITH (FORCE)" -c "CREATE DATABASE made"
    if [ $((i % 2)) = 0 ]; then race create upgrade; else race upgrade create; fi
    judge "0 2"
    [[ $code1 = 0 || $code2 = 0 ]] || wrong "nobody made it"
    [ "$(sql -c "$made")" = "$(cat "$work/as_made")" ] || wrong "another end: $(sql -c "$made"), not $(cat "$work/as_made")"
done
report "create and upgrade"
for code in "${!codes[@]}"; do echo "# exit $code: ${codes[$code]} times"; done
tap_done
