/* text_search_configuration.c: which dictionaries look at which token of a parser. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.cfgnamespace AS parent, c.cfgname AS name, 'CREATE TEXT SEARCH CONFIGURATION ' || x.named\n"
        "    || ' (PARSER = ' || quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) || ')' ||"
        " coalesce(m.mappings, '')\n"
        "    AS definition\n"
        "FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid ="
        " c.cfgparser\n"
        "    JOIN pg_namespace pn ON pn.oid = p.prsnamespace\n"
        "    CROSS JOIN LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.cfgname) AS named) x\n"
        "    CROSS JOIN LATERAL (SELECT string_agg(E';\\nALTER TEXT SEARCH CONFIGURATION ' || x.named || ' ADD"
        " MAPPING FOR '\n"
        "            || quote_ident(k.alias) || ' WITH ' || k.dicts, '' ORDER BY k.alias COLLATE \"C\") AS mappings\n"
        "        FROM (SELECT t.alias, string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname), ', '\n"
        "                ORDER BY cm.mapseqno) AS dicts\n"
        "            FROM pg_ts_config_map cm JOIN ts_token_type(c.cfgparser) t ON t.tokid = cm.maptokentype\n"
        "                JOIN pg_ts_dict d ON d.oid = cm.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace\n"
        "            WHERE cm.mapcfg = c.oid GROUP BY t.alias) k) m\n"
        "WHERE " SQL_MANAGED("c.cfgnamespace")},
    {0},
};

const struct kind kind_text_search_configuration = {
    .name = "text_search_configuration",
    .title = "text search configuration",
    .noun = "TEXT SEARCH CONFIGURATION",
    .parent = "schema",
    .word = "text search configuration",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_ts_config WHERE oid >= 16384",
    .calls = "text_search_parser text_search_dictionary",
    .create = statement_create,
    .drop = statement_drop,
};
