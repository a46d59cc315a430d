# common.sh: what the command line's tests share: a work folder, an environment of its own, running modelc. To be sourced with
# modelc's path as first argument.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib/tap.sh"
MODELC=$(readlink -f "$1")
[ -x "$MODELC" ] || { echo "Bail out! no modelc at $1"; exit 1; }
unset CI GITHUB_ACTIONS DATABASE_URL PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGSERVICE PGPASSWORD VISUAL EDITOR NO_COLOR
export TERM=dumb
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-cli.XXXXXX")
chmod 755 "$work"
cd "$work" || exit 1

# What is started is stopped, even when a test is given up.
finish() {
    for ini in "$work"/*/modelc.ini; do
        [ -e "$ini" ] && "$MODELC" -q -C "$(dirname "$ini")" db stop >/dev/null 2>&1
    done
    cd / && rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

run() { # arguments; leaves out, err and code; modelc_path: another PATH for it
    PATH=${modelc_path:-$PATH} "$MODELC" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# Test: modelc ends with CODE and its output (both streams) holds PATTERN (an extended regular expression; may be left out).
ends() { # NAME CODE PATTERN ARGUMENTS...
    local name=$1 want=$2 pattern=$3
    shift 3
    run "$@"
    cat "$work/out" "$work/err" >"$work/both"
    local status=0
    [ "$code" = "$want" ] || { echo "exit $code, not $want" >>"$work/both"; status=1; }
    [ -z "$pattern" ] || grep -qE -e "$pattern" "$work/both" || { echo "no /$pattern/" >>"$work/both"; status=1; }
    tap_result $status "$name" "$work/both"
}

holds() { # NAME PATTERN FILE
    check "$1" grep -qE -e "$2" "$3"
}

# The project that most tests work on: two revisions in shop/.
sample() {
    mkdir -p shop/migrations/versions shop/models
    printf 'models = models\nmigrations = migrations/versions\nembedded = true\n' >shop/modelc.ini
    cp "$here"/sample/*.sql shop/migrations/versions/
}
