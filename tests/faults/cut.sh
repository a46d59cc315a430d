#!/bin/bash
# cut.sh: the connection cut, and modelc killed, at the messages of an upgrade and of a downgrade; then the next run. MODELC_FULL=1:
# at each of them; else a part of them, another one with another SEED.
. "$(dirname "$0")/faults.sh" "$@"
: "${SEED:=$(date +%j)}"
every=${MODELC_FULL:+1}
: "${every:=9}"
declare -A ended=() counts=()

# One fault, and the run after it.
fault() { # DIRECTION WHEN ACTION ARGUMENTS...
    local direction=$1 when=$2 action=$3
    shift 3
    [ "$when" != 0 ] || { run "$@"; look "$work/found.state"; return; }
    broken "$when" "$action" "$@"
    counts[$action]=$((${counts[$action]:-0} + 1))
    local first=$code said
    said="$direction, $action at $when: $(sed -n "${when}p" "$work/$direction.messages")"
    case $action in
    kill) [ "$first" = 137 ] || echo "# $said: exit $first, not killed" >>"$work/wrong" ;;
    *) [ "$first" = 0 ] || code_fits || { echo "# $said: exit $first"; sed 's/^/#   /' "$work/err"; } >>"$work/wrong" ;;
    esac
    [ "$action" = kill ] || [ "$first" != 0 ] || ended[done]=$((${ended[done]:-0} + 1))
    go_on "$@"
    [ "$first" = 0 ] && [ "$action" != kill ] || ended[$how]=$((${ended[$how]:-0} + 1))
    [ "$how" != wrong ] || { echo "# $said: the next run: exit $code"; sed 's/^/#   /' "$work/err"; } >>"$work/wrong"
    look "$work/found.state"
    diff "$work/$direction.state" "$work/found.state" >"$work/difference" ||
        { echo "# $said"; sed 's/^/#   /' "$work/difference"; } >>"$work/wrong"
}

# The messages at which something can differ: each in full, else a share.
share() { # MESSAGES TYPES
    grep -nE "^[0-9]+ $2 " "$1" | cut -d: -f1 | awk -v every="$every" -v first="$((SEED % every))" 'NR % every == first % every'
}

both() { # ACTION TYPES: alternately up and down, so that no database has to be made anew
    local ups downs i
    mapfile -t ups < <(share "$work/up.messages" "$2")
    mapfile -t downs < <(share "$work/down.messages" "$2")
    : >"$work/wrong"
    for ((i = 0; i < ${#ups[@]} || i < ${#downs[@]}; i++)); do
        fault up "${ups[i]:-0}" "$1" -q upgrade
        fault down "${downs[i]:-0}" "$1" -q downgrade 001
    done
    tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "$1 at ${#ups[@]} of $(wc -l <"$work/up.messages") messages up, ${#downs[@]} of $(wc -l <"$work/down.messages") down" "$work/wrong"
}

chain cuts
run -q upgrade 001
look "$work/first.state"
reference up -q upgrade
reference down -q downgrade 001
both before ". ."
both after "F ."
both kill "(F [QP]|B Z)"
both gone "F [QPS]"
echo "# seed $SEED; faults: ${counts[before]} before, ${counts[after]} after, ${counts[gone]} gone, ${counts[kill]} kills"
echo "# ended: ${ended[done]:-0} all was done already, ${ended[again]:-0} by the next run, ${ended[person]:-0} by the person's decision, ${ended[wrong]:-0} wrong"
tap_done
