/* load.c: runs a script on a throw-away database, statement by statement; what it lacks there (roles, tablespaces) is
 * made when the server says so: that finds every place a role can be named at, in any version's syntax. */
#include "pg/load.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "revision/scan.h"
#include "sql/quote.h"

enum { WORDS = 4 };

struct load {
    struct ctx *ctx;
    struct conn *conn;   /* the script's session: it may set what it likes */
    struct conn *helper; /* makes tablespaces, which can't be in the script's transaction */
    struct source *source;
    struct scan *scan;
    struct scan_piece piece;
};

struct statement_text {
    size_t start, end;
    const char *words[WORDS]; /* its first ones, lower case */
    size_t n_words;
    const char *last;         /* the piece before, if that is a word */
    bool after_dot;
    unsigned parens, blocks;  /* open parentheses; BEGIN ATOMIC, and CASE within it */
};

/* ---- what isn't SQL */

/* The end of a line, behind its newline. */
static size_t line_end(const char *text, size_t at)
{
    at += strcspn(text + at, "\n");
    return text[at] ? at + 1 : at;
}

static bool opens_copy(struct arena *arena, const char *line, size_t len)
{
    if (len < 5 || strncasecmp(line, "copy ", 5) != 0) return false;
    const char *text = str_trim(arena, arena_strndup(arena, line, len));
    return str_ends(text, ";") && strcasestr(text, " from stdin");
}

/* The rows below COPY .. FROM stdin, up to the line `\.`, become blanks: all places stay what they are. */
static char *without_rows(struct arena *arena, const struct source *source)
{
    char *text = arena_strndup(arena, source->text, source->len);
    struct arena *spare = arena_new();
    for (size_t at = 0, next; text[at]; at = next) {
        next = line_end(text, at);
        if (!opens_copy(spare, text + at, next - at)) continue;
        const char *close = str_starts(text + next, "\\.") ? text + next : strstr(text + next, "\n\\.");
        if (!close) continue;
        size_t end = line_end(text, (size_t)(close - text) + (*close == '\n'));
        for (; next < end; next++) {
            if (text[next] != '\n') text[next] = ' ';
        }
    }
    arena_free(spare);
    return text;
}

static struct span span_at(const struct load *load, size_t start, size_t end)
{
    return (struct span){load->source->base + (uint32_t)start, load->source->base + (uint32_t)end};
}

/* \restrict, \connect, \set and the like are left out; what would run more SQL can't be. */
static bool skip_backslash(struct load *load)
{
    static const char *const running[] = {"\\i ", "\\ir ", "\\include", "\\g"};
    const char *text = load->source->text;
    size_t start = load->piece.start, end = scan_line_end(text, load->source->len, start);
    bool good = true;
    for (size_t i = 0; i < sizeof running / sizeof *running; i++) {
        if (!str_starts(text + start, running[i])) continue;
        struct diag *diag = diag_add(load->ctx, D_SQL, span_at(load, start, end), "psql would run more here");
        diag_mend(load->ctx, diag, "mend", "write it in this place, or load all into a database and import that");
        good = false;
    }
    while (load->piece.token != SCAN_END && load->piece.start < end) load->piece = scan_next(load->scan);
    return good;
}

/* ---- one statement's text */

static bool word_is(const struct statement_text *statement, size_t i, const char *word)
{
    return i < statement->n_words && strcmp(statement->words[i], word) == 0;
}

/* BEGIN ATOMIC .. END of a routine holds statements with semicolons of their own, and CASE has an END, too. */
static void follow_blocks(struct statement_text *statement, const char *word)
{
    if (statement->parens || statement->after_dot || !word_is(statement, 0, "create")) return;
    if (!statement->blocks) {
        if (str_eq(statement->last, "begin") && str_eq(word, "atomic")) statement->blocks = 1;
    } else if (!str_eq(statement->last, "as")) {
        if (str_eq(word, "case")) statement->blocks++;
        if (str_eq(word, "end")) statement->blocks--;
    }
}

static void follow_word(struct load *load, struct statement_text *statement)
{
    size_t len = load->piece.end - load->piece.start;
    char *word = arena_strndup(load->ctx->arena, load->source->text + load->piece.start, len);
    for (char *c = word; *c; c++) *c = (char)tolower((unsigned char)*c);
    if (statement->n_words < WORDS) statement->words[statement->n_words++] = word;
    follow_blocks(statement, word);
    statement->last = word;
}

static void follow_piece(struct load *load, struct statement_text *statement)
{
    enum scan_token token = load->piece.token;
    if (token == SCAN_LINE_COMMENT || token == SCAN_BLOCK_COMMENT) return;
    if (token == SCAN_WORD) follow_word(load, statement);
    else statement->last = NULL;
    if (token == SCAN_OPEN) statement->parens++;
    if (token == SCAN_CLOSE && statement->parens) statement->parens--;
    statement->after_dot = token == SCAN_OTHER && load->source->text[load->piece.start] == '.';
    statement->end = load->piece.end;
}

static bool ends_here(const struct load *load, const struct statement_text *statement)
{
    enum scan_token token = load->piece.token;
    if (token == SCAN_SEMICOLON) return !statement->parens && !statement->blocks;
    return token == SCAN_END || token == SCAN_UNCLOSED || token == SCAN_BACKSLASH;
}

/* False where the script ends. */
static bool read_statement(struct load *load, struct statement_text *statement)
{
    while (load->piece.token == SCAN_SEMICOLON || load->piece.token == SCAN_LINE_COMMENT ||
           load->piece.token == SCAN_BLOCK_COMMENT)
        load->piece = scan_next(load->scan);
    if (load->piece.token == SCAN_END) return false;
    *statement = (struct statement_text){.start = load->piece.start, .end = load->piece.start};
    while (!ends_here(load, statement)) {
        follow_piece(load, statement);
        load->piece = scan_next(load->scan);
    }
    return true;
}

/* ---- running it */

/* Rows, and what is of the whole server. */
static bool is_left_out(const struct statement_text *statement)
{
    static const char *const lines[][2] = {
        {"insert", "into"}, {"update", ""}, {"delete", "from"}, {"copy", ""}, {"vacuum", ""}, {"analyze", ""},
        {"create", "database"}, {"alter", "database"}, {"drop", "database"}, {"comment", "database"},
        {"create", "tablespace"}, {"alter", "system"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!word_is(statement, 0, lines[i][0])) continue;
        bool comment = word_is(statement, 0, "comment");
        if (!*lines[i][1] || word_is(statement, comment ? 2 : 1, lines[i][1])) return true;
    }
    return false;
}

/* The name in `role "x" does not exist`, NULL: another message. */
static const char *missing(struct arena *arena, const struct server_error *error, const char *what)
{
    const char *start = arena_printf(arena, "%s \"", what);
    static const char end[] = "\" does not exist";
    if (!str_starts(error->message, start) || !str_ends(error->message, end)) return NULL;
    const char *name = error->message + strlen(start);
    return arena_strndup(arena, name, strlen(name) - strlen(end));
}

/* Makes what the server misses; true: try again. In a transaction a session does not see at once that another one made
 * the role that it missed: it makes it itself. */
static bool supply(struct load *load, const struct server_error *error)
{
    struct arena *arena = load->ctx->arena;
    struct server_error ignored;
    const char *role = missing(arena, error, "role"), *space = missing(arena, error, "tablespace");
    if (role) {
        const char *sql = arena_printf(arena, "CREATE ROLE %s NOLOGIN SUPERUSER", sql_ident_str(arena, role));
        return conn_query(load->conn, sql, NULL, &ignored);
    }
    if (!space) return false;
    const char *sql = arena_printf(arena, "CREATE TABLESPACE %s LOCATION ''", sql_ident_str(arena, space));
    return conn_query(load->helper, sql, NULL, &ignored);
}

/* There from the beginning, or of another version's dump. */
static bool is_harmless(const struct statement_text *statement, const struct server_error *error)
{
    bool creates = word_is(statement, 0, "create");
    bool setting = word_is(statement, 0, "set") && str_eq(error->sqlstate, "42704");
    bool schema = creates && word_is(statement, 1, "schema") && str_eq(error->sqlstate, "42P06");
    bool role = creates && word_is(statement, 1, "role") && str_eq(error->sqlstate, "42710");
    return setting || schema || role;
}

/* In a transaction of the script, a refused statement must not end it. */
static bool attempt(struct load *load, const char *sql, struct server_error *error)
{
    struct server_error ignored;
    if (conn_transaction(load->conn) != CONN_IN_TRANSACTION) return conn_query(load->conn, sql, NULL, error);
    conn_query(load->conn, "SAVEPOINT modelc_load", NULL, &ignored);
    bool done = conn_query(load->conn, sql, NULL, error);
    if (conn_transaction(load->conn) == CONN_FAILED_TRANSACTION)
        conn_query(load->conn, "ROLLBACK TO SAVEPOINT modelc_load", NULL, &ignored);
    return done;
}

static bool run_statement(struct load *load, const struct statement_text *statement)
{
    enum { MOST = 1000 }; /* things that one statement can lack */
    struct server_error error;
    struct span span = span_at(load, statement->start, statement->end);
    const char *sql = arena_strndup(load->ctx->arena, load->source->text + statement->start,
                                    statement->end - statement->start);
    if (is_left_out(statement)) return true;
    for (unsigned i = 0; i < MOST; i++) {
        if (attempt(load, sql, &error) || is_harmless(statement, &error)) return true;
        if (error.lost || !supply(load, &error)) break;
    }
    server_error_report(load->ctx, &error, span, "the script");
    return false;
}

static bool run_all(struct load *load)
{
    struct statement_text statement;
    while (load->piece.token != SCAN_END) {
        if (load->piece.token == SCAN_BACKSLASH) {
            if (!skip_backslash(load)) return false;
            continue;
        }
        if (load->piece.token == SCAN_UNCLOSED) {
            struct span open = span_at(load, load->piece.start, load->piece.start + 1);
            diag_add(load->ctx, D_SYNTAX, open, "this is never closed");
            return false;
        }
        if (read_statement(load, &statement) && !run_statement(load, &statement)) return false;
    }
    return true;
}

/* A session as psql would begin it. */
static struct conn *open_session(struct conn *conn)
{
    static const char settings[] = "SET lc_messages = 'C'; SET search_path TO DEFAULT";
    struct server_error error;
    struct conn *session = conn_again(conn, conn->database);
    if (!session || conn_query(session, settings, NULL, &error)) return session;
    server_error_report(conn->ctx, &error, (struct span){0, 0}, "cannot prepare the scratch server");
    conn_close(session);
    return NULL;
}

bool load_script(struct conn *conn, struct source *source)
{
    struct load load = {.ctx = conn->ctx, .conn = open_session(conn), .source = source};
    struct server_error ignored;
    load.helper = load.conn ? open_session(conn) : NULL;
    bool done = load.helper != NULL;
    if (done) {
        /* unknown before PostgreSQL 15: there a missing tablespace stays an error */
        conn_query(load.helper, "SET allow_in_place_tablespaces = on", NULL, &ignored);
        const char *text = without_rows(conn->ctx->arena, source);
        load.scan = scan_new(conn->ctx->arena, text, source->len);
        load.piece = scan_next(load.scan);
        done = run_all(&load);
    }
    conn_close(load.helper);
    conn_close(load.conn);
    return done;
}
