/* seed_pattern.c: texts that match a regular expression, as simple ones in checks are. What it does not understand it
 * passes over: the server says whether the text matches. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pg/seed_parts.h"

struct walk {
    struct arena *arena;
    const char *at;
    struct rng rng;
    unsigned depth;
};

enum { DEEPEST = 20, MOST = 64 };

static const char *alternatives(struct walk *walk);

static const char *class_of(char letter)
{
    switch (letter) {
    case 'd': return "0123456789";
    case 'w': return "abcdefghijklmnopqrstuvwxyz0123456789";
    case 's': return " ";
    case 'D': return "abcdefgh";
    case 'W': return "-";
    case 'S': return "abcxyz";
    case 'n': return "\n";
    case 't': return "\t";
    case 'A': case 'Z': case 'm': case 'M': case 'y': return ""; /* places, not characters */
    default: return NULL;
    }
}

/* [:alpha:] and its like, at "[:". */
static const char *named_class(struct walk *walk)
{
    static const char *const names[][2] = {
        {"alpha", "abcdefghijklmnopqrstuvwxyz"}, {"digit", "0123456789"},
        {"alnum", "abcdefghijklmnopqrstuvwxyz0123456789"},
        {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, {"lower", "abcdefghijklmnopqrstuvwxyz"}, {"space", " "},
        {"xdigit", "0123456789abcdef"},
        {"punct", "-._"},
    };
    const char *name = walk->at + 2, *end = strstr(name, ":]");
    if (!end) return "";
    walk->at = end + 2;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i][0]) == (size_t)(end - name) && strncmp(names[i][0], name, (size_t)(end - name)) == 0)
            return names[i][1];
    }
    return "";
}

static void add_range(struct buf *set, char from, char to)
{
    for (int c = from; c <= to && c < 127; c++) buf_addc(set, (char)c);
}

/* One member of [..]: a class, a range or a character. */
static void add_member(struct walk *walk, struct buf *set)
{
    if (str_starts(walk->at, "[:")) {
        buf_add(set, named_class(walk));
        return;
    }
    bool escaped = *walk->at == '\\' && walk->at[1];
    if (escaped) walk->at++;
    const char *class = escaped ? class_of(*walk->at) : NULL;
    char first = *walk->at++;
    if (class) buf_add(set, class);
    else if (walk->at[0] == '-' && walk->at[1] && walk->at[1] != ']') {
        add_range(set, first, walk->at[1]);
        walk->at += 2;
    } else buf_addc(set, first);
}

static const char *negated(struct walk *walk, const char *set)
{
    struct buf rest = buf_new(walk->arena);
    for (char c = 'a'; c <= 'z'; c++) if (!strchr(set, c)) buf_addc(&rest, c);
    for (char c = '0'; c <= '9'; c++) if (!strchr(set, c)) buf_addc(&rest, c);
    for (const char *c = "ABCXYZ-_ .,"; *c; c++) if (!strchr(set, *c)) buf_addc(&rest, *c);
    return rest.text;
}

static const char *bracket(struct walk *walk)
{
    struct buf set = buf_new(walk->arena);
    bool not = *++walk->at == '^';
    if (not) walk->at++;
    do {
        if (!*walk->at) break;
        add_member(walk, &set);
    } while (*walk->at != ']');
    if (*walk->at) walk->at++;
    return not ? negated(walk, set.text) : set.text;
}

/* "(?:", "(?=": what follows the opening parenthesis. */
static const char *group(struct walk *walk)
{
    walk->at++;
    if (*walk->at == '?') {
        bool behind = walk->at[1] == '<';
        walk->at += behind ? 3 : walk->at[1] ? 2 : 1;
    }
    const char *text = alternatives(walk);
    if (*walk->at == ')') walk->at++;
    return text;
}

/* How often the last piece is repeated; passes over the sign. */
static size_t repetition(struct walk *walk)
{
    size_t least = 1, more = 0;
    char sign = *walk->at;
    if (sign == '*') least = 0, more = 3;
    else if (sign == '+') more = 3;
    else if (sign == '?') least = 0, more = 1;
    else if (sign == '{' && isdigit((unsigned char)walk->at[1])) {
        char *end;
        least = (size_t)strtoul(walk->at + 1, &end, 10);
        if (*end == ',') {
            size_t most = isdigit((unsigned char)end[1]) ? (size_t)strtoul(end + 1, &end, 10) : least + 3;
            more = most > least ? most - least : 0;
        }
        const char *close = strchr(walk->at, '}');
        walk->at = close ? close : walk->at;
    } else return 1;
    if (*walk->at) walk->at++;
    if (*walk->at == '?') walk->at++; /* not greedy */
    least = least > MOST ? MOST : least;
    return least + rng_below(&walk->rng, (more > 4 ? 4 : more) + 1);
}

/* The characters one of which may stand next; a group's text goes to *text. */
static const char *piece(struct walk *walk, const char **text)
{
    struct buf one = buf_new(walk->arena);
    *text = NULL;
    if (*walk->at == '(') {
        *text = group(walk);
        return NULL;
    }
    if (*walk->at == '[') return bracket(walk);
    char c = *walk->at++;
    if (c == '.') return "abcxyz";
    if (c == '^' || c == '$') return "";
    if (c == '\\' && *walk->at) {
        const char *class = class_of(*walk->at);
        c = *walk->at++;
        if (class) return class;
    }
    buf_addc(&one, c);
    return one.text;
}

static void sequence(struct walk *walk, struct buf *out)
{
    while (*walk->at && *walk->at != '|' && *walk->at != ')') {
        const char *text, *set = piece(walk, &text);
        size_t times = repetition(walk);
        for (size_t i = 0; i < times; i++) {
            if (text) buf_add(out, text);
            else if (*set) buf_addc(out, set[rng_below(&walk->rng, strlen(set))]);
        }
    }
}

static const char *alternatives(struct walk *walk)
{
    VEC(const char *) choices = {0};
    if (++walk->depth > DEEPEST) {
        walk->at += strlen(walk->at);
        return "";
    }
    for (;;) {
        struct buf text = buf_new(walk->arena);
        sequence(walk, &text);
        vec_push(walk->arena, &choices, text.text);
        if (*walk->at != '|') break;
        walk->at++;
    }
    walk->depth--;
    return choices.at[rng_below(&walk->rng, choices.n)];
}

const char *pattern_text(struct arena *arena, const char *pattern, size_t variant)
{
    struct walk walk = {.arena = arena, .at = pattern, .rng = {.state = seed_mix(variant)}};
    struct buf text = buf_new(arena);
    while (*walk.at) { /* a `)` too many */
        buf_add(&text, alternatives(&walk));
        if (*walk.at) walk.at++;
    }
    return text.text;
}
