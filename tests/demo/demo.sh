#!/bin/bash
# demo.sh: a first session on a private PostgreSQL, to be read. Usage: demo.sh MODELC
set -eu
modelc_program=$(readlink -f "$1")
unset CI GITHUB_ACTIONS DATABASE_URL PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGSERVICE PGPASSWORD
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-demo.XXXXXX")
chmod 755 "$work"
mkdir "$work/shop"
cd "$work/shop"
finish() {
    "$modelc_program" -q db stop >/dev/null 2>&1 || true
    cd /
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n%s\n' "# $*"; }
modelc() { # shown, then run
    printf '\n$ modelc'
    for word in "$@"; do
        case $word in *[!A-Za-z0-9_./=:+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    "$modelc_program" "$@" 2>&1
}
may_fail() { modelc "$@" || echo "(exit $?)"; }

say "A new project: it brings its own server, so nothing has to be set up"
modelc init

say "A model says what the database should be"
cat >models/shop.model <<'MODEL'
enum order_status { draft, paid, shipped }

--- What we sell.
table products {
  id     bigint pk identity
  name   varchar(200)
  price  numeric(12,2) check (price >= 0)
}

table order_lines {
  id          bigint pk identity
  product_id  bigint -> products(id) on delete restrict
  status      order_status default 'draft'
  quantity    integer default 1
}
MODEL
printf '\n$ cat models/shop.model\n'
cat models/shop.model

say "modelc compares it with the database and writes the migration"
modelc autogenerate -m "first tables"
modelc show head
modelc upgrade
modelc check

say "Later: a column becomes part of the model, another gets a better name"
"$modelc_program" -q db psql -- -qc "INSERT INTO products (name, price) SELECT 'thing ' || g, g FROM generate_series(1, 1204) g"
sed -i -e "s/^  name   varchar(200)/&\n  sku    varchar(64) unique backfill ('sku-' || id)/" \
    -e 's/^  quantity    integer/  amount      integer was quantity/' models/shop.model
printf '\n$ cat models/shop.model\n'
cat models/shop.model
may_fail check

say "The next migration: up and down, to be reviewed"
modelc autogenerate -m "sku"
modelc show head
modelc upgrade
modelc check
modelc history -v

say "And back"
modelc downgrade -1
modelc current
