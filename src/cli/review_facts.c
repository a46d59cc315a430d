/* review_facts.c: what the review asks of a live database: how big the tables are that the files speak of, and what only it knows of the
 * statements. */
#include "cli/review.h"
#include "pg/sizes.h"

struct asked { VEC(struct relation_size) sizes; };

static void ask_of(struct session *s, const struct review_statement *statement, struct map *seen, struct asked *asked)
{
    for (size_t i = 0; i < statement->effect.relations.n; i++) {
        const struct relation_effect *relation = &statement->effect.relations.at[i];
        const char *schema = relation->schema ? relation->schema : "public";
        const char *key = arena_printf(s->ctx->arena, "%s.%s", schema, relation->name);
        if (map_has(seen, key)) continue;
        map_put(seen, key, asked);
        vec_push(s->ctx->arena, &asked->sizes, ((struct relation_size){.schema = schema, .name = relation->name}));
    }
}

/* Columns that SET NOT NULL needs not look at. */
static void ask_nulls(struct session *s, const struct review_statement *statement, struct review_options *options)
{
    for (size_t i = 0; i < statement->acts.n; i++) {
        const struct sql_act *act = &statement->acts.at[i];
        const char *schema = act->schema ? act->schema : "public";
        if (act->what != ACT_NOT_NULL_SET || !sizes_never_null(s->conn, schema, act->name, act->part)) continue;
        map_put(options->never_null, arena_printf(s->ctx->arena, "%s.%s.%s", schema, act->name, act->part), options);
    }
}

bool review_facts(struct session *s, const struct review_files *files, struct review_options *options)
{
    struct arena *arena = s->ctx->arena;
    struct map *seen = map_new(arena);
    struct asked asked = {0};
    struct server_error error;
    options->version = s->conn->version;
    options->sizes = map_new(arena);
    options->never_null = map_new(arena);
    for (size_t i = 0; i < files->n; i++) {
        for (size_t k = 0; k < files->at[i]->statements.n && !files->at[i]->context; k++) {
            sizes_settle(s->conn, &files->at[i]->statements.at[k].effect);
            ask_nulls(s, &files->at[i]->statements.at[k], options);
            ask_of(s, &files->at[i]->statements.at[k], seen, &asked);
        }
    }
    if (asked.sizes.n > 0 && !sizes_read(s->conn, asked.sizes.at, asked.sizes.n, &error)) {
        server_error_report(s->ctx, &error, (struct span){0, 0}, "review");
        return false;
    }
    for (size_t i = 0; i < asked.sizes.n; i++) {
        const struct relation_size *found = &asked.sizes.at[i];
        bool table = found->exists && (found->kind == 'r' || found->kind == 'p' || found->kind == 'm');
        struct review_size *size = ARENA_NEW(arena, struct review_size);
        *size = (struct review_size){.exists = table, .partitioned = found->kind == 'p', .rows = found->rows, .text = NULL};
        if (table) size->text = arena_printf(arena, "%s, %s", str_bytes(arena, found->bytes), size_rows_text(arena, found));
        map_put(options->sizes, arena_printf(arena, "%s.%s", found->schema, found->name), size);
    }
    return true;
}
