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
    "$MODELC" review --format github "$file" 2>&1 | sed -n 's/.*title=\([a-z0-9-]*\)::.*/\1/p' >found
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
    cp types.sql shop/ && cd shop || exit 1
    run review --db --format github types.sql
    cat "$work/out" "$work/err" >"$work/both"
    ! grep -q volatile-default "$work/both"
    tap_result $? "the database knows the function" "$work/both"
else
    tap_skip "a database" "no PostgreSQL server programs"
fi
tap_done
