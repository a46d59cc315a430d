#!/bin/bash
# names.sh: names, texts, labels and comments that try to be SQL, in every kind and place. Made on a server under those names, taken over, made
# elsewhere, taken back, dropped and brought back, as files, as scripts and as reports: a canary table is to outlive it all.
. "$(dirname "$0")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"

finish_hostile() {
    cluster_stop
    finish
}

CLUSTER_OPTIONS="-c max_locks_per_transaction=1024"
cluster_start || { echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
[ "$CLUSTER_MAJOR" -ge 15 ] || { cluster_stop; echo "1..0 # SKIP these kinds came with PostgreSQL 15"; exit 0; }
PATH=$PATH:$PG_BIN
unset PGHOST PGPORT PGUSER
trap finish_hostile EXIT

sql() { # DATABASE, arguments of psql
    local in=$1
    shift
    psql -h "$CLUSTER_DIR" -U postgres -d "$in" -XAtq -v ON_ERROR_STOP=1 "$@" 2>&1
}

database() { # NAME
    sql postgres -c "CREATE DATABASE $1" && sql "$1" -c "CREATE TABLE public.canary (a int)"
}

use() { # DATABASE
    export DATABASE_URL="postgresql://postgres@/$1?host=$CLUSTER_DIR"
}

# What stands in a database, by an observer who knows nothing of modelc.
seen() { # DATABASE
    pg_dump -s -h "$CLUSTER_DIR" -U postgres -N modelc "$1" | grep -av '^--\|^\\' | sort
}

alive() { # NAME DATABASE
    check "$1: the canary lives" test "$(sql "$2" -c "SELECT to_regclass('public.canary') IS NOT NULL")" = t
}

# %1$I the name, %1$L the same as a text; the further ones begin with another letter, so that names of one namespace differ.
objects() { # DATABASE NAME
    sql "$1" -v name="$2" -v ON_ERROR_STOP=0 -f - <<'SQL' >"$work/objects.log"
SET client_min_messages = error;
SELECT format('CREATE ROLE %1$I', :'name') WHERE to_regrole(quote_ident(:'name')) IS NULL \gexec
SET allow_in_place_tablespaces = on;
SELECT format('CREATE TABLESPACE %1$I LOCATION %2$L', :'name', '')
WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = :'name') \gexec
SELECT format(s, :'name', 'SELECT ' || quote_literal(:'name'), 'e' || n, 'p' || n, 'u' || n, 'x' || n, 'i' || n, 'h' || n, 's' || n,
    'v' || n, 'm' || n, 'd' || n, 'k' || n, 'r' || n, 'R' || n, 'l' || n, 't' || n, 'f' || n, 'j' || n)
FROM substr(:'name', 1, 19) AS n, (VALUES
('CREATE SCHEMA %1$I'),
('CREATE EXTENSION btree_gist SCHEMA %1$I'),
('SET search_path = %1$I'),
('CREATE TYPE %3$I AS ENUM (%1$L, %16$L)'),
('CREATE COLLATION %1$I FROM "C"'),
('CREATE DOMAIN %12$I AS text COLLATE %1$I DEFAULT %1$L CONSTRAINT %1$I CHECK (VALUE <> %1$L)'),
('CREATE TYPE %13$I AS (%1$I int, t %3$I)'),
('CREATE TYPE %14$I AS RANGE (subtype = float8, multirange_type_name = %15$I)'),
('CREATE SEQUENCE %9$I'),
('CREATE TABLE %17$I (%1$I text COLLATE %1$I DEFAULT %1$L, %3$I %3$I DEFAULT %1$L, o %3$I[] DEFAULT ARRAY[%1$L]::%3$I[],
    d %12$I, g text GENERATED ALWAYS AS (%1$L || ''x''::text) STORED, r int4range, n bigint,
    CONSTRAINT %1$I CHECK (%1$I <> %1$L), CONSTRAINT %4$I PRIMARY KEY (%1$I), CONSTRAINT %5$I UNIQUE (d, %1$I),
    CONSTRAINT %6$I EXCLUDE USING gist (r WITH &&)) WITH (fillfactor = 70)'),
('CREATE TABLE %8$I (a text, CONSTRAINT %1$I FOREIGN KEY (a) REFERENCES %17$I (%1$I))'),
('CREATE INDEX %7$I ON %17$I ((%1$I || %1$L) COLLATE %1$I) INCLUDE (d) WHERE %1$I > %1$L'),
('CREATE INDEX %19$I ON %17$I (d) TABLESPACE %1$I'),
('CREATE TABLE %1$I (%1$I text, v int) PARTITION BY LIST (%1$I)'),
('CREATE TABLE part PARTITION OF %1$I FOR VALUES IN (%1$L)'),
('CREATE TABLE child () INHERITS (%8$I)'),
('CREATE VIEW %10$I (%1$I) AS SELECT %1$I FROM %17$I WHERE %1$I <> %1$L'),
('CREATE MATERIALIZED VIEW %11$I AS SELECT %1$I, %1$L AS l FROM %17$I'),
('CREATE FUNCTION %1$I(%1$I text DEFAULT %1$L) RETURNS text LANGUAGE sql AS %2$L'),
('CREATE FUNCTION %18$I() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END'''),
('CREATE PROCEDURE %4$I(%1$I int) LANGUAGE sql SET search_path = %1$I AS %2$L'),
('CREATE AGGREGATE %11$I(%1$I text) (sfunc = textcat, stype = text, initcond = %1$L)'),
('CREATE TRIGGER %1$I BEFORE UPDATE OF %1$I ON %17$I FOR EACH ROW WHEN (NEW.%1$I <> %1$L) EXECUTE FUNCTION %18$I(%1$L)'),
('ALTER TABLE %17$I ENABLE ROW LEVEL SECURITY'),
('CREATE POLICY %1$I ON %17$I TO %1$I USING (%1$I <> %1$L)'),
('CREATE RULE %1$I AS ON DELETE TO %17$I WHERE OLD.%1$I = %1$L DO INSTEAD NOTHING'),
('CREATE STATISTICS %1$I ON %1$I, d FROM %17$I'),
('CREATE OPERATOR === (leftarg = text, rightarg = text, function = textlike)'),
('CREATE OPERATOR FAMILY %1$I USING btree'),
('CREATE OPERATOR CLASS %1$I FOR TYPE text USING btree FAMILY %1$I AS OPERATOR 3 =, FUNCTION 1 bttextcmp(text, text)'),
('CREATE TEXT SEARCH DICTIONARY %1$I (template = simple)'),
('CREATE TEXT SEARCH CONFIGURATION %1$I (copy = pg_catalog.simple)'),
('CREATE CONVERSION %1$I FOR ''LATIN1'' TO ''UTF8'' FROM iso8859_1_to_utf8'),
('CREATE FOREIGN DATA WRAPPER %1$I OPTIONS (%1$I %1$L)'),
('CREATE SERVER %1$I TYPE %1$L VERSION %1$L FOREIGN DATA WRAPPER %1$I OPTIONS (host %1$L)'),
('CREATE USER MAPPING FOR %1$I SERVER %1$I OPTIONS (%1$I %1$L)'),
('CREATE FOREIGN TABLE ft (%1$I text OPTIONS (%1$I %1$L)) SERVER %1$I OPTIONS (%1$I %1$L)'),
('CREATE PUBLICATION %1$I FOR TABLE %17$I (%1$I, n) WHERE (n > 1)'),
('CREATE CAST (text AS %13$I) WITH INOUT'),
('CREATE FUNCTION %4$I() RETURNS event_trigger LANGUAGE plpgsql AS ''BEGIN END'''),
('CREATE EVENT TRIGGER %1$I ON sql_drop WHEN TAG IN (''DROP CAST'') EXECUTE FUNCTION %4$I()'),
('ALTER TABLE %8$I OWNER TO %1$I'),
('GRANT SELECT (%1$I), UPDATE ON %17$I TO %1$I WITH GRANT OPTION'),
('GRANT USAGE ON SCHEMA %1$I TO %1$I'),
('GRANT EXECUTE ON FUNCTION %1$I(text) TO %1$I'),
('ALTER DEFAULT PRIVILEGES FOR ROLE %1$I IN SCHEMA %1$I GRANT SELECT ON TABLES TO %1$I'),
('COMMENT ON SCHEMA %1$I IS %1$L'), ('COMMENT ON TABLE %17$I IS %1$L'), ('COMMENT ON COLUMN %17$I.%1$I IS %1$L'),
('COMMENT ON CONSTRAINT %1$I ON %17$I IS %1$L'), ('COMMENT ON TRIGGER %1$I ON %17$I IS %1$L'),
('COMMENT ON POLICY %1$I ON %17$I IS %1$L'), ('COMMENT ON RULE %1$I ON %17$I IS %1$L'),
('COMMENT ON FUNCTION %1$I(text) IS %1$L'), ('COMMENT ON TYPE %3$I IS %1$L'), ('COMMENT ON INDEX %7$I IS %1$L'),
('COMMENT ON CONSTRAINT %1$I ON DOMAIN %12$I IS %1$L'), ('COMMENT ON SERVER %1$I IS %1$L'), ('COMMENT ON COLUMN %13$I.%1$I IS %1$L')
) AS t(s) \gexec
SQL
}

hostile() { # LABEL NAME
    local label=$1 name=$2 message=${2//[$'\r\n']/ } n
    n=$((++number))
    cd "$work" || exit 1
    mkdir -p "p$n/models" "p$n/migrations/versions" && cd "p$n" || exit 1
    printf 'models = models\nmigrations = migrations/versions\nids = sequential\nroles = *\nignore = table public.canary\n' >modelc.ini
    database "live$n"
    database "new$n"
    database "script$n"
    objects "live$n" "$name"
    check "$label: made on the server" bash -c "! grep -a ERROR '$work/objects.log'"
    use "live$n"
    ends "$label: taken over" 0 "" import --force
    ends "$label: nothing differs" 0 "No changes detected" diff
    ends "$label: formatted" 0 "" fmt
    ends "$label: baseline" 0 "" baseline -m "$message"
    ends "$label: checked" 0 "" check
    ends "$label: shown" 0 "" show head
    ends "$label: history" 0 "" history -v
    use "new$n"
    ends "$label: made elsewhere" 0 "" upgrade
    seen "live$n" >"$work/seen.live"
    seen "new$n" >"$work/seen.new"
    same "$label: the same" "$work/seen.live" "$work/seen.new"
    ends "$label: nothing differs there" 0 "No changes detected" diff
    use "script$n"
    run upgrade --sql base:head
    cp "$work/out" script.sql
    check "$label: by a script" sql "script$n" -f script.sql
    seen "script$n" >"$work/seen.script"
    same "$label: the same by a script" "$work/seen.live" "$work/seen.script"
    ends "$label: all of it goes" 0 "" downgrade base
    alive "$label: gone again" "script$n"
    ends "$label: made by create" 0 "" create
    alive "$label: create" "script$n"
    use "new$n"
    rm models/*.model
    echo 'table other { a int? }' >models/other.model
    ends "$label: a plan that drops it" 0 "" diff
    run diff --sql
    database "diff$n"
    objects "diff$n" "$name"
    sql "diff$n" -f "$work/out" >"$work/diff.log" -v ON_ERROR_STOP=0
    alive "$label: diff --sql" "diff$n"
    ends "$label: a revision that drops it" 0 "" autogenerate -m "$message" --drop all
    ends "$label: dropped" 0 "" upgrade
    alive "$label: dropped" "new$n"
    ends "$label: back" 0 "" downgrade -1
    alive "$label: back" "new$n"
    seen "new$n" >"$work/seen.new"
    same "$label: back as it was" "$work/seen.live" "$work/seen.new"
    run upgrade --sql 001:002
    check "$label: dropped by a script" sql "new$n" -f "$work/out"
    run downgrade --sql 002:001
    check "$label: back by a script" sql "new$n" -f "$work/out"
    for d in live new script; do alive "$label: in the end" "$d$n"; done
    check "$label: psql ran nothing" test ! -e touched
}

number=0
drop='DROP TABLE public.canary;'
hostile quotes "a\"'; $drop --"
hostile lines $'n\n'"$drop"$'\r'"$drop"$'\n--'
hostile dollars "\\'\$\$ \$modelc\$ \$x\$; */ /* $drop \$_\$"
hostile directives $'\n-- modelc:upgrade\n'"$drop"$'--\\! touch touched'
hostile terminal $'\033[2J\u202e%s%(rev)s${up}{table}:"x"'
hostile long "ßßßßßßßßßßßßßßßßßßßß€€€€€€€\"'"
for word in select user default; do hostile "$word" "$word"; done

# ---- every keyword

cd "$work" && mkdir -p words/models words/migrations/versions && cd words || exit 1
printf 'models = models\nmigrations = migrations/versions\nids = sequential\nignore = table public.canary\n' >modelc.ini
database words
database words2
sql words -f - <<'SQL' >"$work/objects.log"
SELECT format('CREATE SCHEMA %I', 'in_' || k) FROM unnest('{table,type,view,routine,domain,sequence,composite}'::text[]) AS k \gexec
SELECT format(s, word) FROM pg_get_keywords() AS w(word), (VALUES
('CREATE TYPE in_type.%1$I AS ENUM (%1$L)'),
('CREATE DOMAIN in_domain.%1$I AS int CONSTRAINT %1$I CHECK (VALUE > 0)'),
('CREATE SEQUENCE in_sequence.%1$I'),
('CREATE TYPE in_composite.%1$I AS (%1$I int)'),
('CREATE TABLE in_table.%1$I (%1$I int, b in_type.%1$I DEFAULT %1$L, c in_domain.%1$I, CONSTRAINT %1$I CHECK (%1$I > 0))'),
('CREATE INDEX ON in_table.%1$I (%1$I)'),
('CREATE VIEW in_view.%1$I AS SELECT %1$I FROM in_table.%1$I'),
('CREATE FUNCTION in_routine.%1$I(%1$I in_type.%1$I) RETURNS int LANGUAGE sql AS ''SELECT 1''')
) AS t(s) \gexec
SQL
check "keywords: made on the server" bash -c "! grep -a ERROR '$work/objects.log'"
use words
ends "keywords: taken over" 0 "" import --force
ends "keywords: nothing differs" 0 "No changes detected" diff
ends "keywords: baseline" 0 "" baseline -m words
use words2
ends "keywords: made elsewhere" 0 "" upgrade
seen words >"$work/seen.live"
seen words2 >"$work/seen.new"
same "keywords: the same" "$work/seen.live" "$work/seen.new"
ends "keywords: nothing differs there" 0 "No changes detected" diff
ends "keywords: gone again" 0 "" downgrade base

# ---- what reaches a terminal

cd "$work" && mkdir -p terminal/models terminal/migrations/versions && cd terminal || exit 1
printf 'models = models\nmigrations = migrations/versions\nids = sequential\nignore = table public.canary\n' >modelc.ini
database terminal
use terminal
objects terminal $'a\033[2J\u202eb\u009b1m\r'
on_terminal() { # NAME COMMAND...
    local name=$1
    shift
    script -qec "TERM=xterm $MODELC $*" /dev/null </dev/null >"$work/screen" 2>&1
    check "$name: something was shown" test -s "$work/screen"
    check "$name: no escape of theirs" bash -c "! LC_ALL=C grep -aqE $'\033\\\\[2J|\xe2\x80\xae|\xc2\x9b' '$work/screen'"
}
if command -v script >/dev/null; then
    on_terminal import import --force
    on_terminal check check
    on_terminal diff diff
    on_terminal baseline baseline -m "\"\$(printf 'x\\033[2J')\""
    on_terminal history history -v
    on_terminal show show head
    on_terminal current current -v
    on_terminal downgrade downgrade base
    on_terminal upgrade upgrade
    on_terminal script upgrade --sql base:head
    rm models/*
    echo 'table other { a int? }' >models/other.model
    on_terminal drops diff
    on_terminal autogenerate autogenerate -m x --drop all
    on_terminal drop upgrade
fi
check "an error, to a file, too" bash -c "! '$MODELC' check 2>&1 | LC_ALL=C grep -aq $'\033'"
tap_done
