/* types.c: what a type is in the end, below domains; how values come over from one type to another; how a type is built
 * again while columns hold values of it. */
#include "kind/kind.h"

static bool is_kind(const struct type_name *type, const char *kind)
{
    return type->to && object_is(type->to, kind);
}

struct type_name type_base(const struct type_name *type)
{
    struct type_name base = *type;
    while (is_kind(&base, "domain")) {
        bool array = base.sql.array;
        base = object_get(base.to, "type")->type;
        base.sql.array = base.sql.array || array;
    }
    return base;
}

const char *type_storage(const struct type_name *type)
{
    static const char *const plain[] = {
        "bool", "char", "int2", "int4", "int8", "float4", "float8", "money", "date", "time", "timetz", "timestamp",
        "timestamptz", "interval", "uuid", "macaddr", "macaddr8", "oid", "xid", "xid8", "cid", "tid", "pg_lsn", "point",
        "lseg", "line", "box", "circle", "name", "regclass", "regtype", "regproc", "regprocedure", "regoper",
        "regoperator", "regrole", "regnamespace", "regconfig", "regdictionary", "regcollation",
    };
    const struct type_name base = type_base(type);
    if (base.sql.array) return "extended";
    if (is_kind(&base, "enum")) return "plain";
    if (base.to) return "extended";
    bool main = str_eq(base.sql.name, "inet") || str_eq(base.sql.name, "cidr") || str_eq(base.sql.name, "numeric");
    if (main) return "main";
    if (str_eq(base.sql.name, "tsquery")) return "plain";
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (str_eq(plain[i], base.sql.name)) return "plain";
    }
    return "extended";
}

/* ---- values that nobody gave ---- */

const struct object *type_with_default(const struct type_name *type)
{
    while (is_kind(type, "domain") && !type->sql.array) {
        if (object_get(type->to, "default")->set) return type->to;
        type = &object_get(type->to, "type")->type;
    }
    return NULL;
}

/* Whether a rule of a domain may refuse a value. */
static bool is_choosy(const struct type_name *type)
{
    for (; is_kind(type, "domain") && !type->sql.array; type = &object_get(type->to, "type")->type) {
        if (type->to->children.n) return true;
    }
    return false;
}

const char *type_neutral_value(struct arena *arena, const struct type_name *type)
{
    static const struct { const char *types, *value; } values[] = {
        {" text varchar bpchar name bytea tsvector tsquery xml citext ltree hstore ", "''"},
        {" int2 int4 int8 numeric float4 float8 money oid ", "0"},
        {" bool ", "false"}, {" json jsonb ", "'{}'"}, {" uuid ", "'00000000-0000-0000-0000-000000000000'"},
        {" date timestamp timestamptz ", "'epoch'"}, {" time timetz interval ", "'0:00'"},
        {" int4range int8range numrange tsrange tstzrange daterange ", "'empty'"},
        {" inet cidr ", "'0.0.0.0/0'"},
    };
    const struct type_name base = type_base(type);
    if (is_choosy(type)) return NULL;
    if (base.sql.array) return "'{}'";
    if (is_kind(&base, "enum") && object_get(base.to, "labels")->labels.n) {
        return sql_literal_str(arena, object_get(base.to, "labels")->labels.at[0].name);
    }
    if (is_kind(&base, "range")) return "'empty'";
    for (size_t i = 0; !base.to && i < sizeof values / sizeof *values; i++) {
        if (strstr(values[i].types, arena_printf(arena, " %s ", base.sql.name))) return values[i].value;
    }
    return NULL;
}

/* ---- values that come over ---- */

static bool is_rebuilt_enum(const struct object *old, const struct object *new)
{
    bool all[] = {true};
    return old->peer != new || new->kind->must_recreate(old, new, all);
}

bool type_goes_by_text(const struct type_name *old, const struct type_name *new)
{
    const struct type_name from = type_base(old), to = type_base(new);
    if (is_kind(&from, "enum") && is_kind(&to, "enum")) return is_rebuilt_enum(from.to, to.to);
    return is_kind(&from, "composite") && is_kind(&to, "composite");
}

/* Renamed labels replaced. */
static const char *replace_labels(struct arena *arena, const char *text, const struct object *old,
                                  const struct object *new, bool array)
{
    const struct labels *labels = old->peer == new ? &object_get(old, "labels")->labels : NULL;
    for (size_t i = 0; labels && i < labels->n; i++) {
        const char *now = enum_label_after(old, &labels->at[i], new);
        if (!now || str_eq(now, labels->at[i].name)) continue;
        const char *a = sql_literal_str(arena, labels->at[i].name), *b = sql_literal_str(arena, now);
        if (array) text = arena_printf(arena, "array_replace(%s, %s, %s)", text, a, b);
        else text = arena_printf(arena, "CASE %s WHEN %s THEN %s ELSE %s END", text, a, b, text);
    }
    return text;
}

/* An explicit cast would cut a text that is too long without a word; reading it from text is an error. */
static bool may_cut(const struct object *old, const struct object *new)
{
    static const char *const cut[] = {"varchar", "bpchar", "bit", "varbit"};
    for (size_t i = 0; i < new->children.n; i++) {
        const struct object *attribute = new->children.at[i];
        if (!attribute->peer || attribute->peer->parent != old) continue;
        const struct type_name from = type_base(&object_get(attribute->peer, "type")->type);
        const struct type_name to = type_base(&object_get(attribute, "type")->type);
        if (is_kind(&to, "composite") && from.to && from.to->peer == to.to && may_cut(from.to, to.to)) return true;
        bool same = str_eq(from.sql.name, to.sql.name) && str_eq(from.sql.mods, to.sql.mods);
        for (size_t k = 0; to.sql.mods && !to.to && !same && k < sizeof cut / sizeof *cut; k++) {
            if (str_eq(to.sql.name, cut[k])) return true;
        }
    }
    return false;
}

/* A row of a composite that is built again, attribute by attribute; NULL stays NULL, which a row of NULLs is not. */
static void add_row(struct buf *out, const char *value, const struct object *old, const struct object *new)
{
    const struct object *live = old->live ? old : new;
    size_t n = 0;
    buf_printf(out, "(CASE WHEN %s IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW(", value);
    for (size_t i = 0; i < live->children.n; i++) {
        const struct object *one = live->children.at[i];
        const struct object *from = live == old ? one : one->peer, *to = live == old ? one->peer : one;
        if (!from || !to) continue;
        if (n++) buf_add(out, ", ");
        const char *part = arena_printf(out->arena, "(%s).%s", value, sql_ident_str(out->arena, to->name));
        type_convert(out, part, &object_get(from, "type")->type, &object_get(to, "type")->type);
    }
    buf_printf(out, ")::%s END)", sql_object_str(out->arena, new));
}

void type_convert(struct buf *out, const char *value, const struct type_name *old, const struct type_name *new)
{
    const struct type_name from = type_base(old), to = type_base(new);
    bool rows = is_kind(&from, "composite") && !from.sql.array && !to.sql.array && from.to->peer == to.to;
    if (!type_goes_by_text(old, new)) {
        buf_add(out, value);
    } else if (rows && !may_cut(from.to, to.to)) {
        add_row(out, value, from.to, to.to);
    } else {
        const char *text = arena_printf(out->arena, "%s::text%s", value, to.sql.array ? "[]" : "");
        if (is_kind(&from, "enum")) text = replace_labels(out->arena, text, from.to, to.to, to.sql.array);
        buf_printf(out, "(%s)", text);
    }
    buf_add(out, "::");
    sql_type(out, new);
}

/* ---- a type that is built again ---- */

static const char *aside(struct arena *arena, const struct object *type)
{
    return sql_object_name(arena, type->name, NULL, "modelc_old");
}

struct op *rebuild_aside(const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct op *op = op_addf(ops, PHASE_TYPES, "ALTER %s %s RENAME TO %s", to->kind->noun, sql_object_str(arena, to),
                            sql_ident_str(arena, aside(arena, to)));
    op->group = 1;
    return op;
}

static void add_comment(const struct object *part, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "COMMENT ON ");
    sql_comment_target(&sql, part);
    buf_add(&sql, " IS ");
    sql_literal(&sql, part->comment);
    op_add(ops, PHASE_FACETS, sql.text);
}

void rebuild_finish(const struct object *to, struct ops *ops)
{
    struct buf old = buf_new(ops->ctx->arena);
    for (size_t i = 0; i < to->children.n; i++) {
        const struct object *part = to->children.at[i];
        bool kept = part->peer && !part->change; /* a change of its own sees to it */
        if (kept && part->comment && str_eq(part->comment, part->peer->comment)) add_comment(part, ops);
    }
    sql_object_as(&old, to, aside(ops->ctx->arena, to));
    op_addf(ops, PHASE_DROP, "DROP %s %s", to->kind->noun, old.text);
}
