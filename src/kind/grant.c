/* grant.c: owners and privileges in SQL: what each kind has of them, and the statements. */
#include "kind/grant.h"

static const struct grant_class classes[] = {
    {.kinds = " table view materialized_view foreign_table ", .noun = "TABLE", .plural = "TABLES",
     .all = " SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER MAINTAIN ",
     .columns = " SELECT INSERT UPDATE REFERENCES "},
    {.kinds = " sequence column ", .noun = "SEQUENCE", .plural = "SEQUENCES", .all = " USAGE SELECT UPDATE "},
    {.kinds = " function aggregate ", .noun = "FUNCTION", .plural = "FUNCTIONS", .all = " EXECUTE ", .for_public = "EXECUTE"},
    {.kinds = " procedure ", .noun = "PROCEDURE", .plural = "FUNCTIONS", .all = " EXECUTE ", .for_public = "EXECUTE"},
    {.kinds = " enum domain composite range base_type ", .noun = "TYPE", .plural = "TYPES", .all = " USAGE ", .for_public = "USAGE"},
    {.kinds = " schema ", .noun = "SCHEMA", .plural = "SCHEMAS", .all = " USAGE CREATE "},
    {.kinds = " language ", .noun = "LANGUAGE", .all = " USAGE ", .for_public = "USAGE"},
    {.kinds = " foreign_data_wrapper ", .noun = "FOREIGN DATA WRAPPER", .all = " USAGE "},
    {.kinds = " server ", .noun = "FOREIGN SERVER", .all = " USAGE "},
};
enum { N_CLASSES = sizeof classes / sizeof *classes };

/* In the order in which people name them. */
static const struct { char letter; const char *name; int min_version; } letters[] = {
    {'U', "USAGE", 0}, {'C', "CREATE", 0}, {'X', "EXECUTE", 0}, {'r', "SELECT", 0}, {'a', "INSERT", 0},
    {'w', "UPDATE", 0}, {'d', "DELETE", 0}, {'D', "TRUNCATE", 0}, {'x', "REFERENCES", 0}, {'t', "TRIGGER", 0},
    {'m', "MAINTAIN", 170000},
};
enum { N_LETTERS = sizeof letters / sizeof *letters };

/* ---- what there is */

static bool listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; at && (at = strstr(at, word)); at += len) {
        if (at > list && at[-1] == ' ' && at[len] == ' ') return true;
    }
    return false;
}

/* Of a table or view: most of what there is. */
static bool is_part(const struct object *object)
{
    return object->kind->parent && !str_eq(object->kind->parent, "schema");
}

const struct grant_class *grant_class_of(const struct object *object)
{
    if (object_is(object, "default_privileges")) return grant_class_called(object_text(object, "objects"));
    if (object_is(object, "column") ? !object_get(object, "identity")->set : is_part(object)) return NULL;
    for (size_t i = 0; i < N_CLASSES; i++) {
        if (listed(classes[i].kinds, object->kind->name)) return &classes[i];
    }
    return NULL;
}

const struct grant_class *grant_class_called(const char *plural)
{
    for (size_t i = 0; i < N_CLASSES; i++) {
        if (str_eq(classes[i].plural, plural)) return &classes[i];
    }
    return NULL;
}

bool grant_class_has(const struct grant_class *class, const char *privilege, int version)
{
    for (size_t i = 0; i < N_LETTERS; i++) {
        if (str_eq(letters[i].name, privilege) && letters[i].min_version > version) return false;
    }
    return listed(class->all, privilege);
}

const char *grant_of_letter(char letter)
{
    for (size_t i = 0; i < N_LETTERS; i++) {
        if (letters[i].letter == letter) return letters[i].name;
    }
    return NULL;
}

size_t grant_rank(const char *privilege)
{
    size_t i = 0;
    while (i < N_LETTERS && !str_eq(letters[i].name, privilege)) i++;
    return i;
}

bool object_has_owner(const struct object *object)
{
    static const char others[] = " conversion collation operator operator_family operator_class text_search_dictionary"
                                " text_search_configuration statistics event_trigger publication ";
    if (is_part(object) || object_is(object, "default_privileges")) return false;
    if (object_is(object, "sequence") && object_get(object, "owned_by")->set) return false;
    return listed(others, object->kind->name) || grant_class_of(object) != NULL;
}

/* ---- statements */

/* The name that PostgreSQL gave it follows its column; any other one stays. */
static const char *identity_sequence(struct arena *arena, const struct object *column)
{
    const char *given = sql_object_name(arena, column->parent->name, column->name, "seq");
    const struct object *live = column->live ? column : column->peer;
    const char *name = live ? object_text(live, "identity_sequence") : NULL;
    if (!name || column->live) return name ? name : given;
    return str_eq(name, sql_object_name(arena, live->parent->name, live->name, "seq")) ? given : name;
}

void sql_grant_target(struct buf *buf, const struct object *object)
{
    buf_printf(buf, "%s ", grant_class_of(object)->noun);
    if (object_is(object, "column")) sql_object_as(buf, object->parent, identity_sequence(buf->arena, object));
    else sql_object(buf, object);
}

static bool go_together(const struct privilege *a, const struct privilege *b)
{
    return a->verb == b->verb && a->grantable == b->grantable && str_eq(a->role, b->role);
}

size_t grant_run(const struct privilege *steps, size_t n)
{
    size_t run = 1;
    while (run < n && go_together(&steps[0], &steps[run])) run++;
    return run;
}

/* Whether the run holds the class's every privilege, for the whole object. */
static bool is_all(const struct grant_class *class, const struct privilege *at, size_t n, int version)
{
    size_t held = 0, wanted = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i].column) return false;
        held += grant_class_has(class, at[i].name, version);
    }
    for (size_t i = 0; i < N_LETTERS; i++) wanted += grant_class_has(class, letters[i].name, version);
    return held == wanted && held == n && n > 1;
}

static void add_columns(struct buf *words, const struct privilege *at, size_t n, const char *name)
{
    size_t start = words->len;
    for (size_t i = 0; i < n; i++) {
        if (!at[i].column || !str_eq(at[i].name, name)) continue;
        if (words->len == start) buf_printf(words, "%s%s (", start ? ", " : "", name);
        else buf_add(words, ", ");
        sql_ident(words, at[i].column);
    }
    if (words->len > start) buf_addc(words, ')');
}

const char *grant_words(struct arena *arena, const struct grant_class *class, const struct privilege *at, size_t n, int version)
{
    struct buf words = buf_new(arena);
    if (is_all(class, at, n, version)) return "ALL";
    for (size_t i = 0; i < n; i++) {
        if (at[i].column) continue;
        buf_printf(&words, "%s%s", words.len ? ", " : "", at[i].name);
    }
    for (size_t k = 0; k < N_LETTERS; k++) add_columns(&words, at, n, letters[k].name);
    return words.text;
}

static void add_role(struct buf *sql, const char *role, const char *owner)
{
    if (str_eq(role, ROLE_OWNER)) role = owner;
    if (!role) buf_add(sql, "CURRENT_USER");
    else if (!*role) buf_add(sql, "PUBLIC");
    else sql_ident(sql, role);
}

static void sql_default_scope(struct buf *sql, const struct object *object)
{
    const char *role = object_text(object, "role");
    const struct value *schema = object_get(object, "schema");
    buf_add(sql, "ALTER DEFAULT PRIVILEGES ");
    if (role) buf_printf(sql, "FOR ROLE %s ", sql_ident_str(sql->arena, role));
    if (!schema->set) return;
    buf_add(sql, "IN SCHEMA ");
    sql_ref(sql, &schema->ref);
    buf_addc(sql, ' ');
}

void grant_ops(const struct object *object, const struct privileges *steps, const char *owner, int version, struct ops *ops)
{
    static const char *const verbs[] = {
        [PRIVILEGE_GRANT] = "GRANT", [PRIVILEGE_REVOKE] = "REVOKE", [PRIVILEGE_REVOKE_OPTION] = "REVOKE GRANT OPTION FOR"};
    const struct grant_class *class = grant_class_of(object);
    bool by_default = object_is(object, "default_privileges");
    for (size_t i = 0, n; i < steps->n; i += n) {
        const struct privilege *first = &steps->at[i];
        n = grant_run(first, steps->n - i);
        struct buf sql = buf_new(ops->ctx->arena);
        const char *words = grant_words(ops->ctx->arena, class, first, n, version);
        if (by_default) sql_default_scope(&sql, object);
        buf_printf(&sql, "%s %s ON ", verbs[first->verb], words);
        if (by_default) buf_add(&sql, class->plural);
        else sql_grant_target(&sql, object);
        buf_add(&sql, first->verb == PRIVILEGE_GRANT ? " TO " : " FROM ");
        add_role(&sql, first->role, owner);
        if (first->grantable) buf_add(&sql, " WITH GRANT OPTION");
        op_add(ops, PHASE_FACETS, sql.text);
    }
}

void owner_op(const struct object *object, const char *owner, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_printf(&sql, "ALTER %s %s OWNER TO ", object->kind->noun, sql_object_str(ops->ctx->arena, object));
    sql_ident(&sql, owner);
    op_add(ops, PHASE_FACETS, sql.text);
}
