/* load.c: a revision as the file that is reviewed. */
#include <string.h>
#include <strings.h>

#include "review/load.h"

/* Forms of PostgreSQL 17 and 18 that sql_is_newer() doesn't know, as they stand in other statements than those of models. */
static bool is_newer(struct arena *arena, const char *sql, size_t defect)
{
    static const char *const forms[] = {"set expression", "not enforced", "enforced", "without overlaps", "period", "virtual",
                                        "access method default", "alter constraint", "add not null"};
    size_t offset;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (sql_find_words(arena, sql, forms[i], &offset)) return true;
    }
    /* ADD CONSTRAINT c NOT NULL column */
    return sql_find_words(arena, sql, "add constraint", &offset) && strncasecmp(sql + defect, "not null", strlen("not null")) == 0;
}

static void read_effect(struct ctx *ctx, struct review_statement *statement)
{
    if (!sql_effect(ctx->arena, statement->sql, 0, &statement->effect)) statement->effect = (struct effect){0};
}

void load_statement(struct ctx *ctx, struct review_statement *statement)
{
    struct sql_error error = {0};
    if (sql_acts(ctx->arena, statement->sql, &statement->acts, &error)) {
        statement->creates = sql_created(ctx->arena, statement->sql, &statement->created);
        read_effect(ctx, statement);
        return;
    }
    struct sql_act none = {.what = ACT_NONE, .length = strlen(statement->sql)};
    vec_push(ctx->arena, &statement->acts, none);
    if (statement->generated || sql_is_newer(ctx->arena, statement->sql) || is_newer(ctx->arena, statement->sql, error.offset)) {
        statement->acts.at[0].what = ACT_NEWER;
        read_effect(ctx, statement);
        return;
    }
    uint32_t at = statement->span.start + (uint32_t)error.offset;
    statement->defect = error.message;
    statement->defect_span = (struct span){at, at + (uint32_t)(error.length ? error.length : 1)};
}

/* The nearest `modelc:allow` above the statement: its place for findings on it. */
static struct span allow_place(const struct source *source, struct span statement)
{
    static const char word[] = "modelc:allow";
    size_t at = statement.start - source->base;
    while (at > 0 && strncmp(source->text + at, word, strlen(word)) != 0) at--;
    uint32_t start = source->base + (uint32_t)at;
    return (struct span){start, start + (uint32_t)strlen(word)};
}

static void add_section(struct ctx *ctx, struct review_file *file, const struct section *section, bool up, int *transactions)
{
    int transaction = section->transaction ? ++*transactions : 0;
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        struct review_statement reviewed = {.sql = statement->sql, .span = statement->span, .allow = statement->allow, .up = up,
                                            .transaction = transaction, .statement = statement, .section = section};
        reviewed.generated = file->revision->generated && statement->origin == STATEMENT_GENERATED;
        if (statement->allow && file->source) reviewed.allow_span = allow_place(file->source, statement->span);
        load_statement(ctx, &reviewed);
        vec_push(ctx->arena, &file->statements, reviewed);
    }
}

struct review_file *review_revision(struct ctx *ctx, const struct revision *revision)
{
    struct review_file *file = ARENA_NEW(ctx->arena, struct review_file);
    int transactions = 0;
    *file = (struct review_file){.name = revision->source ? revision->source->name : revision->id, .source = revision->source,
                                 .revision = revision, .directions = true, .irreversible = revision->irreversible != NULL};
    for (size_t i = 0; i < revision->up.n; i++) add_section(ctx, file, &revision->up.at[i], true, &transactions);
    for (size_t i = 0; i < revision->down.n; i++) add_section(ctx, file, &revision->down.at[i], false, &transactions);
    return file;
}
