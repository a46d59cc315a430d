/* review_print.c: findings of the review for people, as JSON, SARIF, GitHub annotations, and GitLab's code quality report. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/shown.h"
#include "cli/review.h"

/* ---- places */

struct ends {
    struct place start, end;
};

static struct ends ends_of(const struct session *s, struct span span)
{
    struct ends ends = {source_place(s->ctx->sources, span.start), {0}};
    ends.end = ends.start.source && span.end > span.start ? source_place(s->ctx->sources, span.end) : ends.start;
    if (!ends.end.source) ends.end = ends.start;
    return ends;
}

static const char *mend_of(const struct review_finding *finding)
{
    return finding->mend ? finding->mend : finding->rule->mend;
}

/* Files, then places, so that each format has the same order. */
static int compare(const void *left, const void *right)
{
    const struct review_finding *a = left, *b = right;
    if (a->span.start != b->span.start) return a->span.start < b->span.start ? -1 : 1;
    if (a->level != b->level) return a->level > b->level ? -1 : 1;
    return strcmp(a->rule->code, b->rule->code);
}

/* ---- text */

static const char *verb_of(struct session *s, const struct review_statement *statement)
{
    struct sql_statement class;
    struct sql_error error;
    if (statement->statement) return statement->statement->verb;
    return sql_classify(s->ctx->arena, statement->sql, &class, &error) && class.verb ? class.verb : "statement";
}

/* The overview is one screen: what costs nothing is left out, and the rest where there is too much. */
static void print_overview(struct session *s, const struct review_file *file, const struct review_options *options)
{
    enum { MOST = 30 };
    size_t shown = 0, left = 0;
    struct table table = table_new(&s->out, 4, "  ");
    for (size_t i = 0; i < file->statements.n; i++) {
        const struct review_statement *statement = &file->statements.at[i];
        const char *cost = review_cost(s->ctx, file, statement, options);
        if (!cost) continue;
        if (shown++ >= MOST) {
            left++;
            continue;
        }
        struct ends at = ends_of(s, statement->span);
        const char *where = arena_printf(s->ctx->arena, "%s%u", statement->up ? "" : "down ", at.start.line);
        const char *transaction = statement->transaction ? arena_printf(s->ctx->arena, "tx %d", statement->transaction) : "-";
        table_row(&table, where, transaction, verb_of(s, statement), text_shown(s->ctx->arena, cost, false));
    }
    out_print(&s->out, "%s%s\n", text_shown(s->ctx->arena, file->name, false), shown ? "" : ": locks nothing that exists already");
    table_print(&table);
    if (left) out_print(&s->out, "  and %zu more\n", left);
}

/* The findings as diagnostics: these are printed with carets, or as annotations. */
static void queue(struct session *s, const struct review_result *result)
{
    static const enum severity severities[] = {[REVIEW_NOTE] = SEVERITY_NOTE, [REVIEW_WARNING] = SEVERITY_WARNING,
                                               [REVIEW_ERROR] = SEVERITY_ERROR};
    for (size_t i = 0; i < result->findings.n; i++) {
        const struct review_finding *finding = &result->findings.at[i];
        struct diag *diag = span_known(finding->span) ? diag_add(s->ctx, D_REVIEW, finding->span, "%s", finding->message)
                                                      : diag_file(s->ctx, D_REVIEW, finding->file->name, "%s", finding->message);
        diag_severity(diag, severities[finding->level]);
        diag_name(diag, finding->rule->code);
        diag_mend(s->ctx, diag, "mend", "%s", mend_of(finding));
    }
}

static size_t count(const struct review_result *result, enum review_level level)
{
    size_t n = 0;
    for (size_t i = 0; i < result->findings.n; i++) n += result->findings.at[i].level == level;
    return n;
}

static void print_text(struct session *s, const struct review_files *files, const struct review_options *options,
                       const struct review_result *result)
{
    struct arena *arena = s->ctx->arena;
    size_t judged = 0;
    for (size_t i = 0; i < files->n; i++) {
        if (files->at[i]->context) continue;
        judged++;
        if (!s->out.quiet) print_overview(s, files->at[i], options);
    }
    if (!s->out.quiet && result->findings.n > 0) out_print(&s->out, "\n");
    queue(s, result);
    diag_print(s->ctx, s->out.file, DIAG_TEXT, s->out.color, 0);
    if (s->out.quiet) return;
    const char *notes = arena_printf(arena, ", %s", str_count(arena, count(result, REVIEW_NOTE), "note"));
    const char *allowed = result->allowed ? arena_printf(arena, ", %s allowed", str_count(arena, result->allowed, "finding")) : "";
    if (judged == 0) out_print(&s->out, "Nothing to review.\n");
    else out_print(&s->out, "%s reviewed%s%s.\n", str_count(arena, judged, "file"), result->findings.n ? notes : ": nothing found",
                   allowed);
}

/* ---- JSON */

static json_t *finding_json(struct session *s, const struct review_finding *finding)
{
    struct ends at = ends_of(s, finding->span);
    json_t *object = json_object();
    json_object_set_new(object, "code", out_text(finding->rule->code));
    json_object_set_new(object, "severity", out_text(review_level_words[finding->level]));
    json_object_set_new(object, "file", out_text(finding->file->name));
    json_object_set_new(object, "line", json_integer(at.start.source ? at.start.line : 1));
    json_object_set_new(object, "column", json_integer(at.start.source ? at.start.column : 1));
    json_object_set_new(object, "end_line", json_integer(at.end.source ? at.end.line : 1));
    json_object_set_new(object, "end_column", json_integer(at.end.source ? at.end.column : 1));
    json_object_set_new(object, "message", out_text(finding->message));
    json_object_set_new(object, "mend", out_text(mend_of(finding)));
    return object;
}

static json_t *statement_json(struct session *s, const struct review_file *file, const struct review_statement *statement,
                              const struct review_options *options)
{
    json_t *object = json_object(), *relations = json_array();
    json_object_set_new(object, "line", json_integer(ends_of(s, statement->span).start.line));
    json_object_set_new(object, "direction", out_text(statement->up ? "up" : "down"));
    json_object_set_new(object, "transaction", statement->transaction ? json_integer(statement->transaction) : json_null());
    json_object_set_new(object, "statement", out_text(verb_of(s, statement)));
    json_object_set_new(object, "cost", out_text(review_cost(s->ctx, file, statement, options)));
    for (size_t i = 0; i < statement->effect.relations.n; i++) {
        const struct relation_effect *relation = &statement->effect.relations.at[i];
        json_t *row = json_object();
        json_object_set_new(row, "schema", out_text(relation->schema));
        json_object_set_new(row, "name", out_text(relation->name));
        json_object_set_new(row, "lock", out_text(lock_name(relation->lock)));
        json_object_set_new(row, "work", out_text(work_text(s->ctx->arena, relation->work)));
        json_object_set_new(row, "made", json_boolean(relation->made));
        json_array_append_new(relations, row);
    }
    json_object_set_new(object, "relations", relations);
    return object;
}

static void print_json(struct session *s, const struct review_files *files, const struct review_options *options,
                       const struct review_result *result)
{
    json_t *object = json_object(), *list = json_array(), *findings = json_array();
    for (size_t i = 0; i < files->n; i++) {
        const struct review_file *file = files->at[i];
        if (file->context) continue;
        json_t *row = json_object(), *statements = json_array();
        json_object_set_new(row, "file", out_text(file->name));
        json_object_set_new(row, "revision", out_text(file->revision ? file->revision->id : NULL));
        for (size_t k = 0; k < file->statements.n; k++)
            json_array_append_new(statements, statement_json(s, file, &file->statements.at[k], options));
        json_object_set_new(row, "statements", statements);
        json_array_append_new(list, row);
    }
    for (size_t i = 0; i < result->findings.n; i++) json_array_append_new(findings, finding_json(s, &result->findings.at[i]));
    json_object_set_new(object, "files", list);
    json_object_set_new(object, "findings", findings);
    json_object_set_new(object, "allowed", json_integer((json_int_t)result->allowed));
    out_json(&s->out, object);
}

/* ---- SARIF 2.1.0 */

/* A file's name as a URI reference: whatever isn't plain is written as %XX. */
static const char *uri_of(struct arena *arena, const char *name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    struct buf uri = buf_new(arena);
    for (const char *at = name; *at; at++) {
        if (strchr(plain, *at)) buf_addc(&uri, *at);
        else buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*at);
    }
    return uri.text;
}

static const char *sarif_level(enum review_level level)
{
    return level == REVIEW_OFF ? "none" : review_level_words[level];
}

static json_t *sarif_rules(const struct review_options *options)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < n_review_rules; i++) {
        const struct review_rule *rule = &review_rules[i];
        json_t *row = json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", rule->code, "shortDescription", "text", rule->title,
                                "fullDescription", "text", rule->why, "help", "text", rule->mend, "defaultConfiguration", "level",
                                sarif_level(options->levels[i]));
        json_array_append_new(rules, row);
    }
    return rules;
}

/* What names the finding wherever lines above it move: the file, the rule, and the text it is about. */
static const char *fingerprint(struct session *s, const struct review_finding *finding)
{
    struct place at = source_place(s->ctx->sources, finding->span.start);
    const char *line = at.source ? arena_strndup(s->ctx->arena, at.line_text, at.line_len) : "";
    const char *text = arena_printf(s->ctx->arena, "%s\n%s\n%s\n%s", finding->file->name, finding->rule->code, finding->message, line);
    const char *digest = digest_text(s->ctx->arena, text, strlen(text)), *colon = strchr(digest, ':');
    return colon ? colon + 1 : digest;
}

static json_t *sarif_result(struct session *s, const struct review_finding *finding)
{
    struct ends at = ends_of(s, finding->span);
    json_t *region = json_object(), *result = json_object();
    json_object_set_new(region, "startLine", json_integer(at.start.source ? at.start.line : 1));
    json_object_set_new(region, "startColumn", json_integer(at.start.source ? at.start.column : 1));
    json_object_set_new(region, "endLine", json_integer(at.end.source ? at.end.line : 1));
    json_object_set_new(region, "endColumn", json_integer(at.end.source ? at.end.column : 1));
    json_t *uri = out_text(uri_of(s->ctx->arena, finding->file->name));
    json_t *location = json_pack("{s:{s:{s:o}, s:o}}", "physicalLocation", "artifactLocation", "uri", uri, "region", region);
    json_object_set_new(result, "ruleId", out_text(finding->rule->code));
    json_object_set_new(result, "ruleIndex", json_integer(finding->rule - review_rules));
    json_object_set_new(result, "level", out_text(sarif_level(finding->level)));
    const char *text = arena_printf(s->ctx->arena, "%s. Mend: %s", finding->message, mend_of(finding));
    json_object_set_new(result, "message", json_pack("{s:o}", "text", out_text(text)));
    json_object_set_new(result, "locations", json_pack("[o]", location));
    json_object_set_new(result, "partialFingerprints", json_pack("{s:o}", "modelc/v1", out_text(fingerprint(s, finding))));
    return result;
}

static void print_document(struct session *s, json_t *document)
{
    json_dumpf(document, s->out.file, JSON_INDENT(2));
    fputc('\n', s->out.file);
    json_decref(document);
}

static void print_sarif(struct session *s, const struct review_options *options, const struct review_result *result)
{
    json_t *results = json_array();
    for (size_t i = 0; i < result->findings.n; i++) json_array_append_new(results, sarif_result(s, &result->findings.at[i]));
    json_t *driver = json_pack("{s:s, s:s, s:o}", "name", "modelc", "version", MODELC_VERSION, "rules", sarif_rules(options));
    json_t *run = json_pack("{s:{s:o}, s:s, s:o}", "tool", "driver", driver, "columnKind", "unicodeCodePoints", "results", results);
    print_document(s, json_pack("{s:s, s:s, s:[o]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                                "runs", run));
}

/* ---- GitLab */

static void print_gitlab(struct session *s, const struct review_result *result)
{
    static const char *const severities[] = {[REVIEW_NOTE] = "info", [REVIEW_WARNING] = "major", [REVIEW_ERROR] = "critical"};
    json_t *list = json_array();
    for (size_t i = 0; i < result->findings.n; i++) {
        const struct review_finding *finding = &result->findings.at[i];
        struct ends at = ends_of(s, finding->span);
        json_t *lines = json_pack("{s:I, s:I}", "begin", (json_int_t)(at.start.source ? at.start.line : 1), "end",
                                  (json_int_t)(at.end.source ? at.end.line : 1));
        json_t *row = json_object();
        json_object_set_new(row, "description", out_text(finding->message));
        json_object_set_new(row, "check_name", out_text(finding->rule->code));
        json_object_set_new(row, "fingerprint", out_text(fingerprint(s, finding)));
        json_object_set_new(row, "severity", out_text(severities[finding->level]));
        json_object_set_new(row, "location", json_pack("{s:o, s:o}", "path", out_text(finding->file->name), "lines", lines));
        json_array_append_new(list, row);
    }
    print_document(s, list);
}

/* ---- all of them */

void review_print(struct session *s, const struct review_files *files, const struct review_options *options,
                  const struct review_result *result)
{
    const char *format = option_text(s->options, OPT_FORMAT);
    if (result->findings.n) qsort(result->findings.at, result->findings.n, sizeof *result->findings.at, compare);
    if (s->out.json) print_json(s, files, options, result);
    else if (str_eq(format, "sarif")) print_sarif(s, options, result);
    else if (str_eq(format, "gitlab")) print_gitlab(s, result);
    else if (str_eq(format, "github") || (!format && getenv("GITHUB_ACTIONS"))) {
        queue(s, result);
        diag_print(s->ctx, s->out.file, DIAG_GITHUB, false, 0);
    } else print_text(s, files, options, result);
}

void review_print_rules(struct session *s, const struct review_options *options)
{
    struct table table = table_new(&s->out, 3, "");
    json_t *list = json_array();
    for (size_t i = 0; i < n_review_rules; i++) {
        const struct review_rule *rule = &review_rules[i];
        const char *level = review_level_words[options->levels[i]];
        table_row(&table, rule->code, level, rule->title);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", rule->code, "level", level, "title", rule->title, "why",
                                              rule->why, "mend", rule->mend));
    }
    if (s->out.json) out_json(&s->out, list);
    else json_decref(list);
    table_print(&table);
}
