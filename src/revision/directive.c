/* directive.c: the `-- modelc:NAME VALUE` lines of a migration file, one function each, called from a table. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "revision/batch.h"
#include "revision/duration.h"
#include "revision/line.h"
#include "revision/parse.h"
#include "sql/quote.h"
#include "sql/sql.h"

struct directive {
    const char *name;
    const char *value;      /* trimmed; "" where there is none */
    struct span span;       /* the whole line */
    struct span value_span; /* the value's, or the line's where there is none */
    size_t start, end;
};

struct words {
    const char **at;
    size_t n, cap;
};

static struct diag *refuse(struct parser *parser, struct span span, const char *message)
{
    return diag_add(parser->ctx, D_REVISION, span, "%s", message);
}

/* Words between blanks or commas. */
static struct words split(struct parser *parser, const char *value)
{
    struct words words = {0};
    for (const char *at = value; *at;) {
        size_t len = strcspn(at, " \t,");
        if (len > 0) vec_push(parser->ctx->arena, &words, arena_strndup(parser->ctx->arena, at, len));
        at += len;
        at += strspn(at, " \t,");
    }
    return words;
}

static void read_id(struct parser *parser, const struct directive *line)
{
    if (!revision_id_valid(line->value)) {
        diag_add(parser->ctx, D_REVISION, line->value_span, "\"%s\" can't be a revision id", line->value);
        return;
    }
    parser->revision->id = line->value;
    parser->revision->id_span = line->value_span;
}

static struct words read_ids(struct parser *parser, const struct directive *line)
{
    struct words ids = split(parser, line->value);
    struct map *seen = map_new(parser->ctx->arena);
    for (size_t i = 0; i < ids.n; i++) {
        bool valid = revision_id_valid(ids.at[i]), twice = map_has(seen, ids.at[i]);
        map_put(seen, ids.at[i], parser);
        if (!valid) {
            diag_add(parser->ctx, D_REVISION, line->value_span, "\"%s\" can't be a revision id", ids.at[i]);
        } else if (twice) {
            diag_add(parser->ctx, D_DUPLICATE, line->value_span, "revision %s is named twice", ids.at[i]);
        }
        if (!valid || twice) break; /* one finding for a line */
    }
    return ids;
}

static void read_revises(struct parser *parser, const struct directive *line)
{
    struct words ids = read_ids(parser, line);
    for (size_t i = 0; i < ids.n; i++) vec_push(parser->ctx->arena, &parser->revision->parents, ids.at[i]);
    parser->revision->revises_span = line->value_span;
}

static void read_depends(struct parser *parser, const struct directive *line)
{
    struct words ids = read_ids(parser, line);
    for (size_t i = 0; i < ids.n; i++) vec_push(parser->ctx->arena, &parser->revision->depends_on, ids.at[i]);
    if (!span_known(parser->revision->revises_span)) parser->revision->revises_span = line->value_span;
}

static void read_labels(struct parser *parser, const struct directive *line)
{
    struct words labels = split(parser, line->value);
    for (size_t i = 0; i < labels.n; i++) {
        if (!revision_id_valid(labels.at[i])) {
            diag_add(parser->ctx, D_REVISION, line->value_span, "\"%s\" can't be a label", labels.at[i]);
            break;
        }
        vec_push(parser->ctx->arena, &parser->revision->labels, labels.at[i]);
    }
}

static void read_created(struct parser *parser, const struct directive *line)
{
    parser->revision->created = line->value;
}

static void read_generated(struct parser *parser, const struct directive *line)
{
    parser->revision->generated = line->value;
}

static void read_certified(struct parser *parser, const struct directive *line)
{
    parser->revision->certified = line->value;
}

static void read_flag(struct parser *parser, const struct directive *line, const char *flag, struct section *section)
{
    if (strcmp(flag, "no-transaction") == 0) {
        section->transaction = false;
        return;
    }
    if (strcmp(flag, "on-create") == 0 && parser->up) {
        section->on_create = true;
        return;
    }
    struct diag *diag = diag_add(parser->ctx, D_UNKNOWN_WORD, line->value_span, "modelc:%s knows no \"%s\"",
                                 line->name, flag);
    struct suggest near = {.word = flag};
    suggest_try(&near, "no-transaction");
    if (parser->up) suggest_try(&near, "on-create");
    if (near.best) diag_mend(parser->ctx, diag, "did you mean", "%s", near.best);
}

static void read_section(struct parser *parser, const struct directive *line)
{
    parser_drop_batch(parser);
    struct section section = {.transaction = true, .span = line->span, .line = parser_line(parser, line->start)};
    struct words flags = split(parser, line->value);
    parser->up = strcmp(line->name, "upgrade") == 0;
    for (size_t i = 0; i < flags.n; i++) read_flag(parser, line, flags.at[i], &section);
    if (parser->up) {
        vec_push(parser->ctx->arena, &parser->revision->up, section);
    } else {
        vec_push(parser->ctx->arena, &parser->revision->down, section);
    }
    parser->in_section = parser->body = true;
    parser->seen_section = 0;
    parser->search_path = NULL;
}

static void read_irreversible(struct parser *parser, const struct directive *line)
{
    parser->revision->irreversible = line->value;
    parser->revision->irreversible_span = line->span;
    parser->in_section = false;
    parser->body = true;
}

static void read_search_path(struct parser *parser, const struct directive *line)
{
    struct sql_names names = {0};
    struct sql_error error = {0};
    const char *path = line_decode(parser->ctx->arena, line->value);
    if (!sql_names_parse(parser->ctx->arena, path, &names, &error)) {
        diag_add(parser->ctx, D_REVISION, line->value_span, "not a list of schemas: %s", error.message);
        return;
    }
    parser->search_path = path;
}

static bool is_duration(struct parser *parser, const struct directive *line)
{
    long milliseconds;
    if (duration_parse(line->value, &milliseconds)) return true;
    struct diag *diag = refuse(parser, line->value_span, "not a length of time");
    diag_mend(parser->ctx, diag, "write", "-- modelc:%s 10s", line->name);
    return false;
}

/* In the header it is for all sections. */
static void read_lock_timeout(struct parser *parser, const struct directive *line)
{
    if (!is_duration(parser, line)) return;
    if (parser->in_section) parser_section(parser)->lock_timeout = line->value;
    else parser->revision->lock_timeout = line->value;
}

static void read_statement_timeout(struct parser *parser, const struct directive *line)
{
    if (!is_duration(parser, line)) return;
    if (parser->in_section) parser_section(parser)->statement_timeout = line->value;
    else parser->revision->statement_timeout = line->value;
}

static void read_retries(struct parser *parser, const struct directive *line)
{
    size_t digits = strspn(line->value, "0123456789");
    if (digits == strlen(line->value) && digits <= 3) parser->revision->retries = atoi(line->value);
    else refuse(parser, line->value_span, "not a number below 1000");
}

static void read_data(struct parser *parser, const struct directive *line)
{
    parser->origin = STATEMENT_DATA;
    parser->reason = line->value;
}

static void read_complete(struct parser *parser, const struct directive *line)
{
    parser->origin = STATEMENT_COMPLETE;
    parser->reason = line->value;
}

static void read_end(struct parser *parser, const struct directive *line)
{
    if (*line->value) refuse(parser, line->value_span, "modelc:end stands alone");
}

static void read_loses(struct parser *parser, const struct directive *line)
{
    const char *path = line_decode(parser->ctx->arena, line->value);
    vec_push(parser->ctx->arena, &parser->revision->loses, path);
    vec_push(parser->ctx->arena, &parser_section(parser)->loses, path);
}

/* Where ` as ` stands outside of quoted names; NULL: nowhere. */
static const char *find_as(const char *text)
{
    bool quoted = false;
    for (; *text; text++) {
        if (*text == '"') quoted = !quoted;
        if (!quoted && str_starts(text, " as ")) return text;
    }
    return NULL;
}

/* KIND PATH as NAME: its name in the attic. */
static void read_parks(struct parser *parser, const struct directive *line)
{
    struct arena *arena = parser->ctx->arena;
    const char *text = line_decode(arena, line->value), *as = find_as(text), *name = as ? as + strlen(" as ") : "";
    size_t kind = strcspn(text, " ");
    if (!as || text + kind >= as || !*name) {
        struct diag *diag = refuse(parser, line->value_span, "doesn't say what is parked, and as what");
        diag_mend(parser->ctx, diag, "write", "-- modelc:parks table public.orders as \"014_1_orders\"");
        return;
    }
    struct parked parked = {.kind = arena_strndup(arena, text, kind),
                            .path = arena_strndup(arena, text + kind + 1, (size_t)(as - text) - kind - 1),
                            .name = sql_fold(arena, name, strlen(name))};
    vec_push(arena, &parser->revision->parks, parked);
}

static void read_batch(struct parser *parser, const struct directive *line)
{
    if (parser->batch) refuse(parser, line->span, "two modelc:batch lines above one statement");
    else parser->batch = batch_read(parser->ctx, line->value, line->span);
}

static void read_allow(struct parser *parser, const struct directive *line)
{
    const char *above = parser->allow;
    parser->allow = above ? arena_printf(parser->ctx->arena, "%s\n%s", above, line->value) : line->value;
}

/* KIND PATH HASH, where the path may hold blanks: function public.f(integer, text) v1:.. */
static bool split_object(struct parser *parser, const char *value, struct object_line *object)
{
    struct arena *arena = parser->ctx->arena;
    size_t kind = strcspn(value, " \t");
    size_t hash = strlen(value);
    while (hash > kind && value[hash - 1] != ' ' && value[hash - 1] != '\t') hash--;
    object->kind = arena_strndup(arena, value, kind);
    object->path = hash > kind ? str_trim(arena, arena_strndup(arena, value + kind, hash - kind)) : "";
    object->path = line_decode(arena, object->path);
    const char *text = value + hash;
    size_t digits = *text == 'v' ? strspn(text + 1, "0123456789") : 0;
    if (strcmp(text, "-") != 0) object->hash = text;
    return *object->kind && *object->path && (!object->hash || (digits > 0 && text[digits + 1] == ':'));
}

static void read_object(struct parser *parser, const struct directive *line)
{
    struct object_line object = {.span = line->span};
    parser->in_section = false;
    parser->body = true;
    if (!split_object(parser, line->value, &object)) {
        struct diag *diag = refuse(parser, line->value_span, "not an object line");
        diag_mend(parser->ctx, diag, "write", "-- modelc:object KIND PATH HASH, or `-` in place of the hash");
        return;
    }
    const char *key = arena_printf(parser->ctx->arena, "%s %s", object.kind, object.path);
    const struct object_line *other = map_get(parser->objects, key);
    if (other) {
        struct diag *diag = diag_add(parser->ctx, D_DUPLICATE, line->span, "%s has two object lines", key);
        diag_note(parser->ctx, diag, other->span, "the other one");
        return;
    }
    struct object_line *kept = ARENA_NEW(parser->ctx->arena, struct object_line);
    *kept = object;
    map_put(parser->objects, key, kept);
    vec_push(parser->ctx->arena, &parser->revision->objects, object);
}

enum where { IN_HEADER, IN_SECTION, IN_EITHER, ANYWHERE };
enum trait { ONCE = 1, VALUE = 2 /* needs one */, KEEPS_DATA = 4 /* does not close a `data` part */ };

static const struct rule {
    const char *name;
    enum where where;
    unsigned traits;
    void (*read)(struct parser *parser, const struct directive *line);
} rules[] = {
    {"revision", IN_HEADER, ONCE | VALUE, read_id},
    {"revises", IN_HEADER, ONCE, read_revises},
    {"depends-on", IN_HEADER, VALUE, read_depends},
    {"label", IN_HEADER, VALUE, read_labels},
    {"created", IN_HEADER, ONCE | VALUE, read_created},
    {"generated", IN_HEADER, ONCE | VALUE, read_generated},
    {"certified", IN_HEADER, ONCE | VALUE, read_certified},
    {"upgrade", ANYWHERE, 0, read_section},
    {"downgrade", ANYWHERE, 0, read_section},
    {"irreversible", ANYWHERE, ONCE | VALUE, read_irreversible},
    {"search-path", IN_SECTION, VALUE, read_search_path},
    {"lock-timeout", IN_EITHER, ONCE | VALUE, read_lock_timeout},
    {"statement-timeout", IN_EITHER, ONCE | VALUE, read_statement_timeout},
    {"retries", IN_HEADER, ONCE | VALUE, read_retries},
    {"data", IN_SECTION, 0, read_data},
    {"complete", IN_SECTION, 0, read_complete},
    {"end", IN_SECTION, 0, read_end},
    {"loses", IN_SECTION, VALUE, read_loses},
    {"parks", IN_SECTION, VALUE, read_parks},
    {"batch", IN_SECTION, KEEPS_DATA, read_batch},
    {"allow", IN_SECTION, KEEPS_DATA, read_allow},
    {"object", ANYWHERE, VALUE, read_object},
};
enum { N_RULES = sizeof rules / sizeof rules[0] };
static_assert(N_RULES <= 64, "one bit each in seen_file");

static const struct rule *find_rule(struct parser *parser, const struct directive *line)
{
    struct suggest near = {.word = line->name};
    for (size_t i = 0; i < N_RULES; i++) {
        if (strcmp(rules[i].name, line->name) == 0) return &rules[i];
    }
    for (size_t i = 0; i < N_RULES; i++) suggest_try(&near, rules[i].name);
    struct diag *diag = diag_add(parser->ctx, D_UNKNOWN_WORD, line->span, "unknown directive modelc:%s", line->name);
    if (near.best) diag_mend(parser->ctx, diag, "did you mean", "modelc:%s", near.best);
    return NULL;
}

static bool in_place(struct parser *parser, const struct rule *rule, const struct directive *line)
{
    uint64_t bit = UINT64_C(1) << (size_t)(rule - rules);
    bool sections = rule->where == IN_SECTION || (rule->where == IN_EITHER && parser->in_section);
    uint64_t *seen = sections ? &parser->seen_section : &parser->seen_file;
    const char *wrong = NULL;
    if (!scan_at_line_start(parser->source->text, line->start)) {
        wrong = "stands on a line of its own";
    } else if (rule->where == IN_HEADER && parser->body) {
        wrong = "belongs above the first section";
    } else if (rule->where == IN_SECTION && !parser->in_section) {
        wrong = "belongs into a section, below `-- modelc:upgrade` or `-- modelc:downgrade`";
    } else if (rule->where == IN_EITHER && parser->body && !parser->in_section) {
        wrong = "belongs above the first section, or into one";
    } else if ((rule->traits & VALUE) && !*line->value) {
        wrong = "needs a value";
    } else if ((rule->traits & ONCE) && (*seen & bit)) {
        wrong = sections ? "stands twice in this section" : "stands twice";
    }
    *seen |= bit;
    if (wrong) diag_add(parser->ctx, D_REVISION, line->span, "modelc:%s %s", rule->name, wrong);
    return !wrong;
}

void parse_directive(struct parser *parser, size_t name_at)
{
    struct arena *arena = parser->ctx->arena;
    const char *text = parser->source->text;
    size_t start = parser->piece.start, end = parser->piece.end;
    size_t name = start + name_at, name_end = name;
    while (name_end < end && !scan_is_blank(text[name_end])) name_end++;
    size_t value = name_end;
    while (value < end && scan_is_blank(text[value])) value++;
    while (end > value && scan_is_blank(text[end - 1])) end--;
    struct directive line = {
        .name = arena_strndup(arena, text + name, name_end - name),
        .value = arena_strndup(arena, text + value, end - value),
        .span = parser_span(parser, start, end),
        .value_span = value < end ? parser_span(parser, value, end) : parser_span(parser, start, end),
        .start = start,
        .end = end,
    };
    const struct rule *rule = find_rule(parser, &line);
    if (!rule || !(rule->traits & KEEPS_DATA)) {
        parser->origin = STATEMENT_GENERATED;
        parser->reason = NULL;
    }
    if (rule && in_place(parser, rule, &line)) rule->read(parser, &line);
}
