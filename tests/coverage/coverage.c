/* coverage.c: what modelc detects, alters and makes anew, from the kinds' own tables.
 * Usage: coverage render   docs/coverage.md as it should be
 *        coverage types    the names of objects in a pg_dump that coverage.def lists, one a line */
#include <stdio.h>

#include "kind/exotic.h"

struct dumps {
    const char *type, *kinds, *in_dump, *note;
};
static const struct dumps dumps[] = {
#define DUMPS(type, kinds, in_dump, note) {#type, kinds, in_dump, note},
#include "kind/coverage.def"
#undef DUMPS
};

static const struct {
    const char *what, *about;
    int min_version;
} reported[] = {
#define REPORTED(what, min_version, about, present, query) {what, about, min_version},
#include "pg/unhandled.def"
#undef REPORTED
};

enum { OLDEST = 13, NEWEST = 18 };

static void print_fields(const struct kind *kind, enum change_means means)
{
    size_t n = 0;
    for (size_t i = 0; i < kind->n_fields; i++) {
        if (kind->fields[i].means != means) continue;
        printf("%s", n++ ? ", " : "");
        for (const char *c = kind->fields[i].name; *c; c++) putchar(*c == '_' ? ' ' : *c);
    }
    printf(" |");
}

static void print_parent(const char *parent)
{
    printf(" | ");
    for (const char *c = parent ? parent : "-"; *c; c++) printf(*c == ' ' ? ", " : "%c", *c == '_' ? ' ' : *c);
    printf(" | ");
}

/* Queries begin with the newest; those of a version of their own see what only it has. */
static void print_versions(const struct kind *kind)
{
    int seen = 0;
    printf(" %d to %d", OLDEST, NEWEST);
    for (int version = OLDEST + 1; version <= NEWEST; version++) {
        bool own = false;
        for (const struct catalog_query *query = kind->queries; query && query->sql; query++)
            own = own || query->min_version / 10000 == version;
        if (own) printf("%s %d", seen++ ? "," : ", more from", version);
    }
    printf(" |\n");
}

static void render_kinds(void)
{
    printf("| kind | stands in | ALTER | made anew | PostgreSQL |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < n_kinds; i++) {
        printf("| %s", kinds[i]->title);
        print_parent(kinds[i]->parent);
        print_fields(kinds[i], ALTER);
        putchar(' ');
        print_fields(kinds[i], RECREATE);
        print_versions(kinds[i]);
    }
}

static void render_dumps(void)
{
    printf("| pg_dump's | kinds | |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        bool object = str_starts(dumps[i].type, "DO_");
        printf("| %.*s", (int)(strlen(dumps[i].type) - (object ? 0 : 2)), dumps[i].type + !object);
        print_parent(dumps[i].kinds[0] ? dumps[i].kinds : NULL);
        printf("%s |\n", dumps[i].note);
    }
}

static void render_reported(void)
{
    printf("| reported as | what it is | since PostgreSQL |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof reported / sizeof *reported; i++) {
        int version = reported[i].min_version / 10000;
        printf("| %s | %s | %d |\n", reported[i].what, reported[i].about, version < OLDEST ? OLDEST : version);
    }
}

static int render(void)
{
    printf("# What modelc sees\n\n"
           "Written by a test (`tests/coverage`, with `MODELC_UPDATE=1`) from the tables of the kinds themselves.\n\n"
           "## Kinds\n\n"
           "All of them are detected, created and dropped, in the order of what needs what. A change of a property"
           " in the\n"
           "column *ALTER* keeps the object; of one under *made anew*, or of one that ALTER can't do in the case at"
           " hand, drops\n"
           "and creates it, together with what depends on it. A *definition* is the object's SQL, compared as the"
           " server\n"
           "spells it. Comment, owner and privileges belong to every kind and are always altered.\n\n");
    render_kinds();
    printf("\n## Everything that pg_dump knows\n\n"
           "The list is pg_dump's own (DumpableObjectType, PostgreSQL %d to %d).\n\n", OLDEST, NEWEST);
    render_dumps();
    printf("\n## Reported, not handled\n\n"
           "What stands in a managed schema and has no kind or property is named and counted by `check`,"
           " `autogenerate` and\n"
           "`diff`, never skipped silently; `--strict` makes it an error.\n\n");
    render_reported();
    return 0;
}

static int list_types(void)
{
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        for (const char *c = dumps[i].in_dump; *c; c++) putchar(*c == '|' ? '\n' : *c);
        if (dumps[i].in_dump[0]) putchar('\n');
    }
    return 0;
}

/* Every kind is some sort of pg_dump's. */
static int check_kinds(void)
{
    int missing = 0;
    for (size_t i = 0; i < n_kinds; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof dumps / sizeof *dumps; k++) {
            const char *at = strstr(dumps[k].kinds, kinds[i]->name);
            size_t len = strlen(kinds[i]->name);
            for (; at && !found; at = strstr(at + len, kinds[i]->name))
                found = (at == dumps[k].kinds || at[-1] == ' ') && (at[len] == ' ' || !at[len]);
        }
        if (!found) {
            printf("%s\n", kinds[i]->name);
            missing++;
        }
    }
    return missing > 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (str_eq(what, "render")) return render();
    if (str_eq(what, "types")) return list_types();
    if (str_eq(what, "kinds")) return check_kinds();
    fprintf(stderr, "usage: coverage render|types|kinds\n");
    return 2;
}
