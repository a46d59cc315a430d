/* at_hand.c: a database, if one is named. */
#include "cli/at_hand.h"

bool at_hand_open(struct session *s)
{
    size_t mark = diag_mark(s->ctx), errors = diag_errors(s->ctx);
    if (!session_project(s) || !session_graph(s)) return false;
    if (session_open_db(s, FOREIGN_REFUSED)) return true;
    /* Of all that can go wrong only "no database named" is a matter of usage. */
    bool unnamed = !s->conn && diag_errors(s->ctx) == errors + 1 && diag_has(s->ctx, D_USAGE);
    if (unnamed) diag_rollback(s->ctx, mark);
    return unnamed;
}
