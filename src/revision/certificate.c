/* certificate.c: proofs in the header of migration files. */
#include "revision/certificate.h"

#include <time.h>

#include "base/digest.h"
#include "base/str.h"
#include "revision/batch.h"
#include "revision/walk.h"

static void add_sections(struct buf *all, const char *word, const struct section *sections, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sections[i].loses.n; k++) buf_printf(all, "%s loses %s\n", word, sections[i].loses.at[k]);
        for (size_t k = 0; k < sections[i].statements.n; k++) {
            const struct statement *statement = &sections[i].statements.at[k];
            if (statement->batch) buf_printf(all, "%s %zu %zu batch %s\n", word, i, k, statement->batch->text);
            if (statement->reason) buf_printf(all, "%s %zu %zu reason %s\n", word, i, k, statement->reason);
        }
    }
}

/* Everything that the proof was about. */
static const char *digest_of(struct ctx *ctx, const struct revision *revision, const char *how, const char *server)
{
    struct buf all = buf_new(ctx->arena);
    buf_printf(&all, "%s %s%s\n", how, server, revision->irreversible ? " irreversible" : "");
    for (size_t i = 0; i < revision->parents.n; i++) buf_printf(&all, "revises %s\n", revision->parents.at[i]);
    for (size_t i = 0; i < revision->depends_on.n; i++) buf_printf(&all, "depends-on %s\n", revision->depends_on.at[i]);
    add_sections(&all, "up", revision->up.at, revision->up.n);
    add_sections(&all, "down", revision->down.at, revision->down.n);
    buf_add(&all, revision_body_digest(ctx, revision));
    return digest_text(ctx->arena, all.text, all.len);
}

const char *certificate_text(struct ctx *ctx, const struct revision *revision, const char *how, const char *server)
{
    char date[sizeof "2026-11-20"];
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &utc));
    return arena_printf(ctx->arena, "%s postgres %s %s %s", how, server, date, digest_of(ctx, revision, how, server));
}

enum certificate certificate_state(struct ctx *ctx, const struct revision *revision)
{
    char how[32], server[32], digest[64];
    if (!revision->certified) return CERTIFICATE_NONE;
    int n = sscanf(revision->certified, "%31s postgres %31s %*s %63s", how, server, digest);
    return n == 3 && str_eq(digest, digest_of(ctx, revision, how, server)) ? CERTIFICATE_GOOD : CERTIFICATE_VOID;
}

static bool has_statements(const struct section *sections, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (sections[i].statements.n) return true;
    }
    return false;
}

/* A merge has nothing to prove. */
static bool does_something(const struct revision *revision)
{
    return has_statements(revision->up.at, revision->up.n) || has_statements(revision->down.at, revision->down.n);
}

static bool has_to(const struct revision_set *only, const struct revision *revision)
{
    for (size_t i = 0; only && i < only->n; i++) {
        if (only->at[i] == revision) return true;
    }
    return only == NULL;
}

static void demand(struct ctx *ctx, const struct revision *revision)
{
    enum certificate state = certificate_state(ctx, revision);
    if (state == CERTIFICATE_GOOD) return;
    struct diag *diag = diag_add(ctx, D_POLICY, revision->header,
                                 state == CERTIFICATE_VOID ? "the certificate of %s is void: its statements or its place changed since"
                                                           : "%s is not certified", walk_shown(ctx, revision));
    diag_mend(ctx, diag, "mend", "modelc verify --write %s", revision->id);
}

bool certificates_demand(struct ctx *ctx, const struct graph_of_revisions *graph, const char *after,
                         const struct revision_set *only)
{
    size_t errors = diag_errors(ctx);
    if (!after) return true;
    const struct revision *last = str_eq(after, "base") ? NULL : revision_find(ctx, graph, after);
    if (!last && !str_eq(after, "base")) return false;
    for (size_t i = 0; i < graph->all.n; i++) {
        const struct revision *revision = graph->all.at[i];
        if (last && revision_reaches(graph, revision, last)) continue;
        if (has_to(only, revision) && does_something(revision)) demand(ctx, revision);
    }
    return diag_errors(ctx) == errors;
}
