/* sequence.c: sequences and identity columns: PostgreSQL's defaults filled in, ownership, and what `serial` implies. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "schema/resolve.h"

static const struct integer {
    const char *word, *internal;
    int64_t min, max;
} integers[] = {
    {"smallint", "int2", INT16_MIN, INT16_MAX},
    {"integer", "int4", INT32_MIN, INT32_MAX},
    {"bigint", "int8", INT64_MIN, INT64_MAX},
};

static const struct integer *integer_of(const char *word)
{
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        if (str_eq(integers[i].word, word)) return &integers[i];
    }
    return &integers[sizeof integers / sizeof *integers - 1];
}

const char *integer_word(const struct sql_type *type)
{
    if (type->array || !str_eq(type->schema, "pg_catalog")) return NULL;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        if (str_eq(integers[i].internal, type->name)) return integers[i].word;
    }
    return NULL;
}

/* ---- numbers */

/* `text`, or `absent` where it is NULL or "". */
static bool read_number(const char *text, int64_t absent, int64_t *number)
{
    *number = absent;
    if (!text || !*text) return true;
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static const char *number_text(struct resolve *r, int64_t number)
{
    return arena_printf(r->ctx->arena, "%" PRId64, number);
}

/* The first rule that the numbers break, as PostgreSQL words it; NULL where all hold. */
static const char *broken_rule(const struct integer *type, int64_t start, int64_t increment, int64_t min, int64_t max,
                               int64_t cache)
{
    if (increment == 0) return "increment must not be zero";
    if (cache < 1) return "cache must be greater than zero";
    if (min < type->min) return "minvalue is out of range for the type";
    if (max > type->max) return "maxvalue is out of range for the type";
    if (min >= max) return "minvalue must be less than maxvalue";
    if (start < min) return "start cannot be less than minvalue";
    if (start > max) return "start cannot be greater than maxvalue";
    return NULL;
}

bool sequence_fill(struct resolve *r, const char *type, const struct sql_sequence *given, struct span span,
                   struct sequence_numbers *numbers)
{
    const struct integer *integer = integer_of(type);
    int64_t start, increment, min, max, cache;
    bool read = read_number(given->increment, 1, &increment) && read_number(given->cache, 1, &cache);
    bool up = increment >= 0;
    read = read && read_number(given->minimum, up ? 1 : integer->min, &min) &&
           read_number(given->maximum, up ? integer->max : -1, &max) &&
           read_number(given->start, up ? min : max, &start);
    const char *broken = read ? broken_rule(integer, start, increment, min, max, cache) : "a number is out of range";
    if (broken) {
        diag_add(r->ctx, D_INVALID, span, "sequence options: %s", broken);
        return false;
    }
    *numbers = (struct sequence_numbers){.start = number_text(r, start), .increment = number_text(r, increment),
                                         .minimum = number_text(r, min), .maximum = number_text(r, max),
                                         .cache = number_text(r, cache), .cycle = given->cycle == 1};
    return true;
}

static void set_text(struct object *object, const char *field, const char *text, struct span span)
{
    *object_set(object, field) = (struct value){.set = true, .text = text, .span = span};
}

void sequence_set(struct object *sequence, const char *type, const struct sequence_numbers *numbers, struct span span)
{
    if (!str_eq(type, "bigint")) set_text(sequence, "type", type, span);
    set_text(sequence, "start", numbers->start, span);
    set_text(sequence, "increment", numbers->increment, span);
    set_text(sequence, "minimum", numbers->minimum, span);
    set_text(sequence, "maximum", numbers->maximum, span);
    set_text(sequence, "cache", numbers->cache, span);
    if (numbers->cycle) *object_set(sequence, "cycle") = (struct value){.set = true, .flag = true, .span = span};
}

void sequence_pairs(struct ctx *ctx, const char *type, const struct sequence_numbers *numbers, struct sql_pairs *pairs)
{
    const struct integer *integer = integer_of(type);
    bool up = numbers->increment[0] != '-';
    const char *min = arena_printf(ctx->arena, "%" PRId64, up ? 1 : integer->min);
    const char *max = arena_printf(ctx->arena, "%" PRId64, up ? integer->max : -1);
    const struct { const char *name, *value, *absent; } rows[] = {
        {"cache", numbers->cache, "1"},
        {"cycle", numbers->cycle ? "true" : "false", "false"},
        {"increment", numbers->increment, "1"},
        {"maxvalue", numbers->maximum, max},
        {"minvalue", numbers->minimum, min},
        {"start", numbers->start, up ? numbers->minimum : numbers->maximum},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sql_pair pair = {.name = rows[i].name, .value = rows[i].value};
        if (!str_eq(pair.value, rows[i].absent)) vec_push(ctx->arena, pairs, pair);
    }
}

/* ---- sequences of the models */

static bool read_options(struct resolve *r, const struct object *sequence, struct sql_sequence *options,
                         struct span *span)
{
    const struct ast_clause *clause = ast_clause(sequence->decl, "options");
    const struct ast_arg *arg = clause ? clause_arg_of(clause, AST_SQL, 0) : NULL;
    *span = arg ? arg->span : sequence->span;
    *options = (struct sql_sequence){0};
    if (!arg || arg->text[strspn(arg->text, " \t\r\n")] == '\0') return true;
    struct sql_error error;
    if (sql_sequence_parse(r->ctx->arena, arg->text, options, &error)) return true;
    say_sql(r, arg->span, &error);
    return false;
}

void resolve_sequence(struct resolve *r, struct object *sequence)
{
    struct sql_sequence options;
    struct sequence_numbers numbers;
    struct span span;
    if (!read_options(r, sequence, &options, &span)) return;
    const char *type = options.type ? options.type : "bigint";
    if (sequence_fill(r, type, &options, span, &numbers)) sequence_set(sequence, type, &numbers, span);
}

void own_by(struct resolve *r, const struct ast_decl *decl, struct object *sequence, const struct sql_sequence *options,
            struct span span)
{
    struct table *table = find_table(r, schema_of_decl(decl), options->owned_table_schema, options->owned_table, span,
                                     NULL);
    struct object *column = table ? find_column(r, table, options->owned_column, span) : NULL;
    if (!column) return;
    if (!str_eq(object_schema(column)->name, object_schema(sequence)->name)) {
        diag_add(r->ctx, D_INVALID, span, "sequence %s must be in the schema of the table that owns it",
                 object_shown(r->ctx->arena, sequence));
        return;
    }
    struct ref ref = {.schema = object_schema(column)->name, .name = column->name, .to = column, .span = span};
    *object_set(sequence, "owned_by") = (struct value){.set = true, .span = span, .ref = ref};
}

static void own_sequence(struct resolve *r, struct object *sequence)
{
    struct sql_sequence options;
    struct span span;
    if (!read_options(r, sequence, &options, &span) || !options.owned_column) return;
    own_by(r, sequence->decl, sequence, &options, span);
}

/* What a table's columns own is as lasting as the table: PostgreSQL sees to that when the table changes. ALTER SEQUENCE .. SET LOGGED
 * says otherwise. */
void share_persistence(struct resolve *r)
{
    for (size_t i = 0; i < r->schema->all.n; i++) {
        struct object *sequence = r->schema->all.at[i];
        const struct object *owner = object_is(sequence, "sequence") ? object_get(sequence, "owned_by")->ref.to : NULL;
        if (!owner || !object_flag(owner->parent, "unlogged")) continue;
        if (span_known(object_get(sequence, "unlogged")->span)) continue;
        *object_set(sequence, "unlogged") = (struct value){.set = true, .flag = true};
    }
}

void own_sequences(struct resolve *r)
{
    for (size_t i = 0; i < r->schema->all.n; i++) {
        struct object *object = r->schema->all.at[i];
        if (object_is(object, "sequence") && object->decl) own_sequence(r, object);
    }
    share_persistence(r);
}

/* ---- serial */

struct object *serial_sequence(struct resolve *r, struct table *table, struct object *column, const char *type)
{
    struct object *namespace = table->object->parent;
    struct space *space = space_of(r, namespace->name);
    const char *name = NULL;
    for (unsigned i = 0; !name || map_has(space->relations, name); i++) {
        const char *label = i ? arena_printf(r->ctx->arena, "seq%u", i) : "seq";
        name = sql_object_name(r->ctx->arena, table->object->name, column->name, label);
    }
    name = intern(r->ctx->names, name);
    struct object *sequence = schema_add(r->schema, kind_find("sequence"), namespace, name);
    struct named *named = take_name(r, space->relations, name, "sequence", column->span);
    if (named) named->object = sequence;
    sequence->implied = true;
    sequence->unnamed = true;
    sequence->span = column->span;
    sequence->search_path = column->search_path;
    struct sequence_numbers numbers;
    if (sequence_fill(r, type, &(struct sql_sequence){0}, column->span, &numbers)) {
        sequence_set(sequence, type, &numbers, column->span);
    }
    *object_set(sequence, "owned_by") = (struct value){.set = true, .span = column->span,
        .ref = {.schema = namespace->name, .name = column->name, .to = column, .span = column->span}};
    return sequence;
}
