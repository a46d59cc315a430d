/* canonical.c: puts the questions of a diff to the server and judges its answers. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "pg/canon.h"
#include "pg/canon_cache.h"
#include "pg/shadow.h"

/* One transaction of DDL is quadratic in its statements. */
enum { ASKS_A_TRANSACTION = 400 };

struct asks {
    struct ask **at;
    size_t n, cap;
};

static struct ask *ask_new(struct job *job, const struct question *question, size_t number)
{
    struct ask *ask = ARENA_NEW(job->ctx->arena, struct ask);
    ask->from = question->from;
    ask->to = question->to;
    ask->field = question->field;
    ask->number = number;
    ask->model = &ask->to->values[ask->field];
    ask->live = ask->from ? &ask->from->values[ask->field] : NULL;
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

/* What the server prints is not always what it prints of that. */
bool ask_same(const struct ask *ask)
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
    bool same = live->given && ask_same(ask);
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

static int compare_asks(const void *left, const void *right)
{
    const struct ask *a = *(struct ask *const *)left, *b = *(struct ask *const *)right;
    size_t of_a = a->to->parent->serial, of_b = b->to->parent->serial;
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Everything that is to know before one of them is asked. */
struct answering {
    struct job job;
    struct canon_cache *cache;
    struct shadow_keys *shadow_keys; /* NULL: nothing is kept */
    const char *scratch_url;
    struct asks temp, shadow;
};

/* A statement with a name of its own in it is never equal to one of another name. */
static bool is_hopeless(const struct question *question)
{
    return !question->from && question->to->kind->fields[question->field].island == SQL_STATEMENTS;
}

static void sort_out(struct answering *a)
{
    const struct questions *questions = &a->job.diff->questions;
    struct arena *arena = a->job.ctx->arena;
    for (size_t i = 0; i < questions->n; i++) {
        const struct question *question = &questions->at[i];
        bool shadow = question->to->kind->fields[question->field].shadow;
        if (is_hopeless(question)) continue;
        struct ask *ask = ask_new(&a->job, question, i);
        if (shadow || ask_of_made_type(&a->job, ask) || ask_would_run(&a->job, ask)) vec_push(arena, &a->shadow, ask);
        else vec_push(arena, &a->temp, ask);
    }
    for (size_t i = 0; i < a->temp.n; i++) a->temp.at[i]->moved = ask_moved(&a->job, a->temp.at[i]);
    if (a->temp.n) qsort(a->temp.at, a->temp.n, sizeof *a->temp.at, compare_asks);
}

static bool known_by(struct answering *a, struct ask *ask, const char *key)
{
    ask->key = key;
    if (!cache_knows(a->cache, key)) return false;
    judge_known(&a->job, ask);
    return true;
}

/* The key of "nobody can judge this": a scratch server may learn to, so it holds for a day. NULL: not to be kept. */
static const char *unjudged_key(struct answering *a, const char *key)
{
    enum { DAY = 24 * 60 * 60 };
    struct arena *arena = a->job.ctx->arena;
    if (!key) return NULL;
    const char *text = arena_printf(arena, "unjudged %s %lld %s", key, (long long)time(NULL) / DAY, a->scratch_url ? a->scratch_url : "");
    return strchr(digest_text(arena, text, strlen(text)), ':') + 1;
}

static bool known_by_shadow(struct answering *a, struct ask *ask)
{
    const char *key = shadow_key(a->shadow_keys, ask);
    if (known_by(a, ask, key)) return true;
    if (!cache_knows(a->cache, unjudged_key(a, key))) return false;
    not_verified(&a->job, ask);
    return true;
}

/* Takes out the asks whose answer is known, by a temp table or by the shadow. */
static void answer_known(struct answering *a, struct asks *asks, bool temp)
{
    size_t left = 0;
    for (size_t i = 0; i < asks->n; i++) {
        struct ask *ask = asks->at[i];
        if (temp && known_by(a, ask, cache_key(a->cache, &a->job, ask))) continue;
        const char *of_temp = ask->key;
        if (known_by_shadow(a, ask)) continue;
        if (temp) ask->key = of_temp;
        asks->at[left++] = ask;
    }
    asks->n = left;
}

/* What is refused there is left to the shadow, unless the model's text is to blame. */
static bool ask_temp_tables(struct answering *a)
{
    struct asks *asks = &a->temp;
    if (a->cache) answer_known(a, asks, true);
    for (size_t i = 0; i < asks->n; i++) asks->at[i]->number = i;
    if (!run_asks(&a->job, asks->at, asks->n)) return false;
    for (size_t i = 0; i < asks->n; i++) {
        struct ask *ask = asks->at[i];
        bool refused = ask->refusal == REFUSED_HERE || ask->refusal == REFUSED_METHOD;
        if (refused) vec_push(a->job.ctx->arena, &a->shadow, ask);
        else if (ask->refusal == NOT_REFUSED) judge(&a->job, a->cache, ask);
    }
    return true;
}

static void ask_shadow(struct answering *a)
{
    struct asks *asks = &a->shadow;
    if (a->cache) answer_known(a, asks, false);
    bool tried = asks->n && shadow_answer(&a->job, asks->at, asks->n, a->scratch_url);
    for (size_t i = 0; i < asks->n; i++) {
        struct ask *ask = asks->at[i];
        if (ask->refusal == NOT_REFUSED) judge(&a->job, a->cache, ask);
        if (ask->refusal == NOT_REFUSED || ask->refusal == REFUSED_MODEL) continue;
        not_verified(&a->job, ask);
        if (tried && ask->key) cache_add(a->cache, unjudged_key(a, ask->key));
    }
}

bool canonical_answer(struct conn *conn, struct diff *diff, const char *scratch_url, const char *cache_path)
{
    struct answering a = {.job = {.ctx = diff->ctx, .conn = conn, .diff = diff}, .scratch_url = scratch_url};
    if (diff->questions.n == 0) return true;
    a.job.renamed = types_renamed(&a.job);
    a.cache = cache_open(diff->ctx, cache_path);
    if (a.cache) a.shadow_keys = shadow_keys_new(&a.job);
    sort_out(&a);
    if (!ask_temp_tables(&a)) return false;
    ask_shadow(&a);
    cache_save(a.cache);
    return true;
}
