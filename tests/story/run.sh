#!/bin/bash
# run.sh: a team's months with modelc, end to end: a render pipeline's database from revision 059 to models/render, then what goes
# wrong in real life: two branches, a database that was there before, one that somebody changed by hand.
# Usage: run.sh MODELC NORMALISE     (MODELC_UPDATE=1 rewrites tests/story/expected)
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/../lib/tap.sh"
. "$here/../lib/cluster.sh"
. "$here/../lib/dump.sh"
. "$here/../lib/migration.sh"
MODELC=$(readlink -f "$1")
NORMALISE=$(readlink -f "$2")
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-story.XXXXXX")
trap 'cluster_stop; rm -rf "$work"' EXIT

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
edit() { # FILE SED-SCRIPT: has to change something; then formatted, as everybody's editor does on saving
    cp "$project/models/$1" "$work/edited"
    sed -E -i "$2" "$project/models/$1"
    ! cmp -s "$work/edited" "$project/models/$1" || tap_result 1 "edit of $1 changes nothing: $2"
    m fmt "models/$1" >"$work/fmt" 2>&1 || tap_result 1 "fmt of $1" "$work/fmt"
}
new_project() { # NAME
    project=$work/$1
    mkdir -p "$project/models" "$project/migrations/versions"
    printf 'models = models\nmigrations = migrations/versions\nids = sequential\n' >"$project/modelc.ini"
}
use_database() { # NAME
    db=$1
    export DATABASE_URL
    DATABASE_URL=$(cluster_url "$db")
}
file_of() { ls "$project/migrations/versions/$1"_*.sql 2>/dev/null | head -n 1; }

# The file of a revision against expected/ID.sql: the upgrade, a ruler, the downgrade.
reviewed() { # ID SLUG
    local file=$project/migrations/versions/$1_$2.sql expected=$here/expected/$1.sql
    [ -e "$file" ]
    tap_result $? "$1: the file is $1_$2.sql" || return
    { direction upgrade "" "$file"; echo --------; direction downgrade "" "$file"; } >"$work/found.sql"
    [ -n "${MODELC_UPDATE:-}" ] && cp "$work/found.sql" "$expected"
    flat <"$expected" >"$work/expected.flat"
    flat <"$work/found.sql" >"$work/found.flat"
    same "$1: reviewed by its text" "$work/expected.flat" "$work/found.flat"
}

# Applied, taken back, applied again.
lived_through() { # ID
    dump_db "$db" >"$work/before"
    check "$1: applied" m upgrade head
    dump_db "$db" >"$work/after"
    says "$1: nothing left to do" 0 "" diff --exit-code
    check "$1: the offline check is clean" m check
    check "$1: taken back" m downgrade -1
    dump_db "$db" >"$work/back"
    dump_same "$work/before" "$work/back" "$work/dump.diff" spare
    tap_result $? "$1: taken back, it is as it was" "$work/dump.diff"
    check "$1: applied again" m upgrade head
    dump_db "$db" >"$work/again"
    dump_same "$work/after" "$work/again" "$work/dump.diff" spare
    tap_result $? "$1: applied again, it is as it was" "$work/dump.diff"
}

change() { # ID MESSAGE SLUG: a revision from edited models
    check "$1: autogenerate" m autogenerate -m "$2"
    reviewed "$1" "$3"
    lived_through "$1"
}

# A data step before the first downgrade section: a section of its own on both sides, the generated ones stay as they are.
add_data() { # FILE UPGRADE DOWNGRADE (each: reason, newline, statements)
    up=$2 down=$3 awk '
        /^-- modelc:downgrade/ && !done {
            printf "-- modelc:upgrade\n\n-- modelc:data %s\n\n-- modelc:downgrade\n\n-- modelc:data %s\n\n", ENVIRON["up"], ENVIRON["down"]
            done = 1
        }
        { print }' "$1" >"$work/data.sql" && cp "$work/data.sql" "$1"
}

# ---- the story ----

cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }

begin_at_059() {
    new_project render
    createdb story
    use_database story
    cp "$here"/start/*.model "$project/models/"
    check "059: autogenerate" m autogenerate -m "render pipeline" --rev-id 059
    reviewed 059 render_pipeline
    lived_through 059
    check "rows to live with" psql -qX -v ON_ERROR_STOP=1 -d "$db" -f "$here/rows.sql"
    says "current says where it stands" 0 "059" current
}

the_six() {
    edit catalog.model 's/cad_preview \}/cad_preview, usd_master }/'
    change 060 "add usd_master" add_usd_master
    rows "060: the label is there" '{image,video,cad_preview,usd_master}' 'select enum_range(null::mediaassettype)'

    edit catalog.model "/^table cad_files/,/^}/ s/^(  created_at .*)/\1\n  metadata   jsonb default '{}'\n  bounding_box jsonb?                           --- in millimetres, NULL until measured\n  materials  jsonb?/"
    change 061 "CAD metadata" cad_metadata

    edit orders.model 's/^(  qty .*)/\1\n  render_job_doc jsonb?/'
    change 062 "render job document" render_job_document

    edit users.model 's/admin \}/admin, tenant_admin, global_admin }/'
    check "063: autogenerate" m autogenerate -m "role hierarchy"
    add_data "$(file_of 063)" "admins become tenant admins
UPDATE public.users SET role = 'tenant_admin' WHERE role = 'admin';" "tenant and global admins are admins again
UPDATE public.users SET role = 'admin' WHERE role IN ('tenant_admin', 'global_admin');"
    reviewed 063 role_hierarchy
    lived_through 063
    rows "063: the rows moved" 'Ada|tenant_admin
Bob|editor' 'select name, role from users order by name'

    edit catalog.model 's/^(  materials .*)/\1\n  step_hash  varchar(64)?/; s/^(  index ix_cad_files_product_id.*)/\1\n  index ix_cad_files_step_hash (step_hash)/'
    change 064 "step hash" step_hash

    check "065: an empty revision for data" m revision -m "rename scene settings"
    fill_065 "$(file_of 065)"
    reviewed 065 rename_scene_settings
    lived_through 065
    rows "065: the keys are renamed" 'scene_quality
scene_samples
theme' 'select key from system_settings order by key'
}

# What a person writes into the empty revision.
fill_065() {
    awk '
        /^-- modelc:upgrade/ || /^-- modelc:downgrade/ { skip = 0 }
        /^-- modelc:object/ { skip = 0 }
        !skip { print }
        /^-- modelc:upgrade/ {
            print "-- modelc:data the scene settings lose their old prefix"
            print "UPDATE public.system_settings SET key = replace(key, '\''gltf_production_'\'', '\''scene_'\'')"
            print "    WHERE key LIKE '\''gltf\\_production\\_%'\'';\n"
            skip = 1
        }
        /^-- modelc:downgrade/ {
            print "-- modelc:data the scene settings get their old prefix back"
            print "UPDATE public.system_settings SET key = replace(key, '\''scene_'\'', '\''gltf_production_'\'')"
            print "    WHERE key LIKE '\''scene\\_%'\'';\n"
            skip = 1
        }' "$1" >"$work/filled" && cp "$work/filled" "$1"
}

further_on() {
    edit catalog.model 's/^(  has many cad_files .*)/\1\n  has many media_assets via media_assets.product/
        /^table media_assets/,/^}/ s/^(  created_at .*)/\1\n  product_id uuid backfill ((select min(id::text)::uuid from products)) -> products(id) as product on delete cascade/
        s/^(  index ix_media_assets_kind.*)/\1\n  index ix_media_assets_product_id (product_id)/'
    change 066 "media belong to products" media_belong_to_products
    rows "066: every asset has a product" '2' "select count(*) from media_assets where product_id = '00000000-0000-0000-0000-00000000000a'"
    rows "066: and goes with it" '0' "begin; delete from order_lines; delete from products; select count(*) from media_assets; rollback"

    edit orders.model 's/^(  render_job_doc .*)/\1\n  unit_price numeric(12,2) backfill ((select p.price from products p where p.id = product_id))/'
    change 067 "unit price" unit_price
    rows "067: old lines have their price" '3|99.50' 'select qty, unit_price from order_lines'

    edit orders.model 's/^  qty +integer/  quantity integer was qty/; s/^  check ck_order_lines_qty \(qty (.*)/  check ck_order_lines_quantity (quantity \1 was ck_order_lines_qty/'
    change 068 "quantity" quantity
    rows "068: the values are kept" '3' 'select quantity from order_lines'

    diff -ru "$root/models/render" "$project/models" >"$work/models.diff"
    tap_result $? "the models are those of models/render" "$work/models.diff"
    says "history tells all of it" 0 "065" history
    says "show shows a file" 0 "usd_master" show 060
}

fresh_database() {
    createdb fresh
    use_database fresh
    says "create makes a fresh database" 0 "" create
    says "create: at head" 0 "068 (head)" current
    says "create: no difference" 0 "" diff --exit-code
    same_databases "create: the same database" story fresh
    createdb scripted
    m upgrade head --sql --db "$(cluster_url scripted)" >"$work/script.sql" 2>"$work/script.err" || m upgrade base:head --sql >"$work/script.sql"
    check "upgrade --sql: psql runs it" psql -qX -v ON_ERROR_STOP=1 -d scripted -f "$work/script.sql"
    same_databases "upgrade --sql: the same database" story scripted
    use_database story
}

existing_database() {
    createdb legacy
    pg_dump -s -N modelc story >"$work/legacy.sql"
    check "a database that was there before" psql -qX -v ON_ERROR_STOP=1 -d legacy -f "$work/legacy.sql"
    createdb -T legacy staging
    createdb -T legacy other
    psql -qX -d other -c 'alter table users add column extra int'
    local models=$project/models
    new_project adopted
    cp "$models"/*.model "$project/models/"
    use_database legacy
    says "baseline adopts it" 0 "" baseline -m "as it was"
    says "baseline: at head" 0 "(head)" current
    says "baseline: no difference" 0 "" diff --exit-code
    same_databases "baseline: nothing was touched" story legacy
    use_database staging
    says "before stamp: at base" 0 "base" current
    check "stamp adopts a second one" m stamp head
    says "stamp: at head" 0 "(head)" current
    check "stamp: no difference" m check --db
    use_database other
    check "stamp alone doesn't look" m stamp head
    says "but check --db does" 1 "users.extra" check --db
    project=$work/render
    use_database story
}

# Two people start at 068.
two_branches() {
    cp -r "$work/render" "$work/hers"
    createdb -T story hers

    edit users.model 's/^(  name .*)/\1\n  phone      varchar(40)?/'
    check "his: autogenerate" m autogenerate -m "phone" --rev-id 069
    check "his: applied" m upgrade head

    project=$work/hers
    use_database hers
    edit catalog.model 's/^(  sku .*)/\1\n  brand  varchar(80)?/'
    check "hers: autogenerate" m autogenerate -m "brand" --rev-id 070
    check "hers: applied" m upgrade head

    # She pulls his work.
    cp "$work/render/migrations/versions/069_phone.sql" "$project/migrations/versions/"
    cp "$work/render/models/users.model" "$project/models/"
    says "two heads: listed" 0 "069" heads
    says "two heads: upgrade names them and what helps" 2 "modelc merge" upgrade head
    says "two heads: check finds them" 1 "two heads" check
    cp -r "$work/hers" "$work/rebased"
    createdb -T hers rebased

    check "merge" m merge -m "phone and brand" heads
    check "merge: applied" m upgrade head
    says "merge: one head" 0 "071" heads
    check "merge: no difference" m diff --exit-code
    check "merge: the offline check is clean" m check
    createdb merged
    DATABASE_URL=$(cluster_url merged) check "merge: a fresh database takes both branches" m upgrade head
    same_databases "merge: the same database" hers merged

    # Or she sets her revision after his.
    project=$work/rebased
    use_database rebased
    check "rebase" m rebase
    says "rebase: one head" 0 "070" heads
    check "rebase: applied" m upgrade head
    check "rebase: no difference" m diff --exit-code
    check "rebase: the offline check is clean" m check
    same_databases "rebase: the same database" hers rebased

    project=$work/render
    use_database story
}

# Both took the next number.
same_number() {
    cp -r "$work/render" "$work/clash"
    createdb -T story clash
    edit users.model 's/^(  phone .*)/\1\n  fax        varchar(40)?/'
    check "his: the next number" m autogenerate -m "fax"
    check "his: applied" m upgrade head
    project=$work/clash
    use_database clash
    edit catalog.model 's/^(  sku .*)/\1\n  colour varchar(80)?/'
    check "hers: the same number" m autogenerate -m "colour"
    check "hers: applied" m upgrade head
    cp "$work/render/migrations/versions/070_fax.sql" "$project/migrations/versions/"
    cp "$work/render/models/users.model" "$project/models/"
    says "one number twice: check names both files" 1 "070_colour.sql" check
    check "one number twice: rebase renumbers" m rebase
    [ -e "$project/migrations/versions/071_colour.sql" ]
    tap_result $? "one number twice: hers is 071 now"
    check "one number twice: applied" m upgrade head
    check "one number twice: no difference" m diff --exit-code
    project=$work/render
    use_database story
}

drift() {
    check "before: no drift" m check --db
    sql 'alter table products add column weight numeric; create index ix_by_hand on orders (status)'
    says "drift is found" 1 "products.weight" check --db
    says "drift is found, all of it" 1 "ix_by_hand" check --db

    # One is taken into the models and recorded: this database has it, so it is stamped, while others run the file.
    edit catalog.model '/^table products/,/^}/ s/^(  price .*)/\1\n  weight numeric?/'
    check "taken into the models" m autogenerate -m "weight"
    reviewed 071 weight
    check "recorded" m stamp head
    says "one drift is left" 1 "ix_by_hand" check --db

    # The other one goes.
    check "dropped by --drop" m autogenerate -m "no index by hand" --drop ix_by_hand
    reviewed 072 no_index_by_hand
    check "applied" m upgrade head
    check "no drift any more" m check --db
    check "no difference any more" m diff --exit-code
    rows "the index is gone" '0' "select count(*) from pg_class where relname = 'ix_by_hand'"
    createdb last
    DATABASE_URL=$(cluster_url last) check "a fresh database runs all of the files" m upgrade head
    same_databases "and is the same" story last
}

begin_at_059
the_six
further_on
fresh_database
existing_database
two_branches
same_number
drift
tap_done
