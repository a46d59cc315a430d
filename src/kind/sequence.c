/* sequence.c: a sequence of its own or one that a serial column owns; those of identity columns belong to the column. */
#include "kind/kind.h"

#define FIELDS(F)                                                            \
    F(type, NULL, WORD, ALTER, .absent = "bigint")                           \
    F(start, NULL, TEXT, ALTER, )                                            \
    F(increment, NULL, TEXT, ALTER, )                                        \
    F(minimum, NULL, TEXT, ALTER, )                                          \
    F(maximum, NULL, TEXT, ALTER, )                                          \
    F(cache, NULL, TEXT, ALTER, )                                            \
    F(cycle, NULL, FLAG, ALTER, )                                            \
    F(unlogged, NULL, FLAG, ALTER, )                                         \
    F(owned_by, NULL, REF, ALTER, .refers = "column", .later = true)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* What PostgreSQL would take for an option that isn't given. */
static const char *default_of(const struct object *object, size_t field)
{
    const char *type = object_text(object, "type");
    bool down = object->values[F_increment].set && object->values[F_increment].text[0] == '-';
    switch (field) {
    case F_increment: case F_cache: return "1";
    case F_minimum: return down ? sequence_lowest(type) : "1";
    case F_maximum: return down ? "-1" : sequence_highest(type);
    case F_start: return object->values[down ? F_maximum : F_minimum].text;
    default: return NULL;
    }
}

static const struct { size_t field; const char *words; } numbers[] = {
    {F_increment, "INCREMENT BY"}, {F_minimum, "MINVALUE"}, {F_maximum, "MAXVALUE"}, {F_start, "START WITH"}, {F_cache, "CACHE"},
};

/* Before 15 there are no unlogged sequences: an owned one counts as what its table is, and there is nothing to do. */
static bool always_logged(const struct object *object, const struct ops *ops)
{
    bool old = ops->version > 0 && ops->version < 150000;
    return old && (!object_flag(object, "unlogged") || object->values[F_owned_by].set);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    bool unlogged = object_flag(object, "unlogged") && !always_logged(object, ops);
    buf_printf(&sql, "CREATE %sSEQUENCE %s", unlogged ? "UNLOGGED " : "",
               sql_object_str(ops->ctx->arena, object));
    if (!str_eq(object_text(object, "type"), "bigint")) buf_printf(&sql, " AS %s", object_text(object, "type"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct value *value = &object->values[numbers[i].field];
        if (!value->set || str_eq(value->text, default_of(object, numbers[i].field))) continue;
        buf_printf(&sql, " %s %s", numbers[i].words, value->text);
    }
    if (object_flag(object, "cycle")) buf_add(&sql, " CYCLE");
    op_add(ops, PHASE_TYPES, sql.text);
}

/* Whose it is before this plan says otherwise; what the plan makes is its runner's. */
static const char *owner_now(const struct object *object, const struct ops *ops)
{
    const struct object *live = object->live ? object : object->peer, *model = object->live ? object->peer : object;
    if (!object->peer || object->anew) return ops->role;
    return ops->reverse && model->owner ? model->owner : live->owner;
}

/* A sequence has to be its table's owner's before it can be owned by a column. */
static enum op_phase give_to_owner(const struct object *sequence, const struct object *table, struct ops *ops)
{
    const char *now = owner_now(sequence, ops), *owner = owner_now(table, ops);
    if (!now || !owner || str_eq(now, owner)) return PHASE_FACETS;
    op_addf(ops, PHASE_JOIN, "ALTER SEQUENCE %s OWNER TO %s", sql_object_str(ops->ctx->arena, sequence),
            sql_ident_str(ops->ctx->arena, owner))->group = 1;
    return PHASE_JOIN; /* before the table has another owner, too: then its sequences follow */
}

static void set_owner(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    enum op_phase phase = PHASE_FACETS;
    const struct value *owner = &object->values[F_owned_by];
    buf_printf(&sql, "ALTER SEQUENCE %s OWNED BY ", sql_object_str(ops->ctx->arena, object));
    if (owner->set && owner->ref.to) {
        phase = give_to_owner(object, owner->ref.to->parent, ops);
        sql_table_of(&sql, owner->ref.to);
        buf_addc(&sql, '.');
        sql_object(&sql, owner->ref.to);
    } else {
        buf_add(&sql, "NONE");
    }
    op_add(ops, phase, sql.text)->group = phase == PHASE_JOIN ? 1 : 0;
}

/* The rows that its column has already were numbered by hand, or by a sequence that is gone. */
static void begin_behind_rows(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct object *column = object->values[F_owned_by].ref.to;
    if (!column || !column->peer || column->anew || column->parent->anew || strchr(object->values[F_increment].text, '-')) return;
    const struct type_name type = type_base(&object_get(column, "type")->type);
    if (type.to || type.sql.array || !str_starts(type.sql.name, "int") || str_eq(type.sql.name, "interval")) return;
    const char *name = sql_object_str(arena, column), *table = sql_object_str(arena, column->parent);
    op_addf(ops, PHASE_FACETS, "SELECT pg_catalog.setval(%s, max(%s)) FROM %s HAVING max(%s) >= %s",
            sql_literal_str(arena, sql_object_str(arena, object)), name, table, name, object->values[F_minimum].text);
}

static void finish(const struct object *object, struct ops *ops)
{
    if (!object->values[F_owned_by].set) return;
    set_owner(object, ops);
    if (!object->peer) begin_behind_rows(object, ops);
}

/* Its old owner is dropped and would take it along, or nobody owns it any more. */
static bool outlives_owner(const struct object *from, const struct object *to)
{
    const struct object *old = from->values[F_owned_by].ref.to;
    return old && (!old->peer || !to->values[F_owned_by].set);
}

/* A sequence can't leave the schema of its owner, nor stay when that leaves: it changes hands before anything moves. */
static bool parts_before_moving(const struct object *from, const struct object *to)
{
    const struct object *old = from->values[F_owned_by].ref.to;
    if (!old || old->peer == to->values[F_owned_by].ref.to) return false;
    return from->parent->peer != to->parent || (old->peer && old->parent->parent->peer != old->peer->parent->parent);
}

/* SET LOGGED and SET UNLOGGED of a table reach the sequences that its columns own. */
static bool follows_table(const struct object *from, const struct object *to)
{
    const struct object *old = from->values[F_owned_by].ref.to, *new = to->values[F_owned_by].ref.to;
    if (!old || !new || old->peer != new) return false;
    return object_flag(old->parent, "unlogged") != object_flag(new->parent, "unlogged");
}

static struct sequence_bounds bounds_of(const struct object *sequence)
{
    return (struct sequence_bounds){sequence->values[F_minimum].text, sequence->values[F_maximum].text, sequence->values[F_start].text};
}

static void begin_anew(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct sequence_bounds old = bounds_of(from), new = bounds_of(to), wide;
    const char *name = sql_object_str(arena, to), *type = object_text(to, "type");
    const char *sql = sequence_begin_anew(arena, sql_literal_str(arena, name), &old, &new, &wide);
    if (!sql) return;
    bool larger = strlen(sequence_highest(type)) > strlen(sequence_highest(object_text(from, "type")));
    op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s%s%s MINVALUE %s MAXVALUE %s", name, larger ? " AS " : "", larger ? type : "",
            wide.minimum, wide.maximum)->group = 1;
    op_add(ops, PHASE_COLUMNS, sql)->group = 1;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    if (changed[F_minimum] || changed[F_maximum]) begin_anew(from, to, ops);
    if (changed[F_type]) buf_printf(&sql, " AS %s", object_text(to, "type"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (changed[numbers[i].field]) buf_printf(&sql, " %s %s", numbers[i].words, to->values[numbers[i].field].text);
    }
    if (changed[F_cycle]) buf_add(&sql, object_flag(to, "cycle") ? " CYCLE" : " NO CYCLE");
    if (sql.len) op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s%s", sql_object_str(arena, to), sql.text)->group = 1;
    if (changed[F_unlogged] && !follows_table(from, to) && !always_logged(to, ops)) {
        op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s SET %s", sql_object_str(arena, to),
                object_flag(to, "unlogged") ? "UNLOGGED" : "LOGGED");
    }
    if (!changed[F_owned_by]) return;
    bool parts = parts_before_moving(from, to), owner_goes = ops->forced || outlives_owner(from, to);
    if (parts) {
        const char *old = sql_qname_str(arena, from->parent->name, from->name);
        op_addf(ops, PHASE_ASIDE, "ALTER SEQUENCE %s OWNED BY NONE", old);
    } else if (owner_goes) {
        op_addf(ops, PHASE_DETACH, "ALTER SEQUENCE %s OWNED BY NONE", sql_object_str(arena, to));
    }
    if (!(parts || owner_goes) || to->values[F_owned_by].set) set_owner(to, ops);
}

static void drop(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct op *op = op_addf(ops, PHASE_DROP, "DROP SEQUENCE %s%s", drop_if(ops), sql_object_str(arena, object));
    op->risk = RISK_LOSS;
    op->loses = arena_printf(arena, "sequence %s", object_path(arena, object));
}

#define SEQUENCES(unlogged) \
    "SELECT c.oid, c.relnamespace AS parent, c.relname AS name, " unlogged " AS unlogged,\n" \
    "    CASE s.seqtypid WHEN 21 THEN 'smallint' WHEN 23 THEN 'integer' ELSE 'bigint' END AS type,\n" \
    "    s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minimum, s.seqmax AS maximum,\n" \
    "    s.seqcache AS cache, s.seqcycle AS cycle, d.refobjid AS owned_by, d.refobjsubid AS owned_by_sub\n" \
    "FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid\n" \
    "    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0\n" \
    "        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')\n" \
    "WHERE c.relkind = 'S' AND d.deptype IS DISTINCT FROM 'i'\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

static const struct catalog_query queries[] = {
    {.min_version = 150000, .sql = SEQUENCES("c.relpersistence = 'u'")},
    {.min_version = 0,
     .sql = SEQUENCES("EXISTS (SELECT FROM pg_class t WHERE t.oid = d.refobjid AND t.relpersistence = 'u')")},
    {0},
};

const struct kind kind_sequence = {
    .name = "sequence",
    .title = "sequence",
    .noun = "SEQUENCE",
    .parent = "schema",
    .word = "sequence",
    .name_space = NAMES_RELATION,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "relkinds WHERE relkind = 'S'",
    .create = create,
    .finish = finish,
    .alter = alter,
    .drop = drop,
};
