/* grant.h: which kinds have an owner, which have privileges and what these are called, and the statements about both. */
#ifndef MODELC_KIND_GRANT_H
#define MODELC_KIND_GRANT_H

#include "kind/kind.h"

/* The role of an owner's own privileges, whoever that is: no role can be called so. */
#define ROLE_OWNER "\x01owner"

struct grant_class {
    const char *kinds;      /* " table view " */
    const char *noun;       /* GRANT .. ON TABLE */
    const char *plural;     /* ALTER DEFAULT PRIVILEGES .. ON TABLES; NULL: it has none */
    const char *all;        /* what there is to grant, in PostgreSQL's order: " INSERT SELECT " */
    const char *columns;    /* what can be granted on single columns, likewise; NULL: nothing */
    const char *for_public; /* what PUBLIC has by default, one at most; NULL: nothing */
};

/* NULL: nothing can be granted on it. An identity column has the class of its sequence. */
const struct grant_class *grant_class_of(const struct object *object);
const struct grant_class *grant_class_called(const char *plural); /* "TABLES" */
/* Whether a privilege is one of the class, on a server of that version (0: unknown, then none that only newer servers have). */
bool grant_class_has(const struct grant_class *class, const char *privilege, int version);
/* Where a privilege stands in lists: SELECT before INSERT. */
size_t grant_rank(const char *privilege);
/* A letter of an ACL: 'r' -> "SELECT"; NULL: unknown. */
const char *grant_of_letter(char letter);
/* Whether ALTER .. OWNER TO can change it: not for the sequence of a column, which has its table's. */
bool object_has_owner(const struct object *object);

/* "TABLE public.t", "FUNCTION public.f(integer)", "SEQUENCE public.t_id_seq" for an identity column. */
void sql_grant_target(struct buf *buf, const struct object *object);
/* The fewest GRANT and REVOKE statements for these steps; ROLE_OWNER is `owner` (NULL: whoever runs it). */
void grant_ops(const struct object *object, const struct privileges *steps, const char *owner, int version, struct ops *ops);
void owner_op(const struct object *object, const char *owner, struct ops *ops);
/* How many steps from the first on belong to one statement. */
size_t grant_run(const struct privilege *steps, size_t n);
/* What such a run is called: "SELECT, INSERT (a, b)", or "ALL". */
const char *grant_words(struct arena *arena, const struct grant_class *class, const struct privilege *at, size_t n,
                        int version);

#endif
