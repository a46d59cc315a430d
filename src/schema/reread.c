/* reread.c: a change of a column's type makes PostgreSQL read the expressions over it again, from what it prints of
 * them under the type before. On the way back nobody has asked the server what comes of that: casts that the one type
 * needed stay under the other. */
#include "schema/diff_parts.h"

/* The first word of a cast's type, with its brackets: enough to tell casts apart. */
static size_t type_length(const char *text)
{
    size_t n = 0;
    while (text[n] == '_' || text[n] == '.' || text[n] == '"' || (text[n] >= 'a' && text[n] <= 'z') ||
           (text[n] >= '0' && text[n] <= '9'))
        n++;
    if (text[n] == '[' && text[n + 1] == ']') n += 2;
    return n;
}

/* The column in "(column)::type", whose closing parenthesis is at `close`; NULL: something else. */
static const struct object *column_before(struct ctx *ctx, const char *start, const char *close,
                                          const struct object *table)
{
    const char *open = close;
    while (open > start && *open != '(') open--;
    if (*close != ')' || *open != '(') return NULL;
    struct objects found = {0};
    const char *inside = arena_strndup(ctx->arena, open + 1, (size_t)(close - open - 1));
    expr_columns(ctx, table, inside, &found);
    return found.n == 1 && str_eq(sql_ident_str(ctx->arena, found.at[0]->name), inside) ? found.at[0] : NULL;
}

/* A cast of a column to the type that it has on the other side is none there. */
static bool is_none_there(struct ctx *ctx, const char *start, const char *cast, size_t len, const struct object *table)
{
    const struct object *column = cast > start ? column_before(ctx, start, cast - 1, table) : NULL;
    if (!column || !column->peer) return false;
    const char *type = object_get(column->peer, "type")->type.text;
    return type && strncmp(type, cast + 2, len) == 0;
}

static size_t count_casts(const char *text, const char *cast, size_t len)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, "::")); at += 2) {
        if (type_length(at + 2) == len && strncmp(at + 2, cast, len) == 0) n++;
    }
    return n;
}

/* `printed` has a cast that `stored` has not, or has it more often. */
static bool has_more_casts(struct ctx *ctx, const char *printed, const char *stored, const struct object *table)
{
    for (const char *at = printed; (at = strstr(at, "::")); at += 2) {
        size_t len = type_length(at + 2);
        if (is_none_there(ctx, printed, at, len, table)) continue;
        if (count_casts(printed, at + 2, len) > count_casts(stored, at + 2, len)) return true;
    }
    return false;
}

/* Behind a cast: its type, of one word or several. */
static const char *skip_cast(const char *at)
{
    static const char *const longer[] = {"character varying", "double precision", "bit varying", "timestamp without time zone",
                                         "timestamp with time zone", "time without time zone", "time with time zone"};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        if (str_starts(at, longer[i])) return at + strlen(longer[i]);
    }
    return at + type_length(at);
}

/* The next character that isn't of a cast, a parenthesis or a blank. */
static const char *next_said(const char *at)
{
    for (;;) {
        at += strspn(at, " ()\n");
        if (at[0] != ':' || at[1] != ':') return at;
        at = skip_cast(at + 2);
    }
}

/* Whether two texts differ by more than casts, which come and go with a column's type: date(d) of a date is d. */
static bool says_otherwise(const char *a, const char *b)
{
    for (a = next_said(a), b = next_said(b); *a && *a == *b; a = next_said(a + 1), b = next_said(b + 1)) {
    }
    return *a != *b;
}

/* Where the server was not asked, since the texts were equal, constants get a cast if the types have no operators in
 * common. */
static bool expr_otherwise(struct ctx *ctx, const char *printed, const char *stored, const struct object *table,
                           bool alike)
{
    if (!stored) return false;
    return printed ? says_otherwise(printed, stored) || has_more_casts(ctx, printed, stored, table) : !alike;
}

bool rereads_otherwise(struct ctx *ctx, const struct object *live, bool alike)
{
    const struct object *model = live->peer;
    for (size_t f = 0; f < live->kind->n_fields; f++) {
        const struct field *field = &live->kind->fields[f];
        const struct value *printed = &model->values[f], *stored = &live->values[f];
        if (!printed->set || !stored->set || field->means == INTENT || field->means == LIVE) continue;
        if (field->type == VALUE_EXPR &&
            expr_otherwise(ctx, printed->expr.canonical, stored->expr.text, model->parent, alike))
            return true;
        for (size_t i = 0; field->type == VALUE_KEYS && i < printed->keys.n && i < stored->keys.n; i++) {
            if (expr_otherwise(ctx, printed->keys.at[i].canonical, stored->keys.at[i].expr.text, model->parent, alike))
                return true;
        }
    }
    return false;
}
