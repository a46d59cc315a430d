/* island.h: where a piece of SQL ends, by PostgreSQL's lexical rules: quotes, E'', dollar quotes, nested comments. */
#ifndef MODELC_MODEL_ISLAND_H
#define MODELC_MODEL_ISLAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Offset after the `)` that closes the `(` at `open`; 0 where there is none: the text ends, or a brace or `;`
 * on a later line (SQL has neither there) shows that the parenthesis was forgotten. */
size_t island_close(const char *text, size_t len, size_t open);

/* An island without parentheses: to the end of the item, for a default also to the next column word. */
struct free_island {
    size_t start, end;      /* without white space and comments at both ends */
    size_t next;            /* where reading goes on */
    const char *problem;    /* NULL, or what is unclosed, at .. */
    size_t problem_at;
    size_t annotation;      /* where an @name stands in a `where`, or 0 */
};
struct free_island island_free(const char *text, size_t len, size_t pos, bool is_default);

/* A top-level statement from its verb to its `;`. */
struct statement {
    size_t end;             /* of the statement without its `;` */
    size_t next;            /* after the `;`, or where reading goes on if there is none */
    bool missing;           /* no `;` */
    size_t unclosed;        /* where a quote or comment opens that is not closed, or 0 */
    bool brace;             /* a brace was met, which SQL does not have */
};
struct statement island_statement(const char *text, size_t len, size_t start);

/* Whether the next line that is not empty, from `pos` on, begins with a word that continues the item above, or `->`. */
bool island_continues(const char *text, size_t len, size_t pos);
/* After a nested comment that opens at `pos`; 0 where it is not closed. */
size_t island_comment(const char *text, size_t len, size_t pos);
/* Whether `table NAME ..`, `enum NAME ..` or the like begins here, and with a brace after the name if `braced`. */
bool island_starts_statement(const char *text, size_t len, size_t pos, bool braced);
/* One space for each run of white space and comments outside of quotes, none beside punctuation: a type as text. */
const char *island_squeeze(struct arena *arena, const char *text, size_t len);

#endif
