/* canonical.c: puts the questions of a diff to the server and judges its answers. */
#include <stdlib.h>
#include <string.h>

#include "pg/canon.h"
#include "pg/canon_cache.h"
#include "pg/embedded.h"

/* One transaction of DDL is quadratic in its statements. */
enum { ASKS_A_TRANSACTION = 400 };

static struct ask *ask_new(struct job *job, const struct question *question, size_t number)
{
    struct ask *ask = ARENA_NEW(job->ctx->arena, struct ask);
    ask->from = question->from;
    ask->to = question->to;
    ask->field = question->field;
    ask->number = number;
    ask->model = &ask->to->values[ask->field];
    ask->live = ask->from ? &ask->from->values[ask->field] : NULL;
    ask->moved = ask_moved(job, ask);
    return ask;
}

/* ---- answers */

/* pg_get_indexdef wraps what isn't a function call in parentheses, pg_get_expr doesn't. */
static const char *bare_expr(struct arena *arena, const char *element)
{
    if (element[0] != '(') return NULL;
    int depth = 0;
    for (const char *at = element; *at; at++) {
        if (*at == '\'' || *at == '"') {
            const char *close = strchr(at + 1, *at);
            if (!close) return NULL;
            at = close;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            return arena_strndup(arena, element + 1, (size_t)(at - element - 1));
        }
    }
    return NULL;
}

static void give_elements(struct value *value, const struct answer *answer)
{
    for (size_t i = 0; i < value->keys.n && i < answer->elements.n; i++)
        value->keys.at[i].canonical = answer->elements.at[i];
}

/* Of an ask without a live side: the expression by itself, to be compared with what the catalog reader has. */
static void give_key_exprs(struct job *job, struct value *value, const struct answer *answer)
{
    for (size_t i = 0; i < value->keys.n && i < answer->elements.n; i++) {
        struct key *key = &value->keys.at[i];
        if (key->expr.text) key->expr.canonical = bare_expr(job->ctx->arena, answer->elements.at[i]);
    }
}

static void give(struct job *job, struct ask *ask, struct value *value, const struct answer *answer)
{
    if (!value || !answer->given) return;
    if (!is_keys(ask)) value->expr.canonical = answer->text;
    else if (ask->from) give_elements(value, answer);
    else give_key_exprs(job, value, answer);
}

/* Equal now, or once both have been put through the server again (what it prints is not always what it prints of that).
 */
static bool comes_to_the_same(const struct ask *ask)
{
    const struct answer *a = ask->answers;
    if (answers_equal(&a[SLOT_MODEL], &a[SLOT_LIVE])) return true;
    const struct answer *model = a[SLOT_MODEL_AGAIN].given ? &a[SLOT_MODEL_AGAIN] : &a[SLOT_MODEL];
    const struct answer *live = a[SLOT_LIVE_AGAIN].given ? &a[SLOT_LIVE_AGAIN] : &a[SLOT_LIVE];
    return answers_equal(model, live) || answers_equal(&a[SLOT_MODEL], live) || answers_equal(model, &a[SLOT_LIVE]);
}

static void judge(struct job *job, struct canon_cache *cache, struct ask *ask)
{
    const struct answer *model = &ask->answers[SLOT_MODEL], *live = &ask->answers[SLOT_LIVE];
    give(job, ask, ask->model, model);
    /* DEFAULT NULL is not stored, most of the time */
    if (!model->given && object_is(ask->to, "column")) ask->model->expr.canonical = "";
    if (!ask->from || !model->given) return;
    bool same = live->given && comes_to_the_same(ask);
    give(job, ask, ask->live, same ? model : live);
    if (same && ask->key) cache_add(cache, ask->key);
}

/* Equal, as the server has said before: both sides are given one and the same text. */
static void judge_known(struct job *job, struct ask *ask)
{
    struct answer same = {.given = true, .text = is_keys(ask) ? NULL : ask->live->expr.text};
    for (size_t i = 0; is_keys(ask) && i < ask->model->keys.n; i++) vec_push(job->ctx->arena, &same.elements, "known");
    give(job, ask, ask->model, &same);
    give(job, ask, ask->live, &same);
}

/* What nobody could judge counts as equal, and is named. */
static void not_verified(struct job *job, struct ask *ask)
{
    struct answer same = {.given = true, .text = "not verified"};
    for (size_t i = 0; is_keys(ask) && i < ask->model->keys.n; i++) vec_push(job->ctx->arena, &same.elements, "not verified");
    if (ask->from) {
        give(job, ask, ask->model,
             is_keys(ask) ? &same : &(struct answer){.given = true, .text = ask->live->expr.text});
        give(job, ask, ask->live, is_keys(ask) ? &same : &(struct answer){.given = true, .text = ask->live->expr.text});
    }
    struct objects *list = &job->diff->not_verified;
    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i] == ask->to) return;
    }
    vec_push(job->ctx->arena, list, ask->to);
}

/* ---- runs */

static bool run_asks(struct job *job, struct ask **asks, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i + ASKS_A_TRANSACTION < n ? i + ASKS_A_TRANSACTION : n;
        while (end < n && asks[end]->to->parent == asks[end - 1]->to->parent)
            end++; /* a table's asks share its temp table */
        job->asks.n = 0;
        for (size_t j = i; j < end; j++) vec_push(job->ctx->arena, &job->asks, asks[j]);
        job->units = map_new(job->ctx->arena);
        job->stand_ins = map_new(job->ctx->arena);
        if (!job_run(job)) return false;
        i = end;
    }
    return true;
}

static struct job job_new(struct conn *conn, struct diff *diff, bool scratch)
{
    struct job job = {.ctx = diff->ctx, .conn = conn, .diff = diff, .scratch = scratch};
    job.renamed = types_renamed(&job);
    return job;
}

/* The asks that this server's state, not their text, keeps from being tried. A scratch server that can't be had leaves
 * them open. */
static void run_on_scratch(struct diff *diff, struct ask **asks, size_t n, const char *url)
{
    size_t mark = diag_mark(diff->ctx);
    struct scratch *scratch = scratch_open(diff->ctx, url);
    if (scratch) { /* else they stay refused */
        struct job job = job_new(scratch_conn(scratch), diff, true);
        for (size_t i = 0; i < n; i++) {
            asks[i]->refusal = NOT_REFUSED;
            asks[i]->moved = ask_moved(&job, asks[i]);
            asks[i]->number = i;
            memset(asks[i]->answers, 0, sizeof asks[i]->answers);
        }
        run_asks(&job, asks, n);
        scratch_close(scratch);
    }
    diag_rollback(diff->ctx, mark);
}

static size_t collect_refused(struct ask **asks, size_t n, struct ask **refused)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (asks[i]->refusal == REFUSED_HERE) refused[found++] = asks[i];
    }
    return found;
}

static int compare_asks(const void *left, const void *right)
{
    const struct ask *a = *(struct ask *const *)left, *b = *(struct ask *const *)right;
    size_t of_a = a->to->parent->serial, of_b = b->to->parent->serial;
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Takes out the asks whose answer is known. */
static size_t answer_known(struct job *job, struct canon_cache *cache, struct ask **asks, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        asks[i]->key = cache_key(cache, job, asks[i]);
        if (cache_knows(cache, asks[i]->key)) judge_known(job, asks[i]);
        else asks[left++] = asks[i];
    }
    return left;
}

bool canonical_answer(struct conn *conn, struct diff *diff, const char *scratch_url, const char *cache_path)
{
    size_t n = diff->questions.n;
    if (n == 0) return true;
    struct job job = job_new(conn, diff, false);
    struct ask **asks = ARENA_ARRAY(diff->ctx->arena, struct ask *, n),
               **refused = ARENA_ARRAY(diff->ctx->arena, struct ask *, n);
    for (size_t i = 0; i < n; i++) asks[i] = ask_new(&job, &diff->questions.at[i], i);
    qsort(asks, n, sizeof *asks, compare_asks);
    struct canon_cache *cache = cache_open(&job, cache_path);
    if (cache) n = answer_known(&job, cache, asks, n);
    for (size_t i = 0; i < n; i++) asks[i]->number = i;
    if (!run_asks(&job, asks, n)) return false;
    size_t n_refused = collect_refused(asks, n, refused);
    /* What another server says isn't this one's word. */
    for (size_t i = 0; i < n_refused; i++) refused[i]->key = NULL;
    if (n_refused) run_on_scratch(diff, refused, n_refused, scratch_url);
    for (size_t i = 0; i < n; i++) {
        if (asks[i]->refusal == NOT_REFUSED) judge(&job, cache, asks[i]);
        else if (asks[i]->refusal != REFUSED_MODEL) not_verified(&job, asks[i]);
    }
    cache_save(cache);
    return true;
}
