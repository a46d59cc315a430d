/* alter.c: what an ALTER statement does, thing by thing. */
#include <string.h>

#include "sql/named.h"

struct altering {
    struct arena *arena;
    const char *text;
    struct sql_tokens tokens;
    size_t first, end; /* the tokens of the command at hand */
    struct sql_alterations *list;
};

static struct sql_alteration *add(struct altering *a, enum sql_alter what, const char *part, const char *value)
{
    struct sql_alteration alteration = {.what = what, .part = part ? arena_strdup(a->arena, part) : NULL,
                                        .value = value ? arena_strdup(a->arena, value) : NULL};
    vec_push(a->arena, a->list, alteration);
    return &a->list->at[a->list->n - 1];
}

/* ---- ALTER TABLE: the text is cut at its commas, since the tree leaves out some numbers and has no text of
 * expressions */

static int depth_of(int kind)
{
    return kind == '(' || kind == '[' ? 1 : kind == ')' || kind == ']' ? -1 : 0;
}

/* From a.end, which stands behind a command, on to the next one. */
static void next_command(struct altering *a)
{
    int depth = 0;
    a->first = a->end;
    if (a->first < a->tokens.n && a->tokens.at[a->first].kind == ',') a->first++;
    for (a->end = a->first; a->end < a->tokens.n; a->end++) {
        int kind = a->tokens.at[a->end].kind;
        if (depth == 0 && (kind == ',' || kind == ';')) return;
        depth += depth_of(kind);
    }
}

/* The token behind `set WORD` in the command, or `end`; `word` "(" for a parenthesis. */
static size_t behind_set(const struct altering *a, const char *word)
{
    for (size_t i = a->first; i + 1 < a->end; i++) {
        if (!sql_token_is(a->text, a->tokens.at[i], "set")) continue;
        struct sql_token next = a->tokens.at[i + 1];
        if (*word == '(' ? next.kind == '(' : sql_token_is(a->text, next, word)) return i + 2;
    }
    return a->end;
}

/* The text from a token up to another; behind `set (`, less the closing parenthesis. */
static void take_text(struct altering *a, struct sql_alteration *alteration, size_t from, size_t to)
{
    if (from >= to) return;
    alteration->offset = a->tokens.at[from].start;
    alteration->length = a->tokens.at[to - 1].end - alteration->offset;
    alteration->value = arena_strndup(a->arena, a->text + alteration->offset, alteration->length);
}

static void add_text(struct altering *a, enum sql_alter what, const char *part, const char *word)
{
    struct sql_alteration *alteration = add(a, what, part, NULL);
    size_t from = behind_set(a, word);
    take_text(a, alteration, from, *word == '(' && a->end > from ? sql_close(&a->tokens, from - 1) - 1 : a->end);
}

static const char *string_of(const json_t *command)
{
    return json_string_value(json_at(command, "def", "String", "sval", NULL));
}

/* Columns of an index have numbers instead of names. */
static const char *part_of(struct altering *a, const json_t *command)
{
    const char *name = json_member(command, "name");
    json_int_t number = json_integer_value(json_object_get(command, "num"));
    return name || number == 0 ? name : arena_printf(a->arena, "%lld", (long long)number);
}

static void add_identity(struct altering *a, const json_t *command)
{
    static const struct {
        char sort;
        const char *word;
    } words[] = {{'d', "default"}, {'f', "full"}, {'n', "nothing"}, {'i', "index"}};
    const json_t *identity = json_at(command, "def", "ReplicaIdentityStmt", NULL);
    const char *sort = json_member(identity, "identity_type");
    for (size_t i = 0; sort && i < sizeof words / sizeof *words; i++) {
        if (words[i].sort == *sort) add(a, SQL_ALTER_REPLICA_IDENTITY, json_member(identity, "name"), words[i].word);
    }
}

/* NULL for who runs it: CURRENT_USER .. */
static const char *owner_of(const json_t *role)
{
    const json_t *inner = json_object_get(role, "RoleSpec");
    return json_member(inner ? inner : role, "rolename");
}

/* Subcommands that say all by themselves and their name. */
static const struct { const char *subtype; enum sql_alter what; const char *value; } plain[] = {
    {"AT_ClusterOn", SQL_ALTER_CLUSTER, "true"}, {"AT_DropCluster", SQL_ALTER_CLUSTER, NULL},
    {"AT_EnableTrig", SQL_ALTER_TRIGGER, "origin"}, {"AT_DisableTrig", SQL_ALTER_TRIGGER, "disabled"},
    {"AT_EnableAlwaysTrig", SQL_ALTER_TRIGGER, "always"}, {"AT_EnableReplicaTrig", SQL_ALTER_TRIGGER, "replica"},
    {"AT_EnableRule", SQL_ALTER_RULE, "origin"}, {"AT_DisableRule", SQL_ALTER_RULE, "disabled"},
    {"AT_EnableAlwaysRule", SQL_ALTER_RULE, "always"}, {"AT_EnableReplicaRule", SQL_ALTER_RULE, "replica"},
    {"AT_EnableRowSecurity", SQL_ALTER_ROW_SECURITY, "true"}, {"AT_DisableRowSecurity", SQL_ALTER_ROW_SECURITY, NULL},
    {"AT_ForceRowSecurity", SQL_ALTER_FORCE_ROW_SECURITY, "true"},
    {"AT_NoForceRowSecurity", SQL_ALTER_FORCE_ROW_SECURITY, NULL},
    {"AT_SetNotNull", SQL_ALTER_COLUMN_NULL, NULL}, {"AT_DropNotNull", SQL_ALTER_COLUMN_NULL, "true"},
    {"AT_SetUnLogged", SQL_ALTER_PERSISTENCE, "unlogged"}, {"AT_SetLogged", SQL_ALTER_PERSISTENCE, "logged"},
};

/* Those whose value stands in the text behind SET. */
static const struct { const char *subtype; enum sql_alter what; const char *word;
} texts[] = {
    {"AT_SetRelOptions", SQL_ALTER_OPTIONS, "("},
    {"AT_SetOptions", SQL_ALTER_COLUMN_OPTIONS, "("},
    {"AT_ColumnDefault", SQL_ALTER_COLUMN_DEFAULT, "default"},
    {"AT_SetStatistics", SQL_ALTER_COLUMN_STATISTICS, "statistics"},
};

static void add_command(struct altering *a, const json_t *command)
{
    const char *subtype = json_member(command, "subtype"), *part = part_of(a, command);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (!str_eq(plain[i].subtype, subtype)) continue;
        add(a, plain[i].what, part, plain[i].value);
        return;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!str_eq(texts[i].subtype, subtype)) continue;
        add_text(a, texts[i].what, part, texts[i].word);
        return;
    }
    if (str_eq(subtype, "AT_ReplicaIdentity")) add_identity(a, command);
    else if (str_eq(subtype, "AT_SetTableSpace")) add(a, SQL_ALTER_TABLESPACE, NULL, part);
    else if (str_eq(subtype, "AT_SetStorage")) add(a, SQL_ALTER_COLUMN_STORAGE, part, string_of(command));
    else if (str_eq(subtype, "AT_SetCompression")) add(a, SQL_ALTER_COLUMN_COMPRESSION, part, string_of(command));
    else if (str_eq(subtype, "AT_ChangeOwner"))
        add(a, SQL_ALTER_OWNER, NULL, owner_of(json_object_get(command, "newowner")));
    else add(a, SQL_ALTER_OTHER, part, NULL);
}

static void read_table(struct altering *a, const json_t *body)
{
    const json_t *commands = json_object_get(body, "cmds");
    for (size_t i = 0; i < json_array_size(commands); i++) {
        next_command(a);
        add_command(a, json_at(json_array_get(commands, i), "AlterTableCmd", NULL));
    }
}

/* ---- the other statements */

static void read_owner(struct altering *a, const json_t *body)
{
    add(a, SQL_ALTER_OWNER, NULL, owner_of(json_object_get(body, "newowner")));
}

static void read_depends(struct altering *a, const json_t *body)
{
    const char *extension = json_string_value(json_at(body, "extname", "sval", NULL));
    bool remove = json_is_true(json_object_get(body, "remove"));
    add(a, remove ? SQL_ALTER_OTHER : SQL_ALTER_DEPENDS, NULL, extension);
}

static void read_event_trigger(struct altering *a, const json_t *body)
{
    static const struct {
        char letter;
        const char *word;
    } words[] = {{'O', "origin"}, {'D', "disabled"}, {'R', "replica"}, {'A', "always"}};
    const char *letter = json_member(body, "tgenabled");
    for (size_t i = 0; letter && i < sizeof words / sizeof *words; i++) {
        if (words[i].letter == *letter) add(a, SQL_ALTER_ENABLED, NULL, words[i].word);
    }
}

static void read_statistics(struct altering *a, const json_t *body)
{
    (void)body;
    next_command(a);
    add_text(a, SQL_ALTER_STATISTICS, NULL, "statistics");
}

static void read_configuration(struct altering *a, const json_t *body)
{
    const char *kind = json_member(body, "kind");
    add(a, str_eq(kind, "ALTER_TSCONFIG_ADD_MAPPING") ? SQL_ALTER_ADDS : SQL_ALTER_OTHER, NULL, NULL);
}

/* Options stand behind [schema.]name. */
static void read_sequence(struct altering *a, const json_t *body)
{
    struct sql_alteration *alteration = add(a, SQL_ALTER_SEQUENCE, NULL, NULL);
    size_t from = json_is_true(json_object_get(body, "missing_ok")) ? 5 : 3;
    if (json_at(body, "sequence", "schemaname", NULL)) from += 2;
    take_text(a, alteration, from, a->tokens.n);
}

static void read_move(struct altering *a, const json_t *body)
{
    (void)body;
    add(a, SQL_ALTER_MOVES, NULL, NULL);
}

static void read_family(struct altering *a, const json_t *body)
{
    add(a, json_is_true(json_object_get(body, "isDrop")) ? SQL_ALTER_OTHER : SQL_ALTER_ADDS, NULL, NULL);
}

static const struct {
    const char *node;
    void (*read)(struct altering *a, const json_t *body);
} forms[] = {
    {"AlterTableStmt", read_table},           {"AlterOwnerStmt", read_owner},
    {"AlterObjectDependsStmt", read_depends}, {"AlterSeqStmt", read_sequence},
    {"RenameStmt", read_move},
    {"AlterObjectSchemaStmt", read_move},     {"AlterEventTrigStmt", read_event_trigger},
    {"AlterStatsStmt", read_statistics},      {"AlterTSConfigurationStmt", read_configuration},
    {"AlterOpFamilyStmt", read_family},
};

void sql_alterations(struct arena *arena, const char *text, struct sql_alterations *list)
{
    struct sql_error error;
    struct altering a = {.arena = arena, .text = text, .list = list};
    *list = (struct sql_alterations){0};
    json_auto_t *root = sql_parse_node(arena, SQL_STATEMENT, text, &error);
    if (!root || !sql_scan(arena, text, &a.tokens, &error)) return;
    const char *node = json_object_iter_key(json_object_iter(root));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].node, node) == 0) forms[i].read(&a, json_object_get(root, node));
    }
    if (list->n == 0) add(&a, SQL_ALTER_OTHER, NULL, NULL);
}
