/* exotic.h: what the kinds share whose objects are few and seldom: the pieces of their catalog queries. */
#ifndef MODELC_KIND_EXOTIC_H
#define MODELC_KIND_EXOTIC_H

#include "kind/routine.h"

/* The fields of a kind that has nothing but its definition, which only a recreation changes. */
#define DEFINITION_ONLY(F) STATEMENT_FIELD(F, RECREATE)
/* The same of one whose options may be secret: `secrets` are the names of those that the live text lacks. */
#define SECRET_KEEPER(F)        \
    STATEMENT_FIELD(F, RECREATE) \
    F(secrets, NULL, TEXT, LIVE, )
/* statement_create(), where a person has to add the secrets that a live text lacks. */
void secret_create(const struct object *object, struct ops *ops);

/* ---- pieces of SQL: under search_path = '' reg* types and format_type() qualify what isn't PostgreSQL's own ---- */

/* ", WORD = function", or nothing where there is none. */
#define SQL_FUNCTION(word, column) \
    "CASE WHEN " column " <> 0 THEN ', " word " = ' || " column "::regproc::text ELSE '' END"
/* " WORD function", or nothing. */
#define SQL_FUNCTION_WORD(word, column) \
    "CASE WHEN " column " <> 0 THEN ' " word " ' || " column "::oid::regproc::text ELSE '' END"

/* Options that may hold a secret are neither read nor compared: by their name, or for the password in an address. */
#define SQL_SECRET \
    "(o.option_name ~* 'pass([wfp]|$)|pwd|secret|token|credential|private" \
    "|(access|api|ssl|client|server|account|auth|scram).*key'" \
    " AND o.option_name <> 'password_required'" \
    " OR o.option_value ~ '://[^/@]*:[^/@]*@')"
#define SQL_OPTIONS_TEXT(column) SQL_OPTIONS_LIST(column, "WHERE NOT " SQL_SECRET)
#define SQL_OPTIONS_LIST(column, which) \
    "coalesce((SELECT ' OPTIONS (' || string_agg(quote_ident(o.option_name) || ' ' ||" \
    " quote_literal(o.option_value), ', '" \
    " ORDER BY o.option_name COLLATE \"C\") || ')' FROM pg_options_to_table(" column ") o " which "), '')"
/* "password, sslkey": the names of those left out; NULL: none. */
#define SQL_SECRETS(column) \
    "(SELECT string_agg(o.option_name, ', ' ORDER BY o.option_name COLLATE \"C\")" \
    " FROM pg_options_to_table(" column ") o WHERE " SQL_SECRET ")"

/* A type in the spelling of sql_type_text(): it is part of an object's name. */
#define SQL_TYPE_NAME(oid) \
    "(SELECT CASE WHEN tn.nspname <> 'pg_catalog' THEN quote_ident(tn.nspname) || '.' || quote_ident(tb.typname)" \
    " ELSE CASE tb.typname WHEN 'int2' THEN 'smallint' WHEN 'int4' THEN 'integer' WHEN 'int8' THEN 'bigint'" \
    " WHEN 'bool' THEN 'boolean' WHEN 'float4' THEN 'real' WHEN 'float8' THEN 'double precision'" \
    " WHEN 'char' THEN '\"char\"' WHEN 'bit' THEN '\"bit\"' WHEN 'any' THEN '\"any\"' ELSE tb.typname::text END END" \
    " || CASE WHEN tb.oid <> tt.oid THEN '[]' ELSE '' END" \
    " FROM pg_type tt LEFT JOIN pg_type te ON te.typarray = tt.oid JOIN pg_type tb ON tb.oid = coalesce(te.oid," \
    " tt.oid)" \
    " JOIN pg_namespace tn ON tn.oid = tb.typnamespace WHERE tt.oid = " oid ")"

/* Members of a class or family: those that depend on it alone, in the order of their numbers. */
#define SQL_MEMBERS(catalog, oid) \
    "SELECT string_agg(mm.text, ', ' ORDER BY mm.sort, mm.number, mm.text COLLATE \"C\") AS members FROM (\n" \
    "        SELECT 1 AS sort, ao.amopstrategy AS number, 'OPERATOR ' || ao.amopstrategy || ' '\n" \
    "            || ao.amopopr::regoperator::text || coalesce(' FOR ORDER BY ' || quote_ident(sn.nspname) || '.'\n" \
    "            || quote_ident(sf.opfname), '') AS text\n" \
    "        FROM pg_depend d JOIN pg_amop ao ON ao.oid = d.objid LEFT JOIN pg_opfamily sf ON sf.oid =" \
    " ao.amopsortfamily\n" \
    "            LEFT JOIN pg_namespace sn ON sn.oid = sf.opfnamespace\n" \
    "        WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = '" catalog "'::regclass AND d.refobjid =" \
    " " oid "\n" \
    "        UNION ALL SELECT 2, ap.amprocnum, 'FUNCTION ' || ap.amprocnum || ' (' ||" \
    " format_type(ap.amproclefttype, NULL)\n" \
    "            || ', ' || format_type(ap.amprocrighttype, NULL) || ') ' || ap.amproc::regprocedure::text\n" \
    "        FROM pg_depend d JOIN pg_amproc ap ON ap.oid = d.objid\n" \
    "        WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = '" catalog "'::regclass AND d.refobjid =" \
    " " oid ") mm"

/* For what stands in no schema but speaks of types and routines: it has to do with a managed schema, or with none. */
#define SQL_CONCERNS(namespaces) \
    "(EXISTS (SELECT FROM (" namespaces ") AS of(nsp) WHERE " SQL_MANAGED("of.nsp") ")" \
    " OR NOT EXISTS (SELECT FROM (" namespaces ") AS of(nsp) WHERE of.nsp <> 'pg_catalog'::regnamespace))"

#endif
