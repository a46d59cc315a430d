/* object.c: the list of kinds, and reading an object's values, children and paths. */
#include "kind/kind.h"

#include <stdint.h>

#define KIND(name) extern const struct kind kind_##name;
#include "kinds.def"
#undef KIND

const struct kind *const kinds[] = {
#define KIND(name) &kind_##name,
#include "kinds.def"
#undef KIND
};
const size_t n_kinds = sizeof kinds / sizeof *kinds;

const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < n_kinds; i++) {
        if (str_eq(kinds[i]->name, name)) return kinds[i];
    }
    return NULL;
}

const struct kind *kind_of_word(const char *word)
{
    for (size_t i = 0; i < n_kinds; i++) {
        if (str_eq(kinds[i]->word, word)) return kinds[i];
    }
    return NULL;
}

bool kind_stands_in(const struct kind *kind, const char *parent)
{
    size_t len = strlen(parent);
    for (const char *at = kind->parent; at && *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        if (strncmp(at, parent, len) == 0 && (at[len] == ' ' || at[len] == '\0')) return true;
    }
    return false;
}

bool object_is_relation(const struct object *object)
{
    return object_is(object, "table") || object_is(object, "view") || object_is(object, "materialized_view") ||
           object_is(object, "foreign_table");
}

size_t kind_order(const struct kind *kind)
{
    size_t i = 0;
    while (i < n_kinds && kinds[i] != kind) i++;
    return i;
}

static size_t field_index(const struct object *object, const char *field)
{
    size_t i = 0;
    while (i < object->kind->n_fields && !str_eq(object->kind->fields[i].name, field)) i++;
    return i;
}

const struct value *object_get(const struct object *object, const char *field)
{
    static const struct value unset;
    size_t i = field_index(object, field);
    return i < object->kind->n_fields ? &object->values[i] : &unset;
}

struct value *object_set(struct object *object, const char *field)
{
    size_t i = field_index(object, field);
    if (i == object->kind->n_fields) abort();
    return &object->values[i];
}

bool object_flag(const struct object *object, const char *field)
{
    const struct value *value = object_get(object, field);
    return value->set && value->flag;
}

const char *object_text(const struct object *object, const char *field)
{
    size_t i = field_index(object, field);
    if (i == object->kind->n_fields) return NULL;
    return object->values[i].set ? object->values[i].text : object->kind->fields[i].absent;
}

/* The place of a name, or the free one where it would be. */
static struct name_entry *place_of(const struct child_names *names, const char *kind, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *at = name; *at; at++) hash = (hash ^ (unsigned char)*at) * 16777619u;
    for (size_t i = hash & (names->size - 1);; i = (i + 1) & (names->size - 1)) {
        struct name_entry *named = &names->at[i];
        if (!named->name || (str_eq(named->name, name) && str_eq(named->object->kind->name, kind))) return named;
    }
}

static void put(struct child_names *names, const char *name, struct object *object)
{
    struct name_entry *named = place_of(names, object->kind->name, name);
    if (named->name) return;
    *named = (struct name_entry){name, object};
    names->n++;
}

void object_enter(struct arena *arena, struct object *child, const char *name)
{
    enum { FIRST_SIZE = 8 };
    struct child_names *names = &child->parent->by_name;
    if (names->n * 2 >= names->size) {
        struct child_names larger = {.size = names->size ? names->size * 2 : FIRST_SIZE};
        larger.at = ARENA_ARRAY(arena, struct name_entry, larger.size);
        for (size_t i = 0; i < names->size; i++) {
            if (names->at[i].name) put(&larger, names->at[i].name, names->at[i].object);
        }
        *names = larger;
    }
    put(names, name, child);
}

struct object *object_child(const struct object *object, const char *kind, const char *name)
{
    return object->by_name.n ? place_of(&object->by_name, kind, name)->object : NULL;
}

struct object *object_schema(const struct object *object)
{
    struct object *at = (struct object *)object;
    while (at && !object_is(at, "schema")) at = at->parent;
    return at;
}

/* An index lives in its table but is named in the schema. */
static const struct object *path_parent(const struct object *object)
{
    if (object->kind->name_space == NAMES_RELATION && object->parent) return object_schema(object);
    return object->parent;
}

static void add_path(struct buf *buf, const struct object *object)
{
    const struct object *parent = path_parent(object);
    if (parent) {
        add_path(buf, parent);
        buf_addc(buf, '.');
    }
    if (object->kind->verbatim) buf_add(buf, object->name);
    else sql_ident(buf, object->name);
    sql_args(buf, object);
    if (object->tail) buf_add(buf, object->tail);
}

/* A reserved word and a capital letter need no quotes there. */
const char *name_shown(struct arena *arena, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return *name && name[strspn(name, plain)] == '\0' ? name : sql_ident_str(arena, name);
}

/* products_pim_id_key of products says its table itself. */
static bool tells_parent(const struct object *object)
{
    const struct object *table = object->parent;
    if (object->kind->name_space == NAMES_RELATION || object_is(object, "column") || !table) return false;
    size_t len = strlen(table->name);
    return object_is(table, "table") && strncmp(object->name, table->name, len) == 0 && object->name[len] == '_';
}

static void add_shown(struct buf *buf, const struct object *object)
{
    const struct object *parent = path_parent(object);
    if (tells_parent(object)) parent = object_schema(object);
    if (parent && !(object_is(parent, "schema") && str_eq(parent->name, "public"))) {
        add_shown(buf, parent);
        buf_addc(buf, '.');
    }
    buf_add(buf, object->kind->verbatim ? object->name : name_shown(buf->arena, object->name));
    sql_args(buf, object);
    if (object->tail) buf_add(buf, object->tail);
}

const char *object_path(struct arena *arena, const struct object *object)
{
    struct buf buf = buf_new(arena);
    add_path(&buf, object);
    return buf.text;
}

const char *object_shown(struct arena *arena, const struct object *object)
{
    struct buf buf = buf_new(arena);
    add_shown(&buf, object);
    return buf.text;
}
