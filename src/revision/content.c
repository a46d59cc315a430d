/* content.c: questions about one revision: its digests, what it loses, what is left to complete. */
#include <string.h>

#include "base/digest.h"
#include "revision/revision.h"
#include "sql/sql.h"

/* One line per statement, each with its own digest: a statement that the scanner refuses doesn't make the others'
 * layout matter. */
static void add_statement(struct ctx *ctx, struct buf *all, const struct statement *statement)
{
    buf_printf(all, "statement %s\n", sql_token_digest(ctx->arena, statement->sql));
}

static void add_generated(struct ctx *ctx, struct buf *all, const struct section *section)
{
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        if (statement->origin == STATEMENT_GENERATED) add_statement(ctx, all, statement);
    }
}

const char *revision_generated_digest(struct ctx *ctx, const struct revision *revision)
{
    struct buf all = buf_new(ctx->arena);
    buf_add(&all, "upgrade\n");
    for (size_t i = 0; i < revision->up.n; i++) add_generated(ctx, &all, &revision->up.at[i]);
    buf_add(&all, "downgrade\n");
    for (size_t i = 0; i < revision->down.n; i++) add_generated(ctx, &all, &revision->down.at[i]);
    return digest_text(ctx->arena, all.text, all.len);
}

static void add_section(struct ctx *ctx, struct buf *all, const char *word, const struct section *section)
{
    const char *path = NULL;
    buf_printf(all, "%s%s%s %s\n", word, section->transaction ? "" : " no-transaction",
               section->on_create ? " on-create" : "", section->lock_timeout ? section->lock_timeout : "");
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        if (!str_eq(path, statement->search_path)) {
            path = statement->search_path;
            buf_printf(all, "path %s\n", sql_token_digest(ctx->arena, path ? path : ""));
        }
        add_statement(ctx, all, statement);
    }
}

const char *revision_body_digest(struct ctx *ctx, const struct revision *revision)
{
    struct buf all = buf_new(ctx->arena);
    for (size_t i = 0; i < revision->up.n; i++) add_section(ctx, &all, "upgrade", &revision->up.at[i]);
    for (size_t i = 0; i < revision->down.n; i++) add_section(ctx, &all, "downgrade", &revision->down.at[i]);
    return digest_text(ctx->arena, all.text, all.len);
}

static const struct statement *first_unfinished(const struct section *section)
{
    for (size_t i = 0; i < section->statements.n; i++) {
        if (section->statements.at[i].origin == STATEMENT_COMPLETE) return &section->statements.at[i];
    }
    return NULL;
}

const struct statement *revision_unfinished(const struct revision *revision)
{
    const struct statement *found = NULL;
    for (size_t i = 0; !found && i < revision->up.n; i++) found = first_unfinished(&revision->up.at[i]);
    for (size_t i = 0; !found && i < revision->down.n; i++) found = first_unfinished(&revision->down.at[i]);
    return found;
}

const char *revision_loses(const struct revision *revision, bool up)
{
    size_t n = up ? revision->up.n : revision->down.n;
    const struct section *sections = up ? revision->up.at : revision->down.at;
    for (size_t i = 0; i < n; i++) {
        if (sections[i].loses.n > 0) return sections[i].loses.at[0];
    }
    return NULL;
}

bool revision_id_valid(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t len = strlen(id);
    if (len == 0 || len > 64 || strspn(id, allowed) != len || id[0] == '-' || id[0] == '.') return false;
    return strcmp(id, "head") != 0 && strcmp(id, "heads") != 0 && strcmp(id, "base") != 0;
}
