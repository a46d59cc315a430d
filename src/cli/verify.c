/* verify.c: the throw-away server: brought to the state before each revision, from a kept copy where there is one. */
#include "cli/verify.h"

#include <stdlib.h>

#include "base/digest.h"
#include "pg/lacking.h"

bool verify_begin(struct session *s, struct graph_of_revisions *graph, struct verify *v)
{
    enum { ROWS = 20, MOST = 10000 };
    int rows;
    *v = (struct verify){.s = s, .graph = graph};
    if (!option_number(s->ctx, s->options, OPT_SEED, 1, &v->seed)) return false;
    if (!option_number(s->ctx, s->options, OPT_ROWS, ROWS, &rows)) return false;
    v->rows = (size_t)(rows > MOST ? MOST : rows);
    return true;
}

/* ---- the state before */

static struct revision_set above(struct verify *v, const struct revision *revision)
{
    struct revision_set set = {0};
    for (size_t i = 0; i < v->graph->all.n; i++) {
        struct revision *one = v->graph->all.at[i];
        if (one != revision && revision_reaches(v->graph, one, revision)) vec_push(v->s->ctx->arena, &set, one);
    }
    return set;
}

static bool holds(const struct revision_set *set, const struct revision *revision)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->at[i] == revision) return true;
    }
    return false;
}

static bool holds_all(const struct revision_set *set, const struct revision_set *others)
{
    for (size_t i = 0; i < others->n; i++) {
        if (!holds(set, others->at[i])) return false;
    }
    return true;
}

/* Names a state by everything that was run to come to it. */
static const char *key_of(struct verify *v, const struct revision_set *set)
{
    struct ctx *ctx = v->s->ctx;
    struct buf all = buf_new(ctx->arena);
    buf_printf(&all, "state %s\n", v->s->project->state_schema);
    for (size_t i = 0; i < set->n; i++) {
        buf_printf(&all, "%s %s\n", set->at[i]->id, revision_body_digest(ctx, set->at[i]));
    }
    return strchr(digest_text(ctx->arena, all.text, all.len), ':') + 1;
}

static bool run_chain(struct verify *v, const struct revision_set *wanted)
{
    struct conn *conn = scratch_conn(v->scratch);
    struct run_options options = {.up = true, .allow_loss = true, .mended = lacking_mended};
    bool elsewhere = false;
    if (!lock_take(conn, v->s->project, 10, "verify", &elsewhere)) return false;
    enum run_outcome outcome = run_revisions(conn, v->s->project, v->graph, wanted, &options);
    lock_release(conn, v->s->project);
    v->done = *wanted;
    return outcome == RUN_DONE;
}

static const char *find_pg_dump(struct verify *v, int version)
{
    struct arena *arena = v->s->ctx->arena;
    const char *bin = scratch_programs(v->scratch), *own = bin ? path_join(arena, bin, "pg_dump") : NULL;
    if (own && file_exists(own)) return own;
    const char *argv[] = {"pg_dump", "--version", NULL}, *text = session_capture(v->s, argv);
    const char *digits = text ? strpbrk(text, "0123456789") : NULL;
    return digits && atoi(digits) >= version / 10000 ? "pg_dump" : NULL;
}

static bool open_server(struct verify *v, const struct revision_set *wanted)
{
    struct session *s = v->s;
    const char *url = option_text(s->options, OPT_SCRATCH), *key = wanted->n && !url ? key_of(v, wanted) : NULL;
    bool kept = false;
    v->scratch = scratch_open_kept(s->ctx, url, 0, key, &kept);
    if (!v->scratch) return false;
    int version = scratch_conn(v->scratch)->version;
    v->server = arena_printf(s->ctx->arena, "%d.%d", version / 10000, version % 10000);
    v->pg_dump = find_pg_dump(v, version);
    v->done = (struct revision_set){0};
    if (kept) v->done = *wanted;
    if (kept || !wanted->n) return true;
    return run_chain(v, wanted) && (!key || scratch_keep(v->scratch, key));
}

static bool bring_before(struct verify *v, const struct revision *revision)
{
    struct revision_set wanted = above(v, revision);
    if (v->scratch && !holds_all(&wanted, &v->done)) verify_end(v); /* another branch */
    if (!v->scratch) return open_server(v, &wanted);
    return wanted.n == v->done.n || run_chain(v, &wanted);
}

void verify_end(struct verify *v)
{
    scratch_close(v->scratch);
    v->scratch = NULL;
}

/* ---- one revision */

static bool is_finished(struct verify *v, const struct revision *revision)
{
    const struct statement *open = revision_unfinished(revision);
    if (!open) return true;
    struct diag *diag = diag_add(v->s->ctx, D_POLICY, open->span, "%s has a statement to complete: %s", revision->id,
                                 open->reason ? open->reason : "see its comment");
    diag_mend(v->s->ctx, diag, "mend", "write the statement and make `-- modelc:complete` above it `-- modelc:data`");
    return false;
}

/* One attempt, on a copy of the state before. */
static enum proved attempt(struct verify *v, struct proof *proof)
{
    size_t mark = diag_mark(v->s->ctx);
    struct conn *conn = scratch_clone(v->scratch);
    if (!conn) return NOT_TRIED;
    enum proved proved = verify_prove(v, conn, proof);
    scratch_drop(v->scratch, conn);
    if (proved == ROWS_REFUSED) diag_rollback(v->s->ctx, mark);
    return proved;
}

/* Where the rows come from `from`; as long as it is FILL_SPARING with one more table left empty each time. `first`: what the attempt with
 * rows made for the state before came to. */
static enum proved attempts(struct verify *v, struct proof *proof, enum fill_from from, const struct proof *first)
{
    enum proved proved;
    size_t emptied;
    do {
        emptied = proof->emptied.n;
        *proof = (struct proof){.revision = proof->revision, .from = from, .refused = first->refused, .refused_at = proof->refused_at,
                                .emptied = proof->emptied, .before = proof->before, .unfilled = from == FILL_AFTER ? first->unfilled : 0};
        if (from == FILL_SPARING && emptied == 0) proof->refused_at = first->refused_at;
        proved = attempt(v, proof);
    } while (proved == ROWS_REFUSED && proof->emptied.n > emptied);
    return proved;
}

/* Rows made under the new constraints have been through the revision, and what it rounds or cuts shows no more: all other tables meet it
 * with rows made for the state before, too. */
static enum proved again_with_others(struct verify *v, struct proof *proof, const struct proof *first)
{
    struct proof others = *proof;
    size_t mark = diag_mark(v->s->ctx);
    enum proved proved = attempts(v, &others, FILL_SPARING, first);
    if (proved == PROVED || proved == ROWS_REFUSED) {
        diag_rollback(v->s->ctx, mark);
        return PROVED;
    }
    *proof = others;
    return proved;
}

/* Rows that the revision's own constraints refuse say nothing against it: then others are made, or fewer. */
bool verify_revision(struct verify *v, const struct revision *revision, struct proof *proof)
{
    *proof = (struct proof){.revision = revision};
    if (!is_finished(v, revision) || !bring_before(v, revision)) return false;
    struct proof first = *proof;
    enum proved proved = ROWS_REFUSED;
    for (int from = FILL_BEFORE; proved == ROWS_REFUSED && from <= FILL_NONE; from++) {
        proved = attempts(v, proof, (enum fill_from)from, &first);
        if (from == FILL_BEFORE) first = *proof;
    }
    if (proved == PROVED && proof->from == FILL_AFTER) proved = again_with_others(v, proof, &first);
    proof->good = proved == PROVED;
    return proved != NOT_TRIED;
}

const char *proof_how(const struct proof *proof)
{
    return proof->revision->irreversible ? "up" : "up-down-up";
}
