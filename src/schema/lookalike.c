/* lookalike.c: a dropped and a new thing that look like one renamed thing are never guessed: a person answers. */
#include "schema/diff_parts.h"

static bool answered(const struct diff *diff, const struct object *gone)
{
    return map_has(diff->drops, "all") || diff_dropped(diff, gone);
}

static bool same_type(const struct object *a, const struct object *b)
{
    const struct type_name *x = &object_get(a, "type")->type, *y = &object_get(b, "type")->type;
    if (x->to || y->to) return x->to && y->to && x->to->peer == y->to && x->sql.array == y->sql.array;
    return str_eq(x->sql.name, y->sql.name) && str_eq(x->sql.schema, y->sql.schema) && str_eq(x->sql.mods, y->sql.mods) &&
           x->sql.array == y->sql.array;
}

static size_t count_columns(const struct object *table)
{
    size_t n = 0;
    for (size_t i = 0; i < table->children.n; i++) n += object_is(table->children.at[i], "column");
    return n;
}

/* All columns of the same names and types. */
static bool same_columns(const struct object *gone, const struct object *new)
{
    size_t n = 0;
    for (size_t i = 0; i < gone->children.n; i++) {
        const struct object *column = gone->children.at[i];
        if (!object_is(column, "column")) continue;
        const struct object *other = object_child(new, "column", column->name);
        if (!other || !same_type(column, other)) return false;
        n++;
    }
    return n > 0 && n == count_columns(new);
}

static bool looks_alike(const struct object *gone, const struct object *new)
{
    if (object_is(gone, "column")) return gone->parent->peer && gone->parent->peer == new->parent && same_type(gone, new);
    return object_is(gone, "table") && same_columns(gone, new);
}

static bool is_real(const struct change *change, enum change_type type)
{
    const struct object *object = change->from ? change->from : change->to;
    return change->type == type && !change->with_parent && (object_is(object, "column") || object_is(object, "table"));
}

static void report(struct diff *diff, const struct object *gone, const struct object *new)
{
    struct arena *arena = diff->ctx->arena;
    const char *was = object_is(gone, "table") && !str_eq(object_schema(gone)->name, object_schema(new)->name)
                          ? object_path(arena, gone)
                          : sql_ident_str(arena, gone->name);
    struct diag *diag = diag_add(diff->ctx, D_LOOKALIKE, new->span, "is %s %s the old %s, renamed, or a new one?", new->kind->title,
                                 object_shown(arena, new), object_shown(arena, gone));
    diag_mend(diff->ctx, diag, "renamed", "write `was %s` beside it in the model: its data are kept", was);
    diag_mend(diff->ctx, diag, "a new one", "modelc autogenerate --drop %s (the old one and its data go)", object_shown(arena, gone));
}

void diff_lookalikes(struct diff *diff, const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *gone = changes->at[i];
        if (!is_real(gone, CHANGE_DROP) || answered(diff, gone->from)) continue;
        for (size_t j = 0; j < changes->n; j++) {
            const struct change *new = changes->at[j];
            if (is_real(new, CHANGE_CREATE) && looks_alike(gone->from, new->to)) report(diff, gone->from, new->to);
        }
    }
}
