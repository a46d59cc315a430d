#!/bin/bash
# standby.sh: modelc on a hot standby: what only reads works there as on the primary, what writes says that it is one, and nothing hangs.
. "$(dirname "$0")/faults.sh" "$@"
primary=$CLUSTER_DIR
standby=$work/standby
limit=60

standby_start() {
    mkdir "$standby"
    [ "$(id -u)" != 0 ] || chown "$CLUSTER_OWNER" "$standby"
    cluster_run "$PG_BIN/pg_basebackup" -h "$primary" -U postgres -c fast -R -D "$standby/data" >"$work/backup" 2>&1 || return 1
    cluster_run "$PG_BIN/postgres" -D "$standby/data" -k "$standby" -c listen_addresses= -c port=5432 -c fsync=off \
        -c max_connections=30 -c shared_buffers=32MB -c log_min_messages=fatal >"$work/standby.log" 2>&1 &
    standby_shell=$!
    local i
    for i in $(seq 200); do
        psql -h "$standby" -U postgres -d "$db" -XAtqc "SELECT 1" >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    cat "$work/standby.log"
    return 1
}

standby_stop() {
    local pid
    pid=$(head -n 1 "$standby/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" && wait "$standby_shell" 2>/dev/null
    finish_attack
}
trap standby_stop EXIT

# Test, like ends; a command that hangs is ended after $limit seconds (exit 124).
stops() { # NAME CODE PATTERN ARGUMENTS...
    local name=$1 want=$2 pattern=$3
    shift 3
    timeout "$limit" "$MODELC" "$@" >"$work/both" 2>&1 </dev/null
    local found=$? status=0
    [ "$found" = "$want" ] || { echo "exit $found, not $want" >>"$work/both"; status=1; }
    [ -z "$pattern" ] || grep -qE -e "$pattern" "$work/both" || { echo "no /$pattern/" >>"$work/both"; status=1; }
    tap_result $status "$name" "$work/both"
}

chain copied
rm migrations/versions/*
printf 'table shop {\n    id bigint\n    note text default '"'x'"'\n}\n' >models/shop.model
trial="postgresql://postgres@/postgres?host=$primary"
run -q baseline -m shop --rev-id aaa --scratch "$trial"
run -q upgrade
check "a standby" standby_start || exit 1
export DATABASE_URL="postgresql://postgres@/$db?host=$standby"

stops "current" 0 "aaa \(head\)" current
stops "upgrade with nothing to do" 0 "" upgrade
stops "diff that finds nothing" 0 "" diff --exit-code --scratch "$trial"
stops "check --db" 0 "" check --db --scratch "$trial"
stops "autogenerate that finds nothing" 0 "No changes" autogenerate -m none --scratch "$trial"
sed -i 's/note text.*/note text default upper('"'x'"')\n    more integer?/' models/shop.model
stops "diff that finds something" 1 "shop.more" diff --exit-code --scratch "$trial"
stops "autogenerate" 0 "Wrote" autogenerate -m more --rev-id bbb --scratch "$trial"
refusal="error: this server is a standby: it can only be read"
stops "upgrade --plan" 0 "bbb" upgrade --plan
stops "upgrade" 3 "$refusal" upgrade
stops "which says where to go" 3 "mend: name its primary in --db, DATABASE_URL or modelc.ini" upgrade
stops "upgrade --wait does not wait for it to become one" 3 "$refusal" upgrade --wait
stops "downgrade" 3 "$refusal" downgrade base
stops "stamp" 3 "$refusal" stamp bbb
stops "import" 0 "" import -o "$work/imported"
check "which finds the table" grep -q "table shop" -r "$work/imported"
psql -h "$primary" -U postgres -d postgres -Xqc "CREATE DATABASE empty"
until psql -h "$standby" -U postgres -d empty -XAtqc "" 2>/dev/null; do sleep 0.1; done
stops "create" 3 "$refusal" create --db "postgresql://postgres@/empty?host=$standby"
stops "upgrade of a database without modelc's schema" 3 "$refusal" upgrade --db "postgresql://postgres@/empty?host=$standby"
export DATABASE_URL=$direct
stops "upgrade on the primary" 0 "" -q upgrade
tap_done
