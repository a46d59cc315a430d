/* plain.c: SQL files of other tools: goose, sql-migrate, dbmate, golang-migrate, Flyway, Diesel, Sqitch, psql scripts (script.c). */
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "review/load.h"
#include "revision/scan.h"
#include "sql/sql.h"

/* A file while it is read. */
struct reading {
    struct ctx *ctx;
    const struct source *source;
    const char *text;           /* as long as the source's; what is psql's is blank */
    struct review_file *file;
    bool up;
    bool wrapped;               /* the tool runs each direction in a transaction */
    int transactions;           /* begun so far */
    int current;                /* the one that statements are in, 0: none */
    bool begun;                 /* by a BEGIN of the file itself */
    const char *allow;
    struct span allow_span;
};

/* ---- comments that tools read */

static void begin_direction(struct reading *r, bool up, bool transaction)
{
    r->file->directions = true;
    r->up = up;
    r->wrapped = transaction;
    r->current = transaction ? ++r->transactions : 0;
    r->begun = false;
}

static bool has(const char *line, const char *word)
{
    return strcasestr(line, word) != NULL;
}

static void read_marker(struct reading *r, const char *line)
{
    bool tool = str_starts(line, "+goose") || str_starts(line, "+migrate") || str_starts(line, "migrate:") || str_starts(line, "rambler ");
    if (!tool) return;
    if (has(line, "NO TRANSACTION")) { /* goose: of the whole file */
        r->wrapped = false;
        r->current = 0;
    } else if (has(line, "down")) {
        begin_direction(r, false,
                        r->file->directions ? r->wrapped && !has(line, "notransaction") && !has(line, "transaction:false") : true);
    } else if (has(line, "up")) {
        bool no_transaction = has(line, "notransaction") || has(line, "transaction:false") || has(r->source->text, "+goose NO TRANSACTION");
        begin_direction(r, true, !no_transaction);
    }
}

/* Of the statement below it, or of the one before it on its line. */
static void read_allow(struct reading *r, const char *value, size_t start, size_t end)
{
    struct arena *arena = r->ctx->arena;
    size_t n = r->file->statements.n;
    struct review_statement *last = n && !r->allow ? &r->file->statements.at[n - 1] : NULL;
    struct span span = {r->source->base + (uint32_t)start, r->source->base + (uint32_t)end};
    size_t behind = last ? last->span.end - r->source->base : 0;
    if (last && scan_line_end(r->text, r->source->len, behind) >= start) {
        last->allow = last->allow ? arena_printf(arena, "%s\n%s", last->allow, value) : value;
        last->allow_span = span;
        return;
    }
    r->allow = r->allow ? arena_printf(arena, "%s\n%s", r->allow, value) : value;
    r->allow_span = span;
}

static void read_comment(struct reading *r, size_t start, size_t end)
{
    struct arena *arena = r->ctx->arena;
    size_t from = start + 2;
    while (from < end && (r->text[from] == ' ' || r->text[from] == '\t')) from++;
    const char *line = str_trim(arena, arena_strndup(arena, r->text + from, end - from));
    static const char allow[] = "modelc:allow";
    const char *value = line + strlen(allow);
    if (str_starts(line, allow) && (!*value || scan_is_blank(*value))) read_allow(r, str_trim(arena, value), from, end);
    read_marker(r, line);
}

/* ---- statements */

static void follow_transaction(struct reading *r, const struct review_statement *statement)
{
    for (size_t i = 0; i < statement->acts.n; i++) {
        enum sql_act_what what = statement->acts.at[i].what;
        if (what == ACT_BEGIN && r->current == 0) {
            r->current = ++r->transactions;
            r->begun = true;
            r->file->open_transaction = r->current;
            r->file->open_span = statement->span;
        }
        if ((what == ACT_COMMIT || what == ACT_ROLLBACK) && r->current) {
            r->current = r->wrapped && !r->begun ? r->current : 0;
            r->begun = false;
            r->file->open_transaction = 0;
        }
    }
}

static void add_statement(struct reading *r, size_t start, size_t end)
{
    struct arena *arena = r->ctx->arena;
    struct review_statement statement = {
        .sql = arena_strndup(arena, r->text + start, end - start),
        .span = {r->source->base + (uint32_t)start, r->source->base + (uint32_t)end},
        .allow = r->allow, .allow_span = r->allow_span, .up = r->up, .transaction = r->current,
    };
    load_statement(r->ctx, &statement);
    vec_push(arena, &r->file->statements, statement);
    r->allow = NULL;
    follow_transaction(r, &statement);
}

/* Comments before the first piece of a statement tell things; false: there is nothing but comments. */
static bool skip_comments(struct reading *r, size_t *start, size_t end)
{
    const char *text = arena_strndup(r->ctx->arena, r->text + *start, end - *start);
    struct scan *scan = scan_new(r->ctx->arena, text, end - *start);
    for (struct scan_piece piece = scan_next(scan); piece.token != SCAN_END; piece = scan_next(scan)) {
        if (piece.token == SCAN_LINE_COMMENT) read_comment(r, *start + piece.start, *start + piece.end);
        else if (piece.token != SCAN_BLOCK_COMMENT && piece.token != SCAN_SEMICOLON) {
            *start += piece.start;
            return true;
        }
    }
    return false;
}

/* A body of BEGIN ATOMIC holds semicolons: the pieces of it are put together again. */
static size_t whole_routine(struct reading *r, const struct sql_stretches *places, size_t at, size_t start)
{
    struct arena *arena = r->ctx->arena;
    struct sql_acts acts;
    struct sql_error error;
    size_t offset, end = places->at[at].offset + places->at[at].length;
    if (!sql_find_words(arena, arena_strndup(arena, r->text + start, end - start), "begin atomic", &offset)) return at;
    for (size_t i = at; i < places->n; i++) {
        end = places->at[i].offset + places->at[i].length;
        if (sql_acts(arena, arena_strndup(arena, r->text + start, end - start), &acts, &error)) return i;
    }
    return at;
}

/* Comments behind the statement's last piece aren't its own. */
static size_t without_tail(struct reading *r, size_t start, size_t end)
{
    const char *text = arena_strndup(r->ctx->arena, r->text + start, end - start);
    struct scan *scan = scan_new(r->ctx->arena, text, end - start);
    size_t last = 0;
    for (struct scan_piece piece = scan_next(scan); piece.token != SCAN_END; piece = scan_next(scan)) {
        if (piece.token != SCAN_LINE_COMMENT && piece.token != SCAN_BLOCK_COMMENT) last = piece.end;
    }
    return start + last;
}

static void read_statements(struct reading *r)
{
    struct sql_stretches places = {0};
    struct sql_error error = {0};
    size_t behind = 0;
    if (!sql_split_places(r->ctx->arena, r->text, &places, &error)) {
        uint32_t at = r->source->base + (uint32_t)error.offset;
        struct review_statement broken = {.sql = "", .span = {at, at + 1}, .up = r->up, .defect = error.message,
                                          .defect_span = {at, at + 1}};
        vec_push(r->ctx->arena, &broken.acts, (struct sql_act){0});
        vec_push(r->ctx->arena, &r->file->statements, broken);
        return;
    }
    for (size_t i = 0; i < places.n; i++) {
        size_t start = places.at[i].offset, end = start + places.at[i].length;
        behind = end;
        if (!skip_comments(r, &start, end)) continue;
        i = whole_routine(r, &places, i, start);
        behind = places.at[i].offset + places.at[i].length;
        add_statement(r, start, without_tail(r, start, behind));
    }
    size_t end = r->source->len;
    /* behind a bracket that is never closed the splitter finds no end of a statement */
    if (behind < end && skip_comments(r, &behind, end)) add_statement(r, behind, without_tail(r, behind, end));
}

/* ---- what the file's name tells */

/* x.down.sql, x-down.sql, down.sql; Flyway's U2__x.sql; Sqitch's revert/x.sql */
static bool goes_down(const char *name)
{
    const char *base = path_base(name), *folder = strstr(name, "revert/");
    size_t len = strlen(base), tail = strlen("down.sql");
    bool down = str_ends(base, "down.sql") && (len == tail || strchr(".-_", base[len - tail - 1]));
    bool undo = *base == 'U' && base[1] >= '0' && base[1] <= '9' && strstr(base, "__");
    return down || undo || (folder && (folder == name || folder[-1] == '/'));
}

/* Flyway, Diesel and golang-migrate run a file as one transaction, unless it can't be. */
static bool is_wrapped(const char *name)
{
    const char *base = path_base(name);
    bool flyway = (*base == 'V' || *base == 'U' || *base == 'R') && strstr(base, "__");
    bool diesel = strcmp(base, "up.sql") == 0 || strcmp(base, "down.sql") == 0;
    return flyway || diesel || str_ends(base, ".up.sql") || str_ends(base, ".down.sql");
}

static void wrap(struct review_file *file)
{
    for (size_t i = 0; i < file->statements.n; i++) {
        const struct review_statement *statement = &file->statements.at[i];
        enum sql_act_what what = statement->acts.at[0].what;
        if (statement->transaction || statement->effect.outside_transaction || what == ACT_BEGIN || what == ACT_COMMIT) return;
    }
    for (size_t i = 0; i < file->statements.n; i++) file->statements.at[i].transaction = 1;
}

struct review_file *review_plain(struct ctx *ctx, const struct source *source)
{
    struct review_file *file = ARENA_NEW(ctx->arena, struct review_file);
    *file = (struct review_file){.name = source->name, .source = source};
    struct reading r = {.ctx = ctx, .source = source, .file = file, .up = !goes_down(source->name),
                        .text = plain_script(ctx->arena, source)};
    read_statements(&r);
    if (is_wrapped(source->name) && !file->directions) wrap(file);
    return file;
}
