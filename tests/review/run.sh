#!/bin/bash
# run.sh: `modelc review` on the command line: documentation and places of the rules, other tools' files, formats, levels, exceptions,
# a database. Usage: run.sh MODELC RULES SOURCE-ROOT; MODELC_UPDATE=1 writes docs/review.md and places.txt.
set -u
rules=$(readlink -f "$2")
root=$(readlink -f "$3")
. "$(dirname "$0")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"

finish_review() {
    cluster_stop
    finish
}
trap finish_review EXIT

# ---- what is made of the table

{ cat "$root/tests/review/intro.md"; "$rules" render; } >review.md
"$rules" places >places.txt
[ -n "${MODELC_UPDATE:-}" ] && cp review.md "$root/docs/review.md" && cp places.txt "$root/tests/review/places.txt"
same "docs/review.md" "$root/docs/review.md" review.md
same "places of the findings" "$root/tests/review/places.txt" places.txt

# ---- files of other tools, without a project

found() { # NAME FILE CODES..: exactly these codes, each as often as it is found, in order
    local name=$1 file=$2
    shift 2
    "$MODELC" review --format github "$file" 2>&1 | LC_ALL=C sed -n 's/.*title=\([a-z0-9-]*\)::.*/\1/p' >found
    printf '%s\n' "$@" | sed '/^$/d' >wanted
    same "$name" wanted found
}

cat >plain.sql <<'SQL'
\set ON_ERROR_STOP on
SET lock_timeout = '3s';
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
COPY moods (mood) FROM stdin;
it's; bad
\.
CREATE INDEX i ON people (name);
SQL
found "psql: backslash lines, rows, BEGIN ATOMIC" plain.sql index-not-concurrent

printf -- '-- +goose Up\nALTER TABLE t ADD COLUMN a text;\n-- +goose StatementBegin\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- +goose StatementEnd\n-- +goose Down\nALTER TABLE t DROP COLUMN a;\n' >goose.sql
found "goose: a transaction" goose.sql no-lock-timeout concurrently-in-transaction
sed -i '1i -- +goose NO TRANSACTION' goose.sql
found "goose: none" goose.sql no-lock-timeout
printf -- '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n\n-- migrate:down\nDROP INDEX i;\n' >dbmate.sql
found "dbmate: no transaction; the way down" dbmate.sql index-drop-not-concurrent no-lock-timeout
printf -- '-- migrate:up\nCREATE INDEX CONCURRENTLY i ON t (a);\n' >dbmate.sql
found "dbmate: a transaction, no way down" dbmate.sql no-downgrade concurrently-in-transaction
printf 'DROP TABLE t;\n' >1.down.sql
found "golang-migrate: a way down drops" 1.down.sql no-lock-timeout
printf 'DROP TABLE t;\n' >1.up.sql
found "golang-migrate: a way up" 1.up.sql no-lock-timeout table-dropped
printf -- "SELECT 'never ends;\n" >open.sql
ends "an unclosed quote" 1 'unterminated quoted string' review open.sql
: >empty.sql
ends "an empty file" 0 'nothing found' review empty.sql
printf '\xef\xbb\xbfDROP TABLE t;\r\n' >bom.sql
ends "BOM and CRLF" 1 'bom.sql:1:1: warning: t is dropped' review bom.sql
ends "no such file" 2 'none.sql' review none.sql
ends "several files" 1 'plain.sql:7:1.*' review plain.sql 1.up.sql

cat >script.sql <<'SQL'
\i other.sql
\if :{?x}
\copy t from 'x.csv' csv
SELECT :x, :'y', :"z", a::text, b[1:n] FROM t;
CREATE TABLE :"schema".t (id bigint PRIMARY KEY, a :type);
\endif
SET lock_timeout = '3s';
SELECT 'DROP TABLE x' \gexec
DROP TABLE t
\g
INSERT INTO t (a) VALUES ('x'); \echo done; DROP TABLE notme;
COPY t (a, b) FROM STDIN WITH (FORMAT csv);
1,it's
\.
\echo 'one quote in the rows hides nothing
DROP TABLE u;
SQL
found "psql: variables, \\g, rows of COPY with options" script.sql table-dropped table-dropped
ends "psql: their places" 1 '^script.sql:9:1: warning: t is dropped' review script.sql
printf 'GRANT SELECT ON t TO ${user};\n' >R__v.sql
found "Flyway: placeholders" R__v.sql ''
printf "SET lock_timeout = '3s';\nALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT k;\n" >V2__k.sql
cp V2__k.sql two.sql
found "no transaction around a script" two.sql ''
found "Flyway: one transaction" V2__k.sql work-under-lock validated-in-same-transaction
printf 'CREATE INDEX CONCURRENTLY i ON t (a);\n' >V3__i.sql
found "Flyway: none around what can't be in one" V3__i.sql ''
printf 'DROP TABLE t;\n' >U3__t.sql
found "Flyway: undo" U3__t.sql no-lock-timeout
mkdir revert diesel && cp U3__t.sql revert/t.sql && cp U3__t.sql diesel/down.sql
found "Sqitch: revert" revert/t.sql no-lock-timeout
found "Diesel: down.sql" diesel/down.sql no-lock-timeout
printf '/* never closed\nDROP TABLE t;' >comment.sql
ends "an unclosed comment" 1 'unterminated /\* comment' review comment.sql
printf 'SELECT 1;\0DROP TABLE x;' >nul.sql
ends "a NUL byte" 2 'holds a NUL byte' review nul.sql
ends "a folder" 1 '2 files reviewed|revert/t.sql:1:1' review revert diesel
cp two.sql U3__t.sql revert/
ends "all files of a folder" 0 '^3 files reviewed' review --fail-on error revert
ends "the same file twice" 0 '^1 file reviewed' review two.sql ./two.sql two.sql
printf 'DROP TABLE t;\n' >drop.sql
"$MODELC" review --format github - <drop.sql >out 2>err
check "standard input" grep -q '^::warning file=stdin,line=1,col=1,title=table-dropped::' out
printf 'SELECT (1;\nDROP TABLE t;\n' >bracket.sql
ends "an unclosed bracket" 1 '^bracket.sql:1:10: error: syntax error' review bracket.sql
{ printf 'SELECT '; printf '(%.0s' {1..20000}; printf '1;\n'; } >deep.sql
ends "20,000 brackets" 1 'deep.sql:1:' review deep.sql
check "a long line is cut" awk 'length($0) > 300 {exit 1}' "$work/both"
{ echo 'BEGIN;'; printf 'ALTER TABLE t%d ADD COLUMN a text;\n' {1..3000}; echo 'COMMIT;'; printf 'DROP TABLE u%d;\n' {1..1500}; } >many.sql
check "thousands of statements" timeout 30 "$MODELC" review -q --fail-on error many.sql
"$MODELC" review --format sarif empty.sql >out 2>err
check "--format sarif: nothing found" grep -q '"results": \[\]' out

timeouts() { # NAME SQL CODES..: a table is altered after it
    printf '%b\nALTER TABLE t ADD COLUMN a text;\n' "$2" >timeout.sql
    found "$1" timeout.sql "${@:3}"
}
timeouts "SET lock_timeout" "SET lock_timeout TO '3s';" ''
timeouts "set_config" "SELECT pg_catalog.set_config('lock_timeout', '3s', false);" ''
timeouts "lock_timeout = 0 is none" "SET lock_timeout = 0;" no-lock-timeout
timeouts "RESET" "SET lock_timeout = '3s'; RESET lock_timeout;" no-lock-timeout
timeouts "RESET ALL" "SET lock_timeout = '3s'; RESET ALL;" no-lock-timeout
timeouts "SET LOCAL ends with its transaction" "BEGIN; SET LOCAL lock_timeout = '3s'; COMMIT;" no-lock-timeout
timeouts "SET LOCAL within it" "BEGIN; SET LOCAL lock_timeout = '3s'; ALTER TABLE t ADD COLUMN b text; COMMIT; SET lock_timeout = 1000;" ''

one() { # NAME SQL CODES..: with a lock_timeout
    printf "SET lock_timeout = '3s';\n%s\n" "$2" >one.sql
    found "$1" one.sql "${@:3}"
}
one "security_invoker = off" 'CREATE VIEW v WITH (security_invoker = on) AS SELECT 1 AS a; ALTER VIEW v SET (security_invoker = off);' security-invoker-lost
one "never security_invoker" 'CREATE VIEW v WITH (security_invoker = off) AS SELECT 1 AS a; CREATE OR REPLACE VIEW v AS SELECT 2 AS a;' ''
one "security_invoker of a view that was renamed" "-- modelc:allow object-renamed a test
ALTER VIEW v SET (security_invoker);
-- modelc:allow object-renamed a test
ALTER VIEW v RENAME TO w; CREATE OR REPLACE VIEW w AS SELECT 2 AS a;" allow-unused security-invoker-lost
one "added and validated by one statement" 'ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT k;' validated-in-same-transaction
one "a domain's constraint" 'BEGIN; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID; ALTER DOMAIN d VALIDATE CONSTRAINT k; COMMIT;' validated-in-same-transaction
one "a domain's constraint, later" 'ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID; ALTER DOMAIN d VALIDATE CONSTRAINT k;' ''
one "a new column with a check" 'ALTER TABLE t ADD COLUMN a int CHECK (a > 0);' check-validated-at-once
one "a new column that refers" 'ALTER TABLE t ADD COLUMN a bigint REFERENCES u ON DELETE CASCADE; CREATE INDEX CONCURRENTLY i ON t (a);' ''
one "a new column that refers, with a default" 'ALTER TABLE t ADD COLUMN a bigint DEFAULT 1 REFERENCES u ON DELETE CASCADE; CREATE INDEX CONCURRENTLY i ON t (a);' fk-validated-at-once
one "a function that nobody knows" 'ALTER TABLE t ADD COLUMN a int DEFAULT f();' volatile-default
one "a function that everybody knows" 'ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now();' ''
one "a check of two columns" 'ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL AND b IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k;
ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL; ALTER TABLE t DROP CONSTRAINT k;' ''
one "rows of a query under a lock" 'BEGIN; ALTER TABLE t ADD COLUMN a int; INSERT INTO u (a) SELECT a FROM t; COMMIT;' work-under-lock
one "a key to and from new tables" 'BEGIN; ALTER TABLE t ADD COLUMN a int; CREATE TABLE n (id bigint PRIMARY KEY, t bigint); CREATE INDEX i ON n (t);
ALTER TABLE n ADD FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE; COMMIT;' ''
one "PostgreSQL 18: NOT NULL .. NOT VALID" 'ALTER TABLE t ADD NOT NULL a NOT VALID;' not-looked-into
notes() { # NAME SQL CODE N: so many findings, with notes
    printf "SET lock_timeout = '3s';\n%s\n" "$2" >one.sql
    "$MODELC" review --format github one.sql >out 2>&1
    check "$1" test "$(grep -c "title=$3::" out)" = "$4"
}
notes "a foreign key of a new column of a table that isn't known" 'ALTER TABLE t ADD COLUMN a bigint REFERENCES u;' fk-without-index 1
notes "an index without the rows that refer to nothing" 'CREATE TABLE n (id bigint PRIMARY KEY, a bigint REFERENCES u); CREATE INDEX ON n (a) WHERE a IS NOT NULL;' fk-without-index 0
notes "an index of some rows" 'CREATE TABLE n (id bigint PRIMARY KEY, a bigint REFERENCES u); CREATE INDEX ON n (a) WHERE id > 5;' fk-without-index 1
notes "id integer" 'CREATE TABLE n (id integer PRIMARY KEY);' key-32-bit 1

# ---- levels and exceptions

printf "SET lock_timeout = '3s';\nCREATE INDEX i ON t (a);\n" >index.sql
ends "a warning fails" 1 '\[index-not-concurrent\]' review index.sql
ends "--fail-on error" 0 '\[index-not-concurrent\]' review --fail-on error index.sql
ends "-q: findings only" 1 '^index.sql:2:1' review -q index.sql
mkdir ini && cd ini || exit 1
cp ../index.sql .
printf '[review]\nindex-not-concurrent = note\n' >modelc.ini
ends "modelc.ini sets a level" 0 'note: writes to t wait' review index.sql
printf '[review]\nindex-not-concurrent = off\n' >modelc.ini
ends "off" 0 'nothing found' review index.sql
printf '[review]\nfail-on = error\nindex-not-concurrent = warning\n' >modelc.ini
ends "fail-on of modelc.ini" 0 'warning: writes' review index.sql
ends "the command line wins" 1 'warning: writes' review --fail-on warning index.sql
printf '[review]\nindex-not-concurent = off\n' >modelc.ini
ends "an unknown rule" 2 'did you mean: index-not-concurrent' review index.sql
printf '[review]\nindex-not-concurrent = no\n' >modelc.ini
ends "an unknown level" 2 'off, note, warning or error' review index.sql
printf '[review]\nfail-on = never\n' >modelc.ini
ends "an unknown fail-on" 2 'error, warning or note' review index.sql
printf '[revew]\n' >modelc.ini
ends "an unknown section" 2 'unknown section' review index.sql
rm modelc.ini
cd "$work" || exit 1

allow() { # NAME LINE CODES..
    printf -- "SET lock_timeout = '3s';\n%s\nCREATE INDEX i ON t (a);\n" "$2" >allow.sql
    found "$1" allow.sql "${@:3}"
}
allow "allowed" '-- modelc:allow index-not-concurrent ten rows' ''
allow "two codes" '-- modelc:allow index-not-concurrent, lock-table ten rows' ''
allow "without a reason" '-- modelc:allow index-not-concurrent' allow-wrong
allow "an unknown code" '-- modelc:allow index-not-concurent ten rows' allow-wrong index-not-concurrent
ends "which one was meant" 1 'did you mean index-not-concurrent' review allow.sql
allow "another code" '-- modelc:allow lock-table ten rows' allow-unused index-not-concurrent
printf "SET lock_timeout = '3s';\nDROP TABLE u; -- modelc:allow table-dropped behind it\nDROP TABLE v;\n-- modelc:allowed is another word\nDROP TABLE w;\n" >allow.sql
found "on the statement's own line" allow.sql table-dropped table-dropped
ends "--rules" 0 '^index-not-concurrent +warning' review --rules
ends "--rules as JSON" 0 '"code": "index-not-concurrent"' review --rules --format json

# ---- revisions: the chain is known, nothing is connected to

sample
cd shop || exit 1
export DATABASE_URL=postgresql://nobody@127.0.0.1:1/nowhere
ends "the newest revision, no connection" 1 'work-under-lock' review
holds "the overview: line, transaction, statement, lock" '^ +18 +- +CREATE INDEX CONCURRENTLY +products: SHARE UPDATE EXCLUSIVE' "$work/out"
ends "a revision by its id" 0 'insert-without-columns' review 1975
ends "a file of the project" 1 'work-under-lock' review migrations/versions/8f3a*.sql
sed 's/8f3a1c2b9d04/8f3a1c2b9d05/; s/xyz/abc/; s/uq_products_id/uq_two/' migrations/versions/8f3a*.sql >migrations/versions/8f3a1c2b9d05_two.sql
ends "two revisions follow the same one" 1 ':4:22: warning: 8f3a1c2b9d05 follows 1975ea83b712, too' review 8f3a1c2b9d04
holds "the mend" 'modelc rebase, or modelc merge' "$work/both"
rm migrations/versions/8f3a1c2b9d05_two.sql
run review 8f3a1c2b9d04
tap_result "$(grep -q parent-taken "$work/out" "$work/err" && echo 1 || echo 0)" "one that follows alone" "$work/out"
ends "no such revision" 2 'nope' review nope
ends "an unknown format" 2 'text json sarif github gitlab' review --format nix
ends "formats of other commands" 2 'one of: text json$' check --format sarif
ends "--db connects" 3 '127.0.0.1|refused' review --db
unset DATABASE_URL

# ---- formats

cat >formats.py <<'PY'
import json, sys
what, path = sys.argv[1:]
with open(path) as f: doc = json.load(f)
if what == "sarif":
    assert doc["version"] == "2.1.0" and doc["$schema"].endswith("sarif-2.1.0.json")
    [run] = doc["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "modelc" and driver["version"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"] and rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    assert run["results"]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"] and result["level"] in ("note", "warning", "error") and result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert not place["artifactLocation"]["uri"].startswith("/") and " " not in place["artifactLocation"]["uri"]
        assert 1 <= region["startLine"] <= region["endLine"] and region["startColumn"] >= 1 and region["endColumn"] >= 1
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
elif what == "gitlab":
    assert isinstance(doc, list) and doc
    for row in doc:
        assert row["description"] and row["check_name"] and row["fingerprint"]
        assert row["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert row["location"]["path"] and row["location"]["lines"]["begin"] >= 1
    assert len({row["fingerprint"] for row in doc}) == len(doc)
else:
    assert {"files", "findings", "allowed"} <= doc.keys() and doc["findings"] and doc["files"][0]["statements"]
    for row in doc["findings"]:
        assert row["code"] and row["severity"] in ("note", "warning", "error") and row["line"] >= 1 and row["column"] >= 1 and row["mend"]
PY
for format in json sarif gitlab; do
    run review --format $format --fail-on note
    cp "$work/out" "out.$format"
    tap_result $((code != 1)) "--format $format: exit 1" "$work/err"
    check "--format $format: its form" python3 formats.py $format "out.$format"
done
run review --format github
holds "--format github" '^::warning file=migrations/versions/8f3a.*,line=13,col=1,title=work-under-lock::' "$work/out"

# ---- a database

if cluster_start; then
    export DATABASE_URL="postgresql://postgres@/review?host=$CLUSTER_DIR"
    PATH=$PATH:$PG_BIN psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c 'CREATE DATABASE review'
    printf 'models = models\nmigrations = migrations/versions\n' >modelc.ini
    ends "nothing is applied: both revisions" 0 '2 files reviewed' review --db --fail-on error
    "$MODELC" upgrade +1 >"$work/both" 2>&1
    tap_result $? "the first is applied" "$work/both"
    PATH=$PATH:$PG_BIN psql -h "$CLUSTER_DIR" -U postgres -d review -Xqc "ANALYZE"
    ends "few rows: not a warning" 0 'products \(.* 1,204 rows\)' review --db
    PATH=$PATH:$PG_BIN psql -h "$CLUSTER_DIR" -U postgres -d review -Xqc "INSERT INTO products SELECT i, 'y' FROM generate_series(2001, 22000) i" -c 'ANALYZE'
    ends "many rows: a warning with them" 1 'products \(.* 21,204 rows\)' review --db
    "$MODELC" upgrade >"$work/both" 2>&1
    ends "all is applied" 0 'Nothing to review' review --db
    cd "$work" || exit 1
    printf "SET lock_timeout = '3s';\nALTER TABLE products ALTER name TYPE varchar(10000);\nALTER TABLE products ADD COLUMN z int DEFAULT public.five();\n" >types.sql
    PATH=$PATH:$PG_BIN psql -h "$CLUSTER_DIR" -U postgres -d review -Xqc "CREATE FUNCTION five() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 5'"
    found "without a database the types and functions are in doubt" types.sql type-change-rewrites volatile-default
    PATH=$PATH:$PG_BIN psql -h "$CLUSTER_DIR" -U postgres -d review -Xqc "CREATE TABLE parts (id int) PARTITION BY HASH (id)" \
        -c "CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)" \
        -c "INSERT INTO parts SELECT generate_series(1, 20000)" -c ANALYZE -c "CREATE ROLE reader LOGIN" -c "GRANT USAGE ON SCHEMA modelc TO reader" -c "GRANT SELECT ON ALL TABLES IN SCHEMA modelc TO reader"
    printf "SET lock_timeout = '3s';\nCREATE INDEX i ON parts (id);\nALTER TABLE nowhere.at_all ADD COLUMN a text;\n" >shop/parts.sql
    cp types.sql shop/ && cd shop || exit 1
    ends "the database knows that it is partitioned" 1 'mend: CREATE INDEX .. ON ONLY the table, CREATE INDEX CONCURRENTLY on each' review --db --fail-on warning parts.sql
    DATABASE_URL=${DATABASE_URL/postgres@/reader@} ends "a role that may only read" 1 'parts \(.*20,000 rows\)' review --db --fail-on warning parts.sql
    run review --db --format github types.sql
    cat "$work/out" "$work/err" >"$work/both"
    ! grep -q volatile-default "$work/both"
    tap_result $? "the database knows the function" "$work/both"
else
    tap_skip "a database" "no PostgreSQL server programs"
fi
tap_done
