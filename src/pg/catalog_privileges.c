/* catalog_privileges.c: who owns what, and who may do what where that is not what everybody may by default. Rows for
 * these only: most objects have neither an ACL nor another owner than who asks. */
#include "kind/grant.h"
#include "pg/reader.h"
#include "schema/privileges.h"

/* Catalog, oid, sub, owner (NULL: who asks), ACL, column. */
#define OWNED_WHERE(class, from, oid, owner, acl, condition) \
    " UNION ALL SELECT " class ", " oid ", 0, pg_get_userbyid(" owner "), " acl ", NULL FROM " from \
    " WHERE " condition " AND (" owner " <> (SELECT oid FROM me) OR " acl " IS NOT NULL)"
#define IN_SCHEMA(class, from, owner, acl, namespace) \
    OWNED_WHERE(class, from, "oid", owner, acl, namespace " = ANY ((SELECT oids FROM managed)::oid[])")
#define ANYWHERE(class, from, owner, acl) OWNED_WHERE(class, from, "oid", owner, acl, "oid >= 16384")

/* Relations, and what the rest needs. */
static const char head[] =
    "WITH me AS MATERIALIZED (SELECT oid FROM pg_roles WHERE rolname = current_user),"
    " managed AS MATERIALIZED (SELECT current_setting('modelc.schemas')::oid[] AS oids)"
    " SELECT 0, 0::oid, 0, current_user, NULL::text, NULL::name"
    /* an identity's sequence stands for its column */
    " UNION ALL SELECT 1259, coalesce(d.refobjid, c.oid), coalesce(d.refobjsubid, 0), pg_get_userbyid(c.relowner),"
    " c.relacl::text, NULL FROM pg_class c LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.classid = 1259 AND d.objid = c.oid"
    " AND d.refclassid = 1259 AND d.deptype = 'i'"
    " WHERE c.relnamespace = ANY ((SELECT oids FROM managed)::oid[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " AND (c.relowner <> (SELECT oid FROM me) OR c.relacl IS NOT NULL)"
    " UNION ALL SELECT 1249, attrelid, 0, NULL, attacl::text, attname FROM pg_attribute WHERE attacl IS NOT NULL"
    " AND left(attname, 7) <> '" ATTIC_COLUMN "'"
    " AND attrelid >= 16384 AND NOT attisdropped";
static const char rest[] =
    OWNED_WHERE("2615", "pg_namespace", "oid", "nspowner", "nspacl::text", "oid = ANY ((SELECT oids FROM managed)::oid[])")
    IN_SCHEMA("1255", "pg_proc", "proowner", "proacl::text", "pronamespace")
    IN_SCHEMA("1247", "pg_type", "typowner", "typacl::text", "typcategory <> 'A' AND typtype <> 'm' AND typnamespace")
    IN_SCHEMA("2617", "pg_operator", "oprowner", "NULL", "oprnamespace")
    IN_SCHEMA("2616", "pg_opclass", "opcowner", "NULL", "opcnamespace")
    IN_SCHEMA("2753", "pg_opfamily", "opfowner", "NULL", "opfnamespace")
    IN_SCHEMA("3456", "pg_collation", "collowner", "NULL", "collnamespace")
    IN_SCHEMA("2607", "pg_conversion", "conowner", "NULL", "connamespace")
    IN_SCHEMA("3600", "pg_ts_dict", "dictowner", "NULL", "dictnamespace")
    IN_SCHEMA("3602", "pg_ts_config", "cfgowner", "NULL", "cfgnamespace")
    IN_SCHEMA("3381", "pg_statistic_ext", "stxowner", "NULL", "stxnamespace")
    ANYWHERE("2612", "pg_language", "lanowner", "lanacl::text")
    ANYWHERE("2328", "pg_foreign_data_wrapper", "fdwowner", "fdwacl::text")
    ANYWHERE("1417", "pg_foreign_server", "srvowner", "srvacl::text")
    ANYWHERE("3466", "pg_event_trigger", "evtowner", "NULL")
    ANYWHERE("6104", "pg_publication", "pubowner", "NULL")
    ANYWHERE("826", "pg_default_acl", "defaclrole", "defaclacl::text");

const char *privileges_query(struct arena *arena)
{
    return arena_printf(arena, "%s%s", head, rest);
}

static void read_acl(struct reader *reader, struct object *object, const char *acl, const char *column)
{
    struct privileges_of of = {reader->ctx->arena, grant_class_of(object), reader->conn->version};
    if (!of.class) return;
    /* only its columns have some: the whole has what is the default */
    if (column && !object->says_privileges) object->privileges = privileges_default(&of);
    privileges_read_acl(of.arena, acl, column ? intern(reader->ctx->names, column) : NULL, &object->privileges);
    object->says_privileges = true;
}

static void read_row(struct reader *reader, const struct rows *rows, size_t row)
{
    unsigned class = (unsigned)decode_oid(rows_get(rows, row, 0)), sub = (unsigned)decode_oid(rows_get(rows, row, 2));
    if (class == CLASS_ATTRIBUTE) class = CLASS_RELATION; /* its relation's, with the column's name */
    struct object *object = oid_map_get(&reader->objects, oid_key(class, decode_oid(rows_get(rows, row, 1)), sub));
    const char *owner = rows_get(rows, row, 3), *acl = rows_get(rows, row, 4);
    if (!object) return;
    if (owner && object_has_owner(object)) object->owner = intern(reader->ctx->names, owner);
    if (acl) read_acl(reader, object, acl, rows_get(rows, row, 5));
}

void privileges_rows(struct reader *reader, const struct rows *rows)
{
    struct schema *schema = reader->schema;
    const char *role = rows->n_rows ? rows_get(rows, 0, 3) : NULL;
    schema->role = role ? intern(reader->ctx->names, role) : NULL;
    for (size_t i = 0; i < schema->all.n; i++) {
        if (object_has_owner(schema->all.at[i])) schema->all.at[i]->owner = schema->role;
    }
    for (size_t i = 1; i < rows->n_rows; i++) read_row(reader, rows, i);
}
