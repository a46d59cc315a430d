/* parse.c: reads a migration file: comments, directives and statements, one after another. */
#include <string.h>

#include "revision/ascii.h"
#include "revision/batch.h"
#include "revision/parse.h"
#include "revision/session.h"
#include "sql/sql.h"

struct span parser_span(const struct parser *parser, size_t start, size_t end)
{
    uint32_t base = parser->source->base;
    return (struct span){base + (uint32_t)start, base + (uint32_t)end};
}

unsigned parser_line(struct parser *parser, size_t at)
{
    const char *text = parser->source->text;
    for (; parser->counted < at; parser->counted++) {
        if (text[parser->counted] == '\n') parser->line++;
    }
    return parser->line;
}

struct section *parser_section(struct parser *parser)
{
    struct revision *revision = parser->revision;
    return parser->up ? &revision->up.at[revision->up.n - 1] : &revision->down.at[revision->down.n - 1];
}

/* Whether exactly one line end lies between two places: what stands there is directly above. */
static bool is_next_line(const char *text, size_t from, size_t to)
{
    unsigned ends = 0;
    for (size_t i = from; i < to; i++) {
        if (text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n')) ends++;
    }
    return ends == 1;
}

/* The message is the header's first line that says something. */
static void take_message(struct parser *parser, const char *line)
{
    const char *text = str_trim(parser->ctx->arena, line);
    if (!parser->body && !parser->revision->message && *text) parser->revision->message = text;
}

static void read_comment(struct parser *parser)
{
    const char *text = parser->source->text;
    struct scan_piece piece = parser->piece;
    size_t from = piece.start + 2;
    if (!scan_at_line_start(text, piece.start)) return;
    if (from < piece.end && text[from] == ' ') from++;
    const char *line = arena_strndup(parser->ctx->arena, text + from, piece.end - from);
    take_message(parser, line);
    if (parser->note_end && is_next_line(text, parser->note_end, piece.start)) {
        buf_addc(&parser->note, '\n');
    } else {
        parser->note = buf_new(parser->ctx->arena);
    }
    buf_add(&parser->note, line);
    parser->note_end = piece.end;
}

static void report_unclosed(struct parser *parser)
{
    size_t at = parser->piece.start;
    char first = parser->source->text[at];
    const char *what = first == '"' ? "this quoted name" : first == '$' ? "this dollar-quoted text"
                       : first == '/' ? "this comment" : "this text in quotes";
    diag_add(parser->ctx, D_SYNTAX, parser_span(parser, at, at + (first == '/' ? 2 : 1)), "%s is never closed", what);
}

/* \i, \. and the like: psql would read them, the server can't. The rest of the line is left out. */
static void read_backslash(struct parser *parser)
{
    size_t at = parser->piece.start;
    size_t end = scan_line_end(parser->source->text, parser->source->len, at);
    struct diag *diag = diag_add(parser->ctx, D_REVISION, parser_span(parser, at, end),
                                 "a backslash line is for psql, a migration holds SQL only");
    diag_mend(parser->ctx, diag, "mend", "write the statements themselves");
    while (parser->piece.token != SCAN_END && parser->piece.start < end) parser->piece = scan_next(parser->scan);
}

/* A statement while it is read. */
struct reading {
    size_t start, end;             /* from its first piece to the end of its last */
    const char *words[4];          /* its first words */
    size_t n_words, n_pieces;
    const char *last;              /* the word that is the piece before, else NULL */
    bool after_dot;                /* the piece before is a dot: what follows is a name, whatever it looks like */
    unsigned parens, blocks;       /* open ( and BEGIN ATOMIC or CASE within it */
    size_t paren_at;               /* the outermost open ( */
    bool copies;                   /* COPY from or to the client */
};

static bool is_routine(const struct reading *reading)
{
    const char *const *word = reading->words;
    if (reading->n_words < 2 || strcmp(word[0], "create") != 0) return false;
    size_t at = reading->n_words == 4 && strcmp(word[1], "or") == 0 && strcmp(word[2], "replace") == 0 ? 3 : 1;
    return strcmp(word[at], "function") == 0 || strcmp(word[at], "procedure") == 0;
}

/* BEGIN ATOMIC .. END holds statements with semicolons of their own, and CASE has an END, too. */
static void follow_blocks(struct reading *reading, const char *word)
{
    if (reading->parens > 0 || reading->after_dot || !is_routine(reading)) return;
    if (reading->blocks == 0) {
        if (str_eq(reading->last, "begin") && strcmp(word, "atomic") == 0) reading->blocks = 1;
    } else if (!str_eq(reading->last, "as")) {
        if (strcmp(word, "case") == 0) reading->blocks++;
        if (strcmp(word, "end") == 0) reading->blocks--;
    }
}

static void follow_word(struct parser *parser, struct reading *reading)
{
    struct scan_piece piece = parser->piece;
    char *word = arena_strndup(parser->ctx->arena, parser->source->text + piece.start, piece.end - piece.start);
    for (char *c = word; *c; c++) *c = ascii_lower(*c);
    if (reading->n_words < 4) reading->words[reading->n_words++] = word;
    if (reading->parens == 0 && strcmp(reading->words[0], "copy") == 0 && reading->last) {
        reading->copies |= (strcmp(reading->last, "from") == 0 && strcmp(word, "stdin") == 0) ||
                           (strcmp(reading->last, "to") == 0 && strcmp(word, "stdout") == 0);
    }
    follow_blocks(reading, word);
    reading->last = word;
}

static void follow_piece(struct parser *parser, struct reading *reading)
{
    struct scan_piece piece = parser->piece;
    reading->n_pieces++;
    reading->end = piece.end;
    if (piece.token == SCAN_WORD) {
        follow_word(parser, reading);
    } else {
        reading->last = NULL;
    }
    if (piece.token == SCAN_OPEN && reading->parens++ == 0) reading->paren_at = piece.start;
    if (piece.token == SCAN_CLOSE && reading->parens > 0) reading->parens--;
    reading->after_dot = piece.token == SCAN_OTHER && parser->source->text[piece.start] == '.';
}

static void report_open_statement(struct parser *parser, const struct reading *reading, bool at_end)
{
    size_t first_end = scan_line_end(parser->source->text, reading->end, reading->start);
    struct diag *diag = diag_add(parser->ctx, D_SYNTAX, parser_span(parser, reading->start, first_end),
                                 at_end ? "this statement has no `;` at its end"
                                        : "this statement has no `;` before the next directive");
    if (reading->parens > 0) {
        diag_note(parser->ctx, diag, parser_span(parser, reading->paren_at, reading->paren_at + 1),
                  "this parenthesis is still open");
    }
    if (reading->blocks > 0) diag_mend(parser->ctx, diag, "hint", "BEGIN ATOMIC or CASE lacks its END");
}

static bool begins_with(const struct reading *reading, const char *const *words)
{
    size_t i = 0;
    while (words[i] && i < reading->n_words && str_eq(words[i], reading->words[i])) i++;
    return !words[i];
}

/* The statements that migrations are made of can be told by their first words; reading them whole, on every run and for every
 * revision there is, would cost more than all the rest. NULL: it has to be read. */
static const char *quick_verb(const struct reading *reading, const char *sql)
{
    static const struct { const char *words[4]; const char *verb; } quick[] = {
        {{"create", "table"}, "CREATE TABLE"}, {{"create", "unlogged", "table"}, "CREATE TABLE"},
        {{"create", "index"}, "CREATE INDEX"}, {{"create", "unique", "index"}, "CREATE INDEX"},
        {{"create", "type"}, "CREATE TYPE"}, {{"create", "sequence"}, "CREATE SEQUENCE"},
        {{"create", "schema"}, "CREATE SCHEMA"}, {{"alter", "table"}, "ALTER TABLE"},
        {{"alter", "index"}, "ALTER INDEX"}, {{"alter", "sequence"}, "ALTER SEQUENCE"},
        {{"drop", "table"}, "DROP TABLE"}, {{"drop", "index"}, "DROP INDEX"}, {{"drop", "type"}, "DROP TYPE"},
        {{"drop", "sequence"}, "DROP SEQUENCE"}, {{"drop", "schema"}, "DROP SCHEMA"},
    };
    if (strcasestr(sql, "concurrently")) return NULL;
    for (size_t i = 0; i < sizeof quick / sizeof *quick; i++) {
        if (begins_with(reading, quick[i].words)) return quick[i].verb;
    }
    return NULL;
}

static const char *verb_of(struct parser *parser, const struct reading *reading, struct sql_statement *class,
                           const char *sql)
{
    struct sql_error error = {0};
    *class = (struct sql_statement){.class = SQL_OTHER};
    const char *quick = quick_verb(reading, sql);
    if (quick) return quick;
    if (sql_classify(parser->ctx->arena, sql, class, &error) && class->verb) return class->verb;
    /* A newer server may understand what our parser doesn't: not a defect of the file. */
    *class = (struct sql_statement){.class = SQL_OTHER};
    struct buf verb = buf_new(parser->ctx->arena);
    for (size_t i = 0; i < 2 && i < reading->n_words; i++) {
        if (i) buf_addc(&verb, ' ');
        for (const char *c = reading->words[i]; *c; c++) buf_addc(&verb, ascii_upper(*c));
    }
    return verb.len ? verb.text : "statement";
}

static void check_transaction(struct parser *parser, const struct sql_statement *class,
                              const struct statement *statement)
{
    if (!class->outside_transaction || !parser_section(parser)->transaction) return;
    struct diag *diag = diag_add(parser->ctx, D_REVISION, statement->span, "%s can't run in a transaction",
                                 statement->verb);
    diag_mend(parser->ctx, diag, "mend", "write `-- modelc:%s no-transaction` above it",
              parser->up ? "upgrade" : "downgrade");
}

void parser_drop_batch(struct parser *parser)
{
    if (parser->batch) diag_add(parser->ctx, D_REVISION, parser->batch->span, "modelc:batch stands above no statement");
    parser->batch = NULL;
}

/* The statement's batches, where it can be run so and has them. */
static const struct batch *join_batch(struct parser *parser, const struct statement *statement)
{
    struct batch *batch = parser->batch;
    parser->batch = NULL;
    if (!batch || !batch_join(parser->ctx, batch, statement)) return NULL;
    if (!parser_section(parser)->transaction) return batch;
    struct diag *diag = diag_add(parser->ctx, D_REVISION, batch->span, "batches can't run in a transaction: each is one of its own");
    diag_mend(parser->ctx, diag, "mend", "write `-- modelc:%s no-transaction` above it", parser->up ? "upgrade" : "downgrade");
    return NULL;
}

static void push_statement(struct parser *parser, const struct reading *reading)
{
    const char *text = parser->source->text;
    struct sql_statement class;
    struct statement statement = {
        .sql = arena_strndup(parser->ctx->arena, text + reading->start, reading->end - reading->start),
        .span = parser_span(parser, reading->start, reading->end),
        .line = parser_line(parser, reading->start),
        .search_path = parser->search_path,
        .origin = parser->origin,
        .reason = parser->reason,
        .allow = parser->allow,
    };
    if (parser->note_end && is_next_line(text, parser->note_end, reading->start)) statement.note = parser->note.text;
    parser->allow = NULL;
    if (session_refuses(parser->ctx, reading->words, reading->n_words, reading->copies, statement.span)) return;
    if (!parser->in_section) {
        struct diag *diag = diag_add(parser->ctx, D_REVISION, statement.span, "this statement stands in no section");
        diag_mend(parser->ctx, diag, "mend", "write `-- modelc:upgrade` or `-- modelc:downgrade` above it");
        return;
    }
    statement.verb = verb_of(parser, reading, &class, statement.sql);
    check_transaction(parser, &class, &statement);
    statement.batch = join_batch(parser, &statement);
    vec_push(parser->ctx->arena, &parser_section(parser)->statements, statement);
}

/* Whether the statement goes on with the present piece; if not, its defect, if any, is reported. */
static bool goes_on(struct parser *parser, const struct reading *reading)
{
    size_t name_at;
    struct scan_piece piece = parser->piece;
    switch (piece.token) {
    case SCAN_SEMICOLON:
        return reading->parens > 0 || reading->blocks > 0;
    case SCAN_END:
        report_open_statement(parser, reading, true);
        return false;
    case SCAN_UNCLOSED: /* read_piece reports it */
        return false;
    case SCAN_LINE_COMMENT:
        if (!scan_is_directive(parser->source->text + piece.start, piece.end - piece.start, &name_at)) return true;
        report_open_statement(parser, reading, false);
        return false;
    default:
        return true;
    }
}

/* Comments and blanks behind the last piece don't belong to the statement, so that `sql;` is always right. */
static void read_statement(struct parser *parser)
{
    struct reading reading = {.start = parser->piece.start, .end = parser->piece.start};
    while (goes_on(parser, &reading)) {
        enum scan_token token = parser->piece.token;
        if (token == SCAN_BACKSLASH) {
            read_backslash(parser);
            continue;
        }
        if (token != SCAN_LINE_COMMENT && token != SCAN_BLOCK_COMMENT) follow_piece(parser, &reading);
        parser->piece = scan_next(parser->scan);
    }
    if (reading.n_pieces > 0) push_statement(parser, &reading);
    parser->note_end = 0;
    if (parser->piece.token == SCAN_SEMICOLON) parser->piece = scan_next(parser->scan);
}

static void read_piece(struct parser *parser)
{
    size_t name_at;
    struct scan_piece piece = parser->piece;
    switch (piece.token) {
    case SCAN_LINE_COMMENT:
        if (scan_is_directive(parser->source->text + piece.start, piece.end - piece.start, &name_at)) {
            parse_directive(parser, name_at);
            parser->note_end = 0;
        } else {
            read_comment(parser);
        }
        break;
    case SCAN_BLOCK_COMMENT:
    case SCAN_SEMICOLON:
        parser->note_end = 0;
        break;
    case SCAN_UNCLOSED:
        report_unclosed(parser);
        break;
    case SCAN_BACKSLASH:
        read_backslash(parser);
        return;
    default:
        read_statement(parser);
        return;
    }
    parser->piece = scan_next(parser->scan);
}

static void check_whole(struct parser *parser)
{
    struct revision *revision = parser->revision;
    struct ctx *ctx = parser->ctx;
    if (revision->irreversible && revision->down.n > 0) {
        struct diag *diag = diag_add(ctx, D_REVISION, revision->irreversible_span,
                                     "irreversible, and yet there is a downgrade");
        diag_note(ctx, diag, revision->down.at[0].span, "the downgrade");
    }
    bool does_something = revision->up.n > 0 && revision->up.at[0].statements.n > 0;
    if (does_something && !revision->irreversible && revision->down.n == 0) {
        struct diag *diag = diag_add(ctx, D_REVISION, revision->header, "this revision has no downgrade");
        diag_mend(ctx, diag, "mend",
                  "write `-- modelc:downgrade` and its statements, or `-- modelc:irreversible REASON`");
    }
}

struct revision *revision_parse(struct ctx *ctx, struct source *source)
{
    struct revision *revision = ARENA_NEW(ctx->arena, struct revision);
    struct parser parser = {
        .ctx = ctx,
        .source = source,
        .revision = revision,
        .scan = scan_new(ctx->arena, source->text, source->len),
        .line = 1,
        .objects = map_new(ctx->arena),
    };
    revision->source = source;
    revision->retries = -1;
    revision->header = parser_span(&parser, 0, scan_line_end(source->text, source->len, 0));
    parser.piece = scan_next(parser.scan);
    while (parser.piece.token != SCAN_END) read_piece(&parser);
    parser_drop_batch(&parser);
    if (!revision->message) revision->message = "";
    if (!revision->id) {
        struct diag *diag = diag_file(ctx, D_REVISION, source->name, "no line `-- modelc:revision ID`");
        diag_mend(ctx, diag, "hint", "every .sql file in the migrations folder is a revision");
        return NULL;
    }
    check_whole(&parser);
    return revision;
}
