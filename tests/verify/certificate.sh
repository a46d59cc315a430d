#!/bin/bash
# certificate.sh: what a proof leaves behind, what voids it, and who asks for it; proofs of files that autogenerate has not written yet.
. "$(dirname "$0")/common.sh" "$1"
# shellcheck source=../lib/cluster.sh
. "$here/../lib/cluster.sh"
trap 'cluster_stop; finish' EXIT
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
createdb -T template0 shop
DATABASE_URL=$(cluster_url shop)
export DATABASE_URL

first
revision 002 001 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD COLUMN nick text;
-- modelc:downgrade
-- modelc:loses column public.people.nick
ALTER TABLE people DROP COLUMN nick;
E
cp migrations/versions/002.sql "$work/before"
ends "nothing is certified" 1 "002.sql:1:1: error: 002 \(about 002\) is not certified" check --certified
holds "nor the first" "001.sql:1:1: error: 001 \(about 001\) is not certified" "$work/err"
ends "a proof alone writes nothing" 0 "proven" verify
check "so it is" cmp -s "$work/before" migrations/versions/002.sql
ends "--write" 0 "^    certified in migrations/versions/002.sql$" verify --write
holds "the header says it" "^-- modelc:certified  up-down-up postgres [0-9.]+ 20[0-9-]+ v1:[0-9a-f]+$" migrations/versions/002.sql
check "and is all that is new" test "$(diff "$work/before" migrations/versions/002.sql | grep -c '^[<>]')" = 1
ends "history -v shows it" 0 "^Proof: up-down-up, PostgreSQL 15" history -v
ends "check --certified REV asks for what came later" 0 "in sync" check --certified 001
ends "an unknown revision" 2 "error" check --certified 9
sed -i 's/^-- about 002/-- another title/' migrations/versions/002.sql
ends "the words of a comment don't matter" 1 "001.sql.* is not certified" check --certified
check "to the certificate" test "$(grep -c '002' "$work/err")" = 0
sed -i 's/nick text/nick varchar/' migrations/versions/002.sql
ends "editing a statement voids it" 1 "002.sql:1:1: error: the certificate of 002 \(another title\) is void: its statements or its place changed since" \
    check --certified 001
sed -i 's/nick varchar/nick text/' migrations/versions/002.sql
sed -i 's/^ALTER TABLE people ADD/-- modelc:loses column public.people.x\n&/' migrations/versions/002.sql
ends "so does another loss" 1 "the certificate of 002 .* is void" check --certified 001
sed -i '/people.x$/d' migrations/versions/002.sql
sed -i 's/up-down-up postgres/up-down-up postgres 9/' migrations/versions/002.sql
ends "another server is another proof" 1 "is void" check --certified 001
sed -i 's/postgres 9/postgres/' migrations/versions/002.sql

cp migrations/versions/002.sql "$work/certified"
revision 002 001 <<'E'
-- modelc:upgrade
-- modelc:downgrade
DROP TABLE orders;
E
ends "a downgrade alone wants a proof, too" 1 "002 \(about 002\) is not certified" check --certified 001
cp "$work/certified" migrations/versions/002.sql

# ---- modelc.ini

echo 'certified = base' >>modelc.ini
ends "upgrade refuses what isn't proven" 6 "001.sql:1:1: error: 001 \(about 001\) is not certified" upgrade
check "nothing was applied" test "$(psql -XAtd shop -c "SELECT count(*) FROM pg_class WHERE relname = 'people'")" = 0
ends "all at once" 0 "certified in migrations/versions/001.sql" verify --all --write
ends "then it runs" 0 "002 \(head\)" upgrade
ends "and check finds all" 0 "in sync" check --certified
sed -i 's/^certified = base/certified = not a revision/' modelc.ini
ends "a bad setting" 2 "modelc.ini:4:13: error: .*neither a revision nor base" check
sed -i 's/^certified.*/certified = 002/' modelc.ini

# ---- autogenerate --verify

ends "the models of it" 0 "" import
ends "nothing to do" 0 "No changes detected" autogenerate -m nothing --verify
file=$(ls models/*.model | head -n 1)
sed -i 's/^  name .*/&\n  email varchar(50)?/' "$file"
ends "proven before it is written" 0 "^Proven    up-down-up on PostgreSQL [0-9.]+$" autogenerate -m email --verify
holds "and certified at once" "^-- modelc:certified  up-down-up postgres" migrations/versions/003_email.sql
ends "which upgrade accepts" 0 "003 \(head\); models and database agree" upgrade
ends "so does check" 0 "in sync" check --certified 002
sed -i 's/^  email .*/&\n  code integer/' "$file"
ends "what a person has to complete" 6 "error: a step has to be completed by a person, and can't be proven before" autogenerate -m code --verify
check "is not written" test ! -e migrations/versions/004_code.sql
sed -i '/^  code integer/d' "$file"
psql -qXd shop -c "CREATE SCHEMA other; CREATE FUNCTION other.only_here(integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'"
sed -i 's/^  email .*/&\n  code integer? check (other.only_here(code))/' "$file"
ends "what does not run elsewhere" 1 "004_broken.sql \(not written\):[0-9]+:[0-9]+: error: schema .other. does not exist" autogenerate -m broken --verify
check "is not written, either" test -z "$(ls migrations/versions/ | grep broken)"

sed -i '/^  code integer/d; s/^  email varchar(50)?/  email varchar(50)? \n  score numeric(10,2)?/' "$file"
psql -qXd shop -c "SET client_min_messages = error; DROP SCHEMA other CASCADE"
ends "a number" 0 "^Proven" autogenerate -m score --verify
ends "is there" 0 "" upgrade -q
sed -i 's/^  score .*/  score numeric(10,0)?/' "$file"
ends "what a type rounds the file says by itself" 0 "^Proven" autogenerate -m round --verify
holds "above its statement" "^-- modelc:loses column public.people.score" migrations/versions/*round.sql

# ---- --scratch

ends "a server by name" 0 "a database of its own on --scratch" verify --scratch "$(cluster_url postgres)"
check "is left as it was" test "$(psql -XAtd postgres -c "SELECT count(*) FROM pg_database WHERE datname LIKE 'modelc%'")" = 0
ends "one that isn't there" 3 "error" verify --scratch "postgresql://nobody@/x?host=/nonexistent"
tap_done
