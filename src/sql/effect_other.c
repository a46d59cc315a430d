/* effect_other.c: what the statements lock that make, rename and drop things, and those of maintenance. */
#include <string.h>

#include "sql/effect_parts.h"
#include "sql/forms.h"

static bool is_true(const json_t *body, const char *key)
{
    return json_is_true(json_object_get(body, key));
}

static bool cascades(const json_t *body)
{
    return str_eq(json_member(body, "behavior"), "DROP_CASCADE");
}

/* ---- what is made */

static void read_references(struct effecting *e, const json_t *constraints)
{
    for (size_t i = 0; i < json_array_size(constraints); i++) {
        const json_t *constraint = json_at(json_array_get(constraints, i), "Constraint", NULL);
        effect_on(e, json_object_get(constraint, "pktable"), LOCK_SHARE_ROW_EXCLUSIVE, 0);
    }
}

static void table(struct effecting *e, const json_t *body)
{
    const json_t *elements = json_object_get(body, "tableElts");
    bool partition = json_object_get(body, "partbound") != NULL;
    effect_made(e, json_object_get(body, "relation"));
    effect_on_each(e, json_object_get(body, "inhRelations"), partition ? LOCK_ACCESS_EXCLUSIVE : LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
    if (partition) effect_others(e, "a default partition: ACCESS EXCLUSIVE, scan");
    for (size_t i = 0; i < json_array_size(elements); i++) {
        const json_t *element = json_array_get(elements, i);
        effect_on(e, json_at(element, "TableLikeClause", "relation", NULL), LOCK_ACCESS_SHARE, 0);
        read_references(e, json_at(element, "ColumnDef", "constraints", NULL));
        effect_on(e, json_at(element, "Constraint", "pktable", NULL), LOCK_SHARE_ROW_EXCLUSIVE, 0);
    }
}

static void foreign_table(struct effecting *e, const json_t *body)
{
    const json_t *base = json_object_get(body, "base");
    const json_t *inner = json_object_get(base, "CreateStmt");
    table(e, inner ? inner : base);
}

static void schema(struct effecting *e, const json_t *body)
{
    const json_t *elements = json_object_get(body, "schemaElts");
    for (size_t i = 0; i < json_array_size(elements); i++) effect_of_statement(e, json_array_get(elements, i));
}

/* ON ONLY a partitioned table: the index is there, nothing is in it. */
static void new_index(struct effecting *e, const json_t *body)
{
    const json_t *on = json_object_get(body, "relation");
    bool concurrent = is_true(body, "concurrent"), only = !is_true(on, "inh");
    effect_on(e, on, concurrent ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_SHARE,
              (only ? 0 : WORK_BUILD) | (concurrent ? WORK_WAITS : 0));
}

static void trigger(struct effecting *e, const json_t *body)
{
    effect_on(e, json_object_get(body, "relation"), LOCK_SHARE_ROW_EXCLUSIVE, 0);
    effect_on(e, json_object_get(body, "constrrel"), LOCK_ACCESS_SHARE, 0);
}

static void rule(struct effecting *e, const json_t *body)
{
    effect_on(e, json_object_get(body, "relation"), LOCK_ACCESS_EXCLUSIVE, 0);
}

static void policy(struct effecting *e, const json_t *body)
{
    effect_on(e, json_object_get(body, "table"), LOCK_ACCESS_EXCLUSIVE, 0);
    effect_of_query(e, json_object_get(body, "qual"));
    effect_of_query(e, json_object_get(body, "with_check"));
}

static void statistics(struct effecting *e, const json_t *body)
{
    effect_on_each(e, json_object_get(body, "relations"), LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
}

static void publication(struct effecting *e, const json_t *body)
{
    const json_t *objects = json_object_get(body, "pubobjects");
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const json_t *one = json_at(json_array_get(objects, i), "PublicationObjSpec", "pubtable", NULL);
        effect_on(e, json_object_get(one, "relation"), LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
    }
    if (str_eq(json_member(body, "action"), "AP_SetObjects")) effect_others(e, "the tables that leave it: SHARE UPDATE EXCLUSIVE");
}

static void owned_by(struct effecting *e, const json_t *body)
{
    const json_t *options = json_object_get(body, "options");
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_at(json_array_get(options, i), "DefElem", NULL);
        if (!str_eq(json_member(option, "defname"), "owned_by")) continue;
        effect_on_names(e, json_at(option, "arg", "List", "items", NULL), 1, LOCK_ACCESS_SHARE, 0);
    }
}

static void new_sequence(struct effecting *e, const json_t *body)
{
    effect_names_are(e, "OBJECT_SEQUENCE");
    effect_made(e, json_object_get(body, "sequence"));
    effect_names_are(e, NULL);
    owned_by(e, body);
}

static void sequence(struct effecting *e, const json_t *body)
{
    effect_names_are(e, "OBJECT_SEQUENCE");
    effect_on(e, json_object_get(body, "sequence"), LOCK_SHARE_ROW_EXCLUSIVE, 0);
    effect_names_are(e, NULL);
    owned_by(e, body);
}

/* ---- what is named otherwise, commented on, dropped */

static void renamed(struct effecting *e, const json_t *body)
{
    const char *sort = json_member(body, "renameType");
    bool index = str_eq(sort, "OBJECT_INDEX");
    if (str_eq(sort, "OBJECT_ATTRIBUTE")) {
        if (cascades(body)) effect_others(e, "the tables of this type: ACCESS EXCLUSIVE");
        return;
    }
    effect_names_are(e, str_eq(sort, "OBJECT_COLUMN") ? json_member(body, "relationType") : sort);
    effect_on(e, json_object_get(body, "relation"), index ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE, 0);
    effect_names_are(e, NULL);
}

static void moved(struct effecting *e, const json_t *body)
{
    effect_names_are(e, json_member(body, "objectType"));
    effect_on(e, json_object_get(body, "relation"), LOCK_ACCESS_EXCLUSIVE, 0);
    effect_names_are(e, NULL);
    if (str_eq(json_member(body, "objectType"), "OBJECT_TABLE")) effect_others(e, "its columns' sequences: ACCESS EXCLUSIVE");
}

/* What stands in a list of names: a relation, or a part behind its table's name. */
static const struct { const char *object; size_t less; enum lock_level comment, drop; } sorts[] = {
    {"OBJECT_TABLE", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_FOREIGN_TABLE", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_VIEW", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_MATVIEW", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_SEQUENCE", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_INDEX", 0, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_COLUMN", 1, LOCK_SHARE_UPDATE_EXCLUSIVE, LOCK_NONE},
    {"OBJECT_TRIGGER", 1, LOCK_ACCESS_SHARE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_RULE", 1, LOCK_ACCESS_SHARE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_POLICY", 1, LOCK_ACCESS_SHARE, LOCK_ACCESS_EXCLUSIVE},
    {"OBJECT_TABCONSTRAINT", 1, LOCK_ACCESS_SHARE, LOCK_NONE},
};

static const json_t *names_of(const json_t *object)
{
    const json_t *items = json_at(object, "List", "items", NULL);
    return items ? items : object;
}

static void commented(struct effecting *e, const json_t *body)
{
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        if (!str_eq(sorts[i].object, json_member(body, "objtype"))) continue;
        effect_names_are(e, sorts[i].object);
        effect_on_names(e, names_of(json_object_get(body, "object")), sorts[i].less, sorts[i].comment, 0);
        effect_names_are(e, NULL);
    }
}

static void drop_relations(struct effecting *e, const json_t *body, size_t sort)
{
    const json_t *objects = json_object_get(body, "objects");
    bool concurrent = is_true(body, "concurrent"), rows = str_eq(sorts[sort].object, "OBJECT_TABLE");
    effect_names_are(e, sorts[sort].object);
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const json_t *names = names_of(json_array_get(objects, i));
        effect_on_names(e, names, sorts[sort].less, concurrent ? LOCK_SHARE_UPDATE_EXCLUSIVE : sorts[sort].drop,
                        (rows ? WORK_LOSES : 0) | (concurrent ? WORK_WAITS : 0));
        if (rows) effect_keys_of_names(e, names, (struct key_doubt){.lock = LOCK_ACCESS_EXCLUSIVE});
    }
    effect_names_are(e, NULL);
}

static void dropped(struct effecting *e, const json_t *body)
{
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        if (str_eq(sorts[i].object, json_member(body, "removeType"))) drop_relations(e, body, i);
    }
    if (str_eq(json_member(body, "removeType"), "OBJECT_STATISTIC_EXT")) effect_others(e, "its table: SHARE UPDATE EXCLUSIVE");
    if (cascades(body)) effect_others(e, "what depends on it: ACCESS EXCLUSIVE");
}

/* ---- rows and maintenance */

static void truncated(struct effecting *e, const json_t *body)
{
    effect_on_each(e, json_object_get(body, "relations"), LOCK_ACCESS_EXCLUSIVE, WORK_LOSES);
    if (cascades(body)) effect_others(e, "the tables whose foreign keys refer to it: ACCESS EXCLUSIVE, loses data");
}

static void locked(struct effecting *e, const json_t *body)
{
    json_int_t mode = json_integer_value(json_object_get(body, "mode")); /* PostgreSQL numbers them as lock_level does */
    effect_on_each(e, json_object_get(body, "relations"), (enum lock_level)mode, 0);
}

static void vacuum(struct effecting *e, const json_t *body)
{
    const json_t *list = json_object_get(body, "rels");
    bool full = sql_option(body, "options", "full"), analyze = !is_true(body, "is_vacuumcmd");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_at(json_array_get(list, i), "VacuumRelation", "relation", NULL);
        effect_on(e, one, full ? LOCK_ACCESS_EXCLUSIVE : LOCK_SHARE_UPDATE_EXCLUSIVE,
                  full ? WORK_REWRITE : analyze ? 0 : WORK_SCAN);
    }
    if (!list) effect_others(e, full ? "every table: ACCESS EXCLUSIVE, rewrite" : "every table: SHARE UPDATE EXCLUSIVE");
}

static void cluster(struct effecting *e, const json_t *body)
{
    const json_t *one = json_object_get(body, "relation");
    effect_on(e, one, LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE);
    if (!one) effect_others(e, "every table that was clustered: ACCESS EXCLUSIVE, rewrite");
}

/* Who plans a query on the table looks at all its indexes: reads wait for a REINDEX, too. */
static void reindex(struct effecting *e, const json_t *body)
{
    bool concurrent = sql_option(body, "params", "concurrently");
    bool index = str_eq(json_member(body, "kind"), "REINDEX_OBJECT_INDEX");
    unsigned work = WORK_BUILD | (concurrent ? WORK_WAITS : 0);
    if (index) effect_names_are(e, "OBJECT_INDEX");
    effect_on(e, json_object_get(body, "relation"),
              concurrent ? LOCK_SHARE_UPDATE_EXCLUSIVE : index ? LOCK_ACCESS_EXCLUSIVE : LOCK_SHARE, work);
    effect_names_are(e, NULL);
    if (json_object_get(body, "relation")) {
        if (!index && !concurrent) effect_others(e, "its indexes: ACCESS EXCLUSIVE");
        return;
    }
    effect_others(e, concurrent ? "every table in it: SHARE UPDATE EXCLUSIVE" : "every table in it: SHARE, its indexes: ACCESS EXCLUSIVE");
}

static void refresh(struct effecting *e, const json_t *body)
{
    bool concurrent = is_true(body, "concurrent");
    effect_on(e, json_object_get(body, "relation"), concurrent ? LOCK_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE,
              is_true(body, "skipData") ? WORK_LOSES : concurrent ? WORK_SCAN : WORK_REWRITE);
    effect_others(e, "what its query reads: ACCESS SHARE");
}

/* ---- what locks things by something else that they have */

static void domain(struct effecting *e, const json_t *body)
{
    const char *does = json_member(body, "subtype");
    bool unchecked = json_is_true(json_at(body, "def", "Constraint", "skip_validation", NULL));
    if (does && strchr("COV", *does) && !unchecked) effect_others(e, "the tables that use the domain: SHARE, scan");
}

static void owned(struct effecting *e, const json_t *body)
{
    (void)body;
    effect_others(e, "what the role owns: ACCESS EXCLUSIVE");
}

static void move_all(struct effecting *e, const json_t *body)
{
    (void)body;
    effect_others(e, "all that is in the tablespace: ACCESS EXCLUSIVE, rewrite");
}

static const struct {
    const char *node;
    void (*read)(struct effecting *e, const json_t *body);
} forms[] = {
    {"CreateStmt", table},
    {"CreateForeignTableStmt", foreign_table},
    {"CreateSchemaStmt", schema},
    {"IndexStmt", new_index},
    {"CreateTrigStmt", trigger},
    {"RuleStmt", rule},
    {"CreatePolicyStmt", policy},
    {"AlterPolicyStmt", policy},
    {"CreateStatsStmt", statistics},
    {"CreatePublicationStmt", publication},
    {"AlterPublicationStmt", publication},
    {"CreateSeqStmt", new_sequence},
    {"AlterSeqStmt", sequence},
    {"RenameStmt", renamed},
    {"AlterObjectSchemaStmt", moved},
    {"CommentStmt", commented},
    {"SecLabelStmt", commented},
    {"DropStmt", dropped},
    {"TruncateStmt", truncated},
    {"LockStmt", locked},
    {"VacuumStmt", vacuum},
    {"ClusterStmt", cluster},
    {"ReindexStmt", reindex},
    {"RefreshMatViewStmt", refresh},
    {"AlterDomainStmt", domain},
    {"DropOwnedStmt", owned},
    {"ReassignOwnedStmt", owned},
    {"AlterTableMoveAllStmt", move_all},
};

bool effect_of_other(struct effecting *e, const char *node, const json_t *body)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].node, node) != 0) continue;
        forms[i].read(e, body);
        return true;
    }
    return false;
}
