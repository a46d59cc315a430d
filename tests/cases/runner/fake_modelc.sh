#!/bin/bash
# fake_modelc.sh: a stand-in for modelc, with which the case runner itself is tested. Its models are SQL that makes the whole database;
# after `-- up` and `-- down` lines stands what its migration is to say. It believes what it is told, so a case can lie.
set -u
[ "$1" = --no-color ] && shift
command=$1
db=${DATABASE_URL#*/@/}
db=${DATABASE_URL##*@/}
db=${db%%\?*}
model=models/main.model
versions=migrations/versions
psql="psql -qAtX -v ON_ERROR_STOP=1 -d $db"

piece() { awk -v want="$1" 'BEGIN { now = "make" } /^-- up$/ { now = "up"; next } /^-- down$/ { now = "down"; next } now == want' $model; }
applied() { cat applied.$db 2>/dev/null || echo 0; }
files() { ls $versions/*.sql 2>/dev/null | sort; }
equal() {
    createdb "${db}_probe" && piece make | psql -qX -d "${db}_probe" >/dev/null
    pg_dump -s "${db}_probe" | grep -v restrict >probe.a
    pg_dump -s "$db" | grep -v restrict >probe.b
    dropdb "${db}_probe"
    cmp -s probe.a probe.b
}

case $command in
autogenerate)
    if grep -q '^-- refuse' $model; then echo "error: refused" >&2; exit 2; fi
    if equal; then echo "No changes detected: all is well"; exit 0; fi
    number=$(printf %03d $(($(files | wc -l) + 1)))
    {
        echo "-- change"
        echo "-- modelc:revision $number"
        echo
        echo "-- modelc:upgrade"
        echo
        echo "-- models/main.model:1: a note"
        if grep -q '^-- up' $model; then piece up; else piece make; fi
        echo
        echo "-- modelc:downgrade"
        echo
        piece down
        echo
        echo "-- modelc:object table public.t v1:0"
    } >$versions/${number}_change.sql
    echo "  + table  t      main.model:1"
    echo "Wrote     $versions/${number}_change.sql"
    ;;
upgrade)
    number=$(($(applied) + 1))
    sed -n '/^-- modelc:upgrade/,/^-- modelc:downgrade/p' "$(files | sed -n ${number}p)" | $psql >/dev/null || exit 3
    echo $number >applied.$db
    ;;
downgrade)
    sed -n '/^-- modelc:downgrade/,$p' "$(files | sed -n "$(applied)p")" | $psql >/dev/null || exit 3
    echo $(($(applied) - 1)) >applied.$db
    ;;
diff) equal ;;
check) ;;
baseline) equal ;;
create) piece make | $psql >/dev/null ;;
*) echo "unknown command $command" >&2; exit 2 ;;
esac
