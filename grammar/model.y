/* model.y: the grammar of the model language. Read from `file` down; docs/language.md says the same in prose.
 *
 * What the scanner (model.l, src/model/lexer.c) has already done:
 *   - a newline or `;` that ends an item is NL; continuation lines, blank lines and trailing commas are gone;
 *     one NL stands before and one after each `}`
 *   - `( .. )` is one token, ISLAND, whatever is in it
 *   - after `where` and `default`, and at a top-level SQL statement, the rules below ask for one SQL token
 * Words are contextual: every word is a `name` too, wherever no item or clause may begin. */
%require "3.8"

%code requires {
#include "model/build.h"
}

%define api.prefix {grammar_}
%define api.pure full
%define api.token.prefix {T_}
%define api.token.raw
%define api.value.type union
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%expect 0
%locations
%param {struct reader *r}

%code {
#include "model/lexer.h"
#include "model/syntax.h"

#define YYLLOC_DEFAULT(current, rhs, n) ((current) = span_of((rhs), (size_t)(n)))
#define NONE ((struct ast_arg){.text = NULL})

static void grammar_error(const struct span *span, struct reader *r, const char *message);

/* From the first to the last part that isn't empty; an empty rule stands where the text before it ends. */
static struct span span_of(const struct span *rhs, size_t n)
{
    for (size_t i = 1; i <= n; i++) {
        if (rhs[i].start < rhs[i].end) return (struct span){rhs[i].start, rhs[n].end};
    }
    uint32_t at = n ? rhs[n].end : rhs[0].end; /* bison's error recovery has no rhs[0] */
    return (struct span){at, at};
}
}

%token END 0 "end of file"
%token NL "end of line" WORD "a name" QUOTED "a quoted name" STRING "a 'text'" NUMBER "a number" BAD "a character"
%token <const char *> ISLAND "( .. )" SQL "an SQL expression"
%token ARROW "->" NULLABLE "?" COMMA "," DOT "." OPEN "{" CLOSE "}" ARRAY "[]" ANNOTATION "@name"
%token WITH_TIME_ZONE "with time zone"

/* Words that start a statement. */
%token SCHEMA "schema" IMPORT "import" EXTENSION "extension" ENUM "enum" DOMAIN "domain" COMPOSITE "composite"
%token SEQUENCE "sequence" NAMING "naming" MIXIN "mixin" TABLE "table"
%token CREATE "create" REVOKE "revoke" ALTER "alter" COMMENT "comment"
/* Words that start an item of a table: as a column's name they take quotes. */
%token PRIMARY "primary" UNIQUE "unique" CHECK "check" FOREIGN "foreign" EXCLUDE "exclude" INDEX "index"
%token CONSTRAINT "constraint" TRIGGER "trigger" POLICY "policy" GRANT "grant" PARTITION "partition" USE "use" HAS "has"
/* Words that start a clause: no name of an optional unique, index or primary key. */
%token NULL "null" NOT "not" PK "pk" DEFAULT "default" GENERATED "generated" IDENTITY "identity" COLLATE "collate"
%token STORAGE "storage" COMPRESSION "compression" STATISTICS "statistics" BACKFILL "backfill" CONVERT "convert"
%token REFERENCES "references" WAS "was" AS "as" ON "on" MATCH "match" DEFERRABLE "deferrable" INITIALLY "initially"
%token NULLS "nulls" NO "no" INCLUDE "include" WITH "with" TABLESPACE "tablespace" WHERE "where"
/* The other words. */
%token OWNER "owner" VERSION "version" INHERITS "inherits" BY "by" UNLOGGED "unlogged" RLS "rls" FORCE "force"
%token USING "using" KEY "key" BEFORE "before" AFTER "after" INSTEAD "instead" OF "of" OR "or" FOR "for" EACH "each"
%token WHEN "when" EXECUTE "execute" FUNCTION "function" PROCEDURE "procedure" RESTRICTIVE "restrictive"
%token PERMISSIVE "permissive" TO "to" OPTION "option" FROM "from" IN "in" ONE "one" MANY "many" VIA "via"
%token ALWAYS "always" VIRTUAL "virtual" STORED "stored" BACK "back" DELETE "delete" UPDATE "update" SET "set"
%token CASCADE "cascade" RESTRICT "restrict" ACTION "action" FULL "full" VALID "valid" ENFORCED "enforced"
%token DISTINCT "distinct" INHERIT "inherit" IMMEDIATE "immediate" DEFERRED "deferred" ALL "all" PRIVILEGES "privileges"
%token VARYING "varying" PRECISION "precision" NATIONAL "national" CHARACTER "character" CHAR "char"
%token YEAR "year" MONTH "month" DAY "day" HOUR "hour" MINUTE "minute" SECOND "second"
/* SQL that is no part of a model: an error that says where it belongs. */
%token INSERT "insert" SELECT "select" DROP "drop" TRUNCATE "truncate" DO "do" CALL "call" COPY "copy" MERGE "merge"
%token VACUUM "vacuum" ANALYZE "analyze" BEGIN "begin" COMMIT "commit"

%nterm <struct ast_decl *> statement schema import extension enum label domain composite attribute sequence naming
%nterm <struct ast_decl *> mixin table sql
%nterm <struct ast_decl *> item column primary_key unique check foreign_key exclude index trigger policy grant
%nterm <struct ast_decl *> partition use has
%nterm <struct decls *> block items labels attributes
%nterm <struct clause *> schema_option extension_option sequence_option naming_rule table_option partition_bounds clause
%nterm <struct clause *> clause_with_name annotation reference on_action method optional_method trigger_timing
%nterm <struct clause *> trigger_event trigger_option trigger_call policy_option roles privilege relations use_list
%nterm <struct clauses *> renamed schema_options extension_options sequence_options naming_rules table_options clauses
%nterm <struct clauses *> trigger_events trigger_options annotations policy_options privileges index_head
%nterm <struct ast_arg> name qname column_name option_name optional_name optional_island optional_index_name
%nterm <struct ast_arg> name_not_index name_not_using names label_name generated_kind action relation column_list
%nterm <const char *> naming_key cardinality

%%

/* ---- statements ---------------------------------------------------------------------------------------------- */

file
  : %empty
  | file statement NL               { file_add(r, $statement); }
  | file error                      { if (lexer_skip_item(r, yychar)) yyclearin; }
    NL                              { yyerrok; }
  ;

statement
  : schema | import | extension | enum | domain | composite | sequence | naming | mixin | table | sql
  ;

schema
  : "schema" name schema_options[options]       { $$ = decl(r, "schema", @$, $name, $options, NULL); }
  ;
schema_options
  : %empty                                      { $$ = NULL; }
  | schema_options[list] schema_option[one]     { $$ = clauses_add(r, $list, $one); }
  ;
schema_option
  : "owner" name                                { $$ = clause(r, "owner", @$, @1, $name, NONE); }
  | "was" name                                  { $$ = clause(r, "was", @$, @1, $name, NONE); }
  ;

import
  : "import" STRING[path]
    { struct clause *clause_path = clause(r, "path", @path, @path, arg_string(r, @path), NONE);
      $$ = decl(r, "import", @$, NONE, clauses_add(r, NULL, clause_path), NULL); }
  ;

extension
  : "extension" name extension_options[options] { $$ = decl(r, "extension", @$, $name, $options, NULL); }
  ;
extension_options
  : %empty                                      { $$ = NULL; }
  | extension_options[list] extension_option[one] { $$ = clauses_add(r, $list, $one); }
  ;
extension_option
  : "schema" name                               { $$ = clause(r, "schema", @$, @1, $name, NONE); }
  | "version" STRING[text]                      { $$ = clause(r, "version", @$, @1, arg_string(r, @text), NONE); }
  ;

enum
  : "enum" qname renamed "{"                    { lexer_labels(r); }
    labels "}"                                  { $$ = decl(r, "enum", @$, $qname, $renamed, $labels); }
  ;
labels
  : %empty                                      { $$ = NULL; }
  | labels[list] label NL                       { $$ = decls_add(r, $list, $label); }
  | labels[list] label ","                      { $$ = decls_add(r, $list, $label); }
  | labels[list] error                          { if (lexer_skip_item(r, yychar)) yyclearin; }
    NL                                          { $$ = $list; yyerrok; }
  ;
label
  : label_name[name]                            { $$ = decl(r, "label", @$, $name, NULL, NULL); }
  | label_name[name] "was" label_name[old]
    { $$ = decl(r, "label", @$, $name, clauses_add(r, NULL, clause(r, "was", span_join(@2, @old), @2, $old, NONE)),
                NULL); }
  ;
label_name
  : any_word                                    { $$ = arg_label(r, @$); }
  | STRING                                      { $$ = arg_string(r, @$); }
  ;

domain
  : "domain" qname type clauses                 { $$ = decl_typed(r, "domain", @$, $qname, @type, $clauses); }
  ;

composite
  : "composite" qname renamed "{" attributes "}" { $$ = decl(r, "composite", @$, $qname, $renamed, $attributes); }
  ;
attributes
  : %empty                                      { $$ = NULL; }
  | attributes[list] attribute NL               { $$ = decls_add(r, $list, $attribute); }
  | attributes[list] error                      { if (lexer_skip_item(r, yychar)) yyclearin; }
    NL                                          { $$ = $list; yyerrok; }
  ;
attribute
  : column_name[name] type clauses              { $$ = decl_typed(r, "attribute", @$, $name, @type, $clauses); }
  ;

sequence
  : "sequence" qname sequence_options[options]  { $$ = decl(r, "sequence", @$, $qname, $options, NULL); }
  ;
sequence_options
  : %empty                                      { $$ = NULL; }
  | sequence_options[list] sequence_option[one] { $$ = clauses_add(r, $list, $one); }
  ;
sequence_option
  : ISLAND[sql]                                 { $$ = clause(r, "options", @$, @$, arg_sql(@sql, $sql), NONE); }
  | "was" qname                                 { $$ = clause(r, "was", @$, @1, $qname, NONE); }
  ;

naming
  : "naming" "{" naming_rules[rules] "}"        { $$ = decl(r, "naming", @$, NONE, $rules, NULL); }
  ;
naming_rules
  : %empty                                      { $$ = NULL; }
  | naming_rules[list] naming_rule[one] NL      { $$ = clauses_add(r, $list, $one); }
  | naming_rules[list] error                    { if (lexer_skip_item(r, yychar)) yyclearin; }
    NL                                          { $$ = $list; yyerrok; }
  ;
naming_rule
  : naming_key[key] STRING[template]            { $$ = clause(r, $key, @$, @key, arg_string(r, @template), NONE); }
  ;
naming_key
  : name                                        { $$ = naming_word(r, &$name); }
  | "primary" "key"                             { $$ = "primary key"; }
  | "foreign" "key"                             { $$ = "foreign key"; }
  ;

mixin
  : "mixin" name block                          { $$ = decl(r, "mixin", @$, $name, NULL, $block); }
  ;

table
  : "table" qname table_options[options] block  { $$ = decl(r, "table", @$, $qname, $options, $block); }
  | "table" error skip_header block             { $$ = decl(r, "table", @$, NONE, NULL, $block); yyerrok; }
  | "table" error skip_header                   { $$ = NULL; yyerrok; }
  ;
skip_header
  : %empty                                      { if (lexer_skip_header(r, yychar)) yyclearin; }
  ;
table_options
  : %empty                                      { $$ = NULL; }
  | table_options[list] table_option[one]       { $$ = clauses_add(r, $list, $one); }
  ;
table_option
  : "was" qname                                 { $$ = clause(r, "was", @$, @1, $qname, NONE); }
  | "inherits" ISLAND[sql]                      { $$ = clause(r, "inherits", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "partition" "by" name[method] ISLAND[keys]
    { $$ = clause(r, "partition by", @$, span_join(@1, @2), arg_word(r, @method), arg_sql(@keys, $keys)); }
  | "with" ISLAND[sql]                          { $$ = clause(r, "with", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "of" qname                                  { $$ = clause(r, "of", @$, @1, $qname, NONE); }
  | "unlogged"                                  { $$ = clause(r, "unlogged", @$, @1, NONE, NONE); }
  | "tablespace" name                           { $$ = clause(r, "tablespace", @$, @1, $name, NONE); }
  | "owner" name                                { $$ = clause(r, "owner", @$, @1, $name, NONE); }
  | "rls"                                       { $$ = clause(r, "rls", @$, @1, NONE, NONE); }
  | "force"                                     { $$ = clause(r, "force", @$, @1, NONE, NONE); }
  | "using" name                                { $$ = clause(r, "using", @$, @1, $name, NONE); }
  | annotation
  ;

/* PostgreSQL's own statements, verbatim up to their `;`. */
sql
  : sql_verb[verb]                              { lexer_want(r, WANT_STATEMENT); }
    SQL[text]                                   { $$ = decl_sql(r, @$, @verb, $text); }
  ;
sql_verb
  : "create" | "grant" | "revoke" | "alter" | "comment" | foreign_verb
  ;
foreign_verb
  : "insert" | "select" | "update" | "delete" | "drop" | "truncate" | "do" | "call" | "copy" | "merge" | "vacuum"
  | "analyze" | "begin" | "commit" | "set"
  ;

renamed
  : %empty                                      { $$ = NULL; }
  | "was" qname                                 { $$ = clauses_add(r, NULL, clause(r, "was", @$, @1, $qname, NONE)); }
  ;

/* ---- the items of a table, a mixin or a partition -------------------------------------------------------------- */

block
  : "{" items "}"                               { $$ = $items; }
  ;
items
  : %empty                                      { $$ = NULL; }
  | items[list] item NL                         { $$ = decls_add(r, $list, $item); }
  | items[list] error                           { if (lexer_skip_item(r, yychar)) yyclearin; }
    NL                                          { $$ = $list; yyerrok; }
  ;
item
  : column | primary_key | unique | check | foreign_key | exclude | index
  | trigger | policy | grant | partition | use | has
  ;

column
  : column_name[name] type clauses              { $$ = decl_typed(r, "column", @$, $name, @type, $clauses); }
  | column_name[name] error[rest]
    { uint32_t wrong = yylloc.start;
      if (lexer_skip_item(r, yychar)) yyclearin;
      $$ = decl_broken(r, "column", @$, $name, (struct span){@rest.start, wrong});
      yyerrok; }
  ;

primary_key
  : "primary" "key" optional_name[name] ISLAND[sql] clauses
    { $$ = decl(r, "primary key", @$, $name, clauses_put(r, island(r, "columns", @sql, $sql), $clauses), NULL); }
  | "constraint" name "primary" "key" ISLAND[sql] clauses
    { $$ = decl(r, "primary key", @$, $name, clauses_put(r, island(r, "columns", @sql, $sql), $clauses), NULL); }
  ;

unique
  : "unique" ISLAND[sql] clauses
    { $$ = decl(r, "unique", @$, NONE, clauses_put(r, island(r, "columns", @sql, $sql), $clauses), NULL); }
  | "unique" name_not_index[name] ISLAND[sql] clauses
    { $$ = decl(r, "unique", @$, $name, clauses_put(r, island(r, "columns", @sql, $sql), $clauses), NULL); }
  | "constraint" name "unique" ISLAND[sql] clauses
    { $$ = decl(r, "unique", @$, $name, clauses_put(r, island(r, "columns", @sql, $sql), $clauses), NULL); }
  ;

check
  : "check" optional_name[name] ISLAND[sql] clauses
    { $$ = decl(r, "check", @$, $name, clauses_put(r, island(r, "expression", @sql, $sql), $clauses), NULL); }
  | "constraint" name "check" ISLAND[sql] clauses
    { $$ = decl(r, "check", @$, $name, clauses_put(r, island(r, "expression", @sql, $sql), $clauses), NULL); }
  ;

foreign_key
  : "foreign" "key" optional_name[name] ISLAND[sql] reference clauses
    { $$ = decl(r, "foreign key", @$, $name,
                clauses_put(r, island(r, "columns", @sql, $sql), clauses_put(r, $reference, $clauses)), NULL); }
  | "constraint" name "foreign" "key" ISLAND[sql] reference clauses
    { $$ = decl(r, "foreign key", @$, $name,
                clauses_put(r, island(r, "columns", @sql, $sql), clauses_put(r, $reference, $clauses)), NULL); }
  ;
reference
  : arrow qname optional_island[sql]            { $$ = clause(r, "references", @$, @1, $qname, $sql); }
  ;
arrow
  : "->" | "references"
  ;

exclude
  : "exclude" method ISLAND[sql] clauses
    { $$ = decl(r, "exclude", @$, NONE, clauses_put(r, $method,
                clauses_put(r, island(r, "elements", @sql, $sql), $clauses)), NULL); }
  | "exclude" name_not_using[name] method ISLAND[sql] clauses
    { $$ = decl(r, "exclude", @$, $name, clauses_put(r, $method,
                clauses_put(r, island(r, "elements", @sql, $sql), $clauses)), NULL); }
  | "constraint" name "exclude" method ISLAND[sql] clauses
    { $$ = decl(r, "exclude", @$, $name, clauses_put(r, $method,
                clauses_put(r, island(r, "elements", @sql, $sql), $clauses)), NULL); }
  ;
method
  : "using" name                                { $$ = clause(r, "using", @$, @1, $name, NONE); }
  ;

index
  : index_head[head] optional_index_name[name] optional_method[method] ISLAND[sql] clauses
    { $$ = decl(r, "index", @$, $name, clauses_join(r, clauses_add(r, $head, $method),
                clauses_put(r, island(r, "elements", @sql, $sql), $clauses)), NULL); }
  ;
index_head
  : "index"                                     { $$ = NULL; }
  | "unique" "index"                            { $$ = clauses_add(r, NULL, clause(r, "unique", @1, @1, NONE, NONE)); }
  ;
optional_method
  : %empty                                      { $$ = NULL; }
  | method
  ;

trigger
  : "trigger" name trigger_timing[timing] trigger_events[events] trigger_options[options] trigger_call[call] annotations
    { $$ = decl(r, "trigger", @$, $name, clauses_put(r, $timing, clauses_join(r, $events, clauses_join(r, $options,
                clauses_put(r, $call, $annotations)))), NULL); }
  ;
trigger_timing
  : "before"                                    { $$ = clause(r, "timing", @$, @$, arg_word(r, @$), NONE); }
  | "after"                                     { $$ = clause(r, "timing", @$, @$, arg_word(r, @$), NONE); }
  | "instead" "of"
    { $$ = clause(r, "timing", @$, @$, arg_text(@$, "instead of"), NONE); }
  ;
trigger_events
  : trigger_event[one]                          { $$ = clauses_add(r, NULL, $one); }
  | trigger_events[list] "or" trigger_event[one] { $$ = clauses_add(r, $list, $one); }
  ;
trigger_event
  : name                                        { $$ = clause(r, "event", @$, @$, arg_word(r, @name), NONE); }
  | name "of" column_list[columns]              { $$ = clause(r, "event", @$, @name, arg_word(r, @name), $columns); }
  ;
column_list
  : names                                       { $$ = arg_list(r, @$); }
  ;
names
  : name
  | names "," name
  ;
trigger_options
  : %empty                                      { $$ = NULL; }
  | trigger_options[list] trigger_option[one]   { $$ = clauses_add(r, $list, $one); }
  ;
trigger_option
  : "for" "each" name
    { $$ = clause(r, "each", @$, span_join(@1, @2), arg_word(r, @name), NONE); }
  | "when" ISLAND[sql]                          { $$ = clause(r, "when", @$, @1, arg_sql(@sql, $sql), NONE); }
  | annotation
  ;
trigger_call
  : "execute" qname ISLAND[sql]                 { $$ = clause(r, "execute", @$, @1, $qname, arg_sql(@sql, $sql)); }
  | "execute" routine qname ISLAND[sql]         { $$ = clause(r, "execute", @$, @1, $qname, arg_sql(@sql, $sql)); }
  ;
routine
  : "function" | "procedure"
  ;
annotations
  : %empty                                      { $$ = NULL; }
  | annotations[list] annotation[one]           { $$ = clauses_add(r, $list, $one); }
  ;

policy
  : "policy" name policy_options[options]       { $$ = decl(r, "policy", @$, $name, $options, NULL); }
  ;
policy_options
  : %empty                                      { $$ = NULL; }
  | policy_options[list] policy_option[one]     { $$ = clauses_add(r, $list, $one); }
  ;
policy_option
  : "restrictive"                               { $$ = clause(r, "restrictive", @$, @1, NONE, NONE); }
  | "permissive"                                { $$ = clause(r, "permissive", @$, @1, NONE, NONE); }
  | "for" name                                  { $$ = clause(r, "for", @$, @1, arg_word(r, @name), NONE); }
  | "to" roles                                  { $$ = clause_span($roles, @$, @1); }
  | "using" ISLAND[sql]                         { $$ = clause(r, "using", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "with" "check" ISLAND[sql]
    { $$ = clause(r, "with check", @$, span_join(@1, @2), arg_sql(@sql, $sql), NONE); }
  ;
roles
  : name                                        { $$ = clause(r, "to", @$, @$, $name, NONE); }
  | roles[list] "," name                        { $$ = clause_arg(r, $list, $name); }
  ;

grant
  : "grant" privileges[list] "to" roles
    { $$ = decl(r, "grant", @$, NONE, clauses_add(r, $list, clause_span($roles, span_join(@3, @4), @3)), NULL); }
  | "grant" privileges[list] "to" roles "with" "grant" "option"
    { $$ = decl(r, "grant", @$, NONE, clauses_add(r,
                clauses_add(r, $list, clause_span($roles, span_join(@3, @4), @3)),
                clause(r, "with grant option", span_join(@5, @7), span_join(@5, @7), NONE, NONE)), NULL); }
  ;
privileges
  : privilege[one]                              { $$ = clauses_add(r, NULL, $one); }
  | privileges[list] "," privilege[one]         { $$ = clauses_add(r, $list, $one); }
  ;
privilege
  : name                                        { $$ = clause(r, "privilege", @$, @1, arg_word(r, @1), NONE); }
  | name ISLAND[sql]
    { $$ = clause(r, "privilege", @$, @1, arg_word(r, @1), arg_sql(@sql, $sql)); }
  | "all" "privileges"                          { $$ = clause(r, "privilege", @$, @1, arg_word(r, @1), NONE); }
  ;

partition
  : "partition" qname partition_bounds[bounds] table_options[options]
    { $$ = decl(r, "partition", @$, $qname, clauses_put(r, $bounds, $options), NULL); }
  | "partition" qname partition_bounds[bounds] table_options[options] block
    { $$ = decl(r, "partition", @$, $qname, clauses_put(r, $bounds, $options), $block); }
  ;
partition_bounds
  : "from" ISLAND[from] "to" ISLAND[to]
    { $$ = clause(r, "from", @$, @1, arg_sql(@from, $from), arg_sql(@to, $to)); }
  | "in" ISLAND[sql]                            { $$ = clause(r, "in", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "with" ISLAND[sql]                          { $$ = clause(r, "with", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "default"                                   { $$ = clause(r, "default", @$, @1, NONE, NONE); }
  ;

use
  : "use" use_list[list]                        { $$ = decl(r, "use", @$, NONE, clauses_add(r, NULL, $list), NULL); }
  ;
use_list
  : name                                        { $$ = clause(r, "mixin", @$, @$, $name, NONE); }
  | use_list[list] "," name                     { $$ = clause_span(clause_arg(r, $list, $name), @$, @1); }
  ;

has
  : "has" cardinality name "via" relations
    { $$ = decl(r, "has", @$, $name, clauses_put(r, clause(r, $cardinality, @2, @2, NONE, NONE),
                has_relations(r, $relations)), NULL); }
  ;
cardinality
  : "one"                                       { $$ = "one"; }
  | "many"                                      { $$ = "many"; }
  ;
relations
  : relation                                    { $$ = clause(r, "via", @$, @$, $1, NONE); }
  | relation[first] "->" relation[second]       { $$ = clause(r, "via", @$, @$, $first, $second); }
  ;
relation
  : name[table] "." name[side]                  { $$ = arg_relation(@$, NULL, &$table, &$side); }
  | name[schema] "." name[table] "." name[side]
    { $$ = arg_relation(@$, &$schema, &$table, &$side); }
  ;

/* ---- clauses of columns, constraints and indexes: one flat list; check.c says which of them goes with what ----- */

clauses
  : %empty                                      { $$ = NULL; }
  | clauses[list] clause[one]                   { $$ = clauses_add(r, $list, $one); }
  ;
clause
  : "?"                                         { $$ = clause(r, "null", @$, @1, NONE, NONE); }
  | "null"                                      { $$ = clause(r, "null", @$, @1, NONE, NONE); }
  | clause_with_name
  | "constraint" name clause_with_name[it]      { $$ = clause_named(r, $it, @$, $name); }
  | "index" option_name[name]                   { $$ = clause(r, "index", @$, @1, $name, NONE); }
  | "default"                                   { lexer_want(r, WANT_DEFAULT); }
    SQL[sql]                                    { $$ = clause(r, "default", @$, @1, arg_free(@sql, $sql), NONE); }
  | "generated" ISLAND[sql] generated_kind[kind]
    { $$ = clause(r, "generated", @$, @1, arg_sql(@sql, $sql), $kind); }
  | "generated" "always" "as" ISLAND[sql] generated_kind[kind]
    { $$ = clause(r, "generated", @$, @1, arg_sql(@sql, $sql), $kind); }
  | "generated" "always" "as" "identity" optional_island[sql]
    { $$ = clause(r, "identity", @$, @1, arg_text(@2, "always"), $sql); }
  | "generated" "by" "default" "as" "identity" optional_island[sql]
    { $$ = clause(r, "identity", @$, @1, arg_text(@3, "by default"), $sql); }
  | "identity" optional_island[sql]
    { $$ = clause(r, "identity", @$, @1, arg_text(@1, "by default"), $sql); }
  | "identity" "always" optional_island[sql]
    { $$ = clause(r, "identity", @$, @1, arg_text(@2, "always"), $sql); }
  | "collate" qname                             { $$ = clause(r, "collate", @$, @1, $qname, NONE); }
  | "storage" name                              { $$ = clause(r, "storage", @$, @1, arg_word(r, @name), NONE); }
  | "compression" name                          { $$ = clause(r, "compression", @$, @1, arg_word(r, @name), NONE); }
  | "statistics" NUMBER[n]                      { $$ = clause(r, "statistics", @$, @1, arg_word(r, @n), NONE); }
  | "backfill" ISLAND[sql]                      { $$ = clause(r, "backfill", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "convert" ISLAND[up]                        { $$ = clause(r, "convert", @$, @1, arg_sql(@up, $up), NONE); }
  | "convert" ISLAND[up] "back" ISLAND[back]
    { $$ = clause(r, "convert", @$, @1, arg_sql(@up, $up), arg_sql(@back, $back)); }
  | reference
  | "was" qname                                 { $$ = clause(r, "was", @$, @1, $qname, NONE); }
  | "as" name                                   { $$ = clause(r, "as", @$, @1, $name, NONE); }
  | on_action
  | "match" "full"                              { $$ = clause(r, "match full", @$, @$, NONE, NONE); }
  | "deferrable"                                { $$ = clause(r, "deferrable", @$, @1, NONE, NONE); }
  | "not" "deferrable"                          { $$ = clause(r, "not deferrable", @$, @$, NONE, NONE); }
  | "initially" "deferred"                      { $$ = clause(r, "initially deferred", @$, @$, NONE, NONE); }
  | "initially" "immediate"                     { $$ = clause(r, "initially immediate", @$, @$, NONE, NONE); }
  | "nulls" "not" "distinct"                    { $$ = clause(r, "nulls not distinct", @$, @$, NONE, NONE); }
  | "not" "valid"                               { $$ = clause(r, "not valid", @$, @$, NONE, NONE); }
  | "not" "enforced"                            { $$ = clause(r, "not enforced", @$, @$, NONE, NONE); }
  | "no" "inherit"                              { $$ = clause(r, "no inherit", @$, @$, NONE, NONE); }
  | "include" ISLAND[sql]                       { $$ = clause(r, "include", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "with" ISLAND[sql]                          { $$ = clause(r, "with", @$, @1, arg_sql(@sql, $sql), NONE); }
  | "tablespace" name                           { $$ = clause(r, "tablespace", @$, @1, $name, NONE); }
  | "where"                                     { lexer_want(r, WANT_WHERE); }
    SQL[sql]                                    { $$ = clause(r, "where", @$, @1, arg_free(@sql, $sql), NONE); }
  | annotation
  ;
clause_with_name
  : "not" "null"                                { $$ = clause(r, "not null", @$, @$, NONE, NONE); }
  | "pk" option_name[name]                      { $$ = clause(r, "primary key", @$, @1, $name, NONE); }
  | "primary" "key" option_name[name]
    { $$ = clause(r, "primary key", @$, span_join(@1, @2), $name, NONE); }
  | "unique" option_name[name]                  { $$ = clause(r, "unique", @$, @1, $name, NONE); }
  | "check" optional_name[name] ISLAND[sql]     { $$ = clause(r, "check", @$, @1, $name, arg_sql(@sql, $sql)); }
  ;
generated_kind
  : %empty                                      { $$ = NONE; }
  | "stored"                                    { $$ = NONE; }
  | "virtual"                                   { $$ = arg_word(r, @$); }
  ;
on_action
  : "on" "delete" action optional_island[sql]   { $$ = clause(r, "on delete", @$, span_join(@1, @2), $action, $sql); }
  | "on" "update" action optional_island[sql]   { $$ = clause(r, "on update", @$, span_join(@1, @2), $action, $sql); }
  ;
action
  : "cascade"                                   { $$ = arg_word(r, @$); }
  | "restrict"                                  { $$ = arg_word(r, @$); }
  | "no" "action"                               { $$ = arg_text(@$, "no action"); }
  | "set" "null"                                { $$ = arg_text(@$, "set null"); }
  | "set" "default"                             { $$ = arg_text(@$, "set default"); }
  ;
annotation
  : ANNOTATION                                  { $$ = annotation(r, @$, @1, NONE); }
  | ANNOTATION ISLAND[sql]                      { $$ = annotation(r, @$, @1, arg_sql(@sql, $sql)); }
  ;

/* ---- types ------------------------------------------------------------------------------------------------------ */

type
  : type_name arrays
  ;
type_name
  : qname optional_island
  | qname optional_island WITH_TIME_ZONE
  | qname type_word optional_island
  | qname interval_fields optional_island
  | "national" character optional_island
  | "national" character "varying" optional_island
  ;
type_word
  : "varying" | "precision"
  ;
character
  : "character" | "char"
  ;
interval_fields
  : interval_field
  | interval_field "to" interval_field
  ;
interval_field
  : "year" | "month" | "day" | "hour" | "minute" | "second"
  ;
arrays
  : %empty
  | arrays "[]"
  ;

/* ---- names ------------------------------------------------------------------------------------------------------ */

qname
  : name
  | name[schema] "." name[it]                   { $$ = arg_qualified(@$, &$schema, &$it); }
  ;
optional_island
  : %empty                                      { $$ = NONE; }
  | ISLAND[sql]                                 { $$ = arg_sql(@sql, $sql); }
  ;

/* Which words may be a name is a question of what else may stand there. */
name
  : any_word                                    { $$ = arg_name(r, @$); }
  ;
optional_name
  : %empty                                      { $$ = NONE; }
  | name
  ;
column_name
  : identifier                                  { $$ = arg_name(r, @$); }
  | clause_word                                 { $$ = arg_name(r, @$); }
  | plain_word                                  { $$ = arg_name(r, @$); }
  | "using"                                     { $$ = arg_name(r, @$); }
  ;
option_name
  : %empty                                      { $$ = NONE; }
  | identifier                                  { $$ = arg_name(r, @$); }
  | item_word                                   { $$ = arg_name(r, @$); }
  | plain_word                                  { $$ = arg_name(r, @$); }
  | "using"                                     { $$ = arg_name(r, @$); }
  ;
name_not_index
  : word_but_index_using                        { $$ = arg_name(r, @$); }
  | "using"                                     { $$ = arg_name(r, @$); }
  ;
name_not_using
  : word_but_index_using                        { $$ = arg_name(r, @$); }
  | "index"                                     { $$ = arg_name(r, @$); }
  ;
optional_index_name
  : %empty                                      { $$ = NONE; }
  | name_not_using
  ;

any_word
  : word_but_index_using | "index" | "using"
  ;
word_but_index_using
  : identifier | item_word | item_or_clause_word | clause_word | plain_word
  ;
identifier
  : WORD | QUOTED
  ;
item_word
  : "foreign" | "exclude" | "trigger" | "policy" | "grant" | "partition" | "use" | "has"
  ;
item_or_clause_word
  : "primary" | "unique" | "check" | "constraint"
  ;
clause_word
  : "null" | "not" | "pk" | "default" | "generated" | "identity" | "collate" | "storage" | "compression"
  | "statistics" | "backfill" | "convert" | "references" | "was" | "as" | "on" | "match" | "deferrable" | "initially"
  | "nulls" | "no" | "include" | "with" | "tablespace" | "where"
  ;
plain_word
  : "schema" | "import" | "extension" | "enum" | "domain" | "composite" | "sequence" | "naming" | "mixin" | "table"
  | "create" | "revoke" | "alter" | "comment"
  | "owner" | "version" | "inherits" | "by" | "unlogged" | "rls" | "force" | "key" | "before" | "after" | "instead"
  | "of" | "or" | "for" | "each" | "when" | "execute" | "function" | "procedure" | "restrictive" | "permissive" | "to"
  | "option" | "from" | "in" | "one" | "many" | "via" | "always" | "virtual" | "stored" | "back" | "delete" | "update"
  | "set" | "cascade" | "restrict" | "action" | "full" | "valid" | "enforced" | "distinct" | "inherit" | "immediate"
  | "deferred" | "all" | "privileges" | "varying" | "precision" | "national" | "character" | "char" | interval_field
  | "insert" | "select" | "drop" | "truncate" | "do" | "call" | "copy" | "merge" | "vacuum" | "analyze" | "begin"
  | "commit"
  ;

%%

/* A word's token kind, WORD where it is none of the language's. The list above is the only list of words. */
int model_word_kind(const char *word)
{
    for (int kind = YYSYMBOL_SCHEMA; kind < YYNTOKENS; kind++) {
        if (str_eq(yysymbol_name((yysymbol_kind_t)kind), word)) return kind;
    }
    return T_WORD;
}

const char *model_kind_name(int kind)
{
    return kind == T_END ? "end of file" : yysymbol_name((yysymbol_kind_t)kind);
}

static int yyreport_syntax_error(const yypcontext_t *context, struct reader *r)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    int n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
    struct expected expected = {.n = 0};
    for (int i = 0; i < n; i++) {
        if (kinds[i] != YYSYMBOL_YYerror) expected.kinds[expected.n++] = (int)kinds[i];
    }
    syntax_error(r, (int)yypcontext_token(context), *yypcontext_location(context), &expected);
    return 0;
}

/* Called by the skeleton for exhausted memory only. */
static void grammar_error(const struct span *span, struct reader *r, const char *message)
{
    diag_add(r->ctx, D_SYNTAX, *span, "%s", message);
}
