/* print_item.c: triggers and policies as items of their table, where the language's words can say them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "schema/print.h"

/* ---- the statement, piece by piece: words, quoted names, ( .. ), signs */

struct cursor { const char *at; };

static void skip_blanks(struct cursor *c)
{
    while (isspace((unsigned char)*c->at)) c->at++;
}

static size_t piece_length(const char *at)
{
    size_t closed = print_closed(at), n = 0;
    if (closed) return closed;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || (unsigned char)at[n] >= 0x80) n++;
    return n ? n : *at != '\0';
}

static bool take(struct cursor *c, const char *word)
{
    skip_blanks(c);
    size_t len = strlen(word);
    if (piece_length(c->at) != len || strncasecmp(c->at, word, len) != 0) return false;
    c->at += len;
    return true;
}

/* The next piece, whatever it is; NULL at the end. */
static const char *take_piece(struct cursor *c, struct arena *arena)
{
    skip_blanks(c);
    size_t len = piece_length(c->at);
    bool over_lines = *c->at == '"' && memchr(c->at, '\n', len); /* no item's name may be */
    const char *piece = len && !over_lines ? arena_strndup(arena, c->at, len) : NULL;
    c->at += len;
    return piece;
}

/* a.b as written. */
static const char *take_qname(struct cursor *c, struct arena *arena)
{
    const char *name = take_piece(c, arena);
    if (name && take(c, ".")) {
        const char *more = take_piece(c, arena);
        name = more ? arena_printf(arena, "%s.%s", name, more) : NULL;
    }
    return name;
}

/* What brackets in quotes of other sorts, comments or a second statement could mislead, is left as it is. */
static bool is_plain(const char *text)
{
    return !strpbrk(text, "\\$;") && !strstr(text, "--") && !strstr(text, "/*");
}

/* An island's text without the parentheses around it. */
static void print_inner(struct buf *buf, struct arena *arena, const char *island)
{
    print_island(buf, str_trim(arena, arena_strndup(arena, island + 1, strlen(island) - 2)));
}

/* ---- triggers */

static bool print_columns(struct cursor *c, struct buf *buf)
{
    buf_add(buf, " of ");
    do {
        const char *name = take_piece(c, buf->arena);
        if (!name) return false;
        buf_add(buf, name);
        if (!take(c, ",")) return true;
        buf_add(buf, ", ");
    } while (true);
}

static bool print_events(struct cursor *c, struct buf *buf)
{
    static const char *const events[] = {"insert", "update", "delete", "truncate"};
    do {
        size_t i = 0;
        while (i < 4 && !take(c, events[i])) i++;
        if (i == 4) return false;
        buf_printf(buf, " %s", events[i]);
        if (take(c, "of") && !print_columns(c, buf)) return false;
        if (!take(c, "or")) return true;
        buf_add(buf, " or");
    } while (true);
}

static bool print_timing(struct cursor *c, struct buf *buf)
{
    if (take(c, "before")) buf_add(buf, " before");
    else if (take(c, "after")) buf_add(buf, " after");
    else if (take(c, "instead") && take(c, "of")) buf_add(buf, " instead of");
    else return false;
    return true;
}

static bool print_rest_of_trigger(struct cursor *c, struct buf *buf)
{
    if (take(c, "for")) {
        take(c, "each");
        bool row = take(c, "row");
        if (!row && !take(c, "statement")) return false;
        if (row) buf_add(buf, " for each row");
    }
    if (take(c, "when")) {
        const char *condition = take_piece(c, buf->arena);
        if (!condition || *condition != '(') return false;
        buf_add(buf, " when ");
        print_inner(buf, buf->arena, condition);
    }
    if (!take(c, "execute") || !(take(c, "function") || take(c, "procedure"))) return false;
    const char *function = take_qname(c, buf->arena), *arguments = take_piece(c, buf->arena);
    if (!function || !arguments || *arguments != '(') return false;
    buf_printf(buf, " execute %s%s", function, arguments);
    return true;
}

static bool print_trigger(struct buf *buf, const struct object *trigger, struct cursor *c)
{
    if (!take(c, "create") || !take(c, "trigger") || !take_piece(c, buf->arena)) return false;
    buf_add(buf, "trigger ");
    print_name(buf, trigger->name);
    return print_timing(c, buf) && print_events(c, buf) && take(c, "on") && take_qname(c, buf->arena) &&
           print_rest_of_trigger(c, buf);
}

static bool print_trigger_item(struct buf *buf, const struct object *trigger)
{
    const char *text = object_get(trigger, "definition")->expr.text;
    struct cursor c = {text};
    size_t before = buf->len;
    bool said = text && is_plain(text) && print_trigger(buf, trigger, &c);
    skip_blanks(&c);
    if (said && !*c.at) return true;
    buf->text[buf->len = before] = '\0';
    return false;
}

/* ---- policies */

static void print_condition(struct buf *buf, const struct object *policy, const char *field, const char *word)
{
    const struct value *value = object_get(policy, field);
    if (!value->set) return;
    buf_printf(buf, " %s ", word);
    print_island(buf, value->expr.text);
}

/* They stand as SQL: a quote that goes over line ends is none of a model's. */
static void print_roles(struct buf *buf, const char *roles)
{
    struct sql_names names = {0};
    struct sql_error error;
    if (!strpbrk(roles, "\r\n") || !sql_names_parse(buf->arena, roles, &names, &error)) {
        buf_add(buf, roles);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        if (i) buf_add(buf, ", ");
        print_name(buf, names.at[i].name);
    }
}

static void print_policy(struct buf *buf, const struct object *policy)
{
    buf_add(buf, "policy ");
    print_name(buf, policy->name);
    if (object_flag(policy, "restrictive")) buf_add(buf, " restrictive");
    if (object_get(policy, "command")->set) buf_printf(buf, " for %s", object_text(policy, "command"));
    if (object_get(policy, "roles")->set) {
        buf_add(buf, " to ");
        print_roles(buf, object_text(policy, "roles"));
    }
    print_condition(buf, policy, "using", "using");
    print_condition(buf, policy, "check", "with check");
}

bool print_code_item(struct buf *buf, const struct object *object)
{
    if (object_is(object, "trigger")) return print_trigger_item(buf, object);
    if (object_is(object, "policy")) print_policy(buf, object);
    return object_is(object, "policy");
}
