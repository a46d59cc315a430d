/* check.c: which clauses go with what, and the traps for those who know CREATE TABLE. */
#include "model/check.h"

#include <string.h>

#include "base/map.h"
#include "base/suggest.h"
#include "sql/sql.h"

/* More than anyone writes: beyond it an item is not looked at, so that no text takes quadratic time. */
enum { MOST_CLAUSES = 1000 };

/* What a declaration takes, as "|a|b|"; @ stands for annotations. Others take what the grammar lets through. */
struct form {
    const char *word;
    const char *called;
    const char *clauses;
};

static const struct form forms[] = {
    {"column", "a column",
     "|null|not null|primary key|unique|index|check|default|generated|identity|collate|storage|compression|statistics"
     "|backfill|convert|references|was|as|on delete|on update|match full|deferrable|not deferrable|initially deferred"
     "|initially immediate|nulls not distinct|not valid|not enforced|no inherit|@|"},
    {"domain", "a domain", "|null|not null|default|check|collate|was|not valid|"},
    {"attribute", "an attribute of a composite type", "|collate|was|"},
    {"primary key", "a primary key",
     "|columns|was|deferrable|not deferrable|initially deferred|initially immediate|include|with|tablespace|@|"},
    {"unique", "a UNIQUE constraint",
     "|columns|was|deferrable|not deferrable|initially deferred|initially immediate|nulls not distinct|include|with"
     "|tablespace|@|"},
    {"check", "a check", "|expression|was|not valid|not enforced|no inherit|@|"},
    {"foreign key", "a foreign key",
     "|columns|references|was|as|on delete|on update|match full|deferrable|not deferrable|initially deferred"
     "|initially immediate|not valid|not enforced|@|"},
    {"exclude", "an exclude constraint",
     "|using|elements|was|deferrable|not deferrable|initially deferred|initially immediate|include|with|tablespace"
     "|where|@|"},
    {"index", "an index", "|unique|using|elements|was|nulls not distinct|include|with|tablespace|where|@|"},
};

static bool in_list(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at++) {
        if (at[-1] == '|' && at[len] == '|') return true;
    }
    return false;
}

static const struct form *form_of(const struct ast_decl *decl)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_eq(forms[i].word, decl->word)) return &forms[i];
    }
    return NULL;
}

/* `unique (..) where ..`, the commonest wish that PostgreSQL grants to indexes only. */
static void partial_unique(struct reader *r, const struct ast_decl *decl, const struct ast_clause *where)
{
    struct diag *diag = diag_add(r->ctx, D_INVALID, where->word_span, "a UNIQUE constraint cannot be partial");
    const struct ast_clause *columns = ast_clause(decl, "columns");
    const char *name = columns && decl->name ? arena_printf(r->ctx->arena, "%s ", decl->name) : "";
    struct span rest = {where->span.start, decl->span.end};
    diag_mend(r->ctx, diag, "write", "unique index %s(%s) %.*s", name, columns ? columns->args.at[0].text : decl->name,
              (int)span_len(rest), text_at(r->source, rest));
}

/* `unique index` says so in front; `index (..) unique` is a column's clause. */
static bool is_stray_unique(const struct ast_decl *decl, const struct ast_clause *clause)
{
    bool index = str_eq(decl->word, "index") && str_eq(clause->word, "unique");
    return index && clause->word_span.start != decl->span.start;
}

static void not_allowed(struct reader *r, const struct ast_decl *decl, const struct form *form,
                        const struct ast_clause *clause)
{
    bool where = str_eq(clause->word, "where"), column = str_eq(decl->word, "column");
    if (where && (str_eq(decl->word, "unique") || (column && ast_clause(decl, "unique")))) {
        partial_unique(r, decl, clause);
        return;
    }
    struct diag *diag = diag_add(r->ctx, D_INVALID, clause->word_span, "%s takes no `%s`", form->called, clause->word);
    if (where && column) diag_mend(r->ctx, diag, "hint", "`where` goes with an index");
    if (is_stray_unique(decl, clause)) diag_mend(r->ctx, diag, "write", "unique index %s(..)", decl->name ? "NAME " : "");
}

static void check_allowed(struct reader *r, const struct ast_decl *decl)
{
    const struct form *form = form_of(decl);
    for (size_t i = 0; form && i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        const char *word = *clause->word == '@' ? "@" : clause->word;
        bool stray = is_stray_unique(decl, clause);
        if (stray || !in_list(form->clauses, word)) not_allowed(r, decl, form, clause);
    }
}

static void check_repeated(struct reader *r, const struct ast_decl *decl)
{
    static const char *const repeatable = "|check|unique|index|event|privilege|via|";
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        if (in_list(repeatable, clause->word)) continue;
        const struct ast_clause *first = ast_clause(decl, clause->word);
        bool bounds = first == &decl->clauses.at[0] && str_eq(clause->word, "with") && str_eq(decl->word, "partition");
        if (first == clause || bounds) continue;
        struct diag *diag = diag_add(r->ctx, D_DUPLICATE, clause->word_span, "`%s` is given twice", clause->word);
        diag_note(r->ctx, diag, first->word_span, "first given here");
    }
}

/* ---- null */

static bool only_blanks(const struct source *source, uint32_t from, uint32_t to)
{
    return strspn(source->text + (from - source->base), " \t") >= to - from;
}

static void check_null(struct reader *r, const struct ast_decl *decl)
{
    const struct ast_clause *null = ast_clause(decl, "null"), *not_null = ast_clause(decl, "not null");
    if (!null) return;
    if (not_null) {
        struct span later = null->span.start < not_null->span.start ? not_null->span : null->span;
        struct diag *diag = diag_add(r->ctx, D_CONFLICT, later, "both nullable and `not null`");
        diag_mend(r->ctx, diag, "hint", "`?` after the type allows NULL; without it a column is NOT NULL");
    }
    bool mark = *text_at(r->source, null->span) == '?';
    if (mark && decl->type && !only_blanks(r->source, decl->type_span.end, null->span.start)) {
        struct diag *diag = diag_add(r->ctx, D_SYNTAX, null->span, "`?` stands directly after the type");
        diag_mend(r->ctx, diag, "write", "%s %s?", decl->name, decl->type);
    }
}

/* The columns of the table's primary key: they are NOT NULL in SQL without saying so. */
static struct map *key_columns(struct reader *r, const struct ast_decl *table)
{
    struct map *found = map_new(r->ctx->arena);
    for (size_t i = 0; i < table->children.n; i++) {
        const struct ast_decl *item = table->children.at[i];
        const struct ast_clause *columns = str_eq(item->word, "primary key") ? ast_clause(item, "columns") : NULL;
        struct sql_names names = {.n = 0};
        struct sql_error error;
        if (!columns || !sql_names_parse(r->ctx->arena, columns->args.at[0].text, &names, &error)) continue;
        for (size_t n = 0; n < names.n; n++) map_put(found, names.at[n].name, found);
    }
    return found;
}

static bool says_nothing(const struct ast_decl *column)
{
    bool never_null = ast_clause(column, "primary key") || ast_clause(column, "identity") ||
                      ast_clause(column, "generated") || strstr(column->type, "serial") != NULL;
    return !never_null && !ast_clause(column, "not null");
}

/* CREATE TABLE's columns are nullable unless they say `not null`; ours are not. A table that says `not null` here and
 * nothing there, and `?` or `null` nowhere, was most likely written for the other rule. */
static void check_pasted(struct reader *r, const struct ast_decl *table)
{
    const struct ast_decl *silent = NULL;
    const struct ast_clause *not_null = NULL;
    struct map *key = key_columns(r, table);
    for (size_t i = 0; i < table->children.n; i++) {
        const struct ast_decl *item = table->children.at[i];
        if (!str_eq(item->word, "column")) continue;
        if (ast_clause(item, "null")) return;
        if (!not_null) not_null = ast_plain_not_null(item);
        if (!silent && says_nothing(item) && !map_has(key, item->name)) silent = item;
    }
    if (!silent || !not_null) return;
    struct diag *diag = diag_add(r->ctx, D_CONFLICT, silent->name_span,
                                 "`%s` says neither `?` nor `not null`, but other columns do: pasted from SQL?",
                                 silent->name);
    diag_note(r->ctx, diag, not_null->span, "`not null` is the rule here: it need not be said");
    diag_mend(r->ctx, diag, "write", "%s %s? if it may be NULL; or drop every `not null`", silent->name, silent->type);
    diag_mend(r->ctx, diag, "hint", "`modelc import --sql -` turns CREATE TABLE text into models");
}

/* ---- single words */

static void check_word(struct reader *r, const struct ast_arg *arg, const char *what, const char *words)
{
    char *list = arena_strdup(r->ctx->arena, words + 1);
    struct suggest suggest = {.word = arg->text};
    for (char *word = list, *end; (end = strchr(word, '|')) != NULL; word = end + 1) {
        *end = '\0';
        if (str_eq(word, arg->text)) return;
        suggest_try(&suggest, arena_strdup(r->ctx->arena, word));
    }
    struct diag *diag = diag_add(r->ctx, D_UNKNOWN_WORD, arg->span, "unknown %s `%s`", what, arg->text);
    if (suggest.best) diag_mend(r->ctx, diag, "did you mean", "%s", suggest.best);
}

/* Clauses whose first argument is one of a few words. */
static const struct choice {
    const char *decl, *clause, *what, *words;
} choices[] = {
    {"trigger", "event", "event", "|insert|update|delete|truncate|"},
    {"trigger", "each", "granularity", "|row|statement|"},
    {"policy", "for", "command", "|all|select|insert|update|delete|"},
    {"grant", "privilege", "privilege",
     "|all|select|insert|update|delete|truncate|references|trigger|maintain|"},
    {"table", "partition by", "method of partitioning", "|range|list|hash|"},
    {"partition", "partition by", "method of partitioning", "|range|list|hash|"},
    {"column", "storage", "storage", "|plain|external|extended|main|default|"},
    {"column", "compression", "compression", "|pglz|lz4|default|"},
};

static void check_choices(struct reader *r, const struct ast_decl *decl)
{
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        for (size_t c = 0; c < sizeof choices / sizeof *choices; c++) {
            if (!str_eq(choices[c].decl, decl->word) || !str_eq(choices[c].clause, clause->word)) continue;
            check_word(r, &clause->args.at[0], choices[c].what, choices[c].words);
        }
        if (str_eq(decl->word, "naming")) {
            struct ast_arg key = {.text = clause->word, .span = clause->word_span};
            check_word(r, &key, "key of naming", "|primary key|unique|foreign key|check|index|exclude|");
        }
    }
}

static void check_decl(struct reader *r, const struct ast_decl *decl)
{
    if (decl->clauses.n > MOST_CLAUSES) {
        diag_add(r->ctx, D_INVALID, decl->name_span, "more than %d clauses in one item", MOST_CLAUSES);
        return;
    }
    check_allowed(r, decl);
    check_repeated(r, decl);
    check_null(r, decl);
    check_choices(r, decl);
    check_sql(r, decl);
    if (str_eq(decl->word, "table") || str_eq(decl->word, "mixin")) check_pasted(r, decl);
    for (size_t i = 0; i < decl->children.n && !gave_up(r); i++) check_decl(r, decl->children.at[i]);
}

void check_file(struct reader *r)
{
    for (size_t i = 0; i < r->file->decls.n && !gave_up(r); i++) check_decl(r, r->file->decls.at[i]);
}
