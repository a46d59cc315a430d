/* routine.h: what the kinds of code share: pieces of their catalog queries, replacing instead of recreating,
 * extensions they depend on. */
#ifndef MODELC_ROUTINE_H
#define MODELC_ROUTINE_H

#include "kind/kind.h"

/* The managed schemas, as a condition on a column. */
#define SQL_MANAGED(column) column " = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

/* A join: x.names are the extensions that an object DEPENDS ON, "a, b". `class`: oid of the object's catalog. */
#define SQL_JOIN_EXTENSIONS(class, oid) \
    "LEFT JOIN (SELECT d.objid, string_agg(quote_ident(e.extname), ', ' ORDER BY e.extname) AS names\n" \
    "    FROM pg_extension e JOIN pg_depend d ON d.refclassid = 3079 AND d.refobjid = e.oid\n" \
    "    WHERE d.deptype = 'x' AND d.classid = " class " GROUP BY d.objid) x ON x.objid = " oid "\n"

/* Field of it, the SQL that says it of a new object, and from one list to the other. `anew`: replacing the object has
 * cut all ties. */
#define DEPENDS_FIELD(F) F(depends_on_extension, NULL, TEXT, ALTER, )
void depends_finish(const struct object *object, struct ops *ops);
void depends_alter(const struct object *from, const struct object *to, bool anew, struct ops *ops);

/* WORD fields `enabled` of triggers and rules: ALTER TABLE t DISABLE TRIGGER n, of event triggers: ALTER EVENT
 * TRIGGER n DISABLE. */
#define ENABLED_FIELD(F) F(enabled, NULL, WORD, ALTER, .absent = "origin")
#define SQL_ENABLED(column) \
    "CASE " column " WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'origin' END"
void enabled_finish(const struct object *object, struct ops *ops);
void enabled_alter(const struct object *object, struct ops *ops);
/* "definition, disabled" */
void enabled_describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out);

/* The LIVE field `signature` of functions, procedures and aggregates: what CREATE OR REPLACE can't change. Line by
 * line: kind and result; number of defaults; the arguments' names. */
#define SIGNATURE_FIELD(F) F(signature, NULL, TEXT, LIVE, )
#define SQL_SIGNATURE(more) \
    "p.prokind::text || " more " || CASE WHEN p.proretset THEN ' setof ' ELSE ' ' END || format_type(p.prorettype, NULL)\n" \
    "        || coalesce((SELECT string_agg(', ' || coalesce(p.proargnames[i], '') || ' '\n" \
    "            || format_type(p.proallargtypes[i], NULL), '' ORDER BY i)\n" \
    "            FROM generate_subscripts(p.proargmodes, 1) i WHERE p.proargmodes[i] IN ('o', 'b', 't')), '')\n" \
    "        || E'\\n' || p.pronargdefaults\n" \
    "        || coalesce((SELECT string_agg(E'\\n' || p.proargnames[i], '' ORDER BY i)\n" \
    "            FROM generate_subscripts(p.proargnames, 1) i\n" \
    "            WHERE p.proargmodes IS NULL OR p.proargmodes[i] IN ('i', 'b', 'v')), '')"
bool routine_must_recreate(const struct object *from, const struct object *to, const bool *changed);
/* routine_text.c: "returns integer -> bigint", "now immutable, body". */
void routine_describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out);

#endif
