/* canon_unit.c: the temp tables that carry the texts in question. */
#include <string.h>

#include "pg/canon.h"

bool is_keys(const struct ask *ask)
{
    return ask->to->kind->fields[ask->field].type == VALUE_KEYS;
}

const char *ask_mark(struct arena *arena, const struct ask *ask, enum slot slot)
{
    static const char letters[SLOTS] = {'m', 'l', 'n', 'k'};
    return arena_printf(arena, "%c%zu", letters[slot], ask->number);
}

/* ---- what the plan will do to a table */

static bool same_value(struct job *job, const struct object *from, const struct object *to, const char *name)
{
    for (size_t i = 0; i < to->kind->n_fields; i++) {
        if (str_eq(to->kind->fields[i].name, name))
            return value_equal(job->ctx, &to->kind->fields[i], &from->values[i], &to->values[i]);
    }
    return true;
}

static bool retyped(struct job *job, const struct object *from, const struct object *to)
{
    return !same_value(job, from, to, "type") || !same_value(job, from, to, "collation");
}

static bool table_changes(struct job *job, const struct object *table)
{
    struct objects columns = {0};
    table_columns(table, job->ctx->arena, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const struct object *column = columns.at[i];
        if (!column->peer) continue;
        if (!str_eq(column->name, column->peer->name) || retyped(job, column->peer, column)) return true;
    }
    return false;
}

bool ask_moved(struct job *job, const struct ask *ask)
{
    return ask->from && (job->renamed || table_changes(job, ask->to->parent));
}

/* ---- text */

/* The island in parentheses; a newline keeps a comment at its end from eating the last one. */
static void add_island(struct job *job, struct unit *unit, struct buf *sql, const char *text, struct span span)
{
    buf_addc(sql, '(');
    struct island island = {.piece = unit->create.n, .start = sql->len, .end = sql->len + strlen(text), .span = span};
    if (unit->slot == SLOT_MODEL && span_known(span)) vec_push(job->ctx->arena, &unit->islands, island);
    buf_add(sql, text);
    buf_add(sql, "\n)");
}

/* Where in the model's source `text` stands, looked for from *from on; the whole span where it isn't verbatim. */
static struct span place_of(struct job *job, struct span span, const char *text, uint32_t *from)
{
    const struct source *source = span_known(span) ? source_of(job->ctx->sources, span.start) : NULL;
    if (!source || *from < span.start) return span;
    const char *start = source->text + (*from - source->base);
    const char *found = strstr(start, text);
    if (!found || (size_t)(found - start) + strlen(text) > span.end - *from) return span;
    uint32_t at = *from + (uint32_t)(found - start);
    *from = at + (uint32_t)strlen(text);
    return (struct span){at, *from};
}

static const struct value *value_of(const struct ask *ask, enum slot slot)
{
    return slot == SLOT_LIVE ? ask->live : ask->model;
}

static const struct answer *answer_to_try(const struct ask *ask, enum slot slot)
{
    return slot == SLOT_MODEL_AGAIN  ? &ask->answers[SLOT_MODEL]
           : slot == SLOT_LIVE_AGAIN ? &ask->answers[SLOT_LIVE]
                                     : NULL;
}

static void add_expr(struct job *job, struct unit *unit, const struct ask *ask, struct buf *sql)
{
    const struct answer *again = answer_to_try(ask, unit->slot);
    const struct value *value = value_of(ask, unit->slot);
    uint32_t from = value->span.start;
    const char *text = again ? again->text : value->expr.text;
    add_island(job, unit, sql, text,
               unit->slot == SLOT_MODEL ? place_of(job, value->span, text, &from) : (struct span){0});
}

static void add_model_key(struct job *job, struct unit *unit, const struct value *value, size_t i, uint32_t *from,
                          struct buf *sql)
{
    const char *text = value->keys.at[i].expr.text;
    struct key key = value->keys.at[i];
    struct keys one = {&key, 1, 1};
    struct buf whole = buf_new(sql->arena);
    if (text) key.expr.text = "x"; /* "x" or "(x)", and what follows it */
    sql_keys(&whole, &one);
    if (text) {
        add_island(job, unit, sql, text, place_of(job, value->span, text, from));
        buf_add(sql, whole.text + (whole.text[0] == '(' ? 3 : 1));
    } else {
        struct island island = {.piece = unit->create.n,
                                .start = sql->len,
                                .end = sql->len + whole.len,
                                .span = place_of(job, value->span, key.column->name, from)};
        if (unit->slot == SLOT_MODEL && span_known(island.span)) vec_push(job->ctx->arena, &unit->islands, island);
        buf_add(sql, whole.text);
    }
}

static void add_elements(struct job *job, struct unit *unit, const struct ask *ask, struct buf *sql)
{
    const struct answer *again = answer_to_try(ask, unit->slot);
    const struct value *value = value_of(ask, unit->slot);
    uint32_t from = value->span.start;
    size_t n = again ? again->elements.n : value->keys.n;
    for (size_t i = 0; i < n; i++) {
        if (i) buf_add(sql, ", ");
        if (again) buf_add(sql, again->elements.at[i]);
        else add_model_key(job, unit, value, i, &from, sql);
    }
}

/* ---- the table */

static const struct object *side(const struct ask *ask, enum slot slot)
{
    return slot == SLOT_LIVE ? ask->from : ask->to;
}

static const struct ask *ask_of_column(const struct unit *unit, const struct object *column)
{
    for (size_t i = 0; i < unit->asks.n; i++) {
        if (side(unit->asks.at[i], unit->slot) == column) return unit->asks.at[i];
    }
    return NULL;
}

static void add_type(struct job *job, struct unit *unit, const struct object *column, struct buf *sql)
{
    const struct value *type = object_get(column, "type"), *collation = object_get(column, "collation");
    size_t start = sql->len;
    if (unit->slot == SLOT_LIVE) buf_add(sql, type->type.text);
    else sql_type(sql, &type->type);
    struct island island = {.piece = unit->create.n, .start = start, .end = sql->len, .span = type->span};
    if (unit->slot == SLOT_MODEL && span_known(type->span)) vec_push(job->ctx->arena, &unit->islands, island);
    if (!collation->set) return;
    buf_add(sql, " COLLATE ");
    sql_ref(sql, &collation->ref);
}

static void add_column(struct job *job, struct unit *unit, const struct object *column, struct buf *sql)
{
    sql_ident(sql, column->name);
    buf_addc(sql, ' ');
    add_type(job, unit, column, sql);
    const struct ask *ask = ask_of_column(unit, column);
    if (ask) {
        bool generated = str_eq(column->kind->fields[ask->field].name, "generated");
        buf_add(sql, generated ? " GENERATED ALWAYS AS " : " DEFAULT ");
        add_expr(job, unit, ask, sql);
        if (generated) buf_add(sql, " STORED");
    }
    buf_add(sql, ", ");
}

/* A column that the table doesn't have: the partition key. */
static const char *spare_column(struct arena *arena, const struct object *table)
{
    const char *name = "modelc_part";
    while (table_column(table, name)) name = arena_printf(arena, "%s_", name);
    return name;
}

static void add_constraint(struct job *job, struct unit *unit, const struct ask *ask, struct buf *sql, bool *plain)
{
    if (object_is(ask->to, "check")) {
        buf_printf(sql, ", CONSTRAINT %s CHECK ", ask_mark(sql->arena, ask, unit->slot));
        add_expr(job, unit, ask, sql);
    } else if (object_is(ask->to, "exclude") && is_keys(ask)) {
        *plain = true;
        buf_printf(sql, ", CONSTRAINT %s EXCLUDE USING ", ask_mark(sql->arena, ask, unit->slot));
        sql_ident(sql, object_text(side(ask, unit->slot), "method"));
        buf_add(sql, " (");
        add_elements(job, unit, ask, sql);
        buf_addc(sql, ')');
    }
}

static void add_piece(struct job *job, struct pieces *pieces, const char *path, const char *sql)
{
    struct piece piece = {path, sql};
    vec_push(job->ctx->arena, pieces, piece);
}

/* Partitioned tables have no storage: creating one and its indexes costs half. EXCLUDE needs a plain one. */
static void write_table(struct job *job, struct unit *unit)
{
    struct buf sql = buf_new(job->ctx->arena);
    const char *spare = spare_column(sql.arena, unit->table);
    bool plain = false;
    buf_add(&sql, "CREATE TEMP TABLE ");
    sql_ident(&sql, unit->table->name);
    buf_add(&sql, " (");
    struct objects columns = {0};
    table_columns(unit->table, sql.arena, &columns);
    for (size_t i = 0; i < columns.n; i++) add_column(job, unit, columns.at[i], &sql);
    buf_printf(&sql, "%s int4", spare);
    for (size_t i = 0; i < unit->asks.n; i++) add_constraint(job, unit, unit->asks.at[i], &sql, &plain);
    buf_printf(&sql, plain ? ")" : ") PARTITION BY LIST (%s)", spare);
    add_piece(job, &unit->create, unit->path, sql.text);
}

static void write_index(struct job *job, struct unit *unit, const struct ask *ask)
{
    struct buf sql = buf_new(job->ctx->arena);
    buf_printf(&sql, "CREATE INDEX %s ON pg_temp.", ask_mark(sql.arena, ask, unit->slot));
    sql_ident(&sql, unit->table->name);
    if (is_keys(ask)) {
        buf_add(&sql, " USING ");
        sql_ident(&sql, object_text(side(ask, unit->slot), "method"));
        buf_add(&sql, " (");
        add_elements(job, unit, ask, &sql);
        buf_addc(&sql, ')');
    } else {
        buf_printf(&sql, " (%s) WHERE ", spare_column(sql.arena, unit->table));
        add_expr(job, unit, ask, &sql);
    }
    add_piece(job, &unit->create, unit->path, sql.text);
}

static const char *temp_name(struct arena *arena, const char *name)
{
    struct buf buf = buf_new(arena);
    buf_add(&buf, "pg_temp.");
    sql_ident(&buf, name);
    return buf.text;
}

/* Texts are read as of the table's own name; afterwards it makes room for others of that name. */
static void write_rename(struct job *job, struct unit *unit)
{
    struct arena *arena = job->ctx->arena;
    unit->name = arena_printf(arena, "modelc_%zu", job->serial++);
    map_put(job->units, unit->name, unit);
    add_piece(job, &unit->create, unit->path,
              arena_printf(arena, "ALTER TABLE %s RENAME TO %s", temp_name(arena, unit->table->name), unit->name));
}

/* ---- the plan's renames and type changes, on the live side's temp table */

static bool name_is_taken(const struct unit *unit, const struct object *column)
{
    const struct object *other = table_column(unit->table, column->name);
    return other && other != column->peer;
}

static void rename_column(struct job *job, struct unit *unit, const char *from, const char *to)
{
    struct arena *arena = job->ctx->arena;
    add_piece(job, &unit->alter, "",
              arena_printf(arena, "ALTER TABLE pg_temp.%s RENAME COLUMN %s TO %s", unit->name,
                           sql_ident_str(arena, from), sql_ident_str(arena, to)));
}

/* Whoever bears a name that another one takes goes aside first: columns may swap their names. */
static void write_renames(struct job *job, struct unit *unit, const struct objects *columns)
{
    struct map *aside = map_new(job->ctx->arena);
    for (size_t i = 0; i < columns->n; i++) {
        const struct object *column = columns->at[i];
        if (!column->peer || str_eq(column->name, column->peer->name)) continue;
        if (!name_is_taken(unit, column)) continue;
        char *name = arena_printf(job->ctx->arena, "modelc_aside_%zu", i);
        rename_column(job, unit, column->name, name);
        map_put(aside, column->name, name);
    }
    for (size_t i = 0; i < columns->n; i++) {
        const struct object *column = columns->at[i];
        if (!column->peer || str_eq(column->name, column->peer->name)) continue;
        const char *now = map_get(aside, column->peer->name);
        rename_column(job, unit, now ? now : column->peer->name, column->name);
    }
}

static void write_type_change(struct job *job, struct unit *unit, const struct object *column)
{
    struct buf sql = buf_new(job->ctx->arena);
    const struct value *collation = object_get(column, "collation"), *convert = object_get(column, "convert");
    buf_printf(&sql, "ALTER TABLE pg_temp.%s ALTER COLUMN %s TYPE ", unit->name,
               sql_ident_str(sql.arena, column->name));
    sql_type(&sql, &object_get(column, "type")->type);
    if (collation->set) {
        buf_add(&sql, " COLLATE ");
        sql_ref(&sql, &collation->ref);
    }
    if (convert->set) buf_add(&sql, " USING NULL"); /* no row is converted here, and planning the user's text might run some of it */
    add_piece(job, &unit->alter, column->search_path, sql.text);
}

static void write_alter(struct job *job, struct unit *unit)
{
    const struct object *target = unit->table->peer;
    if (!target) return;
    struct objects columns = {0};
    table_columns(target, job->ctx->arena, &columns);
    write_renames(job, unit, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const struct object *column = columns.at[i];
        if (column->peer && retyped(job, column->peer, column))
            write_type_change(job, unit, column);
    }
}

void unit_write(struct job *job, struct unit *unit)
{
    write_table(job, unit);
    for (size_t i = 0; i < unit->asks.n; i++) {
        const struct ask *ask = unit->asks.at[i];
        bool constraint = object_is(ask->to, "column") || object_is(ask->to, "check") ||
                          (object_is(ask->to, "exclude") && is_keys(ask));
        if (!constraint) write_index(job, unit, ask);
    }
    write_rename(job, unit);
    if (unit->slot == SLOT_LIVE) write_alter(job, unit);
}

/* ---- grouping */

static bool wanted(const struct ask *ask, enum slot slot)
{
    switch (slot) {
    case SLOT_MODEL: return true;
    case SLOT_LIVE: return ask->moved;
    case SLOT_MODEL_AGAIN:
    case SLOT_LIVE_AGAIN: break;
    case SLOTS: return false;
    }
    const struct answer *model = &ask->answers[SLOT_MODEL], *live = &ask->answers[SLOT_LIVE];
    return ask->from && model->given && live->given && !answers_equal(model, live);
}

struct unit *unit_of(struct job *job, struct ask *ask, enum slot slot)
{
    struct unit *unit = ARENA_NEW(job->ctx->arena, struct unit);
    unit->slot = slot;
    unit->table = slot == SLOT_LIVE ? ask->from->parent : ask->to->parent;
    unit->path = slot != SLOT_MODEL ? "" : ask->to->search_path ? ask->to->search_path : "public";
    vec_push(job->ctx->arena, &unit->asks, ask);
    return unit;
}

static const char *group_key(struct arena *arena, const struct unit *unit)
{
    return arena_printf(arena, "%p %s", (const void *)unit->table, unit->path);
}

/* `single`: each ask on a table of its own. A column can carry one text only, so a second ask of it opens another unit.
 */
void units_make(struct job *job, enum slot slot, bool single, struct units *units)
{
    struct arena *arena = job->ctx->arena;
    struct map *groups = map_new(arena);
    for (size_t i = 0; i < job->asks.n; i++) {
        struct ask *ask = job->asks.at[i];
        if (ask->refusal != NOT_REFUSED || !wanted(ask, slot)) continue;
        struct unit *unit = unit_of(job, ask, slot);
        const char *key = group_key(arena, unit);
        struct unit *group = single ? NULL : map_get(groups, key);
        if (group) {
            vec_push(arena, &group->asks, ask);
            continue;
        }
        map_put(groups, key, unit);
        vec_push(arena, units, unit);
    }
    for (size_t i = 0; i < units->n; i++) unit_write(job, units->at[i]);
}
