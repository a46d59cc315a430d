#!/bin/bash
# empty.sh: the connection cut, and modelc killed, at the messages of the first upgrade of an empty database (which makes modelc's schema)
# and of a create; then the next run. MODELC_FULL=1: at each of them; else a part.
. "$(dirname "$0")/faults.sh" "$@"
: "${SEED:=$(date +%j)}"
every=${MODELC_FULL:+1}
: "${every:=17}"

anew() {
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "DROP DATABASE $db WITH (FORCE)" -c "CREATE DATABASE $db"
    mark=0
}

# What of the state does not depend on how many runs it took.
look_at_end() { # FILE
    look "$work/end"
    if [ "$command" = create ]; then
        grep -v '^journal' "$work/end" >"$1"
        sql -c "SELECT 'shop has ' || string_agg(note, ',') FROM shop" >>"$1"
    else
        cp "$work/end" "$1"
    fi
}

# Whether nothing was done, or the next run is said to go on: then the command is run again.
again() { # WHEN ACTION
    local first when=$1
    broken "$when" "$2" -q $command
    first=$code
    counts[$2]=$((${counts[$2]:-0} + 1))
    case "$2 $first" in
    "kill 137" | "kill 0" | "before 0" | "before 3" | "before 5") ;;
    *) echo "# $2 at $when: exit $first" >>"$work/wrong" ;;
    esac
    [ "$first" != 0 ] || { ended[done]=$((${ended[done]:-0} + 1)); }
    run -q $command
    if [ "$command" = create ] && [ "$code" = 2 ] && grep -q "create is for an empty one" "$work/err"; then code=0; fi
    how=again
    if [ "$code" != 0 ]; then
        how=wrong
        { echo "# $2 at $(grep -m 1 "^$when " "$work/messages.all"): exit $first, then $code"; sed 's/^/#   /' "$work/err"; } >>"$work/wrong"
    fi
    ended[$how]=$((${ended[$how]:-0} + 1))
    look_at_end "$work/found.state"
    diff "$work/wanted.state" "$work/found.state" >"$work/difference" ||
        { echo "# $2 at $(grep -m 1 "^$when " "$work/messages.all")"; sed 's/^/#   /' "$work/difference"; } >>"$work/wrong"
    anew
}

all() { # NAME
    local when n=0 total
    : >"$work/wrong"
    broken 0 none -q $command
    check "$1: a clean run" test "$code" = 0
    look_at_end "$work/wanted.state"
    cp "$log" "$work/messages.all"
    total=$(wc -l <"$log")
    anew
    for when in $(seq $((SEED % every + 1)) "$every" "$total"); do
        n=$((n + 1))
        again "$when" "$([ $((n % 3)) = 0 ] && echo kill || echo before)"
    done
    tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "$1: at $n of $total messages" "$work/wrong"
}

chain fresh
command="upgrade 001"
all "the first upgrade"

chain born
rm migrations/versions/*
printf 'table shop {\n    id bigint pk\n    note text?\n    index shop_note (note)\n}\n\ntable item {\n    shop_id bigint -> shop\n}\n' >models/shop.model
run -q baseline -m shop --rev-id aaa --scratch "postgresql://postgres@/postgres?host=$CLUSTER_DIR"
cat >migrations/versions/bbb_rows.sql <<'SQL'
-- rows
--
-- modelc:revision   bbb
-- modelc:revises    aaa

-- modelc:upgrade on-create

-- modelc:data the first shop
INSERT INTO public.shop VALUES (1, 'first');

-- modelc:downgrade
SQL
command=create
all "create"
echo "# seed $SEED"
summary
tap_done
