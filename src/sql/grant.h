/* grant.h: what GRANT, REVOKE and ALTER DEFAULT PRIVILEGES say; which objects they speak of is sql_spoken_of()'s. */
#ifndef MODELC_SQL_GRANT_H
#define MODELC_SQL_GRANT_H

#include "sql/sql.h"

enum sql_grant_reach {
    SQL_GRANT_OBJECTS,    /* objects that it names */
    SQL_GRANT_IN_SCHEMA,  /* ALL TABLES IN SCHEMA a, b */
    SQL_GRANT_BY_DEFAULT, /* ALTER DEFAULT PRIVILEGES */
};

struct sql_granted {
    const char *name;         /* "SELECT"; "ALL" */
    struct sql_texts columns; /* none: the whole object */
};

struct sql_grant {
    enum sql_grant_reach reach;
    bool revoke;
    bool option;      /* WITH GRANT OPTION; of a REVOKE: GRANT OPTION FOR */
    const char *sort; /* "TABLE", "SEQUENCE", "FUNCTION", "PROCEDURE", "ROUTINE", "TYPE", "DOMAIN", "SCHEMA", "LANGUAGE", "FDW",
                         "FOREIGN_SERVER"; DATABASE, TABLESPACE and others as PostgreSQL's parser calls them */
    VEC(struct sql_granted) privileges;
    struct sql_texts roles;     /* "" for PUBLIC */
    struct sql_texts schemas;   /* IN SCHEMA */
    struct sql_texts for_roles; /* BY_DEFAULT: FOR ROLE */
};

/* False for any other statement (membership in a role among them), and where a role is CURRENT_USER or the like. */
bool sql_grant_parse(struct arena *arena, const char *text, struct sql_grant *grant);

#endif
