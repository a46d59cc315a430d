#!/bin/bash
# untrusted.sh: a branch that nobody has looked at: what only reads and compares runs nothing of it, neither on the database nor on this
# machine, and reads and writes nothing outside of it.
. "$(dirname "$0")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"

finish_hostile() {
    cluster_stop
    finish
}

cluster_start || { echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
PATH=$PATH:$PG_BIN
unset PGHOST PGPORT PGUSER
trap finish_hostile EXIT

sql() {
    psql -h "$CLUSTER_DIR" -U postgres -d "$db" -XAtq "$@" 2>&1
}

project() { # NAME
    cd "$work" || exit 1
    db=$1
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "CREATE DATABASE $db" || exit 1
    export DATABASE_URL="postgresql://postgres@/$db?host=$CLUSTER_DIR"
    mkdir -p "$db/models" "$db/migrations/versions" && cd "$db" || exit 1
    printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
}

# ---- expressions: a function of the database that does harm and says that it is immutable

project expressions
sql <<'SQL'
CREATE SEQUENCE public.canary;
CREATE FUNCTION public.bait(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM nextval('public.canary'); RETURN t; END $$;
CREATE FUNCTION public.bait_v(t text) RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN PERFORM nextval('public.canary'); RETURN t; END $$;
CREATE FUNCTION public.bait_sum(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT public.bait(a) $$;
CREATE OPERATOR public.=+= (leftarg = text, rightarg = text, function = public.bait_sum);
CREATE DOMAIN public.d AS text CHECK (VALUE <> 'd');
CREATE TABLE public.t (
    a text,
    b text GENERATED ALWAYS AS (a || 'b') STORED,
    c text DEFAULT 'c' || 'c',
    n text,
    CONSTRAINT k CHECK (a <> 'k'),
    EXCLUDE USING btree ((a || 'x') WITH =)
);
CREATE INDEX i ON public.t ((a || 'i')) WHERE c <> 'i';
CREATE TABLE public.p (x text) PARTITION BY LIST (x);
CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES IN ('p');
CREATE VIEW public.v AS SELECT a || 'v' AS a FROM public.t;
CREATE MATERIALIZED VIEW public.m AS SELECT a || 'm' AS a FROM public.t;
ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY o ON public.t USING (a <> 'o');
CREATE STATISTICS public.s ON (a || 's'), c FROM public.t;
CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW WHEN (NEW.a <> 'g') EXECUTE FUNCTION public.tf();
CREATE RULE r AS ON DELETE TO public.t WHERE OLD.a <> 'r' DO ALSO SELECT 'r';
SQL
run -q import --force
check "taken over" test "$code" = 0
cp -r models whole

unharmed() { # NAME
    local called
    called=$(sql -c "SELECT is_called FROM public.canary")
    check "$1: nothing was called" test "$called" = f
    sql -c "SELECT setval('public.canary', 1, false)" >/dev/null
}

# Each place of an expression, in each of a function's guises.
edit() { # NAME, a sed script that makes X of what it replaces
    local call n=0
    for call in "bait('h')" "bait_v('h')" "('h' =+= 'h')" "bait((bait('h'))::d)"; do
        n=$((n + 1))
        rm -rf models && cp -r whole models
        sed -i -E "$2" models/*.model
        sed -i "s/XXX/$call/" models/*.model
        check "$1 $n: edited" bash -c "! diff -r whole models >/dev/null"
        run diff
        [ "$n" -gt 1 ] || for command in "check" "check --db" "diff --sql" "fmt"; do run $command; done
        unharmed "$1 $n"
    done
}
edit default "s/default .*c'.*/default (XXX || 'c')/"
edit check "s/check k .*/check k (a <> XXX)/"
edit generated "s/generated .*/generated (a || XXX)/"
edit index "s/index i \(\(.*\)\) where/index i ((a || XXX)) where/"
edit predicate "s/(index i .*) where .*/\1 where c <> XXX/"
edit exclude "s/\(\(a \|\| 'x'::text\) with/((a || XXX) with/"
edit convert "s/^  n +text.*/  n  int? convert (length(XXX))/"
edit convert-indexed "s/^  a +text\?(.*)/  a  varchar(9)?\1 convert (XXX)/"
edit backfill "s/^  n +text.*/  n  text backfill (XXX)/"
edit partition "s/in \('p'\)/in (XXX)/"
edit view "s/\|\| 'v'::text/|| XXX/"
edit materialized "s/\|\| 'm'::text/|| XXX/"
edit policy "s/<> 'o'::text/<> XXX/"
edit domain "s/<> 'd'::text/<> XXX/"
edit trigger "s/<> 'g'::text/<> XXX/"
edit rule "s/<> 'r'::text/<> XXX/"
edit statistics "s/\|\| 's'::text/|| XXX/"

# ---- the throw-away server: its superuser, and so this machine and whatever trusts its user

project machine
sql -c "CREATE TABLE public.t (a int)" -c "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2'" \
    -c "CREATE FUNCTION public.c() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''x''::text'" \
    -c "CREATE TABLE public.p (x text) PARTITION BY LIST (x)" \
    -c "CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES IN ('one')" \
    -c "CREATE MATERIALIZED VIEW public.m AS SELECT public.f() AS x"
mkdir -m 777 ../outside
echo secret >../outside/secret
cat >models/public.model <<MODEL
table t { a int? }
table p partition by list (x) { x text? }
table p1 partition p in (c())
function f() returns int language sql as 'SELECT 3';
create function public.c() returns text language plpgsql immutable as \$\$
declare told text := ''; line text;
begin
    begin copy (select 1) to program 'echo x >$work/outside/shell; touch $work/outside/program';
    exception when others then told := told || sqlerrm; end;
    begin copy (select 1) to '$work/outside/file';
    exception when others then told := told || sqlerrm; end;
    begin perform lo_export(lo_from_bytea(0, 'x'), '$work/outside/large');
    exception when others then told := told || sqlerrm; end;
    begin perform public.dblink_exec('host=$CLUSTER_DIR user=postgres dbname=machine', 'DROP TABLE public.t');
    exception when others then told := told || sqlerrm; end;
    begin line := pg_read_file('$work/outside/secret');
    exception when others then told := told || sqlerrm; end;
    raise exception 'READ %, TOLD %', line, told;
end \$\$;
create materialized view public.m as select public.f() + 1 as x;
MODEL
sed -i '/^function f/d' models/public.model
{ echo "create function public.f() returns int language sql as 'select length(public.c())';"; } >>models/public.model
dblink=$(psql -h "$CLUSTER_DIR" -U postgres -d machine -XAtqc "SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'")
[ "$dblink" = 0 ] || echo "extension dblink" >>models/public.model
for command in "check" "diff" "check --db" "diff --sql"; do
    run $command
    check "$command: the file was not read" bash -c "! grep -rq 'READ secret' '$work/out' '$work/err'"
done
cp "$work/err" "$work/machine.err"
cat >migrations/versions/001.sql <<SQL
-- one
-- modelc:revision 001

-- modelc:upgrade

-- modelc:data does harm
DO \$\$ BEGIN
    COPY (SELECT 1) TO PROGRAM 'echo x >$work/outside/verify';
    EXCEPTION WHEN OTHERS THEN COPY (SELECT 1) TO '$work/outside/verify2';
END \$\$;

-- modelc:downgrade

SELECT 1;
SQL
run verify
[ "$code" = 1 ] || [ "$code" = 2 ] || [ "$code" = 3 ]
check "verify: refused" test $? = 0
rm migrations/versions/001.sql
# Landlock came with Linux 5.13, and can be left out of a kernel.
shuts_in() {
    [ "$(uname -s)" = Linux ] && [ "$(printf '5.13\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 5.13 ] || return 1
    [ ! -r /sys/kernel/security/lsm ] || grep -q landlock /sys/kernel/security/lsm
}
if shuts_in; then check "nothing was written" test "$(ls ../outside)" = secret; fi
check "the database was not reached" test "$(sql -c "SELECT to_regclass('public.t') IS NOT NULL")" = t

# ---- files

project files
mkdir ../elsewhere
printf 'table   x {a int}\n' >../elsewhere/x.model
printf 'top secret line\n' >../elsewhere/secret
cp ../elsewhere/x.model ../elsewhere/kept
ln -s ../../elsewhere/x.model models/link.model
ends "fmt does not write through a link" 2 "models/link.model.*leads out of the project" fmt
check "it is as it was" cmp ../elsewhere/x.model ../elsewhere/kept
rm models/link.model
ln -s ../../elsewhere/secret models/link.model
ends "nor is one read" 2 "leads out of the project" check
check "and not shown" bash -c "! grep -q 'top secret' '$work/both'"
rm models/link.model
echo "import '../../elsewhere/*'" >models/a.model
ends "import leads nowhere else" 2 "leads out of the project" check
check "and shows nothing" bash -c "! grep -q 'top secret' '$work/both'"
ends "in no command" 2 "leads out of the project" diff
rm models/a.model
ln -s ../../elsewhere models/folder
ends "a linked folder is not entered" 0 "" fmt
check "it is as it was, too" cmp ../elsewhere/x.model ../elsewhere/kept
rm models/folder
printf 'models = ../elsewhere\nmigrations = migrations/versions\n' >modelc.ini
ends "the ini names another folder" 2 "leads out of the project" fmt
check "it still is as it was" cmp ../elsewhere/x.model ../elsewhere/kept
printf 'models = models\nmigrations = ../elsewhere/new/versions\n' >modelc.ini
echo 'table t { a int }' >models/t.model
ends "nor are migrations written there" 2 "leads out of the project" autogenerate -m x
check "no folder was made" test ! -e ../elsewhere/new
printf 'models = models\nmigrations = migrations/versions\ntemplates = ../elsewhere\n' >modelc.ini
printf 'secret template ${message} ${header} ${upgrade} ${downgrade} ${objects}\n' >../elsewhere/revision.sql
ends "a template from there" 2 "leads out of the project" autogenerate -m x
printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
rm -rf migrations/versions && ln -s ../../elsewhere migrations/versions
ends "a linked folder of migrations" 2 "leads out of the project" autogenerate -m x
check "nothing new is there" test "$(ls ../elsewhere | wc -l)" = 4
rm migrations/versions && mkdir migrations/versions
ln -s ../elsewhere .modelc
run diff
check "the cache goes nowhere else" test "$(ls ../elsewhere | wc -l)" = 4
rm .modelc
git init -q .. 2>/dev/null && {
    printf 'models = ../elsewhere\nmigrations = migrations/versions\n' >modelc.ini
    ends "a work tree is one project" 0 "" fmt
    check "and formatted" bash -c "! cmp -s ../elsewhere/x.model ../elsewhere/kept"
    rm -rf ../.git
    printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
}
name=$(printf 'models/a\nDROP TABLE x;\033[31m.model')
echo 'table u { a int' >"$name"
ends "a file name with a newline and an escape" 2 "" check
check "no escape reaches the terminal" bash -c "! grep -q $'\033' '$work/both'"
check "nor does the line break" bash -c "! grep -q '^DROP TABLE' '$work/both'"
rm "$name"

# ---- migrations: read, listed, never run

cat >migrations/versions/001.sql <<'SQL'
-- boo
-- modelc:revision 001

-- modelc:upgrade

-- modelc:data does harm
CREATE TABLE public.ran (a int);

-- modelc:downgrade

DROP TABLE public.ran;
SQL
for command in "check" "check --db" "history -v" "show 001" "heads" "branches" "current" "diff" "fmt"; do
    run $command
    check "$command runs no migration" test "$(sql -c "SELECT to_regclass('public.ran') IS NULL")" = t
done
tap_done
