/* primary_key.c: PRIMARY KEY. */
#include "kind/kind.h"

#define FIELDS(F)                                                    \
    F(columns, NULL, REFS, RECREATE, )                               \
    F(without_overlaps, NULL, FLAG, RECREATE, )                      \
    F(include, NULL, REFS, RECREATE, )                               \
    F(deferrable, NULL, WORD, RECREATE, .absent = "not deferrable")  \
    F(options, "with", PAIRS, ALTER, )                               \
    F(tablespace, "tablespace", TEXT, ALTER, )                       \
    F(clustered, NULL, FLAG, ALTER, )                                \
    F(replica_identity, NULL, FLAG, ALTER, )                         \
    F(index_comment, NULL, TEXT, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void definition(const struct object *object, struct buf *out)
{
    buf_add(out, "PRIMARY KEY (");
    key_constraint(object, out);
}

static bool define(const struct object *object, struct buf *out)
{
    return constraint_define(object, definition, out);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    if (online_key(object, "PRIMARY KEY", ops)) return;
    definition(object, &text);
    constraint_add(object, text.text, RISK_REFUSED | RISK_SCAN, ops);
    online_say_plain(object, ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)changed;
    key_alter(from, to, ops);
}

static void describe(const struct object *object, struct buf *out)
{
    describe_columns(object, out);
}

#define CONSTRAINTS(on_delete_columns, enforced, period) \
    "SELECT oid, conrelid AS parent, conname AS name,\n" \
    "    CASE contype WHEN 'p' THEN 'primary_key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'\n" \
    "        WHEN 'x' THEN 'exclude' ELSE 'foreign_key' END AS kind,\n" \
    "    CASE WHEN contype IN ('p', 'u', 'x') THEN conindid END AS also,\n" \
    "    CASE WHEN contype IN ('p', 'u', 'x') THEN (SELECT description FROM pg_description\n" \
    "        WHERE classoid = 1259 AND objoid = conindid AND objsubid = 0) END AS index_comment,\n" \
    "    conkey AS columns, conexclop AS keys_operators,\n" \
    "    CASE WHEN contype = 'c' THEN coalesce(pg_get_expr(conbin, conrelid), '') END AS expression,\n" \
    "    NOT convalidated AND " enforced " AS not_valid, NOT " enforced " AS not_enforced,\n" \
    "    connoinherit AS no_inherit, " period " AS without_overlaps, " period " AS period,\n" \
    "    CASE WHEN condeferred THEN 'deferrable initially deferred' WHEN condeferrable THEN 'deferrable' END\n" \
    "        AS deferrable,\n" \
    "    confrelid AS \"table\", confkey AS target_columns,\n" \
    "    CASE confmatchtype WHEN 'f' THEN 'full' END AS match,\n" \
    "    CASE confdeltype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'\n" \
    "        WHEN 'd' THEN 'set default' END AS on_delete,\n" \
    "    CASE confupdtype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'\n" \
    "        WHEN 'd' THEN 'set default' END AS on_update,\n" \
    "    " on_delete_columns " AS on_delete_columns\n" \
    "FROM pg_constraint\n" \
    "WHERE contype IN ('p', 'u', 'c', 'x', 'f') AND conrelid <> 0 AND conislocal AND conparentid = 0\n" \
    "    AND connamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

static const struct catalog_query queries[] = {
    {.min_version = 180000, .sql = CONSTRAINTS("confdelsetcols", "conenforced", "conperiod")},
    {.min_version = 150000, .sql = CONSTRAINTS("confdelsetcols", "true", "false")},
    {.min_version = 0, .sql = CONSTRAINTS("NULL", "true", "false")},
    {0},
};

const struct kind kind_primary_key = {
    .name = "primary_key",
    .title = "primary key",
    .parent = "table",
    .word = "primary key",
    .name_space = NAMES_CONSTRAINT,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .create = create,
    .define = define,
    .finish = key_finish,
    .alter = alter,
    .drop = key_drop,
    .must_recreate = key_must_recreate,
    .rename = constraint_rename,
    .describe = describe,
};
