# common.sh: what the tests of `modelc import` share. To be sourced with the paths of modelc and the normaliser.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
MODELC=$(readlink -f "$1")
export NORMALISE
NORMALISE=$(readlink -f "$2")
unset CI GITHUB_ACTIONS NO_COLOR
export TERM=dumb
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-import.XXXXXX")
chmod 755 "$work"
finish() {
    cluster_stop
    if [ -n "${MODELC_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }

run() { # modelc in $dir
    (cd "$dir" && exec "$MODELC" --no-color "$@") >"$work/out" 2>"$work/err"
    code=$?
    cat "$work/out" "$work/err" >"$work/both"
    return $code
}

ends() { # NAME CODE PATTERN ARGUMENTS...: modelc's exit code and what it says; standard input is the test's
    local name=$1 want=$2 pattern=$3 status=0
    shift 3
    run "$@"
    [ "$code" = "$want" ] || { echo "exit $code, not $want" >>"$work/both"; status=1; }
    [ -z "$pattern" ] || grep -qE -e "$pattern" "$work/both" || { echo "no /$pattern/" >>"$work/both"; status=1; }
    tap_result $status "$name" "$work/both"
}

holds() { # NAME PATTERN FILE
    grep -qE -e "$2" "$3"
    tap_result $? "$1" "$3"
}

project() { # NAME: a project for the database of that name
    dir=$work/$1
    mkdir -p "$dir/migrations/versions"
    printf 'models = models\nmigrations = migrations/versions\n%s' "${2:-}" >"$dir/modelc.ini"
    use "$1"
}

use() { # DATABASE
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$1")
}

database() { # NAME [FILE]
    createdb -T template0 "$1"
    [ -z "${2:-}" ] || psql -qX -v ON_ERROR_STOP=1 -d "$1" -f "$2" >"$work/load" 2>&1 || { cat "$work/load"; return 1; }
}

# The project's models, and nothing else, make the same database; the project is left at its baseline.
round_trip() { # DATABASE
    ends "$1: what import wrote is formatted" 0 '' fmt --check
    ends "$1: no difference" 0 'No changes detected' diff --exit-code
    ends "$1: baseline" 0 'models and database agree' baseline -m import
    ends "$1: autogenerate finds nothing" 0 'No changes detected:' autogenerate -m nothing
    dump_db "$1" >"$work/$1.dump"
    createdb -T template0 "$1_again"
    use "$1_again"
    ends "$1: create" 0 '' create
    dump_db "$1_again" >"$work/$1.again"
    dump_same "$work/$1.dump" "$work/$1.again" "$work/diff" "$1_spare"
    tap_result $? "$1: pg_dump of both is equal" "$work/diff"
    ends "$1: no difference to what it made" 0 'No changes detected' diff --exit-code
    use "$1"
}
