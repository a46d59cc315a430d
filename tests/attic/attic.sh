#!/bin/bash
# attic.sh: `modelc attic`: what is parked is listed, purged and dropped; what the way back is then; what the attic holds on to.
. "$(dirname "$0")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"
cluster_start || { echo "1..0 # SKIP no PostgreSQL"; exit 0; }
trap 'cluster_stop; finish' EXIT

sql() { psql -qAtX -v ON_ERROR_STOP=1 -d "$db" "$@" 2>&1; }
is() { # NAME RESULT QUERY
    sql -c "$3" >"$work/rows"
    [ "$(cat "$work/rows")" = "$2" ]
    tap_result $? "$1" "$work/rows"
}
models() { cat >models/main.model; }
begin() { # NAME [LINE of modelc.ini]
    db=$1
    cd "$work" && mkdir -p "$1/models" "$1/migrations/versions" && cd "$1" || exit 1
    printf 'models = models\nmigrations = migrations/versions\nids = sequential\n%b\n' "${2:-}" >modelc.ini
    createdb -T template0 "$db"
    DATABASE_URL=$(cluster_url "$db")
    export DATABASE_URL
}
change() { run autogenerate -m "$1" "${@:2}" && run upgrade head; [ "$code" = 0 ] || cat "$work/out" "$work/err"; }

# ---- list
begin shop 'drop = park\nprotect = true'
models <<'M'
enum mood { ok, bad }
table orders { id serial pk; note text; index ix_note (note) }
table people { id int pk; name text; mood mood; age int default 7 }
M
change base
sql -c "INSERT INTO orders (note) SELECT 'n' || i FROM generate_series(1, 1000) i; INSERT INTO people SELECT i, 'p' || i, 'bad' FROM generate_series(1, 50) i; ANALYZE"
ends "an empty attic" 0 "^Nothing is parked" attic
models <<'M'
enum mood { ok, bad }
table people { id int pk; mood mood }
M
ends "a diff doesn't say more than usual" 0 "orders.*parks 1000 rows" diff
ends "the file says what it parks" 0 "" autogenerate -m less
holds "table" '^-- modelc:parks table public.orders as "002_1_orders"$' migrations/versions/002_less.sql
holds "column" '^-- modelc:parks column public.people.name as _attic_002_[0-9]$' migrations/versions/002_less.sql
check "nothing is lost" test -z "$(grep modelc:loses migrations/versions/002_less.sql)"
ends "a protected database takes it without --allow-loss" 0 "models and database agree" upgrade
ends "nothing differs" 0 "No changes" diff --exit-code
ends "diff -v counts it" 0 "^Attic     1 table, 2 columns: modelc attic$" diff -v
ends "the list" 0 '^table public.orders +[0-9]+ kB +1,000 rows +002  20[0-9-]+ [0-9:]+ UTC  as modelc_attic."002_1_orders"$' attic list
holds "with columns" '^column public.people.name .* 50 values +002 .* as public.people._attic_002_[0-9]$' "$work/out"
ends "as JSON" 0 '"name": "modelc_attic.."002_1_orders' --format json attic
ends "no table of the models is called so" 0 "" import -o "$work/imported"
check "import doesn't see it" test -z "$(grep -r attic "$work/imported")"
ends "check finds nothing" 0 "" check --db
is "new rows need no value" "" "INSERT INTO people (id, mood) VALUES (51, 'ok')"

# ---- there and back
ends "the way back" 0 "" downgrade -1
is "rows are back" 1000 "SELECT count(*) FROM orders WHERE note LIKE 'n%'"
is "values are back, new rows have the least or the default" "p1|7 |7" "SELECT string_agg(name || '|' || age, ' ' ORDER BY id) FROM people WHERE id IN (1, 51)"
is "the sequence goes on" 1001 "INSERT INTO orders (note) VALUES ('x') RETURNING id"
ends "up again" 0 "" upgrade

# ---- a table of the same name, parked once more
models <<'M'
enum mood { ok, bad }
table people { id int pk; mood mood }
table orders { id serial pk; note text; index ix_note (note) }
M
change again
models <<'M'
enum mood { ok, bad }
table people { id int pk; mood mood }
M
change less_again
ends "both are there" 0 'as modelc_attic."004_1_orders"' attic
holds "the first, too" 'as modelc_attic."002_1_orders"' "$work/out"
ends "one revision back" 0 "" downgrade -1
is "its own table comes back" 0 "SELECT count(*) FROM orders"
ends "and on" 0 "" upgrade

# ---- what the attic holds
models <<'M'
table people { id int pk }
M
change no_mood
is "the type goes along" "{ok,bad}" "SELECT enum_range(NULL::modelc_attic.\"005_1_mood\")"
ends "back and forth" 0 "" downgrade -1
ends "with the type" 0 "" upgrade
ends "a definition that is in use stays" 3 "mood stays in the attic" attic drop 005_1_mood

# ---- purge
ends "something has to be said" 2 "what is to be purged" attic purge
ends "a length of time" 2 "not a length of time" attic purge --older-than soon
ends "an unknown name" 2 "nothing in the attic is called oders" attic purge oders
ends "nothing is old enough" 0 "^Nothing to purge" attic purge --older-than 1d
ends "one table" 0 "^Emptied   table public.orders, 1,00[01] rows: its definition stays" attic purge 002
is "is empty" 0 'SELECT count(*) FROM modelc_attic."002_1_orders"'
ends "its columns are gone" 0 "^table public.orders .* empty .*002_1" attic
check "from the list" test -z "$(grep people.name "$work/out")"
ends "not twice" 0 "^Nothing to purge" attic purge 002
ends "the way back says what is empty" 0 "table public.orders comes back empty" downgrade 001 --allow-loss
holds "columns, too" "column public.people.name comes back empty" "$work/err"
is "as they were" "text|NO 7|NO" "SELECT (SELECT data_type || '|' || is_nullable FROM information_schema.columns WHERE table_name = 'people' AND column_name = 'name') || ' ' || (SELECT column_default || '|' || is_nullable FROM information_schema.columns WHERE table_name = 'people' AND column_name = 'age')"
ends "and forth" 0 "" upgrade
ends "all, by age" 0 "" attic purge --older-than 0s

# ---- drop
ends "drop says what it drops" 0 "^Dropped   table public.orders" attic drop 002
ends "then there is no way back" 6 "002 can't be taken back: table public.orders is not in the attic any more" downgrade 001
is "and nothing was run" 5 "SELECT substr(id, 3) FROM modelc.revision"
ends "all of it" 0 "^Dropped   enum public.mood" attic drop --all
ends "nothing is left" 0 "^Nothing is parked" attic

# ---- a lock that somebody holds
begin busy 'lock-timeout = 200ms'
models <<'M'
table t { id int pk; a int }
table u { id int pk }
M
change base
models <<'M'
table u { id int pk }
M
change less --park
sql -c "INSERT INTO modelc_attic.\"002_1_t\" VALUES (1, 2)"
psql -qAtX -d "$db" -c "BEGIN; SELECT * FROM modelc_attic.\"002_1_t\"; SELECT pg_sleep(20)" >/dev/null 2>&1 &
holder=$!
sleep 1
ends "a table in use is not waited for" 3 "somebody is at work on its table" attic purge --all
is "and has its rows" 1 'SELECT count(*) FROM modelc_attic."002_1_t"'
kill $holder
wait $holder 2>/dev/null
sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()" >/dev/null

# ---- types that would be made anew
begin held 'drop = park'
models <<'M'
enum mood { ok, bad }
table t { id int pk; m mood }
table u { id int pk; m mood }
M
change base
models <<'M'
enum mood { ok, bad }
table u { id int pk; m mood }
M
change less
models <<'M'
enum mood { ok }
table u { id int pk; m mood }
M
ends "a type that the attic has values of is not made anew" 6 "enum mood would be made anew, but modelc_attic.\"002_1_t\" in the attic has values of it" autogenerate -m m
holds "the mend" "mend: modelc attic drop" "$work/err"
ends "it does as told" 0 "" attic drop 'modelc_attic."002_1_t"'
ends "then it is" 0 "" autogenerate -m m

# ---- a type that is held, where nothing else is parked
begin later
models <<'M'
enum mood { ok, bad }
table t { id int pk; m mood }
M
change base
sql -c "INSERT INTO t VALUES (1, 'bad')"
models <<'M'
enum mood { ok, bad }
table t { id int pk }
M
change less --park
models <<'M'
table t { id int pk; n int? }
M
ends "a type that is dropped while the attic has values of it" 0 "mood: moves to the attic" autogenerate -m type
ends "is parked, too" 0 "" upgrade
ends "and comes back" 0 "" downgrade 001
is "with the values" "1|bad" "SELECT * FROM t"

# ---- the proof
begin proof 'drop = park'
models <<'M'
enum mood { ok, bad }
table a { id serial pk; n int identity; unique (n); m mood; at timestamptz default now(); index (at) }
table b { id int pk; a_id int? -> a(id); name text; m mood default 'ok'; unique (name) }
table c partition by range (id) { id int pk; v text
  partition c_1 from (0) to (1000)
  partition c_2 from (1000) to (200000)
}
M
change base
models <<'M'
table b { id int pk }
table c partition by range (id) { id int pk
  partition c_2 from (1000) to (200000)
}
M
ends "verify proves up, down and up, without a loss" 0 "up-down-up" autogenerate -m less --verify
check "none is declared" test -z "$(grep modelc:loses migrations/versions/002_less.sql)"
check "nothing is noted as lost" test -z "$(grep -i 'loses' "$work/out")"

tap_done
