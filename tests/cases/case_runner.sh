#!/bin/bash
# case_runner.sh: runs a folder of .case files against a private PostgreSQL; docs/tests.md describes the file.
# Usage: case_runner.sh MODELC NORMALISE FOLDER-or-CASE...
#        MODELC_UPDATE=1 rewrites the expectations that a case has; MODELC_KEEP=1 keeps the work folder; MODELC_JOBS=N (2).
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
. "$here/../lib/migration.sh"
MODELC=$(readlink -f "$1")
export NORMALISE
NORMALISE=$(readlink -f "$2")
shift 2

work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-cases.XXXXXX")
finish() {
    cluster_stop
    if [ -n "${MODELC_KEEP:-}" ]; then echo "# kept: $work"; else rm -rf "$work"; fi
}
trap finish EXIT

# ---- one case: its parts lie in $dir/part, what went wrong is gathered in $dir/report ----

part() { [ -e "$dir/part/$1" ]; }
too_old() { part since && [ "$CLUSTER_MAJOR" -lt "$(cat "$dir/part/since")" ]; }
too_new() { part until && [ "$CLUSTER_MAJOR" -gt "$(cat "$dir/part/until")" ]; }
skips() { part skip && grep -qx "$1" "$dir/part/skip"; }

problem() { # STAGE [FILE with what to show]
    echo "$1" >>"$dir/report"
    [ -n "${2:-}" ] && head -n 60 "$2" | sed 's/^/    /' >>"$dir/report"
    return 0
}

# Splits a case by its `=== name` lines; `=== from NAME.model` and `=== to NAME.model` are further files of the models.
split_case() {
    awk -v out="$dir/part/" '
        /^=== / { name = substr($0, 5); gsub(/ /, "-", name); printf "" > (out name); next }
        name { print > (out name) }' "$1"
}

models() { # from|to; a case without a `to` has the same models before and after
    local file
    [ "$1" = to ] && ! part to && ! ls "$dir/part/to-"*.model >/dev/null 2>&1 && set -- from
    rm -rf "$dir/project/models"
    mkdir -p "$dir/project/models"
    part "$1" && cp "$dir/part/$1" "$dir/project/models/main.model"
    for file in "$dir/part/$1-"*.model; do
        [ -e "$file" ] && cp "$file" "$dir/project/models/${file##*/"$1"-}"
    done
    return 0
}

has_models() { # from|to
    cat "$dir/part/$1" "$dir/part/$1-"*.model 2>/dev/null | grep -q '[^[:space:]]'
}

run() { # modelc and its arguments; stdout and stderr go to files, the exit code to $code
    (cd "$dir/project" && exec "$MODELC" --no-color "$@") >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    cat "$dir/out" "$dir/err" >"$dir/both"
    if [ "$code" -ge 128 ] || grep -qE 'AddressSanitizer|runtime error:' "$dir/err"; then
        problem "modelc $1: crashed, exit $code" "$dir/both"
    fi
}

must() { # STAGE, then modelc's arguments: has to exit 0
    local stage=$1
    shift
    run "$@"
    [ "$code" = 0 ] && return 0
    problem "$stage: modelc $*: exit $code" "$dir/both"
    return 1
}

sql() { # STAGE FILE: psql's unaligned rows in $dir/rows
    psql -qAtX -v ON_ERROR_STOP=1 -d "$db" -f "$2" >"$dir/rows" 2>&1 && return 0
    problem "$1: SQL failed" "$dir/rows"
    return 1
}

newest() { ls "$dir/project/migrations/versions/"*.sql 2>/dev/null | sort | tail -n 1; }
count_files() { ls "$dir/project/migrations/versions/"*.sql 2>/dev/null | wc -l; }

# The lines of autogenerate's report that tell what was detected; where and how the lines are aligned is the command line test's.
detected() {
    sed -E -e '/^(Database|Models|Wrote|Next) /d' -e '/^No changes detected/s/:.*//' -e "s/$db/DB/g" -e 's/[ \t]+/ /g' -e 's/^ //; s/ $//' |
        grep -v '^$'
}

rewrite() { # PART FILE: puts the file's text into the case
    awk -v part="=== $1" -v file="$2" '
        /^=== / { skip = 0 }
        !skip { print }
        $0 == part { skip = 1; while ((getline line < file) > 0) print line }' "$case_file" >"$dir/rewritten" &&
        cat "$dir/rewritten" >"$case_file"
}

# What a view or function reads like is the server's matter: the SQL in the cases is PostgreSQL 15's, or that of the first that has what
# the case is about. On others the checks have to do.
spoken() {
    local major=15
    part since && [ "$(cat "$dir/part/since")" -gt 15 ] && major=$(cat "$dir/part/since")
    [ "$CLUSTER_MAJOR" = "$major" ] || { [ "$1" != upgrade ] && [ "$1" != downgrade ]; }
}

# Compares a part with a text, both made flat by FILTER; with MODELC_UPDATE the part becomes the text.
expect() { # PART FILE FILTER...
    local name=$1 file=$2
    shift 2
    part "${name// /-}" || return 0
    spoken "$name" || return 0
    "$@" <"$dir/part/${name// /-}" >"$dir/expected"
    "$@" <"$file" >"$dir/found"
    diff -u --label expected --label found "$dir/expected" "$dir/found" >"$dir/diff" && return 0
    if [ -n "${MODELC_UPDATE:-}" ]; then rewrite "$name" "$file"; else problem "$name: not as expected" "$dir/diff"; fi
}

diagnostics() { sed -E -e '/^Database /d' -e "s/$db/DB/g" -e "s#$dir/project/##g"; }

# What a failing command said, with the line `exit N`; a case may expect that line alone. True where it expected a failure.
expect_errors() { # PART
    local name=${1// /-} lines=cat
    part "$name" || return 1
    grep -qv "^exit [0-9]*\$" "$dir/part/$name" || lines="grep ^exit"
    { cat "$dir/err"; echo "exit $code"; } | diagnostics >"$dir/said"
    expect "$1" "$dir/said" $lines
    ! grep -qx "exit 0" "$dir/part/$name"
}

expect_rows() { # "after" "rows", or "after down" "rows down"
    part "${1// /-}" || return 0
    sql "$1" "$dir/part/${1// /-}" && expect "$2" "$dir/rows" cat
}

begin() {
    mkdir -p "$dir/part" "$dir/project/migrations/versions"
    split_case "$case_file"
    { printf 'models = models\nmigrations = migrations/versions\nids = sequential\n'; cat "$dir/part/ini" 2>/dev/null; } \
        >"$dir/project/modelc.ini"
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$db")
    createdb -T template0 "$db"
}

# The database as it is before: from models, or from SQL that a person wrote.
make_from() {
    if part sql; then
        sql "sql" "$dir/part/sql" || return 1
        models to
        must baseline baseline -m base
        return
    fi
    models from
    has_models from || return 0
    must from autogenerate -m base && must from upgrade head
}

no_changes() { # STAGE: nothing to do, and nothing written
    local before
    before=$(count_files)
    must "$1" autogenerate -m nothing || return 1
    grep -q 'No changes detected' "$dir/both" || problem "$1: changes that are none" "$dir/both"
    [ "$(count_files)" = "$before" ] || problem "$1: a file was written" "$(newest)"
}

clean() { # STAGE
    skips clean && return 0
    run diff --exit-code
    [ "$code" = 0 ] || problem "$1: diff --exit-code: exit $code" "$dir/both"
    must "$1" check
    no_changes "$1"
}

same_dump() { # STAGE FILE FILE
    dump_same "$2" "$3" "$dir/diff" "${db}_again" || problem "$1" "$dir/diff"
}

# Nothing else than `create` knows the same database at once.
compare_fresh() {
    skips fresh && return 0
    createdb -T template0 "${db}_fresh"
    DATABASE_URL=$(cluster_url "${db}_fresh") must fresh create && {
        dump_db "${db}_fresh" >"$dir/dump.fresh"
        same_dump "fresh: created at once it is another database" "$dir/dump.fresh" "$dir/dump.after"
    }
    dropdb "${db}_fresh"
}

# autogenerate and its file; false where the case ends here.
make_change() {
    local args=() before
    part args && eval "args=($(cat "$dir/part/args"))"
    before=$(count_files)
    run autogenerate -m change "${args[@]}"
    if part errors; then
        expect_errors errors && {
            [ "$(count_files)" = "$before" ] || problem "errors: a file was written all the same" "$(newest)"
            return 1
        }
    elif [ "$code" != 0 ]; then
        problem "autogenerate: exit $code" "$dir/both"
        return 1
    fi
    detected <"$dir/out" >"$dir/detected"
    cat "$dir/out" >"$dir/autogenerate.out"
    expect output "$dir/detected" detected
    if grep -q 'No changes detected' "$dir/out"; then
        part output && grep -q 'No changes detected' "$dir/part/output" || problem "autogenerate: found no changes"
        clean "unchanged"
        return 1
    fi
    [ "$(count_files)" -gt "$before" ] || { problem "autogenerate: no file was written" "$dir/both"; return 1; }
}

compare_file() {
    local direction keep
    for direction in upgrade downgrade; do
        keep=
        part $direction && grep -q 'modelc:search-path' "$dir/part/$direction" && keep=1
        direction $direction "$keep" "$(newest)" >"$dir/direction"
        expect $direction "$dir/direction" flat
    done
    cp "$(newest)" "$dir/change.sql"
}

down_and_up() {
    skips downgrade && return 0
    must downgrade downgrade -1 || { problem "downgrade: its file" "$dir/change.sql"; return 1; }
    dump_db "$db" >"$dir/dump.down"
    same_dump "downgrade: not as it was before" "$dir/dump.before" "$dir/dump.down"
    expect_rows "after down" "rows down"
    must "upgrade again" upgrade head || return 1
    dump_db "$db" >"$dir/dump.again"
    same_dump "upgrade again: not as after the first upgrade" "$dir/dump.after" "$dir/dump.again"
}

# A refused upgrade leaves nothing behind.
unchanged() {
    dump_db "$db" >"$dir/dump.refused"
    same_dump "upgrade errors: the database is not as it was" "$dir/dump.before" "$dir/dump.refused"
}

run_case() {
    begin
    too_old && { echo "since PostgreSQL $(cat "$dir/part/since")" >"$dir/skipped"; return; }
    too_new && { echo "until PostgreSQL $(cat "$dir/part/until")" >"$dir/skipped"; return; }
    make_from || return
    if part sql; then clean same; return; fi
    part setup && { sql setup "$dir/part/setup" || return; }
    dump_db "$db" >"$dir/dump.before"
    models to
    make_change || return
    compare_file
    if part stamp; then
        must stamp stamp head && dump_db "$db" >"$dir/dump.after" && clean "after stamp" && compare_fresh
        return
    fi
    run upgrade head
    if part upgrade-errors; then
        expect_errors "upgrade errors"
        part mend || { unchanged; return; }
        sql mend "$dir/part/mend" && must "upgrade after mending" upgrade head || return
    elif [ "$code" != 0 ]; then
        problem "upgrade: exit $code" "$dir/both"
        problem "upgrade: its file" "$dir/change.sql"
        return
    fi
    dump_db "$db" >"$dir/dump.after"
    expect_rows after rows
    clean "after upgrade"
    compare_fresh
    down_and_up && ! skips downgrade && clean "after upgrading again"
}

# ---- the folder: a few at a time, reported in order ----

one() { # NUMBER CASE
    case_file=$2
    dir=$work/$1
    db=case_$1
    mkdir -p "$dir"
    run_case >"$dir/log" 2>&1
    # Anything that the runner's own commands said is a problem too.
    [ -s "$dir/log" ] && problem "the runner" "$dir/log"
    dropdb --if-exists "$db" >/dev/null 2>&1
    touch "$dir/done"
}

cases=()
for path in "$@"; do
    if [ -d "$path" ]; then cases+=("$path"/*.case); else cases+=("$path"); fi
done
[ -e "${cases[0]:-}" ] || { echo "Bail out! no cases in $*"; exit 1; }
echo "1..${#cases[@]}"
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
# Roles belong to the cluster: these are there for the cases that grant something.
psql -qX -d postgres -c 'CREATE ROLE app; CREATE ROLE support; CREATE ROLE "Clerk"; CREATE ROLE shop_owner'

jobs=${MODELC_JOBS:-2}
for worker in $(seq 1 "$jobs"); do
    (
        trap - EXIT
        for ((i = worker; i <= ${#cases[@]}; i += jobs)); do one "$i" "${cases[i - 1]}"; done
    ) &
    workers[worker]=$!
done
wait "${workers[@]}"

failed=0
for ((i = 1; i <= ${#cases[@]}; i++)); do
    name=${cases[i - 1]#"$here/"}
    if [ -e "$work/$i/done" ] && [ ! -e "$work/$i/report" ]; then
        echo "ok $i - ${name%.case}$([ -e "$work/$i/skipped" ] && echo " # SKIP $(cat "$work/$i/skipped")")"
    else
        failed=1
        echo "not ok $i - ${name%.case}"
        sed 's/^/# /' "$work/$i/report" 2>/dev/null
    fi
done
exit $failed
