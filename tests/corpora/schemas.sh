#!/bin/bash
# schemas.sh: real schemas that others wrote: each is loaded, imported, made again from its models, and compared.
# Usage: schemas.sh MODELC NORMALISE [NAME...]; the schemas lie in $MODELC_CORPORA (default: the project's ../shared/corpora).
# MODELC_KEEP=1 keeps the work folder; MODELC_TIMES=FILE adds a line "NAME seconds" per import.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
. "$here/../lib/roles.sh"
MODELC=$(readlink -f "$1")
export NORMALISE
NORMALISE=$(readlink -f "$2")
shift 2
corpora=${MODELC_CORPORA:-$here/../../../shared/corpora}
[ -d "$corpora/schemas" ] || { echo "1..0 # SKIP no $corpora/schemas"; exit 0; }
unset CI GITHUB_ACTIONS NO_COLOR
export TERM=dumb

work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-schemas.XXXXXX")
chmod 755 "$work"
finish() {
    cluster_stop
    if [ -n "${MODELC_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }

run() { # modelc in the schema's project
    (cd "$dir" && exec "$MODELC" --no-color "$@") >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    cat "$dir/out" "$dir/err" >"$dir/both"
    return $code
}

# Shows the beginning of what went wrong.
step() { # STATUS NAME FILE
    head -n 60 "$3" >"$dir/shown" 2>/dev/null
    tap_result "$1" "$name: $2" "$dir/shown"
    return "$1"
}

no_difference() { # WHAT
    run diff --exit-code
    local status=$?
    grep -q 'No changes detected' "$dir/out" || status=1
    step $status "$1" "$dir/both"
}

try_schema() { # FILE
    name=$(basename "$1" .sql)
    dir=$work/$name
    mkdir -p "$dir"
    printf 'models = models\nmigrations = migrations/versions\n' >"$dir/modelc.ini"
    mkdir -p "$dir/migrations/versions"
    make_roles "$1"
    createdb -T template0 "$name"
    psql -qX -v ON_ERROR_STOP=1 -d "$name" -f "$1" >"$dir/load" 2>&1
    step $? "loads" "$dir/load" || return
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$name")
    dump_db "$name" >"$dir/dump.original"

    local before
    before=$(date +%s.%N)
    run import
    step $? "import" "$dir/both" || return
    [ -n "${MODELC_TIMES:-}" ] && echo "$name $(awk "BEGIN { print $(date +%s.%N) - $before }")" >>"$MODELC_TIMES"
    grep -E 'warning|error|Not handled' "$dir/both" >"$dir/unsaid"
    [ ! -s "$dir/unsaid" ]
    step $? "import says everything" "$dir/both"
    run fmt --check
    step $? "what it wrote is formatted" "$dir/both"

    no_difference "no difference to the database it comes from"
    run baseline -m import
    step $? "baseline takes the database over" "$dir/both"
    run autogenerate -m nothing && grep -q 'No changes detected:' "$dir/out"
    step $? "autogenerate finds no changes" "$dir/both"

    compare_again
}

compare_again() {
    createdb -T template0 "${name}_again"
    DATABASE_URL=$(cluster_url "${name}_again")
    run create
    step $? "create on an empty database" "$dir/both" || return
    dump_db "${name}_again" >"$dir/dump.again"
    dump_same "$dir/dump.original" "$dir/dump.again" "$dir/diff" "${name}_spare"
    step $? "pg_dump of both is equal" "$dir/diff"
    no_difference "no difference to the database it made"
}

files=()
for name in "$@"; do files+=("$corpora/schemas/$name.sql"); done
[ $# = 0 ] && files=("$corpora"/schemas/*.sql)
for file in "${files[@]}"; do
    try_schema "$file"
done
tap_done
