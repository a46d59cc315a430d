# dump.sh: comparing databases by their normalised `pg_dump -s` (docs/dump-normaliser.md). To be sourced; needs $NORMALISE.
#
# dump_db DB                     prints the normalised dump, modelc's own schema and the attic left out; of a server that is newer than pg_dump
#                                ($CLUSTER_MAJOR) the sorted lines of what $MODELC imports, and what observe.sql sees
# dump_same FILE FILE OUT SPARE  whether two such dumps are of equal schemas; else the difference is in OUT. SPARE is the name of
#                                a database that may be made and dropped

dump_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

dump_is_old() {
    [ "${CLUSTER_MAJOR:-0}" -gt "$(pg_dump --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')" ]
}

dump_models() { # DB
    local folder status=0
    folder=$(mktemp -d)
    mkdir -p "$folder/migrations"
    printf 'models = models\nmigrations = migrations\n' >"$folder/modelc.ini"
    DATABASE_URL=$(cluster_url "$1") "$MODELC" -C "$folder" --no-color import --layout single >"$folder/said" 2>&1 || status=1
    [ "$status" = 0 ] || cat "$folder/said"
    find "$folder/models" -name '*.model' -exec cat {} + 2>/dev/null | LC_ALL=C sort
    rm -rf "$folder"
    psql -qAtX -v ON_ERROR_STOP=1 -d "$1" -f "$dump_here/observe.sql" || status=1
    return $status
}

# Lists of varchar constants are printed in another way once they were read again: what dump_again does away with elsewhere.
dump_plain() {
    sed -E '/::character varying/{ s/::(text|character varying)(\[\])?//g; s/[()]//g; }' "$1"
}

dump_db() {
    local text
    if dump_is_old; then dump_models "$1"; return; fi
    text=$(mktemp)
    pg_dump -s -N modelc -N modelc_attic "$1" >"$text" && "$NORMALISE" <"$text"
    local status=$?
    rm -f "$text"
    return $status
}

dump_again() { # FILE SPARE
    createdb -T template0 "$2" || return 1
    # The dump's CREATE SCHEMA public fails where it exists; everything else has to load.
    psql -qX -d "$2" -f "$1" >/dev/null 2>&1
    dump_db "$2"
    dropdb "$2"
}

dump_same() {
    diff -U0 --label expected --label found "$1" "$2" >"$3" && return 0
    if dump_is_old; then
        diff -U0 --label expected --label found <(dump_plain "$1") <(dump_plain "$2") >"$3"
        return
    fi
    dump_again "$1" "$4" >"$3.a"
    dump_again "$2" "$4" >"$3.b"
    diff -U0 --label expected --label found "$3.a" "$3.b" >"$3"
    local status=$?
    rm -f "$3.a" "$3.b"
    return $status
}
