/* cost.c: what each statement locks and does, in a line: for the overview. */
#include <string.h>

#include "review/review.h"
#include "sql/quote.h"

/* "people (12 GB, 30,000,000 rows): ACCESS EXCLUSIVE, rewrite" for each relation that the file doesn't make itself. */
static bool made_by(const struct review_file *file, const struct review_statement *until, const struct relation_effect *relation)
{
    for (size_t i = 0; i < file->statements.n && &file->statements.at[i] != until; i++) {
        const struct effect *effect = &file->statements.at[i].effect;
        for (size_t k = 0; k < effect->relations.n && file->statements.at[i].up == until->up; k++) {
            const struct relation_effect *other = &effect->relations.at[k];
            if (other->made && str_eq(other->name, relation->name) && str_eq(other->schema, relation->schema)) return true;
        }
    }
    return relation->made;
}

const char *review_cost(struct ctx *ctx, const struct review_file *file, const struct review_statement *statement,
                        const struct review_options *options)
{
    struct buf text = buf_new(ctx->arena);
    for (size_t i = 0; i < statement->effect.relations.n; i++) {
        const struct relation_effect *relation = &statement->effect.relations.at[i];
        if (made_by(file, statement, relation)) continue;
        const char *schema = relation->schema ? relation->schema : "public";
        const char *key = arena_printf(ctx->arena, "%s.%s", schema, relation->name);
        const struct review_size *size = options->sizes ? map_get(options->sizes, key) : NULL;
        const char *shown = sql_qname_str(ctx->arena, str_eq(schema, "public") ? NULL : schema, relation->name);
        buf_separate(&text, "", "; ");
        buf_add(&text, effect_text(ctx->arena, size && size->text ? arena_printf(ctx->arena, "%s (%s)", shown, size->text) : shown,
                                   relation));
    }
    return text.len ? text.text : NULL;
}
