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

static struct rows_finding *add(const struct looking *l, enum rows_change change, const struct seen_table *table, long long before,
                                long long after)
{
    const struct seen_table *now = counterpart(l, table);
    struct rows_finding finding = {.change = change, .kind = "table", .path = table->path, .now = now ? now->path : NULL,
                                   .name = table->name, .table = table, .before = before, .after = after};
    vec_push(l->arena, l->findings, finding);
    return &l->findings->at[l->findings->n - 1];
}

static void add_column(const struct looking *l, enum rows_change change, const struct seen_table *table,
                       const struct seen_column *column, const struct seen_column *now)
{
    struct rows_finding *finding = add(l, change, table, column->values, now ? now->values : 0);
    finding->kind = "column";
    finding->column = column;
    finding->dropped = !now;
    finding->path = arena_printf(l->arena, "%s.%s", table->path, sql_ident_str(l->arena, column->name));
    const char *name = now ? now->name : column->name;
    if (finding->now) finding->now = arena_printf(l->arena, "%s.%s", finding->now, sql_ident_str(l->arena, name));
}

static bool is_changed(const struct looking *l, const struct seen_column *column, const struct seen_column *now)
{
    if (same_values(column, now)) return false;
    if (!l->moved || str_eq(column->type, now->type)) return true;
    return now->as_before && !str_eq(now->as_before, column->sum);
}

static void compare_columns(const struct looking *l, const struct seen_table *before, const struct seen_table *after)
{
    for (size_t i = 0; i < before->columns.n; i++) {
        const struct seen_column *column = &before->columns.at[i], *now = column_after(l, before, after, column);
        if (!now || (now->values < column->values && before->rows <= after->rows)) {
            if (column->values) add_column(l, VALUES_GONE, before, column, now);
        } else if (is_changed(l, column, now) && before->rows == after->rows) {
            add_column(l, VALUES_CHANGED, before, column, now);
        }
    }
}

static bool same_names(const struct seen_table *a, const struct seen_table *b)
{
    if (a->columns.n != b->columns.n) return false;
    for (size_t i = 0; i < a->columns.n; i++) {
        if (!column_named(b, a->columns.at[i].name)) return false;
    }
    return true;
}

static bool same_columns(const struct looking *l, const struct seen_table *before, const struct seen_table *after)
{
    if (!after || before->rows != after->rows) return false;
    for (size_t i = 0; i < before->columns.n; i++) {
        const struct seen_column *now = column_after(l, before, after, &before->columns.at[i]);
        if (!now || !same_values(&before->columns.at[i], now)) return false;
    }
    return true;
}

/* Columns that have the same values may have them in other rows. */
static bool same_rows(const struct looking *l, const struct seen_table *before, const struct seen_table *after)
{
    return same_columns(l, before, after) && (!same_names(before, after) || str_eq(before->whole, after->whole));
}

/* Rows go from one partition to another, and partitions from and to their table: where the whole has as many rows as before, it
 * speaks for its partitions, else each of them for itself. */
static bool others_speak(const struct looking *l, const struct seen_table *table)
{
    const struct seen_table *root = table->root ? by_oid(l->before, table->root) : NULL;
    if (root) {
        const struct seen_table *after = counterpart(l, root);
        return table->partitioned || (after && after->rows == root->rows);
    }
    const struct seen_table *after = counterpart(l, table);
    return table->partitioned && !(after && after->rows == table->rows);
}

static void compare_table(const struct looking *l, const struct seen_table *before)
{
    const struct seen_table *after = counterpart(l, before);
    if (before->rows == 0 || same_rows(l, before, after) || others_speak(l, before)) return;
    if (!after) {
        add(l, ROWS_GONE, before, before->rows, 0);
        return;
    }
    if (after->rows < before->rows) add(l, ROWS_FEWER, before, before->rows, after->rows);
    if (after->rows > before->rows) add(l, ROWS_MORE, before, before->rows, after->rows);
    if (same_columns(l, before, after)) add(l, ROWS_MIXED, before, before->rows, after->rows);
    compare_columns(l, before, after);
}

static const struct seen_sequence *sequence_after(const struct looking *l, const struct seen_sequence *before)
{
    const struct seen_rows *after = l->after;
    for (size_t i = 0; l->moved && i < after->sequences.n; i++) {
        if (str_eq(after->sequences.at[i].oid, before->oid)) return &after->sequences.at[i];
    }
    for (size_t i = 0; i < after->sequences.n; i++) {
        if (str_eq(after->sequences.at[i].path, before->path)) return &after->sequences.at[i];
    }
    return NULL;
}

static void compare_sequence(const struct looking *l, const struct seen_sequence *before)
{
    const struct seen_sequence *after = sequence_after(l, before);
    if (!after || before->fresh) return;
    bool back = after->fresh || (before->falling ? after->position > before->position : after->position < before->position);
    if (!back) return;
    struct rows_finding finding = {.change = SEQUENCE_BACK, .kind = "sequence", .path = before->path, .now = after->path,
                                   .name = before->name, .table = by_oid(l->before, before->owner), .sequence = before,
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

/* A failing cast says nothing. */
static void cast_column(struct conn *conn, const struct seen_table *table, const char *type, struct seen_column *now)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *sql = arena_printf(arena, "SELECT pg_catalog.sum(pg_catalog.hashtextextended((t.%s::%s)::text, 0)) FROM %s%s t",
                                   sql_ident_str(arena, now->name), type, table->partitioned ? "" : "ONLY ", table->path);
    if (!conn_query(conn, sql, &rows, &error)) return;
    const char *sum = rows_get(&rows, 0, 0);
    if (sum) now->as_before = arena_strdup(arena, sum);
    rows_free(&rows);
}

void rows_cast_back(struct conn *conn, const struct seen_rows *before, struct seen_rows *after)
{
    struct looking l = {conn->ctx->arena, before, after, true, NULL};
    for (size_t i = 0; i < before->tables.n; i++) {
        const struct seen_table *table = &before->tables.at[i], *now = counterpart(&l, table);
        for (size_t k = 0; now && k < table->columns.n; k++) {
            const struct seen_column *column = &table->columns.at[k], *same = column_after(&l, table, now, column);
            if (!same || !column->values || str_eq(column->type, same->type)) continue;
            cast_column(conn, now, column->type, (struct seen_column *)same);
        }
    }
}
