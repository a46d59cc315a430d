# tap.sh: the Test Anything Protocol for shell tests. To be sourced.
#
# check NAME COMMAND...     ok when the command succeeds; its output is shown when it doesn't
# same NAME EXPECTED FOUND  ok when two files are equal; their difference is shown when not
# tap_done                  prints the plan; its status is the test's

tap_count=0
tap_failed=0

tap_result() { # STATUS NAME [FILE with what to show]
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
        [ -n "${3:-}" ] && sed 's/^/#   /' "$3"
    fi
    return 0
}

check() {
    local name=$1 out status
    shift
    out=$(mktemp)
    "$@" >"$out" 2>&1
    status=$?
    tap_result $status "$name" "$out"
    rm -f "$out"
    return $status
}

same() {
    local out status
    out=$(mktemp)
    diff -u --label expected --label found "$2" "$3" >"$out" 2>&1
    status=$?
    tap_result $status "$1" "$out"
    rm -f "$out"
    return $status
}

tap_skip() { # NAME WHY
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

tap_done() {
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
}
