/* cmd_verify.c: proves revisions on a throw-away server, and certifies them. */
#include "base/shown.h"
#include "cli/listing.h"
#include "cli/verify.h"
#include "revision/certificate.h"
#include "revision/write.h"

/* ---- which */

static bool is_chosen(const struct revision_set *chosen, const struct revision *revision)
{
    for (size_t i = 0; i < chosen->n; i++) {
        if (chosen->at[i] == revision) return true;
    }
    return false;
}

/* In the graph's order, each once. */
static bool choose(struct session *s, struct revision_set *chosen)
{
    struct revision_set named = {0};
    const struct words *names = &s->options->arguments;
    if (!session_graph(s)) return false;
    if (s->graph->all.n == 0) {
        struct diag *diag = diag_add(s->ctx, D_REVISION, (struct span){0, 0}, "there is no revision to prove");
        diag_mend(s->ctx, diag, "mend", "modelc autogenerate -m \"...\" writes the first one");
        return false;
    }
    for (size_t i = 0; i < names->n; i++) {
        if (!listing_find_set(s, names->at[i], &named)) return false;
    }
    if (names->n == 0 && !option_given(s->options, OPT_ALL) && !listing_find_set(s, "head", &named)) return false;
    for (size_t i = 0; i < s->graph->all.n; i++) {
        struct revision *one = s->graph->all.at[i];
        if (option_given(s->options, OPT_ALL) || is_chosen(&named, one)) vec_push(s->ctx->arena, chosen, one);
    }
    return true;
}

/* ---- what is said */

static const char *rows_text(struct arena *arena, const struct proof *proof)
{
    static const char *const from[] = {[FILL_BEFORE] = "", [FILL_AFTER] = " that fit its new constraints", [FILL_SPARING] = ""};
    if (proof->from == FILL_NONE || proof->rows == 0) return "no rows";
    return arena_printf(arena, "%s in %s%s", str_count(arena, proof->rows, "row"), str_count(arena, proof->tables, "table"),
                        from[proof->from]);
}

static void say_proof(struct session *s, const struct proof *proof)
{
    enum { SHOWN = 8 };
    struct arena *arena = s->ctx->arena;
    const char *result = proof->good ? out_paint(&s->out, PAINT_GREEN, "proven") : out_paint(&s->out, PAINT_RED, "not proven");
    const char *message = proof->revision->message ? proof->revision->message : "";
    const char *refused = proof->refused ? text_shown(arena, proof->refused, false) : NULL;
    size_t shown = option_given(s->options, OPT_VERBOSE) ? proof->notes.n : SHOWN;
    out_print(&s->out, "%s  %s  %s\n", proof->revision->id, message, result);
    if (s->out.quiet) return;
    if (proof->good) {
        out_print(&s->out, "    %s with %s%s%s, %s\n", proof_how(proof), rows_text(arena, proof), proof->modelled ? "; equals the models" : "",
                  proof->revision->irreversible ? "; irreversible, as the file says" : "",
                  text_milliseconds(arena, proof->milliseconds[0] + proof->milliseconds[1] + proof->milliseconds[2]));
    }
    if (proof->from != FILL_BEFORE && refused) out_print(&s->out, "    rows made for the state before are refused: %s\n", refused);
    for (size_t i = 0; i < proof->notes.n && i < shown; i++) out_print(&s->out, "    %s\n", text_shown(arena, proof->notes.at[i], false));
    if (proof->notes.n > shown) out_print(&s->out, "    and %zu more: -v\n", proof->notes.n - shown);
}

static json_t *proof_json(const struct proof *proof)
{
    static const char *const from[] = {[FILL_BEFORE] = "before", [FILL_AFTER] = "after", [FILL_SPARING] = "fewer", [FILL_NONE] = "none"};
    return json_pack("{s:o, s:o, s:b, s:b, s:s, s:I, s:I, s:o}", "id", out_text(proof->revision->id), "message",
                     out_text(proof->revision->message), "proven", proof->good, "models", proof->modelled, "rows_from",
                     from[proof->from], "tables", (json_int_t)proof->tables, "rows", (json_int_t)proof->rows, "notes",
                     out_texts(proof->notes.at, proof->notes.n));
}

static void say_server(const struct verify *v)
{
    struct session *s = v->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    bool named = option_given(s->options, OPT_SCRATCH);
    block_add(&block, "Server", "PostgreSQL %s, %s; seed %d%s", v->server, named ? "a database of its own on --scratch" : "private", v->seed,
              v->pg_dump ? "" : "; no pg_dump that reads it: the catalog alone is compared");
    block_print(&block);
}

/* ---- certificates */

static bool certify(struct verify *v, const struct proof *proof)
{
    struct ctx *ctx = v->s->ctx;
    const struct revision *revision = proof->revision;
    const char *text = certificate_text(ctx, revision, proof_how(proof), v->server);
    if (certificate_state(ctx, revision) == CERTIFICATE_GOOD && str_eq(text, revision->certified)) return true;
    const char *file = revision_rewrite_field(ctx, revision, "certified", text);
    if (!file || !file_write(ctx, revision->path, file, strlen(file))) return false;
    out_say(&v->s->out, "    certified in %s\n", session_shown(v->s, revision->path));
    return true;
}

/* 0: proven; else the exit code. */
static int prove_one(struct verify *v, const struct revision *revision, bool first, json_t *list)
{
    struct session *s = v->s;
    struct proof proof;
    bool tried = verify_revision(v, revision, &proof);
    if (!tried) return session_code(s);
    if (first) say_server(v);
    if (s->out.json) json_array_append_new(list, proof_json(&proof));
    else say_proof(s, &proof);
    if (!proof.good) return CODE_FINDINGS;
    return !option_given(s->options, OPT_WRITE) || certify(v, &proof) ? CODE_DONE : session_code(s);
}

int cmd_verify(struct session *s)
{
    struct revision_set chosen = {0};
    struct verify v;
    int code = CODE_DONE;
    if (!session_project(s) || !choose(s, &chosen) || !verify_begin(s, s->graph, &v)) return session_code(s);
    conn_catch_signals();
    json_t *list = json_array();
    for (size_t i = 0; i < chosen.n && (code == CODE_DONE || code == CODE_FINDINGS); i++) {
        int one = prove_one(&v, chosen.at[i], i == 0, list);
        if (one != CODE_DONE) code = one;
    }
    verify_end(&v);
    if (s->out.json) out_json(&s->out, list);
    else json_decref(list);
    return code;
}
