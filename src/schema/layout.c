/* layout.c: the order in which a person would want to read a schema, and the file each part goes to. */
#include "schema/layout.h"

#include <ctype.h>
#include <string.h>

#include "schema/print.h"

/* ---- the order of kinds */

enum section { BEFORE_SCHEMAS, IN_SCHEMA, AFTER_SCHEMAS };

/* Kinds in reading order, and the file that LAYOUT_GROUP and LAYOUT_TABLE have for them; NULL: by table. */
static const struct rank { const char *kind; enum section section; const char *file; unsigned level; } ranks[] = {
    {"extension", BEFORE_SCHEMAS, "database", 0},
    {"language", BEFORE_SCHEMAS, "database", 1},
    {"access_method", BEFORE_SCHEMAS, "database", 2},
    {"foreign_data_wrapper", BEFORE_SCHEMAS, "database", 3},
    {"server", BEFORE_SCHEMAS, "database", 4},
    {"user_mapping", BEFORE_SCHEMAS, "database", 5},
    {"schema", IN_SCHEMA, "schema", 0},
    {"collation", IN_SCHEMA, "types", 1},
    {"conversion", IN_SCHEMA, "types", 2},
    {"text_search_parser", IN_SCHEMA, "types", 3},
    {"text_search_template", IN_SCHEMA, "types", 4},
    {"text_search_dictionary", IN_SCHEMA, "types", 5},
    {"text_search_configuration", IN_SCHEMA, "types", 6},
    {"enum", IN_SCHEMA, "types", 7},
    {"base_type", IN_SCHEMA, "types", 8},
    {"composite", IN_SCHEMA, "types", 9},
    {"range", IN_SCHEMA, "types", 10},
    {"domain", IN_SCHEMA, "types", 11},
    {"sequence", IN_SCHEMA, "sequences", 12},
    {"table", IN_SCHEMA, NULL, 13},
    {"foreign_table", IN_SCHEMA, NULL, 13},
    {"statistics", IN_SCHEMA, "views", 14},
    {"view", IN_SCHEMA, "views", 15},
    {"materialized_view", IN_SCHEMA, "views", 15},
    {"function", IN_SCHEMA, "functions", 16},
    {"procedure", IN_SCHEMA, "functions", 17},
    {"aggregate", IN_SCHEMA, "functions", 18},
    {"operator", IN_SCHEMA, "functions", 19},
    {"operator_family", IN_SCHEMA, "functions", 20},
    {"operator_class", IN_SCHEMA, "functions", 21},
    {"cast", AFTER_SCHEMAS, "database", 22},
    {"transform", AFTER_SCHEMAS, "database", 23},
    {"event_trigger", AFTER_SCHEMAS, "database", 24},
    {"publication", AFTER_SCHEMAS, "database", 25},
    {"default_privileges", AFTER_SCHEMAS, "database", 26},
};

static const struct rank *rank_of(const struct object *object)
{
    static const struct rank other = {"", AFTER_SCHEMAS, "database", 99};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        if (object_is(object, ranks[i].kind)) return &ranks[i];
    }
    return &other;
}

/* ---- units: what stands at the top level of a file */

struct unit {
    const struct object *object, *home; /* the schema it stands in; NULL: none */
    const struct rank *rank;
    enum section section;
    size_t place; /* among its kind */
};
struct units { struct unit *at; size_t n, cap; };

static bool is_unit(const struct object *object)
{
    return !object->aside && (!object->parent || object_is(object->parent, "schema")) && !prints_inside(object);
}

static int by_reading_order(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->section != y->section) return x->section < y->section ? -1 : 1;
    if (x->home != y->home) return (x->home ? x->home->serial : 0) < (y->home ? y->home->serial : 0) ? -1 : 1;
    if (x->rank->level != y->rank->level) return x->rank->level < y->rank->level ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return x->object->serial < y->object->serial ? -1 : 1;
}

/* ---- tables: those that others refer to come first, related ones together */

struct placing {
    size_t *places; /* by serial; 0: not yet */
    bool *open;
    size_t next;
};

static void place(struct placing *p, const struct object *table);

static void place_target(struct placing *p, const struct object *table, const struct object *target)
{
    if (target && object_is_relation(target) && object_schema(target) == object_schema(table)) place(p, target);
}

static void place_targets(struct placing *p, const struct object *table)
{
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i];
        if (object_is(child, "foreign_key")) place_target(p, table, object_get(child, "table")->ref.to);
    }
    for (size_t i = 0; i < table->uses.n; i++) {
        const struct object *used = table->uses.at[i];
        place_target(p, table, object_is_relation(used) ? used : used->parent);
    }
}

static void place(struct placing *p, const struct object *table)
{
    if (p->open[table->serial]) return; /* placed, or in a circle */
    p->open[table->serial] = true;
    place_targets(p, table);
    p->places[table->serial] = ++p->next;
}

static void place_tables(struct ctx *ctx, const struct schema *schema, struct units *units)
{
    struct placing p = {.places = ARENA_ARRAY(ctx->arena, size_t, schema->all.n + 1),
                        .open = ARENA_ARRAY(ctx->arena, bool, schema->all.n + 1)};
    for (size_t i = 0; i < units->n; i++) {
        if (object_is_relation(units->at[i].object)) place(&p, units->at[i].object);
    }
    for (size_t i = 0; i < units->n; i++) units->at[i].place = p.places[units->at[i].object->serial];
}

static void collect(struct ctx *ctx, const struct schema *schema, struct units *units)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *object = schema->all.at[i];
        if (!is_unit(object)) continue;
        struct unit unit = {.object = object, .rank = rank_of(object), .home = print_home(ctx, schema, object)};
        unit.section = unit.home ? IN_SCHEMA : unit.rank->section;
        vec_push(ctx->arena, units, unit);
    }
    if (schema->live) place_tables(ctx, schema, units);
    if (units->n) qsort(units->at, units->n, sizeof *units->at, by_reading_order);
}

/* ---- groups of tables */

/* "order" of orders, order_lines: the first word, without a plural's end. */
static const char *stem_of(struct arena *arena, const char *name)
{
    while (*name == '_') name++;
    size_t len = strcspn(name, "_");
    char *stem = arena_strndup(arena, name, len);
    for (char *c = stem; *c; c++) *c = (char)tolower((unsigned char)*c);
    if (len > 4 && str_ends(stem, "ies")) {
        memcpy(stem + len - 3, "y", 2);
    } else if (len > 3 && str_ends(stem, "s") && !str_ends(stem, "ss")) {
        stem[len - 1] = '\0';
    }
    return stem;
}

struct stem {
    size_t tables;
    const char *bearer; /* the first of its tables whose name is one word; NULL: none */
};
struct grouping {
    struct ctx *ctx;
    struct map *stems; /* "schema stem" -> struct stem */
};

static const char *stem_key(struct grouping *g, const struct object *table)
{
    return arena_printf(g->ctx->arena, "%s %s", object_schema(table)->name, stem_of(g->ctx->arena, table->name));
}

static size_t tables_of(struct grouping *g, const struct object *table)
{
    const struct stem *found = map_get(g->stems, stem_key(g, table));
    return found ? found->tables : 0;
}

static void count_stems(struct grouping *g, const struct units *units)
{
    for (size_t i = 0; i < units->n; i++) {
        const struct object *table = units->at[i].object;
        if (units->at[i].rank->file || !object_is_relation(table)) continue;
        const char *key = stem_key(g, table);
        struct stem *found = map_get(g->stems, key);
        if (!found) {
            found = ARENA_NEW(g->ctx->arena, struct stem);
            map_put(g->stems, key, found);
        }
        found->tables++;
        if (!found->bearer && !strchr(table->name, '_')) found->bearer = table->name;
    }
}

/* The table that a lonely one belongs to: the first it refers to. */
static const struct object *target_of(const struct object *table)
{
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i];
        const struct object *target = object_is(child, "foreign_key") ? object_get(child, "table")->ref.to : NULL;
        if (target && target != table && object_schema(target) == object_schema(table)) return target;
    }
    return NULL;
}

/* Named as the table that bears the stem itself, or as the stem. */
static const char *group_name(struct grouping *g, const struct object *table)
{
    const struct stem *found = map_get(g->stems, stem_key(g, table));
    if (found->bearer) return found->bearer;
    return found->tables > 1 ? stem_of(g->ctx->arena, table->name) : table->name;
}

static const char *group_of(struct grouping *g, const struct object *table)
{
    enum { FAR = 100 };
    const struct object *at = table;
    for (unsigned i = 0; i < FAR && tables_of(g, at) < 2 && target_of(at); i++) at = target_of(at);
    return group_name(g, at);
}

/* ---- files */

/* A name that every file system takes. */
static const char *file_name(struct arena *arena, const char *name)
{
    enum { LONGEST = 120 };
    struct buf buf = buf_new(arena);
    for (size_t i = 0; name[i] && i < LONGEST; i++) {
        unsigned char c = (unsigned char)name[i];
        buf_addc(&buf, isalnum(c) || c >= 0x80 || strchr("_-", (int)c) || (c == '.' && i) ? (char)c : '_');
    }
    buf.text[str_clip_utf8(buf.text, buf.len, buf.len)] = '\0';
    return *buf.text ? buf.text : "_";
}

struct laying {
    struct ctx *ctx;
    struct layout *layout;
    struct grouping grouping;
    struct map *by_key;  /* what the file is for -> its number in the layout */
    struct map *taken;   /* lower case names */
    enum layout_style style;
    const char *single;
    bool folders;        /* one per schema */
};

static const char *untaken(struct laying *l, const char *name)
{
    struct arena *arena = l->ctx->arena;
    const char *found = name;
    for (unsigned i = 2;; i++) {
        char *key = arena_strdup(arena, found);
        for (char *c = key; *c; c++) *c = (char)tolower((unsigned char)*c);
        if (!map_has(l->taken, key)) {
            map_put(l->taken, key, key);
            return found;
        }
        found = arena_printf(arena, "%s_%u", name, i);
    }
}

/* The file that a unit goes to, by what it is for. */
static const char *key_of(struct laying *l, const struct unit *unit)
{
    struct arena *arena = l->ctx->arena;
    if (l->style == LAYOUT_SINGLE) return l->single;
    if (!unit->home) return "database";
    const char *schema = file_name(arena, unit->home->name), *part = unit->rank->file;
    if (l->style == LAYOUT_SCHEMA) return schema;
    if (!part) part = l->style == LAYOUT_TABLE ? unit->object->name : group_of(&l->grouping, unit->object);
    part = file_name(arena, part);
    return l->folders ? arena_printf(arena, "%s/%s", schema, part) : part;
}

/* Where two things are called alike but for what a file name can't hold, the second gets a number. */
static struct layout_file *file_for(struct laying *l, const struct unit *unit)
{
    const char *key = key_of(l, unit);
    const char *schema = unit->home && l->style != LAYOUT_SINGLE ? unit->home->name : "";
    const char *table = l->style == LAYOUT_TABLE && !unit->rank->file ? unit->object->name : "";
    const char *full = arena_printf(l->ctx->arena, "%s %s %s", schema, key, table);
    size_t *number = map_get(l->by_key, full);
    if (!number) {
        number = ARENA_NEW(l->ctx->arena, size_t);
        *number = l->layout->n;
        map_put(l->by_key, full, number);
        vec_push(l->ctx->arena, l->layout, ((struct layout_file){.name = untaken(l, key)}));
    }
    return &l->layout->at[*number];
}

static bool has_units(const struct units *units, const struct object *schema)
{
    for (size_t i = 0; i < units->n; i++) {
        if (units->at[i].home == schema && units->at[i].object != schema) return true;
    }
    return false;
}

/* Two schemas that hold something: each gets a folder. */
static bool wants_folders(const struct units *units)
{
    const struct object *first = NULL;
    for (size_t i = 0; i < units->n; i++) {
        const struct object *home = units->at[i].home;
        if (!home || !has_units(units, home)) continue;
        if (first && first != home) return true;
        first = home;
    }
    return false;
}

void schema_layout(struct ctx *ctx, const struct schema *schema, enum layout_style style, const char *single,
                   struct layout *layout)
{
    struct units units = {0};
    struct laying l = {.ctx = ctx, .layout = layout, .by_key = map_new(ctx->arena), .taken = map_new(ctx->arena),
                       .style = style, .single = single, .grouping = {ctx, map_new(ctx->arena)}};
    collect(ctx, schema, &units);
    count_stems(&l.grouping, &units);
    l.folders = (style == LAYOUT_GROUP || style == LAYOUT_TABLE) && wants_folders(&units);
    for (size_t i = 0; i < units.n; i++) {
        const struct unit *unit = &units.at[i];
        if (unit->object == unit->home && print_is_silent(unit->object) && !has_units(&units, unit->object)) continue;
        struct layout_file *file = file_for(&l, unit);
        vec_push(ctx->arena, &file->units, (struct object *)unit->object);
    }
}
