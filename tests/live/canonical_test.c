/* canonical_test.c: the user's spelling against what the catalog shows: never a phantom difference, never a missed one,
 * and the server's refusals at their place in the model. */
#include "base/file.h"
#include "canon_fixture.h"

enum where { DEFAULT, GENERATED, CHECK, ELEMENTS, WHERE };

struct sample {
    enum where place;
    const char *type, *text;
};

/* type: of the column for DEFAULT and GENERATED, the access method for ELEMENTS. */
static const struct sample samples[] = {
    {DEFAULT, "text", "'x'"},
    {DEFAULT, "varchar(20)", "'x'"},
    {DEFAULT, "char(5)", "'ab'"},
    {DEFAULT, "boolean", "'true'"},
    {DEFAULT, "boolean", "TRUE"},
    {DEFAULT, "bool", "not false"},
    {DEFAULT, "int", "1"},
    {DEFAULT, "int", "-1"},
    {DEFAULT, "int", "'7'"},
    {DEFAULT, "int", "1 + 2 * 3"},
    {DEFAULT, "bigint", "0"},
    {DEFAULT, "bigint", "9223372036854775807"},
    {DEFAULT, "smallint", "3"},
    {DEFAULT, "numeric(12,2)", "0"},
    {DEFAULT, "numeric(12,2)", "0.00"},
    {DEFAULT, "numeric", "1e3"},
    {DEFAULT, "float(24)", "1.5"},
    {DEFAULT, "double precision", "-1.5e3"},
    {DEFAULT, "real", "'NaN'"},
    {DEFAULT, "money", "'1.50'"},
    {DEFAULT, "date", "current_date"},
    {DEFAULT, "date", "'2024-01-31'"},
    {DEFAULT, "date", "date '2024-01-31'"},
    {DEFAULT, "timestamptz", "now()"},
    {DEFAULT, "timestamptz", "CURRENT_TIMESTAMP"},
    {DEFAULT, "timestamptz", "current_timestamp(3)"},
    {DEFAULT, "timestamp", "localtimestamp"},
    {DEFAULT, "timestamp", "(now() at time zone 'utc')"},
    {DEFAULT, "timestamptz", "'2024-01-31 12:00+02'"},
    {DEFAULT, "timestamptz", "date_trunc('hour', now()) + interval '1 hour'"},
    {DEFAULT, "time", "'12:30'"},
    {DEFAULT, "time(0)", "localtime"},
    {DEFAULT, "interval", "interval '1 month'"},
    {DEFAULT, "interval", "'1 day 2 hours'::interval"},
    {DEFAULT, "interval day to second(3)", "'2 days'"},
    {DEFAULT, "interval", "make_interval(days => 3)"},
    {DEFAULT, "jsonb", "'{}'"},
    {DEFAULT, "jsonb", "'{\"a\": [1, 2]}'::jsonb"},
    {DEFAULT, "json", "'[]'"},
    {DEFAULT, "jsonb", "jsonb_build_object('a', 1)"},
    {DEFAULT, "text[]", "'{}'"},
    {DEFAULT, "text[]", "array['a','b']"},
    {DEFAULT, "text[]", "array[]::text[]"},
    {DEFAULT, "int[3][]", "'{{1,2},{3,4}}'"},
    {DEFAULT, "int[]", "ARRAY[1, 2] || 3"},
    {DEFAULT, "uuid", "gen_random_uuid()"},
    {DEFAULT, "uuid", "'00000000-0000-0000-0000-000000000000'"},
    {DEFAULT, "bytea", "'\\x00ff'"},
    {DEFAULT, "bytea", "decode('00ff', 'hex')"},
    {DEFAULT, "inet", "'10.0.0.1'"},
    {DEFAULT, "cidr", "'10.0.0.0/8'"},
    {DEFAULT, "bit(3)", "B'101'"},
    {DEFAULT, "bit varying(5)", "'10'"},
    {DEFAULT, "int4range", "'[1,5)'"},
    {DEFAULT, "tstzrange", "tstzrange(null, null)"},
    {DEFAULT, "point", "point(1, 2)"},
    {DEFAULT, "status", "'draft'"},
    {DEFAULT, "status", "'paid'::status"},
    {DEFAULT, "status[]", "'{draft}'"},
    {DEFAULT, "media.kind", "'image'"},
    {DEFAULT, "int", "nextval('s')"},
    {DEFAULT, "int", "nextval('media.\"S q\"')"},
    {DEFAULT, "text", "current_user"},
    {DEFAULT, "name", "session_user"},
    {DEFAULT, "text", "coalesce(null, 'x')"},
    {DEFAULT, "text", "E'a\\nb\\\\c'"},
    {DEFAULT, "text", "'it''s'"},
    {DEFAULT, "text", "$$dollar 'quoted'$$"},
    {DEFAULT, "text", "U&'\\00e4'"},
    {DEFAULT, "text", "'a' || 'b'"},
    {DEFAULT, "text", "upper('x') || chr(65)"},
    {DEFAULT, "text", "case when 1 < 2 then 'y' else 'n' end"},
    {DEFAULT, "text", "md5(random()::text)"},
    {DEFAULT, "int", "(extract(epoch from now()))::int"},
    {DEFAULT, "int", "floor(random() * 100)"},
    {DEFAULT, "oid", "'pg_class'::regclass"},
    {DEFAULT, "regclass", "'media.\"S q\"'"},
    {DEFAULT, "tsvector", "to_tsvector('simple', 'a b')"},
    {DEFAULT, "xml", "'<a/>'"},
    {DEFAULT, "text", "to_char(now(), 'YYYY')"},
    {DEFAULT, "text", "current_setting('app.x', true)"},
    {DEFAULT, "text", "f(1)"},
    {DEFAULT, "text", "media.g()"},
    {DEFAULT, "macaddr", "'08:00:2b:01:02:03'"},
    {DEFAULT, "pg_lsn", "'0/0'"},
    {DEFAULT, "text", "'\\'"},
    {GENERATED, "text", "t || '#'"},
    {GENERATED, "int", "a * 2 + b"},
    {GENERATED, "text", "coalesce(t, '') || ' ' || coalesce(v, '')"},
    {GENERATED, "tsvector", "to_tsvector('english', coalesce(t, ''))"},
    {GENERATED, "numeric(10,2)", "n * 1.2"},
    {GENERATED, "boolean", "a > b or t is null"},
    {GENERATED, "text", "j ->> 'name'"},
    {GENERATED, "varchar(10)", "left(t, 10)"},
    {GENERATED, "int", "length(v)"},
    {GENERATED, "date", "(ts)::date"},
    {CHECK, NULL, "a > 0"},
    {CHECK, NULL, "n > 0"},
    {CHECK, NULL, "a between 1 and 10"},
    {CHECK, NULL, "a not between b and b + 10"},
    {CHECK, NULL, "e in ('draft','paid')"},
    {CHECK, NULL, "e not in ('draft')"},
    {CHECK, NULL, "t in ('a', 'b')"},
    {CHECK, NULL, "v in ('a','b','c')"},
    {CHECK, NULL, "ch in ('a','b')"},
    {CHECK, NULL, "v = any (array['a','b'])"},
    {CHECK, NULL, "t like 'a%'"},
    {CHECK, NULL, "t not like '%b' escape '!'"},
    {CHECK, NULL, "t ilike '_a'"},
    {CHECK, NULL, "t ~ '^[a-z]+$'"},
    {CHECK, NULL, "v ~* 'x'"},
    {CHECK, NULL, "t similar to '(a|b)%'"},
    {CHECK, NULL, "t is not null"},
    {CHECK, NULL, "bo is true"},
    {CHECK, NULL, "bo is not unknown"},
    {CHECK, NULL, "not bo"},
    {CHECK, NULL, "bo"},
    {CHECK, NULL, "a is distinct from b"},
    {CHECK, NULL, "a is not distinct from 3"},
    {CHECK, NULL, "(a, b) <> (1, 2)"},
    {CHECK, NULL, "(a, t) = (1, 'x')"},
    {CHECK, NULL, "num_nonnulls(a, b) = 1"},
    {CHECK, NULL, "coalesce(a, b, 0) >= 0"},
    {CHECK, NULL, "nullif(t, '') is not null"},
    {CHECK, NULL, "greatest(a, b) < 100"},
    {CHECK, NULL, "length(t) <= 200"},
    {CHECK, NULL, "char_length(v) between 1 and 20"},
    {CHECK, NULL, "octet_length(by) = 32"},
    {CHECK, NULL, "d >= date '2000-01-01'"},
    {CHECK, NULL, "d < '2100-01-01'"},
    {CHECK, NULL, "ts > '2000-01-01'"},
    {CHECK, NULL, "ts + interval '1 day' > ts"},
    {CHECK, NULL, "i < '1 year'"},
    {CHECK, NULL, "extract(year from d) > 1990"},
    {CHECK, NULL, "date_part('dow', d) < 6"},
    {CHECK, NULL, "j ? 'a'"},
    {CHECK, NULL, "j -> 'a' ->> 'b' <> ''"},
    {CHECK, NULL, "j @> '{\"a\": 1}'"},
    {CHECK, NULL, "jsonb_typeof(j) = 'object'"},
    {CHECK, NULL, "arr[1] > 0"},
    {CHECK, NULL, "array_length(arr, 1) <= 3"},
    {CHECK, NULL, "1 = any(arr)"},
    {CHECK, NULL, "3 <> all (arr)"},
    {CHECK, NULL, "arr <@ array[1,2,3]"},
    {CHECK, NULL, "ta && '{a,b}'"},
    {CHECK, NULL, "array_position(ta, null) is null"},
    {CHECK, NULL, "arr[1:2] = '{1,2}'"},
    {CHECK, NULL, "u <> '00000000-0000-0000-0000-000000000000'"},
    {CHECK, NULL, "f > 0.5"},
    {CHECK, NULL, "r < 1"},
    {CHECK, NULL, "bi % 2 = 0"},
    {CHECK, NULL, "s::int + a > 3"},
    {CHECK, NULL, "cast(a as text) <> '0'"},
    {CHECK, NULL, "m > 0::money"},
    {CHECK, NULL, "ip << '10.0.0.0/8'"},
    {CHECK, NULL, "not isempty(tr)"},
    {CHECK, NULL, "lower(tr) > '2000-01-01'"},
    {CHECK, NULL, "case when a > 0 then b > 0 else true end"},
    {CHECK, NULL, "case e when 'draft' then t is null else t is not null end"},
    {CHECK, NULL, "(a > 0) = (b > 0)"},
    {CHECK, NULL, "a > 0 AND b > 0 Or not (a < 5)"},
    {CHECK, NULL, "t collate \"C\" > 'a'"},
    {CHECK, NULL, "t < v"},
    {CHECK, NULL, "trim(t) = t"},
    {CHECK, NULL, "trim(both 'x' from t) <> ''"},
    {CHECK, NULL, "substring(t from 1 for 2) = 'ab'"},
    {CHECK, NULL, "position('x' in t) = 0"},
    {CHECK, NULL, "overlay(t placing 'x' from 1) <> ''"},
    {CHECK, NULL, "a::numeric(10,2) > 1"},
    {CHECK, NULL, "-a < 5"},
    {CHECK, NULL, "@ a > 1"},
    {CHECK, NULL, "a # b = 0"},
    {CHECK, NULL, "a ^ 2 < 100"},
    {CHECK, NULL, "f(a) <> 'x'"},
    {CHECK, NULL, "media.g() = t"},
    {CHECK, NULL, "mk = 'image'"},
    {CHECK, NULL, "mk <> 'video'::media.kind"},
    {CHECK, NULL, "\"Sel ect\" > 0"},
    {CHECK, NULL, "\"select\" > 0 and \"ünï\" <> ''"},
    {CHECK, NULL, "samples.a > 1"},
    {CHECK, NULL, "a > 0 -- why\n"},
    {CHECK, NULL, "a /* why */ > 0"},
    {CHECK, NULL, "x is document"},
    {CHECK, NULL, "a > 0 is true"},
    {CHECK, NULL, "(d, d) overlaps (d, d)"},
    {CHECK, NULL, "d between symmetric '2020-01-01' and '2000-01-01'"},
    {CHECK, NULL, "row(a, b) is not null"},
    {CHECK, NULL, "1 in (a, b, 3)"},
    {ELEMENTS, "btree", "lower(t)"},
    {ELEMENTS, "btree", "a desc, b asc nulls first"},
    {ELEMENTS, "btree", "t collate \"C\""},
    {ELEMENTS, "btree", "t text_pattern_ops"},
    {ELEMENTS, "btree", "v"},
    {ELEMENTS, "btree", "v varchar_pattern_ops desc nulls last"},
    {ELEMENTS, "btree", "(a + b), (t || 'x')"},
    {ELEMENTS, "gin", "j"},
    {ELEMENTS, "btree", "(a)"},
    {ELEMENTS, "btree", "((a))"},
    {ELEMENTS, "btree", "(lower(t)) desc"},
    {ELEMENTS, "btree", "t text_ops"},
    {ELEMENTS, "gin", "j jsonb_path_ops"},
    {ELEMENTS, "gin", "to_tsvector('english', t)"},
    {ELEMENTS, "gin", "ta"},
    {ELEMENTS, "gist", "tr"},
    {ELEMENTS, "brin", "ts"},
    {ELEMENTS, "hash", "t"},
    {ELEMENTS, "btree", "(j ->> 'a'), ((j -> 'b') ->> 'c')"},
    {ELEMENTS, "btree", "(e = 'draft')"},
    {ELEMENTS, "btree", "date_trunc('day', ts)"},
    {ELEMENTS, "btree", "((t collate \"C\"))"},
    {ELEMENTS, "btree", "coalesce(t, ''), (case when a > 0 then 1 end)"},
    {ELEMENTS, "btree", "e"},
    {ELEMENTS, "btree", "mk, arr"},
    {ELEMENTS, "gist", "tr range_ops"},
    {ELEMENTS, "btree", "(ts::date)"},
    {ELEMENTS, "spgist", "ip inet_ops"},
    {ELEMENTS, "btree", "\"Sel ect\", \"ünï\" desc"},
    {ELEMENTS, "btree", "(v || ', (')"},
    {ELEMENTS, "btree", "lower(v) varchar_ops"},
    {WHERE, NULL, "t <> ''"},
    {WHERE, NULL, "e in ('draft','paid')"},
    {WHERE, NULL, "d is null"},
    {WHERE, NULL, "a in (1,2) and not bo"},
    {WHERE, NULL, "(bo)"},
    {WHERE, NULL, "j ->> 'deleted' is null"},
    {WHERE, NULL, "v like 'x%'"},
};
enum { N_SAMPLES = sizeof samples / sizeof *samples };

static const char *const columns[][2] = {
    {"a", "int"},           {"b", "int"},          {"n", "numeric"},     {"t", "text"},     {"v", "varchar"},
    {"ch", "char(5)"},      {"d", "date"},         {"ts", "timestamp"},  {"i", "interval"}, {"j", "jsonb"},
    {"arr", "int[]"},       {"ta", "text[]"},      {"u", "uuid"},        {"f", "float8"},   {"r", "real"},
    {"bo", "boolean"},      {"e", "status"},       {"mk", "media.kind"}, {"m", "money"},    {"by", "bytea"},
    {"ip", "inet"},         {"tr", "tsrange"},     {"bi", "bigint"},     {"s", "smallint"}, {"x", "xml"},
    {"\"Sel ect\"", "int"}, {"\"select\"", "int"}, {"\"ünï\"", "text"},
};

static const char preamble[] = "CREATE SCHEMA media; CREATE TYPE status AS ENUM ('draft', 'paid', 'shipped'); CREATE "
                               "TYPE media.kind AS ENUM ('image', 'video');"
                               "CREATE SEQUENCE s; CREATE SEQUENCE media.\"S q\";"
                               "CREATE FUNCTION f(int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''f''';"
                               "CREATE FUNCTION media.g() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''g''';";
static const char model_preamble[] = "schema media\nschema public\nenum status { draft, paid, shipped }\nenum "
                                     "media.kind { image, video }\nsequence s\nsequence media.\"S q\"\n";

/* {"SQL", "model"} of all samples on one table. */
static void build(struct ctx *ctx, struct buf *sql, struct buf *model)
{
    *sql = buf_new(ctx->arena);
    *model = buf_new(ctx->arena);
    struct buf indexes = buf_new(ctx->arena);
    buf_printf(sql, "%sCREATE TABLE samples (", preamble);
    buf_printf(model, "%stable samples {\n", model_preamble);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        buf_printf(sql, "%s%s %s", i ? ", " : "", columns[i][0], columns[i][1]);
        buf_printf(model, "  %s %s?\n", columns[i][0], columns[i][1]);
    }
    for (int i = 0; i < N_SAMPLES; i++) {
        const struct sample *s = &samples[i];
        switch (s->place) {
        case DEFAULT:
            buf_printf(sql, ", s%d %s DEFAULT (%s)", i, s->type, s->text);
            buf_printf(model, "  s%d %s? default (%s)\n", i, s->type, s->text);
            break;
        case GENERATED:
            buf_printf(sql, ", s%d %s GENERATED ALWAYS AS (%s) STORED", i, s->type, s->text);
            buf_printf(model, "  s%d %s? generated (%s)\n", i, s->type, s->text);
            break;
        case CHECK:
            buf_printf(sql, ", CONSTRAINT s%d CHECK (%s)", i, s->text);
            buf_printf(model, "  check s%d (%s)\n", i, s->text);
            break;
        case ELEMENTS:
            buf_printf(&indexes, "CREATE INDEX s%d ON samples USING %s (%s);", i, s->type, s->text);
            buf_printf(model, "  index s%d using %s (%s)\n", i, s->type, s->text);
            break;
        case WHERE:
            buf_printf(&indexes, "CREATE INDEX s%d ON samples (a) WHERE %s;", i, s->text);
            buf_printf(model, "  index s%d (a) where %s\n", i, s->text);
            break;
        }
    }
    buf_printf(sql, "); %s", indexes.text);
    buf_add(model, "}\n");
}

static void none_left(struct conn *conn, const char *what)
{
    struct rows rows;
    struct server_error error;
    bool read = conn_query(
        conn,
        "SELECT count(*) FROM pg_class WHERE relname ~ '^modelc_|^[mlnk][0-9]+$' OR relnamespace = pg_my_temp_schema()",
        &rows, &error);
    ok(read && strcmp(rows_get(&rows, 0, 0), "0") == 0, "%s: nothing of it remains", what);
    if (read) rows_free(&rows);
}

static void test_samples(struct conn *conn)
{
    struct ctx *ctx = conn->ctx;
    struct buf sql, model;
    build(ctx, &sql, &model);
    if (!ok(empty_database(conn) && run_sql(conn, sql.text), "%d samples are made", (int)N_SAMPLES)) return;
    struct outcome first = compare(ctx, conn, model.text);
    is_text(first.diags, "", "samples: no findings");
    is_text(first.text, "", "samples: no phantom difference");
    ok(first.diff && first.diff->questions.n > 100, "samples: %zu questions for the server",
       first.diff ? first.diff->questions.n : 0);
    ok(first.diff && first.diff->not_verified.n == 0, "samples: all are verified");
    none_left(conn, "samples");
}

struct pair {
    const char *what, *sql, *model, *changes, *diags;
    size_t not_verified;
};

static const struct pair pairs[] = {
    {"real differences",
     "CREATE TABLE t (a int NOT NULL DEFAULT 1, v varchar NOT NULL, CONSTRAINT c CHECK (a > 0), CONSTRAINT d CHECK (v "
     "IN ('a','b')));"
     "CREATE INDEX i ON t (lower(v)) WHERE a > 0; CREATE INDEX k ON t (v)",
     "table t {\n a int default 2\n v varchar\n check c (a >= 0)\n check d (v in ('a','b','c'))\n index i (upper(v)) "
     "where a > 0\n"
     " index k (v varchar_pattern_ops)\n}\n",
     "column t.a: default 1 -> 2\ncheck t.c: expression changed\ncheck t.d: expression changed\nindex i: elements "
     "changed\nindex k: elements changed\n",
     "", 0},
    {"texts that were printed once and created again",
     "CREATE TABLE t (v varchar NOT NULL, CONSTRAINT d CHECK ((v)::text = ANY ((ARRAY['a'::character varying, "
     "'b'::character varying])::text[])));"
     "CREATE INDEX i ON t (v) WHERE ((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character "
     "varying])::text[]))",
     "table t {\n v varchar\n check d (v in ('a','b'))\n index i (v) where v in ('a','b')\n}\n", "", "", 0},
    {"renames and type changes",
     "CREATE TYPE oldstatus AS ENUM ('draft','paid'); CREATE TABLE t (st oldstatus NOT NULL DEFAULT 'draft', qty int "
     "NOT NULL, v varchar(9) NOT NULL,"
     " CONSTRAINT c1 CHECK (st <> 'paid'), CONSTRAINT c2 CHECK (qty > 0 AND v <> '')); CREATE INDEX i ON t (lower(v), "
     "(qty + 1)) WHERE st = 'draft'",
     "enum status was oldstatus { draft, payed was paid }\ntable t {\n st status default 'draft'\n quantity bigint was "
     "qty\n v text\n"
     " check c1 (st <> 'payed')\n check c2 (quantity > 0 and v <> '')\n index i (lower(v), (quantity + 1)) where st = "
     "'draft'\n}\n",
     "enum oldstatus is renamed to status\nenum status: label 'paid' is renamed to 'payed'\ncolumn t.qty is renamed to "
     "quantity\n"
     "column t.quantity: integer -> bigint\ncolumn t.v: varchar(9) -> text\n",
     "", 0},
    {"a new label, a new type, a new sequence",
     "CREATE TYPE kind AS ENUM ('a','b'); CREATE TABLE t (k kind NOT NULL DEFAULT 'a', x text NOT NULL DEFAULT 'x', n "
     "int NOT NULL DEFAULT 1,"
     " CONSTRAINT c CHECK (k IN ('a','b'))); CREATE INDEX i ON t (k) WHERE k = 'a'",
     "schema fresh\nschema public\nenum kind { a, b, c }\nenum fresh.n { x, y }\nsequence fresh.q\ntable t {\n k kind "
     "default 'a'\n x text default 'x'::fresh.n::text\n"
     " n int default nextval('fresh.q')\n check c (k in ('a','b','c'))\n index i (k) where k = 'a'\n}\n",
     "schema fresh is new\nenum kind: label 'c' is new\nenum fresh.n is new\nsequence fresh.q is new\ncolumn t.x: "
     "default 'x'::text -> 'x'::fresh.n::text\n"
     "column t.n: default 1 -> nextval('fresh.q')\ncheck t.c: expression changed\n",
     "", 0},
    {"two tables of one name",
     "CREATE SCHEMA media; CREATE TABLE t (a int NOT NULL, CONSTRAINT c CHECK (a > 0 AND t.a < 9)); CREATE TABLE "
     "media.t (a numeric NOT NULL DEFAULT '1',"
     " CONSTRAINT c CHECK (a > 0 AND t.a < 9))",
     "schema media\nschema public\ntable t {\n a int\n check c (a > 0 and t.a < 9)\n}\ntable media.t {\n a numeric "
     "default '1'\n check c (a > 0 and t.a < 9)\n}\n",
     "", "", 0},
    {"exclude constraints",
     "CREATE EXTENSION btree_gist; CREATE TABLE t (room int NOT NULL, during tstzrange NOT NULL,"
     " CONSTRAINT x EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 3 AND NOT isempty(during)),"
     " CONSTRAINT y EXCLUDE USING gist ((room + 1) WITH <>))",
     "extension btree_gist\ntable t {\n room int\n during tstzrange\n exclude x using gist (room with =, during with "
     "&&) where room > 3 and not isempty(during)\n"
     " exclude y using gist ((room+1) with <>)\n}\n",
     "", "", 0},
    {"refusals are at their place",
     "CREATE TABLE t (a int NOT NULL DEFAULT 5, b text NOT NULL DEFAULT 'k', \"Ünï\" text NOT NULL, CONSTRAINT c1 "
     "CHECK (a > 0), CONSTRAINT c2 CHECK (a > 1),"
     " CONSTRAINT c3 CHECK (a > 2)); CREATE INDEX i ON t (lower(b))",
     "table t {\n  a int default 'five'\n  b text default 'ä' || nofunc(3)\n  \"Ünï\" text\n  check c1 (\"Ünï\" > 'ä' "
     "and nofun2(a) > 0)\n  check c2 (a > 'x')\n"
     "  check c3 (a > 3)\n  index i ((b || 'ä'), upper(b), (b + 3))\n}\n",
     "",
     "t.model:2:17: error: invalid input syntax for type integer: \"five\"\n    2 |   a int default 'five'\n      |    "
     "             ^~~~~~\n"
     "t.model:3:25: error: function nofunc(integer) does not exist\n    3 |   b text default 'ä' || nofunc(3)\n      | "
     "                        ^~~~~~\n"
     "  hint: No function matches the given name and argument types. You might need to add explicit type casts.\n"
     "t.model:5:29: error: function nofun2(integer) does not exist\n    5 |   check c1 (\"Ünï\" > 'ä' and nofun2(a) > "
     "0)\n      |                             ^~~~~~\n"
     "  hint: No function matches the given name and argument types. You might need to add explicit type casts.\n"
     "t.model:6:17: error: invalid input syntax for type integer: \"x\"\n    6 |   check c2 (a > 'x')\n      |         "
     "        ^~~\n"
     "t.model:8:37: error: operator does not exist: text + integer\n    8 |   index i ((b || 'ä'), upper(b), (b + "
     "3))\n      |                                     ^\n"
     "  hint: No operator matches the given name and argument types. You might need to add explicit type casts.\n5 "
     "errors\n",
     0},
    {"a mistake that has no position is shown with its whole text",
     "CREATE TABLE t (a int NOT NULL DEFAULT 5, ts timestamptz NOT NULL, g text NOT NULL GENERATED ALWAYS AS ('x') "
     "STORED)",
     "table t {\n  a int default true\n  ts timestamptz\n  g text generated (ts::text)\n}\n", "",
     "t.model:2:17: error: column \"a\" is of type integer but default expression is of type boolean\n    2 |   a int "
     "default true\n      |                 ^~~~\n"
     "  hint: You will need to rewrite or cast the expression.\n"
     "t.model:4:21: error: generation expression is not immutable\n    4 |   g text generated (ts::text)\n      |      "
     "               ^~~~~~~~\n2 errors\n",
     0},
    {"a function of the row itself can't be tried",
     "CREATE TABLE t (a int NOT NULL, b int NOT NULL, CONSTRAINT d CHECK (b > 0)); CREATE FUNCTION f(t) RETURNS bool "
     "LANGUAGE sql IMMUTABLE AS 'SELECT true';"
     "ALTER TABLE t ADD CONSTRAINT c CHECK (f(t))",
     "table t {\n a int\n b int\n check c (f(t))\n check d (b > 0 and 1 = 1)\n}\n", "check t.d: expression changed\n",
     "", 1},
};

static void test_pair(struct conn *conn, const struct pair *pair)
{
    if (!ok(empty_database(conn) && run_sql(conn, pair->sql), "%s: made", pair->what)) return;
    struct outcome outcome = compare(conn->ctx, conn, pair->model);
    is_text(outcome.diags, pair->diags, pair->what);
    is_text(outcome.text, pair->changes, pair->what);
    size_t n = outcome.diff ? outcome.diff->not_verified.n : 0;
    ok(n == pair->not_verified, "%s: %zu not verified", pair->what, n);
    none_left(conn, pair->what);
}

/* What the server or the role doesn't allow goes to a scratch server, and is judged there. */
static void test_elsewhere(struct conn *conn, const char *what, const char *before, const char *after)
{
    struct ctx *ctx = conn->ctx;
    ok(empty_database(conn) &&
           run_sql(
               conn,
               "CREATE TYPE st AS ENUM ('a', 'b'); CREATE TABLE t (s st NOT NULL DEFAULT 'a', v varchar(9) NOT NULL,"
               " CONSTRAINT c CHECK (v IN ('a', 'b')), CONSTRAINT d CHECK (v <> '')); CREATE INDEX i ON t (lower(v))"
               " WHERE s = 'a'"),
       "%s: made", what);
    ok(run_sql(conn, before), "%s: set up", what);
    struct outcome outcome = compare(
        ctx, conn,
        "enum st { a, b }\ntable t {\n s st default 'a'\n v varchar(9)\n check c (v in ('a', 'b'))\n check d (v > '')\n"
        " index i (lower(v)) where s = 'a'\n}\n");
    run_sql(conn, after);
    is_text(outcome.diags, "", what);
    is_text(outcome.text, "check t.d: expression changed\n", what);
    ok(outcome.diff && outcome.diff->not_verified.n == 0, "%s: all are verified", what);
}

/* A user's transaction that holds every lock on the table does not stop us. */
static void test_locks(struct conn *conn)
{
    struct conn *other = conn_again(conn, NULL);
    ok(empty_database(conn) &&
           run_sql(conn, "CREATE TABLE t (a int NOT NULL DEFAULT '1', CONSTRAINT c CHECK (a IN (1, 2)))"),
       "locks: made");
    ok(other && run_sql(other, "BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE") && run_sql(conn, "SET lock_timeout = '2s'"),
       "locks: another session writes");
    struct outcome outcome = compare(conn->ctx, conn, "table t {\n a int default '1'\n check c (a in (1,2))\n}\n");
    is_text(outcome.text, "", "locks: no difference");
    is_text(outcome.diags, "", "locks: nothing waited");
    run_sql(conn, "RESET lock_timeout");
    conn_close(other);
}

/* ---- what was proven is kept, and hides nothing */

static const char cached_sql[] =
    "CREATE FUNCTION f(numeric) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
    "CREATE FUNCTION differ(numeric, numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2';"
    "CREATE OPERATOR <=/=> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = differ);"
    "CREATE TYPE st AS ENUM ('a', 'b');"
    "CREATE TABLE t (a int NOT NULL DEFAULT '1', v varchar NOT NULL DEFAULT 'x', s st NOT NULL DEFAULT 'a', d date DEFAULT 'today',"
    " CONSTRAINT c CHECK (f(a) > 0), CONSTRAINT o CHECK (a <=/=> 3), CONSTRAINT l CHECK (v IN ('a', 'b')));"
    "CREATE INDEX i ON t (lower(v), (a+1)) WHERE v <> ''";

#define CACHED_MODEL(value, label, expression) \
    "enum st { a, b" label " }\ntable t {\n a int default '1'\n v varchar default '" value "'\n s st default 'a'\n d date? default 'today'\n" \
    " check c (f(a) > 0)\n check o (a <=/=> 3)\n check l (v in ('a', 'b'))\n index i (lower(v), (" expression ")) where v <> ''\n}\n"

static const struct step {
    const char *what, *sql, *model, *changes;
    bool known; /* nothing is left to ask */
} steps[] = {
    {"first", "", CACHED_MODEL("x", "", "a+1"), "", false},
    {"again", "", CACHED_MODEL("x", "", "a+1"), "", true},
    {"another text in the model", "", CACHED_MODEL("y", "", "a+2"), "column t.v: default 'x'::character varying -> 'y'\nindex i: elements changed\n", false},
    {"another text in the database", "ALTER TABLE t ALTER v SET DEFAULT 'z', DROP CONSTRAINT l, ADD CONSTRAINT l CHECK (v IN ('a', 'c'))",
     CACHED_MODEL("x", "", "a+1"), "column t.v: default 'z'::character varying -> 'x'\ncheck t.l: expression changed\n", false},
    {"as it was", "ALTER TABLE t ALTER v SET DEFAULT 'x', DROP CONSTRAINT l, ADD CONSTRAINT l CHECK (v IN ('a', 'b'))",
     CACHED_MODEL("x", "", "a+1"), "", true},
    {"a new label", "", CACHED_MODEL("x", ", c", "a+1"), "enum st: label 'c' is new\n", false},
    {"a function that fits better", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
     CACHED_MODEL("x", "", "a+1"), "check t.c: expression changed\n", false},
    {"without it", "DROP FUNCTION f(int)", CACHED_MODEL("x", "", "a+1"), "", true},
    {"an operator that fits better",
     "CREATE FUNCTION differ(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> $2';"
     "CREATE OPERATOR <=/=> (LEFTARG = int, RIGHTARG = int, FUNCTION = differ)",
     CACHED_MODEL("x", "", "a+1"), "check t.o: expression changed\n", false},
    {"another type", "DROP OPERATOR <=/=> (int, int); DROP FUNCTION differ(int, int); ALTER TABLE t ALTER v DROP DEFAULT, ALTER v TYPE text,"
     " ALTER v SET DEFAULT 'x'", CACHED_MODEL("x", "", "a+1"), "column t.v: text -> varchar, default 'x'::text -> 'x'\n", false},
};

/* The key list is told apart: what was known is not spelled. */
static bool was_known(const struct diff *diff)
{
    for (size_t i = 0; i < diff->questions.n; i++) {
        const struct question *q = &diff->questions.at[i];
        if (q->to->kind->fields[q->field].type != VALUE_KEYS) continue;
        const char *canonical = q->to->values[q->field].keys.at[0].canonical;
        return canonical && strcmp(canonical, "known") == 0;
    }
    return false;
}

static void test_cache(struct conn *conn)
{
    struct ctx *ctx = conn->ctx;
    char folder[] = "/tmp/modelc-canon.XXXXXX";
    if (!ok(mkdtemp(folder) && empty_database(conn) && run_sql(conn, cached_sql), "kept: made")) return;
    const char *cache = arena_printf(ctx->arena, "%s/cache/canonical", folder);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const struct step *step = &steps[i];
        ok(run_sql(conn, step->sql), "kept, %s: set up", step->what);
        struct outcome outcome = compare_with(ctx, conn, step->model, cache);
        is_text(outcome.diags, "", step->what);
        is_text(outcome.text, step->changes, step->what);
        if (step->known) ok(outcome.diff && was_known(outcome.diff), "kept, %s: was known", step->what);
    }
    ok(file_write(ctx, cache, "modelc canonical 1\nzzz\n", 23), "kept: the file is spoilt");
    struct outcome outcome = compare_with(ctx, conn, CACHED_MODEL("x", "", "a+1"), cache);
    is_text(outcome.text, "column t.v: text -> varchar, default 'x'::text -> 'x'\n", "kept: a spoilt file is passed over");
    is_text(outcome.diags, "", "kept: and not spoken of");
    ok(run_sql(conn, "ALTER TABLE t ALTER v DROP DEFAULT, ALTER v TYPE varchar, ALTER v SET DEFAULT 'x'"), "kept: as it was");
    compare_with(ctx, conn, CACHED_MODEL("x", "", "a+1"), cache);
    outcome = compare_with(ctx, conn, CACHED_MODEL("x", "", "a+1"), cache);
    ok(outcome.diff && was_known(outcome.diff), "kept: written anew");
    struct source *file = file_load(ctx, cache, NULL);
    ok(file && !strstr(file->text, "zzz"), "kept: without what was spoilt");
    ok(system(arena_printf(ctx->arena, "rm -rf %s", folder)) == 0, "kept: removed");
}

int main(void)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, getenv("MODELC_TEST_URL"), 0);
    if (!scratch) {
        skip("canonical forms", "no PostgreSQL server programs");
        return tap_done();
    }
    struct conn *conn = scratch_conn(scratch);
    test_samples(conn);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) test_pair(conn, &pairs[i]);
    test_cache(conn);
    test_elsewhere(conn, "a read-only session", "SET default_transaction_read_only = on",
                   "SET default_transaction_read_only = off");
    test_elsewhere(conn, "a role without TEMP",
                   "CREATE ROLE modelc_no_temp; DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', "
                   "current_database()); END $$;"
                   "SET ROLE modelc_no_temp",
                   "RESET ROLE; DROP ROLE modelc_no_temp;"
                   "DO $$ BEGIN EXECUTE format('GRANT TEMP ON DATABASE %I TO PUBLIC', current_database()); END $$");
    test_elsewhere(
        conn, "an event trigger",
        "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'not today'; END$$;"
        "CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()",
        "DROP EVENT TRIGGER no; DROP FUNCTION no()");
    test_locks(conn);
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
