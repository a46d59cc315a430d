/* routine.c: what the kinds of code share: when CREATE OR REPLACE will do, DEPENDS ON EXTENSION, and what is enabled. */
#include "kind/routine.h"

/* ---- replacing ---- */

static const char *next_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? end + 1 : text + strlen(text);
}

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

static bool same_line(const char *a, const char *b)
{
    return line_length(a) == line_length(b) && strncmp(a, b, line_length(a)) == 0;
}

/* An argument can get a name, but keeps the one it has. */
static bool keeps_names(const char *old, const char *new)
{
    for (; *old; old = next_line(old), new = next_line(new)) {
        if (line_length(old) && !same_line(old, new)) return false;
    }
    return true;
}

bool routine_must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const char *old = object_text(from, "signature"), *new = object_text(to, "signature");
    size_t definition = (size_t)(object_get(to, "definition") - to->values);
    if (!changed[definition]) return false;
    if (!old || !new || !same_line(old, new)) return true;
    old = next_line(old);
    new = next_line(new);
    if (strtol(new, NULL, 10) < strtol(old, NULL, 10)) return true;
    return !keeps_names(next_line(old), next_line(new));
}

/* ---- DEPENDS ON EXTENSION ---- */

static const char *next_name(const char *list, size_t *len)
{
    list += strspn(list, ", ");
    *len = strcspn(list, ",");
    return *len ? list : NULL;
}

static bool lists(const char *list, const char *name, size_t len)
{
    size_t n;
    for (const char *at = list; at && (at = next_name(at, &n)); at += n) {
        if (n == len && strncmp(at, name, len) == 0) return true;
    }
    return false;
}

/* For each name of `list` that `other` lacks. */
static void depend(const struct object *object, const char *no, const char *list, const char *other, struct ops *ops)
{
    size_t len;
    for (const char *at = list; at && (at = next_name(at, &len)); at += len) {
        if (lists(other, at, len)) continue;
        struct buf target = buf_new(ops->ctx->arena);
        sql_comment_target(&target, object);
        op_addf(ops, PHASE_FACETS, "ALTER %s %sDEPENDS ON EXTENSION %.*s", target.text, no, (int)len, at);
    }
}

void depends_finish(const struct object *object, struct ops *ops)
{
    depend(object, "", object_text(object, "depends_on_extension"), NULL, ops);
}

void depends_alter(const struct object *from, const struct object *to, bool anew, struct ops *ops)
{
    const char *old = object_text(from, "depends_on_extension"), *new = object_text(to, "depends_on_extension");
    if (!anew) depend(to, "NO ", old, new, ops);
    depend(to, "", new, anew ? NULL : old, ops);
}

/* ---- enabled ---- */

void enabled_alter(const struct object *object, struct ops *ops)
{
    static const struct { const char *state, *verb; } verbs[] = {
        {"disabled", "DISABLE"}, {"replica", "ENABLE REPLICA"}, {"always", "ENABLE ALWAYS"}, {"origin", "ENABLE"},
    };
    const char *state = object_text(object, "enabled"), *verb = "ENABLE", *noun = object->kind->noun;
    struct buf sql = buf_new(ops->ctx->arena);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_eq(verbs[i].state, state)) verb = verbs[i].verb;
    }
    if (object->parent) {
        buf_add(&sql, "ALTER TABLE ");
        sql_table_of(&sql, object);
        buf_printf(&sql, " %s %s ", verb, noun);
        sql_object(&sql, object);
    } else {
        buf_printf(&sql, "ALTER %s ", noun);
        sql_object(&sql, object);
        buf_printf(&sql, " %s", verb);
    }
    op_add(ops, PHASE_FACETS, sql.text);
}

void enabled_describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    static const struct { const char *state, *text; } states[] = {
        {"disabled", "disabled"}, {"replica", "enabled for replicas"}, {"always", "enabled always"}, {"origin", "enabled"},
    };
    (void)from;
    for (size_t i = 0, n = 0; i < to->kind->n_fields; i++) {
        const char *text = to->kind->fields[i].name;
        if (!changed[i]) continue;
        for (size_t k = 0; str_eq(to->kind->fields[i].name, "enabled") && k < sizeof states / sizeof *states; k++) {
            if (str_eq(states[k].state, object_text(to, "enabled"))) text = states[k].text;
        }
        if (str_eq(text, "depends_on_extension")) text = "extension it depends on";
        buf_printf(out, "%s%s", n++ ? ", " : "", text);
    }
}

void enabled_finish(const struct object *object, struct ops *ops)
{
    if (!str_eq(object_text(object, "enabled"), "origin")) enabled_alter(object, ops);
}
