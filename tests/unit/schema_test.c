/* schema_test.c: models resolved: findings to the caret (tests/resolve), printing and hashes. */
#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "model/model.h"
#include "model/model.h"
#include "schema/schema.h"
#include "tap.h"

/* ---- helpers */

static struct ast_file *parse(struct ctx *ctx, const char *name, const char *text)
{
    struct source *source = source_add(ctx->sources, name, arena_strdup(ctx->arena, text), strlen(text));
    return model_parse(ctx, source);
}

static struct schema *resolve(struct ctx *ctx, const char *text)
{
    struct ast_files files = {0};
    struct ast_file *file = parse(ctx, "test.model", text);
    vec_push(ctx->arena, &files, file);
    return diag_errors(ctx) ? NULL : schema_resolve(ctx, &files, false);
}

static const char *printed(struct ctx *ctx)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    diag_print(ctx, out, DIAG_TEXT, false, 0);
    fclose(out);
    const char *kept = arena_strndup(ctx->arena, text, len);
    free(text);
    return kept;
}

static struct schema *resolve_or_say(struct ctx *ctx, const char *text)
{
    struct schema *schema = resolve(ctx, text);
    if (!schema) printf("# %s\n", printed(ctx));
    return schema;
}

static bool same_manifest(const struct map *a, const struct map *b)
{
    bool same = map_count(a) == map_count(b);
    if (!same) printf("# %zu objects, then %zu\n", map_count(a), map_count(b));
    for (struct map_entry e = map_first(a); e.key; e = map_next(e)) {
        const char *other = map_get(b, e.key);
        if (str_eq(e.value, other)) continue;
        printf("# %s: %s, then %s\n", e.key, (const char *)e.value, other ? other : "gone");
        same = false;
    }
    return same;
}

/* resolve -> print -> parse -> resolve gives the same manifest, and prints the same. */
static bool round_trip(struct ctx *ctx, const struct schema *schema)
{
    const char *text = schema_print(ctx, schema);
    struct schema *again = resolve_or_say(ctx, text);
    bool same = again && same_manifest(schema_manifest(ctx, schema), schema_manifest(ctx, again)) &&
                strcmp(text, schema_print(ctx, again)) == 0;
    if (!same) printf("# printed:\n# %s\n", text);
    if (again && !same) printf("# printed again:\n# %s\n", schema_print(ctx, again));
    return same;
}

/* ---- cases: === model [NAME], === strict, === errors, === print, === objects, === fields */

struct section { const char *title, *text; };
struct sections { struct section *at; size_t n, cap; };

static struct sections split(struct arena *arena, const char *text)
{
    struct sections sections = {0};
    while (text && str_starts(text, "=== ")) {
        const char *line_end = text + strcspn(text, "\n"), *next = strstr(line_end, "\n=== ");
        struct section section = {.title = arena_strndup(arena, text + 4, (size_t)(line_end - text - 4))};
        const char *from = *line_end ? line_end + 1 : line_end;
        section.text = next && next < from
                           ? ""
                           : arena_strndup(arena, from, next ? (size_t)(next + 1 - from) : strlen(from));
        vec_push(arena, &sections, section);
        text = next ? next + 1 : NULL;
    }
    return sections;
}

static const char *object_lines(struct ctx *ctx, const struct schema *schema)
{
    struct buf buf = buf_new(ctx->arena);
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *object = schema->all.at[i];
        buf_printf(&buf, "%s %s\n", object->kind->name, object_path(ctx->arena, object));
    }
    for (size_t i = 0; i < schema->unhandled.n; i++) {
        buf_printf(&buf, "unhandled: %s %s\n", schema->unhandled.at[i].what, schema->unhandled.at[i].path);
    }
    return buf.text;
}

static const char *value_line(struct ctx *ctx, const struct field *field, const struct value *value)
{
    struct buf buf = buf_new(ctx->arena);
    switch (field->type) {
    case VALUE_FLAG: return value->flag ? "yes" : "no";
    case VALUE_WORD: case VALUE_TEXT: return value->text;
    case VALUE_EXPR: return value->expr.text;
    case VALUE_PAIRS: sql_pairs(&buf, &value->pairs); break;
    case VALUE_TYPE: sql_type(&buf, &value->type); break;
    case VALUE_KEYS: sql_keys(&buf, &value->keys); break;
    case VALUE_REF: sql_ref(&buf, &value->ref); break;
    case VALUE_REFS: case VALUE_LABELS: return "..";
    }
    return buf.text;
}

/* All that is said of each object. */
static const char *field_lines(struct ctx *ctx, const struct schema *schema)
{
    struct buf buf = buf_new(ctx->arena);
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *object = schema->all.at[i];
        buf_printf(&buf, "%s %s\n", object->kind->name, object_path(ctx->arena, object));
        for (size_t k = 0; k < object->kind->n_fields; k++) {
            const struct value *value = &object->values[k];
            if (value->set) buf_printf(&buf, "  %s: %s\n", object->kind->fields[k].name, value_line(ctx, &object->kind->fields[k], value));
        }
        if (object->comment) buf_printf(&buf, "  comment: %s\n", object->comment);
        if (object->owner) buf_printf(&buf, "  owner: %s\n", object->owner);
    }
    return buf.text;
}

static const char *answer(struct ctx *ctx, const char *title, const struct schema *schema, const char *errors)
{
    if (str_eq(title, "errors")) return errors;
    if (!schema) return "(errors)\n";
    if (str_eq(title, "fields")) return field_lines(ctx, schema);
    return str_eq(title, "print") ? schema_print(ctx, schema) : object_lines(ctx, schema);
}

static void rewrite(struct ctx *ctx, const char *path, const struct sections *sections, const struct schema *schema,
                    const char *errors)
{
    struct buf buf = buf_new(ctx->arena);
    for (size_t i = 0; i < sections->n; i++) {
        const struct section *section = &sections->at[i];
        bool input = str_starts(section->title, "model") || str_eq(section->title, "strict");
        buf_printf(&buf, "=== %s\n%s", section->title,
                   input ? section->text : answer(ctx, section->title, schema, errors));
    }
    ok(file_write(ctx, path, buf.text, buf.len), "%s rewritten", path);
}

static void run_case(const char *path)
{
    struct ctx *ctx = ctx_new();
    struct source *source = file_load(ctx, path, NULL);
    struct sections sections = split(ctx->arena, source ? source->text : NULL);
    struct ast_files files = {0};
    bool strict = false;
    for (size_t i = 0; i < sections.n; i++) {
        const char *title = sections.at[i].title;
        if (str_eq(title, "strict")) strict = true;
        if (!str_starts(title, "model")) continue;
        const char *name = strlen(title) > 6 ? title + 6 : "a.model";
        struct ast_file *file = parse(ctx, name, sections.at[i].text);
        vec_push(ctx->arena, &files, file);
    }
    struct schema *schema = diag_errors(ctx) ? NULL : schema_resolve(ctx, &files, strict);
    const char *errors = printed(ctx);
    if (getenv("MODELC_UPDATE")) rewrite(ctx, path, &sections, schema, errors);
    size_t asked = 0;
    for (size_t i = 0; i < sections.n && !getenv("MODELC_UPDATE"); i++) {
        if (str_starts(sections.at[i].title, "model") || str_eq(sections.at[i].title, "strict")) continue;
        is_text(answer(ctx, sections.at[i].title, schema, errors), sections.at[i].text,
                arena_printf(ctx->arena, "%s: %s", path_base(path), sections.at[i].title));
        asked++;
    }
    if (schema && !schema->unhandled.n) ok(round_trip(ctx, schema), "%s: printed and read again", path_base(path));
    if (!asked && !getenv("MODELC_UPDATE")) ok(false, "%s asks for nothing", path);
    ctx_free(ctx);
}

static void test_cases(const char *folder)
{
    struct ctx *ctx = ctx_new();
    struct paths paths = {0};
    bool read = dir_walk(ctx, folder, ".case", &paths);
    ok(read && paths.n >= 60, "%zu cases in %s", paths.n, folder);
    for (size_t i = 0; i < paths.n; i++) run_case(paths.at[i]);
    ctx_free(ctx);
}

/* ---- whole models */

static void test_folder(const char *folder)
{
    struct ctx *ctx = ctx_new();
    struct ast_files files = {0};
    if (!dir_exists(folder)) {
        skip(folder, "not here");
    } else {
        model_load(ctx, folder, folder, &files);
        struct schema *schema = diag_errors(ctx) ? NULL : schema_resolve(ctx, &files, false);
        if (!schema) printf("# %s\n", printed(ctx));
        if (ok(schema != NULL, "%s resolves", folder))
            ok(round_trip(ctx, schema), "%s: printed and read again", folder);
    }
    ctx_free(ctx);
}

/* ---- hashes */

static const char *hash_of(const char *model, const char *key)
{
    struct ctx *ctx = ctx_new();
    static char found[64];
    struct schema *schema = resolve_or_say(ctx, model);
    const char *hash = schema ? map_get(schema_manifest(ctx, schema), key) : NULL;
    snprintf(found, sizeof found, "%s", hash ? hash : "none");
    ctx_free(ctx);
    return found;
}

static void test_spelling(const char *a, const char *b, const char *key, bool same)
{
    char first[64];
    snprintf(first, sizeof first, "%s", hash_of(a, key));
    const char *second = hash_of(b, key);
    ok(strcmp(first, "none") != 0 && (strcmp(first, second) == 0) == same, "%s: hashes %s", key,
       same ? "agree" : "differ");
    if ((strcmp(first, second) == 0) != same) printf("# %s\n# %s\n", a, b);
}

static void test_hashes(void)
{
    test_spelling("table t { a int }", "table t {\n  a   integer not null\n}", "column public.t.a", true);
    test_spelling("table t { a int }", "table t { a bigint }", "column public.t.a", false);
    test_spelling("table t { a int? }", "table t { a int }", "column public.t.a", false);
    test_spelling("table t { a int check (a>0) }", "table t { a int\n check t_a_check (( a  > 0 )) }",
                  "check public.t.t_a_check", true);
    test_spelling("table t { a int check (a>0) }", "table t { a int\n check t_a_check (a > 1) }",
                  "check public.t.t_a_check", false);
    test_spelling("table t with (fillfactor=70, autovacuum_enabled = off) { a int }",
                  "table t with (autovacuum_enabled = off, fillfactor = 70) { a int }", "table public.t", true);
    test_spelling("sequence s", "sequence s (start 1 increment by +1 minvalue 01 no maxvalue cache 1 no cycle)",
                  "sequence public.s", true);
    test_spelling("sequence s", "sequence s (start 2)", "sequence public.s", false);
    test_spelling("table t { a int was b backfill (1) @x }", "table t { a int }", "column public.t.a", true);
    test_spelling("--- hello\ntable t { a int }", "table t { a int }", "table public.t", false);
    test_spelling("table t { a int pk }\ntable u { b int -> t }",
                  "table t { a int pk }\ntable u { b int -> public.t(a) on delete no action }",
                  "foreign_key public.u.u_b_fkey", true);
    test_spelling("table t { a text collate \"C\" }", "table t { a text collate pg_catalog.\"C\" }",
                  "column public.t.a", true);
    test_spelling("table t { a text\n index (a desc) }", "table t { a text\n index (a desc nulls first) }",
                  "index public.t_a_idx", true);
    test_spelling("table t { a text\n index using btree (a) }", "table t { a text index }", "index public.t_a_idx",
                  true);
    test_spelling("table t { a text storage extended }", "table t { a text }", "column public.t.a", true);
}

static void test_tree(void)
{
    struct ctx *ctx = ctx_new();
    struct schema *schema = resolve_or_say(
        ctx, "schema media\nenum e { a }\nschema public\ntable t { a serial pk\n b media.e index }");
    if (!ok(schema != NULL, "resolves")) return;
    ok(schema_lookup(schema, "table", "public", "t") != NULL, "a table is found by name");
    ok(schema_lookup(schema, "index", "public", "t_b_idx") != NULL, "an index is found in its schema");
    ok(schema_lookup(schema, "index", "media", "t_b_idx") == NULL, "and in no other");
    ok(schema_find_path(schema, "t.b") && object_is(schema_find_path(schema, "t.b"), "column"),
       "a path without public");
    ok(schema_find_path(schema, "column public.t.b") == schema_find_path(schema, "t.b"), "a path with its kind");
    ok(!schema_find_path(schema, "table t.b"), "no path of another kind");
    ok(schema_manages(schema, "media") && schema_manages(schema, "public") && !schema_manages(schema, "other"),
       "managed schemas");
    ok(schema_count(schema, "sequence") == 1, "serial implies a sequence");
    const struct object *a = schema_find_path(schema, "t.a");
    is_text(object_get(a, "default")->expr.text, "nextval('public.t_a_seq'::regclass)", "serial's default");
    is_text(schema_find_path(schema, "media.e")->search_path, "media, public", "search path");
    struct map *manifest = schema_manifest(ctx, schema);
    ok(map_has(manifest, "sequence public.t_a_seq") && !map_has(manifest, "schema public") &&
           map_has(manifest, "schema media"),
       "implied: the sequence has a line, public has none");
    for (size_t i = 0; i < schema->all.n; i++) {
        if (schema->all.at[i]->serial != i) ok(false, "serial of %zu", i);
    }
    ctx_free(ctx);
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void test_speed(void)
{
    struct ctx *ctx = ctx_new();
    struct buf buf = buf_new(ctx->arena);
    for (int i = 0; i < 100; i++) {
        buf_printf(&buf, "table t%d {\n id bigint pk identity\n", i);
        for (int k = 0; k < 14; k++) buf_printf(&buf, " c%d text? default 'x%d'\n", k, k);
        buf_printf(&buf,
                   " r bigint -> t%d\n check (c1 <> c2)\n index (c1)\n index (lower(c2)) where c3 is not null\n}\n",
                   (i + 7) % 100);
    }
    double start = now();
    struct schema *schema = resolve_or_say(ctx, buf.text);
    double resolved = now();
    if (!ok(schema != NULL, "100 tables resolve")) return;
    size_t n = map_count(schema_manifest(ctx, schema));
    double first = now();
    schema_manifest(ctx, schema); /* every shape is known by now */
    double second = now();
    printf("# %zu objects: parsed and resolved in %.1f ms, hashed in %.1f ms, of which without libpg_query %.1f ms\n",
           n, resolved - start, first - resolved, second - first);
    ctx_free(ctx);
}

int main(int argc, char **argv)
{
    test_cases(argc > 1 ? argv[1] : "tests/resolve");
    test_folder(argc > 2 ? argv[2] : "models");
    test_tree();
    test_hashes();
    test_speed();
    return tap_done();
}
