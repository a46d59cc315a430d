/* listing.c: revisions, named and printed. */
#include "cli/listing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct span nowhere = {0, 0};

static bool in_set(struct revision *const *at, size_t n, const struct revision *revision)
{
    for (size_t i = 0; i < n; i++) {
        if (at[i] == revision) return true;
    }
    return false;
}

static bool is_head(const struct session *s, const struct revision *revision)
{
    return in_set(s->graph->heads.at, s->graph->heads.n, revision);
}

static bool is_current(const struct session *s, const struct revision *revision)
{
    return s->conn && in_set(s->current.at, s->current.n, revision);
}

/* " (head) (current)" */
static const char *marks(const struct session *s, const struct revision *revision)
{
    struct buf text = buf_new(s->ctx->arena);
    for (size_t i = 0; i < revision->labels.n; i++) buf_printf(&text, " (%s)", revision->labels.at[i]);
    if (is_head(s, revision)) buf_printf(&text, " %s", out_paint(&s->out, PAINT_GREEN, "(head)"));
    if (is_current(s, revision)) buf_printf(&text, " %s", out_paint(&s->out, PAINT_CYAN, "(current)"));
    if (revision->children.n > 1) buf_add(&text, " (branchpoint)");
    if (revision->parents.n > 1) buf_add(&text, " (mergepoint)");
    if (s->conn && str_eq(s->state.partial, revision->id)) {
        bool down = str_eq(s->state.partial_direction, "down");
        buf_printf(&text, " (half %s)", down ? "taken back" : "applied");
    }
    return text.text;
}

const char *listing_parents(const struct session *s, const struct revision *revision)
{
    struct buf text = buf_new(s->ctx->arena);
    for (size_t i = 0; i < revision->parents.n; i++) {
        buf_separate(&text, "", ", ");
        buf_add(&text, revision->parents.at[i]);
    }
    return text.len ? text.text : "base";
}

const char *listing_line(const struct session *s, const struct revision *revision)
{
    const char *id = out_paint(&s->out, PAINT_YELLOW, revision->id);
    return arena_printf(s->ctx->arena, "%s%s, %s", id, marks(s, revision), revision->message ? revision->message : "");
}

const char *listing_step(const struct session *s, const struct revision *revision)
{
    return arena_printf(s->ctx->arena, "%s -> %s", listing_parents(s, revision), listing_line(s, revision));
}

/* ---- all that is known */

static const struct journal_entry *applied_entry(const struct session *s, const struct revision *revision)
{
    for (size_t i = 0; s->conn && i < s->state.applied.n; i++) {
        if (str_eq(s->state.applied.at[i].revision, revision->id)) return &s->state.applied.at[i];
    }
    return NULL;
}

/* "2026-11-20 07:15:02.123456+00", or with a T: to the minute. */
static const char *text_minute(struct arena *arena, const char *time)
{
    char *text = arena_strndup(arena, time, strnlen(time, 16));
    if (strlen(text) > 10 && text[10] == 'T') text[10] = ' ';
    return arena_printf(arena, "%s UTC", text);
}

/* "up-down-up postgres 15.20 2026-11-20 v1:40c2.." -> "up-down-up, PostgreSQL 15.20" */
static const char *text_proof(struct arena *arena, const char *certified)
{
    const char *server = strstr(certified, " postgres ");
    if (!server) return certified;
    const char *version = server + strlen(" postgres ");
    return arena_printf(arena, "%.*s, PostgreSQL %.*s", (int)(server - certified), certified,
                        (int)strcspn(version, " "), version);
}

static void print_list(const struct session *s, const char *label, const char *const *at, size_t n)
{
    if (n == 0) return;
    out_print(&s->out, "%s:", label);
    for (size_t i = 0; i < n; i++) out_print(&s->out, "%s %s", i ? "," : "", at[i]);
    out_print(&s->out, "\n");
}

static void print_applied(const struct session *s, const struct revision *revision)
{
    const struct journal_entry *entry = applied_entry(s, revision);
    if (!entry || !entry->started) return;
    struct arena *arena = s->ctx->arena;
    out_print(&s->out, "Applied: %s", text_minute(arena, entry->started));
    if (entry->who) out_print(&s->out, " by %s", entry->who);
    out_print(&s->out, ", %s\n", text_milliseconds(arena, entry->milliseconds));
}

void listing_verbose(const struct session *s, const struct revision *revision)
{
    const struct out *out = &s->out;
    out_print(out, "Rev: %s%s\n", out_paint(out, PAINT_YELLOW, revision->id), marks(s, revision));
    out_print(out, "%s: %s\n", revision->parents.n > 1 ? "Parents" : "Parent", listing_parents(s, revision));
    print_list(s, "Depends on", revision->depends_on.at, revision->depends_on.n);
    out_print(out, "Path: %s\n",
              revision->path ? session_shown(s, revision->path) : "none: known from the database's journal");
    if (revision->created) out_print(out, "Created: %s\n", text_minute(s->ctx->arena, revision->created));
    print_applied(s, revision);
    if (revision->certified) out_print(out, "Proof: %s\n", text_proof(s->ctx->arena, revision->certified));
    if (revision->irreversible) out_print(out, "Irreversible: %s\n", revision->irreversible);
    out_print(out, "\n    %s\n\n", revision->message ? revision->message : "");
}

json_t *listing_json(const struct session *s, const struct revision *revision)
{
    const struct journal_entry *entry = applied_entry(s, revision);
    json_t *object = json_object();
    json_object_set_new(object, "id", out_text(revision->id));
    json_object_set_new(object, "message", out_text(revision->message));
    json_object_set_new(object, "parents", out_texts(revision->parents.at, revision->parents.n));
    json_object_set_new(object, "depends_on", out_texts(revision->depends_on.at, revision->depends_on.n));
    json_object_set_new(object, "labels", out_texts(revision->labels.at, revision->labels.n));
    json_object_set_new(object, "path", out_text(revision->path ? session_shown(s, revision->path) : NULL));
    json_object_set_new(object, "created", out_text(revision->created));
    json_object_set_new(object, "head", json_boolean(is_head(s, revision)));
    json_object_set_new(object, "certified", out_text(revision->certified));
    json_object_set_new(object, "irreversible", out_text(revision->irreversible));
    if (!s->conn) return object;
    json_object_set_new(object, "current", json_boolean(is_current(s, revision)));
    json_object_set_new(object, "applied", out_text(entry ? entry->started : NULL));
    json_object_set_new(object, "applied_by", out_text(entry ? entry->who : NULL));
    return object;
}

void listing_print(const struct session *s, const struct revision_set *set, bool steps)
{
    json_t *list = json_array();
    for (size_t i = 0; i < set->n; i++) {
        const struct revision *revision = set->at[i];
        if (s->out.json) json_array_append_new(list, listing_json(s, revision));
        else if (option_given(s->options, OPT_VERBOSE)) listing_verbose(s, revision);
        else out_print(&s->out, "%s\n", steps ? listing_step(s, revision) : listing_line(s, revision));
    }
    if (s->out.json) out_json(&s->out, list);
    else json_decref(list);
}

/* ---- finding */

static struct revision *before_head(struct session *s, const char *name)
{
    struct revision *at = revision_find(s->ctx, s->graph, "head");
    long steps = strtol(name + 1, NULL, 10);
    for (long i = 0; at && i < steps; i++) {
        struct revision *parent = at->parents.n == 1 ? map_get(s->graph->by_id, at->parents.at[0]) : NULL;
        if (!parent) {
            diag_add(s->ctx, D_REVISION, nowhere, "%s: %s %s", name, at->id,
                     at->parents.n > 1 ? "is a merge: name one of its parents" : "is the first revision");
        }
        at = parent;
    }
    return at;
}

struct revision *listing_find(struct session *s, const char *name)
{
    struct revision_set found = {0};
    if (!listing_find_set(s, name, &found)) return NULL;
    if (found.n == 1) return found.at[0];
    if (found.n == 0) {
        diag_add(s->ctx, D_REVISION, nowhere, "%s is no revision: nothing is applied there", name);
    } else {
        diag_add(s->ctx, D_HEADS, nowhere, "%s are several revisions: name one", name);
    }
    return NULL;
}

bool listing_find_set(struct session *s, const char *name, struct revision_set *found)
{
    if (!session_graph(s)) return false;
    if (strcmp(name, "base") == 0) return true;
    if (strcmp(name, "current") == 0) {
        if (!session_open_db(s, FOREIGN_ALLOWED)) return false;
        for (size_t i = 0; i < s->current.n; i++) vec_push(s->ctx->arena, found, s->current.at[i]);
        return true;
    }
    if (strcmp(name, "heads") == 0) {
        for (size_t i = 0; i < s->graph->heads.n; i++) vec_push(s->ctx->arena, found, s->graph->heads.at[i]);
        return true;
    }
    bool relative = name[0] == '-' && isdigit((unsigned char)name[1]);
    struct revision *revision = relative ? before_head(s, name) : revision_find(s->ctx, s->graph, name);
    if (revision) vec_push(s->ctx->arena, found, revision);
    return revision != NULL;
}
