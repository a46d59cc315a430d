/* verify_rows.c: what a revision did to rows, values and sequence positions, against what its file says it does. */
#include <string.h>

#include "cli/verify.h"
#include "revision/line.h"
#include "sql/quote.h"

struct judging {
    struct ctx *ctx;
    struct proof *proof;
    const struct rows_finding *finding;
    bool up;                    /* by the upgrade alone: then the downgrade's half of the file has no say */
};

/* ---- what the file says by `modelc:loses` */

static bool says(const struct section *section, const char *kind, const char *path)
{
    size_t len = strlen(kind);
    for (size_t i = 0; path && i < section->loses.n; i++) {
        const char *line = section->loses.at[i];
        if (str_eq(line, path) || (str_starts(line, kind) && line[len] == ' ' && str_eq(line + len + 1, path))) return true;
    }
    return false;
}

/* A partition is a part of its tables above, and so is what an heir has from them. */
static bool says_above(const struct judging *j, const struct section *section, const struct seen_rows *seen)
{
    const struct rows_finding *f = j->finding;
    struct arena *arena = j->ctx->arena;
    for (size_t i = 0; f->table && f->table->above && i < seen->tables.n; i++) {
        const struct seen_table *above = &seen->tables.at[i];
        if (!strstr(f->table->above, arena_printf(arena, " %s ", above->oid))) continue;
        if (f->table->root && says(section, "table", above->path)) return true;
        const char *column = f->column ? arena_printf(arena, "%s.%s", above->path, sql_ident_str(arena, f->column->name)) : NULL;
        if (says(section, "column", column)) return true;
    }
    return false;
}

/* `loses` names the thing, or what it stands in. */
static bool section_says(const struct judging *j, const struct section *section, const struct seen_rows *seen)
{
    const struct rows_finding *f = j->finding;
    struct arena *arena = j->ctx->arena;
    if (says(section, f->kind, f->path) || says(section, f->kind, f->now)) return true;
    if (f->table && says(section, "table", f->table->path)) return true;
    if (f->sequence && f->table) {
        const char *column = arena_printf(arena, "%s.%s", f->table->path, sql_ident_str(arena, f->sequence->column));
        if (says(section, "column", column)) return true;
    }
    /* What is lost may come back to other rows. */
    for (size_t i = 0; f->change == ROWS_MIXED && i < f->table->columns.n; i++) {
        const char *name = sql_ident_str(arena, f->table->columns.at[i].name);
        if (says(section, "column", arena_printf(arena, "%s.%s", f->path, name))) return true;
    }
    for (size_t i = 0; f->column && f->column->composite && i < section->loses.n; i++) {
        if (str_starts(section->loses.at[i], "attribute ")) return true;
    }
    return says_above(j, section, seen);
}

static bool is_declared(const struct judging *j, const struct seen_rows *seen)
{
    const struct revision *revision = j->proof->revision;
    for (size_t i = 0; i < revision->up.n; i++) {
        if (section_says(j, &revision->up.at[i], seen)) return true;
    }
    for (size_t i = 0; !j->up && i < revision->down.n; i++) {
        if (section_says(j, &revision->down.at[i], seen)) return true;
    }
    return false;
}

/* ---- what it says by its statements */

static bool mentions(struct arena *arena, const struct statement *statement, const char *name)
{
    return verify_mentions(arena, statement->sql, name) || (statement->reason && verify_mentions(arena, statement->reason, name));
}

/* What only its running shows. */
static bool is_opaque(const struct statement *statement)
{
    static const char *const verbs[] = {"DO", "CALL", "SELECT", "MERGE"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_starts(statement->verb, verbs[i])) return true;
    }
    return strncasecmp(statement->sql, "WITH", strlen("WITH")) == 0;
}

static bool restarts(struct arena *arena, const struct statement *statement, const struct rows_finding *f)
{
    bool table = f->table && mentions(arena, statement, f->table->name) && verify_mentions(arena, statement->sql, "RESTART");
    bool sets = is_opaque(statement) || verify_mentions(arena, statement->sql, "RESTART");
    return table || (sets && mentions(arena, statement, f->name));
}

/* Rows and columns that go with DROP want `modelc:loses`: that's not a data step, wherever it stands. */
static bool explains(struct arena *arena, const struct statement *statement, const struct rows_finding *f)
{
    const char *verb = statement->verb;
    if (f->change == SEQUENCE_BACK) return restarts(arena, statement, f);
    if (f->change == ROWS_GONE || f->dropped || !mentions(arena, statement, f->name)) return false;
    if (is_opaque(statement)) return !f->column || mentions(arena, statement, f->column->name);
    switch (f->change) {
    case ROWS_FEWER: return str_starts(verb, "DELETE") || str_starts(verb, "TRUNCATE");
    case ROWS_MORE: return str_starts(verb, "INSERT");
    case ROWS_MIXED: return str_starts(verb, "UPDATE");
    default: break;
    }
    bool updates = str_starts(verb, "UPDATE") || (str_starts(verb, "INSERT") && verify_mentions(arena, statement->sql, "CONFLICT"));
    return updates && mentions(arena, statement, f->column->name);
}

/* Of the upgrade: a step of the downgrade that changes what was there before is the defect that is looked for. */
static const struct statement *explaining(const struct judging *j)
{
    const struct revision *revision = j->proof->revision;
    if (!j->up && j->finding->change == ROWS_MIXED) return NULL; /* after the upgrade they were as before */
    for (size_t i = 0; i < revision->up.n; i++) {
        for (size_t k = 0; k < revision->up.at[i].statements.n; k++) {
            const struct statement *statement = &revision->up.at[i].statements.at[k];
            if (explains(j->ctx->arena, statement, j->finding)) return statement;
        }
    }
    return NULL;
}

/* ---- the judgement */

static const char *finding_text(struct arena *arena, const struct rows_finding *f, bool up)
{
    const char *path = str_starts(f->path, "public.") ? f->path + strlen("public.") : f->path;
    const char *by = up ? "the upgrade" : "up and down together", *s = up ? "s" : "";
    switch (f->change) {
    case ROWS_GONE: return arena_printf(arena, "%s lose%s table %s with %lld rows", by, s, path, f->before);
    case ROWS_FEWER: return arena_printf(arena, "%s lose%s %lld of %lld rows of %s", by, s, f->before - f->after, f->before, path);
    case ROWS_MORE: return arena_printf(arena, "%s add%s %s to %s", by, s, str_count(arena, (size_t)(f->after - f->before), "row"), path);
    case ROWS_MIXED: return arena_printf(arena, "%s change%s which values stand together in the rows of %s", by, s, path);
    case VALUES_GONE:
        return arena_printf(arena, "%s lose%s %lld of %lld values of %s", by, s, f->before - f->after, f->before, path);
    case VALUES_CHANGED: return arena_printf(arena, "%s change%s values of %s", by, s, path);
    case SEQUENCE_BACK:
        return arena_printf(arena, "%s set%s sequence %s back from %lld to %lld", by, s, path, f->before, f->after);
    }
    return "";
}

static bool known_already(const struct rows_findings *findings, const struct rows_finding *finding)
{
    for (size_t i = 0; i < findings->n; i++) {
        if (str_eq(findings->at[i].path, finding->path) && str_eq(findings->at[i].kind, finding->kind)) return true;
    }
    return false;
}

static struct span place(const struct judging *j)
{
    const struct rows_finding *f = j->finding;
    if (f->column) return verify_span(j->ctx->arena, j->proof->revision, j->up, f->column->name, f->name);
    return verify_span(j->ctx->arena, j->proof->revision, j->up, f->name, f->table ? f->table->name : NULL);
}

/* Values of a table that doesn't have as many rows as before can't be compared. */
static bool came_back(const struct rows_findings *back, const struct rows_finding *finding)
{
    for (size_t i = 0; back && finding->column && i < back->n; i++) {
        const struct rows_finding *one = &back->at[i];
        bool same = one->table && (one->table == finding->table || str_eq(one->table->root, finding->table->oid));
        if (same && str_eq(one->kind, "table")) return false;
    }
    return back && !known_already(back, finding);
}

/* `back`: what up and down together do, where that is known. */
static bool judge(const struct judging *j, const struct seen_rows *before, const struct rows_findings *back)
{
    struct ctx *ctx = j->ctx;
    const struct rows_finding *f = j->finding;
    const char *text = finding_text(ctx->arena, f, j->up), *why = NULL;
    const struct statement *statement = explaining(j);
    if (is_declared(j, before)) why = ", as the file says";
    else if (statement) why = arena_printf(ctx->arena, ", by the data step in line %u", statement->line);
    else if (j->up && came_back(back, f)) why = ", which the downgrade brings back";
    else if (f->change == ROWS_MORE) why = ""; /* nothing is lost */
    if (why) {
        vec_push(ctx->arena, &j->proof->notes, arena_printf(ctx->arena, "%s%s", text, why));
        return true;
    }
    struct diag *diag = diag_add(ctx, D_PROOF, place(j), "%s, and the file doesn't say so", text);
    diag_mend(ctx, diag, "mend", "keep them, or say it above the statement: -- modelc:loses %s %s", f->kind,
              line_encode(ctx->arena, f->path));
    return false;
}

bool verify_rows(struct verify *v, struct proof *proof, const struct seen_rows *before, const struct rows_findings *up,
                 const struct rows_findings *back)
{
    bool good = true;
    for (size_t i = 0; i < up->n; i++) {
        good = judge(&(struct judging){v->s->ctx, proof, &up->at[i], true}, before, back) && good;
    }
    for (size_t i = 0; back && i < back->n; i++) {
        if (known_already(up, &back->at[i])) continue;
        good = judge(&(struct judging){v->s->ctx, proof, &back->at[i], false}, before, NULL) && good;
    }
    return good;
}
