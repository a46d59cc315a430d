/* canonical.h: lets the server say what an expression would look like once stored (docs: exact-diff.md). */
#ifndef MODELC_CANONICAL_H
#define MODELC_CANONICAL_H

#include "pg/conn.h"
#include "schema/diff.h"

/* Answers diff->questions: sets expr.canonical / key.canonical on the model side (M) and, where the table's columns are renamed or change
 * their type, or where M differs from the live text, on the live side (L'). One batch on temp tables in a transaction that is
 * rolled back; nothing of the user's is locked. What a temp table can't tell (field->shadow, or what the server refuses) is asked on
 * `scratch_url`'s or the embedded scratch server (pg/shadow.h), which starts only then; what can't be judged at all goes to
 * diff->not_verified and counts as equal. False only where the connection broke.
 * `cache`: a file that keeps what was proven equal, so that it is asked once only; NULL: none. */
bool canonical_answer(struct conn *conn, struct diff *diff, const char *scratch_url, const char *cache);

#endif
