/* shadow.c: asks that need the whole schema: both sides on a scratch server, read back and compared. */
#include "pg/shadow.h"

#include <string.h>

#include "pg/embedded.h"
#include "pg/shadow_parts.h"

struct shadow {
    struct job *job;
    struct ctx *ctx;
    struct ask **asks;
    size_t n;
    struct scratch *scratch;
    bool begun; /* the scratch server's first database is in use */
    struct role_names roles;
    struct side model, live, again; /* again: what `model` printed */
};

/* ---- sides */

static bool misses_names(const struct side *side)
{
    for (size_t i = 0; i < side->copy->all.n; i++) {
        if (side->failures[i] && shadow_misses_name(&side->failures[i]->error)) return true;
    }
    return false;
}

static bool new_database(struct shadow *s, struct side *side)
{
    size_t mark = diag_mark(s->ctx);
    side->conn = s->begun ? scratch_more(s->scratch) : scratch_conn(s->scratch);
    s->begun = true;
    diag_rollback(s->ctx, mark);
    return side->conn != NULL;
}

static void begin_side(struct shadow *s, struct side *side, const struct schema *source)
{
    *side = (struct side){.job = s->job, .ctx = s->ctx, .source = source, .roles = &s->roles};
    side->asked = ARENA_ARRAY(s->ctx->arena, bool, source->all.n + 1);
}

/* What it needs is guessed from the text where it can't be known: if a name is missed then, all is made. False: no database. */
static bool make_side(struct shadow *s, struct side *side)
{
    if (!new_database(s, side)) return false;
    side_build(side);
    if (side->failed && misses_names(side)) {
        side->whole = true;
        if (!new_database(s, side)) return false;
        side_build(side);
    }
    side_read(side);
    return true;
}

/* ---- answers */

static void read_answer(struct ctx *ctx, const struct ask *ask, const struct object *object, struct answer *answer)
{
    const struct value *value = object ? &object->values[ask->field] : NULL;
    *answer = (struct answer){.given = value && value->set};
    if (!answer->given) return;
    if (!is_keys(ask)) answer->text = value->expr.text;
    for (size_t i = 0; is_keys(ask) && i < value->keys.n; i++) {
        struct buf element = buf_new(ctx->arena);
        sql_keys(&element, &(struct keys){&value->keys.at[i], 1, 1});
        vec_push(ctx->arena, &answer->elements, element.text);
    }
}

static bool is_open(const struct ask *ask)
{
    return ask->from && ask->refusal == NOT_REFUSED;
}

static void ask_models(struct shadow *s)
{
    begin_side(s, &s->model, s->job->diff->models);
    for (size_t i = 0; i < s->n; i++) s->model.asked[s->asks[i]->to->serial] = true;
    bool made = make_side(s, &s->model);
    for (size_t i = 0; i < s->n; i++) {
        struct ask *ask = s->asks[i];
        const struct object *found = made ? side_found(&s->model, ask->to) : NULL;
        if (found) read_answer(s->ctx, ask, found, &ask->answers[SLOT_MODEL]);
        else ask->refusal = made ? shadow_refused(&s->model, side_failure(&s->model, ask->to)) : REFUSED_METHOD;
    }
}

static void ask_live(struct shadow *s)
{
    size_t open = 0;
    begin_side(s, &s->live, s->job->diff->live);
    for (size_t i = 0; i < s->n; i++) {
        if (!is_open(s->asks[i])) continue;
        s->live.asked[s->asks[i]->from->serial] = true;
        open++;
    }
    bool made = open && make_side(s, &s->live);
    for (size_t i = 0; i < s->n; i++) {
        struct ask *ask = s->asks[i];
        if (!is_open(ask)) continue;
        const struct object *found = made ? side_found(&s->live, ask->from) : NULL;
        if (!found) ask->refusal = REFUSED_METHOD;
        read_answer(s->ctx, ask, found, &ask->answers[SLOT_LIVE]);
        /* names mean the same on both sides only where nothing is renamed */
        if (found && !s->live.after) read_answer(s->ctx, ask, ask->from, &ask->answers[SLOT_LIVE_AGAIN]);
    }
}

/* What is printed of a user's text, and of what was printed. */
static void ask_again(struct shadow *s)
{
    size_t open = 0;
    const struct object *found;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_open(s->asks[i]) || ask_same(s->asks[i]) || !(found = side_found(&s->model, s->asks[i]->to))) continue;
        if (open++ == 0) begin_side(s, &s->again, found->home);
        s->again.asked[found->serial] = true;
    }
    if (!open || !make_side(s, &s->again)) return;
    for (size_t i = 0; i < s->n; i++) {
        struct ask *ask = s->asks[i];
        if (!is_open(ask) || ask_same(ask) || !(found = side_found(&s->model, ask->to))) continue;
        read_answer(s->ctx, ask, side_found(&s->again, found), &ask->answers[SLOT_MODEL_AGAIN]);
    }
}

/* ---- what differs */

/* Kinds decide by them how the change is made. */
static void take_live_fields(struct object *object, const struct object *found)
{
    for (size_t i = 0; found && i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        bool plain = field->type == VALUE_TEXT || field->type == VALUE_WORD || field->type == VALUE_FLAG ||
                     field->type == VALUE_PAIRS;
        if (field->means == LIVE && plain) object->values[i] = found->values[i];
    }
}

static void finish(struct shadow *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct ask *ask = s->asks[i];
        if (!is_open(ask) || ask_same(ask) || !ask->to->kind->fields[ask->field].shadow) continue;
        take_live_fields(ask->to, side_found(&s->model, ask->to));
        take_live_fields(ask->from, side_found(&s->live, ask->from));
        bool routine = object_is(ask->to, "function") || object_is(ask->to, "procedure");
        if (routine && !shadow_body_is_sound(&s->model, ask->to)) ask->refusal = REFUSED_MODEL;
    }
}

/* ---- the server */

static void say_no_server(struct shadow *s, size_t mark)
{
    diag_soften(s->ctx, mark); /* why there is none */
    struct diag *diag = diag_add(s->ctx, D_UNVERIFIED, (struct span){0}, "%s not compared: there is no scratch server",
                                 str_count(s->ctx->arena, s->n, "definition"));
    diag_mend(s->ctx, diag, "hint", "install postgresql-15 (the server), or give --scratch URL");
    for (size_t i = 0; i < s->n; i++) s->asks[i]->refusal = REFUSED_METHOD;
}

/* Of a server that goes on living. */
static void drop_roles(struct shadow *s, const char *url)
{
    struct server_error ignored;
    struct conn *conn = url && s->roles.n ? conn_open(s->ctx, NULL, url, false) : NULL;
    for (size_t i = 0; conn && i < s->roles.n; i++) {
        const char *role = sql_ident_str(s->ctx->arena, s->roles.at[i]);
        conn_query(conn, arena_printf(s->ctx->arena, "DROP ROLE IF EXISTS %s", role), NULL, &ignored);
    }
    conn_close(conn);
}

bool shadow_answer(struct job *job, struct ask **asks, size_t n, const char *url)
{
    struct shadow s = {.job = job, .ctx = job->ctx, .asks = asks, .n = n};
    size_t mark = diag_mark(job->ctx);
    for (size_t i = 0; i < n; i++) {
        asks[i]->refusal = NOT_REFUSED;
        memset(asks[i]->answers, 0, sizeof asks[i]->answers);
    }
    s.scratch = scratch_open(job->ctx, url, job->conn->version);
    if (!s.scratch) {
        say_no_server(&s, mark);
        return false;
    }
    ask_models(&s);
    ask_live(&s);
    ask_again(&s);
    finish(&s);
    scratch_close(s.scratch);
    drop_roles(&s, url);
    return true;
}
