/* resolve_trigger.c: what stands in a table and is no part of its data: triggers, which become statements, and
 * policies. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schema/resolve.h"

/* ---- an item's object */

/* NULL and a second one of its name: said. */
static struct object *add_item(struct resolve *r, struct table *table, const struct item *item)
{
    const struct kind *kind = kind_of_word(item->decl->word);
    const char *name = mixed_name(r, table, item, item->decl->name);
    const struct object *first = object_child(table->object, kind->name, name);
    check_clauses(r, item->decl);
    if (first) {
        say_duplicate(r, item->decl->name_span, first->span, "%s %s of %s is already defined", kind->title, name,
                      object_shown(r->ctx->arena, table->object));
        return NULL;
    }
    struct object *object = schema_add(r->schema, kind, table->object, name);
    struct build b = {
        .r = r, .decl = item->decl, .object = object, .table = table, .in_schema = schema_of_decl(item->decl)};
    set_facets(&b);
    return object;
}

/* ---- triggers */

static const char *word_of(const struct ast_decl *decl, const char *clause)
{
    const struct ast_clause *found = ast_clause(decl, clause);
    const struct ast_arg *arg = found ? clause_arg_of(found, AST_WORD, 0) : NULL;
    return arg ? arg->text : NULL;
}

static const char *upper(struct resolve *r, const char *word)
{
    char *copy = arena_strdup(r->ctx->arena, word);
    for (char *at = copy; *at; at++) *at = (char)toupper((unsigned char)*at);
    return copy;
}

/* INSERT OR UPDATE OF a, b */
static void add_events(struct resolve *r, struct table *table, const struct ast_decl *decl, struct buf *sql)
{
    size_t n = 0;
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        if (!str_eq(clause->word, "event")) continue;
        const struct ast_arg *event = clause_arg_of(clause, AST_WORD, 0), *columns = clause_arg_of(clause, AST_SQL, 0);
        struct sql_names names = {0};
        struct sql_error error;
        buf_printf(sql, "%s%s", n++ ? " OR " : " ", event ? upper(r, event->text) : "");
        if (!columns || !sql_names_parse(r->ctx->arena, columns->text, &names, &error)) continue;
        for (size_t k = 0; k < names.n; k++) {
            find_column(r, table, names.at[k].name, columns->span);
            buf_printf(sql, "%s%s", k ? ", " : " OF ", sql_ident_str(r->ctx->arena, names.at[k].name));
        }
    }
}

void resolve_trigger(struct resolve *r, struct table *table, const struct item *item)
{
    const struct ast_decl *decl = item->decl;
    const struct ast_clause *when = ast_clause(decl, "when"), *execute = ast_clause(decl, "execute");
    const struct ast_arg *function = execute ? clause_arg_of(execute, AST_NAME, 0) : NULL;
    const struct ast_arg *arguments = execute ? clause_arg_of(execute, AST_SQL, 0) : NULL;
    const struct ast_arg *condition = when ? clause_arg_of(when, AST_SQL, 0) : NULL;
    const char *timing = word_of(decl, "timing"), *each = word_of(decl, "each");
    struct object *object = add_item(r, table, item);
    if (!object || !function || !timing) return;
    struct buf sql = buf_new(r->ctx->arena);
    buf_printf(&sql, "CREATE TRIGGER %s %s", sql_ident_str(r->ctx->arena, object->name), upper(r, timing));
    add_events(r, table, decl, &sql);
    buf_printf(&sql, " ON %s FOR EACH %s", sql_object_str(r->ctx->arena, table->object),
               upper(r, each ? each : "statement"));
    if (condition) buf_printf(&sql, " WHEN (%s)", sql_closed(r->ctx->arena, condition->text));
    buf_printf(&sql, " EXECUTE FUNCTION %s(%s)", sql_qname_str(r->ctx->arena, function->schema, function->text),
               arguments ? sql_closed(r->ctx->arena, arguments->text) : "");
    *object_set(object, "definition") = (struct value){.set = true, .span = decl->span, .expr = {.text = sql.text}};
}

/* ---- policies */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, as SQL writes them; unset where PUBLIC is among them, since then the others don't count. */
static void set_roles(struct resolve *r, struct object *policy, struct sql_texts *roles, struct span span)
{
    struct buf list = buf_new(r->ctx->arena);
    for (size_t i = 0; i < roles->n; i++) {
        if (str_eq(roles->at[i], "public") || str_eq(roles->at[i], "PUBLIC")) return;
    }
    if (roles->n) qsort(roles->at, roles->n, sizeof *roles->at, by_text);
    for (size_t i = 0; i < roles->n; i++) {
        if (i && str_eq(roles->at[i], roles->at[i - 1])) continue;
        buf_separate(&list, "", ", ");
        buf_add(&list, roles->at[i]);
    }
    if (list.len) *object_set(policy, "roles") = (struct value){.set = true, .text = list.text, .span = span};
}

static void set_command(struct object *policy, const char *command, struct span span)
{
    if (command && !str_eq(command, "all"))
        *object_set(policy, "command") = (struct value){.set = true, .text = command, .span = span};
}

void resolve_policy(struct resolve *r, struct table *table, const struct item *item)
{
    const struct ast_decl *decl = item->decl;
    struct object *policy = add_item(r, table, item);
    struct sql_texts roles = {0};
    if (!policy) return;
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        const struct ast_arg *sql = clause_arg_of(clause, AST_SQL, 0);
        if (str_eq(clause->word, "restrictive")) {
            *object_set(policy, "restrictive") = (struct value){.set = true, .flag = true, .span = clause->word_span};
        } else if (str_eq(clause->word, "for")) {
            set_command(policy, word_of(decl, "for"), clause->span);
        } else if (str_eq(clause->word, "using") && sql) {
            set_expr(object_set(policy, "using"), r->ctx, sql);
        } else if (str_eq(clause->word, "with check") && sql) {
            set_expr(object_set(policy, "check"), r->ctx, sql);
        } else if (str_eq(clause->word, "to")) {
            for (size_t k = 0; k < clause->args.n; k++) {
                vec_push(r->ctx->arena, &roles, sql_ident_str(r->ctx->arena, clause->args.at[k].text));
            }
        }
    }
    set_roles(r, policy, &roles, decl->name_span);
}

void read_policy(struct resolve *r, struct object *policy, const struct ast_arg *text)
{
    struct sql_policy said;
    if (!sql_policy_parse(r->ctx->arena, text->text, &said)) return;
    if (said.restrictive)
        *object_set(policy, "restrictive") = (struct value){.set = true, .flag = true, .span = policy->span};
    set_command(policy, said.command, policy->span);
    set_roles(r, policy, &said.roles, policy->span);
    const struct { const char *field, *text; size_t offset; } parts[] = {
        {"using", said.using_text, said.using_offset}, {"check", said.check_text, said.check_offset}};
    for (size_t i = 0; i < 2; i++) {
        if (!parts[i].text) continue;
        struct span span = span_in(text->span, parts[i].offset, strlen(parts[i].text));
        *object_set(policy, parts[i].field) =
            (struct value){.set = true, .span = span, .expr = {.text = parts[i].text}};
    }
}
