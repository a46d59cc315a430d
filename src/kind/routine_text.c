/* routine_text.c: what changed in a routine, told by the server's own print of both: "arguments (a integer) -> (b integer), language
 * sql -> plpgsql, now immutable, body". */
#include <ctype.h>

#include "kind/routine.h"

struct piece { const char *at; size_t len; };

/* A printed routine: name(arguments), RETURNS, LANGUAGE, a line of attributes, lines of SET, the body. */
struct printed { struct piece arguments, language, attributes, settings, body; };

static struct piece piece(const char *from, const char *to)
{
    return (struct piece){from, (size_t)(to - from)};
}

static bool same(struct piece a, struct piece b)
{
    return a.len == b.len && strncmp(a.at, b.at, a.len) == 0;
}

/* The first place of any of the beginnings; the text's end where there is none. */
static const char *first_of(const char *text, const char *const *beginnings)
{
    const char *first = text + strlen(text);
    for (; *beginnings; beginnings++) {
        const char *at = strstr(text, *beginnings);
        if (at && at < first) first = at;
    }
    return first;
}

static bool read_printed(const char *text, struct printed *found)
{
    static const char *const after_arguments[] = {"\n RETURNS ", "\n TRANSFORM ", "\n LANGUAGE ", NULL};
    static const char *const bodies[] = {"\nAS ", "\nBEGIN ATOMIC", "\nRETURN ", NULL};
    static const char *const after_attributes[] = {"\n SET ", "\nAS ", "\nBEGIN ATOMIC", "\nRETURN ", NULL};
    const char *open = text ? strchr(text, '(') : NULL, *language = open ? strstr(open, "\n LANGUAGE ") : NULL;
    if (!language) return false;
    const char *name = language + strlen("\n LANGUAGE "), *end = name + strcspn(name, "\n");
    const char *settings = first_of(end, after_attributes), *body = first_of(end, bodies);
    found->arguments = piece(open, first_of(open, after_arguments));
    found->language = piece(name, end);
    found->attributes = piece(end, settings);
    found->settings = piece(settings, body);
    found->body = piece(body, body + strlen(body));
    return true;
}

/* ---- telling */

static void say(struct buf *out, size_t start, const char *text)
{
    buf_printf(out, "%s%s", out->len > start ? ", " : "", text);
}

static void say_change(struct buf *out, size_t start, const char *what, struct piece old, struct piece new)
{
    enum { READABLE = 60 };
    say(out, start, what);
    if (old.len > READABLE || new.len > READABLE) return;
    buf_printf(out, " %.*s -> %.*s", (int)old.len, old.at, (int)new.len, new.at);
}

/* "now immutable strict"; what is left out is the default. */
static void say_attributes(struct buf *out, size_t start, struct piece old, struct piece new)
{
    say(out, start, new.len ? "now" : "no longer");
    struct piece told = new.len ? new : old;
    for (size_t i = 1; i < told.len; i++) buf_addc(out, (char)tolower((unsigned char)told.at[i]));
}

static void say_pieces(const struct printed *old, const struct printed *new, size_t start, struct buf *out)
{
    if (!same(old->arguments, new->arguments)) say_change(out, start, "arguments", old->arguments, new->arguments);
    if (!same(old->language, new->language)) say_change(out, start, "language", old->language, new->language);
    if (!same(old->attributes, new->attributes)) say_attributes(out, start, old->attributes, new->attributes);
    if (!same(old->settings, new->settings)) say(out, start, "settings");
    if (!same(old->body, new->body)) say(out, start, "body");
}

/* What a signature says of the result: "setof public.mood". */
static struct piece result_of(const char *signature)
{
    const char *at = signature + strcspn(signature, " ") + 1;
    return piece(at, at + strcspn(at, "\n"));
}

static void describe_definition(const struct object *from, const struct object *to, struct buf *out)
{
    const char *old_signature = object_text(from, "signature"), *new_signature = object_text(to, "signature");
    struct printed old, new;
    size_t start = out->len;
    bool read = read_printed(statement_printed(from), &old) && read_printed(statement_printed(to), &new);
    bool returns = old_signature && new_signature && !same(result_of(old_signature), result_of(new_signature));
    if (returns && !(read && object_is(to, "procedure"))) { /* of a procedure the arguments say it */
        say_change(out, start, "returns", result_of(old_signature), result_of(new_signature));
    }
    if (read) say_pieces(&old, &new, start, out);
    if (out->len == start) buf_add(out, "definition");
}

void routine_describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    for (size_t i = 0; i < to->kind->n_fields; i++) {
        const char *name = to->kind->fields[i].name;
        if (changed[i] && str_eq(name, "definition")) describe_definition(from, to, out);
        if (changed[i] && str_eq(name, "depends_on_extension")) say(out, start, "extension it depends on");
    }
}
