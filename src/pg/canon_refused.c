/* canon_refused.c: what a refusal means: a mistake in the model's text, at its very place, or something that can't be
 * tried on a temp table. */
#include <string.h>

#include "pg/canon.h"

bool refused_wholly(const struct server_error *error)
{
    if (strcmp(error->sqlstate, "25006") == 0) return true;  /* standby, read-only database */
    if (strncmp(error->sqlstate, "P0", 2) == 0) return true; /* raised by a function: an event trigger's */
    if (error->context && strstr(error->context, "function") && error->position == 0) return true;
    return strcmp(error->sqlstate, "42501") == 0 && error->message && strstr(error->message, "temporary tables");
}

/* Whether modelc only passes on what makes this name (SQL in the models, objects to come), so that it may exist later.
 */
bool refused_for_unhandled(const struct job *job, const struct server_error *error)
{
    for (size_t i = 0; i < job->diff->models->unhandled.n; i++) {
        const char *path = job->diff->models->unhandled.at[i].path;
        const char *name = path && strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
        size_t len = name ? strcspn(name, "(") : 0;
        if (len && strstr(error->message, arena_strndup(job->ctx->arena, name, len))) return true;
    }
    return false;
}

/* A table of the model that isn't on the server yet: 'new_table'::regclass. */
static bool names_new_table(const struct job *job, const struct server_error *error)
{
    if (strcmp(error->sqlstate, "42P01") != 0) return false;
    if (strstr(error->message, "FROM-clause")) return true; /* public.t.a: the temp table is in another schema */
    const struct objects *all = &job->diff->models->all;
    for (size_t i = 0; i < all->n; i++) {
        const struct object *object = all->at[i];
        if (object->kind->name_space == NAMES_RELATION && !object->peer && strstr(error->message, object->name))
            return true;
    }
    return false;
}

/* A type, operator or function that nobody knows, while an extension is new that this role may not create. */
static bool waits_for_extension(const struct job *job, const struct server_error *error)
{
    const struct objects *roots = &job->diff->models->roots;
    if (strcmp(error->sqlstate, "42704") != 0 && strcmp(error->sqlstate, "42883") != 0) return false;
    for (size_t i = 0; i < roots->n; i++) {
        if (object_is(roots->at[i], "extension") && !roots->at[i]->peer) return true;
    }
    return false;
}

static bool models_fault(const struct job *job, const struct server_error *error)
{
    if (strstr(error->message, "pg_temp")) return false; /* f(t) wants the real table's row type */
    if (names_new_table(job, error) || refused_for_unhandled(job, error) || waits_for_extension(job, error)) return false;
    if (strcmp(error->sqlstate, "42501") == 0) return false;
    return strncmp(error->sqlstate, "42", 2) == 0 || strncmp(error->sqlstate, "22", 2) == 0 ||
           strncmp(error->sqlstate, "0A", 2) == 0;
}

/* No right to use a type, a label that is too new: not so on a server that we make ourselves. */
static bool of_this_server(const struct server_error *error)
{
    return refused_wholly(error) || strcmp(error->sqlstate, "42501") == 0 || strcmp(error->sqlstate, "55P04") == 0;
}

size_t refused_byte(const char *sql, size_t position)
{
    size_t at = 0;
    while (position > 1 && sql[at]) {
        at++;
        if (((unsigned char)sql[at] & 0xc0) != 0x80) position--;
    }
    return at;
}

/* A name, a quoted name or text, or one character. */
static size_t word_length(const char *text)
{
    size_t len = 0;
    if (*text == '\'' || *text == '"') {
        const char *close = strchr(text + 1, *text);
        return close ? (size_t)(close - text) + 1 : 1;
    }
    while ((text[len] >= 'a' && text[len] <= 'z') || (text[len] >= 'A' && text[len] <= 'Z') ||
           (text[len] >= '0' && text[len] <= '9') || (unsigned char)text[len] >= 0x80 || text[len] == '_')
        len++;
    return len ? len : 1;
}

/* The place in the model of the server's position in one of our statements; the whole text where it says none. */
static struct span place_in_model(const struct unit *unit, size_t piece, const struct server_error *error,
                                  struct span whole)
{
    if (error->position == 0) return whole;
    const char *sql = unit->create.at[piece].sql;
    size_t at = refused_byte(sql, error->position);
    for (size_t i = 0; i < unit->islands.n; i++) {
        const struct island *island = &unit->islands.at[i];
        if (island->piece != piece || at < island->start || at >= island->end) continue;
        size_t len = island->end - island->start;
        if (len != island->span.end - island->span.start) return island->span; /* not verbatim: its whole */
        uint32_t start = island->span.start + (uint32_t)(at - island->start);
        uint32_t end = start + (uint32_t)word_length(sql + at);
        return (struct span){start, end < island->span.end ? end : island->span.end};
    }
    return whole;
}

struct span refused_place(struct ctx *ctx, struct span island, const char *text, size_t offset)
{
    const struct source *source = source_of(ctx->sources, island.start);
    const char *start = source ? source->text + (island.start - source->base) : NULL, *found = start ? strstr(start, text) : NULL;
    if (!found || found + strlen(text) > start + (island.end - island.start)) return island; /* not verbatim: its whole */
    if (offset >= strlen(text)) return (struct span){island.end - 1, island.end};
    uint32_t at = island.start + (uint32_t)(found - start) + (uint32_t)offset;
    return (struct span){at, at + (uint32_t)word_length(text + offset)};
}

void refused_report(struct ctx *ctx, const struct server_error *error, struct span place)
{
    struct diag *diag = diag_add(ctx, D_SQL, place, "%s", error->message);
    if (error->detail) diag_mend(ctx, diag, "detail", "%s", error->detail);
    if (error->hint) diag_mend(ctx, diag, "hint", "%s", error->hint);
}

static void report(struct job *job, const struct ask *ask, struct unit *unit, size_t piece,
                   const struct server_error *error)
{
    struct span whole = span_known(ask->model->span) ? ask->model->span : ask->to->span;
    refused_report(job->ctx, error, place_in_model(unit, piece, error, whole));
}

void refused_ask(struct job *job, struct unit *unit, size_t piece, const struct server_error *error)
{
    struct ask *ask = unit->asks.at[0];
    if (unit->slot != SLOT_MODEL) return; /* what was read before, or the live text as it stands, counts */
    if (models_fault(job, error)) {
        ask->refusal = REFUSED_MODEL;
        report(job, ask, unit, piece, error);
    } else {
        ask->refusal = of_this_server(error) || waits_for_extension(job, error) ? REFUSED_HERE : REFUSED_METHOD;
    }
}
