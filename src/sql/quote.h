/* quote.h: the one place that turns names and texts into SQL. */
#ifndef MODELC_SQL_QUOTE_H
#define MODELC_SQL_QUOTE_H

#include <stdbool.h>

#include "base/str.h"

/* Whether a name must be quoted: anything but [a-z_][a-z0-9_$]*, or a keyword that libpg_query's scanner
 * does not call unreserved. */
bool sql_needs_quotes(const char *name);
void sql_ident(struct buf *buf, const char *name);
/* schema may be NULL: the name alone. */
void sql_qname(struct buf *buf, const char *schema, const char *name);
/* 'text', or E'..' where it holds a backslash; safe under either standard_conforming_strings. NULL -> NULL. */
void sql_literal(struct buf *buf, const char *text);
/* $tag$..$tag$ with a tag that the text does not hold. */
void sql_dollar(struct buf *buf, const char *text, const char *tag);
/* As a new arena string. */
const char *sql_ident_str(struct arena *arena, const char *name);
const char *sql_qname_str(struct arena *arena, const char *schema, const char *name);
const char *sql_literal_str(struct arena *arena, const char *text);
/* What a quoted text means: "a""b", 'it''s', and the same after U&, with escapes: U&"a\000Ab". */
const char *sql_unquote(struct arena *arena, const char *text, size_t len);
/* Folds an identifier as PostgreSQL reads it: "Mixed" verbatim with "" undone, else ASCII lower case; cut at
 * 63 bytes at a character's end. */
const char *sql_fold(struct arena *arena, const char *text, size_t len);
/* A name PostgreSQL would choose (makeObjectName): name1[_name2]_label cut to 63 bytes, the longer part first. */
const char *sql_object_name(struct arena *arena, const char *name1, const char *name2, const char *label);

#endif
