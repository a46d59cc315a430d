/* sql_test.c: quoting, islands and their errors, shapes, types, keys, options, mentions, classes. */
#include <stdlib.h>

#include "sql/quote.h"
#include "sql/sql.h"
#include "tap.h"

static struct arena *arena;

/* ---- quoting */

static void test_quoting(void)
{
    static const char *const pairs[][2] = {
        {"abc", "abc"}, {"a_1", "a_1"}, {"a_1$", "\"a_1$\""} /* as quote_ident() does */, {"_x", "_x"}, {"1a", "\"1a\""}, {"$a", "\"$a\""}, {"Mixed", "\"Mixed\""},
        {"é", "\"é\""}, {"a b", "\"a b\""}, {"x\"y", "\"x\"\"y\""}, {"\"", "\"\"\"\""},
        {"name", "name"},     /* unreserved */
        {"int", "\"int\""},   /* a column's name only */
        {"left", "\"left\""}, /* a function's or type's name only */
        {"order", "\"order\""}, {"select", "\"select\""}, {"user", "\"user\""}, {"authorization", "\"authorization\""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        is_text(sql_ident_str(arena, pairs[i][0]), pairs[i][1], pairs[i][1]);
    }
    is_text(sql_qname_str(arena, "media", "Kind"), "media.\"Kind\"", "qualified");
    is_text(sql_qname_str(arena, NULL, "kind"), "kind", "not qualified");
    is_text(sql_literal_str(arena, "it's"), "'it''s'", "a literal");
    is_text(sql_literal_str(arena, "a\\'b"), "E'a\\\\''b'", "a literal with a backslash");
    is_text(sql_literal_str(arena, NULL), "NULL", "no literal");
    struct buf buf = buf_new(arena);
    sql_dollar(&buf, "x $body$ y $body_1", "body");
    is_text(buf.text, "$body_2$x $body$ y $body_1$body_2$", "dollar quotes avoid the text's own");
    is_text(sql_fold(arena, "MiXed", 5), "mixed", "folded");
    is_text(sql_fold(arena, "\"Mi\"\"x\"", 7), "Mi\"x", "verbatim");
    is_text(sql_fold(arena, "ÄB", 3), "Äb", "only ASCII is folded");
}

static const char *repeat(const char *text, size_t n)
{
    struct buf buf = buf_new(arena);
    for (size_t i = 0; i < n; i++) buf_add(&buf, text);
    return buf.text;
}

static void test_names(void)
{
    is_text(sql_object_name(arena, "orders", "id", "fkey"), "orders_id_fkey", "a short name");
    is_text(sql_object_name(arena, "orders", NULL, "pkey"), "orders_pkey", "without a column");
    /* 63 - len("_pkey") = 58 */
    is_text(sql_object_name(arena, repeat("t", 70), NULL, "pkey"),
            arena_printf(arena, "%s_pkey", repeat("t", 58)), "a long table");
    /* 63 - 2 - len("fkey") = 57: cut until both are within, the longer one first */
    is_text(sql_object_name(arena, repeat("t", 40), repeat("c", 40), "fkey"),
            arena_printf(arena, "%s_%s_fkey", repeat("t", 29), repeat("c", 28)), "both cut by turns");
    is_text(sql_object_name(arena, repeat("t", 10), repeat("c", 60), "fkey"),
            arena_printf(arena, "%s_%s_fkey", repeat("t", 10), repeat("c", 47)), "the longer one alone");
    is_text(sql_object_name(arena, repeat("é", 40), NULL, "pkey"),
            arena_printf(arena, "%s_pkey", repeat("é", 29)), "58 bytes are 29 characters");
    is_text(sql_object_name(arena, arena_printf(arena, "x%s", repeat("é", 40)), NULL, "pkey"),
            arena_printf(arena, "x%s_pkey", repeat("é", 28)), "no character is cut");
    is_text(sql_fold(arena, repeat("n", 63), 63), repeat("n", 63), "63 bytes stay");
    const char *wide = arena_printf(arena, "%sé", repeat("n", 62));
    is_text(sql_fold(arena, wide, strlen(wide)), repeat("n", 62), "the 64th byte takes its character along");
}

/* ---- islands */

static void refused(enum sql_island what, const char *text, size_t offset, size_t length, const char *message)
{
    struct sql_error error = {0};
    bool taken = sql_check(arena, what, text, &error);
    bool placed = !taken && error.offset == offset && error.length == length;
    if (!ok(placed, "refused at %zu+%zu: %.40s", offset, length, text)) {
        printf("#   %s at %zu+%zu\n", taken ? "taken" : error.message, error.offset, error.length);
    }
    if (!taken) is_text(error.message, message, message);
}

static void taken(enum sql_island what, const char *text)
{
    struct sql_error error = {0};
    bool done = sql_check(arena, what, text, &error);
    if (!ok(done, "taken: %.40s", text)) printf("#   %s at %zu\n", error.message, error.offset);
}

static void test_expressions(void)
{
    static const char *const good[] = {
        "a", "a + b", "((a))", "a -- comment", "'--' || ')('", "(select 1)", "row(1, 2) = (1, 2)", "$$)$$ || E'\\''",
        "(/*(*/(select 1) union select 2) -- x",
        "x in (1, 2) and y is not null", "f(a => 1)", "a::numeric(12,2)[]",
        "exists (select 1 from t where a = $x$($x$)",
        "-1", "data->>'k' is null", "(a) + (b)", "/* ) */ 1", "array[1,2]", "current_date", "interval '1 day'",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) taken(SQL_EXPR, good[i]);
    refused(SQL_EXPR, "a = 'é' +", 10, 1, "syntax error at end of input");
    refused(SQL_EXPR, "", 0, 1, "syntax error at end of input");
    refused(SQL_EXPR, " \n", 2, 1, "syntax error at end of input");
    refused(SQL_EXPR, "-- only", 7, 1, "syntax error at end of input");
    refused(SQL_EXPR, "f(a", 3, 1, "syntax error at end of input");
    refused(SQL_EXPR, "'é' a and", 5, 1, "syntax error at or near \"a\"");
    refused(SQL_EXPR, "x > 'ö' and and y", 13, 3, "syntax error at or near \"and\"");
    refused(SQL_EXPR, "x + 'abc", 4, 4, "unterminated quoted string at or near \"'abc\"");
    refused(SQL_EXPR, "x /* abc", 2, 6, "unterminated /* comment at or near \"/* abc\"");
    refused(SQL_EXPR, "a) + (b", 1, 1, "syntax error at or near \")\"");
    refused(SQL_EXPR, "'(' || a) + (b", 8, 1, "syntax error at or near \")\"");
    refused(SQL_EXPR, "a); select (b", 1, 1, "syntax error at or near \")\"");
    refused(SQL_EXPR, "a; b", 1, 1, "syntax error at or near \";\"");
    refused(SQL_EXPR, "a as b", 2, 2, "syntax error at or near \"as\"");
    refused(SQL_EXPR, "a b", 2, 1, "syntax error at or near \"b\"");
    refused(SQL_EXPR, "a from t", 2, 4, "syntax error at or near \"from\"");
    refused(SQL_EXPR, "a where b", 2, 5, "syntax error at or near \"where\"");
    refused(SQL_EXPR, "a, b", 0, 4, "one value is expected, not a list");
    refused(SQL_EXPR, "(1, 2)", 0, 6, "one value is expected, not a list");
    refused(SQL_EXPR, "select 1", 0, 8, "an expression is expected: a query takes parentheses of its own");
    refused(SQL_EXPR, "(select 1) union (select 2)", 0, 27,
            "an expression is expected: a query takes parentheses of its own");
    refused(SQL_EXPR, "default", 0, 7, "DEFAULT is not a value here");
    refused(SQL_EXPR, "a + $12", 4, 3, "a parameter has no meaning here");
    refused(SQL_EXPR, repeat("a", SQL_ISLAND_MAX + 1), 0, 1, "too long: put it into a function");
    taken(SQL_EXPR, arena_printf(arena, "a%s", repeat("+a", 20000)));
}

static void test_islands(void)
{
    struct sql_error error;
    taken(SQL_STATEMENT, "create view v as select 1;");
    taken(SQL_STATEMENT, "create function f() returns int language sql begin atomic select 1; select 2; end");
    refused(SQL_STATEMENT, "select 1; select 2", 10, 1, "one statement is expected, and here begins another");
    refused(SQL_STATEMENT, "-- nothing", 0, 1, "a statement is expected");
    refused(SQL_STATEMENT, "create vew v", 7, 3, "syntax error at or near \"vew\"");
    refused(SQL_STATEMENT, "create view", 11, 1, "syntax error at end of input");
    taken(SQL_SEQUENCE, "start 1000 increment by 5");
    refused(SQL_SEQUENCE, "start 1 restart 5", 8, 7, "restart has no meaning here");
    refused(SQL_SEQUENCE, "start 1 start 2", 8, 5, "start is given twice");
    refused(SQL_OPTIONS, "a = 1, a = 2", 7, 1, "parameter \"a\" is given twice");
    refused(SQL_NAMES, "a, lower(b)", 8, 1, "syntax error at or near \"(\"");
    refused(SQL_NAMES, "a) include (b", 1, 1, "syntax error at or near \")\"");
    refused(SQL_KEYS, "a, b + 1", 5, 1, "syntax error at or near \"+\"");
    refused(SQL_EXCLUDE, "a with =, b", 11, 1, "syntax error at end of input");
    refused(SQL_TYPE, "int, int", 3, 1, "syntax error at or near \",\"");
    refused(SQL_TYPE, "int collate \"C\"", 4, 7, "syntax error at or near \"collate\"");
    struct sql_names names;
    ok(sql_names_parse(arena, "a, \"Bé\" , c", &names, &error) && names.n == 3, "three names");
    is_text(names.at[1].name, "Bé", "verbatim");
    ok(names.at[1].offset == 3 && names.at[1].length == 5 && names.at[2].offset == 11, "and their places");
}

/* ---- shapes */

static void shapes(bool equal, enum sql_island what, const char *a, const char *b)
{
    const char *first = sql_shape(arena, what, a), *second = sql_shape(arena, what, b);
    ok(first && second && (strcmp(first, second) == 0) == equal, "%s: %s | %s", equal ? "equal" : "differ", a, b);
}

static void test_shapes(void)
{
    shapes(true, SQL_EXPR, "a>0", "((A) > /* x */ 0) -- y");
    shapes(true, SQL_EXPR, "cast(a as int)", "a::integer");
    shapes(true, SQL_EXPR, "x in ('\"location\":5', 'b')", "x IN('\"location\":5','b')");
    shapes(false, SQL_EXPR, "'\"location\":5'", "'\"location\":6'");
    shapes(false, SQL_EXPR, "',\"location\":5'", "',\"location\":6'");
    shapes(false, SQL_EXPR, "a > 0", "a > -1");
    shapes(false, SQL_EXPR, "a > -1", "a > -2");
    shapes(true, SQL_EXPR, "a > - 2", "a > -2");
    shapes(true, SQL_EXPR, "a > -(2)", "a > -02");
    shapes(true, SQL_EXPR, "- - -2", "-2");
    shapes(true, SQL_EXPR, "- /* 7 */ 2", "-2");
    shapes(true, SQL_EXPR, "-0", "0");
    shapes(false, SQL_EXPR, "f(-1, 0)", "f(0, -1)");
    shapes(false, SQL_EXPR, "a - 1", "a + -1");
    shapes(false, SQL_EXPR, "true", "false");
    shapes(false, SQL_EXPR, "a", "\"A\"");
    shapes(false, SQL_EXPR, "1.0", "1.00");
    shapes(false, SQL_EXPR, "a or b and c", "(a or b) and c");
    shapes(true, SQL_KEYS, "a desc, lower(b)", "A  DESC , (lower(b))");
    shapes(false, SQL_KEYS, "a", "a desc");
    shapes(true, SQL_STATEMENT, "create view v as select 1", "CREATE VIEW v AS\tselect 1 ;");
    shapes(false, SQL_STATEMENT, "alter table t alter c set statistics -1", "alter table t alter c set statistics 0");
    shapes(false, SQL_OPTIONS, "a = -1, b = 0", "a = 0, b = -1");
    shapes(true, SQL_SEQUENCE, "start -5", "START WITH - 5");
    shapes(false, SQL_SEQUENCE, "start -5", "start -6");
    shapes(true, SQL_TYPE, "int[]", "integer []");
    ok(!sql_shape(arena, SQL_EXPR, "a +"), "no shape for what does not parse");
    ok(!strstr(sql_shape(arena, SQL_STATEMENT, "select 1; select a"), "location"), "no locations");
    is_text(sql_shape(arena, SQL_EXPR, "a"), "\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"targetList\":[{\"ResTarget\":"
            "{\"val\":{\"ColumnRef\":{\"fields\":[{\"String\":{\"sval\":\"a\"}}]}}}}],\"limitOption\":"
            "\"LIMIT_OPTION_DEFAULT\",\"op\":\"SETOP_NONE\"}}}]}", "a shape is stable: manifests hash it");
}

/* ---- types */

static void type_is(const char *text, const char *schema, const char *name, const char *mods, const char *written)
{
    struct sql_type type, again;
    struct sql_error error;
    bool read = sql_type_parse(arena, text, &type, &error);
    ok(read && str_eq(type.schema, schema) && str_eq(type.name, name) && str_eq(type.mods, mods), "%s is %s.%s(%s)",
       text, schema ? schema : "", name, mods ? mods : "");
    if (!read) return;
    const char *shown = sql_type_text(arena, &type);
    is_text(shown, written, written);
    bool same = sql_type_parse(arena, shown, &again, &error) && str_eq(type.schema, again.schema) &&
                str_eq(type.name, again.name) && str_eq(type.mods, again.mods) && type.array == again.array;
    ok(same, "%s reads back", shown);
}

static void test_types(void)
{
    static const char catalog[] = "pg_catalog";
    type_is("int", catalog, "int4", NULL, "integer");
    type_is("INT8", catalog, "int8", NULL, "bigint");
    type_is("smallint", catalog, "int2", NULL, "smallint");
    type_is("character varying(200)", catalog, "varchar", "200", "varchar(200)");
    type_is("varchar", catalog, "varchar", NULL, "varchar");
    type_is("char", catalog, "bpchar", "1", "char(1)");
    type_is("bpchar", catalog, "bpchar", NULL, "bpchar");
    type_is("\"char\"", catalog, "char", NULL, "\"char\"");
    type_is("decimal(12)", catalog, "numeric", "12,0", "numeric(12,0)");
    type_is("numeric(12, 2)", catalog, "numeric", "12,2", "numeric(12,2)");
    type_is("numeric(3, -2)", catalog, "numeric", "3,-2", "numeric(3,-2)");
    type_is("numeric", catalog, "numeric", NULL, "numeric");
    type_is("timestamp(3) with time zone", catalog, "timestamptz", "3", "timestamptz(3)");
    type_is("timestamptz(3)", catalog, "timestamptz", "3", "timestamptz(3)");
    type_is("timestamp without time zone", catalog, "timestamp", NULL, "timestamp");
    type_is("time", catalog, "time", NULL, "time");
    type_is("time(2) with time zone", catalog, "timetz", "2", "timetz(2)");
    type_is("interval", catalog, "interval", NULL, "interval");
    type_is("interval(3)", catalog, "interval", "32767,3", "interval(3)");
    type_is("interval day to second (3)", catalog, "interval", "7176,3", "interval day to second(3)");
    type_is("interval year to month", catalog, "interval", "6", "interval year to month");
    type_is("float(24)", catalog, "float4", NULL, "real");
    type_is("float", catalog, "float8", NULL, "double precision");
    type_is("bool", catalog, "bool", NULL, "boolean");
    type_is("bit", catalog, "bit", "1", "bit(1)");
    type_is("\"bit\"", catalog, "bit", NULL, "\"bit\"");
    type_is("bit varying(5)", catalog, "varbit", "5", "varbit(5)");
    type_is("text", catalog, "text", NULL, "text");
    type_is("pg_catalog.uuid", catalog, "uuid", NULL, "uuid");
    type_is("jsonb[]", catalog, "jsonb", NULL, "jsonb[]");
    type_is("int[3][]", catalog, "int4", NULL, "integer[]");
    type_is("public.citext", "public", "citext", NULL, "public.citext");
    type_is("citext -- x", NULL, "citext", NULL, "citext");
    type_is("media.\"Kind\"[]", "media", "Kind", NULL, "media.\"Kind\"[]");
    type_is("bigserial", NULL, "bigserial", NULL, "bigserial");
    type_is("geometry(Point, 4326)", NULL, "geometry", "point,4326", "geometry(point,4326)");
    type_is("setof int", catalog, "int4", NULL, "setof integer");
    const char *const *names = sql_type_names();
    size_t n = 0, builtin = 0;
    for (; names[n]; n++) builtin += sql_type_builtin(names[n]);
    ok(n - builtin == 15 && sql_type_builtin("aclitem") && sql_type_builtin("xml") && !sql_type_builtin("integer"),
       "all but the spellings are in the catalog");
}

/* ---- keys, options, sequences */

static void test_keys(void)
{
    struct sql_keys keys;
    struct sql_error error;
    const char *text = "\"É\", lower(a) collate s.\"C\" x.text_ops (siglen = 32, b='(') desc nulls last , (a + (b)), "
                       "((c)) asc, f(x, 1) NULLS FIRST, (d) collate \"C\", arr[1], e o.p";
    const char *good = arena_strndup(arena, text, (size_t)(strstr(text, ", arr[1]") - text));
    ok(!sql_keys_parse(arena, SQL_KEYS, text, &keys, &error), "arr[1] takes parentheses");
    good = arena_printf(arena, "%s, e o.p", good);
    ok(sql_keys_parse(arena, SQL_KEYS, good, &keys, &error) && keys.n == 7, "seven keys");
    if (keys.n != 7) return;
    is_text(keys.at[0].column, "É", "a quoted column");
    ok(keys.at[0].offset == 0 && keys.at[0].length == 4 && keys.at[1].offset == 6, "places in bytes");
    is_text(keys.at[1].expr, "lower(a)", "an expression without its suffix");
    is_text(keys.at[1].collation, "C", "collation");
    is_text(keys.at[1].collation_schema, "s", "its schema");
    is_text(keys.at[1].opclass, "text_ops", "operator class");
    is_text(keys.at[1].opclass_schema, "x", "its schema");
    is_text(keys.at[1].opclass_options, "siglen = 32, b='('", "its options");
    ok(keys.at[1].desc && keys.at[1].nulls == 2, "descending, nulls last");
    is_text(keys.at[2].expr, "a + (b)", "redundant parentheses go");
    is_text(keys.at[3].column, "c", "a column in parentheses is a column");
    ok(!keys.at[3].desc && keys.at[3].nulls == 0, "asc says nothing");
    is_text(keys.at[4].expr, "f(x, 1)", "a call");
    ok(keys.at[4].nulls == 1, "nulls first");
    is_text(keys.at[5].column, "d", "a column");
    is_text(keys.at[5].collation, "C", "its collation");
    is_text(keys.at[6].opclass, "p", "the last one's class");
    ok(sql_keys_parse(arena, SQL_EXCLUDE, "room with =, (a+b) c.ops with operator(pg_catalog.&&)", &keys, &error) &&
           keys.n == 2, "exclude elements");
    is_text(keys.at[0].column, "room", "a column");
    is_text(keys.at[0].operator_name, "=", "its operator");
    is_text(keys.at[1].expr, "a+b", "an expression");
    is_text(keys.at[1].opclass, "ops", "its class");
    is_text(keys.at[1].operator_schema, "pg_catalog", "its operator's schema");
    is_text(keys.at[1].operator_name, "&&", "its operator");
}

static void test_options(void)
{
    struct sql_pairs pairs;
    struct sql_error error;
    const char *text = "toast.autovacuum_enabled = off, fillfactor = 80, a = -2, b, c = 'X y', d = 0.05, e = on";
    ok(sql_options_parse(arena, text, &pairs, &error) && pairs.n == 7, "seven options");
    struct buf all = buf_new(arena);
    for (size_t i = 0; i < pairs.n; i++) buf_printf(&all, "%s=%s;", pairs.at[i].name, pairs.at[i].value);
    is_text(all.text, "a=-2;b=true;c=X y;d=0.05;e=on;fillfactor=80;toast.autovacuum_enabled=off;", "sorted");
    struct sql_sequence sequence;
    ok(sql_sequence_parse(arena, "as bigint start with -5 increment 2 no minvalue maxvalue 100000000000 cache 20"
                          " no cycle owned by a.t.c", &sequence, &error), "sequence options");
    is_text(sequence.type, "bigint", "type");
    is_text(sequence.start, "-5", "start");
    is_text(sequence.minimum, "", "no minimum");
    is_text(sequence.maximum, "100000000000", "maximum");
    ok(sequence.cycle == 2, "no cycle");
    is_text(sequence.owned_table_schema, "a", "owner's schema");
    is_text(sequence.owned_table, "t", "owner's table");
    is_text(sequence.owned_column, "c", "owner's column");
    ok(sql_sequence_parse(arena, "sequence name s.n owned by none cycle", &sequence, &error) && sequence.cycle == 1 &&
           !sequence.owned_table && !sequence.start, "identity's name");
    is_text(sequence.name, "n", "its name");
    is_text(sequence.name_schema, "s", "its schema");
}

/* ---- mentions, classes, digests */

static const char *mentioned(enum sql_island what, const char *text)
{
    struct sql_mentions found = {0};
    struct buf all = buf_new(arena);
    sql_mentions(arena, what, text, &found);
    for (size_t i = 0; i < found.n; i++) {
        const struct sql_mention *mention = &found.at[i];
        buf_printf(&all, "%c:%s%s%s@%zu%s ", "crftlo"[mention->what], mention->schema ? mention->schema : "",
                   mention->schema ? "." : "", mention->name, mention->offset, mention->in_body ? " in a body" : "");
    }
    return str_trim(arena, all.text);
}

static void test_mentions(void)
{
    is_text(mentioned(SQL_EXPR, "s.f('é', t.a::x.y) + b"), "o:+@20 f:s.f@0 l:é@4 c:t.a@10 t:x.y@15 c:b@22",
            "an expression");
    is_text(mentioned(SQL_STATEMENT, "create function f() returns int language sql as 'select g() from a.b'"),
            "t:pg_catalog.int4@28 f:g@0 in a body r:a.b@0 in a body", "a function's body in SQL");
    is_text(mentioned(SQL_STATEMENT, "create trigger x after insert on a.t execute function f()"), "f:f@0 r:a.t@33",
            "a trigger");
    is_text(mentioned(SQL_STATEMENT, "comment on column a.t.c is 'x'"), "r:a.t@0", "a comment on a column");
    is_text(mentioned(SQL_STATEMENT, "comment on trigger x on t is 'x'"), "r:t@0", "a comment on a trigger");
    is_text(mentioned(SQL_STATEMENT, "comment on view a.v is 'x'"), "r:a.v@0", "a comment on a view");
    is_text(mentioned(SQL_STATEMENT, "comment on collation a.c is 'x'"), "", "a comment on something else");
    is_text(mentioned(SQL_KEYS, "lower(a), b"), "f:lower@0 c:a@6", "keys, without the frame's table");
    const char *schema, *name;
    ok(sql_nextval(arena, "nextval('a.\"B.c\"'::regclass)", &schema, &name) && str_eq(schema, "a") &&
           str_eq(name, "B.c"), "nextval");
    ok(sql_nextval(arena, "pg_catalog.nextval('S')", &schema, &name) && !schema && str_eq(name, "s"), "nextval, bare");
    ok(!sql_nextval(arena, "nextval('a') + 1", &schema, &name) && !sql_nextval(arena, "f('a')", &schema, &name) &&
           !sql_nextval(arena, "nextval(a)", &schema, &name) && !sql_nextval(arena, "1 +", &schema, &name),
       "anything else is not");
}

static void class_is(const char *text, enum sql_class class, const char *verb, const char *full, const char *flags)
{
    struct sql_statement statement;
    struct sql_error error;
    bool read = sql_classify(arena, text, &statement, &error);
    ok(read && statement.class == class, "class of %s", text);
    if (!read) return;
    const char *name = statement.schema ? arena_printf(arena, "%s.%s", statement.schema, statement.name)
                                        : statement.name;
    is_text(statement.verb, verb, verb);
    if (!str_eq(name, full)) is_text(name, full, "its name");
    ok(statement.concurrently == (strchr(flags, 'c') != NULL) &&
           statement.outside_transaction == (strchr(flags, 'o') != NULL), "its flags");
}

static void test_classes(void)
{
    class_is("create unique index concurrently i on a.t (x)", SQL_CREATE_INDEX,
             "CREATE INDEX CONCURRENTLY", "a.i", "co");
    class_is("create index on t (x)", SQL_CREATE_INDEX, "CREATE INDEX", NULL, "");
    class_is("drop index concurrently a.i", SQL_DROP, "DROP INDEX CONCURRENTLY", "a.i", "co");
    class_is("reindex table concurrently t", SQL_VACUUM, "REINDEX TABLE CONCURRENTLY", "t", "co");
    class_is("reindex (concurrently off) index t", SQL_VACUUM, "REINDEX INDEX", "t", "");
    class_is("reindex schema s", SQL_VACUUM, "REINDEX SCHEMA", "s", "o");
    class_is("alter table a detach partition b concurrently", SQL_ALTER, "ALTER TABLE", "a", "co");
    class_is("alter table a.t rename x to y", SQL_ALTER, "ALTER TABLE", "a.t", "");
    class_is("alter view v rename column x to y", SQL_ALTER, "ALTER VIEW", "v", "");
    class_is("alter schema s rename to x", SQL_ALTER, "ALTER SCHEMA", "s", "");
    class_is("alter function a.f(int) owner to u", SQL_ALTER, "ALTER FUNCTION", "a.f", "");
    class_is("alter system set x = 1", SQL_ALTER, "ALTER SYSTEM", NULL, "o");
    class_is("create table a.t (x int)", SQL_CREATE_TABLE, "CREATE TABLE", "a.t", "");
    class_is("create type a.e as enum ('x')", SQL_CREATE_ENUM, "CREATE TYPE", "a.e", "");
    class_is("create type a.c as (x int)", SQL_CREATE_COMPOSITE, "CREATE TYPE", "a.c", "");
    class_is("create or replace view v as select 1", SQL_CREATE_VIEW, "CREATE VIEW", "v", "");
    class_is("create materialized view m as select 1", SQL_CREATE_MATVIEW, "CREATE MATERIALIZED VIEW", "m", "");
    class_is("create procedure p() language sql as ''", SQL_CREATE_PROCEDURE, "CREATE PROCEDURE", "p", "");
    class_is("create aggregate a.g (int) (sfunc = f, stype = int)", SQL_CREATE_AGGREGATE,
             "CREATE AGGREGATE", "a.g", "");
    class_is("create trigger x after insert on a.t execute function f()", SQL_CREATE_TRIGGER,
             "CREATE TRIGGER", "a.x", "");
    class_is("create text search dictionary d (template = simple)", SQL_CREATE_OTHER, "CREATE TEXT SEARCH DICTIONARY",
             "d", "");
    class_is("create database d", SQL_CREATE_OTHER, "CREATE DATABASE", "d", "o");
    class_is("comment on column a.t.c is 'x'", SQL_COMMENT, "COMMENT", "a.t", "");
    class_is("comment on trigger x on a.t is 'x'", SQL_COMMENT, "COMMENT", "a.x", "");
    class_is("drop policy p on t", SQL_DROP, "DROP POLICY", "p", "");
    class_is("drop function a.f(int)", SQL_DROP, "DROP FUNCTION", "a.f", "");
    class_is("grant select on a.t to u", SQL_GRANT, "GRANT", "a.t", "");
    class_is("revoke usage on schema s from u", SQL_REVOKE, "REVOKE", "s", "");
    class_is("revoke r from u", SQL_REVOKE, "REVOKE", NULL, "");
    class_is("alter default privileges in schema s grant select on tables to u", SQL_DEFAULT_PRIVILEGES,
             "ALTER DEFAULT PRIVILEGES", NULL, "");
    class_is("with x as (select 1) update a.t set y = 1", SQL_UPDATE, "UPDATE", "a.t", "");
    class_is("select 1", SQL_SELECT, "SELECT", NULL, "");
    class_is("select 1 into a.t", SQL_CREATE_TABLE, "SELECT INTO", "a.t", "");
    class_is("do $$ begin end $$", SQL_DO, "DO", NULL, "");
    class_is("call s.p(1)", SQL_CALL, "CALL", "s.p", "");
    class_is("vacuum a.t", SQL_VACUUM, "VACUUM", "a.t", "o");
    class_is("analyze", SQL_VACUUM, "ANALYZE", NULL, "");
    class_is("start transaction", SQL_TRANSACTION, "START TRANSACTION", NULL, "");
    class_is("rollback to savepoint x", SQL_TRANSACTION, "ROLLBACK TO", NULL, "");
    class_is("set search_path = x", SQL_SET, "SET", "search_path", "");
    class_is("reset all", SQL_SET, "RESET", NULL, "");
    class_is("refresh materialized view concurrently m", SQL_OTHER, "REFRESH MATERIALIZED VIEW", "m", "");
    class_is("/* x */ listen y", SQL_OTHER, "LISTEN", NULL, "");
}

static void test_digests(void)
{
    const char *plain = sql_token_digest(arena, "select 'a\nb', 1");
    is_text(sql_token_digest(arena, "select -- x\r\n 'a\r\nb' ,\t1/* y */"), plain, "only tokens count");
    ok(!str_eq(sql_token_digest(arena, "select 'a\n b', 1"), plain), "a string's white space is its own");
    is_text(sql_token_digest(arena, "'open\r\n"), sql_token_digest(arena, "'open\n"), "else the bytes");
}

int main(void)
{
    arena = arena_new();
    test_quoting();
    test_names();
    test_expressions();
    test_islands();
    test_shapes();
    test_types();
    test_keys();
    test_options();
    test_mentions();
    test_classes();
    test_digests();
    arena_free(arena);
    return tap_done();
}
