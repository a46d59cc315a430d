/* verbs.c: the table of statements. */
#include <string.h>

#include "sql/forms.h"

#define NAMES(...) .keys = {__VA_ARGS__}

static const struct sql_form forms[] = {
    {"CreateStmt", SQL_CREATE_TABLE, "CREATE TABLE", NAMES("relation")},
    {"CreateTableAsStmt", SQL_CREATE_TABLE, "CREATE TABLE AS", NAMES("into")},
    {"CreateForeignTableStmt", SQL_CREATE_OTHER, "CREATE FOREIGN TABLE", NAMES("base")},
    {"CreateEnumStmt", SQL_CREATE_ENUM, "CREATE TYPE", NAMES("typeName")},
    {"CompositeTypeStmt", SQL_CREATE_COMPOSITE, "CREATE TYPE", NAMES("typevar")},
    {"CreateRangeStmt", SQL_CREATE_RANGE, "CREATE TYPE", NAMES("typeName")},
    {"CreateDomainStmt", SQL_CREATE_DOMAIN, "CREATE DOMAIN", NAMES("domainname")},
    {"IndexStmt", SQL_CREATE_INDEX, "CREATE INDEX", NAMES("idxname"), .within = "relation"},
    {"ViewStmt", SQL_CREATE_VIEW, "CREATE VIEW", NAMES("view")},
    {"CreateFunctionStmt", SQL_CREATE_FUNCTION, "CREATE FUNCTION", NAMES("funcname")},
    {"DefineStmt", SQL_CREATE_OTHER, "CREATE", .object = "kind", NAMES("defnames")},
    {"CreateTrigStmt", SQL_CREATE_TRIGGER, "CREATE TRIGGER", NAMES("trigname"), .within = "relation"},
    {"CreateEventTrigStmt", SQL_CREATE_EVENT_TRIGGER, "CREATE EVENT TRIGGER", NAMES("trigname")},
    {"RuleStmt", SQL_CREATE_RULE, "CREATE RULE", NAMES("rulename"), .within = "relation"},
    {"CreatePolicyStmt", SQL_CREATE_POLICY, "CREATE POLICY", NAMES("policy_name"), .within = "table"},
    {"CreateSeqStmt", SQL_CREATE_SEQUENCE, "CREATE SEQUENCE", NAMES("sequence")},
    {"CreateSchemaStmt", SQL_CREATE_SCHEMA, "CREATE SCHEMA", NAMES("schemaname", "authrole")},
    {"CreateExtensionStmt", SQL_CREATE_EXTENSION, "CREATE EXTENSION", NAMES("extname")},
    {"CreateStatsStmt", SQL_CREATE_STATISTICS, "CREATE STATISTICS", NAMES("defnames")},
    {"CreatePublicationStmt", SQL_CREATE_PUBLICATION, "CREATE PUBLICATION", NAMES("pubname")},
    {"CreateSubscriptionStmt", SQL_CREATE_OTHER, "CREATE SUBSCRIPTION", NAMES("subname")},
    {"CreateRoleStmt", SQL_CREATE_OTHER, "CREATE ROLE", NAMES("role")},
    {"CreateCastStmt", SQL_CREATE_OTHER, "CREATE CAST", NAMES(NULL)},
    {"CreateTransformStmt", SQL_CREATE_OTHER, "CREATE TRANSFORM", NAMES(NULL)},
    {"CreateConversionStmt", SQL_CREATE_OTHER, "CREATE CONVERSION", NAMES("conversion_name")},
    {"CreateOpClassStmt", SQL_CREATE_OTHER, "CREATE OPERATOR CLASS", NAMES("opclassname")},
    {"CreateOpFamilyStmt", SQL_CREATE_OTHER, "CREATE OPERATOR FAMILY", NAMES("opfamilyname")},
    {"CreateAmStmt", SQL_CREATE_OTHER, "CREATE ACCESS METHOD", NAMES("amname")},
    {"CreatePLangStmt", SQL_CREATE_OTHER, "CREATE LANGUAGE", NAMES("plname")},
    {"CreateFdwStmt", SQL_CREATE_OTHER, "CREATE FOREIGN DATA WRAPPER", NAMES("fdwname")},
    {"CreateForeignServerStmt", SQL_CREATE_OTHER, "CREATE SERVER", NAMES("servername")},
    {"CreateUserMappingStmt", SQL_CREATE_OTHER, "CREATE USER MAPPING", NAMES("servername")},
    {"CreatedbStmt", SQL_CREATE_OTHER, "CREATE DATABASE", NAMES("dbname")},
    {"CreateTableSpaceStmt", SQL_CREATE_OTHER, "CREATE TABLESPACE", NAMES("tablespacename")},
    {"ImportForeignSchemaStmt", SQL_CREATE_OTHER, "IMPORT FOREIGN SCHEMA", NAMES("local_schema")},

    {"GrantStmt", SQL_GRANT, "GRANT", NAMES("objects")},
    {"GrantRoleStmt", SQL_GRANT, "GRANT", NAMES(NULL)},
    {"AlterDefaultPrivilegesStmt", SQL_DEFAULT_PRIVILEGES, "ALTER DEFAULT PRIVILEGES", NAMES(NULL)},
    {"CommentStmt", SQL_COMMENT, "COMMENT", NAMES("object")},
    {"SecLabelStmt", SQL_OTHER, "SECURITY LABEL", NAMES("object")},

    {"AlterTableStmt", SQL_ALTER, "ALTER", .object = "objtype", NAMES("relation")},
    {"RenameStmt", SQL_ALTER, "ALTER", .object = "renameType", NAMES("relation", "object", "subname")},
    {"AlterObjectSchemaStmt", SQL_ALTER, "ALTER", .object = "objectType", NAMES("relation", "object")},
    {"AlterOwnerStmt", SQL_ALTER, "ALTER", .object = "objectType", NAMES("relation", "object")},
    {"AlterObjectDependsStmt", SQL_ALTER, "ALTER", .object = "objectType", NAMES("object"), .within = "relation"},
    {"AlterEnumStmt", SQL_ALTER, "ALTER TYPE", NAMES("typeName")},
    {"AlterTypeStmt", SQL_ALTER, "ALTER TYPE", NAMES("typeName")},
    {"AlterDomainStmt", SQL_ALTER, "ALTER DOMAIN", NAMES("typeName")},
    {"AlterFunctionStmt", SQL_ALTER, "ALTER", .object = "objtype", NAMES("func")},
    {"AlterSeqStmt", SQL_ALTER, "ALTER SEQUENCE", NAMES("sequence")},
    {"AlterPolicyStmt", SQL_ALTER, "ALTER POLICY", NAMES("policy_name"), .within = "table"},
    {"AlterStatsStmt", SQL_ALTER, "ALTER STATISTICS", NAMES("defnames")},
    {"AlterOperatorStmt", SQL_ALTER, "ALTER OPERATOR", NAMES("opername")},
    {"AlterOpFamilyStmt", SQL_ALTER, "ALTER OPERATOR FAMILY", NAMES("opfamilyname")},
    {"AlterCollationStmt", SQL_ALTER, "ALTER COLLATION", NAMES("collname")},
    {"AlterTSConfigurationStmt", SQL_ALTER, "ALTER TEXT SEARCH CONFIGURATION", NAMES("cfgname")},
    {"AlterTSDictionaryStmt", SQL_ALTER, "ALTER TEXT SEARCH DICTIONARY", NAMES("dictname")},
    {"AlterExtensionStmt", SQL_ALTER, "ALTER EXTENSION", NAMES("extname")},
    {"AlterExtensionContentsStmt", SQL_ALTER, "ALTER EXTENSION", NAMES("extname")},
    {"AlterPublicationStmt", SQL_ALTER, "ALTER PUBLICATION", NAMES("pubname")},
    {"AlterSubscriptionStmt", SQL_ALTER, "ALTER SUBSCRIPTION", NAMES("subname")},
    {"AlterEventTrigStmt", SQL_ALTER, "ALTER EVENT TRIGGER", NAMES("trigname")},
    {"AlterRoleStmt", SQL_ALTER, "ALTER ROLE", NAMES("role")},
    {"AlterRoleSetStmt", SQL_ALTER, "ALTER ROLE", NAMES("role")},
    {"AlterDatabaseStmt", SQL_ALTER, "ALTER DATABASE", NAMES("dbname")},
    {"AlterDatabaseSetStmt", SQL_ALTER, "ALTER DATABASE", NAMES("dbname")},
    {"AlterDatabaseRefreshCollStmt", SQL_ALTER, "ALTER DATABASE", NAMES("dbname")},
    {"AlterTableSpaceOptionsStmt", SQL_ALTER, "ALTER TABLESPACE", NAMES("tablespacename")},
    {"AlterTableMoveAllStmt", SQL_ALTER, "ALTER", .object = "objtype"},
    {"AlterFdwStmt", SQL_ALTER, "ALTER FOREIGN DATA WRAPPER", NAMES("fdwname")},
    {"AlterForeignServerStmt", SQL_ALTER, "ALTER SERVER", NAMES("servername")},
    {"AlterUserMappingStmt", SQL_ALTER, "ALTER USER MAPPING", NAMES("servername")},
    {"AlterSystemStmt", SQL_ALTER, "ALTER SYSTEM", NAMES(NULL)},
    {"ReassignOwnedStmt", SQL_ALTER, "REASSIGN OWNED", NAMES(NULL)},

    {"DropStmt", SQL_DROP, "DROP", .object = "removeType", NAMES("objects")},
    {"DropRoleStmt", SQL_DROP, "DROP ROLE", NAMES("roles")},
    {"DropdbStmt", SQL_DROP, "DROP DATABASE", NAMES("dbname")},
    {"DropTableSpaceStmt", SQL_DROP, "DROP TABLESPACE", NAMES("tablespacename")},
    {"DropOwnedStmt", SQL_DROP, "DROP OWNED", NAMES(NULL)},
    {"DropSubscriptionStmt", SQL_DROP, "DROP SUBSCRIPTION", NAMES("subname")},
    {"DropUserMappingStmt", SQL_DROP, "DROP USER MAPPING", NAMES("servername")},

    {"SelectStmt", SQL_SELECT, "SELECT", NAMES("rel")}, /* of its INTO */
    {"InsertStmt", SQL_INSERT, "INSERT", NAMES("relation")},
    {"UpdateStmt", SQL_UPDATE, "UPDATE", NAMES("relation")},
    {"DeleteStmt", SQL_DELETE, "DELETE", NAMES("relation")},
    {"MergeStmt", SQL_MERGE, "MERGE", NAMES("relation")},
    {"DoStmt", SQL_DO, "DO", NAMES(NULL)},
    {"CallStmt", SQL_CALL, "CALL", NAMES("funccall")},
    {"CopyStmt", SQL_COPY, "COPY", NAMES("relation")},
    {"TruncateStmt", SQL_TRUNCATE, "TRUNCATE", NAMES("relations")},
    {"TransactionStmt", SQL_TRANSACTION, "", NAMES(NULL)},
    {"VariableSetStmt", SQL_SET, "SET", NAMES("name")},
    {"ConstraintsSetStmt", SQL_SET, "SET CONSTRAINTS", NAMES(NULL)},
    {"DiscardStmt", SQL_DISCARD, "DISCARD", NAMES(NULL)},
    {"LockStmt", SQL_LOCK, "LOCK", NAMES("relations")},
    {"VacuumStmt", SQL_VACUUM, "VACUUM", NAMES("rels")},
    {"ClusterStmt", SQL_VACUUM, "CLUSTER", NAMES("relation")},
    {"ReindexStmt", SQL_VACUUM, "REINDEX", .object = "kind", NAMES("relation", "name")},
    {"CheckPointStmt", SQL_VACUUM, "CHECKPOINT", NAMES(NULL)},
    {"RefreshMatViewStmt", SQL_OTHER, "REFRESH MATERIALIZED VIEW", NAMES("relation")},
};

const struct sql_form *sql_form_of(const char *node)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].node, node) == 0) return &forms[i];
    }
    return NULL;
}

/* Only the words that are not the constant's own. */
static const char *const words[][2] = {
    {"MATVIEW", "MATERIALIZED VIEW"}, {"COLUMN", "TABLE"}, {"TABCONSTRAINT", "TABLE"}, {"DOMCONSTRAINT", "DOMAIN"},
    {"ATTRIBUTE", "TYPE"}, {"FDW", "FOREIGN DATA WRAPPER"}, {"FOREIGN_SERVER", "SERVER"}, {"OPCLASS", "OPERATOR CLASS"},
    {"OPFAMILY", "OPERATOR FAMILY"}, {"LARGEOBJECT", "LARGE OBJECT"}, {"STATISTIC_EXT", "STATISTICS"},
    {"TSCONFIGURATION", "TEXT SEARCH CONFIGURATION"}, {"TSDICTIONARY", "TEXT SEARCH DICTIONARY"},
    {"TSPARSER", "TEXT SEARCH PARSER"}, {"TSTEMPLATE", "TEXT SEARCH TEMPLATE"},
};

const char *sql_object_word(struct arena *arena, const char *object)
{
    static const char *const prefixes[] = {"REINDEX_OBJECT_", "OBJECT_", "TRANS_STMT_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!str_starts(object, prefixes[i])) continue;
        object += strlen(prefixes[i]);
        break;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], object) == 0) return words[i][1];
    }
    char *word = arena_strdup(arena, object);
    for (char *at = word; (at = strchr(at, '_'));) *at = ' ';
    return word;
}
