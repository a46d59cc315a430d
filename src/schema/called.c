/* called.c: what an object's SQL calls by name where neither pg_depend nor the syntax tree tells: functions of an
 * operator, a dictionary's template, a mapping's server. */
#include <ctype.h>

#include "schema/diff_parts.h"

static bool is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += len) {
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) return true;
    }
    return false;
}

static bool continues_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_sign(char c)
{
    return c != '\0' && strchr("+-*/<>=~!@#%^&|`?", c) != NULL;
}

/* As a word of its own: letters of another word, or signs of another operator, may not touch it. */
static bool is_mentioned(const char *text, const char *name)
{
    size_t len = strlen(name);
    bool (*continues)(char) = continues_sign(name[0]) ? continues_sign : continues_word;
    for (const char *at = text; len && (at = strcasestr(at, name)); at++) {
        if ((at == text || !continues(at[-1])) && !continues(at[len])) return true;
    }
    return false;
}

/* Of several things of one name all count: an order that is too strict does no harm. */
void uses_called(struct ctx *ctx, struct object *object)
{
    const char *text = object_get(object, "definition")->expr.text, *list = object->kind->calls;
    for (size_t i = 0; text && i < object->home->all.n; i++) {
        struct object *other = object->home->all.at[i];
        bool meant = other != object && is_listed(list, other->kind->name) && is_mentioned(text, other->name);
        if (meant) vec_push(ctx->arena, &object->uses, other);
    }
}

/* ---- operator classes that are the default of their type: nobody names them */

static void use_classes_of(struct ctx *ctx, struct object *object, const struct object *column)
{
    const char *type = column ? object_get(column, "type")->type.sql.name : NULL;
    for (size_t i = 0; type && i < object->home->all.n; i++) {
        struct object *class = object->home->all.at[i];
        if (!object_is(class, "operator_class")) continue;
        const char *text = object_get(class, "definition")->expr.text;
        if (text && is_mentioned(text, "default") && is_mentioned(text, type)) vec_push(ctx->arena, &object->uses, class);
    }
}

void uses_default_classes(struct ctx *ctx, struct object *object)
{
    const struct keys *elements = &object_get(object, "elements")->keys;
    const struct refs *columns = &object_get(object, "columns")->refs;
    bool keyed = object_is(object, "index") || object_is(object, "exclude");
    if (schema_count(object->home, "operator_class") == 0) return;
    for (size_t i = 0; keyed && i < elements->n; i++) {
        if (!elements->at[i].opclass.name) use_classes_of(ctx, object, elements->at[i].column);
    }
    if (!object_is(object, "primary_key") && !object_is(object, "unique")) return;
    for (size_t i = 0; i < columns->n; i++) use_classes_of(ctx, object, columns->at[i].to);
}
