/* cmd_attic.c: what is parked, and the end of it. */
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "pg/attic.h"

static const struct span nowhere = {0, 0};

/* ---- list */

static const char *rows_text(struct arena *arena, const struct attic_item *item)
{
    if (item->empty) return "empty";
    if (item->rows < 0) return "";
    const char *count = text_number(arena, (size_t)item->rows);
    return arena_printf(arena, "%s %s", count, item->table ? (item->rows == 1 ? "value" : "values") : item->rows == 1 ? "row" : "rows");
}

static const char *what_text(struct arena *arena, const struct attic_item *item)
{
    return arena_printf(arena, "%s %s", item->kind, item->was ? item->was : item->sql);
}

static json_t *item_json(const struct attic_item *item)
{
    json_t *object = json_object();
    json_object_set_new(object, "kind", out_text(item->kind));
    json_object_set_new(object, "path", out_text(item->was));
    json_object_set_new(object, "name", out_text(item->sql));
    json_object_set_new(object, "revision", out_text(item->revision));
    json_object_set_new(object, "since", out_text(item->since));
    json_object_set_new(object, "rows", item->rows < 0 ? json_null() : json_integer((json_int_t)item->rows));
    json_object_set_new(object, "bytes", item->bytes < 0 ? json_null() : json_integer((json_int_t)item->bytes));
    json_object_set_new(object, "empty", json_boolean(item->empty));
    return object;
}

static int list(struct session *s, const struct attic *attic)
{
    struct arena *arena = s->ctx->arena;
    struct table table = table_new(&s->out, 6, "");
    json_t *array = json_array();
    for (size_t i = 0; i < attic->items.n; i++) {
        const struct attic_item *item = &attic->items.at[i];
        const char *place = item->was ? arena_printf(arena, "as %s", item->sql) : "";
        table_row(&table, what_text(arena, item), item->bytes < 0 ? "" : str_bytes(arena, (double)item->bytes), rows_text(arena, item),
                  item->revision ? item->revision : "?", item->since ? item->since : "?", place);
        json_array_append_new(array, item_json(item));
    }
    if (s->out.json) out_json(&s->out, array);
    else json_decref(array);
    if (!attic->items.n) out_print(&s->out, "Nothing is parked.\n");
    table_print(&table);
    return CODE_DONE;
}

/* ---- choosing */

/* "30d": seconds; -1: no such thing. */
static long long age_of(const char *text)
{
    static const struct { char unit; long long seconds; } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}, {'s', 1}};
    char *end;
    long long n = *text >= '0' && *text <= '9' && strlen(text) < 10 ? strtoll(text, &end, 10) : -1;
    for (size_t i = 0; n >= 0 && i < sizeof units / sizeof *units; i++) {
        if (*end == units[i].unit && end[1] == '\0') return n * units[i].seconds;
    }
    return n >= 0 && *end == '\0' ? n * 86400 : -1;
}

static bool is_named(struct arena *arena, const struct attic_item *item, const char *name)
{
    if (str_eq(name, item->sql) || str_eq(name, item->name) || str_eq(name, item->was) || str_eq(name, item->revision)) return true;
    if (!item->was) return false;
    return str_eq(name, what_text(arena, item)) || (str_starts(item->was, "public.") && str_eq(name, item->was + strlen("public.")));
}

/* Each name has to be one of something. */
static bool names_are_known(struct session *s, const struct attic *attic)
{
    for (size_t k = 1; k < s->options->arguments.n; k++) {
        const char *name = s->options->arguments.at[k];
        bool found = false;
        for (size_t i = 0; i < attic->items.n && !found; i++) found = is_named(s->ctx->arena, &attic->items.at[i], name);
        if (found) continue;
        struct diag *diag = diag_add(s->ctx, D_UNKNOWN_NAME, nowhere, "nothing in the attic is called %s", name);
        diag_mend(s->ctx, diag, "see", "modelc attic list");
        return false;
    }
    return true;
}

static bool is_chosen(struct session *s, const struct attic_item *item, long long age)
{
    size_t n = s->options->arguments.n;
    bool named = n < 2;
    for (size_t k = 1; k < n && !named; k++) named = is_named(s->ctx->arena, item, s->options->arguments.at[k]);
    return named && (age < 0 || item->seconds >= age);
}

/* Purging leaves types and sequences alone: they hold no rows, and the way back wants them. */
static bool is_purged_already(const struct attic_item *item)
{
    return item->empty || !(item->table || str_eq(item->kind, "table"));
}

/* ---- purge and drop */

static void say_refused(struct session *s, const struct attic_item *item, const struct server_error *error)
{
    const char *what = arena_printf(s->ctx->arena, "%s stays in the attic", what_text(s->ctx->arena, item));
    struct diag *diag = server_error_report(s->ctx, error, nowhere, what);
    bool held = str_eq(error->sqlstate, "55P03");
    if (held) diag_mend(s->ctx, diag, "mend", "somebody is at work on its table: try again");
    if (str_eq(error->sqlstate, "2BP01")) diag_mend(s->ctx, diag, "mend", "drop what uses it with it, or first");
}

static bool remove_one(struct session *s, const struct attic_item *item, bool whole)
{
    struct server_error error;
    const char *what = what_text(s->ctx->arena, item), *rows = rows_text(s->ctx->arena, item);
    if (!attic_remove(s->conn, s->project, item, whole, &error)) {
        say_refused(s, item, &error);
        return false;
    }
    bool back = !whole && !item->table;
    out_say(&s->out, "%s  %s%s%s%s\n", whole || item->table ? "Dropped " : "Emptied ", what, *rows ? ", " : "", rows,
            back ? ": its definition stays, for the way back" : "");
    return true;
}

/* Types last, when nothing has values of them any more. */
static int order_of(const struct attic_item *item)
{
    return item->table ? 0 : str_eq(item->kind, "table") ? 1 : str_eq(item->kind, "sequence") ? 2 : str_eq(item->kind, "composite") ? 3
         : str_eq(item->kind, "domain") ? 4 : 5;
}

static int remove_all(struct session *s, const struct attic *attic, long long age, bool whole)
{
    json_t *removed = json_array();
    bool good = true;
    size_t n = 0;
    for (int order = 0; order <= 5; order++) {
        for (size_t i = 0; i < attic->items.n; i++) {
            const struct attic_item *item = &attic->items.at[i];
            if (order_of(item) != order || !is_chosen(s, item, age) || (!whole && is_purged_already(item))) continue;
            bool done = remove_one(s, item, whole);
            good = good && done;
            if (done) json_array_append_new(removed, item_json(item));
            n += done;
        }
    }
    if (!n && good) out_say(&s->out, "Nothing to %s.\n", whole ? "drop" : "purge");
    if (s->out.json) out_json(&s->out, json_pack("{s:o}", whole ? "dropped" : "purged", removed));
    else json_decref(removed);
    return good ? CODE_DONE : session_code(s);
}

static bool says_what(struct session *s, bool whole, long long *age)
{
    const char *older = option_text(s->options, OPT_OLDER_THAN);
    *age = older ? age_of(older) : -1;
    if (older && *age < 0) {
        struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "--older-than %s: not a length of time", older);
        diag_mend(s->ctx, diag, "write", "--older-than 30d");
        return false;
    }
    if (s->options->arguments.n > 1 || older || option_given(s->options, OPT_ALL)) return true;
    struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "what is to be %s?", whole ? "dropped" : "purged");
    diag_mend(s->ctx, diag, "write", "a PATH of `modelc attic list`, --older-than 30d, or --all");
    return false;
}

static int end(struct session *s, bool whole)
{
    struct attic attic;
    long long age;
    int code = CODE_DONE;
    if (!says_what(s, whole, &age) || !session_open_db(s, FOREIGN_ALLOWED)) return session_code(s);
    if (!session_lock(s, s->project->lock_wait, "attic", &code)) return code;
    bool read = attic_read(s->conn, s->project, s->graph, &attic) && names_are_known(s, &attic);
    code = read ? remove_all(s, &attic, age, whole) : session_code(s);
    session_unlock(s);
    return code;
}

int cmd_attic(struct session *s)
{
    struct attic attic;
    const char *action = argument_text(s->options, 0);
    if (action && strcmp(action, "purge") == 0) return end(s, false);
    if (action && strcmp(action, "drop") == 0) return end(s, true);
    if (s->options->arguments.n > 1) {
        diag_add(s->ctx, D_USAGE, nowhere, "one argument too many: %s", s->options->arguments.at[1]);
        return CODE_UNJUDGED;
    }
    if (!session_open_db(s, FOREIGN_ALLOWED) || !attic_read(s->conn, s->project, s->graph, &attic)) return session_code(s);
    return list(s, &attic);
}
