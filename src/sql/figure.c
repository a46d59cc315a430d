/* figure.c: names of expressions, by the rules of PostgreSQL's FigureIndexColname. */
#include "sql/figure.h"

#include <string.h>

#include "sql/raw.h"

/* How good a name is: one that a cast or CASE only lends gives way to a better one from inside. */
enum strength { NO_NAME, WEAK_NAME, GOOD_NAME };

static enum strength figure(const json_t *node, const char **name);

static const char *last_string(const json_t *list)
{
    for (size_t i = json_array_size(list); i > 0; i--) {
        const char *text = json_string_value(json_at(json_array_get(list, i - 1), "String", "sval", NULL));
        if (text) return text;
    }
    return NULL;
}

/* Nodes that have one name, whatever stands in them. */
static const struct { const char *node, *name; } fixed[] = {
    {"GroupingFunc", "grouping"}, {"A_ArrayExpr", "array"}, {"RowExpr", "row"}, {"CoalesceExpr", "coalesce"},
    {"XmlSerialize", "xmlserialize"},
};

/* Nodes whose member `key` tells which of several they are. */
static const struct { const char *node, *key, *value, *name;
} told[] = {
    {"MinMaxExpr", "op", "IS_GREATEST", "greatest"},
    {"MinMaxExpr", "op", "IS_LEAST", "least"},
    {"A_Expr", "kind", "AEXPR_NULLIF", "nullif"},
    {"SubLink", "subLinkType", "EXISTS_SUBLINK", "exists"},
    {"SubLink", "subLinkType", "ARRAY_SUBLINK", "array"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_DATE", "current_date"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_TIME", "current_time"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_TIME_N", "current_time"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_TIMESTAMP", "current_timestamp"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_TIMESTAMP_N", "current_timestamp"},
    {"SQLValueFunction", "op", "SVFOP_LOCALTIME", "localtime"},
    {"SQLValueFunction", "op", "SVFOP_LOCALTIME_N", "localtime"},
    {"SQLValueFunction", "op", "SVFOP_LOCALTIMESTAMP", "localtimestamp"},
    {"SQLValueFunction", "op", "SVFOP_LOCALTIMESTAMP_N", "localtimestamp"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_ROLE", "current_role"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_USER", "current_user"},
    {"SQLValueFunction", "op", "SVFOP_USER", "user"},
    {"SQLValueFunction", "op", "SVFOP_SESSION_USER", "session_user"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_CATALOG", "current_catalog"},
    {"SQLValueFunction", "op", "SVFOP_CURRENT_SCHEMA", "current_schema"},
    {"XmlExpr", "op", "IS_XMLCONCAT", "xmlconcat"},
    {"XmlExpr", "op", "IS_XMLELEMENT", "xmlelement"},
    {"XmlExpr", "op", "IS_XMLFOREST", "xmlforest"},
    {"XmlExpr", "op", "IS_XMLPARSE", "xmlparse"},
    {"XmlExpr", "op", "IS_XMLPI", "xmlpi"},
    {"XmlExpr", "op", "IS_XMLROOT", "xmlroot"},
};

static enum strength by_node(const json_t *node, const char **name)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (!json_object_get(node, fixed[i].node)) continue;
        *name = fixed[i].name;
        return GOOD_NAME;
    }
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const char *value = json_member(json_object_get(node, told[i].node), told[i].key);
        if (!value || strcmp(value, told[i].value) != 0) continue;
        *name = told[i].name;
        return GOOD_NAME;
    }
    return NO_NAME;
}

static enum strength lent(const json_t *inside, const char *lent_name, const char **name)
{
    enum strength strength = figure(inside, name);
    if (strength > WEAK_NAME) return strength;
    if (!lent_name) return strength;
    *name = lent_name;
    return WEAK_NAME;
}

static enum strength figure(const json_t *node, const char **name)
{
    static const struct { const char *node, *list; } named[] = {
        {"ColumnRef", "fields"}, {"FuncCall", "funcname"}, {"A_Indirection", "indirection"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const char *found = last_string(json_at(node, named[i].node, named[i].list, NULL));
        if (!found) continue;
        *name = found;
        return GOOD_NAME;
    }
    const json_t *cast = json_object_get(node, "TypeCast"), *choice = json_object_get(node, "CaseExpr");
    if (cast) return lent(json_object_get(cast, "arg"), last_string(json_at(cast, "typeName", "names", NULL)), name);
    if (choice) return lent(json_object_get(choice, "defresult"), "case", name);
    const json_t *through = json_at(node, "A_Indirection", "arg", NULL);
    if (!through) through = json_at(node, "CollateClause", "arg", NULL);
    return through ? figure(through, name) : by_node(node, name);
}

const char *sql_figure_name(struct arena *arena, const char *expr)
{
    struct sql_error error;
    json_auto_t *statement = sql_parse_node(arena, SQL_EXPR, expr, &error);
    const char *name = NULL;
    figure(json_at(statement, "SelectStmt", "targetList", "0", "ResTarget", "val", NULL), &name);
    return name ? arena_strdup(arena, name) : NULL;
}
