/* canon_read.c: what the server printed, read back under the empty path. */
#include <stdlib.h>
#include <string.h>

#include "pg/canon.h"

/* One whole element, so that it is complete and can be put into CREATE INDEX again: expression or column, collation,
 * operator class with options, order, operator. The column form of pg_get_indexdef hides all but the first. */
#define ELEMENTS_OF(indexes) \
    "SELECT 'e', x.tag, k.n::text, pg_get_indexdef(i.indexrelid, k.n, false)" \
    " || coalesce((SELECT format(' COLLATE %I.%I', n.nspname, c.collname) FROM pg_collation c JOIN pg_namespace n" \
    "     ON n.oid = c.collnamespace WHERE c.oid = i.indcollation[k.n - 1]), '')" \
    " || (SELECT format(' %I.%I', n.nspname, o.opcname) FROM pg_opclass o JOIN pg_namespace n ON n.oid = " \
    "o.opcnamespace" \
    "     WHERE o.oid = i.indclass[k.n - 1])" \
    " || coalesce((SELECT format(' (%s)', string_agg(format('%I=%L', split_part(o, '=', 1)," \
    "     substr(o, position('=' IN o) + 1)), ', ')) FROM pg_attribute a, unnest(a.attoptions) AS o" \
    "     WHERE a.attrelid = i.indexrelid AND a.attnum = k.n AND a.attoptions IS NOT NULL HAVING count(*) > 0), '')" \
    " || CASE i.indoption[k.n - 1] & 3 WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST' WHEN 3 THEN ' DESC' " \
    "ELSE '' END" \
    " || coalesce((SELECT format(' WITH OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_constraint c JOIN " \
    "pg_operator o" \
    "     ON o.oid = c.conexclop[k.n] JOIN pg_namespace n ON n.oid = o.oprnamespace" \
    "     WHERE c.contype = 'x' AND c.conindid = i.indexrelid), '')" \
    " FROM " indexes \
    " JOIN pg_index i ON i.indexrelid = x.oid CROSS JOIN LATERAL generate_series(1, i.indnkeyatts::int4) AS k(n)"

#define OURS "c.relnamespace = pg_my_temp_schema()"

const char *read_query(struct arena *arena)
{
    struct buf sql = buf_new(arena);
    buf_add(
        &sql,
        "SELECT 'd', c.relname::text, a.attname::text, pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attrdef "
        "d"
        " ON d.adrelid = c.oid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum WHERE " OURS
        " UNION ALL SELECT 'x', k.conname::text, '', pg_get_expr(k.conbin, k.conrelid) FROM pg_class c JOIN "
        "pg_constraint k"
        " ON k.conrelid = c.oid AND k.contype = 'c' WHERE " OURS
        " UNION ALL SELECT 'x', c.relname::text, '', pg_get_expr(i.indpred, i.indrelid) FROM pg_class c JOIN pg_index i"
        " ON i.indexrelid = c.oid AND i.indpred IS NOT NULL WHERE " OURS " UNION ALL (");
    buf_add(&sql, ELEMENTS_OF("(SELECT c.oid, c.relname::text AS tag FROM pg_class c WHERE " OURS
                              ") AS x") " WHERE i.indpred IS NULL ORDER BY x.tag, k.n)");
    return sql.text;
}

const char *read_live_query(struct job *job)
{
    struct arena *arena = job->ctx->arena;
    struct buf names = buf_new(arena);
    for (size_t i = 0; i < job->asks.n; i++) {
        const struct ask *ask = job->asks.at[i];
        if (!ask->from || ask->moved || !is_keys(ask)) continue;
        buf_printf(&names, "%s(%s, %s, %s)", names.len ? ", " : "",
                   sql_literal_str(arena, ask_mark(arena, ask, SLOT_LIVE)),
                   sql_literal_str(arena, object_schema(ask->from)->name), sql_literal_str(arena, ask->from->name));
    }
    if (names.len == 0) return NULL;
    struct buf sql = buf_new(arena);
    const char *query =
        ELEMENTS_OF("(SELECT v.tag, c.oid FROM (VALUES @) AS v(tag, nsp, rel) JOIN pg_namespace n ON n.nspname = v.nsp"
                    " JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = v.rel) AS x") " ORDER BY x.tag, k.n";
    const char *at = strchr(query, '@');
    buf_addn(&sql, query, (size_t)(at - query));
    buf_add(&sql, names.text);
    buf_add(&sql, at + 1);
    return sql.text;
}

/* ---- rows */

static bool slot_of_letter(char letter, enum slot *slot)
{
    const char *letters = "mlnk", *found = letter ? strchr(letters, letter) : NULL;
    if (found) *slot = (enum slot)(found - letters);
    return found != NULL;
}

static struct answer *answer_of_mark(struct job *job, const char *mark)
{
    enum slot slot;
    if (!slot_of_letter(mark[0], &slot)) return NULL;
    /* A job's asks are numbered one after the other. */
    size_t at = (size_t)strtoul(mark + 1, NULL, 10) - job->asks.at[0]->number;
    return at < job->asks.n ? &job->asks.at[at]->answers[slot] : NULL;
}

/* A column's text: by the temp table, which only our own units are, and the column's name on the target. */
static struct answer *answer_of_column(struct job *job, const char *table, const char *column)
{
    struct unit *unit = map_get(job->units, table);
    for (size_t i = 0; unit && i < unit->asks.n; i++) {
        struct ask *ask = unit->asks.at[i];
        if (object_is(ask->to, "column") && str_eq(ask->to->name, column)) return &ask->answers[unit->slot];
    }
    return NULL;
}

static const char *replaced(struct arena *arena, const char *text, const char *old, const char *new)
{
    struct buf buf = buf_new(arena);
    for (const char *found; (found = strstr(text, old)); text = found + strlen(old)) {
        buf_addn(&buf, text, (size_t)(found - text));
        buf_add(&buf, new);
    }
    buf_add(&buf, text);
    return buf.text;
}

/* What was printed while a stand-in had the type's name. */
static const char *with_final_names(struct job *job, const char *text)
{
    for (struct map_entry entry = map_first(job->stand_ins); entry.key; entry = map_next(entry)) {
        if (strstr(text, entry.key)) text = replaced(job->ctx->arena, text, entry.key, entry.value);
    }
    return arena_strdup(job->ctx->arena, text);
}

void read_rows(struct job *job, const struct rows *rows)
{
    struct arena *arena = job->ctx->arena;
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *what = rows_get(rows, i, 0), *name = rows_get(rows, i, 1), *sub = rows_get(rows, i, 2),
                   *text = rows_get(rows, i, 3);
        struct answer *answer = *what == 'd' ? answer_of_column(job, name, sub) : answer_of_mark(job, name);
        if (!answer || !text) continue;
        answer->given = true;
        if (*what != 'e') {
            answer->text = with_final_names(job, text);
            continue;
        }
        if (strcmp(sub, "1") == 0) answer->elements.n = 0;
        vec_push(arena, &answer->elements, with_final_names(job, text));
    }
}

bool answers_equal(const struct answer *a, const struct answer *b)
{
    if (!str_eq(a->text, b->text) || a->elements.n != b->elements.n) return false;
    for (size_t i = 0; i < a->elements.n; i++) {
        if (!str_eq(a->elements.at[i], b->elements.at[i])) return false;
    }
    return true;
}
