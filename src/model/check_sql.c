/* check_sql.c: shows every SQL island and statement to PostgreSQL's grammar; its refusal is reported to the byte. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/check.h"
#include "model/island.h"
#include "sql/sql.h"
#include "sql/words.h"

/* What the SQL arguments of a clause are. WITHIN: valid only inside the statement given. NOT_SQL is not looked at. */
enum check { ISLAND_IS, WITHIN, NOT_SQL };

static const struct rule {
    const char *decl; /* NULL: any */
    const char *clause;
    enum check check;
    enum sql_island island;
    const char *before, *after;
} rules[] = {
    {NULL, "check", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {"partition", "default", NOT_SQL, SQL_EXPR, NULL, NULL},
    {NULL, "default", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "generated", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "identity", ISLAND_IS, SQL_SEQUENCE, NULL, NULL},
    {NULL, "backfill", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "convert", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "references", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "columns", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "expression", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {"exclude", "elements", ISLAND_IS, SQL_EXCLUDE, NULL, NULL},
    {NULL, "elements", ISLAND_IS, SQL_KEYS, NULL, NULL},
    {NULL, "include", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "with", ISLAND_IS, SQL_OPTIONS, NULL, NULL},
    {NULL, "where", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "using", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "with check", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "when", ISLAND_IS, SQL_EXPR, NULL, NULL},
    {NULL, "on delete", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "on update", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "options", ISLAND_IS, SQL_SEQUENCE, NULL, NULL},
    {NULL, "privilege", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "event", ISLAND_IS, SQL_NAMES, NULL, NULL},
    {NULL, "partition by", ISLAND_IS, SQL_KEYS, NULL, NULL},
    {NULL, "inherits", WITHIN, SQL_STATEMENT, "create table t () inherits (", "\n)"},
    {NULL, "from", WITHIN, SQL_STATEMENT, "create table t partition of p for values from (", "\n) to (1)"},
    {NULL, "in", WITHIN, SQL_STATEMENT, "create table t partition of p for values in (", "\n)"},
    {NULL, "execute", WITHIN, SQL_STATEMENT, "create trigger t before insert on t execute function f(", "\n)"},
};

static const struct rule bounds_rule = {
    "partition", "with", WITHIN, SQL_STATEMENT, "create table t partition of p for values with (", "\n)"};

static const struct rule *rule_of(const struct ast_decl *decl, const struct ast_clause *clause)
{
    bool bounds = clause == &decl->clauses.at[0] && str_eq(decl->word, "partition") && str_eq(clause->word, "with");
    if (bounds) return &bounds_rule;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!str_eq(rules[i].clause, clause->word)) continue;
        if (!rules[i].decl || str_eq(rules[i].decl, decl->word)) return &rules[i];
    }
    return NULL;
}

/* The error's place in the model: `base` is where the text stands there, `skip` what was put before it. */
static struct diag *report(struct reader *r, struct span base, size_t skip, const struct sql_error *error)
{
    size_t offset = error->offset > skip ? error->offset - skip : 0;
    if (offset > span_len(base)) offset = span_len(base);
    size_t end = offset + (error->length ? error->length : 1);
    struct span span = {base.start + (uint32_t)offset, base.start + (uint32_t)end};
    return diag_add(r->ctx, D_SQL, span, "%s", error->message);
}

static void check_within(struct reader *r, const struct rule *rule, const struct ast_arg *arg)
{
    struct sql_error error;
    const char *text = arena_printf(r->ctx->arena, "%s%s%s", rule->before, arg->text, rule->after);
    if (!sql_check(r->ctx->arena, SQL_STATEMENT, text, &error)) report(r, arg->span, strlen(rule->before), &error);
}

/* Temporal keys alone say `without overlaps` and `period`. */
static void check_temporal(struct reader *r, const struct ast_decl *decl, const struct rule *rule, const struct ast_arg *arg)
{
    struct sql_names names = {0};
    struct sql_error error;
    bool columns = str_eq(rule->clause, "columns");
    bool key = columns && (str_eq(decl->word, "primary key") || str_eq(decl->word, "unique"));
    bool foreign = str_eq(decl->word, "foreign key") && (columns || str_eq(rule->clause, "references"));
    if (!sql_names_parse(r->ctx->arena, arg->text, &names, &error)) return;
    if (names.without_overlaps && !key) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, arg->span, "`without overlaps` belongs to a primary key or unique constraint");
        if (foreign) diag_mend(r->ctx, diag, "write", "period %s", names.at[names.n - 1].name);
    } else if (names.period && !foreign) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, arg->span, "`period` belongs to a foreign key");
        if (key) diag_mend(r->ctx, diag, "write", "%s without overlaps", names.at[names.n - 1].name);
    } else if (names.without_overlaps && names.n < 2) {
        diag_add(r->ctx, D_INVALID, arg->span, "a key `without overlaps` has another column before that one");
    }
}

static void check_island(struct reader *r, const struct ast_decl *decl, const struct rule *rule,
                         const struct ast_arg *arg)
{
    struct sql_error error;
    if (sql_check(r->ctx->arena, rule->island, arg->text, &error)) {
        if (rule->island == SQL_NAMES) check_temporal(r, decl, rule, arg);
        return;
    }
    if (rule->island == SQL_EXPR && sql_is_newer(r->ctx->arena, arg->text)) return;
    struct diag *diag = report(r, arg->span, 0, &error);
    bool expressions = str_eq(decl->word, "unique") && sql_check(r->ctx->arena, SQL_KEYS, arg->text, &error);
    if (!expressions) return;
    diag_mend(r->ctx, diag, "write", "unique index %s%s(%s)", decl->name ? decl->name : "", decl->name ? " " : "",
              arg->text);
}

/* ---- statements */

/* Statements that stand in a model as declarations, and those that do not belong there. */
static void check_class(struct reader *r, struct span verb, const char *text)
{
    struct sql_statement statement;
    struct sql_error error;
    if (!sql_classify(r->ctx->arena, text, &statement, &error)) return;
    const char *name = statement.name ? statement.name : "NAME";
    const char *schema = statement.schema ? arena_printf(r->ctx->arena, "%s.", statement.schema) : "";
    struct diag *diag;
    switch (statement.class) {
    case SQL_CREATE_TABLE:
        diag = diag_add(r->ctx, D_INVALID, verb, "a table is declared, not created");
        diag_mend(r->ctx, diag, "write", "table %s%s { .. }", schema, name);
        diag_mend(r->ctx, diag, "hint", "`modelc import --sql -` turns CREATE TABLE text into models");
        break;
    case SQL_CREATE_ENUM:
        diag = diag_add(r->ctx, D_INVALID, verb, "an enum is declared, not created");
        diag_mend(r->ctx, diag, "write", "enum %s%s { a, b }", schema, name);
        break;
    default: break;
    }
}

/* Statements of other verbs: what they would do belongs elsewhere. */
static const struct stranger {
    const char *verb, *message, *mend;
} strangers[] = {
    {"insert", "a model holds no data", "modelc revision -m \"..\"   (INSERT goes into a revision)"},
    {"update", "a model holds no data", "modelc revision -m \"..\"   (UPDATE goes into a revision)"},
    {"delete", "a model holds no data", "modelc revision -m \"..\"   (DELETE goes into a revision)"},
    {"copy", "a model holds no data", "modelc revision -m \"..\"   (data goes into a revision)"},
    {"do", "a model says what should be, not what to do", "modelc revision -m \"..\"   (DO goes into a revision)"},
    {"drop", "a model says what should be: what it no longer names is dropped", "remove the declaration instead"},
    {NULL, "this statement is no part of a model",
     "modelc revision -m \"..\"   (statements to run go into a revision)"},
};

static bool check_verb(struct reader *r, const struct ast_clause *clause)
{
    static const char *const ours[] = {"create", "grant", "revoke", "alter", "comment"};
    const char *verb = text_at(r->source, clause->word_span);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (skip_word(verb, ours[i])) return true;
    }
    const struct stranger *row = strangers;
    while (row->verb && !skip_word(verb, row->verb)) row++;
    diag_mend(r->ctx, diag_add(r->ctx, D_INVALID, clause->word_span, "%s", row->message), "mend", "%s", row->mend);
    return false;
}

static void check_statement(struct reader *r, const struct ast_clause *clause)
{
    const struct ast_arg *arg = &clause->args.at[0];
    struct sql_error error;
    bool ours = check_verb(r, clause);
    if (!ours || arg->extra) return;
    if (sql_check(r->ctx->arena, SQL_STATEMENT, arg->text, &error)) check_class(r, clause->word_span, arg->text);
    else report(r, arg->span, 0, &error);
}

/* ---- one declaration */

static void check_type(struct reader *r, const struct ast_decl *decl)
{
    const char *text = arena_strndup(r->ctx->arena, text_at(r->source, decl->type_span), span_len(decl->type_span));
    size_t open = strcspn(text, "(\"");
    bool unclosed = text[open] == '(' && island_close(text, strlen(text), open) == 0;
    struct sql_error error;
    if (unclosed || sql_check(r->ctx->arena, SQL_TYPE, text, &error)) return;
    if (error.offset > 0) report(r, decl->type_span, 0, &error);
    else diag_add(r->ctx, D_SQL, decl->type_span, "`%s` needs a type, and this is none", decl->name);
}

static void check_clause(struct reader *r, const struct ast_decl *decl, const struct ast_clause *clause)
{
    const struct rule *rule = rule_of(decl, clause);
    for (size_t i = 0; rule && i < clause->args.n; i++) {
        const struct ast_arg *arg = &clause->args.at[i];
        if (arg->type != AST_SQL || arg->extra) continue;
        if (rule->check == WITHIN) check_within(r, rule, arg);
        else if (rule->check == ISLAND_IS) check_island(r, decl, rule, arg);
    }
}

void check_sql(struct reader *r, const struct ast_decl *decl)
{
    if (decl->type) check_type(r, decl);
    for (size_t i = 0; i < decl->clauses.n; i++) {
        if (str_eq(decl->word, "sql")) check_statement(r, &decl->clauses.at[i]);
        else check_clause(r, decl, &decl->clauses.at[i]);
    }
}
