/* rows_compare.c: what became of the rows between two looks at them. */
#include "pg/rows.h"

#include "sql/quote.h"

struct looking {
    struct arena *arena;
    const struct seen_rows *before, *after;
    bool moved;
    struct rows_findings *findings;
};

static const struct seen_table *by_oid(const struct seen_rows *seen, const char *oid)
{
    for (size_t i = 0; oid && i < seen->tables.n; i++) {
        if (str_eq(seen->tables.at[i].oid, oid)) return &seen->tables.at[i];
    }
    return NULL;
}

static const struct seen_table *by_path(const struct seen_rows *seen, const char *path)
{
    for (size_t i = 0; i < seen->tables.n; i++) {
        if (str_eq(seen->tables.at[i].path, path)) return &seen->tables.at[i];
    }
    return NULL;
}

static const struct seen_table *counterpart(const struct looking *l, const struct seen_table *table)
{
    const struct seen_table *same = l->moved ? by_oid(l->after, table->oid) : NULL;
    return same ? same : by_path(l->after, table->path);
}

static const struct seen_column *column_named(const struct seen_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns.n; i++) {
        if (str_eq(table->columns.at[i].name, name)) return &table->columns.at[i];
    }
    return NULL;
}

static const struct seen_column *column_after(const struct looking *l, const struct seen_table *before, const struct seen_table *after,
                                              const struct seen_column *column)
{
    for (size_t i = 0; l->moved && str_eq(before->oid, after->oid) && i < after->columns.n; i++) {
        if (after->columns.at[i].number == column->number) return &after->columns.at[i];
    }
    return column_named(after, column->name);
}

static bool same_values(const struct seen_column *a, const struct seen_column *b)
{
    return a->values == b->values && str_eq(a->sum, b->sum);
}

static void add(const struct looking *l, enum rows_change change, const struct seen_table *table, const char *column, long long before,
                long long after)
{
    struct rows_finding finding = {.change = change, .kind = column ? "column" : "table", .path = table->path, .table = table->name,
                                   .before = before, .after = after};
    if (column) finding.path = arena_printf(l->arena, "%s.%s", table->path, sql_ident_str(l->arena, column));
    vec_push(l->arena, l->findings, finding);
}

static void compare_columns(const struct looking *l, const struct seen_table *before, const struct seen_table *after)
{
    for (size_t i = 0; i < before->columns.n; i++) {
        const struct seen_column *column = &before->columns.at[i], *now = column_after(l, before, after, column);
        if (!now || (now->values < column->values && before->rows == after->rows)) {
            if (column->values) add(l, VALUES_GONE, before, column->name, column->values, now ? now->values : 0);
        } else if (!same_values(column, now) && before->rows == after->rows && (!l->moved || str_eq(column->type, now->type))) {
            add(l, VALUES_CHANGED, before, column->name, column->values, now->values);
        }
    }
}

static bool same_rows(const struct looking *l, const struct seen_table *before, const struct seen_table *after)
{
    if (!after || before->rows != after->rows) return false;
    for (size_t i = 0; i < before->columns.n; i++) {
        const struct seen_column *now = column_after(l, before, after, &before->columns.at[i]);
        if (!now || !same_values(&before->columns.at[i], now)) return false;
    }
    return true;
}

/* Rows go from one partition to another, and partitions from and to their table: nothing is lost where the whole has what it had, or
 * each part has. */
static bool is_elsewhere(const struct looking *l, const struct seen_table *table)
{
    const struct seen_table *root = by_oid(l->before, table->root);
    if (root) return same_rows(l, root, counterpart(l, root));
    if (!table->partitioned) return false;
    bool any = false;
    for (size_t i = 0; i < l->before->tables.n; i++) {
        const struct seen_table *part = &l->before->tables.at[i];
        if (part->partitioned || !str_eq(part->root, table->oid)) continue;
        any = true;
        if (!same_rows(l, part, counterpart(l, part))) return false;
    }
    return any;
}

static void compare_table(const struct looking *l, const struct seen_table *before)
{
    const struct seen_table *after = counterpart(l, before);
    if (before->rows == 0 || same_rows(l, before, after) || is_elsewhere(l, before)) return;
    if (!after) {
        add(l, ROWS_GONE, before, NULL, before->rows, 0);
        return;
    }
    if (after->rows < before->rows) add(l, ROWS_FEWER, before, NULL, before->rows, after->rows);
    if (after->rows > before->rows) add(l, ROWS_MORE, before, NULL, before->rows, after->rows);
    compare_columns(l, before, after);
}

static void compare_sequence(const struct looking *l, const struct seen_sequence *before)
{
    const struct seen_sequence *after = NULL;
    for (size_t i = 0; !after && l->moved && i < l->after->sequences.n; i++) {
        if (str_eq(l->after->sequences.at[i].oid, before->oid)) after = &l->after->sequences.at[i];
    }
    for (size_t i = 0; !after && i < l->after->sequences.n; i++) {
        if (str_eq(l->after->sequences.at[i].path, before->path)) after = &l->after->sequences.at[i];
    }
    if (!after || before->fresh) return;
    bool back = after->fresh || (before->falling ? after->position > before->position : after->position < before->position);
    if (!back) return;
    struct rows_finding finding = {.change = SEQUENCE_BACK, .kind = "sequence", .path = before->path, .table = before->path, .owner = before->owner,
                                   .before = before->position, .after = after->fresh ? 0 : after->position};
    vec_push(l->arena, l->findings, finding);
}

void rows_compare(struct ctx *ctx, const struct seen_rows *before, const struct seen_rows *after, bool moved,
                  struct rows_findings *findings)
{
    struct looking l = {ctx->arena, before, after, moved, findings};
    for (size_t i = 0; i < before->tables.n; i++) compare_table(&l, &before->tables.at[i]);
    for (size_t i = 0; i < before->sequences.n; i++) compare_sequence(&l, &before->sequences.at[i]);
}
