/* verify_report.c: what a proof found wrong, each at the statement of the file that it comes from. */
#include <ctype.h>

#include "cli/compare.h"
#include "cli/verify.h"
#include "pg/catalog.h"
#include "pg/load.h"
#include "sql/quote.h"

/* ---- which statement */

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static bool stands_in(const char *sql, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strcasestr(sql, name); len && at; at = strcasestr(at + 1, name)) {
        bool begins = at == sql || !is_word_byte(at[-1]) || !is_word_byte(*name);
        if (begins && (!is_word_byte(at[len]) || !is_word_byte(name[len - 1]))) return true;
    }
    return false;
}

bool verify_mentions(struct arena *arena, const char *sql, const char *name)
{
    return stands_in(sql, name) || (strchr(name, '"') && stands_in(sql, sql_ident_str(arena, name)));
}

struct span verify_span(struct arena *arena, const struct revision *revision, bool up, const char *name, const char *table)
{
    const struct section *sections = up ? revision->up.at : revision->down.at;
    size_t n = up ? revision->up.n : revision->down.n;
    struct span best = n ? sections[0].span : revision->header;
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sections[i].statements.n; k++) {
            const struct statement *statement = &sections[i].statements.at[k];
            int score = 2 * verify_mentions(arena, statement->sql, name) + (table && verify_mentions(arena, statement->sql, table));
            if (score == 0 || score < most) continue;
            most = score;
            best = statement->span;
        }
    }
    return best;
}

static struct span span_of(struct arena *arena, const struct proof *proof, bool up, const struct object *object)
{
    bool in_table = object->parent && object->parent->parent;
    return verify_span(arena, proof->revision, up, object->name, in_table ? object->parent->name : NULL);
}

/* ---- states */

static const char *clipped(struct arena *arena, const char *text)
{
    enum { MOST = 300 };
    if (!text) return "nothing";
    size_t len = strlen(text);
    return len <= MOST ? text : arena_printf(arena, "%.*s ..", (int)str_clip_utf8(text, len, MOST), text);
}

enum wrong { WRONG_MISSING, WRONG_THERE, WRONG_OTHERWISE };

static const char *wrong_text(struct arena *arena, bool up, enum wrong wrong, const char *what)
{
    static const char *const down_words[] = {"the downgrade doesn't bring back %s", "the downgrade leaves %s behind",
                                             "the downgrade brings %s back otherwise"};
    static const char *const up_words[] = {"the second upgrade doesn't make %s", "the second upgrade leaves %s behind",
                                           "the second upgrade makes %s otherwise than the first"};
    const char *words = (up ? up_words : down_words)[wrong], *place = strstr(words, "%s");
    return arena_printf(arena, "%.*s%s%s", (int)(place - words), words, what, place + 2);
}

static void report_difference(struct verify *v, const struct proof *proof, bool up, const struct state_difference *one)
{
    struct ctx *ctx = v->s->ctx;
    const struct object *object = one->object;
    enum wrong wrong = one->what ? WRONG_OTHERWISE : one->expected ? WRONG_MISSING : WRONG_THERE;
    const char *name = arena_printf(ctx->arena, "%s %s", object->kind->title, object_shown(ctx->arena, object));
    struct diag *diag = diag_add(ctx, D_PROOF, span_of(ctx->arena, proof, up, object), "%s%s%s", wrong_text(ctx->arena, up, wrong, name),
                                 one->what ? ": " : "", one->what ? one->what : "");
    if (!one->what) return;
    diag_mend(ctx, diag, "expected", "%s", clipped(ctx->arena, one->expected));
    diag_mend(ctx, diag, "found", "%s", clipped(ctx->arena, one->found));
}

static const char *only_in(const struct dump *dump, const struct dump *other)
{
    for (size_t i = 0; i < dump->n; i++) {
        bool found = false;
        for (size_t k = 0; !found && k < other->n; k++) found = str_eq(dump->at[i], other->at[k]);
        if (!found) return dump->at[i];
    }
    return NULL;
}

static bool same_dumps(const struct dump *a, const struct dump *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = str_eq(a->at[i], b->at[i]);
    return same;
}

static void report_dump(struct verify *v, const struct proof *proof, bool up, const struct look *expected, const struct look *found)
{
    struct ctx *ctx = v->s->ctx;
    const char *lost = only_in(&expected->dump, &found->dump), *more = only_in(&found->dump, &expected->dump);
    size_t n = up ? proof->revision->up.n : proof->revision->down.n;
    struct span span = !n ? proof->revision->header : up ? proof->revision->up.at[0].span : proof->revision->down.at[0].span;
    struct diag *diag = diag_add(ctx, D_PROOF, span, "%s", wrong_text(ctx->arena, up, WRONG_OTHERWISE, "what pg_dump shows"));
    diag_mend(ctx, diag, "expected", "%s", lost ? clipped(ctx->arena, lost) : "the same statements in another order");
    diag_mend(ctx, diag, "found", "%s", more ? clipped(ctx->arena, more) : "nothing");
}

/* PostgreSQL prints some expressions otherwise once they were made from its own text: both states are made from their dumps, and looked
 * at again. */
static bool settle(struct verify *v, const struct look *look, struct look *settled)
{
    struct conn *conn = scratch_more(v->scratch);
    if (!conn || !look->dump_text) return false;
    struct source *source = source_add(v->s->ctx->sources, "pg_dump", look->dump_text, strlen(look->dump_text));
    bool done = load_script(conn, source) && verify_look(v, conn, true, settled);
    if (done) verify_looked(v, settled);
    scratch_drop(v->scratch, conn);
    return done;
}

static bool same_once_settled(struct verify *v, const struct look *expected, const struct look *found,
                              struct state_differences *differences)
{
    struct look a, b;
    size_t mark = diag_mark(v->s->ctx);
    bool settled = settle(v, expected, &a) && settle(v, found, &b);
    diag_rollback(v->s->ctx, mark);
    if (!settled) return false;
    differences->n = 0;
    state_compare(v->s->ctx, a.catalog, b.catalog, differences);
    return differences->n == 0 && same_dumps(&a.dump, &b.dump);
}

bool verify_same(struct verify *v, const struct proof *proof, bool up, const struct look *expected, const struct look *found)
{
    struct state_differences differences = {0};
    bool dumped = expected->dump_text && found->dump_text;
    state_compare(v->s->ctx, expected->catalog, found->catalog, &differences);
    bool same = differences.n == 0 && (!dumped || same_dumps(&expected->dump, &found->dump));
    if (same || (dumped && same_once_settled(v, expected, found, &differences))) return true;
    for (size_t i = 0; i < differences.n; i++) report_difference(v, proof, up, &differences.at[i]);
    if (differences.n == 0) report_dump(v, proof, up, expected, found);
    return false;
}

/* ---- models */

/* Only the one head is what the models say, and only where nothing is pending. */
static bool is_modelled(struct verify *v, const struct revision *revision)
{
    const struct graph_of_revisions *graph = v->graph;
    if (graph->heads.n != 1 || graph->heads.at[0] != revision) return false;
    size_t mark = diag_mark(v->s->ctx);
    bool readable = session_models(v->s) != NULL;
    if (!readable) diag_rollback(v->s->ctx, mark);
    if (!readable || v->s->files.n == 0) return false;
    struct session files = *v->s;
    files.graph = v->graph;
    return session_models_saved(&files) == 1;
}

static void report_change(struct verify *v, const struct proof *proof, const struct change *change)
{
    struct ctx *ctx = v->s->ctx;
    const struct object *object = change->to ? change->to : change->from;
    struct diag *diag = diag_add(ctx, D_PROOF, span_of(ctx->arena, proof, true, object),
                                 "after the upgrade the database isn't as the models say: %s %s", object->kind->title,
                                 object_shown(ctx->arena, object));
    diag_mend(ctx, diag, "detail", "still to do: %s", change_text(ctx, change));
}

bool verify_models(struct verify *v, struct conn *conn, struct proof *proof)
{
    struct session trial = *v->s;
    struct comparison found = {0};
    if (!is_modelled(v, proof->revision)) return true;
    trial.conn = conn;
    trial.graph = v->graph;
    trial.scratch = scratch_url(v->scratch);
    trial.models = schema_resolve(v->s->ctx, &v->s->files, false); /* each comparison binds its own */
    if (!trial.models || !session_state(&trial, FOREIGN_REFUSED) || !compare_read(&trial, &found)) return false;
    if (!compare_changes(&trial, &found)) return false;
    proof->modelled = true;
    for (size_t i = 0; i < found.up->n; i++) report_change(v, proof, found.up->at[i]);
    for (size_t i = 0; i < found.diff->unmanaged.n; i++) {
        const struct object *object = found.diff->unmanaged.at[i];
        diag_add(v->s->ctx, D_PROOF, span_of(v->s->ctx->arena, proof, true, object), "the upgrade makes %s %s, which the models don't have",
                 object->kind->title, object_shown(v->s->ctx->arena, object));
    }
    return compare_is_empty(&found);
}
