/* rules.c: the review's table of rules: every example is run, and docs/review.md is made of it.
 * Usage: rules examples   TAP: bad examples are found, good ones aren't; what other linters find is found
 *        rules places     where the bad examples' findings are
 *        rules render     the tables of docs/review.md */
#include <string.h>

#include "review/review.h"
#include "tap.h"

static const struct peer {
    const char *tool, *rule, *code, *example;
} peers[] = {
#define PEER(tool, rule, code, example) {tool, rule, code, example},
#include "peers.def"
#undef PEER
};
enum { N_PEERS = sizeof peers / sizeof *peers };

/* ---- running an example */

static struct review_file *read(struct ctx *ctx, const char *name, const char *text)
{
    struct source *source = source_add(ctx->sources, name, text, strlen(text));
    if (!strstr(text, "modelc:revision")) return review_plain(ctx, source);
    struct revision *revision = revision_parse(ctx, source);
    return revision ? review_revision(ctx, revision) : NULL;
}

/* The first finding of this code; NULL: none. All rules that are off by default are on. */
static const struct review_finding *find(struct ctx *ctx, const char *before, const char *text, const char *code)
{
    struct review_options *options = ARENA_NEW(ctx->arena, struct review_options);
    struct review_result *result = ARENA_NEW(ctx->arena, struct review_result);
    struct review_files files = {0};
    *options = (struct review_options){0};
    *result = (struct review_result){0};
    review_levels(ctx, NULL, options);
    for (size_t i = 0; i < n_review_rules; i++) {
        if (strcmp(review_rules[i].code, code) == 0 && options->levels[i] == REVIEW_OFF) options->levels[i] = REVIEW_WARNING;
    }
    struct review_file *earlier = before ? read(ctx, "before.sql", before) : NULL, *file = read(ctx, "example.sql", text);
    if (earlier) {
        earlier->context = true;
        vec_push(ctx->arena, &files, earlier);
    }
    if (!file) return NULL;
    vec_push(ctx->arena, &files, file);
    review_run(ctx, &files, options, result);
    for (size_t i = 0; i < result->findings.n; i++) {
        if (strcmp(result->findings.at[i].rule->code, code) == 0) return &result->findings.at[i];
    }
    return NULL;
}

static void check_rule(const struct review_rule *rule)
{
    struct ctx *ctx = ctx_new();
    if (rule->bad) {
        ok(find(ctx, rule->before, rule->bad, rule->code), "%s: the bad example is found", rule->code);
        ok(!find(ctx, rule->before, rule->good, rule->code), "%s: the good example isn't", rule->code);
        const char *allowed = arena_printf(ctx->arena, "-- modelc:allow %s because of the test\n%s", rule->code, rule->bad);
        bool first = !strchr(rule->bad, '\n') && strncmp(rule->code, "allow-", 6) != 0;
        if (first) ok(!find(ctx, rule->before, allowed, rule->code), "%s: it can be allowed", rule->code);
    }
    ctx_free(ctx);
}

static void check_peer(const struct peer *peer)
{
    struct ctx *ctx = ctx_new();
    if (peer->code) {
        ok(review_rule(peer->code, NULL), "%s: %s: there is a rule %s", peer->tool, peer->rule, peer->code);
        ok(find(ctx, NULL, peer->example, peer->code), "%s: %s: %s finds it", peer->tool, peer->rule, peer->code);
    }
    ctx_free(ctx);
}

static void check_codes(void)
{
    for (size_t i = 0; i < n_review_rules; i++) {
        const struct review_rule *rule = &review_rules[i];
        size_t plain = strspn(rule->code, "abcdefghijklmnopqrstuvwxyz0123456789-"), same = 0;
        for (size_t k = 0; k < n_review_rules; k++) same += strcmp(review_rules[k].code, rule->code) == 0;
        ok(same == 1 && plain == strlen(rule->code), "%s: a code of its own", rule->code);
    }
}

/* ---- places */

static void print_place(const struct review_rule *rule)
{
    struct ctx *ctx = ctx_new();
    const struct review_finding *finding = rule->bad ? find(ctx, rule->before, rule->bad, rule->code) : NULL;
    if (finding) {
        struct place at = source_place(ctx->sources, finding->span.start);
        size_t len = finding->span.end - finding->span.start, rest = at.line_len - at.line_offset;
        printf("%s  %u:%u  %.*s\n    %s\n", rule->code, at.line, at.column, (int)(len < rest ? len : rest), at.line_text + at.line_offset,
               finding->message);
    }
    ctx_free(ctx);
}

/* ---- docs/review.md */

static void render_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|') printf("\\|");
        else putchar(*text == '\n' ? ' ' : *text);
    }
}

static void render_overview(void)
{
    printf("## The rules\n\n| code | level | what |\n|---|---|---|\n");
    for (size_t i = 0; i < n_review_rules; i++) {
        const struct review_rule *rule = &review_rules[i];
        printf("| [%s](#%s) | %s | %s |\n", rule->code, rule->code, review_level_words[rule->level], rule->title);
    }
}

static void render_rule(const struct review_rule *rule)
{
    printf("\n### %s\n\n%c%s. %s\n\nMend: %s.\n", rule->code, rule->title[0] >= 'a' && rule->title[0] <= 'z' ? rule->title[0] - 32 : rule->title[0],
           rule->title + 1, rule->why, rule->mend);
    if (!rule->bad) return;
    if (rule->before) printf("\nAfter\n\n```sql\n%s\n```\n", rule->before);
    printf("\n```sql\n-- found\n%s\n```\n\n```sql\n-- not found\n%s\n```\n", rule->bad, rule->good);
}

static void render_peers(const char *tool)
{
    printf("\n## What %s finds\n\n| %s | modelc |\n|---|---|\n", tool, tool);
    for (size_t i = 0; i < N_PEERS; i++) {
        if (strcmp(peers[i].tool, tool) != 0) continue;
        printf("| %s | ", peers[i].rule);
        if (peers[i].code) printf("[%s](#%s)", peers[i].code, peers[i].code);
        else render_cell(peers[i].example);
        printf(" |\n");
    }
}

static void render(void)
{
    render_overview();
    for (size_t i = 0; i < n_review_rules; i++) render_rule(&review_rules[i]);
    render_peers("squawk");
    render_peers("strong_migrations");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "examples";
    if (strcmp(what, "render") == 0) {
        render();
        return 0;
    }
    for (size_t i = 0; strcmp(what, "places") == 0 && i < n_review_rules; i++) print_place(&review_rules[i]);
    if (strcmp(what, "examples") != 0) return 0;
    check_codes();
    for (size_t i = 0; i < n_review_rules; i++) check_rule(&review_rules[i]);
    for (size_t i = 0; i < N_PEERS; i++) check_peer(&peers[i]);
    return tap_done();
}
