/* catalog_decode.c: catalog rows become objects and typed values, one rule for each value type. */
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "pg/reader.h"

enum { FIELDS_MAX = 32, KINDS_MAX = 64 };

enum key_column {
    KEY_ATTNUMS,
    KEY_N,
    KEY_CLASSES,
    KEY_OPTIONS,
    KEY_COLLATIONS,
    KEY_EXPRS,
    KEY_TYPES,
    KEY_CLASS_OPTIONS,
    KEY_OPERATORS,
    KEY_METHOD,
    KEY_COLUMNS
};
static const char *const key_columns[KEY_COLUMNS] = {
    "keys_attnums", "keys_n",     "keys_classes",       "keys_options",   "keys_collations",
    "keys_exprs",   "keys_types", "keys_class_options", "keys_operators", "keys_method",
};

/* Which column of the result feeds what; -1: none. */
struct layout {
    const PGresult *result;
    unsigned class;
    int oid, sub, parent, name, kind, also, broken, typmod, args, tail, same, same_sub;
    int keys[KEY_COLUMNS];
    int fields[KINDS_MAX][FIELDS_MAX]; /* by kind_order() */
    int subs[KINDS_MAX][FIELDS_MAX];   /* "<field>_sub" of a REF to a column */
    bool mapped[KINDS_MAX];
};

struct row {
    int number;
    const struct kind *kind;
    size_t order;
    struct object *parent;
    const char *name;
    unsigned sub;
};

uint32_t decode_oid(const char *text)
{
    return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

static const char *cell(const struct layout *layout, int row, int column)
{
    return column < 0 || PQgetisnull(layout->result, row, column) ? NULL : PQgetvalue(layout->result, row, column);
}

static bool cell_flag(const struct layout *layout, int row, int column)
{
    const char *text = cell(layout, row, column);
    return text && text[0] == 't';
}

/* ---- layout */

/* Rows come from satellites too: what they describe is the relation, or the type. */
static unsigned class_of(Oid table)
{
    switch (table) {
    case CLASS_ATTRIBUTE:
    case CLASS_ATTRDEF:
    case CLASS_INDEX:
    case CLASS_SEQUENCE:
    case CLASS_DEPEND:
    case CLASS_FOREIGN_TABLE:
    case 0: return CLASS_RELATION;
    case CLASS_ENUM:
    case CLASS_RANGE: return CLASS_TYPE;
    case CLASS_AGGREGATE: return CLASS_ROUTINE;
    default: return (unsigned)table;
    }
}

static int column_of(const PGresult *result, const char *name)
{
    int n = PQnfields(result);
    for (int i = 0; i < n; i++) {
        if (strcmp(PQfname(result, i), name) == 0) return i;
    }
    return -1;
}

static struct layout *layout_new(struct reader *reader, const struct rows *rows)
{
    const PGresult *result = rows->result;
    struct layout *layout = ARENA_NEW(reader->ctx->arena, struct layout);
    *layout = (struct layout){
        .result = result,
        .oid = column_of(result, "oid"),
        .sub = column_of(result, "sub"),
        .parent = column_of(result, "parent"),
        .name = column_of(result, "name"),
        .kind = column_of(result, "kind"),
        .also = column_of(result, "also"),
        .broken = column_of(result, "broken"),
        .typmod = column_of(result, "typmod"),
        .args = column_of(result, "args"),
        .tail = column_of(result, "tail"),
        .same = column_of(result, "same"),
        .same_sub = column_of(result, "same_sub"),
    };
    for (size_t i = 0; i < KEY_COLUMNS; i++) layout->keys[i] = column_of(result, key_columns[i]);
    layout->class = class_of(PQftable(result, layout->oid));
    return layout;
}

/* "generated|default": one text for the field that awaits it, else for the last one named. */
static bool names_field(const char *column, const char *field)
{
    size_t len = strlen(field);
    for (const char *at = column; (at = strstr(at, field)); at += len) {
        if ((at == column || at[-1] == '|') && (at[len] == '\0' || at[len] == '|')) return true;
    }
    return false;
}

static void layout_map(struct layout *layout, const struct kind *kind, size_t order)
{
    if (layout->mapped[order]) return;
    layout->mapped[order] = true;
    int n = PQnfields(layout->result);
    for (size_t i = 0; i < kind->n_fields && i < FIELDS_MAX; i++) {
        const char *field = kind->fields[i].name;
        layout->fields[order][i] = layout->subs[order][i] = -1;
        for (int column = 0; column < n; column++) {
            const char *name = PQfname(layout->result, column);
            if (names_field(name, field)) layout->fields[order][i] = column;
            size_t len = strlen(field);
            if (strncmp(name, field, len) == 0 && strcmp(name + len, "_sub") == 0) layout->subs[order][i] = column;
        }
    }
}

/* ---- values */

bool decode_array_item(struct arena *arena, const char **at, const char **item)
{
    const char *from = *at;
    if (*from == '{' || *from == ',') from++;
    if (*from == '}' || *from == '\0') return false;
    bool quoted = *from == '"';
    if (quoted) from++;
    const char *end = from;
    while (*end && (quoted ? *end != '"' : *end != ',' && *end != '}')) end += *end == '\\' && end[1] ? 2 : 1;
    char *text = arena_strndup(arena, from, (size_t)(end - from)), *to = text;
    for (; from < end; from++) {
        if (*from == '\\') from++;
        *to++ = *from;
    }
    *to = '\0';
    *item = !quoted && strcmp(text, "NULL") == 0 ? NULL : text;
    *at = quoted && *end ? end + 1 : end;
    return true;
}

/* Numbers separated by anything: int2vector "1 2", array "{1,2}". */
static bool next_number(const char **at, long *number)
{
    if (!*at) return false;
    *at += strcspn(*at, "-0123456789");
    if (!**at) return false;
    char *end;
    *number = strtol(*at, &end, 10);
    *at = end;
    return true;
}

static size_t count_numbers(const char *text)
{
    size_t n = 0;
    for (long number; next_number(&text, &number);) n++;
    return n;
}

struct known_type *reader_type(struct reader *reader, uint32_t oid, int32_t typmod)
{
    struct arena *arena = reader->ctx->arena;
    uint64_t key = ((uint64_t)oid << 32 | (uint32_t)typmod) + 1;
    struct known_type *type = oid_map_get(&reader->type_map, key);
    if (type) return type;
    type = ARENA_NEW(arena, struct known_type);
    type->oid = oid;
    type->typmod = typmod;
    oid_map_put(&reader->type_map, key, type);
    vec_push(arena, &reader->types, type);
    return type;
}

struct object *reader_object(const struct reader *reader, uint64_t key)
{
    struct object *found = oid_map_get(&reader->objects, key);
    for (size_t hops = 0; !found && hops < reader->same.n; hops++) { /* a lie may lead in a circle */
        const uint64_t *same = oid_map_get(&reader->same, key);
        if (!same) return NULL;
        key = *same;
        found = oid_map_get(&reader->objects, key);
    }
    return found;
}

static void wait_for(struct reader *reader, struct ref *ref, unsigned class, uint32_t oid, unsigned sub)
{
    struct pending pending = {ref, oid_key(class, oid, sub)};
    ref->to = reader_object(reader, pending.key);
    vec_push(reader->ctx->arena, &reader->pending, pending);
}

static unsigned class_of_word(const struct reader *reader, const char *refers)
{
    if (strcmp(refers, "collation") == 0) return CLASS_COLLATION;
    const struct kind *kind = kind_find(refers);
    unsigned class = kind ? reader->classes[kind_order(kind)] : 0;
    return class ? class : CLASS_RELATION;
}

/* attnums of one relation, from position `skip` on, `n` at most. */
static void decode_refs(struct reader *reader, struct value *value, const char *text, uint32_t relation, size_t skip,
                        size_t n)
{
    size_t total = count_numbers(text), i = 0;
    if (total <= skip || n == 0) return;
    size_t wanted = total - skip < n ? total - skip : n;
    value->set = true;
    value->refs = (struct refs){.at = ARENA_ARRAY(reader->ctx->arena, struct ref, wanted), .n = wanted, .cap = wanted};
    for (long number; next_number(&text, &number); i++) {
        if (i >= skip && i < skip + wanted)
            wait_for(reader, &value->refs.at[i - skip], CLASS_RELATION, relation, (unsigned)number);
    }
}

/* Oids of objects. */
static void decode_oids(struct reader *reader, struct value *value, const char *refers, const char *text)
{
    size_t n = count_numbers(text), i = 0;
    if (n == 0) return;
    value->set = true;
    value->refs = (struct refs){.at = ARENA_ARRAY(reader->ctx->arena, struct ref, n), .n = n, .cap = n};
    for (long number; next_number(&text, &number); i++)
        wait_for(reader, &value->refs.at[i], class_of_word(reader, refers), (uint32_t)number, 0);
}

static void decode_type(struct reader *reader, const struct layout *layout, int row, struct object *object,
                        struct value *value, const char *text)
{
    const char *typmod = cell(layout, row, layout->typmod);
    value->set = true;
    struct typed typed = {object, value,
                          reader_type(reader, decode_oid(text), typmod ? (int32_t)strtol(typmod, NULL, 10) : -1), 0};
    vec_push(reader->ctx->arena, &reader->typed, typed);
}

/* A collation that only repeats the type's own is no property: it is judged when the type is known. */
static void decode_ref(struct reader *reader, const struct layout *layout, int row, struct object *object, size_t field,
                       const char *text)
{
    const char *refers = object->kind->fields[field].refers;
    uint32_t oid = decode_oid(text);
    if (oid == 0) return;
    unsigned class = class_of_word(reader, refers);
    if (class == CLASS_COLLATION && reader->typed.n && reader->typed.at[reader->typed.n - 1].object == object) {
        reader->typed.at[reader->typed.n - 1].collation = oid;
        return;
    }
    object->values[field].set = true;
    const char *sub = cell(layout, row, layout->subs[kind_order(object->kind)][field]);
    wait_for(reader, &object->values[field].ref, class, oid, (unsigned)decode_oid(sub));
}

static void decode_pairs(struct reader *reader, struct value *value, const char *text)
{
    struct arena *arena = reader->ctx->arena;
    for (const char *item; decode_array_item(arena, &text, &item);) {
        const char *equals = item ? strchr(item, '=') : NULL;
        if (!equals) continue;
        struct sql_pair pair = {intern_n(reader->ctx->names, item, (size_t)(equals - item)), equals + 1};
        vec_push(arena, &value->pairs, pair);
        size_t i = value->pairs.n - 1;
        for (; i > 0 && strcmp(value->pairs.at[i - 1].name, pair.name) > 0; i--)
            value->pairs.at[i] = value->pairs.at[i - 1];
        value->pairs.at[i] = pair;
    }
    value->set = value->pairs.n > 0;
}

static void decode_labels(struct reader *reader, struct value *value, const char *text)
{
    struct arena *arena = reader->ctx->arena;
    value->set = true;
    for (const char *item; decode_array_item(arena, &text, &item);) {
        struct label label = {.name = item ? intern(reader->ctx->names, item) : ""};
        vec_push(arena, &value->labels, label);
    }
}

static bool awaits(const struct value *value)
{
    return value->set && value->expr.text && !value->expr.text[0];
}

/* "" announces a text that another query brings, or that a deparser could not give: counted until it has come. */
static void decode_expr(struct reader *reader, struct value *value, const char *text)
{
    if (awaits(value)) reader->awaited--;
    if (!*text) reader->awaited++;
    value->set = true;
    value->expr.text = *text ? arena_strdup(reader->ctx->arena, text) : "";
}

/* ---- index elements */

/* The end of the first of several deparsed expressions: at a comma outside of quotes and brackets. */
static const char *expr_end(const char *at)
{
    int depth = 0;
    for (; *at && !(depth == 0 && *at == ','); at++) {
        if (*at == '\'' || *at == '"') {
            const char *close = strchr(at + 1, *at); /* a doubled quote is two texts side by side */
            if (!close) return at + strlen(at);
            at = close;
        } else if (strchr("([", *at)) {
            depth++;
        } else if (strchr(")]", *at)) {
            depth--;
        }
    }
    return at;
}

static struct keyed *keyed_of(struct reader *reader, struct object *object, struct value *value, size_t n)
{
    struct arena *arena = reader->ctx->arena;
    if (value->set) { /* the constraint's row came first */
        for (size_t i = reader->keyed.n; i-- > 0;) {
            if (reader->keyed.at[i].object == object) return &reader->keyed.at[i];
        }
    }
    value->set = true;
    value->keys = (struct keys){.at = ARENA_ARRAY(arena, struct key, n), .n = n, .cap = n};
    struct keyed keyed = {.object = object, .value = value, .raw = ARENA_ARRAY(arena, struct raw_key, n)};
    vec_push(arena, &reader->keyed, keyed);
    return &reader->keyed.at[reader->keyed.n - 1];
}

static void decode_operators(struct reader *reader, struct object *object, struct value *value, const char *operators)
{
    if (!operators) return;
    struct keyed *keyed = keyed_of(reader, object, value, count_numbers(operators));
    long number;
    for (size_t i = 0; i < value->keys.n && next_number(&operators, &number); i++)
        keyed->raw[i].operator=(uint32_t) number;
}

static void decode_key(struct reader *reader, struct keyed *keyed, size_t i, uint32_t relation, long attnum,
                       const char **exprs)
{
    struct key *key = &keyed->value->keys.at[i];
    if (attnum != 0) {
        key->column = reader_object(reader, oid_key(CLASS_RELATION, relation, (unsigned)attnum));
        return;
    }
    if (!*exprs) return;
    const char *end = expr_end(*exprs);
    key->expr.text = arena_strndup(reader->ctx->arena, *exprs, (size_t)(end - *exprs));
    *exprs = *end ? end + 1 + strspn(end + 1, " ") : end;
}

static void decode_keys(struct reader *reader, const struct layout *layout, int row, struct object *object,
                        struct value *value)
{
    decode_operators(reader, object, value, cell(layout, row, layout->keys[KEY_OPERATORS]));
    const char *attnums = cell(layout, row, layout->keys[KEY_ATTNUMS]);
    if (!attnums) return;
    const char *texts[KEY_COLUMNS];
    for (size_t i = 0; i < KEY_COLUMNS; i++) texts[i] = cell(layout, row, layout->keys[i]);
    size_t n = (size_t)decode_oid(texts[KEY_N]), most = count_numbers(attnums);
    struct keyed *keyed = keyed_of(reader, object, value, n < most ? n : most);
    keyed->index = decode_oid(cell(layout, row, layout->oid));
    keyed->method = decode_oid(texts[KEY_METHOD]);
    uint32_t relation = decode_oid(cell(layout, row, layout->parent));
    const char *exprs = texts[KEY_EXPRS], *item = NULL;
    if (exprs && !*exprs) reader->awaited++;
    for (size_t i = 0; i < value->keys.n; i++) {
        struct key *key = &value->keys.at[i];
        long number = 0;
        if (next_number(&attnums, &number)) decode_key(reader, keyed, i, relation, number, &exprs);
        if (next_number(&texts[KEY_CLASSES], &number)) keyed->raw[i].opclass = (uint32_t)number;
        if (next_number(&texts[KEY_COLLATIONS], &number)) keyed->raw[i].collation = (uint32_t)number;
        if (next_number(&texts[KEY_TYPES], &number)) keyed->raw[i].type = (uint32_t)number;
        if (next_number(&texts[KEY_OPTIONS], &number)) {
            key->desc = (number & 1) != 0;
            key->nulls_first = (number & 2) != 0;
        }
        if (texts[KEY_CLASS_OPTIONS] && decode_array_item(reader->ctx->arena, &texts[KEY_CLASS_OPTIONS], &item))
            key->opclass_options = item;
    }
}

/* ---- objects */

/* The relation whose columns a REFS field lists: the parent's, but that of `table` for a foreign key's target. */
static uint32_t refs_relation(const struct layout *layout, int row, const char *field)
{
    int column = strncmp(field, "target_", 7) == 0 ? column_of(layout->result, "table") : layout->parent;
    return decode_oid(cell(layout, row, column));
}

static void decode_text(struct reader *reader, const struct field *field, struct value *value, const char *text)
{
    if (field->absent && strcmp(field->absent, text) == 0) return;
    value->set = true;
    value->text = intern(reader->ctx->names, text);
}

static void decode_field(struct reader *reader, const struct layout *layout, int row, struct object *object, size_t i,
                         const char *text)
{
    const struct field *field = &object->kind->fields[i];
    struct value *value = &object->values[i];
    switch (field->type) {
    case VALUE_FLAG: value->set = value->flag = text[0] == 't'; break;
    case VALUE_WORD:
    case VALUE_TEXT: decode_text(reader, field, value, text); break;
    case VALUE_REF: decode_ref(reader, layout, row, object, i, text); break;
    case VALUE_REFS:
        if (field->refers) {
            decode_oids(reader, value, field->refers, text);
            break;
        }
        decode_refs(reader, value, text, refs_relation(layout, row, field->name), 0, (size_t)-1); break;
    case VALUE_TYPE: decode_type(reader, layout, row, object, value, text); break;
    case VALUE_EXPR: decode_expr(reader, value, text); break;
    case VALUE_PAIRS: decode_pairs(reader, value, text); break;
    case VALUE_LABELS: decode_labels(reader, value, text); break;
    case VALUE_KEYS: break; /* fed by several columns */
    }
}

/* Whether a text that is meant for one of several fields is this one's. */
static bool chosen(const struct layout *layout, const struct object *object, size_t order, size_t i)
{
    int column = layout->fields[order][i];
    const char *name = PQfname(layout->result, column), *last = strrchr(name, '|');
    if (!last || awaits(&object->values[i])) return true;
    if (strcmp(last + 1, object->kind->fields[i].name) != 0) return false;
    for (size_t j = 0; j < object->kind->n_fields; j++) {
        if (j != i && layout->fields[order][j] == column && awaits(&object->values[j])) return false;
    }
    return true;
}

/* The fields that follow from the index's own columns. */
static void decode_index(struct reader *reader, const struct layout *layout, int row, struct object *object)
{
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        if (field->type == VALUE_KEYS) decode_keys(reader, layout, row, object, &object->values[i]);
        if (field->type != VALUE_REFS || strcmp(field->name, "include") != 0 || layout->keys[KEY_ATTNUMS] < 0) continue;
        decode_refs(reader, &object->values[i], cell(layout, row, layout->keys[KEY_ATTNUMS]),
                    decode_oid(cell(layout, row, layout->parent)),
                    (size_t)decode_oid(cell(layout, row, layout->keys[KEY_N])), (size_t)-1);
    }
}

static void decode_values(struct reader *reader, struct layout *layout, int row, struct object *object)
{
    size_t order = kind_order(object->kind);
    layout_map(layout, object->kind, order);
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        int column = layout->fields[order][i];
        const char *text = cell(layout, row, column);
        if (text && chosen(layout, object, order, i)) decode_field(reader, layout, row, object, i, text);
    }
    bool of_index = layout->keys[KEY_ATTNUMS] >= 0 || layout->keys[KEY_OPERATORS] >= 0;
    if (of_index) decode_index(reader, layout, row, object);
    if (cell_flag(layout, row, layout->broken)) object->broken = reader->any_broken = true;
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    size_t of_a = a->parent ? a->parent->serial : 0, of_b = b->parent ? b->parent->serial : 0;
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
    if (a->sub != b->sub) return a->sub < b->sub ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The object that a row is about, where it is known already (a part that completes it, the index of a constraint). */
static struct object *known_object(struct reader *reader, const struct layout *layout, int row)
{
    unsigned sub = (unsigned)decode_oid(cell(layout, row, layout->sub));
    return oid_map_get(&reader->objects, oid_key(layout->class, decode_oid(cell(layout, row, layout->oid)), sub));
}

/* Where a kind stands in one of several, they are all relations. */
static struct object *parent_of(const struct reader *reader, const struct kind *kind, uint32_t oid)
{
    size_t any = 0; /* one of which something was read: a database may have no table, and a view with rules */
    while (any < n_kinds && !(reader->classes[any] && kind_stands_in(kind, kinds[any]->name))) any++;
    struct object *found = any < n_kinds ? oid_map_get(&reader->objects, oid_key(reader->classes[any], oid, 0)) : NULL;
    return found && kind_stands_in(kind, found->kind->name) ? found : NULL;
}

/* False where the row's parent isn't managed, or the object belongs to an extension. */
static bool row_of(struct reader *reader, const struct layout *layout, const struct kind *kind, int number,
                   struct row *row)
{
    uint32_t oid = decode_oid(cell(layout, number, layout->oid));
    const char *name = cell(layout, number, layout->kind);
    *row = (struct row){.number = number,
                        .kind = name ? kind_find(name) : kind,
                        .name = cell(layout, number, layout->name),
                        .sub = (unsigned)decode_oid(cell(layout, number, layout->sub))};
    if (!row->kind || !row->name || oid_map_get(&reader->members, oid_key(layout->class, oid, 0))) return false;
    row->order = kind_order(row->kind);
    if (!row->kind->parent) return true;
    uint32_t of = layout->parent < 0 ? oid : decode_oid(cell(layout, number, layout->parent));
    row->parent = parent_of(reader, row->kind, of);
    return row->parent != NULL;
}

/* Oids of types, 0 for an operator's missing side; their names come with the second round. */
static void decode_args(struct reader *reader, struct object *object, const char *text)
{
    struct arena *arena = reader->ctx->arena;
    size_t n = count_numbers(text);
    object->has_args = object->kind->overloaded;
    object->args = (struct type_names){.at = ARENA_ARRAY(arena, struct type_name, n + 1), .n = n, .cap = n};
    long number;
    for (size_t i = 0; i < n && next_number(&text, &number); i++) {
        object->args.at[i] = (struct type_name){.sql = {.name = "none"}, .text = "none"};
        if (number == 0) continue;
        struct argument argument = {&object->args.at[i], reader_type(reader, (uint32_t)number, -1)};
        vec_push(arena, &reader->arguments, argument);
    }
}

static void add_object(struct reader *reader, struct layout *layout, const struct row *row)
{
    struct object *object = schema_add(reader->schema, row->kind, row->parent, intern(reader->ctx->names, row->name));
    reader->classes[row->order] = layout->class;
    oid_map_put(&reader->objects, oid_key(layout->class, decode_oid(cell(layout, row->number, layout->oid)), row->sub),
                object);
    uint32_t also = decode_oid(cell(layout, row->number, layout->also));
    if (also) oid_map_put(&reader->objects, oid_key(CLASS_RELATION, also, 0), object);
    if (layout->args >= 0) decode_args(reader, object, cell(layout, row->number, layout->args));
    const char *tail = cell(layout, row->number, layout->tail);
    if (tail) object->tail = intern(reader->ctx->names, tail);
    decode_values(reader, layout, row->number, object);
}

static void add_same(struct reader *reader, const struct layout *layout, int row)
{
    unsigned sub = (unsigned)decode_oid(cell(layout, row, layout->sub));
    uint64_t *same = ARENA_NEW(reader->ctx->arena, uint64_t);
    *same = oid_key(layout->class, decode_oid(cell(layout, row, layout->same)), (unsigned)decode_oid(cell(layout, row, layout->same_sub)));
    oid_map_put(&reader->same, oid_key(layout->class, decode_oid(cell(layout, row, layout->oid)), sub), same);
}

void decode_rows(struct reader *reader, const struct kind *kind, const struct rows *rows)
{
    struct layout *layout = layout_new(reader, rows);
    struct row *sorted = ARENA_ARRAY(reader->ctx->arena, struct row, rows->n_rows + 1);
    size_t n = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct object *object = known_object(reader, layout, (int)i);
        if (object) decode_values(reader, layout, (int)i, object);
        else if (cell(layout, (int)i, layout->same) && !cell(layout, (int)i, layout->name)) add_same(reader, layout, (int)i);
        else if (layout->name >= 0 && row_of(reader, layout, kind, (int)i, &sorted[n])) n++;
    }
    reader->classes[kind_order(kind)] = layout->class;
    qsort(sorted, n, sizeof *sorted, compare_rows);
    for (size_t i = 0; i < n; i++) add_object(reader, layout, &sorted[i]);
}
