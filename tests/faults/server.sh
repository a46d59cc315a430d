#!/bin/bash
# server.sh: the server killed (SIGKILL to all its processes) in the middle of an upgrade and of a downgrade, started again, and the
# next run. MODELC_FULL=1: at every message of modelc; else at chosen moments.
CLUSTER_OPTIONS="-c synchronous_commit=on"
. "$(dirname "$0")/faults.sh" "$@"

afterwards() { server_again; }
export PATH CLUSTER_DIR db
killing="bash '$faults_here/kill.sh'"

moments() { # MESSAGES: numbers of what modelc sends
    if [ -n "${MODELC_FULL:-}" ]; then
        grep -E '^[0-9]+ F [QPS] ' "$1"
        return
    fi
    grep -E 'F Q COMMIT' "$1" | sed -n '1p;$p'                 # at COMMIT, also at the last one
    grep -E 'F Q BEGIN' "$1" | sed -n 2p                       # between two sections
    grep -E 'F P (UPDATE public|CREATE INDEX|DROP INDEX)' "$1" | sed -n '1p;2p' # in a section
    grep -E 'F Q INSERT INTO modelc.journal .*intent' "$1" | sed -n 1p
    grep -E 'F Q UPDATE modelc.journal' "$1" | sed -n 1p
}

all() { # DIRECTION ARGUMENTS...
    local direction=$1 when n=0
    shift
    : >"$work/wrong"
    while read -r when _; do
        n=$((n + 1))
        # Before it gets the message, and once it has it: then nobody knows how far it comes.
        fault "$direction" "$when" "$([ $((n % 2)) = 0 ] && echo sent || echo run):$killing" "$@"
        back "$direction"
    done < <(moments "$work/$direction.messages")
    tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "$direction: the server killed at $n moments" "$work/wrong"
}

back() { # DIRECTION: to where it began
    if [ "$1" = up ]; then run -q downgrade 001; else run -q upgrade; fi
    look "$work/back.state"
}

chain killed
run -q upgrade 001
look "$work/first.state"
reference up -q upgrade
reference down -q downgrade 001
all up -q upgrade
run -q upgrade
look "$work/back.state"
all down -q downgrade 001
run -q downgrade 001
look "$work/back.state"

# In the middle of a statement outside transactions: it waits for somebody else's transaction while the server is killed.
: >"$work/wrong"
sql -c "BEGIN; INSERT INTO steps VALUES ('held'); LOCK TABLE a IN ROW EXCLUSIVE MODE; SELECT pg_sleep(30)" >/dev/null &
until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'BEGIN; INSERT%' AND wait_event = 'PgSleep')"
fault up "CREATE INDEX CONCURRENTLY a_note" "sent:$killing 'CREATE INDEX'" -q upgrade
tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "the server killed in CONCURRENTLY" "$work/wrong"
check "whose INVALID index the next run dropped" grep -q "CREATE INDEX a_note" "$work/found.state"
summary
tap_done
