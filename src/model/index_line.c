/* index_line.c: CREATE INDEX as the line that says it inside its table. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/check.h"
#include "model/model.h"

const char *skip_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    text += strspn(text, " \t\r\n");
    bool same = strncasecmp(text, word, len) == 0 && !isalnum((unsigned char)text[len]) && text[len] != '_';
    return same ? text + len : NULL;
}

/* `create [unique] index [concurrently] [if not exists] [NAME] on [only] TABLE rest` */
const char *index_line(struct arena *arena, const char *text)
{
    static const char *const fillers[] = {"concurrently", "if", "not", "exists"};
    const char *at = skip_word(text, "create"), *next;
    bool unique = at && (next = skip_word(at, "unique")) != NULL;
    at = at ? skip_word(unique ? next : at, "index") : NULL;
    for (size_t i = 0; at && i < sizeof fillers / sizeof *fillers; i++) {
        if ((next = skip_word(at, fillers[i])) != NULL) at = next;
    }
    if (!at) return NULL;
    const char *name = at + strspn(at, " \t\r\n");
    size_t name_len = skip_word(name, "on") ? 0 : strcspn(name, " \t\r\n");
    at = skip_word(name + name_len, "on");
    if (!at) return NULL;
    if ((next = skip_word(at, "only")) != NULL) at = next;
    const char *table = at + strspn(at, " \t\r\n");
    size_t table_len = strcspn(table, " \t\r\n(");
    const char *rest = table + table_len + strspn(table + table_len, " \t\r\n");
    const char *first_line = arena_strndup(arena, rest, strcspn(rest, "\r\n"));
    return arena_printf(arena, "%sindex %.*s%s%s      in table %.*s", unique ? "unique " : "", (int)name_len, name,
                        name_len ? " " : "", first_line, (int)table_len, table);
}
