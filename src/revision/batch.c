/* batch.c: reads `-- modelc:batch` and holds it against its statement. */
#include "revision/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/suggest.h"
#include "revision/duration.h"
#include "revision/line.h"
#include "revision/revision.h"
#include "sql/quote.h"

struct reading {
    struct ctx *ctx;
    struct batch *batch;
    const char *word, *value;
};

static bool refuse(const struct reading *reading, const char *what, const char *example)
{
    struct diag *diag = diag_add(reading->ctx, D_REVISION, reading->batch->span, "%s \"%s\": %s", reading->word, reading->value, what);
    diag_mend(reading->ctx, diag, "write", "%s", example);
    return false;
}

static bool read_table(struct reading *reading)
{
    struct batch_options *options = &reading->batch->options;
    if (sql_qname_read(reading->ctx->arena, reading->value, &options->schema, &options->table)) return true;
    return refuse(reading, "not the name of a table", "table=orders, table=public.\"Odd Name\"");
}

static bool read_key(struct reading *reading)
{
    struct sql_names names;
    struct sql_error error;
    if (!sql_names_parse(reading->ctx->arena, reading->value, &names, &error) || names.n == 0 || names.period || names.without_overlaps) {
        return refuse(reading, "not the columns of a key", "key=id, key=tenant,\"Odd Name\"");
    }
    for (size_t i = 0; i < names.n; i++) vec_push(reading->ctx->arena, &reading->batch->options.key, names.at[i].name);
    return true;
}

static bool read_size(struct reading *reading)
{
    size_t digits = strspn(reading->value, "0123456789");
    size_t size = strtoul(reading->value, NULL, 10);
    reading->batch->options.size = size;
    if (digits > 0 && digits < 8 && !reading->value[digits] && size > 0 && size <= BATCH_SIZE_MAX) return true;
    return refuse(reading, "not a number of rows from 1 to 1000000", "size=5000");
}

static bool read_pause(struct reading *reading)
{
    long milliseconds = 0;
    size_t digits = strspn(reading->value, "0123456789");
    bool fine = duration_parse(reading->value, &milliseconds) && (reading->value[digits] || milliseconds == 0);
    if (!fine) return refuse(reading, "not a length of time with its unit", "pause=50ms");
    if (milliseconds > BATCH_PAUSE_MAX) return refuse(reading, "longer than an hour", "pause=50ms");
    reading->batch->options.pause = (unsigned)milliseconds;
    return true;
}

static const struct word {
    const char *name;
    bool (*read)(struct reading *reading);
} words[] = {{"table", read_table}, {"key", read_key}, {"size", read_size}, {"pause", read_pause}};
enum { N_WORDS = sizeof words / sizeof *words };

static bool read_word(struct reading *reading, unsigned *seen)
{
    struct suggest near = {.word = reading->word};
    for (size_t i = 0; i < N_WORDS; i++) {
        suggest_try(&near, words[i].name);
        if (strcmp(words[i].name, reading->word) != 0) continue;
        if (*seen & 1U << i) return refuse(reading, "said twice", "-- modelc:batch key=id size=5000 pause=50ms");
        *seen |= 1U << i;
        return words[i].read(reading);
    }
    struct diag *diag = diag_add(reading->ctx, D_UNKNOWN_WORD, reading->batch->span, "modelc:batch knows no \"%s\"", reading->word);
    if (near.best) diag_mend(reading->ctx, diag, "did you mean", "%s=", near.best);
    else diag_mend(reading->ctx, diag, "write", "-- modelc:batch table=orders key=id size=5000 pause=50ms");
    return false;
}

/* The length of a word up to a blank; those in a quoted name, and behind a comma, don't end it. */
static size_t word_length(const char *text)
{
    bool quoted = false;
    size_t i = 0;
    for (; text[i]; i++) {
        if (text[i] == '"') quoted = !quoted;
        bool blank = text[i] == ' ' || text[i] == '\t';
        if (blank && !quoted && (i == 0 || text[i - 1] != ',')) break;
    }
    return i;
}

struct batch *batch_read(struct ctx *ctx, const char *value, struct span line)
{
    struct batch *batch = ARENA_NEW(ctx->arena, struct batch);
    unsigned seen = 0;
    *batch = (struct batch){.options = {.size = BATCH_SIZE}, .span = line};
    for (const char *at = line_decode(ctx->arena, value); *at;) {
        size_t len = word_length(at), name = strcspn(at, "= \t\"");
        bool said = name < len && at[name] == '=';
        struct reading reading = {.ctx = ctx, .batch = batch, .word = arena_strndup(ctx->arena, at, said ? name : len),
                                  .value = said ? arena_strndup(ctx->arena, at + name + 1, len - name - 1) : ""};
        if (!read_word(&reading, &seen)) return NULL;
        at += len;
        at += strspn(at, " \t");
    }
    batch->text = batch_text(ctx->arena, &batch->options);
    return batch;
}

/* ---- with its statement */

static bool is_target(struct ctx *ctx, const struct batch *batch)
{
    const struct batch_options *said = &batch->options;
    if (!said->table) return true;
    bool same_schema = !said->schema || !batch->sql.schema || str_eq(said->schema, batch->sql.schema);
    if (str_eq(said->table, batch->sql.table) && same_schema) return true;
    struct diag *diag = diag_add(ctx, D_REVISION, batch->span, "the statement below changes %s, not %s", batch->sql.relation,
                                 sql_qname_str(ctx->arena, said->schema, said->table));
    diag_mend(ctx, diag, "write", "table=%s, or leave it out", batch->sql.relation);
    return false;
}

/* A row whose key changes could be met again, or never. */
static bool keeps_key(struct ctx *ctx, const struct batch *batch)
{
    for (size_t i = 0; i < batch->options.key.n; i++) {
        for (size_t k = 0; k < batch->sql.sets.n; k++) {
            if (!str_eq(batch->options.key.at[i], batch->sql.sets.at[k])) continue;
            diag_add(ctx, D_REVISION, batch->span, "the statement below changes %s, which its batches go by",
                     sql_ident_str(ctx->arena, batch->options.key.at[i]));
            return false;
        }
    }
    return true;
}

bool batch_join(struct ctx *ctx, struct batch *batch, const struct statement *statement)
{
    struct sql_error error = {0};
    if (sql_batch_read(ctx->arena, statement->sql, &batch->sql, &error)) return is_target(ctx, batch) && keeps_key(ctx, batch);
    uint32_t start = statement->span.start + (uint32_t)error.offset, end = start + (uint32_t)(error.length ? error.length : 1);
    struct diag *diag = diag_add(ctx, D_REVISION, (struct span){start, end > statement->span.end ? statement->span.end : end}, "%s",
                                 error.message);
    diag_note(ctx, diag, batch->span, "this asks for batches");
    return false;
}
