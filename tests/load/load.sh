# load.sh: what the tests of a server at work share: a project with tables that others lock. To be sourced with modelc's path as argument.
load_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$load_here/../attack/attack.sh" "$1"

# A transaction of somebody else that runs SQL and then does nothing, as applications do. One at a time.
hold() { # SQL
    : >"$work/bg"
    mkfifo "$work/hold.$$" 2>/dev/null
    PGAPPNAME=shop psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq <"$work/hold.$$" >/dev/null 2>&1 &
    holder=$!
    exec 9>"$work/hold.$$"
    echo "BEGIN; $1;" >&9
    until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'shop' AND state = 'idle in transaction' AND datname = '$db')"
}
let_go() {
    echo "\\q" >&9
    exec 9>&-
    wait "$holder" 2>/dev/null
}

# A new database at 001 (table a), and 002 from standard input, which begins with the rest of its header.
at_work() { # NAME
    begin "$1"
    { printf -- '-- 002\n--\n-- modelc:revision   002\n-- modelc:revises    001\n'; cat; } >migrations/versions/002.sql
}

# In the background: runs modelc; its exit code is checked by `ended`.
start() { # ARGUMENTS...
    "$MODELC" "$@" >"$work/bg" 2>&1 </dev/null 9>&- &
    modelc=$!
}
ended() { # NAME CODE PATTERN
    wait "$modelc" 2>/dev/null
    local found=$? status=0
    [ "$found" = "$2" ] || { echo "exit $found, not $2" >>"$work/bg"; status=1; }
    [ -z "$3" ] || grep -qE -e "$3" "$work/bg" || { echo "no /$3/" >>"$work/bg"; status=1; }
    tap_result $status "$1" "$work/bg"
}
