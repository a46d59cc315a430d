/* dump_attached.c: an index that a partition has for one of its parent's is named by PostgreSQL, after columns as they were called when it
 * was made: in a dump it gets a name that follows from its parent's and its table. */
#include "sql/dump_parts.h"

#define ATTACH " ATTACH PARTITION "

/* ALTER INDEX <parent> ATTACH PARTITION <child>; both names with their schemas, as they stand in the dump. */
struct attached {
    const char *parent, *child;
    const char *table;  /* of the child, with its schema; NULL: its definition isn't in the dump */
    size_t definition;  /* the statement that makes it */
};
struct attachments { struct attached *at; size_t n, cap; };

static bool is_attach(const char *statement)
{
    return str_starts(statement, "ALTER INDEX ") && strstr(statement, ATTACH);
}

/* The end of `a."b"`, or of one name. */
static const char *name_end(const char *at)
{
    while (*at && !strchr(" \n;(", *at)) at = dump_token_end(at);
    return at;
}

static const char *name_at(struct arena *arena, const char *at)
{
    return arena_strndup(arena, at, (size_t)(name_end(at) - at));
}

static void collect(struct arena *arena, const struct dump *dump, struct attachments *list)
{
    for (size_t i = 0; i < dump->n; i++) {
        if (!is_attach(dump->at[i])) continue;
        const char *parent = dump->at[i] + strlen("ALTER INDEX "), *after = name_end(parent);
        if (!str_starts(after, ATTACH)) continue;
        struct attached attached = {.parent = name_at(arena, parent), .child = name_at(arena, after + strlen(ATTACH))};
        vec_push(arena, list, attached);
    }
}

/* An index or a constraint as a statement makes it: where its name stands, and of which table it is. */
struct made {
    const char *name, *table;
};

static bool read_made(struct arena *arena, const char *statement, struct made *made)
{
    static const char *const words[] = {"CREATE INDEX ", "CREATE UNIQUE INDEX "};
    for (size_t i = 0; i < 2; i++) {
        if (!str_starts(statement, words[i])) continue;
        made->name = statement + strlen(words[i]);
        const char *table = name_end(made->name);
        if (!str_starts(table, " ON ")) return false;
        table += strlen(" ON ");
        made->table = name_at(arena, str_starts(table, "ONLY ") ? table + strlen("ONLY ") : table);
        return true;
    }
    if (!str_starts(statement, "ALTER TABLE ONLY ")) return false;
    made->table = name_at(arena, statement + strlen("ALTER TABLE ONLY "));
    const char *constraint = statement + strlen("ALTER TABLE ONLY ") + strlen(made->table);
    if (!str_starts(constraint, "\n    ADD CONSTRAINT ")) return false;
    made->name = constraint + strlen("\n    ADD CONSTRAINT ");
    return true;
}

/* The schema of a table with the name of what is made there. */
static const char *qualified(struct arena *arena, const struct made *made)
{
    const char *at = made->table;
    while (*at && *at != '.') at = dump_token_end(at);
    return arena_printf(arena, "%.*s.%s", (int)(at - made->table), made->table, name_at(arena, made->name));
}

static void find_definitions(struct arena *arena, const struct dump *dump, struct attachments *list)
{
    for (size_t i = 0; i < dump->n; i++) {
        struct made made;
        if (!read_made(arena, dump->at[i], &made)) continue;
        const char *name = qualified(arena, &made);
        for (size_t k = 0; k < list->n; k++) {
            if (!str_eq(list->at[k].child, name)) continue;
            list->at[k].table = made.table;
            list->at[k].definition = i;
        }
    }
}

static const struct attached *find_child(const struct attachments *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i].table && str_eq(list->at[i].child, name)) return &list->at[i];
    }
    return NULL;
}

/* A name without quotes that mean nothing inside others. */
static void add_bare(struct buf *out, const char *name)
{
    for (; *name; name++) {
        if (*name != '"') buf_addc(out, *name);
    }
}

/* "parent@schema.table"; for one that isn't attached its own. */
static const char *new_name(struct arena *arena, const struct attachments *list, const char *name)
{
    const struct attached *attached = find_child(list, name);
    if (!attached) return name;
    struct buf out = buf_new(arena);
    const char *top = attached->parent;
    for (const struct attached *at; (at = find_child(list, top)) != NULL;) top = at->parent;
    const char *dot = top;
    while (*dot && *dot != '.') dot = dump_token_end(dot);
    buf_addc(&out, '"');
    add_bare(&out, *dot ? dot + 1 : top);
    buf_addc(&out, '@');
    add_bare(&out, attached->table);
    buf_addc(&out, '"');
    return out.text;
}

static const char *with_schema(struct arena *arena, const struct attachments *list, const char *name)
{
    const struct attached *attached = find_child(list, name);
    if (!attached) return name;
    const char *dot = name;
    while (*dot && *dot != '.') dot = dump_token_end(dot);
    return arena_printf(arena, "%.*s.%s", (int)(dot - name), name, new_name(arena, list, name));
}

static const char *renamed_attach(struct arena *arena, const struct attachments *list, const char *statement)
{
    const char *parent = name_at(arena, statement + strlen("ALTER INDEX "));
    const char *child = name_at(arena, strstr(statement, ATTACH) + strlen(ATTACH));
    return arena_printf(arena, "ALTER INDEX %s" ATTACH "%s;", with_schema(arena, list, parent), with_schema(arena, list, child));
}

static const char *renamed_definition(struct arena *arena, const struct attachments *list, const struct attached *attached,
                                      const char *statement)
{
    struct made made;
    read_made(arena, statement, &made);
    return arena_printf(arena, "%.*s%s%s", (int)(made.name - statement), statement, new_name(arena, list, attached->child),
                        name_end(made.name));
}

/* The definitions and the attaching, each sorted, where the first of the latter stood: pg_dump had sorted them by name. */
static void add_sorted(struct arena *arena, const struct dump *dump, const struct attachments *list, struct dump *out)
{
    size_t first = out->n;
    for (size_t i = 0; i < list->n; i++) {
        const struct attached *attached = &list->at[i];
        if (attached->table) vec_push(arena, out, renamed_definition(arena, list, attached, dump->at[attached->definition]));
    }
    dump_sort(out->at + first, out->n - first);
    first = out->n;
    for (size_t i = 0; i < dump->n; i++) {
        if (is_attach(dump->at[i])) vec_push(arena, out, renamed_attach(arena, list, dump->at[i]));
    }
    dump_sort(out->at + first, out->n - first);
}

void dump_name_attached(struct arena *arena, struct dump *dump)
{
    struct attachments list = {0};
    struct dump out = {0};
    bool done = false;
    collect(arena, dump, &list);
    if (list.n == 0) return;
    find_definitions(arena, dump, &list);
    for (size_t i = 0; i < dump->n; i++) {
        bool defines = false;
        for (size_t k = 0; k < list.n; k++) defines = defines || (list.at[k].table && list.at[k].definition == i);
        if (is_attach(dump->at[i])) {
            if (!done) add_sorted(arena, dump, &list, &out);
            done = true;
        } else if (!defines) {
            vec_push(arena, &out, dump->at[i]);
        }
    }
    *dump = out;
}
