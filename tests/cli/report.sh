#!/bin/bash
# report.sh: what autogenerate, diff, check and upgrade say, on the project's own server.
. "$(dirname "$0")/common.sh" "$1"
run init shop
grep -q '^started' "$work/out" || { cat "$work/err"; echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
holds "init stops what it started" "^stopped +it again: commands start it when they need it" "$work/out"
cd shop || exit 1
ends "so that nothing is left running" 0 "wasn't running" db stop
run db start
ends "db start says where it runs already" 0 "^runs +PostgreSQL .* already" db start
psql() { "$MODELC" db psql -- -qAtX -v ON_ERROR_STOP=1 -c "$1" >/dev/null; }
lacks() { # NAME PATTERN FILE
    tap_result "$(grep -qE -e "$2" "$3"; echo $((1 - $?)))" "$1" "$3"
}

# no models
ends "check: no models yet" 0 "warning: no \*.model files in models/" check
ends "autogenerate: no models yet" 0 "warning: no \*.model files in models/" autogenerate -m none
holds "which is no equality" "^No changes detected: there are no models yet.$" "$work/out"
lacks "nor 0 tables" "equal" "$work/out"

# the lists
cat >models/shop.model <<'E'
enum role { admin, "order", clerk }

table products {
  id      bigint pk identity
  name    varchar(200)
  price   numeric(12,2) check (price >= 0)
  pim_id  uuid?
  role    role

  index (name)
}

table "order" {
  id          bigint pk
  product_id  bigint -> products
}
E
ends "check names each thing" 1 "models/shop.model:1:6: error: role is in no revision" check
check "and the command once" test "$(grep -c 'mend: modelc autogenerate' "$work/err")" = 1
ends "autogenerate" 0 "^  \+ table  products \(5 columns, 1 check, 1 index\) +models/shop.model:3$" autogenerate -m "first tables"
holds "one blank after the sign" "^  \+ enum   role \(admin, order, clerk\) " "$work/out"
holds "what was looked at" "^Models    1 file, 2 tables$" "$work/out"
holds "an ordinary word needs no quotes" "^  \+ table  order \(" "$work/out"
holds "what to do next" "^Next      modelc show head, then modelc upgrade head$" "$work/out"
ends "upgrade compares" 0 "^Current   [0-9a-f]{12} \(head\); models and database agree$" upgrade
ends "one table equals" 0 "^No changes detected: 2 tables in 1 file equal shop at [0-9a-f]{12} \(head\)\.$" diff
sed -i 's/^  pim_id  uuid?$/  pim_id  uuid? unique/; /^  index (name)$/a\  unique index uq_name (lower(name)) where price > 0' models/shop.model
ends "an index line" 0 "^  \+ index +uq_name \(lower\(name\)\), unique, partial +models/shop.model:11$" diff
holds "a constraint isn't named twice" "^  \+ unique constraint +products_pim_id_key \(pim_id\) " "$work/out"
ends "check says it the same" 1 "error: products_pim_id_key is in no revision" check
ends "and create" 2 "models/shop.model:7:.* error: products_pim_id_key is in no revision" create
file=$("$MODELC" autogenerate -q -m "keys" 2>"$work/err")
check "autogenerate -q: the path alone" test -f "$file"
check "and nothing else" test ! -s "$work/err"
run upgrade
ends "autogenerate -q without changes" 0 "" autogenerate -q -m none
check "says nothing" test ! -s "$work/both"

# upgrade tells what it finds
file=$("$MODELC" revision -q -m "empty")
check "revision -q: the path alone" test -f "$file"
psql "alter table products alter name drop not null"
ends "a database that differs" 0 "^Current +[0-9a-f]{12} \(head\); database differs from the models: modelc diff$" upgrade
holds "an empty revision is warned of" "^$file:1:1: warning: [0-9a-f]{12}: nothing in it to run$" "$work/err"
psql "alter table products alter name set not null; create table stray (id int); create table stray2 (id int)"
run downgrade -1
ends "but for what nobody declared" 0 "models and database agree but for 2 unmanaged objects: modelc diff$" upgrade
ends "--log compares nothing" 0 "schema is up to date$" upgrade --log
ends "unmanaged objects are no equality" 0 "^No changes detected in what the models hold; 2 objects of shop are unmanaged:$" diff
holds "they are listed below" "^Unmanaged  table stray: in the database" "$work/out"
lacks "and nothing is called equal" "equal" "$work/out"
ends "autogenerate says it the same" 0 "2 objects of shop are unmanaged:$" autogenerate -m none
psql "drop table stray; drop table stray2"

# --strict
psql "select lo_create(4711); comment on sequence products_id_seq is 'of the column'"
ends "autogenerate counts what is not handled" 0 "^Not handled  2 things: sequence of an identity column public.products_id_seq, large objects 1$" autogenerate -m none
ends "diff, too" 0 "^Not handled  2 things: " diff
ends "diff -v: a line each" 0 "^ +large objects 1$" diff -v
ends "check --db, too" 0 "^Not handled  2 things: " check --db "$("$MODELC" db url)"
ends "check without a database does not look there" 0 "in sync" check
lacks "and says nothing" "Not handled" "$work/out"
ends "--strict: an error" 2 "error: large objects 1 is in the database, and not handled yet" autogenerate -m none --strict
ends "check --strict lists them all" 2 "error: sequence of an identity column public.products_id_seq" check --strict --db "$("$MODELC" db url)"
holds "the other one" "error: large objects 1" "$work/err"
cp modelc.ini ini.before
echo "ignore = sequence of an identity column public.*, large objects *" >>modelc.ini
ends "what ignore names is not counted" 0 "^No changes detected" diff
lacks "nowhere" "Not handled" "$work/out"
ends "nor an error" 0 "in sync" check --strict --db "$("$MODELC" db url)"
mv ini.before modelc.ini
psql "select lo_unlink(4711); comment on sequence products_id_seq is null"
echo "create subscription seen connection 'dbname=none' publication p;" >models/seen.model
ends "autogenerate warns of a construct without a kind" 0 "seen.model:1:.* warning: statement seen" autogenerate -m none
ls migrations/versions >before
ends "--strict: an error by place" 2 "seen.model:1:.* error: statement seen" autogenerate -m none --strict
ends "check --strict" 2 "seen.model:1:.* error: statement seen" check --strict
ends "check names it" 0 "seen.model:1:.* warning: statement seen" check
cat >models/seen.model <<'E'
table marks {
  id          bigint pk
  product_id  bigint -> products as product
}
E
run check
if grep -q "warning" "$work/err"; then
    ends "--strict: a one-sided relationship is an error" 2 "seen.model:3:.*error" check --strict
    ends "autogenerate --strict writes no file for it" 2 "seen.model:3:.*error" autogenerate -m marks --strict
fi
ls migrations/versions >after
same "--strict wrote nothing" before after
rm models/seen.model

# an enum's label goes
sed -i '1s/, clerk//' models/shop.model
ends "a label that goes is a risk" 0 "^Risks     role: fails where rows hold 'clerk', unless convert maps it$" diff
sed -i '1s/"order"/"order", clerk/' models/shop.model

# a step to complete
sed -i 's/^  role    role$/&\n  code    text/' models/shop.model
psql "insert into products (name, price, role) values ('a', 1, 'admin')"
run autogenerate -m "code"
id=$(sed -n 's/.*versions\/\([0-9a-f]*\)_code.sql.*/\1/p' "$work/out")
holds "an unfinished file is to be edited first" "^Next      modelc edit $id: a step is to be completed; then modelc upgrade head$" "$work/out"
ends "check: the step" 1 "error: $id has a statement to complete: " check
sed -n '/statement to complete/p; /^  mend: write/p' "$work/err" >said_by_check
ends "upgrade: the step" 6 "error: $id has a statement to complete: " upgrade
sed -n '/statement to complete/p; /^  mend: write/p' "$work/err" >said_by_upgrade
same "both say it alike" said_by_check said_by_upgrade
rm migrations/versions/"$id"_code.sql
sed -i '/^  code    text$/d' models/shop.model

# a failure
file=$("$MODELC" revision -q -m "fails")
sed -i 's/^-- modelc:upgrade$/&\n\nCREATE TABLE products (id int);/' "$file"
ends "a refused statement" 3 "^Current +[0-9a-f]{12} \(1 behind head\); the failed section was rolled back$" upgrade
rm "$file"

# all models gone
mkdir aside && mv models/*.model aside/
ends "check: the models are gone" 2 "error: no \*.model files in models/" check
ends "autogenerate drops nothing by mistake" 2 "error: no \*.model files in models/" autogenerate -m gone
check "and writes nothing" bash -c "! ls migrations/versions | grep gone"
touch models/empty.model
ends "an empty file is a wish" 0 "^  - table +products" autogenerate -m gone
rm models/empty.model migrations/versions/*_gone.sql
mv aside/*.model models/
printf 'table broken {\n  id bigint pk\n  x nonsense(\n}\n' >models/broken.model
ls migrations/versions >before
ends "defective models" 2 "broken.model:3" autogenerate -m broken
ls migrations/versions >after
same "write nothing" before after
rm models/broken.model

# two heads
"$MODELC" revision -q -m left >/dev/null
"$MODELC" revision -q -m right --head "$("$MODELC" -q current | sed 's/ .*//')" --splice >/dev/null
heads='^error: two heads: [0-9a-f]{12} \((left|right)\), [0-9a-f]{12} \((left|right)\)$'
for line in "check" "autogenerate -m x" "upgrade" "upgrade head" "downgrade head"; do
    run $line
    holds "two heads: $line" "$heads" "$work/err"
    check "two heads, one mend: $line" test "$(grep -A1 'two heads' "$work/err" | grep -c 'mend: modelc rebase, or modelc merge -m "..." heads$')" = 1
done
ends "how far behind two heads" 0 "\(2 behind heads\)$" current
file=$("$MODELC" merge -q -m both)
check "merge -q: the path alone" test -f "$file"
ends "a merge has nothing to run, and that is fine" 0 "^Current" upgrade
lacks "no warning about it" "$(basename "$file")" "$work/err"
run downgrade base
ends "downgrade too far" 2 "-1 is too far: no revision is applied$" downgrade -1
tap_done
