/* dump.c: takes out of a `pg_dump -s` text what is no difference, and nothing more; docs/dump-normaliser.md has the rules. */
#include "sql/dump_parts.h"

#include <stdlib.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void dump_sort(const char **at, size_t n)
{
    if (n > 1) qsort(at, n, sizeof *at, by_text);
}

static bool is_tag(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

static const char *find_text(const char *at, const char *text, size_t length)
{
    for (; *at; at++) {
        if (strncmp(at, text, length) == 0) return at;
    }
    return NULL;
}

/* A dump writes E'..' with both
 * quotes and backslashes doubled, so that plain quoting rules find its end. */
const char *dump_token_end(const char *at)
{
    if (*at == '\'' || *at == '"') {
        const char *end = strchr(at + 1, *at);
        return end ? end + 1 : at + strlen(at);
    }
    if (*at != '$') return at + 1;
    const char *tag = at + 1;
    while (is_tag(*tag)) tag++;
    if (*tag != '$' || (at[1] >= '0' && at[1] <= '9')) return at + 1;
    size_t length = (size_t)(tag - at) + 1;
    const char *end = find_text(tag + 1, at, length);
    return end ? end + length : at + strlen(at);
}

/* The first place at parenthesis depth 0 where `stop` stands, or the end. */
static const char *find_level(const char *at, const char *end, const char *stop)
{
    size_t length = strlen(stop);
    int depth = 0;
    while (at < end) {
        if (depth == 0 && (size_t)(end - at) >= length && strncmp(at, stop, length) == 0) return at;
        if (*at == '(') depth++;
        if (*at == ')') depth--;
        at = dump_token_end(at);
    }
    return end;
}

static const char *trimmed(struct arena *arena, const char *start, const char *end)
{
    while (start < end && strchr(" \t\n", *start)) start++;
    while (end > start && strchr(" \t\n", end[-1])) end--;
    return arena_strndup(arena, start, (size_t)(end - start));
}

/* `a, b, (c, d)` between start and end, by its commas. */
static void split_items(struct arena *arena, const char *start, const char *end, struct dump *items)
{
    while (start < end) {
        const char *comma = find_level(start, end, ",");
        vec_push(arena, items, trimmed(arena, start, comma));
        start = comma < end ? comma + 1 : end;
    }
}

/* ---- rule 1: comments, blank lines and the random key go; the rest becomes a list of statements ---- */

static const char *skip_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at ? at + 1 : at;
}

static void split_statements(struct arena *arena, const char *at, struct dump *statements)
{
    while (*at) {
        if (strchr(" \t\n", *at)) { at++; continue; }
        if (str_starts(at, "--") || str_starts(at, "\\restrict ") || str_starts(at, "\\unrestrict ")) {
            at = skip_line(at);
            continue;
        }
        const char *start = at;
        while (*at && *at != ';') at = dump_token_end(at);
        if (*at) at++;
        vec_push(arena, statements, trimmed(arena, start, at));
    }
}

/* ---- rules 2 and 3: columns of a table and storage parameters are sets ---- */

static void add_columns(struct buf *out, const char *start, const char *end)
{
    struct dump items = {0};
    size_t columns = 0;
    split_items(out->arena, start, end, &items);
    while (columns < items.n && !str_starts(items.at[columns], "CONSTRAINT ")) columns++;
    dump_sort(items.at, columns);
    for (size_t i = 0; i < items.n; i++) buf_printf(out, "\n    %s%s", items.at[i], i + 1 < items.n ? "," : "\n");
}

static void add_sorted(struct buf *out, const char *start, const char *end)
{
    struct dump items = {0};
    split_items(out->arena, start, end, &items);
    dump_sort(items.at, items.n);
    for (size_t i = 0; i < items.n; i++) buf_printf(out, "%s%s", i ? ", " : "", items.at[i]);
}

static bool is_table(const char *statement)
{
    return str_starts(statement, "CREATE TABLE ") || str_starts(statement, "CREATE UNLOGGED TABLE ") ||
           str_starts(statement, "CREATE FOREIGN TABLE ");
}

/* Where a `WITH (..)` holds storage parameters. */
static bool has_parameters(const char *statement)
{
    return is_table(statement) || str_starts(statement, "CREATE INDEX ") || str_starts(statement, "CREATE UNIQUE INDEX ") ||
           str_starts(statement, "CREATE VIEW ") || str_starts(statement, "CREATE MATERIALIZED VIEW ") ||
           (str_starts(statement, "ALTER TABLE ") && strstr(statement, "ADD CONSTRAINT "));
}

static void add_parameters(struct buf *out, const char *at)
{
    const char *end = at + strlen(at);
    const char *with = find_level(at, end, "WITH (");
    if (with == end) {
        buf_add(out, at);
        return;
    }
    const char *open = with + strlen("WITH (");
    const char *close = find_level(open, end, ")");
    buf_addn(out, at, (size_t)(open - at));
    add_sorted(out, open, close);
    buf_add(out, close);
}

static void add_table(struct buf *out, const char *statement)
{
    const char *end = statement + strlen(statement), *open = statement;
    while (open < end && *open != '(') open = dump_token_end(open);
    const char *close = open < end ? find_level(open + 1, end, ")") : end;
    if (close == end) {
        buf_add(out, statement);
        return;
    }
    buf_addn(out, statement, (size_t)(open - statement) + 1);
    add_columns(out, open + 1, close);
    buf_addc(out, ')');
    add_parameters(out, close + 1);
}

/* ---- rule 6: columns that PostgreSQL lists in their table's order, of extended statistics and publications, are a set ---- */

static void add_statistics(struct buf *out, const char *statement)
{
    const char *end = statement + strlen(statement);
    const char *on = find_level(statement, end, " ON "), *from = find_level(on, end, " FROM ");
    if (from == end) {
        buf_add(out, statement);
        return;
    }
    on += strlen(" ON ");
    buf_addn(out, statement, (size_t)(on - statement));
    add_sorted(out, on, from);
    buf_add(out, from);
}

static void add_published(struct buf *out, const char *statement)
{
    const char *end = statement + strlen(statement), *table = find_level(statement, end, " ADD TABLE ");
    const char *open = table, *where = find_level(table, end, " WHERE (");
    while (open < where && *open != '(') open = dump_token_end(open);
    const char *close = open < where ? find_level(open + 1, end, ")") : end;
    if (table == end || close == end) {
        buf_add(out, statement);
        return;
    }
    buf_addn(out, statement, (size_t)(open - statement) + 1);
    add_sorted(out, open + 1, close);
    buf_add(out, close);
}

/* ---- rule 4: the settings of a function are a set ---- */

static bool is_routine(const char *statement)
{
    return str_starts(statement, "CREATE FUNCTION ") || str_starts(statement, "CREATE PROCEDURE ");
}

static void add_settings(struct buf *out, struct dump *run, const char *after)
{
    dump_sort(run->at, run->n);
    for (size_t i = 0; i < run->n; i++) buf_printf(out, "    %s%s", run->at[i], i + 1 < run->n ? "\n" : after);
    run->n = 0;
}

/* Sorts each run of `    SET name TO value` lines that stand before the body. */
static void add_routine(struct buf *out, const char *at)
{
    const char *end = at + strlen(at);
    const char *body = find_level(at, end, "\n    AS "), *atomic = find_level(at, end, "\n    BEGIN ATOMIC");
    if (atomic < body) body = atomic;
    struct dump run = {0};
    while (at < body) {
        const char *next = find_level(at, body, "\n");
        if (next < body) next++;
        if (str_starts(at, "    SET ")) {
            vec_push(out->arena, &run, trimmed(out->arena, at, next));
        } else {
            add_settings(out, &run, "\n");
            buf_addn(out, at, (size_t)(next - at));
        }
        at = next;
    }
    add_settings(out, &run, "");
    buf_add(out, body);
}

/* ---- rule 5: what follows the order of a table's columns or of an ACL, in a run of its own, is a set ---- */

/* The words before GRANT (of default privileges), and what it is on. */
static const char *grant_key(struct arena *arena, const char *statement)
{
    const char *end = statement + strlen(statement), *grant = statement;
    if (str_starts(statement, "ALTER DEFAULT PRIVILEGES ")) grant = find_level(statement, end, "GRANT ");
    if (!str_starts(grant, "GRANT ")) return NULL;
    const char *on = find_level(grant, end, " ON "), *to = find_level(on, end, " TO ");
    if (to == end) return NULL;
    return arena_printf(arena, "%.*sGRANT%.*s", (int)(grant - statement), statement, (int)(to - on), on);
}

/* What a statement's run has in common: "COMMENT ON COLUMN public.t", "GRANT .. ON TABLE public.t"; NULL: it keeps its place. */
static const char *run_key(struct arena *arena, const char *statement)
{
    const char *end = statement + strlen(statement);
    if (str_starts(statement, "COMMENT ON COLUMN ")) {
        const char *is = find_level(statement, end, " IS "), *last = NULL;
        for (const char *at = statement; at < is; at = dump_token_end(at)) {
            if (*at == '.') last = at;
        }
        return last ? arena_strndup(arena, statement, (size_t)(last - statement)) : NULL;
    }
    if (str_starts(statement, "ALTER TABLE ONLY ")) {
        const char *column = find_level(statement, end, " ALTER COLUMN ");
        return column < end ? arena_strndup(arena, statement, (size_t)(column - statement)) : NULL;
    }
    return grant_key(arena, statement);
}

static void sort_runs(struct arena *arena, struct dump *statements)
{
    for (size_t i = 0; i < statements->n;) {
        const char *key = run_key(arena, statements->at[i]);
        size_t next = i + 1;
        while (key && next < statements->n && str_eq(key, run_key(arena, statements->at[next]))) next++;
        dump_sort(statements->at + i, next - i);
        i = next;
    }
}

static const char *normalised(struct arena *arena, const char *statement)
{
    struct buf out = buf_new(arena);
    if (is_table(statement)) add_table(&out, statement);
    else if (is_routine(statement)) add_routine(&out, statement);
    else if (has_parameters(statement)) add_parameters(&out, statement);
    else if (str_starts(statement, "CREATE STATISTICS ")) add_statistics(&out, statement);
    else if (str_starts(statement, "ALTER PUBLICATION ")) add_published(&out, statement);
    else return statement;
    return out.text;
}

void dump_read(struct arena *arena, const char *text, struct dump *dump)
{
    split_statements(arena, text, dump);
    dump_name_attached(arena, dump);
    sort_runs(arena, dump);
    for (size_t i = 0; i < dump->n; i++) dump->at[i] = normalised(arena, dump->at[i]);
}
