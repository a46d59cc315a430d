/* raw.h: tokens and syntax trees as libpg_query gives them; for this folder only. */
#ifndef MODELC_SQL_RAW_H
#define MODELC_SQL_RAW_H

#include <jansson.h>

#include "sql/sql.h"

/* What memo.h keeps for this folder, numbered from these on by the island's sort; parsed lists go by the sort alone. */
enum { MEMO_SHAPE = 16, MEMO_CHECK = 32, MEMO_MENTIONS = 48, MEMO_QUOTES = 64 };

enum sql_keyword { KEYWORD_NONE, KEYWORD_UNRESERVED, KEYWORD_COL_NAME, KEYWORD_TYPE_FUNC_NAME, KEYWORD_RESERVED };

/* Kinds of token that matter here; an ASCII sign's kind is its character code. */
enum {
    TOKEN_IDENT = 258, TOKEN_UIDENT = 259, TOKEN_USCONST = 262, TOKEN_ICONST = 266, TOKEN_SQL_COMMENT = 275,
    TOKEN_C_COMMENT = 276
};

struct sql_token {
    size_t start, end; /* bytes */
    int kind;
    enum sql_keyword keyword;
};
struct sql_tokens { struct sql_token *at; size_t n, cap; };

/* The tokens of a text, comments left out. */
bool sql_scan(struct arena *arena, const char *text, struct sql_tokens *tokens, struct sql_error *error);
/* Whether a token is that word, in any case and not quoted. */
bool sql_token_is(const char *text, struct sql_token token, const char *word);
/* The index behind the bracket that closes the one at `open` (n where none does). */
size_t sql_close(const struct sql_tokens *tokens, size_t open);

/* The syntax tree of an island as JSON text. Its locations count from the start of a frame around the island:
 * subtract sql_frame_length(). False and *error (in the island's own bytes) where it does not parse. */
bool sql_parse(struct arena *arena, enum sql_island what, const char *text, const char **tree, struct sql_error *error);
size_t sql_frame_length(enum sql_island what);
/* The same, read; a new reference, NULL and *error where it does not parse. The statement's node, without the list
 * around it: {"SelectStmt": {...}}; several statements are an error. */
json_t *sql_parse_node(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error);

/* What stands for a statement of a newer PostgreSQL that does not parse (stand_in.c); NULL: nothing does. sql_parse_node() and
 * sql_statement_node() read it; shapes and mentions, which tell what is inside, go without. */
const char *sql_stand_in(struct arena *arena, const char *text);

/* The same of a tree at hand; `text` is what it was parsed from. */
json_t *sql_tree_node(const char *text, const char *tree, struct sql_error *error);
/* The node of a statement without what is long and tells nothing of what it is about: columns, queries, conditions, commands. */
json_t *sql_statement_node(struct arena *arena, const char *text, struct sql_error *error);
/* A TypeName node, read; false where its modifiers are no constants or it has no name. */
bool sql_type_of_node(struct arena *arena, const json_t *written, struct sql_type *type);
/* The same as text, less its modifiers: integer, media.mood[], t.c%TYPE; NULL where it is none. */
const char *json_type_text(struct arena *arena, const json_t *written);
/* The end of the JSON string whose opening quote is at `json`: behind the closing one. */
const char *json_string_end(const char *json);

/* Walks down object members and array elements: "a", "b", NULL; a number is an index. NULL where something lacks. */
const json_t *json_at(const json_t *from, ...) __attribute__((sentinel));
/* A member that is a string, NULL where it isn't. */
const char *json_member(const json_t *object, const char *key);
/* The last name of a list of String nodes, *schema the one before it or NULL; NULL for an empty list. */
const char *json_qname(struct arena *arena, const json_t *list, const char **schema);
/* The place of a node in the island: its location less the frame, 0 where it has none. */
size_t json_offset(const json_t *node, enum sql_island what);
/* Integer, Float, String, Boolean and A_Const nodes as text; NULL for anything else. */
const char *json_constant(struct arena *arena, const json_t *node);
/* An option's value as PostgreSQL stores it: `on`, off (a bare word is parsed as a type's name); "true" where there is none. */
const char *json_option_value(struct arena *arena, const json_t *arg);
/* Whether a function of this name, PostgreSQL's own or a usual extension's, gives each row another value. */
bool name_is_volatile(const char *name);

#endif
