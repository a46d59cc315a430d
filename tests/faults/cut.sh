#!/bin/bash
# cut.sh: the connection cut, and modelc killed, at the messages of an upgrade and of a downgrade; then the next run. MODELC_FULL=1:
# at each of them; else a part of them, another one with another SEED.
. "$(dirname "$0")/faults.sh" "$@"
: "${SEED:=$(date +%j)}"
every=${MODELC_FULL:+1}
: "${every:=9}"

# The messages at which something can differ: each in full, else a share.
share() { # MESSAGES TYPES
    grep -nE "^[0-9]+ $2 " "$1" | cut -d: -f1 | awk -v every="$every" -v first="$((SEED % every))" 'NR % every == first % every'
}

one() { # DIRECTION WHEN ACTION ARGUMENTS...: without WHEN just the run
    if [ -n "$2" ]; then fault "$@"; return; fi
    shift 3
    run "$@"
    look "$work/found.state"
}

both() { # ACTION TYPES: alternately up and down, so that no database has to be made anew
    local ups downs i
    mapfile -t ups < <(share "$work/up.messages" "$2")
    mapfile -t downs < <(share "$work/down.messages" "$2")
    : >"$work/wrong"
    for ((i = 0; i < ${#ups[@]} || i < ${#downs[@]}; i++)); do
        one up "${ups[i]:-}" "$1" -q upgrade
        one down "${downs[i]:-}" "$1" -q downgrade 001
    done
    tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "$1 at ${#ups[@]} of $(wc -l <"$work/up.messages") messages up, ${#downs[@]} of $(wc -l <"$work/down.messages") down" "$work/wrong"
}

chain cuts
run -q upgrade 001
look "$work/first.state"
reference up -q upgrade
reference down -q downgrade 001
# What was done is not called a failure.
run -q upgrade
look "$work/found.state"
broken "$(grep ' F Q COMMIT' "$work/down.messages" | tail -n 1 | cut -d' ' -f1)" after -q downgrade 001
check "the last COMMIT's answer is lost: done" test "$code" = 0
holds "with a warning" "warning: the connection was lost at the COMMIT of section 4 of 4 of 002" "$work/err"
holds "that says how it ended" "detail: it was committed" "$work/err"
look "$work/found.state"
same "and it is done" "$work/down.state" "$work/found.state"

both before ". ."
both after "F ."
both kill "(F [QP]|B Z)"
both gone "F [QPS]"
echo "# seed $SEED"
summary
tap_done
