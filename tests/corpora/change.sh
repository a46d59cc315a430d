# change.sh: one change of somebody else's database, all the way: the old schema is imported and recorded, the new one's models take the
# place of its models, the migration runs up and down, and pg_dump is the judge. To be sourced after tests/lib/{cluster,dump}.sh.
#
# change_prove NAME OLD.sql NEW.sql [FLAG...]   0: proven; else $change_dir/report says what went wrong. Needs $MODELC, $NORMALISE, $work.
#   roles=FILE  SQL that runs before, errors ignored     lax  errors in OLD and NEW are ignored     none  no difference may be found

change_note() { # STAGE [FILE]
    echo "$1" >>"$change_dir/report"
    [ -n "${2:-}" ] && head -n "${MODELC_SHOW:-40}" "$2" | sed 's/^/    /' >>"$change_dir/report"
    return 1
}

change_modelc() { # STAGE ARGUMENTS...
    local stage=$1 code
    shift
    (cd "$change_dir/project" && exec timeout 120 "$MODELC" --no-color "$@") >"$change_dir/out" 2>&1 </dev/null
    code=$?
    [ "$code" = 0 ] || change_note "$stage: modelc $1: exit $code" "$change_dir/out"
}

change_load_as() { # DB FILE: into a database that is made for it
    psql -qX -d postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" -c "CREATE DATABASE \"$1\" TEMPLATE template0" 2>/dev/null
    psql -qX -v ON_ERROR_STOP="$change_strict" -d "$1" -f "$2" >"$change_dir/load" 2>&1
}

# What can't be loaded at all is no case. A dump sets an empty search path, under which PostgreSQL can't inline a function that
# relies on `public`: such a database is as real, but only loads with it.
change_load() { # DB FILE
    change_load_as "$1" "$2" && return 0
    sed "s/set_config('search_path', '', false)/set_config('search_path', 'public', false)/" "$2" >"$change_dir/public.sql"
    change_load_as "$1" "$change_dir/public.sql" && return 0
    change_note "the schema itself does not load: $2" "$change_dir/load"
}

# DB: the models of that database, in place of those there are. Import leaves out who owns what where that is who imports: where there
# are several roles, somebody else imports.
change_import() {
    local url
    url=$(cluster_url "$1")
    rm -rf "$change_dir/project/models"
    mkdir -p "$change_dir/project/models"
    [ -z "$change_roles" ] || url=${url/postgres@/importer@}
    DATABASE_URL=$url change_modelc "import of $1" import --force || return
    change_has_models || : >"$change_dir/project/models/empty.model" # a person's word that all is to go
}

change_has_models() { [ -n "$(find "$change_dir/project/models" -name '*.model' -size +0)" ]; }

# A database that is empty is at base.
change_baseline() {
    ! change_has_models || change_modelc baseline baseline -m base --scratch "$(cluster_url postgres)"
}

# The tables are empty: what existing rows would get makes no difference.
change_complete() { # FILE
    sed 's/^-- modelc:complete /-- modelc:data /' "$1" >"$change_dir/completed" && cat "$change_dir/completed" >"$1"
}

change_same() { # STAGE FILE FILE
    dump_same "$2" "$3" "$change_dir/diff" "${change_db}_again" || change_note "$1" "$change_dir/diff"
}

change_up_and_down() {
    local newest scratch
    scratch=$(cluster_url postgres)
    change_modelc autogenerate autogenerate -m change --drop all --scratch "$scratch" || return
    if grep -q 'No changes detected' "$change_dir/out"; then
        change_same "no changes were found, but the databases differ" "$change_dir/dump.new" "$change_dir/dump.old"
        return
    fi
    newest=$(ls "$change_dir/project/migrations/versions/"*.sql | sort | tail -n 1)
    [ -z "$change_none" ] || { change_note "changes were found where there are none" "$newest"; return 1; }
    change_complete "$newest"
    change_modelc upgrade upgrade head || { change_note "its file" "$newest"; return 1; }
    dump_db "$change_db" >"$change_dir/dump.up"
    change_same "upgrade: not as the new database" "$change_dir/dump.new" "$change_dir/dump.up" || { change_note "its file" "$newest"; return 1; }
    change_modelc "diff after upgrade" diff --exit-code --scratch "$scratch" || return
    change_modelc downgrade downgrade -1 || { change_note "its file" "$newest"; return 1; }
    dump_db "$change_db" >"$change_dir/dump.down"
    change_same "downgrade: not as the old database" "$change_dir/dump.old" "$change_dir/dump.down" || change_note "its file" "$newest"
}

change_all() { # OLD NEW
    change_load "$change_db" "$1" && change_load "${change_db}_new" "$2" || return
    dump_db "$change_db" >"$change_dir/dump.old"
    dump_db "${change_db}_new" >"$change_dir/dump.new"
    printf 'models = models\nmigrations = migrations/versions\nids = sequential\nroles = *\n' >"$change_dir/project/modelc.ini"
    change_import "$change_db" && change_baseline && change_import "${change_db}_new" && change_up_and_down
}

change_flags() {
    local flag
    change_strict=1 change_none= change_roles=
    for flag in "$@"; do
        case $flag in
        roles=*)
            change_roles=yes
            psql -qX -d postgres -c 'CREATE ROLE importer LOGIN SUPERUSER' -f "${flag#roles=}" >/dev/null 2>&1
            ;;
        lax) change_strict=0 ;;
        none) change_none=yes ;;
        esac
    done
}

change_prove() {
    local status
    change_dir=$work/$1
    change_db=c_$BASHPID
    mkdir -p "$change_dir/project/migrations/versions" "$change_dir/project/models"
    change_flags "${@:4}"
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$change_db")
    change_all "$2" "$3"
    status=$?
    [ "$status" = 0 ] && [ ! -s "$change_dir/report" ]
}
