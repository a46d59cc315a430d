/* fuzz_revision.c: migration files; what parses is rewritten, and parses to the same statements. */
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "revision/batch.h"
#include "revision/revision.h"
#include "revision/write.h"

static const char *batch_of(const struct statement *statement)
{
    return statement->batch ? statement->batch->text : NULL;
}

static bool same_section(const struct section *a, const struct section *b)
{
    bool same = a->transaction == b->transaction && a->on_create == b->on_create &&
                str_eq(a->lock_timeout, b->lock_timeout) && str_eq(a->statement_timeout, b->statement_timeout) && a->statements.n == b->statements.n && a->loses.n == b->loses.n;
    for (size_t i = 0; same && i < a->statements.n; i++) {
        const struct statement *one = &a->statements.at[i], *two = &b->statements.at[i];
        same = str_eq(one->sql, two->sql) && str_eq(one->verb, two->verb) && str_eq(one->note, two->note) &&
               str_eq(one->search_path, two->search_path) && one->origin == two->origin &&
               str_eq(one->reason, two->reason) && str_eq(batch_of(one), batch_of(two)) && str_eq(one->allow, two->allow);
    }
    return same;
}

/* The body: what a rewritten header must leave alone. */
static bool same_body(struct ctx *ctx, const struct revision *a, const struct revision *b)
{
    bool same = a->up.n == b->up.n && a->down.n == b->down.n && str_eq(revision_body_digest(ctx, a), revision_body_digest(ctx, b)) &&
                str_eq(a->irreversible, b->irreversible) && a->loses.n == b->loses.n;
    for (size_t i = 0; same && i < a->up.n; i++) same = same_section(&a->up.at[i], &b->up.at[i]);
    for (size_t i = 0; same && i < a->down.n; i++) same = same_section(&a->down.at[i], &b->down.at[i]);
    return same;
}

static bool same_objects(const struct revision *a, const struct revision *b)
{
    bool same = a->objects.n == b->objects.n;
    for (size_t i = 0; same && i < a->objects.n; i++) {
        const struct object_line *one = &a->objects.at[i], *two = &b->objects.at[i];
        same = str_eq(one->kind, two->kind) && str_eq(one->path, two->path) && str_eq(one->hash, two->hash);
    }
    return same;
}

static const char *check_header(struct ctx *ctx, const struct revision *was)
{
    static const char *const parents[] = {"0a0a0a0a0a0a", "0b0b0b0b0b0b"};
    const char *text = revision_rewrite_header(ctx, was, "0c0c0c0c0c0c", parents, 2);
    const struct revision *now = revision_parse(ctx, fuzz_source(ctx, "header.sql", text, strlen(text)));
    if (!now || diag_errors(ctx)) return fuzz_refused(ctx, "with another header, it has errors", text);
    bool told = str_eq(now->id, "0c0c0c0c0c0c") && now->parents.n == 2 && str_eq(now->parents.at[1], parents[1]) &&
                !now->certified;
    if (!told) return fuzz_refused(ctx, "the new header is not what was asked for", text);
    if (!same_body(ctx, was, now)) return fuzz_refused(ctx, "with another header, its body differs", text);
    return same_objects(was, now) ? NULL : fuzz_refused(ctx, "with another header, its object lines differ", text);
}

static const char *check_field(struct ctx *ctx, const struct revision *was, const char *name, const char *value)
{
    const char *text = revision_rewrite_field(ctx, was, name, value);
    const struct revision *now = revision_parse(ctx, fuzz_source(ctx, "field.sql", text, strlen(text)));
    if (!now || diag_errors(ctx)) return fuzz_refused(ctx, "with another header line, it has errors", text);
    const char *got = str_eq(name, "generated") ? now->generated : now->certified;
    if (!str_eq(got, value)) return fuzz_refused(ctx, "the new header line is not what was asked for", text);
    return same_body(ctx, was, now) ? NULL : fuzz_refused(ctx, "with another header line, its body differs", text);
}

static const char *check_objects(struct ctx *ctx, const struct revision *was, size_t n)
{
    const char *text = revision_rewrite_objects(ctx, was, was->objects.at, n);
    const struct revision *now = revision_parse(ctx, fuzz_source(ctx, "objects.sql", text, strlen(text)));
    if (!now || diag_errors(ctx)) return fuzz_refused(ctx, "with its object lines written anew, it has errors", text);
    bool same = same_body(ctx, was, now) && (n ? same_objects(was, now) : now->objects.n == 0);
    return same ? NULL : fuzz_refused(ctx, "with its object lines written anew, it differs", text);
}

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    const struct revision *revision = revision_parse(ctx, fuzz_source(ctx, "fuzz.sql", text, len));
    if (!revision) return diag_errors(ctx) ? NULL : "no revision, and no error says why";
    if (diag_errors(ctx)) return NULL;
    const char *complaint = check_header(ctx, revision);
    if (!complaint) complaint = check_field(ctx, revision, "generated", revision_generated_digest(ctx, revision));
    if (!complaint) complaint = check_field(ctx, revision, "certified", NULL);
    if (!complaint) complaint = check_objects(ctx, revision, revision->objects.n);
    return complaint ? complaint : check_objects(ctx, revision, 0);
}
