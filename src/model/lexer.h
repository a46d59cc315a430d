/* lexer.h: tokens for the grammar: line ends, continuation lines and SQL islands are settled here. */
#ifndef MODELC_MODEL_LEXER_H
#define MODELC_MODEL_LEXER_H

#include "base/ctx.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/build.h"

enum want { WANT_TOKEN, WANT_DEFAULT, WANT_WHERE, WANT_STATEMENT };

/* A comment outside of SQL islands. */
struct comment {
    struct span span;
    bool own_line; /* nothing but white space and comments before it on its line */
};

struct token {
    int kind;
    const char *value; /* of ISLAND and SQL: the text inside, NULL where it could not be read */
    struct span span;
    bool broken;       /* something in it, or before it, was reported */
};

struct lexer {
    const char *text;
    size_t len;
    void *flex;          /* the flex scanner (model.l) */
    struct map *words;   /* the language's words -> their token kinds */
    size_t pos;          /* end of the last raw token */
    bool line_used;      /* something but comments stands before `pos` on its line */
    bool labels;         /* inside an enum: anything of letters, digits and _ is a label */
    enum want want;      /* what the grammar asked for */
    struct token held;   /* read ahead, kind -1 for none */
    int previous;        /* kind of the last token given, NL at first */
    struct span last;
    bool owes_newline;   /* after `}` and `;` of a statement */
    bool closing;        /* a `}` is missing: close all blocks */
    bool broken;         /* the item at hand has been reported already */
    unsigned lost;       /* unclosed things so far */
    bool dead;           /* too many of them */
    struct token first;  /* first token of the item at hand */
    size_t item_tokens;
    VEC(struct span) blocks; /* the open `{` */
    VEC(struct comment) comments;
};

void lexer_begin(struct reader *r);
void lexer_end(struct reader *r);

/* Called by grammar actions right after the word concerned, before anything else was read. */
void lexer_want(struct reader *r, enum want want);
void lexer_labels(struct reader *r);

/* Error recovery: `kind` is the token at which the parser stands; true where it was skipped.
 * Goes to the end of the item, over whole blocks, or to the `{` of a header. */
bool lexer_skip_item(struct reader *r, int kind);
bool lexer_skip_header(struct reader *r, int kind);

/* ---- between lexer.c and model.l */

void scan_begin(struct reader *r);
void scan_end(struct reader *r);
/* The next token as it stands in the text. */
struct token scan_token(struct reader *r);
/* Moves on to a later offset of the text. */
void scan_to(struct reader *r, size_t offset);
/* At `(`: the island up to its `)`, or to the end of the line where it has none. */
struct token lexer_island(struct reader *r, size_t open);
int lexer_word(struct reader *r, size_t start, size_t len);
void lexer_comment(struct reader *r, size_t start, size_t end);
/* Reports something unclosed; gives the file up after too many. */
struct diag *lexer_lost(struct reader *r, struct span span, const char *message);
/* The end of the line at `pos`, less white space. */
size_t lexer_line_end(const struct lexer *lexer, size_t pos);
struct span lexer_span(const struct reader *r, size_t start, size_t end);

union GRAMMAR_STYPE;
/* The parser's next token. */
int grammar_lex(union GRAMMAR_STYPE *value, struct span *span, struct reader *r);
/* From model.y: the kind of a word of the language, and how messages call a kind. */
int model_word_kind(const char *word);
const char *model_kind_name(int kind);

#endif
