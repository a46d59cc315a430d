# faults.sh: what the tests of faults share: the chain of revisions that is broken off, its runs through the proxy, and what has to be
# there once it was run to its end. To be sourced with the paths of modelc and of the proxy as arguments.
faults_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROXY=$(readlink -f "$2")
[ -x "$PROXY" ] || { echo "Bail out! no proxy at $2"; exit 1; }
. "$faults_here/../attack/attack.sh" "$1"
log=$work/messages

# A new project on a new database, at the chain's first revision.
chain() { # DB
    cd "$work" || exit 1
    db=$1
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "CREATE DATABASE $db" || exit 1
    direct="postgresql://postgres@/$db?host=$CLUSTER_DIR"
    through="postgresql://postgres@/$db?host=$work"
    export DATABASE_URL=$direct
    mkdir -p "$db/models" "$db/migrations/versions" && cd "$db" || exit 1
    printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
    cp "$faults_here"/chain/*.sql migrations/versions/
}

# modelc through the proxy, which does ACTION at the message WHEN. Leaves code, out, err, log.
broken() { # WHEN ACTION ARGUMENTS...
    local when=$1 action=$2
    shift 2
    DATABASE_URL=$through "$PROXY" "$CLUSTER_DIR/.s.PGSQL.5432" "$work/.s.PGSQL.5432" "$when" "$action" "$log" \
        "$MODELC" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# What state.sql sees, into FILE; the journal's rows before are not looked at the next time.
mark=0
look() { # FILE
    sql -v mark="$mark" -f "$faults_here/state.sql" >"$work/looked"
    mark=$(tail -n 1 "$work/looked")
    sed '$d' "$work/looked" >"$1"
}

# What a clean run leaves, and its number of messages.
reference() { # NAME ARGUMENTS...
    local name=$1
    shift
    broken 0 none "$@"
    check "$name: a clean run" test "$code" = 0
    look "$work/$name.state"
    cp "$log" "$work/$name.messages"
}

# The statement of a person's decision was done, or it was not: they look, and say so.
decide() { # ARGUMENTS...
    local done how=retry statement
    statement=$(sql -c "SELECT sql FROM modelc.journal WHERE state = 'intent'")
    done=$(sql -c "SELECT count(*) FROM steps WHERE name = '$(sed -E "s/.*'(.*)'.*/\1/" <<<"$statement")'")
    [ "$done" = 0 ] || how=skip
    run "$@" --resume "$how"
}

# Goes on where a run broke off, until the end. Leaves how: "again" (by the next run), "person" (who was told what to do), "wrong".
go_on() { # ARGUMENTS...
    how=again
    run "$@"
    if [ "$code" = 6 ] && grep -q -e "--resume retry, or go on after it with: --resume skip" "$work/err"; then
        how=person
        decide "$@"
    fi
    [ "$code" = 0 ] || how=wrong
}

# Whether the exit code of a run that was cut is what it left: 5 where something of a revision was applied, 3 where nothing was.
code_fits() {
    local half
    grep -q "the server can't be asked how it ended" "$work/err" && [ "$code" = 3 -o "$code" = 5 ] && return
    half=$(sql -c "SELECT count(*) FROM modelc.journal j WHERE section >= 0 AND state <> 'failed' AND NOT EXISTS
        (SELECT FROM modelc.journal c WHERE c.revision = j.revision AND c.section = -1 AND c.n > j.n)")
    case $code in
    3) [ "${half:-0}" = 0 ] ;;
    5) [ "${half:-0}" != 0 ] ;;
    *) false ;;
    esac
}

# One fault, and the run after it; what is wrong goes into $work/wrong. `afterwards` is run in between.
declare -A ended=() counts=()
afterwards() { true; }
fault() { # DIRECTION WHEN ACTION ARGUMENTS...
    local direction=$1 when=$2 action=$3 kind=${3%%:*} first said
    shift 3
    broken "$when" "$action" "$@"
    first=$code
    afterwards
    counts[$kind]=$((${counts[$kind]:-0} + 1))
    said="$direction, $kind at $when: $(grep -m 1 "^$when " "$work/$direction.messages")"
    if [ "$kind" = kill ]; then
        [ "$first" = 137 ] || echo "# $said: exit $first, not killed" >>"$work/wrong"
    elif [ "$first" != 0 ]; then
        code_fits || { echo "# $said: exit $first"; sed 's/^/#   /' "$work/err"; } >>"$work/wrong"
    fi
    go_on "$@"
    [ "$how" != wrong ] || { echo "# $said: the next run: exit $code"; sed 's/^/#   /' "$work/err"; } >>"$work/wrong"
    [ "$first" != 0 ] || how=done
    ended[$how]=$((${ended[$how]:-0} + 1))
    look "$work/found.state"
    diff "$work/$direction.state" "$work/found.state" >"$work/difference" ||
        { echo "# $said"; sed 's/^/#   /' "$work/difference"; } >>"$work/wrong"
}

summary() {
    local kind text=
    for kind in "${!counts[@]}"; do text+="${text:+, }${counts[$kind]} $kind"; done
    echo "# faults: $text"
    echo "# ended: ${ended[done]:-0} all was done already, ${ended[again]:-0} by the next run, ${ended[person]:-0} by a person's decision, ${ended[wrong]:-0} wrong"
}
