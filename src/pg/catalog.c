/* catalog.c: reads the live database: one pipeline of set-based queries, one for the names that the rows mention, and
 * one that makes sure that nothing moved meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "pg/reader.h"

enum { STEPS_MAX = 128, ATTEMPTS = 3 };

/* What the reading begins with. */
enum { ZERO_BEGIN, ZERO_PATH, ZERO_SNAPSHOT, ZERO_MARK, ZERO_SCHEMAS, ZERO_PRESENT, ZERO_COUNT };
/* What the first pipeline begins with. */
enum {
    FIRST_MEMBERS,
    FIRST_COMMENTS,
    FIRST_UNHANDLED,
    FIRST_DEPEND,
    FIRST_PRIVILEGES,
    FIRST_COUNT
};
/* What the second one ends with, after the lookups. */
enum { LAST_KEYS = 0, LAST_MARK, LAST_COUNT };

enum outcome { READ_DONE, READ_MOVED, READ_FAILED };

struct step {
    const struct kind *kind;
    const char *sql;
};
struct steps {
    struct step at[STEPS_MAX];
    size_t n;
    const char *unhandled; /* NULL: there can be nothing that no kind has */
    bool depend;           /* something is there whose dependencies only pg_depend tells */
};

struct watch { /* for whether the catalogs moved */
    const char *snapshot, *mark;
    bool no_mark; /* the server doesn't tell; so always compare fingerprints */
    bool careful; /* the snapshot moved before: compare fingerprints */
};

/* ---- which queries */

static void add_present(struct buf *sql, const char *present)
{
    if (present) buf_printf(sql, ", EXISTS (SELECT FROM %s)", present);
    else buf_add(sql, ", true");
}

/* One row, a column for each kind, for each of its queries, and for what no kind has: may there be any at all? Most
 * databases have no operators, no policies .. */
static const char *present_query(struct arena *arena, int version)
{
    struct buf sql = buf_new(arena);
    buf_add(&sql, "WITH relkinds AS MATERIALIZED (SELECT DISTINCT relkind FROM pg_class WHERE oid >= 16384),"
                  " typtypes AS MATERIALIZED (SELECT DISTINCT typtype FROM pg_type WHERE oid >= 16384"
                  " AND (typtype <> 'b' OR typarray <> 0)) SELECT true");
    for (size_t i = 0; i < n_kinds; i++) {
        add_present(&sql, kinds[i]->present);
        for (const struct catalog_query *query = kinds[i]->queries; query && query->sql; query++) add_present(&sql, query->present);
    }
    unhandled_present(&sql, version);
    return sql.text;
}

/* What depends on others only as its own fields say, and on functions and types by what has others. */
static bool is_plain(const struct kind *kind)
{
    static const char *const plain[] = {"schema", "extension", "collation", "enum", "sequence", "table", "foreign_table", "column",
                                        "domain_check", "attribute", "primary_key", "unique", "check", "exclude", "index",
                                        "foreign_key", "default_privileges"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (str_eq(kind->name, plain[i])) return true;
    }
    return !kind->queries;
}

static bool is_present(const struct rows *present, size_t column)
{
    return str_eq(rows_get(present, 0, column), "t");
}

/* From `column` on stand the answers of the kind; returns the next one's. */
static size_t add_steps(const struct kind *kind, int version, const struct rows *present, size_t column, struct steps *steps)
{
    int done = -1;
    bool any = is_present(present, column++);
    if (any && !is_plain(kind)) steps->depend = true;
    for (const struct catalog_query *query = kind->queries; query && query->sql; query++, column++) {
        if (!any || query->part == done || query->min_version > version || steps->n == STEPS_MAX) continue;
        done = query->part;
        if (is_present(present, column)) steps->at[steps->n++] = (struct step){kind, query->sql};
    }
    return column;
}

static void read_present(struct reader *reader, const struct rows *present, struct steps *steps)
{
    size_t column = 1;
    for (size_t i = 0; i < n_kinds; i++) column = add_steps(kinds[i], reader->conn->version, present, column, steps);
    steps->unhandled = unhandled_query(reader->ctx->arena, present, column);
}

/* "schema x" of the manifest. */
static void add_known(struct buf *sql, const struct map *known)
{
    static const char word[] = "schema ";
    for (struct map_entry entry = map_first(known); entry.key; entry = map_next(entry)) {
        if (!str_starts(entry.key, word)) continue;
        const char *path = entry.key + sizeof word - 1;
        buf_add(sql, ", ");
        sql_literal(sql, sql_fold(sql->arena, path, strlen(path)));
    }
}

static const char *schemas_query(struct arena *arena, const struct catalog_options *options)
{
    struct buf sql = buf_new(arena);
    buf_add(
        &sql,
        "SELECT set_config('modelc.schemas', (SELECT coalesce(array_agg(oid), '{}')::text FROM pg_namespace WHERE ");
    if (options->models) {
        buf_add(&sql, "nspname IN (''");
        if (options->known) add_known(&sql, options->known);
        for (size_t i = 0; i < options->models->roots.n; i++) {
            const struct object *root = options->models->roots.at[i];
            if (!object_is(root, "schema")) continue;
            buf_add(&sql, ", ");
            sql_literal(&sql, root->name);
        }
        buf_addc(&sql, ')');
    } else {
        buf_add(&sql, "nspname !~ '^pg_' AND nspname <> 'information_schema'");
    }
    if (options->state_schema) {
        buf_add(&sql, " AND nspname <> ");
        sql_literal(&sql, options->state_schema);
    }
    buf_add(&sql, " AND nspname <> '" ATTIC_SCHEMA "'), true)");
    return sql.text;
}

static void zero_queries(struct reader *reader, const struct watch *watch, const char **sql)
{
    sql[ZERO_BEGIN] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    /* A worker costs more to start than such a query takes. */
    sql[ZERO_PATH] = "SELECT set_config('search_path', '', true),"
                     " set_config('max_parallel_workers_per_gather', '0', true)";
    sql[ZERO_SNAPSHOT] = snapshot_query();
    sql[ZERO_MARK] = watch->no_mark ? "SELECT NULL" : mark_query();
    sql[ZERO_SCHEMAS] = schemas_query(reader->ctx->arena, reader->options);
    sql[ZERO_PRESENT] = present_query(reader->ctx->arena, reader->conn->version);
}

static size_t first_queries(struct reader *reader, const struct steps *steps, const char **sql)
{
    sql[FIRST_MEMBERS] =
        "SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'";
    sql[FIRST_COMMENTS] =
        "SELECT classoid, objoid, objsubid, description FROM pg_description WHERE objoid >= 16384 UNION ALL"
        " SELECT classoid, objoid, objsubid, description FROM pg_description WHERE classoid = 'pg_namespace'::regclass"
        " AND objoid < 16384 AND description <> 'standard public schema'";
    sql[FIRST_UNHANDLED] = steps->unhandled ? steps->unhandled : "SELECT 0 WHERE false";
    sql[FIRST_DEPEND] = steps->depend ? depend_query() : "SELECT 0 WHERE false";
    sql[FIRST_PRIVILEGES] = privileges_query(reader->ctx->arena);
    for (size_t i = 0; i < steps->n; i++) sql[FIRST_COUNT + i] = steps->at[i].sql;
    return FIRST_COUNT + steps->n;
}

/* ---- rows */

static void read_members(struct reader *reader, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        uint64_t key = oid_key((unsigned)decode_oid(rows_get(rows, i, 0)), decode_oid(rows_get(rows, i, 1)), 0);
        oid_map_put(&reader->members, key, reader);
    }
}

static void read_comments(struct reader *reader, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        unsigned class = (unsigned)decode_oid(rows_get(rows, i, 0)), sub = (unsigned)decode_oid(rows_get(rows, i, 2));
        struct object *object = oid_map_get(&reader->objects, oid_key(class, decode_oid(rows_get(rows, i, 1)), sub));
        /* A constraint is also found by its index, whose comment is not the constraint's. */
        if (!object || (class == CLASS_RELATION && object->kind->name_space == NAMES_CONSTRAINT)) continue;
        object->comment = arena_strdup(reader->ctx->arena, rows_get(rows, i, 3));
    }
}

static const char *only_cell(struct reader *reader, const struct rows *rows)
{
    const char *text = rows->n_rows ? rows_get(rows, 0, 0) : NULL;
    return text ? arena_strdup(reader->ctx->arena, text) : NULL;
}

static void free_rows(struct rows *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) rows_free(&rows[i]);
}

/* ---- the rounds */

/* Something that was dropped while it was printed shows as an internal or "does not exist" error. */
static bool may_have_moved(const struct server_error *error)
{
    static const char *const states[] = {"XX000", "42P01", "42704", "42703", "42883", "3F000", "40001"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(error->sqlstate, states[i]) == 0) return true;
    }
    return false;
}

static enum outcome refused(struct reader *reader, const struct server_error *error, bool last)
{
    struct server_error ignored;
    if (!error->lost) conn_query(reader->conn, "ROLLBACK", NULL, &ignored);
    if (!error->lost && !last && may_have_moved(error)) return READ_MOVED;
    server_error_report(reader->ctx, error, (struct span){0}, "reading the database");
    return READ_FAILED;
}

/* Begins, and learns which kinds there may be. */
static enum outcome zero_round(struct reader *reader, struct watch *watch, struct steps *steps, bool last)
{
    const char *sql[ZERO_COUNT];
    struct rows rows[ZERO_COUNT];
    struct server_error error;
    size_t failed;
    zero_queries(reader, watch, sql);
    if (!conn_pipeline(reader->conn, sql, ZERO_COUNT, rows, &error, &failed)) {
        if (failed != ZERO_MARK || watch->no_mark) return refused(reader, &error, last);
        watch->no_mark = true;
        return conn_query(reader->conn, "ROLLBACK", NULL, &error) ? READ_MOVED : refused(reader, &error, true);
    }
    watch->snapshot = only_cell(reader, &rows[ZERO_SNAPSHOT]);
    watch->mark = only_cell(reader, &rows[ZERO_MARK]);
    read_present(reader, &rows[ZERO_PRESENT], steps);
    free_rows(rows, ZERO_COUNT);
    return READ_DONE;
}

static bool first_sound(struct reader *reader, const struct steps *steps, const struct rows *rows)
{
    bool sound = rows_sound(reader, &rows[FIRST_MEMBERS], "!!", "members of extensions") &&
                 rows_sound(reader, &rows[FIRST_COMMENTS], "!!!!", "comments") &&
                 rows_sound(reader, &rows[FIRST_UNHANDLED], "!!!!----", "other objects") &&
                 rows_sound(reader, &rows[FIRST_DEPEND], "!!!!!!", "dependencies") &&
                 rows_sound(reader, &rows[FIRST_PRIVILEGES], "!!!---", "owners");
    for (size_t i = 0; sound && i < steps->n; i++) sound = kind_rows_sound(reader, steps->at[i].kind, &rows[FIRST_COUNT + i]);
    return sound;
}

static void take_first(struct reader *reader, const struct steps *steps, const struct rows *rows)
{
    read_members(reader, &rows[FIRST_MEMBERS]);
    for (size_t i = 0; i < steps->n; i++) decode_rows(reader, steps->at[i].kind, &rows[FIRST_COUNT + i]);
    read_comments(reader, &rows[FIRST_COMMENTS]);
    unhandled_rows(reader, &rows[FIRST_UNHANDLED]);
    depend_rows(reader, &rows[FIRST_DEPEND]);
    privileges_rows(reader, &rows[FIRST_PRIVILEGES]);
}

static enum outcome first_round(struct reader *reader, const struct steps *steps, bool last)
{
    const char *sql[FIRST_COUNT + STEPS_MAX];
    struct rows rows[FIRST_COUNT + STEPS_MAX];
    struct server_error error;
    size_t failed;
    size_t n = first_queries(reader, steps, sql);
    if (!conn_pipeline(reader->conn, sql, n, rows, &error, &failed)) return refused(reader, &error, last);
    bool sound = first_sound(reader, steps, rows);
    if (sound) take_first(reader, steps, rows);
    free_rows(rows, n);
    return sound ? READ_DONE : READ_FAILED;
}

static bool second_sound(struct reader *reader, const struct rows *rows)
{
    static const char *const shapes[LOOKUP_COUNT] = {
        [LOOKUP_TYPES] = "--------",  [LOOKUP_CLASSES] = "!!!!!!!", [LOOKUP_COLLATIONS] = "!!!",  [LOOKUP_OPERATORS] = "!!!",
        [LOOKUP_RELATIONS] = "!!!", [LOOKUP_COLUMNS] = "!-!!",    [LOOKUP_NAMESPACES] = "!-!", [LOOKUP_BUILDING] = "-",
    };
    bool sound = true;
    for (size_t i = 0; sound && i < LOOKUP_COUNT; i++) sound = rows_sound(reader, &rows[i], shapes[i], "names");
    return sound && (rows[LOOKUP_TYPES].n_rows == reader->types.n || catalog_unsound(reader, "types are missing", NULL));
}

static enum outcome second_round(struct reader *reader, bool last)
{
    const char *sql[LOOKUP_COUNT];
    struct rows rows[LOOKUP_COUNT];
    struct server_error error;
    size_t failed;
    lookup_queries(reader, sql);
    if (!conn_pipeline(reader->conn, sql, LOOKUP_COUNT, rows, &error, &failed)) return refused(reader, &error, last);
    bool sound = second_sound(reader, rows);
    if (sound) lookup_answers(reader, rows);
    free_rows(rows, LOOKUP_COUNT);
    return sound ? READ_DONE : READ_FAILED;
}

static enum outcome third_round(struct reader *reader, struct watch *watch, bool *moved, bool last)
{
    const char *keys = keys_query(reader);
    const char *sql[LAST_COUNT] = {keys ? keys : "SELECT NULL", watch->no_mark ? "SELECT NULL" : mark_query()};
    struct rows rows[LAST_COUNT];
    struct server_error error;
    size_t failed;
    if (!conn_pipeline(reader->conn, sql, LAST_COUNT, rows, &error, &failed)) return refused(reader, &error, last);
    bool sound = rows_sound(reader, &rows[LAST_KEYS], "-", "indexes");
    if (sound && keys) keys_answers(reader, &rows[LAST_KEYS]);
    *moved = watch->no_mark || watch->careful || !str_eq(watch->mark, only_cell(reader, &rows[LAST_MARK]));
    free_rows(rows, LAST_COUNT);
    return sound && schema_sound(reader) ? READ_DONE : READ_FAILED;
}

/* Something was written meanwhile: compare the catalogs as our snapshot shows them with what they are now. */
static enum outcome compare_fingerprints(struct reader *reader, bool last)
{
    const char *prints = fingerprint_query(reader->ctx->arena), *sql[] = {prints, "COMMIT", prints};
    struct rows rows[3];
    struct server_error error;
    size_t failed;
    if (!conn_pipeline(reader->conn, sql, 3, rows, &error, &failed)) return refused(reader, &error, last);
    bool same = str_eq(only_cell(reader, &rows[0]), only_cell(reader, &rows[2]));
    free_rows(rows, 3);
    return same && reader->awaited == 0 ? READ_DONE : READ_MOVED;
}

/* Nothing was written since the mark was taken. Between snapshot and mark neither, if the next snapshot is the same. */
static enum outcome compare_snapshots(struct reader *reader, struct watch *watch, bool last)
{
    const char *sql[] = {"COMMIT", snapshot_query()};
    struct rows rows[2];
    struct server_error error;
    size_t failed;
    if (!conn_pipeline(reader->conn, sql, 2, rows, &error, &failed)) return refused(reader, &error, last);
    watch->careful = !str_eq(watch->snapshot, only_cell(reader, &rows[1]));
    free_rows(rows, 2);
    return !watch->careful && reader->awaited == 0 ? READ_DONE : READ_MOVED;
}

static struct reader *reader_new(struct conn *conn, const struct catalog_options *options)
{
    struct reader *reader = ARENA_NEW(conn->ctx->arena, struct reader);
    reader->ctx = conn->ctx;
    reader->conn = conn;
    reader->options = options;
    reader->schema = schema_new(conn->ctx, true);
    reader->schema->version = conn->version;
    oid_map_init(&reader->objects, conn->ctx->arena);
    oid_map_init(&reader->same, conn->ctx->arena);
    oid_map_init(&reader->members, conn->ctx->arena);
    oid_map_init(&reader->type_map, conn->ctx->arena);
    return reader;
}

static enum outcome read_once(struct reader *reader, struct watch *watch, bool last)
{
    bool moved = false;
    struct steps *steps = ARENA_NEW(reader->ctx->arena, struct steps);
    enum outcome outcome = zero_round(reader, watch, steps, last);
    if (outcome == READ_DONE) outcome = first_round(reader, steps, last);
    if (outcome == READ_DONE) outcome = second_round(reader, last);
    if (outcome == READ_DONE) outcome = third_round(reader, watch, &moved, last);
    if (outcome != READ_DONE) return outcome;
    return moved ? compare_fingerprints(reader, last) : compare_snapshots(reader, watch, last);
}

struct schema *catalog_read(struct conn *conn, const struct catalog_options *options)
{
    static const struct catalog_options everything;
    struct watch watch = {0};
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        bool no_mark = watch.no_mark;
        struct reader *reader = reader_new(conn, options ? options : &everything);
        enum outcome outcome = read_once(reader, &watch, attempt == ATTEMPTS);
        if (outcome == READ_DONE) return reader->schema;
        if (outcome == READ_FAILED) return NULL;
        if (watch.no_mark && !no_mark)
            attempt--; /* learned that the server has no mark: not the database's restlessness */
    }
    diag_add(conn->ctx, D_SERVER, (struct span){0},
             "the database's schema changed each time while it was read (%d times): try again later", ATTEMPTS);
    return NULL;
}

static long long only_number(struct conn *conn, const char *sql)
{
    struct rows rows;
    struct server_error error;
    if (!conn_query(conn, sql, &rows, &error)) return -1;
    const char *text = rows.n_rows ? rows_get(&rows, 0, 0) : NULL;
    long long number = text ? strtoll(text, NULL, 10) : -1;
    rows_free(&rows);
    return number;
}

long long catalog_rows(struct conn *conn, const struct object *table)
{
    struct arena *arena = conn->ctx->arena;
    struct buf name = buf_new(arena);
    const struct object *schema = object_schema(table);
    sql_qname(&name, schema ? schema->name : NULL, table->name);
    const char *known = arena_printf(
        arena,
        "SELECT CASE WHEN relpages > 0 AND reltuples >= 0 THEN reltuples::int8 END FROM pg_catalog.pg_class"
        " WHERE oid = pg_catalog.to_regclass(%s)",
        sql_literal_str(arena, name.text));
    long long rows = only_number(conn, known);
    if (rows >= 0) return rows;
    /* Never analysed: a count that stops early is cheap, and exact where it matters. */
    return only_number(conn, arena_printf(arena, "SELECT count(*) FROM (SELECT FROM %s LIMIT 10001) AS r", name.text));
}
