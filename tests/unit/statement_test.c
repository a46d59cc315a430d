/* statement_test.c: what CREATE, ALTER, COMMENT, GRANT and DROP statements speak of, and what they do to it. */
#include <stdlib.h>

#include "sql/quote.h"
#include "sql/sql.h"
#include "tap.h"

static struct arena *arena;

/* ---- names: "function s.f(integer, text) on s.t using m also s.r" */

static const char *shown(const struct sql_object_name *object)
{
    struct buf buf = buf_new(arena);
    buf_printf(&buf, "%s %s", object->kind,
               object->schema ? arena_printf(arena, "%s.%s", object->schema, object->name) : object->name);
    if (object->has_args || object->args.n) buf_addc(&buf, object->has_args ? '(' : '[');
    for (size_t i = 0; i < object->args.n; i++) buf_printf(&buf, "%s%s", i ? ", " : "", object->args.at[i]);
    if (object->has_args || object->args.n) buf_addc(&buf, object->has_args ? ')' : ']');
    if (object->on) buf_printf(&buf, " on %s", sql_qname_str(arena, object->on_schema, object->on));
    if (object->method) buf_printf(&buf, " using %s", object->method);
    if (object->also) buf_printf(&buf, " also %s", sql_qname_str(arena, object->also_schema, object->also));
    return buf.text;
}

static void test_created(void)
{
    static const char *const pairs[][2] = {
        {"create or replace view s.v (a) as select 1", "view s.v"},
        {"create recursive view v (a) as select 1", "view v"},
        {"create materialized view mv as select 1 with no data", "materialized_view mv"},
        {"create table s.t as select 1", "table s.t"},
        {"create function s.f(a int, out b text, inout c s.t default 1, variadic d int[]) returns int language sql as "
         "'x'",
         "function s.f(integer, s.t, integer[])"},
        {"create function f() returns table (x int) language sql as 'x'", "function f()"},
        {"create function f(varchar(3), t.c%type, timestamp(3) with time zone) returns int language sql as 'x'",
         "function f(varchar, t.c%TYPE, timestamptz)"},
        {"create function f(\"char\", char(3), bit(2), interval year) returns int language sql as 'x'",
         "function f(\"char\", bpchar, \"bit\", interval)"},
        {"create procedure p(a int, out b int, inout c text) language sql as 'x'", "procedure p(integer, text)"},
        {"create aggregate a(int, text) (sfunc = s, stype = int)", "aggregate a(integer, text)"},
        {"create aggregate a(*) (sfunc = s, stype = int)", "aggregate a()"},
        {"create aggregate a(float8 order by anyelement) (sfunc = s, stype = int)",
         "aggregate a(double precision, anyelement)"},
        {"create aggregate a(variadic \"any\" order by variadic \"any\") (sfunc = s, stype = int)",
         "aggregate a(\"any\")"},
        {"create aggregate s.old (basetype = int4, sfunc = s, stype = int)", "aggregate s.old(integer)"},
        {"create aggregate old (basetype = 'ANY', sfunc = s, stype = int)", "aggregate old()"},
        {"create constraint trigger t after insert on s.x deferrable for each row execute function f()",
         "trigger t on s.x"},
        {"create event trigger e on ddl_command_end execute function f()", "event_trigger e"},
        {"create rule r as on insert to v do instead nothing", "rule r on v"},
        {"create policy \"P\" on s.t using (true)", "policy P on s.t"},
        {"create domain s.d as int", "domain s.d"},
        {"create type s.c as (a int)", "composite s.c"},
        {"create type e as enum ('a')", "enum e"},
        {"create type s.r as range (subtype = int4)", "range s.r also s.r_multirange"},
        {"create type myrange as range (subtype = int4)", "range myrange also mymultirange"},
        {"create type r as range (subtype = int4, multirange_type_name = s.mr)", "range r also s.mr"},
        {"create type s.b (input = i, output = o)", "base_type s.b"},
        {"create type shell", "base_type shell"},
        {"create statistics s.st on a, b from t", "statistics s.st"},
        {"create collation if not exists co (locale = 'x')", "collation co"},
        {"create default conversion cv for 'LATIN1' to 'UTF8' from f", "conversion cv"},
        {"create publication p for all tables", "publication p"},
        {"create operator s.=== (leftarg = int, rightarg = s.t, procedure = f)", "operator s.===(integer, s.t)"},
        {"create operator !! (rightarg = int[], procedure = f)", "operator !!(none, integer[])"},
        {"create operator class s.oc for type int using btree as operator 1 <", "operator_class s.oc using btree also s.oc"},
        {"create operator family fam using gist", "operator_family fam using gist"},
        {"create cast (s.t as int[]) with function f(s.t)", "cast (s.t AS integer[])[s.t, integer[]]"},
        {"create transform for s.t language l (from sql with function f(internal))",
         "transform FOR s.t LANGUAGE l[s.t] on l"},
        {"create text search parser s.p (start = a)", "text_search_parser s.p"},
        {"create text search template p (lexize = a)", "text_search_template p"},
        {"create text search dictionary p (template = a)", "text_search_dictionary p"},
        {"create text search configuration p (copy = simple)", "text_search_configuration p"},
        {"create foreign data wrapper w handler h", "foreign_data_wrapper w"},
        {"create server if not exists s foreign data wrapper w", "server s"},
        {"create foreign table s.ft (a int) server s", "foreign_table s.ft"},
        {"create user mapping for public server s", "user_mapping FOR public SERVER s"},
        {"create user mapping for \"Bob\" server s", "user_mapping FOR \"Bob\" SERVER s"},
        {"create access method am type index handler h", "access_method am"},
        {"create trusted language l handler h", "language l"},
        {"create unique index i on s.t (a)", "index i on s.t"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sql_object_name object;
        is_text(sql_created(arena, pairs[i][0], &object) ? shown(&object) : "nothing", pairs[i][1], pairs[i][0]);
    }
    struct sql_object_name object;
    ok(!sql_created(arena, "create role bob", &object), "a role is no object of a schema");
    ok(sql_created(arena, "create index on t (a)", &object) && !object.name, "an index without a name");
    ok(!sql_created(arena, "select 1", &object) && !sql_created(arena, "create", &object), "no CREATE at all");
}

static void test_plain_create(void)
{
    static const char *const pairs[][2] = {
        {"create or  replace view v as select 1", "create view v as select 1"},
        {"CREATE OR REPLACE FUNCTION f() returns int language sql as 'or replace'",
         "CREATE FUNCTION f() returns int language sql as 'or replace'"},
        {"create materialized view if not exists v as select 1", "create materialized view v as select 1"},
        {"create user mapping if not exists for public server s", "create user mapping for public server s"},
        {"create foreign table if not exists t (a int) server s", "create foreign table t (a int) server s"},
        {"create /* x */ or replace view v as select 1", "create /* x */ view v as select 1"},
        {"create unique index concurrently if not exists i on t (a)", "create unique index i on t (a)"},
        {"create view v as select 1", "create view v as select 1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        is_text(sql_plain_create(arena, pairs[i][0]), pairs[i][1], pairs[i][0]);
    }
}

static void test_spoken_of(void)
{
    static const char *const pairs[][2] = {
        {"comment on table s.t is 'x'", "table s.t"},
        {"comment on column s.t.a is 'x'", "column a on s.t"},
        {"comment on column t.a is 'x'", "column a on t"},
        {"comment on constraint c on s.t is 'x'", "constraint c on s.t"},
        {"comment on constraint c on domain s.d is 'x'", "domain_check c on s.d"},
        {"comment on function s.f(int, out x text) is 'x'", "function s.f(integer)"},
        {"comment on function f is 'x'", "function f"},
        {"comment on aggregate a(*) is 'y'", "aggregate a()"},
        {"comment on aggregate a(int order by text) is 'y'", "aggregate a(integer, text)"},
        {"comment on trigger g on s.t is 'y'", "trigger g on s.t"},
        {"comment on event trigger g is 'y'", "event_trigger g"},
        {"comment on schema g is 'y'", "schema g"},
        {"comment on type s.t is 'y'", "type s.t"},
        {"comment on operator s.+ (none, int) is 'y'", "operator s.+(none, integer)"},
        {"comment on operator class s.c using btree is 'y'", "operator_class s.c using btree"},
        {"comment on operator family c using btree is 'y'", "operator_family c using btree"},
        {"comment on cast (s.t as int) is 'y'", "cast (s.t AS integer)[s.t, integer]"},
        {"comment on transform for s.t language l is 'y'", "transform FOR s.t LANGUAGE l[s.t] on l"},
        {"comment on text search parser s.p is 'y'", "text_search_parser s.p"},
        {"comment on role m is 'y'", ""},
        {"comment on large object 12 is 'y'", ""},
        {"alter table only s.t cluster on i", "table s.t"},
        {"alter index i depends on extension e", "index i"},
        {"alter trigger g on s.t depends on extension e", "trigger g on s.t"},
        {"alter policy g on s.t rename to h", "policy g on s.t"},
        {"alter function f(int) depends on extension e", "function f(integer)"},
        {"alter routine f(int) owner to bob", "routine f(integer)"},
        {"alter domain s.d owner to x", "domain s.d"},
        {"alter domain s.d set default 1", "domain s.d"},
        {"alter type s.t add value 'x'", "type s.t"},
        {"alter statistics s.x set statistics 100", "statistics s.x"},
        {"alter operator family s.f using btree add operator 1 < (int, int)", "operator_family s.f using btree"},
        {"alter operator + (int, int) set (restrict = f)", "operator +(integer, integer)"},
        {"alter text search configuration s.c add mapping for word with simple", "text_search_configuration s.c"},
        {"alter user mapping for x server y options (set a 'b')", "user_mapping FOR x SERVER y"},
        {"alter server s options (add x 'y')", "server s"},
        {"alter publication p add table x", "publication p"},
        {"alter materialized view s.v set schema x", "materialized_view s.v"},
        {"alter view v rename column a to b", "column a on v"},
        {"grant select on s.t, u to x", "table s.t; table u"},
        {"grant usage on schema a, b to x", "schema a; schema b"},
        {"grant usage on type s.t to x", "type s.t"},
        {"revoke execute on function s.f(int), g from x", "function s.f(integer); function g"},
        {"grant usage on foreign server x to y", "server x"},
        {"grant all on all tables in schema s to y", ""},
        {"alter default privileges grant select on tables to x", ""},
        {"drop view a, s.b", "view a; view s.b"},
        {"drop function f(int), g", "function f(integer); function g"},
        {"drop trigger t on s.x", "trigger t on s.x"},
        {"drop user mapping for public server s", "user_mapping FOR public SERVER s"},
        {"drop operator class s.c using hash", "operator_class s.c using hash"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sql_object_names names;
        struct buf buf = buf_new(arena);
        ok(sql_spoken_of(arena, pairs[i][0], &names), "%s is read", pairs[i][0]);
        for (size_t k = 0; k < names.n; k++) buf_printf(&buf, "%s%s", k ? "; " : "", shown(&names.at[k]));
        is_text(buf.text, pairs[i][1], pairs[i][0]);
    }
}

static void test_comment_text(void)
{
    const char *comment;
    ok(sql_comment_text(arena, "comment on table t is 'it''s'", &comment), "a comment");
    is_text(comment, "it's", "its text");
    ok(sql_comment_text(arena, "comment on table t is null", &comment) && !comment, "no comment");
    ok(!sql_comment_text(arena, "alter table t set logged", &comment), "no COMMENT");
}

/* ---- alterations: "what part=value" */

static void test_alterations(void)
{
    static const struct { const char *text, *done;
    } pairs[] = {
        {"alter table t replica identity full", "3:full"},
        {"alter table t replica identity using index i", "3 i:index"},
        {"alter table t cluster on i, set without cluster", "4 i:true 4"},
        {"alter table t disable trigger g, enable always rule h", "5 g:disabled 6 h:always"},
        {"alter table t disable trigger all", "0"},
        {"alter table t enable row level security, no force row level security", "8:true 9"},
        {"alter table t set tablespace x, set (fillfactor = 10, a.b = 'x,y'), set unlogged",
         "10:x 11:fillfactor = 10, a.b = 'x,y' 18:unlogged"},
        {"alter table t alter a set statistics 0, alter b set statistics -1", "13 a:0 13 b:-1"},
        {"alter table t alter a set storage external, alter a set compression lz4, alter a set (n_distinct = -1)",
         "14 a:external 15 a:lz4 16 a:n_distinct = -1"},
        {"alter view v alter a set default array[1, 2] || f(1, 2), alter b drop default",
         "12 a:array[1, 2] || f(1, 2) 12 b"},
        {"alter index i alter column 2 set statistics 100", "13 2:100"},
        {"alter function f(int) owner to \"Bob\"", "1:Bob"},
        {"alter view v owner to current_user", "1"},
        {"alter function f(int) depends on extension e", "2:e"},
        {"alter function f(int) no depends on extension e", "0:e"},
        {"alter event trigger e enable always", "7:always"},
        {"alter statistics s set statistics 0", "17:0"},
        {"alter sequence if exists s.q owned by t.c", "19:owned by t.c"},
        {"alter sequence q start 3", "19:start 3"},
        {"alter operator family f using btree add operator 1 < (int, int)", "20"},
        {"alter operator family f using btree drop operator 1 (int, int)", "0"},
        {"alter text search configuration c add mapping for word with simple", "20"},
        {"alter text search configuration c drop mapping for word", "0"},
        {"alter table t rename to u", "21"},
        {"alter function f() set schema u", "21"},
        {"alter function f() cost 3", "0"},
        {"select 1", "0"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sql_alterations list;
        struct buf buf = buf_new(arena);
        sql_alterations(arena, pairs[i].text, &list);
        for (size_t k = 0; k < list.n; k++) {
            const struct sql_alteration *one = &list.at[k];
            buf_printf(&buf, "%s%d%s%s%s%s", k ? " " : "", (int)one->what, one->part ? " " : "",
                       one->part ? one->part : "", one->value ? ":" : "", one->value ? one->value : "");
        }
        is_text(buf.text, pairs[i].done, pairs[i].text);
    }
}

static void test_policy(void)
{
    struct sql_policy policy;
    const char *text = "create policy p on t as restrictive for update to bob, public using ((a = ')')) with check (b)";
    ok(sql_policy_parse(arena, text, &policy), "a policy");
    ok(policy.restrictive && policy.roles.n == 2, "restrictive, two roles");
    is_text(policy.command, "update", "its command");
    is_text(policy.roles.at[1], "PUBLIC", "its roles");
    is_text(policy.using_text, "(a = ')')", "using");
    is_text(arena_strndup(arena, text + policy.using_offset, 3), "(a ", "where using stands");
    is_text(policy.check_text, "b", "check");
    ok(sql_policy_parse(arena, "create policy p on t", &policy) && !policy.restrictive && !policy.using_text,
       "a bare policy");
    ok(!sql_policy_parse(arena, "create view v as select 1", &policy), "no policy");
}

int main(void)
{
    arena = arena_new();
    test_created();
    test_plain_create();
    test_spoken_of();
    test_comment_text();
    test_alterations();
    test_policy();
    arena_free(arena);
    return tap_done();
}
