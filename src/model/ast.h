/* ast.h: what the grammar builds: uniform declarations, without any knowledge of kinds.
 *
 * A declaration has a word, a name, clauses and children. Words are spelled as in the language (docs/language.md),
 * lower case, one space between parts, interned: str_eq() compares them. The words, and the arguments of each clause:
 *
 *   top level                name          clauses (arguments)
 *   schema                   NAME          owner(NAME) was(NAME)
 *   import                   -             path(STRING)
 *   extension                NAME          schema(NAME) version(STRING)
 *   enum                     QNAME         was(NAME); children: label
 *   label                    the label     was(STRING)
 *   domain                   QNAME, type   default(SQL) null not null check([NAME] SQL) collate(NAME) was(NAME)
 *   composite                QNAME         was(NAME); children: attribute (name, type; collate)
 *   sequence                 QNAME         options(SQL) was(NAME)
 *   naming                   -             primary key|unique|foreign key|check|index|exclude (STRING template)
 *   mixin                    NAME          children: items
 *   table                    QNAME         was(NAME) inherits(SQL) partition by(WORD SQL) of(NAME) with(SQL) unlogged tablespace(NAME)
 *                                          owner(NAME) rls force using(NAME) @x([SQL]); children: items
 *   sql                      -             statement(SQL), the verbatim text without its final `;`
 *   items of a table, mixin or partition
 *   column                   NAME, type    null (for `?`) | not null([NAME]) | primary key([NAME]) unique([NAME]) index([NAME])
 *                                          check([NAME] SQL) default(SQL) generated(SQL [WORD virtual|stored])
 *                                          identity(WORD always|by default [SQL options]) collate(NAME) storage(WORD)
 *                                          compression(WORD) statistics(WORD) backfill(SQL) convert(SQL up [SQL back])
 *                                          references(NAME [SQL columns]) and the common ones
 *   primary key, unique      NAME or none  columns(SQL) and the options
 *   check                    NAME or none  expression(SQL) and the options
 *   foreign key              NAME or none  columns(SQL) references(NAME [SQL]) and the options
 *   exclude                  NAME or none  using(NAME) elements(SQL) and the options
 *   index                    NAME or none  unique using(NAME) elements(SQL) and the options
 *   trigger                  NAME          timing(WORD before|after|instead of) event(WORD [SQL column list])+ each(WORD row|statement)
 *                                          when(SQL) execute(NAME SQL) and @x
 *   policy                   NAME          restrictive permissive for(WORD) to(NAME)+ using(SQL) with check(SQL)
 *   grant                    -             privilege(WORD [SQL column list])+ to(NAME)+ with grant option
 *   partition                QNAME         from(SQL SQL) | in(SQL) | with(SQL) first = bounds | default; then table's hopts; children
 *   use                      -             mixin(NAME)+
 *   has                      NAME          one | many, via(NAME table[.relation in `schema`]) ..: see via below
 *   common clauses           was(NAME) as(NAME) on delete(WORD [SQL columns]) on update(WORD [SQL]) match full deferrable
 *                            not deferrable initially deferred initially immediate nulls not distinct not valid not enforced @x([SQL])
 *   options of constraints   common, and no inherit include(SQL) with(SQL) tablespace(NAME) where(SQL)
 *   has's via                via(NAME): .schema = schema or NULL, .text = table, .extra = relation; a second via for `->`
 *
 * An SQL argument is the verbatim text inside the parentheses (or of the free-standing island), with its span: byte i
 * of the text stands at span.start + i (but the column list of a trigger's event is normalised: "a, b"). One that was
 * not closed is "" with .extra "unclosed"; then there are errors.
 *
 * Further: `null` is always a declaration's first clause. `generated .. stored` leaves no WORD: stored is what it means
 * without one. grant's `all privileges` is WORD all. naming's `foreign`, `pk`, `fk`, `uq`, `ck`, `ix` have become the
 * words above. A type's text has its white space squeezed. check.c has refused clauses that do not go with their
 * declaration (its table `forms`), repeated ones (all but check, unique, index, event, privilege, via) and words
 * outside of the lists in its table `choices` (events, commands, privileges, storage, methods of partitioning ..).
 * Annotations keep their `@` and their case. On a column, `no inherit` and `not valid` speak of its check, foreign key or
 * `not null`, `not enforced` of the first two. The column list of a key may end in `.. without overlaps`, those of a foreign key in `period ..`. */
#ifndef MODELC_AST_H
#define MODELC_AST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "base/vec.h"

enum ast_arg_type { AST_NAME, AST_SQL, AST_WORD, AST_STRING };

struct ast_arg {
    enum ast_arg_type type;
    const char *schema; /* AST_NAME: its qualifier or NULL; all names folded as PostgreSQL folds them */
    const char *text;
    const char *extra;
    struct span span;
};

struct ast_clause {
    const char *word;
    struct span span; /* the whole clause, word to last argument */
    struct span word_span;
    VEC(struct ast_arg) args;
};

struct ast_decl {
    const char *word;
    const char *schema;     /* qualifier of a QNAME as written, or NULL */
    const char *name;       /* NULL where none was given */
    struct span name_span;  /* the word's where there is no name */
    const char *type;       /* columns, domains, attributes: verbatim type text, e.g. "timestamp(3) with time zone[]" */
    struct span type_span;
    VEC(struct ast_clause) clauses;
    VEC(struct ast_decl *) children;
    const char *doc;        /* doc comment, its lines joined by newlines, or NULL */
    struct span span;       /* the whole declaration */
    const char *in_schema;  /* default schema in force where it stands (the last `schema` above), or "public" */
};

struct ast_file {
    struct source *source;
    VEC(struct ast_decl *) decls;
};

/* The first clause of that word, or NULL. */
const struct ast_clause *ast_clause(const struct ast_decl *decl, const char *word);
/* A column's `not null` that says no more than that: without a name, `not valid` or `no inherit`. */
const struct ast_clause *ast_plain_not_null(const struct ast_decl *decl);

#endif
