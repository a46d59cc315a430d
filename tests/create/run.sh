#!/bin/bash
# run.sh: create (also as a script, and interrupted), baseline on equal, empty and different databases, rebase of two branches.
# Usage: run.sh MODELC NORMALISE
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
MODELC=$(readlink -f "$1")
NORMALISE=$(readlink -f "$2")
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-create.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org CI=1

# ---- helpers ----

m() { (cd "$project" && exec "$MODELC" --no-color "$@") </dev/null; }
sql() { psql -qAtX -v ON_ERROR_STOP=1 -d "$db" -c "$1"; }
says() { # NAME EXIT WORDS ARGUMENTS: modelc exits so, and says these words
    local name=$1 wanted=$2 words=$3 code
    shift 3
    m "$@" >"$work/says" 2>&1
    code=$?
    [ "$code" = "$wanted" ] || echo "exit $code instead of $wanted" >>"$work/says"
    [ "$code" = "$wanted" ] && grep -qF -- "$words" "$work/says"
    tap_result $? "$name" "$work/says"
}
rows() { # NAME EXPECTED QUERY
    sql "$3" >"$work/rows" 2>&1
    printf '%s\n' "$2" >"$work/wanted"
    same "$1" "$work/wanted" "$work/rows"
}
same_databases() { # NAME DATABASE DATABASE
    dump_db "$2" >"$work/dump.a"
    dump_db "$3" >"$work/dump.b"
    dump_same "$work/dump.a" "$work/dump.b" "$work/dump.diff" spare
    tap_result $? "$1" "$work/dump.diff"
}
new_project() { # NAME [IDS]
    project=$work/$1
    mkdir -p "$project/models" "$project/migrations/versions"
    printf 'models = models\nmigrations = migrations/versions\nids = %s\n' "${2:-random}" >"$project/modelc.ini"
}
use() { # DATABASE (none: no database is named)
    db=${1:-}
    unset DATABASE_URL
    [ -z "$db" ] || export DATABASE_URL="$(cluster_url "$db")"
}
fresh() { createdb "$1" && use "$1"; }
versions() { ls "$project/migrations/versions" | tr '\n' ' ' | sed 's/ $//'; }
is() { # NAME EXPECTED FOUND
    printf '%s\n' "$2" >"$work/wanted"
    printf '%s\n' "$3" >"$work/found"
    same "$1" "$work/wanted" "$work/found"
}
header() { sed -n "s/^-- modelc:$1  *//p" "$project/migrations/versions/$2"; }
shop() {
    cat >"$project/models/shop.model" <<'M'
enum mood { sad, ok, happy }

table products {
  id     bigint pk identity
  name   varchar(200)
  price  numeric(12,2) default 0 check (price >= 0)
  mood   mood default 'ok'
  index (lower(name))
}

table order_lines {
  id          bigserial pk
  product_id  bigint -> products on delete cascade
  qty         int default 1
  unique (product_id, qty)
}
M
    printf 'schema media\n\ntable assets {\n  id    uuid pk default gen_random_uuid()\n  name  text\n}\n' >"$project/models/media.model"
}
# Many tables, so that there are several transactions.
wide() { # TABLES
    for i in $(seq 1 "$1"); do printf 'table t%s {\n  id  bigint pk\n  n   int?\n  index (n)\n}\n\n' "$i"; done >"$project/models/wide.model"
}

# ---- create ----

create() {
    new_project shop
    shop
    fresh one
    says "create without revisions: made" 0 "Created   3 tables by" create
    says "create without revisions: at base" 0 "base" current
    says "create without revisions: nothing to differ" 0 "" diff --exit-code
    rows "create without revisions: the objects are known" t "select count(*) > 10 from modelc.manifest"
    says "create again is refused" 2 "the database isn't empty: it has" create

    fresh two
    check "a first revision" m autogenerate -m "first" --rev-id 1001
    check "a second one, for data" m revision -m "moods" --rev-id 1002
    sed -i '/^-- modelc:upgrade$/,/^-- modelc:downgrade$/ {
        s/^-- modelc:upgrade$/-- modelc:upgrade on-create/
        s/^-- modelc:downgrade$/INSERT INTO products (name, mood) VALUES ('"'first'"', '"'happy'"'), ('"'second'"', DEFAULT);\n\n-- modelc:downgrade/
    }' "$project/migrations/versions/1002_moods.sql"
    check "a third one, for data" m revision -m "prices" --rev-id 1003
    sed -i 's/^-- modelc:downgrade$/UPDATE products SET price = 1;\n\n-- modelc:downgrade/' "$project/migrations/versions/1003_prices.sql"
    says "create: at head" 0 "Current   1003 (head)" create
    rows "create: the on-create section ran" 'first|happy
second|ok' "select name, mood from products order by id"
    rows "create: other data did not" 0 "select count(*) from products where price = 1"
    use two
    says "create: at head, again" 2 "the database is at 1003" create
    says "create: models and database agree" 0 "" diff --exit-code
    says "create: nothing to upgrade" 0 "1003 (head)" upgrade head
    fresh three
    m create >"$work/out" 2>&1
    grep -q "Not run   the data of 1003, prices" "$work/out"
    tap_result $? "create: lists the data that did not run" "$work/out"
    same_databases "create: the same as without revisions" one two
    fresh chain
    check "the chain" m upgrade head
    same_databases "create: the same as the chain" two chain

    use
    check "create --sql needs no database" m create --sql
    m create --sql >"$work/create.sql" 2>"$work/err"
    fresh scripted
    check "create --sql: psql runs it" psql -qX -v ON_ERROR_STOP=1 -d scripted -f "$work/create.sql"
    same_databases "create --sql: the same database" two scripted
    says "create --sql: at head" 0 "1003 (head)" current
    says "create --sql: no difference" 0 "" diff --exit-code
    rows "create --sql: the on-create section ran" 2 "select count(*) from products"
    pg_dump -a -t modelc.manifest -t modelc.revision two | grep -v '^.[un]*restrict' >"$work/a"
    pg_dump -a -t modelc.manifest -t modelc.revision scripted | grep -v '^.[un]*restrict' >"$work/b"
    same "create --sql: the same state" "$work/a" "$work/b"

    printf '\ntable late {\n  id  int pk\n}\n' >>"$project/models/shop.model"
    fresh late
    says "create with unsaved models is refused" 2 "is in no revision" create
    says "and has made nothing" 0 "base" current
    use
    sed -i '/^table late/,$d' "$project/models/shop.model"
    says "create without a database" 2 "no database named" create
}

create_json() {
    new_project json
    shop
    fresh json
    m create --format json >"$work/out" 2>/dev/null
    python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert d["tables"] == 3 and d["heads"] == []' "$work/out"
    tap_result $? "create --format json" "$work/out"
}

interrupted() {
    new_project wide
    wide 400
    fresh whole
    check "create of 400 tables" m create
    rows "its transactions hold 500 statements" 800 "select statement from modelc.journal where direction = 'create'"

    # A server that goes away in the second transaction.
    fresh broken
    sql "create function stop() returns event_trigger language plpgsql as 'begin
        if (select count(*) from pg_class where relname ~ ''^ix_t|^t[0-9]+_n_idx'' and relkind = ''i'') > 200 then
            raise exception ''no more''; end if; end';
        create event trigger stop on ddl_command_end execute function stop()"
    says "interrupted in the second transaction" 5 "500 of 800 statements are done" create
    rows "the first one is there" 400 "select count(*) from pg_class where relname ~ '^t[0-9]+$' and relkind = 'r'"
    says "interrupted again" 5 "no more" create
    sql "drop event trigger stop; drop function stop()"
    cp "$project/models/wide.model" "$work/wide.model"
    sed -i 's/^table t1 {/table t1 {\n  extra  int?/' "$project/models/wide.model"
    says "interrupted, and the models changed" 2 "the models have changed since" create
    cp "$work/wide.model" "$project/models/wide.model"
    says "goes on where it was interrupted" 0 "[2/2]" create
    same_databases "interrupted: the same database" whole broken
    says "interrupted: no difference" 0 "" diff --exit-code
    rows "interrupted: over" done "select distinct state from modelc.journal where direction = 'create'"

    # A signal in the second transaction.
    fresh stopped
    sql "create function stop() returns event_trigger language plpgsql as 'begin
        if (select count(*) from pg_class where relname ~ ''^t[0-9]+_n_idx'' and relkind = ''i'') > 200 then
            perform pg_sleep(60); end if; end';
        create event trigger stop on ddl_command_end execute function stop()"
    (cd "$project" && exec "$MODELC" create >"$work/out" 2>&1) &
    local pid=$!
    for _ in $(seq 1 200); do
        [ "$(sql "select statement from modelc.journal" 2>/dev/null)" = 500 ] && break
        sleep 0.1
    done
    kill -TERM "$pid"
    wait "$pid"
    is "stopped by a signal" 130 $?
    grep -qF "500 of 800 statements are done, modelc create goes on from there" "$work/out"
    tap_result $? "stopped: says how far it came" "$work/out"
    sql "drop event trigger stop; drop function stop()"
    check "stopped: goes on" m create
    same_databases "stopped: the same database" whole stopped

    # Nothing was made: the next one begins anew.
    new_project few
    shop
    fresh refused
    sql "create function stop() returns event_trigger language plpgsql as 'begin raise exception ''no more''; end';
        create event trigger stop on ddl_command_end when tag in ('CREATE TYPE') execute function stop()"
    says "refused in the first transaction" 3 "no more" create
    rows "refused: nothing is there" 0 "select count(*) from pg_class where relname = 'products'"
    sql "drop event trigger stop; drop function stop()"
    check "refused: then it works" m create

    # A schema of one's own is no obstacle.
    fresh owned
    sql "create schema media; create table media.other (i int); create extension citext; create foreign data wrapper others;
        create function quiet() returns event_trigger language plpgsql as 'begin end';
        create event trigger quiet on sql_drop execute function quiet()"
    check "create into a schema that is there" m create
    rows "and what was in it stays" t "select to_regclass('media.other') is not null"
    rows "and what is in none" "citext|others|quiet" "select extname, fdwname, evtname from pg_extension, pg_foreign_data_wrapper, pg_event_trigger
        where extname <> 'plpgsql'"
    fresh clash
    sql "create view products as select 1"
    says "a view takes a table's name" 2 "view public.products" create
    printf 'create foreign data wrapper others;\n' >"$project/models/others.model"
    fresh wrapped
    sql "create foreign data wrapper others"
    says "and what is in no schema" 2 "foreign-data wrapper others" create
    rm "$project/models/others.model"
}

# ---- baseline ----

baseline() {
    new_project base
    shop
    fresh equal
    sql "create schema media; create type mood as enum ('sad', 'ok', 'happy');
        create table products (id bigint generated by default as identity primary key, name varchar(200) not null,
            price numeric(12,2) default 0 not null, mood mood default 'ok' not null, constraint positive check (price >= 0));
        create index on products (lower(name));
        create table order_lines (id bigserial primary key, product_id bigint not null references products on delete cascade,
            qty int default 1 not null, unique (product_id, qty));
        create table media.assets (id uuid primary key default gen_random_uuid(), name text not null);
        insert into products (name) values ('chair')"
    pg_dump equal >"$work/before.sql"
    createdb -T equal different
    says "baseline without a message" 2 "a message is missing" baseline
    use different
    sql "alter table products add column colour text, drop column price; create table spare (i int)"
    says "baseline on a different database is refused" 2 "models and database differ" baseline -m "as it is"
    grep -q "column *products.price" "$work/says"
    tap_result $? "and shows the differences" "$work/says"
    is "and writes nothing" "" "$(versions)"
    use equal
    sql "create table media.strange (i int)"
    says "baseline on an equal database" 0 "Current   2001 (head); recorded" baseline -m "as it is" --rev-id 2001
    grep -q "media.strange" "$work/says"
    tap_result $? "unmanaged objects are listed" "$work/says"
    sql "drop table media.strange"
    says "baseline: stamped" 0 "2001 (head)" current
    says "baseline: no difference" 0 "" diff --exit-code
    says "baseline: the offline check is clean" 0 "" check
    rows "baseline: rows are still there" chair "select name from products"
    says "a second baseline is refused" 2 "there is a first revision already" baseline -m "again"

    createdb built
    use built
    check "baseline: its file builds an empty database" m upgrade head
    says "baseline: no difference there" 0 "" diff --exit-code
    check "baseline: and takes it down again" m downgrade base
    rows "baseline: nothing is left" 0 "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in ('public', 'media')"
    check "baseline: and up again" m upgrade head

    new_project base2
    shop
    fresh empty
    says "baseline on an empty database" 0 "modelc upgrade head" baseline -m "as it is" --rev-id 2001
    says "baseline on an empty database: not stamped" 0 "base" current
    check "upgrade follows" m upgrade head
    says "and there is no difference" 0 "" diff --exit-code

    new_project base3
    shop
    use
    says "baseline without a database" 0 "2001_as_it_is.sql" baseline -m "as it is" --rev-id 2001
    diff <(grep -v created "$project/migrations/versions/2001_as_it_is.sql") <(grep -v created "$work/base2/migrations/versions/2001_as_it_is.sql") >"$work/diff"
    tap_result $? "it is the same file" "$work/diff"

    # What create made, baseline adopts.
    use one
    new_project base4
    shop
    says "baseline after create" 0 "recorded" baseline -m "first"
    says "and no difference" 0 "" diff --exit-code
}

# ---- rebase ----

# Two revisions of one's own (MINE: "name:column" ..) and one of somebody else after a common one; the models hold all.
branches() { # NAME IDS
    new_project "$1" "$2"
    printf 'table products {\n  id  bigint pk\n}\n\ntable people {\n  id  bigint pk\n}\n' >"$project/models/shop.model"
    fresh "$1"
    m autogenerate -m "start" --rev-id 001 >"$work/out" 2>&1 && m upgrade head >>"$work/out" 2>&1
    tap_result $? "$1: the start" "$work/out"
    cp -r "$project" "$work/$1.theirs"
    createdb -T "$1" "$1_theirs"
}
column() { # TABLE COLUMN
    sed -i "s/^table $1 {/table $1 {\n  $2  int?/" "$project/models/shop.model"
}
theirs() { # NAME ID SLUG TABLE COLUMN: made in their copy
    local mine=$project my_db=$db
    project=$work/$1.theirs
    use "$1_theirs"
    column "$4" "$5"
    m autogenerate -m "$3" --rev-id "$2" >"$work/out" 2>&1 && m upgrade head >>"$work/out" 2>&1
    tap_result $? "$1: theirs, $2 $3" "$work/out"
    project=$mine
    use "$my_db"
}
mine() { # NAME ID SLUG TABLE COLUMN [no-upgrade]
    column "$4" "$5"
    m autogenerate -m "$3" --rev-id "$2" >"$work/out" 2>&1 && { [ -n "${6:-}" ] || m upgrade head >>"$work/out" 2>&1; }
    tap_result $? "$1: mine, $2 $3" "$work/out"
}
pull() { # NAME: their files
    cp -n "$work/$1.theirs"/migrations/versions/*.sql "$project/migrations/versions/"
}
agree() { # NAME
    says "$1: one head" 0 "(head)" heads
    check "$1: upgrade has nothing to do" m upgrade head
    says "$1: no difference" 0 "" diff --exit-code
    says "$1: the offline check is clean" 0 "" check
}

applied() {
    branches applied random
    theirs applied aaaa brand products brand
    mine applied bbbb phone people phone
    mine applied cccc fax people fax
    body_b=$(sed '/^-- modelc:\(revises\|revision\)/d' "$project"/migrations/versions/bbbb_phone.sql | md5sum)
    sql "insert into people (id, phone) values (1, 7)"
    pull applied
    column products brand
    says "applied: two heads" 2 "two heads" upgrade head
    says "applied: --plan" 0 "Would     take back cccc (fax)" rebase --plan
    is "applied: --plan changes nothing" 001 "$(header revises bbbb_phone.sql)"
    says "applied: rebase" 0 "Rebase    cccc (fax) (2 revisions), yours, after aaaa (brand)" rebase
    is "applied: yours follow theirs" aaaa "$(header revises bbbb_phone.sql)"
    is "applied: the second follows the first" bbbb "$(header revises cccc_fax.sql)"
    is "applied: the body is the same byte for byte" "$body_b" \
        "$(sed '/^-- modelc:\(revises\|revision\)/d' "$project"/migrations/versions/bbbb_phone.sql | md5sum)"
    says "applied: at head" 0 "cccc (head)" current
    rows "applied: taken back, so the values are gone" '1|' "select id, phone from people"
    agree applied
    fresh applied_fresh
    check "applied: a fresh database takes the chain" m upgrade head
    same_databases "applied: the same database" applied applied_fresh
    says "applied: a second rebase has nothing to do" 0 "Nothing to rebase" rebase
}

not_applied() {
    branches fresh_mine random
    theirs fresh_mine aaaa brand products brand
    mine fresh_mine bbbb phone people phone no-upgrade
    pull fresh_mine
    column products brand
    says "not applied: whose is whose can't be told" 2 "--onto aaaa" rebase
    says "not applied: --onto must be a head" 2 "is no head" rebase --onto 001
    use
    says "without a database: the same" 2 "--onto aaaa" rebase
    says "without a database: --onto" 0 "Next      modelc upgrade head" rebase --onto aaaa
    is "without a database: yours follow theirs" aaaa "$(header revises bbbb_phone.sql)"
    use fresh_mine
    check "not applied: upgrade" m upgrade head
    agree "not applied"

    # Theirs is applied here, and yours is not: git knows.
    branches git random
    cp -r "$project" "$work/git.mine"
    theirs git aaaa brand products brand
    pull git
    column products brand
    check "git: theirs is applied" m upgrade head
    git -C "$project" init -q && git -C "$project" add . && git -C "$project" commit -qm theirs
    project=$work/git.mine
    check "git: mine, written before" m revision -m phone --rev-id bbbb
    cp "$project/migrations/versions/bbbb_phone.sql" "$work/git/migrations/versions/"
    project=$work/git
    says "git: what isn't in git is yours" 0 "Rebase    bbbb (phone), yours, after aaaa (brand)" rebase
    is "git: yours follow theirs" aaaa "$(header revises bbbb_phone.sql)"
    rows "git: theirs was left alone" 1 "select count(*) from modelc.journal where revision = 'aaaa' and section = -1"
    git -C "$project" add . && git -C "$project" commit -qm mine

    # A clone knows what its origin has, whatever is applied.
    git clone -q "$work/git" "$work/clone" 2>"$work/err"
    project=$work/clone
    column people phone2
    check "clone: mine" m revision -m mine --rev-id dddd
    git -C "$project" add . && git -C "$project" commit -qm mine
    project=$work/git
    check "clone: theirs" m revision -m theirs --rev-id cccc
    git -C "$project" add . && git -C "$project" commit -qm theirs
    project=$work/clone
    git -C "$project" pull -q --no-rebase --no-edit 2>"$work/err"
    use
    says "clone: what the origin has is theirs" 0 "Rebase    dddd (mine), yours, after cccc (theirs)" rebase
}

both_applied() {
    branches both random
    theirs both aaaa brand products brand
    mine both bbbb phone people phone
    sql "insert into people (id, phone) values (1, 7)"
    pull both
    column products brand
    check "both applied: upgrade heads" m upgrade heads
    says "both applied: --onto" 0 "Current   bbbb (head)" rebase --onto aaaa
    rows "both applied: nothing was taken back" '1|7' "select id, phone from people"
    agree "both applied"
    check "both applied: the way back" m downgrade 001
    rows "both applied: is the way back" 0 "select count(*) from information_schema.columns where column_name in ('brand', 'phone')"
}

numbers() {
    branches numbers sequential
    theirs numbers 002 brand products brand
    theirs numbers 003 colour products colour
    mine numbers 002 phone people phone
    mine numbers 003 fax people fax
    m revision -m "seed" >/dev/null 2>&1
    sed -i 's/^-- modelc:downgrade$/INSERT INTO people (id, fax) VALUES (1, 1);\n\n-- modelc:downgrade/' "$project"/migrations/versions/004_seed.sql
    sed -i 's/^-- modelc:revises.*/&\n-- modelc:depends-on 003/' "$project"/migrations/versions/004_seed.sql
    echo "DELETE FROM people;" >>"$project"/migrations/versions/004_seed.sql
    check "numbers: data, too" m upgrade head
    pull numbers
    column products brand
    column products colour
    says "numbers: upgrade names both files" 2 "002_phone.sql" upgrade
    says "numbers: rebase" 0 "Rebase    004 (seed) (3 revisions), yours, after 003 (colour)" rebase
    is "numbers: new names" "001_start.sql 002_brand.sql 003_colour.sql 004_phone.sql 005_fax.sql 006_seed.sql" "$(versions)"
    is "numbers: references in between, too" "003 004 005 005" \
        "$(header revises 004_phone.sql) $(header revises 005_fax.sql) $(header revises 006_seed.sql) $(header depends-on 006_seed.sql)"
    says "numbers: at head" 0 "006 (head)" current
    agree numbers
    rows "numbers: the data step ran again" 1 "select count(*) from people"
    fresh numbers_fresh
    check "numbers: a fresh database takes the chain" m upgrade head
    same_databases "numbers: the same database" numbers numbers_fresh

    # Without a database: the later one moves.
    branches later sequential
    mine later 002 phone people phone no-upgrade
    sleep 1
    theirs later 002 brand products brand
    pull later
    column products brand
    use
    says "later: rebase" 0 "002_brand.sql" rebase
    is "later: the later one moved" "001_start.sql 002_phone.sql 003_brand.sql" "$(versions)"
    use later
    check "later: upgrade" m upgrade head
    agree later

    # Or the one that is named.
    branches named sequential
    mine named 002 phone people phone no-upgrade
    theirs named 002 brand products brand
    pull named
    column products brand
    use
    check "named: rebase" m rebase --onto 002_brand.sql
    is "named: the other one moved" "001_start.sql 002_brand.sql 003_phone.sql" "$(versions)"
}

conflict() {
    branches conflict random
    theirs conflict aaaa brand products brand
    mine conflict bbbb brand products brand
    pull conflict
    md5sum "$project"/migrations/versions/* >"$work/before"
    says "conflict: is refused" 2 "both change column public.products.brand" rebase
    grep -q "aaaa_brand.sql" "$work/says" && grep -q "bbbb_brand.sql" "$work/says"
    tap_result $? "conflict: names both files" "$work/says"
    md5sum "$project"/migrations/versions/* >"$work/after"
    same "conflict: nothing was changed" "$work/before" "$work/after"
    says "conflict: nor in the database" 0 "bbbb" current

    branches dropped random
    theirs dropped aaaa brand products brand
    sed -i '/^table products/,/^}/d' "$project/models/shop.model"
    check "dropped: mine" m autogenerate -m "no products" --rev-id bbbb
    check "dropped: applied" m upgrade head
    pull dropped
    says "dropped: a table that theirs changes" 2 "both change" rebase
}

cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
# Only DATABASE_URL names a database: PG* variables stay with psql.
pg_host=$PGHOST
psql() { PGHOST=$pg_host command psql "$@"; }
pg_dump() { PGHOST=$pg_host command pg_dump "$@"; }
createdb() { PGHOST=$pg_host command createdb "$@"; }
dropdb() { PGHOST=$pg_host command dropdb "$@"; }
unset PGHOST

create
create_json
interrupted
baseline
applied
not_applied
both_applied
numbers
conflict
tap_done
