/* publication.c: publications: all tables, or single ones with their columns and rows, or those of whole schemas. */
#include "kind/routine.h"

/* The LIVE ones are parts of the definition, as ALTER PUBLICATION .. SET takes them. No members: nothing is published
 * yet. */
#define FIELDS(F)                    \
    STATEMENT_FIELD(F, ALTER)        \
    F(members, NULL, TEXT, LIVE, )   \
    F(options, NULL, TEXT, LIVE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool is_list(const char *members)
{
    return members && !str_eq(members, "ALL TABLES");
}

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const char *old = object_text(from, "members"), *new = object_text(to, "members");
    if (!changed[F_definition] || (old && str_eq(old, new))) return false;
    return !is_list(old) || !is_list(new) || !*new;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    const char *name = sql_object_str(ops->ctx->arena, to);
    if (!changed[F_definition]) return;
    if (!str_eq(object_text(from, "members"), object_text(to, "members"))) {
        op_addf(ops, PHASE_RULES, "ALTER PUBLICATION %s SET %s", name, object_text(to, "members"))->group = 1;
    }
    if (!str_eq(object_text(from, "options"), object_text(to, "options"))) {
        op_addf(ops, PHASE_RULES, "ALTER PUBLICATION %s SET (%s)", name, object_text(to, "options"))->group = 1;
    }
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    (void)changed;
    bool members = !str_eq(object_text(from, "members"), object_text(to, "members"));
    bool options = !str_eq(object_text(from, "options"), object_text(to, "options"));
    if (members || !options) buf_add(out, "what it publishes");
    if (options) buf_printf(out, "%soptions", members ? ", " : "");
}

/* A table that others inherit from is published with them unless ONLY is said: each is listed for itself. */
#define TABLE \
    "quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
#define ONLY \
    "CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) THEN 'ONLY '\n" \
    "            ELSE '' END || "
#define ROWS \
    "\n            || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)\n" \
    "                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs)) || ')', '')\n" \
    "            || CASE WHEN r.prqual IS NULL THEN '' ELSE ' WHERE (' || pg_get_expr(r.prqual, c.oid) || ')' END"
#define SCHEMAS \
    ",\n        'TABLES IN SCHEMA ' || (SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname)\n" \
    "            FROM pg_publication_namespace r JOIN pg_namespace n ON n.oid = r.pnnspid WHERE r.pnpubid = p.oid)"
#define PUBLICATIONS(rows, schemas, generated, not_generated) \
    "SELECT p.oid, p.pubname AS name, w.members, w.options, 'CREATE PUBLICATION ' || quote_ident(p.pubname)\n" \
    "        || coalesce(E'\\n    FOR ' || nullif(w.members, ''), '')\n" \
    "        || CASE WHEN w.options = w.usual THEN '' ELSE E'\\n    WITH (' || w.options || ')' END AS definition\n" \
    "FROM pg_publication p CROSS JOIN LATERAL (SELECT CASE WHEN p.puballtables THEN 'ALL TABLES'\n" \
    "        ELSE concat_ws(E',\\n        ',\n" \
    "        'TABLE ' || (SELECT string_agg(" ONLY TABLE rows ", E',\\n        ' ORDER BY " TABLE ")\n" \
    "            FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid\n" \
    "            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid)" schemas ") END AS members,\n" \
    "    'publish = ' || quote_literal(concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,\n" \
    "        CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,\n" \
    "        CASE WHEN p.pubtruncate THEN 'truncate' END))\n" \
    "        || ', publish_via_partition_root = ' || p.pubviaroot" generated " AS options,\n" \
    "    'publish = ''insert, update, delete, truncate'', publish_via_partition_root = false" not_generated "'\n" \
    "        AS usual) w"

static const struct catalog_query queries[] = {
    {.min_version = 180000, .sql = PUBLICATIONS(ROWS, SCHEMAS,
        " || ', publish_generated_columns = ' || CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END",
        ", publish_generated_columns = none")},
    {.min_version = 150000, .sql = PUBLICATIONS(ROWS, SCHEMAS, "", "")},
    {.min_version = 0, .sql = PUBLICATIONS("", "", "", "")},
    {0},
};

const struct kind kind_publication = {
    .name = "publication",
    .title = "publication",
    .noun = "PUBLICATION",
    .word = "publication",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_publication",
    .create = statement_create,
    .alter = alter,
    .drop = statement_drop,
    .must_recreate = must_recreate,
    .describe_change = describe_change,
};
