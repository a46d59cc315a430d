/* target.c: compares the models with what a PostgreSQL can do (target.def). */
#include "schema/target.h"

#include <strings.h>

#include "sql/words.h"

struct row {
    const char *kind, *field, *words;
    bool (*test)(const struct object *object, struct arena *arena);
    int from, until;
    const char *what, *mend;
};

/* ---- what no field alone says */

static bool is_partitioned(const struct object *table)
{
    return table && object_is(table, "table") && object_get(table, "partition_key")->set;
}

static bool test_multirange(const struct object *column, struct arena *arena)
{
    const struct type_name *type = &object_get(column, "type")->type;
    (void)arena;
    return type->multirange || (str_eq(type->sql.schema, "pg_catalog") && str_ends(type->sql.name, "multirange"));
}

static bool test_of_partitioned(const struct object *object, struct arena *arena)
{
    (void)arena;
    return is_partitioned(object->parent);
}

static bool test_partitioned_method(const struct object *table, struct arena *arena)
{
    (void)arena;
    return is_partitioned(table) && object_get(table, "method")->set;
}

static bool test_unlogged_partitioned(const struct object *table, struct arena *arena)
{
    (void)arena;
    return is_partitioned(table) && object_flag(table, "unlogged");
}

static bool test_not_valid_of_partitioned(const struct object *key, struct arena *arena)
{
    (void)arena;
    return is_partitioned(key->parent) && object_flag(key, "not_valid");
}

static bool test_include_spgist(const struct object *index, struct arena *arena)
{
    (void)arena;
    return object_get(index, "include")->refs.n && str_eq(object_text(index, "method"), "spgist");
}

/* One that a column owns does as its table does, where it can. */
static bool test_unlogged(const struct object *sequence, struct arena *arena)
{
    const struct object *owner = object_get(sequence, "owned_by")->ref.to;
    (void)arena;
    return object_flag(sequence, "unlogged") && !(owner && object_flag(owner->parent, "unlogged"));
}

static bool test_maintain(const struct object *object, struct arena *arena)
{
    (void)arena;
    for (size_t i = 0; i < object->privileges.n; i++) {
        if (str_eq(object->privileges.at[i].name, "MAINTAIN")) return true;
    }
    return false;
}

static bool test_atomic(const struct object *routine, struct arena *arena)
{
    struct sql_routine said = {0};
    const char *text = object_get(routine, "definition")->expr.text;
    return text && sql_routine(arena, text, &said) && !said.body;
}

/* FOR TABLE t (a, b) WHERE (..): brackets before the options. */
static bool test_parts_of_table(const struct object *publication, struct arena *arena)
{
    const char *text = object_get(publication, "definition")->expr.text;
    size_t bracket, options;
    if (!text || !sql_find_words(arena, text, "(", &bracket)) return false;
    return !sql_find_words(arena, text, "with (", &options) || bracket < options;
}

/* ---- the table */

static const struct row rows[] = {
#define FIELD(kind_, field_, version, what_, mend_) {.kind = kind_, .field = field_, .from = version, .what = what_, .mend = mend_},
#define WORDS(kind_, words_, version, what_, mend_) {.kind = kind_, .words = words_, .from = version, .what = what_, .mend = mend_},
#define TEST(kind_, name, version, what_, mend_) {.kind = kind_, .test = test_##name, .from = version, .what = what_, .mend = mend_},
#define UNTIL(kind_, name, version, what_, mend_) {.kind = kind_, .test = test_##name, .until = version, .what = what_, .mend = mend_},
#include "sql/target.def"
#undef FIELD
#undef WORDS
#undef TEST
#undef UNTIL
};

/* The first of the words; all of a text that the models do not hold as it stands. */
static struct span place_of(struct ctx *ctx, struct span span, size_t offset, const char *words)
{
    const struct source *source = span_known(span) ? source_of(ctx->sources, span.start) : NULL;
    size_t length = strcspn(words, " ");
    if (!source || offset + length > span.end - span.start) return span;
    bool verbatim = strncasecmp(source->text + (span.start - source->base) + offset, words, length) == 0;
    uint32_t start = span.start + (uint32_t)offset;
    return verbatim ? (struct span){start, start + (uint32_t)length} : span;
}

static bool find_in_value(struct ctx *ctx, const struct row *row, const struct value *value, struct span *span)
{
    size_t offset;
    if (!value->set || !value->expr.text || !sql_find_words(ctx->arena, value->expr.text, row->words, &offset)) return false;
    if (span_known(value->span)) *span = place_of(ctx, value->span, offset, row->words);
    return true;
}

static bool find_words(struct ctx *ctx, const struct row *row, const struct object *object, struct span *span)
{
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        if (object->kind->fields[i].type != VALUE_EXPR) continue;
        if (find_in_value(ctx, row, &object->values[i], span)) return true;
    }
    return false;
}

static bool has_it(struct ctx *ctx, const struct row *row, const struct object *object, struct span *span)
{
    *span = object->span;
    if (row->words) return find_words(ctx, row, object, span);
    if (row->test) return row->test(object, ctx->arena);
    const struct value *value = object_get(object, row->field);
    bool said = value->set && (object->kind->fields[value - object->values].type != VALUE_FLAG || value->flag);
    if (said && span_known(value->span)) *span = value->span;
    return said;
}

static void say(struct ctx *ctx, const struct row *row, const struct target *target, struct span span)
{
    struct diag *diag;
    if (row->from) diag = diag_add(ctx, D_TARGET, span, "%s needs PostgreSQL %d: %s", row->what, row->from, target->says);
    else diag = diag_add(ctx, D_TARGET, span, "%s ends with PostgreSQL %d: %s", row->what, row->until, target->says);
    if (span_known(target->span)) diag_note(ctx, diag, target->span, "said here");
    diag_mend(ctx, diag, "mend", "%s", row->mend);
}

static bool is_about(const struct row *row, const struct object *object)
{
    return !row->kind[0] || object_is(object, row->kind);
}

bool target_check(struct ctx *ctx, const struct schema *models, const struct target *target)
{
    size_t errors = diag_errors(ctx);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const struct row *row = &rows[r];
        bool able = row->from ? target->major >= row->from : target->major <= row->until;
        for (size_t i = 0; i < models->all.n && !able; i++) {
            const struct object *object = models->all.at[i];
            struct span span;
            if (is_about(row, object) && has_it(ctx, row, object, &span)) say(ctx, row, target, span);
        }
    }
    return diag_errors(ctx) == errors;
}
