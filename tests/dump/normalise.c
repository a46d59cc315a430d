/* normalise.c: makes two `pg_dump -s` texts comparable. Reads a dump, prints it with everything that is no difference
 * taken out, and nothing more; docs/dump-normaliser.md lists the rules, tests/dump/run.sh proves both halves. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list { char **at; size_t n, cap; };

static void *must(void *memory)
{
    if (memory) return memory;
    fputs("normalise: out of memory\n", stderr);
    exit(2);
}

static char *copy(const char *text, size_t n)
{
    char *made = must(malloc(n + 1));
    memcpy(made, text, n);
    made[n] = '\0';
    return made;
}

static void list_add(struct list *list, char *item)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 64;
        list->at = must(realloc(list->at, list->cap * sizeof *list->at));
    }
    list->at[list->n++] = item;
}

static void list_free(struct list *list)
{
    for (size_t i = 0; i < list->n; i++) free(list->at[i]);
    free(list->at);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static char *read_all(FILE *in)
{
    size_t n = 0, cap = 1 << 16;
    char *text = must(malloc(cap));
    for (size_t got; (got = fread(text + n, 1, cap - n - 1, in)) > 0;) {
        n += got;
        if (cap - n < 2) text = must(realloc(text, cap *= 2));
    }
    text[n] = '\0';
    return text;
}

static bool is_tag(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

/* The end of what starts at `at`: a quoted text, a dollar-quoted one, or a single byte. A dump writes E'..' with both
 * quotes and backslashes doubled, so that plain quoting rules find its end. */
static const char *token_end(const char *at)
{
    if (*at == '\'' || *at == '"') {
        const char *end = strchr(at + 1, *at);
        return end ? end + 1 : at + strlen(at);
    }
    if (*at != '$') return at + 1;
    const char *tag = at + 1;
    while (is_tag(*tag)) tag++;
    if (*tag != '$' || (at[1] >= '0' && at[1] <= '9')) return at + 1;
    char *mark = copy(at, (size_t)(tag - at) + 1);
    const char *end = strstr(tag + 1, mark);
    size_t length = strlen(mark);
    free(mark);
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
        at = token_end(at);
    }
    return end;
}

static char *trimmed(const char *start, const char *end)
{
    while (start < end && strchr(" \t\n", *start)) start++;
    while (end > start && strchr(" \t\n", end[-1])) end--;
    return copy(start, (size_t)(end - start));
}

/* `a, b, (c, d)` between start and end, by its commas. */
static struct list split_items(const char *start, const char *end)
{
    struct list items = {0};
    while (start < end) {
        const char *comma = find_level(start, end, ",");
        list_add(&items, trimmed(start, comma));
        start = comma < end ? comma + 1 : end;
    }
    return items;
}

/* ---- rule 1: comments, blank lines and the random key go; the rest becomes a list of statements ---- */

static const char *skip_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at ? at + 1 : at;
}

static struct list split_statements(const char *at)
{
    struct list statements = {0};
    while (*at) {
        if (strchr(" \t\n", *at)) { at++; continue; }
        if (starts(at, "--") || starts(at, "\\restrict ") || starts(at, "\\unrestrict ")) { at = skip_line(at); continue; }
        const char *start = at;
        while (*at && *at != ';') at = token_end(at);
        if (*at) at++;
        list_add(&statements, trimmed(start, at));
    }
    return statements;
}

/* ---- rules 2 and 3: columns of a table and storage parameters are sets ---- */

static bool is_constraint(const char *item)
{
    return starts(item, "CONSTRAINT ");
}

static void print_columns(FILE *out, const char *start, const char *end)
{
    struct list items = split_items(start, end);
    size_t columns = 0;
    while (columns < items.n && !is_constraint(items.at[columns])) columns++;
    if (columns > 1) qsort(items.at, columns, sizeof *items.at, by_text);
    for (size_t i = 0; i < items.n; i++) fprintf(out, "\n    %s%s", items.at[i], i + 1 < items.n ? "," : "\n");
    list_free(&items);
}

static void print_sorted(FILE *out, const char *start, const char *end)
{
    struct list items = split_items(start, end);
    if (items.n > 1) qsort(items.at, items.n, sizeof *items.at, by_text);
    for (size_t i = 0; i < items.n; i++) fprintf(out, "%s%s", i ? ", " : "", items.at[i]);
    list_free(&items);
}

static bool is_table(const char *statement)
{
    return starts(statement, "CREATE TABLE ") || starts(statement, "CREATE UNLOGGED TABLE ") ||
        starts(statement, "CREATE FOREIGN TABLE ");
}

/* Where a `WITH (..)` holds storage parameters. */
static bool has_parameters(const char *statement)
{
    return is_table(statement) || starts(statement, "CREATE INDEX ") || starts(statement, "CREATE UNIQUE INDEX ") ||
        starts(statement, "CREATE VIEW ") || starts(statement, "CREATE MATERIALIZED VIEW ") ||
        (starts(statement, "ALTER TABLE ") && strstr(statement, "ADD CONSTRAINT "));
}

static void print_parameters(FILE *out, const char *at)
{
    const char *end = at + strlen(at);
    const char *with = find_level(at, end, "WITH (");
    if (with == end) {
        fputs(at, out);
        return;
    }
    const char *open = with + strlen("WITH (");
    const char *close = find_level(open, end, ")");
    fprintf(out, "%.*s", (int)(open - at), at);
    print_sorted(out, open, close);
    fputs(close, out);
}

static void print_table(FILE *out, const char *statement)
{
    const char *end = statement + strlen(statement), *open = statement;
    while (open < end && *open != '(') open = token_end(open);
    const char *close = open < end ? find_level(open + 1, end, ")") : end;
    if (close == end) {
        fputs(statement, out);
        return;
    }
    fprintf(out, "%.*s(", (int)(open - statement), statement);
    print_columns(out, open + 1, close);
    fputc(')', out);
    print_parameters(out, close + 1);
}

/* ---- rule 4: the settings of a function are a set ---- */

static bool is_routine(const char *statement)
{
    return starts(statement, "CREATE FUNCTION ") || starts(statement, "CREATE PROCEDURE ");
}

static void print_settings(FILE *out, struct list *run, const char *after)
{
    if (run->n > 1) qsort(run->at, run->n, sizeof *run->at, by_text);
    for (size_t i = 0; i < run->n; i++) {
        fprintf(out, "    %s%s", run->at[i], i + 1 < run->n ? "\n" : after);
        free(run->at[i]);
    }
    run->n = 0;
}

/* Sorts each run of `    SET name TO value` lines that stand before the body. */
static void print_routine(FILE *out, const char *at)
{
    const char *end = at + strlen(at);
    const char *body = find_level(at, end, "\n    AS "), *atomic = find_level(at, end, "\n    BEGIN ATOMIC");
    if (atomic < body) body = atomic;
    struct list run = {0};
    while (at < body) {
        const char *next = find_level(at, body, "\n");
        if (next < body) next++;
        if (starts(at, "    SET ")) {
            list_add(&run, trimmed(at, next));
        } else {
            print_settings(out, &run, "\n");
            fprintf(out, "%.*s", (int)(next - at), at);
        }
        at = next;
    }
    print_settings(out, &run, "");
    free(run.at);
    fputs(body, out);
}

/* ---- rule 5: what follows the order of a table's columns or of an ACL, in a run of its own, is a set ---- */

/* The words before GRANT (of default privileges), and what it is on. */
static char *grant_key(const char *statement)
{
    const char *end = statement + strlen(statement), *grant = statement;
    if (starts(statement, "ALTER DEFAULT PRIVILEGES ")) grant = find_level(statement, end, "GRANT ");
    if (!starts(grant, "GRANT ")) return NULL;
    const char *on = find_level(grant, end, " ON "), *to = find_level(on, end, " TO ");
    if (to == end) return NULL;
    char *key = must(malloc((size_t)(grant - statement) + (size_t)(to - on) + sizeof "GRANT"));
    sprintf(key, "%.*sGRANT%.*s", (int)(grant - statement), statement, (int)(to - on), on);
    return key;
}

/* What a statement's run has in common: "COMMENT ON COLUMN public.t", "GRANT .. ON TABLE public.t"; NULL: it keeps its place. */
static char *run_key(const char *statement)
{
    const char *end = statement + strlen(statement);
    if (starts(statement, "COMMENT ON COLUMN ")) {
        const char *is = find_level(statement, end, " IS "), *last = NULL;
        for (const char *at = statement; at < is; at = token_end(at)) {
            if (*at == '.') last = at;
        }
        return last ? copy(statement, (size_t)(last - statement)) : NULL;
    }
    if (starts(statement, "ALTER TABLE ONLY ")) {
        const char *column = find_level(statement, end, " ALTER COLUMN ");
        return column < end ? copy(statement, (size_t)(column - statement)) : NULL;
    }
    return grant_key(statement);
}

static void sort_runs(struct list *statements)
{
    for (size_t i = 0; i < statements->n;) {
        char *key = run_key(statements->at[i]);
        size_t next = i + 1;
        while (key && next < statements->n) {
            char *other = run_key(statements->at[next]);
            bool belongs = other && strcmp(key, other) == 0;
            free(other);
            if (!belongs) break;
            next++;
        }
        if (next - i > 1) qsort(statements->at + i, next - i, sizeof *statements->at, by_text);
        free(key);
        i = next;
    }
}

int main(void)
{
    char *text = read_all(stdin);
    struct list statements = split_statements(text);
    sort_runs(&statements);
    for (size_t i = 0; i < statements.n; i++) {
        const char *statement = statements.at[i];
        if (is_table(statement)) {
            print_table(stdout, statement);
        } else if (is_routine(statement)) {
            print_routine(stdout, statement);
        } else if (has_parameters(statement)) {
            print_parameters(stdout, statement);
        } else {
            fputs(statement, stdout);
        }
        putchar('\n');
    }
    list_free(&statements);
    free(text);
    return 0;
}
