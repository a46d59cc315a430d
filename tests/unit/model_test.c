/* model_test.c: the model language: reading, messages to the caret, formatting. Cases are files: tests/diag/NAME.case
 * (`=== model`, `=== errors`), tests/format/NAME.case (`=== model`, `=== formatted`); MODELC_UPDATE=1 rewrites them. */
#include <stdlib.h>
#include <unistd.h>

#include "ast_same.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "model/model.h"
#include "tap.h"

static struct source *source_text(struct ctx *ctx, const char *text)
{
    const char *copy = arena_strdup(ctx->arena, text);
    return source_add(ctx->sources, "t.model", copy, strlen(copy));
}

static const char *printed(struct ctx *ctx)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    diag_print(ctx, out, DIAG_TEXT, false, 0);
    fclose(out);
    const char *copy = arena_strndup(ctx->arena, text, len);
    free(text);
    return copy;
}

/* ---- case files */

/* The text below `=== name` up to the next `=== `, or NULL. */
static const char *section(struct arena *arena, const char *text, const char *name)
{
    const char *head = arena_printf(arena, "=== %s\n", name);
    const char *at = str_starts(text, head) ? text : strstr(text, arena_printf(arena, "\n%s", head));
    if (!at) return NULL;
    const char *start = strchr(at + 1, '\n') + 1; /* `at` may be the newline before the head */
    if (str_starts(start, "=== ")) return "";
    const char *end = strstr(start, "\n=== ");
    return arena_strndup(arena, start, end ? (size_t)(end + 1 - start) : strlen(start));
}

/* \r and a missing last newline can't be seen in a file: `<CR>`, `<EOF>` and `<BOM>` stand for them. */
static const char *decode(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (const char *c = text; *c; c++) {
        if (str_starts(c, "<EOF>")) break;
        if (str_starts(c, "<CR>")) buf_addc(&out, '\r'), c += 3;
        else if (str_starts(c, "<BOM>")) buf_add(&out, "\xef\xbb\xbf"), c += 4;
        else buf_addc(&out, *c);
    }
    return out.text;
}

static const char *encode(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (const char *c = text; *c; c++) {
        if (*c == '\r') buf_add(&out, "<CR>");
        else buf_addc(&out, *c);
    }
    return out.text;
}

static void run_case(const char *path, const char *wanted)
{
    struct ctx *ctx = ctx_new();
    struct source *file = file_load(ctx, path, NULL);
    const char *model = section(ctx->arena, file->text, "model"), *expected = section(ctx->arena, file->text, wanted);
    struct source *source = source_text(ctx, decode(ctx->arena, model ? model : ""));
    const char *found;
    if (strcmp(wanted, "errors") == 0) {
        model_parse(ctx, source);
        found = encode(ctx->arena, printed(ctx));
    } else {
        const char *text = model_format(ctx, source);
        found = encode(ctx->arena, text ? text : printed(ctx));
    }
    if (getenv("MODELC_UPDATE")) {
        const char *all = arena_printf(ctx->arena, "=== model\n%s=== %s\n%s", model, wanted, found);
        file_write(ctx, path, all, strlen(all));
    } else {
        is_text(found, expected, path);
    }
    ctx_free(ctx);
}

static void run_cases(const char *folder, const char *wanted, size_t least)
{
    struct ctx *ctx = ctx_new();
    struct paths cases = {.n = 0};
    dir_walk(ctx, folder, ".case", &cases);
    ok(cases.n >= least, "%zu cases in %s", cases.n, folder);
    for (size_t i = 0; i < cases.n; i++) run_case(cases.at[i], wanted);
    ctx_free(ctx);
}

/* ---- formatting keeps the meaning */

static void check_format(struct ctx *ctx, struct source *source, const char *name)
{
    size_t errors = diag_errors(ctx);
    struct ast_file *file = model_parse(ctx, source);
    if (!ok(diag_errors(ctx) == errors, "%s is read without an error", name)) {
        printf("# %s\n", printed(ctx));
        return;
    }
    const char *once = model_format(ctx, source);
    struct source *formatted = source_text(ctx, once);
    struct ast_file *again = model_parse(ctx, formatted);
    ok(same_file(file, again), "%s means the same when formatted", name);
    is_text(model_format(ctx, formatted), once, "formatting a second time changes nothing");
}

static void check_folder(const char *folder, const char *suffix)
{
    struct ctx *ctx = ctx_new();
    struct paths found = {.n = 0};
    if (dir_exists(folder)) dir_walk(ctx, folder, suffix, &found);
    else skip(folder, "no such folder");
    for (size_t i = 0; i < found.n; i++) {
        if (strcmp(path_base(found.at[i]), "bad.model") == 0) continue;
        check_format(ctx, file_load(ctx, found.at[i], NULL), found.at[i]);
    }
    ctx_free(ctx);
}

static void check_formatted_cases(const char *folder)
{
    struct ctx *ctx = ctx_new();
    struct paths cases = {.n = 0};
    dir_walk(ctx, folder, ".case", &cases);
    for (size_t i = 0; i < cases.n; i++) {
        struct source *file = file_load(ctx, cases.at[i], NULL);
        const char *model = section(ctx->arena, file->text, "model");
        check_format(ctx, source_text(ctx, decode(ctx->arena, model)), cases.at[i]);
    }
    ctx_free(ctx);
}

/* ---- the tree */

static const struct ast_decl *child(const struct ast_decl *decl, size_t i)
{
    return decl->children.at[i];
}

static const char *arg(const struct ast_decl *decl, const char *word, size_t i)
{
    const struct ast_clause *clause = ast_clause(decl, word);
    return clause && i < clause->args.n ? clause->args.at[i].text : NULL;
}

static void test_tree(void)
{
    struct ctx *ctx = ctx_new();
    struct ast_file *file = model_parse(ctx, source_text(ctx,
        "schema app\n"
        "--- People.\n--- All of them.\n"
        "table Person {\n"
        "  id bigint generated by default as identity (start with 5)\n"
        "  \"Name\" character  varying(40) null  --- as on the badge\n"
        "  boss bigint references \"Person\"(id) \\\n"
        "    on delete set null (boss)\n"
        "  n int default 1 + 2 check (n > 0) constraint big check (n < 9)\n"
        "}"));
    ok(diag_errors(ctx) == 0, "a small model is read");
    const struct ast_decl *table = file->decls.at[1];
    is_text(table->name, "person", "names are folded");
    is_text(table->in_schema, "app", "the schema above is in force");
    is_text(table->doc, "People.\nAll of them.", "doc lines above an item are its doc");
    is_text(arg(child(table, 0), "identity", 0), "by default", "generated by default as identity is identity");
    is_text(arg(child(table, 0), "identity", 1), "start with 5", "with its options");
    is_text(child(table, 1)->name, "Name", "quoted names keep their case");
    is_text(child(table, 1)->type, "character varying(40)", "a type's white space is squeezed");
    ok(ast_clause(child(table, 1), "null") != NULL, "null is ?");
    is_text(child(table, 1)->doc, "as on the badge", "a doc comment at the end of an item");
    is_text(arg(child(table, 2), "references", 0), "Person", "references is ->");
    is_text(arg(child(table, 2), "on delete", 0), "set null", "an action of two words");
    is_text(arg(child(table, 2), "on delete", 1), "boss", "an action's columns");
    is_text(arg(child(table, 3), "default", 0), "1 + 2", "a default ends at the next column word");
    is_text(child(table, 3)->clauses.at[2].args.at[0].text, "big", "constraint N check is check N");
    ctx_free(ctx);
}

static void test_words_are_names(void)
{
    struct ctx *ctx = ctx_new();
    struct ast_file *file = model_parse(ctx, source_text(ctx,
        "table table owner owner { default int; table text; was text was was; on_ int -> index(id) as as; "
        "\"index\" int }\n"
        "table default.where using using { enum \"enum\" }\n"
        "mixin mixin { grant grant text; grant select to to, default, grant }\n"
        "enum enum { enum, was was was\n table\n on\n where }\n"
        "table t { a enum unique use; unique unique (a); index where (a); policy to to to; check check (a > 1) }\n"));
    const char *messages = diag_errors(ctx) ? printed(ctx) : "";
    ok(strstr(messages, "t.model:3:") != NULL, "a word that starts an item is no column");
    is_text(file->decls.at[0]->name, "table", "a table named table");
    is_text(child(file->decls.at[0], 0)->name, "default", "a column named default");
    is_text(file->decls.at[1]->schema, "default", "a schema named default");
    const struct ast_decl *last = file->decls.at[file->decls.n - 1];
    is_text(arg(child(last, 0), "unique", 0), "use", "a constraint named use");
    is_text(child(last, 1)->name, "unique", "a constraint named unique");
    is_text(child(last, 2)->name, "where", "an index named where");
    is_text(arg(child(last, 3), "to", 0), "to", "a role named to");
    ctx_free(ctx);
}

static void test_edges(void)
{
    static const char *const texts[] = {
        "", "\n", "-- only a comment", "/* and */ -- that\n\n", "\357\273\277table t { a int }", "table t { a int }",
        "table t {\r\n  a int\r\n}\r\n", "table t\n{\n}\n", ";;;", "enum e {}", "table t { a int; ; b int, }",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ctx *ctx = ctx_new();
        check_format(ctx, source_text(ctx, texts[i]), arena_printf(ctx->arena, "text %zu", i));
        ctx_free(ctx);
    }
}

/* ---- loading */

static void put(struct ctx *ctx, const char *folder, const char *name, const char *text)
{
    file_write(ctx, path_join(ctx->arena, folder, name), text, strlen(text));
}

static void test_load(void)
{
    char folder[] = "/tmp/modelc-model-XXXXXX";
    if (!mkdtemp(folder)) return;
    struct ctx *ctx = ctx_new();
    const char *models = path_join(ctx->arena, folder, "models");
    dir_make(ctx, path_join(ctx->arena, models, "deep"), 0755);
    put(ctx, models, "b.model", "import '../other/*.model'\nimport 'a.model'\nimport 'none*.model'\n");
    put(ctx, models, "a.model", "table a { id int }\n");
    put(ctx, models, "deep/c.model", "table c { id int }\n");
    dir_make(ctx, path_join(ctx->arena, folder, "other"), 0755);
    put(ctx, path_join(ctx->arena, folder, "other"), "x.model", "import '../models/a.model'\ntable x { id int }\n");
    struct ast_files files = {.n = 0};
    model_load(ctx, models, folder, &files);
    ok(files.n == 4, "every file is loaded once");
    if (files.n == 4) {
        is_text(files.at[0]->source->name, "models/a.model", "in the order of their names");
        is_text(files.at[2]->source->name, "models/deep/c.model", "folders are walked");
        ok(str_ends(files.at[3]->source->name, "other/x.model"), "imports come last");
    }
    const char *messages = printed(ctx);
    ok(strstr(messages, "models/b.model:3:8: error: no file matches 'none*.model'") != NULL, "a glob without a file");
    static const char *const made[] = {"models/deep/c.model", "models/deep", "models/a.model", "models/b.model",
                                       "models", "other/x.model", "other", ""};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) remove(path_join(ctx->arena, folder, made[i]));
    rmdir(folder);
    ctx_free(ctx);
}

int main(void)
{
    const char *tests = getenv("MODELC_TESTS");
    struct ctx *ctx = ctx_new();
    if (!tests) tests = "tests";
    test_tree();
    test_words_are_names();
    test_edges();
    test_load();
    run_cases(path_join(ctx->arena, tests, "diag"), "errors", 40);
    run_cases(path_join(ctx->arena, tests, "format"), "formatted", 5);
    check_formatted_cases(path_join(ctx->arena, tests, "format"));
    check_folder(path_join(ctx->arena, tests, "model"), ".model");
    check_folder("/work/shared/design", ".model");
    ctx_free(ctx);
    return tap_done();
}
