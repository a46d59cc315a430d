/* review.c: the way through files, statements and rules. */
#include "review/review.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "review/rules.h"

#define ACTS(...) {__VA_ARGS__}
#define WARNING REVIEW_WARNING
#define ERROR REVIEW_ERROR
#define NOTE REVIEW_NOTE
#define OFF REVIEW_OFF

const struct review_rule review_rules[] = {
#define RULE(name, code, level, when, scope, acts, title, why, mend, before, bad, good) {code, level, title, why, mend, before, bad, good},
#include "review/rules.def"
#undef RULE
};

#undef OFF
#undef NOTE
#undef ERROR
#undef WARNING

const struct rule_row rule_rows[] = {
#define RULE(name, code, level, when, scope, acts, ...) {when, scope, rule_##name, acts},
#include "review/rules.def"
#undef RULE
};

const size_t n_review_rules = sizeof review_rules / sizeof *review_rules;
static_assert(sizeof review_rules / sizeof *review_rules <= sizeof ((struct review_options *)0)->levels / sizeof(enum review_level),
              "a level for each rule");
const char *const review_level_words[] = {[REVIEW_OFF] = "off", [REVIEW_NOTE] = "note", [REVIEW_WARNING] = "warning",
                                          [REVIEW_ERROR] = "error"};

const struct review_rule *review_rule(const char *code, const char **near)
{
    struct suggest suggest = {.word = code};
    for (size_t i = 0; i < n_review_rules; i++) {
        if (strcmp(review_rules[i].code, code) == 0) return &review_rules[i];
        suggest_try(&suggest, review_rules[i].code);
    }
    if (near) *near = suggest.best;
    return NULL;
}

/* ---- levels */

static bool read_level(struct ctx *ctx, const struct review_setting *setting, struct review_options *options)
{
    const char *near = NULL;
    const struct review_rule *rule = review_rule(setting->key, &near);
    if (!rule) {
        struct diag *diag = diag_add(ctx, D_CONFIG, setting->key_span, "review has no rule %s", setting->key);
        if (near) diag_mend(ctx, diag, "did you mean", "%s", near);
        return false;
    }
    for (size_t i = 0; i < sizeof review_level_words / sizeof *review_level_words; i++) {
        if (strcmp(review_level_words[i], setting->value) != 0) continue;
        options->levels[rule - review_rules] = (enum review_level)i;
        return true;
    }
    struct diag *diag = diag_add(ctx, D_CONFIG, setting->value_span, "\"%s\" is no level", setting->value);
    diag_mend(ctx, diag, "write", "off, note, warning or error");
    return false;
}

bool review_levels(struct ctx *ctx, const struct review_settings *settings, struct review_options *options)
{
    bool good = true;
    for (size_t i = 0; i < n_review_rules; i++) options->levels[i] = review_rules[i].level;
    for (size_t i = 0; settings && i < settings->n; i++) {
        if (strcmp(settings->at[i].key, "fail-on") != 0) good &= read_level(ctx, &settings->at[i], options);
    }
    return good;
}

/* ---- what rules report */

/* The codes at the beginning of an allow line: words, each but the last with a comma behind it. The place behind them. */
static const char *each_code(const char *line, const char **code, size_t *len)
{
    *code = line + strspn(line, " \t");
    *len = strcspn(*code, " \t,\n");
    const char *behind = *code + *len;
    behind += strspn(behind, " \t");
    return *behind == ',' ? behind + 1 : NULL;
}

static bool line_allows(const char *line, const char *rule)
{
    while (line) {
        const char *code;
        size_t len;
        line = each_code(line, &code, &len);
        if (strlen(rule) == len && strncmp(code, rule, len) == 0) return true;
    }
    return false;
}

static bool allows(const struct review_statement *statement, const char *rule)
{
    for (const char *line = statement->allow; line && *line; line += strspn(line, "\n")) {
        if (line_allows(line, rule)) return true;
        line += strcspn(line, "\n");
    }
    return false;
}

/* A finding about the whole file is taken back anywhere in it. */
static const struct review_statement *allowing(const struct review *r)
{
    if (r->statement) return allows(r->statement, r->rule->code) ? r->statement : NULL;
    for (size_t i = 0; i < r->file->statements.n; i++) {
        if (allows(&r->file->statements.at[i], r->rule->code)) return &r->file->statements.at[i];
    }
    return NULL;
}

static const char *allow_key(const struct review *r, const struct review_statement *statement)
{
    return arena_printf(r->ctx->arena, "%u", (unsigned)statement->span.start);
}

static void push(struct review *r, enum review_level most, struct span span, const char *message)
{
    enum review_level level = r->options->levels[r->rule - review_rules];
    const struct review_statement *taken = allowing(r);
    const char *mend = r->mend;
    r->mend = NULL;
    if (level > most) level = most;
    if (level == REVIEW_OFF) return;
    if (taken) {
        r->result->allowed++;
        map_put(r->allowed, allow_key(r, taken), r);
        return;
    }
    for (size_t i = 0; i < r->result->findings.n; i++) {
        const struct review_finding *other = &r->result->findings.at[i];
        if (other->rule == r->rule && other->span.start == span.start && other->file == r->file && str_eq(other->message, message)) return;
    }
    struct review_finding finding = {.rule = r->rule, .level = level, .file = r->file, .span = span, .message = message, .mend = mend};
    vec_push(r->ctx->arena, &r->result->findings, finding);
}

struct span act_span(const struct review *r, const struct sql_act *act)
{
    struct span span = r->statement->span;
    if (!act || act->length == 0 || act->offset + act->length > span.end - span.start) return span;
    return (struct span){span.start + (uint32_t)act->offset, span.start + (uint32_t)(act->offset + act->length)};
}

static struct span place(const struct review *r, const struct sql_act *act)
{
    if (r->statement) return act_span(r, act);
    if (r->file->revision) return r->file->revision->header;
    uint32_t start = r->file->source ? r->file->source->base : 0;
    return (struct span){start, start};
}

void report(struct review *r, const struct sql_act *act, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(r->ctx->arena, format, args);
    va_end(args);
    push(r, REVIEW_ERROR, place(r, act), message);
}

void report_at(struct review *r, enum review_level most, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(r->ctx->arena, format, args);
    va_end(args);
    push(r, most, span_known(span) ? span : place(r, NULL), message);
}

/* ---- statements */

static bool is_of(const struct rule_row *row, enum sql_act_what what)
{
    for (size_t i = 0; i < sizeof row->acts / sizeof *row->acts && row->acts[i] != ACT_NONE; i++) {
        if (row->acts[i] == what) return true;
    }
    return false;
}

static bool applies(const struct review *r, size_t rule, enum rule_when when, bool up)
{
    return rule_rows[rule].when == when && (up || rule_rows[rule].scope == BOTH) && r->options->levels[rule] != REVIEW_OFF;
}

static void run_on(struct review *r, enum rule_when when, const struct sql_act *act, bool up)
{
    for (size_t i = 0; i < n_review_rules; i++) {
        if (!applies(r, i, when, up) || (act && !is_of(&rule_rows[i], act->what))) continue;
        r->rule = &review_rules[i];
        rule_rows[i].check(r, act);
    }
}

/* Names without a schema are of the first one of the search path. */
static void enter_schema(struct review *r, const struct review_statement *statement)
{
    struct sql_names names;
    struct sql_error error;
    const char *path = statement->statement ? statement->statement->search_path : NULL;
    r->ledger->schema = "public";
    if (path && sql_names_parse(r->ctx->arena, path, &names, &error) && names.n > 0) r->ledger->schema = names.at[0].name;
}

struct held *held_of(const struct review *r, const char *key)
{
    size_t place = (size_t)(uintptr_t)map_get(r->held_at, key);
    return place ? &r->held.at[place - 1] : NULL;
}

static void hold(struct review *r)
{
    const struct effect *effect = &r->statement->effect;
    for (size_t i = 0; i < effect->relations.n; i++) {
        const struct relation_effect *relation = &effect->relations.at[i];
        if (relation->made || relation->index || !relation_exists(r, relation->schema, relation->name)) continue;
        struct held *known = held_of(r, ledger_key(r->ledger, relation->schema, relation->name));
        if (known && known->lock < relation->lock) known->lock = relation->lock;
        if (known) continue;
        struct held held = {.key = ledger_key(r->ledger, relation->schema, relation->name),
                            .shown = shown_name(r, relation->schema, relation->name), .lock = relation->lock, .statement = r->statement};
        vec_push(r->ctx->arena, &r->held, held);
        map_put(r->held_at, held.key, (void *)(uintptr_t)r->held.n);
    }
    for (size_t i = 0; i < r->statement->acts.n; i++) {
        if (r->statement->acts.at[i].what == ACT_ENUM_ADD) vec_push(r->ctx->arena, &r->values, r->statement->acts.at[i].part);
    }
}

bool timeout_is_set(const struct review *r, const struct timeout *timeout)
{
    bool local = timeout->local && timeout->transaction == r->statement->transaction && r->statement->transaction;
    return local ? timeout->local_set : timeout->set;
}

/* SET, SET LOCAL, RESET, SET .. TO DEFAULT; 0 is none. LOCAL outside of a transaction does nothing. */
static void note_timeouts(struct review *r, const struct sql_act *act)
{
    struct timeout *timeouts[] = {&r->lock_timeout, &r->statement_timeout};
    static const char *const names[] = {"lock_timeout", "statement_timeout"};
    bool some = act->now && strtod(act->now, NULL) > 0;
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        if (act->part && !str_eq(act->part, names[i])) continue; /* RESET ALL has no name */
        struct timeout *timeout = timeouts[i];
        if (act->flags & ACT_PLACED)
            *timeout = (struct timeout){.set = timeout->set, .local = true, .local_set = some, .transaction = r->statement->transaction};
        else *timeout = (struct timeout){.set = some};
    }
}

static void forget_held(struct review *r, int transaction)
{
    if (r->held.n > 0) r->held_at = map_new(r->ctx->arena);
    r->held.n = 0;
    r->values.n = 0;
    r->transaction = transaction;
}

static void read_statement(struct review *r, const struct review_statement *statement, bool judge)
{
    r->statement = statement;
    enter_schema(r, statement);
    if (statement->transaction == 0 || statement->transaction != r->transaction) forget_held(r, statement->transaction);
    if (judge) settle_effect(r);
    if (judge) run_on(r, ON_STATEMENT, NULL, statement->up);
    for (size_t i = 0; i < statement->acts.n; i++) {
        const struct sql_act *act = &statement->acts.at[i];
        if (judge) run_on(r, ON_ACT, act, statement->up);
        if (act->what == ACT_SET) note_timeouts(r, act);
        ledger_take(r->ledger, act);
    }
    hold(r);
}

static void read_direction(struct review *r, bool up, bool judge)
{
    ledger_settle(r->ledger);
    forget_held(r, 0);
    for (size_t i = 0; i < r->file->statements.n; i++) {
        r->number = i;
        if (r->file->statements.at[i].up == up) read_statement(r, &r->file->statements.at[i], judge);
    }
    r->statement = NULL;
}

static bool goes_down(const struct review_file *file)
{
    for (size_t i = 0; i < file->statements.n; i++) {
        if (!file->statements.at[i].up) return true;
    }
    return false;
}

static void read_file(struct review *r, const struct review_file *file)
{
    bool judge = !file->context;
    r->file = file;
    r->lock_timeout = r->statement_timeout = (struct timeout){0};
    r->said_lock_timeout = r->said_statement_timeout = false;
    r->allowed = map_new(r->ctx->arena);
    r->before = judge ? ledger_clone(r->ledger) : NULL;
    read_direction(r, true, judge);
    r->back = NULL;
    if (!judge) return;
    struct ledger *after = r->ledger;
    if (goes_down(file)) {
        r->ledger = r->back = ledger_clone(after);
        read_direction(r, false, true);
        r->ledger = after;
    }
    run_on(r, ON_FILE, NULL, true);
    ledger_settle(r->ledger);
}

/* ---- `modelc:allow` itself */

const char *allow_defect(struct arena *arena, const char *allow)
{
    if (allow && !*allow) return "modelc:allow names no rule";
    for (const char *line = allow; line && *line; line += strspn(line, "\n")) {
        size_t whole = strcspn(line, "\n");
        for (const char *next = line; next;) {
            const char *code, *near = NULL;
            size_t len;
            next = each_code(next, &code, &len);
            const char *word = arena_strndup(arena, code, len);
            if (!review_rule(word, &near))
                return near ? arena_printf(arena, "modelc:allow knows no rule \"%s\": did you mean %s?", word, near)
                            : arena_printf(arena, "modelc:allow knows no rule \"%s\"", word);
            if (!next && code + len + strspn(code + len, " \t") >= line + whole)
                return arena_printf(arena, "modelc:allow %s needs a reason behind it", word);
        }
        line += whole;
    }
    return NULL;
}

bool allow_used(const struct review *r, const struct review_statement *statement)
{
    return map_has(r->allowed, allow_key(r, statement));
}

/* ---- all of it */

void review_run(struct ctx *ctx, const struct review_files *files, const struct review_options *options, struct review_result *result)
{
    struct review r = {.ctx = ctx, .options = options, .result = result, .ledger = ledger_new(ctx->arena), .orders = map_new(ctx->arena),
                       .held_at = map_new(ctx->arena)};
    for (size_t i = 0; i < files->n; i++) read_file(&r, files->at[i]);
}
