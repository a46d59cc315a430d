/* base_test.c: arena, text, maps, graph, files, and diagnostics to the caret. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/graph.h"
#include "base/map.h"
#include "base/str.h"
#include "base/suggest.h"
#include "tap.h"

static void test_arena(struct arena *arena)
{
    char *big = arena_alloc(arena, 300000);
    ok(big[0] == 0 && big[299999] == 0, "a big block is zeroed");
    char *small = arena_alloc(arena, 3);
    ok(((size_t)(void *)small % _Alignof(max_align_t)) == 0, "blocks are aligned");
    is_text(arena_printf(arena, "%s-%d", "a", 7), "a-7", "printf into the arena");
    char *grown = arena_grow(arena, "abc", 3, 8);
    ok(memcmp(grown, "abc\0\0\0\0\0", 8) == 0, "a grown block keeps its bytes, the rest is zero");
    VEC(int) numbers = {0};
    for (int i = 0; i < 100; i++) vec_push(arena, &numbers, i);
    ok(numbers.n == 100 && numbers.at[99] == 99, "a vector grows");
}

static void test_str(struct arena *arena)
{
    struct buf buf = buf_new(arena);
    is_text(buf.text, "", "a new buffer is an empty string");
    buf_separate(&buf, "(", ", ");
    buf_add(&buf, "f(");
    buf_separate(&buf, "(", ", ");
    buf_addc(&buf, 'a');
    buf_separate(&buf, "(", ", ");
    buf_printf(&buf, "%d)", 12);
    is_text(buf.text, "f(a, 12)", "separators stand between");
    ok(str_eq(NULL, NULL) && !str_eq("a", NULL) && str_eq("a", "a"), "str_eq takes NULL");
    ok(str_cmp(NULL, "a") < 0 && str_cmp("a", "b") < 0 && str_cmp("b", "a") > 0, "str_cmp is total");
    is_text(str_trim(arena, " \t a b \r\n"), "a b", "trimmed");
    ok(str_starts("abc", "ab") && !str_starts("a", "ab") && str_ends("abc", "bc") && !str_ends("c", "bc"), "ends");
    ok(str_clip_utf8("aé", 3, 2) == 1 && str_clip_utf8("aé", 3, 3) == 3, "no character is cut");
    ok(str_utf8_valid("a\xFF", 2) == 1 && str_utf8_valid("\xC0\x80", 2) == 0 && str_utf8_valid("€😀", 7) == 7 &&
           str_utf8_valid("\xED\xA0\x80", 3) == 0 && str_utf8_valid("\xE2\x82", 2) == 0, "UTF-8 is checked");
    is_text(str_count(arena, 1, "table"), "1 table", "one");
    is_text(str_count(arena, 2, "foreign key"), "2 foreign keys", "two keys");
    is_text(str_count(arena, 0, "index"), "0 indexes", "no indexes");
    is_text(str_count(arena, 3, "policy"), "3 policies", "three policies");
}

static void test_maps(struct arena *arena)
{
    struct map *map = map_new(arena);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "k%d", i);
        map_put(map, key, key);
    }
    map_put(map, "k5", map);
    ok(map_count(map) == 1000 && map_get(map, "k5") == map && map_has(map, "k999"), "a thousand keys");
    ok(map_remove(map, "k0") && !map_remove(map, "k0") && !map_get(map, "k0"), "removed once");
    int at = 1, in_order = 1;
    for (struct map_entry e = map_first(map); e.key; e = map_next(e)) {
        snprintf(key, sizeof key, "k%d", at++);
        in_order &= strcmp(e.key, key) == 0;
    }
    ok(in_order && at == 1000, "iterated as inserted");
    struct intern *names = intern_new(arena);
    ok(intern(names, "abc") == intern_n(names, "abcd", 3) && intern(names, "abd") != intern(names, "abc"), "interned");
    ok(intern(names, "") == intern_n(names, "x", 0), "the empty name, too");
}

static void test_suggest(void)
{
    struct suggest suggest = {.word = "tabel"};
    suggest_try(&suggest, "mixin");
    suggest_try(&suggest, "table");
    suggest_try(&suggest, "label");
    is_text(suggest.best, "table", "a swap is one step, the first of equals stays");
    struct suggest far = {.word = "xyz"};
    suggest_try(&far, "table");
    ok(!far.best, "nothing near");
}

static bool larger_first(const void *arg, size_t a, size_t b)
{
    (void)arg;
    return a > b;
}

static void test_graph(struct arena *arena)
{
    struct graph *graph = graph_new(arena, 5);
    graph_edge(graph, 3, 1);
    graph_edge(graph, 3, 1);
    graph_edge(graph, 2, 2);
    graph_edge(graph, 1, 0);
    size_t order[5], cycle[5], n;
    ok(graph_sort(graph, NULL, NULL, order, cycle, &n) && n == 0, "sorted");
    ok(order[0] == 2 && order[1] == 3 && order[2] == 1 && order[3] == 0 && order[4] == 4, "by number where free");
    graph_sort(graph, larger_first, NULL, order, cycle, &n);
    ok(order[0] == 4 && order[1] == 3 && order[2] == 2 && order[3] == 1 && order[4] == 0, "by the given order");
    graph_edge(graph, 0, 3);
    graph_edge(graph, 0, 4);
    ok(!graph_sort(graph, NULL, NULL, order, cycle, &n) && n == 3, "a cycle of three");
    bool follows = true;
    for (size_t i = 0; i < 3 && n == 3; i++) {
        size_t from = cycle[i], to = cycle[(i + 1) % 3];
        follows &= (from == 3 && to == 1) || (from == 1 && to == 0) || (from == 0 && to == 3);
    }
    ok(follows, "in its own order");
    ok(graph_sort(graph_new(arena, 0), NULL, NULL, order, cycle, &n), "nothing to sort");
}

static const char *printed(struct ctx *ctx, enum diag_format format, bool color, size_t budget)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    diag_print(ctx, out, format, color, budget);
    fclose(out);
    const char *copy = arena_strdup(ctx->arena, text);
    free(text);
    return copy;
}

static struct span find(const struct source *source, const char *word)
{
    uint32_t start = source->base + (uint32_t)(strstr(source->text, word) - source->text);
    return (struct span){start, start + (uint32_t)strlen(word)};
}

static const char model[] = "-- é\n  unique uq_pim (pim_id) where pim_id is not null\r\n\ttéxt x  (a\n b)";

static void test_diag_text(void)
{
    struct ctx *ctx = ctx_new();
    struct source *shop = source_add(ctx->sources, "models/shop.model", model, strlen(model));
    struct diag *diag = diag_add(ctx, D_INVALID, find(shop, "where"), "a UNIQUE constraint cannot be partial");
    diag_mend(ctx, diag, "write", "unique index uq_pim (pim_id) where pim_id is not null");
    diag_add(ctx, D_INVALID, find(shop, "where"), "a UNIQUE constraint cannot be partial");
    is_text(printed(ctx, DIAG_TEXT, false, 0),
            "models/shop.model:2:26: error: a UNIQUE constraint cannot be partial\n"
            "    2 |   unique uq_pim (pim_id) where pim_id is not null\n"
            "      |                          ^~~~~\n"
            "  write: unique index uq_pim (pim_id) where pim_id is not null\n"
            "1 error\n", "a finding, a duplicate once");
    diag = diag_add(ctx, D_LINT, find(shop, "(a\n b)"), "odd");
    diag_note(ctx, diag, find(shop, "x  "), "also here");
    diag_file(ctx, D_UNSAVED, "migrations/77be.sql", "not added to git");
    diag_add(ctx, D_HEADS, (struct span){0}, "two heads: %s, %s", "a", "b");
    is_text(printed(ctx, DIAG_TEXT, false, 0),
            "models/shop.model:3:10: warning: odd\n"
            "    3 | \ttéxt x  (a\n"
            "      | \t        ^~\n"
            "models/shop.model:3:7: note: also here\n"
            "    3 | \ttéxt x  (a\n"
            "      | \t     ^~~\n"
            "migrations/77be.sql: error: not added to git\n"
            "error: two heads: a, b\n"
            "2 errors, 1 warning\n", "tabs kept, wide spans cut, notes, files, no place");
    is_text(printed(ctx, DIAG_TEXT, false, 0), "", "the queue is empty then");
    diag_add(ctx, D_SYNTAX, (struct span){shop->base + (uint32_t)shop->len, shop->base + (uint32_t)shop->len}, "end");
    diag_severity(diag_add(ctx, D_LINT, find(shop, "unique"), "b"), SEVERITY_ERROR);
    is_text(printed(ctx, DIAG_TEXT, true, 1),
            "\033[1mmodels/shop.model:2:3:\033[0m \033[31merror:\033[0m b\n"
            "    2 |   unique uq_pim (pim_id) where pim_id is not null\n"
            "      |   \033[31m^~~~~~\033[0m\n"
            "2 errors (1 shown)\n", "colour and a budget");
    ctx_free(ctx);
}

static void test_diag_tools(void)
{
    struct ctx *ctx = ctx_new();
    struct source *shop = source_add(ctx->sources, "a:b.model", model, strlen(model));
    size_t mark = diag_mark(ctx);
    diag_add(ctx, D_STALE, (struct span){0}, "gone");
    ok(diag_errors(ctx) == 0 && diag_mark(ctx) == 1, "a note is no error");
    diag_rollback(ctx, mark);
    diag_add(ctx, D_SYNTAX, find(shop, "(a\n b)"), "100%% %s", "wrong\nhere");
    is_text(printed(ctx, DIAG_GITHUB, false, 0),
            "::error file=a%3Ab.model,line=3,col=10,title=syntax::100%25 wrong%0Ahere\n", "GitHub's annotations");
    struct diag *diag = diag_add(ctx, D_UNKNOWN_NAME, find(shop, "(a\n b)"), "no \xFF");
    diag_note(ctx, diag, find(shop, "unique"), "note");
    diag_mend(ctx, diag, "did you mean", "x");
    json_t *all = json_loads(printed(ctx, DIAG_JSON, false, 0), 0, NULL), *one = json_array_get(all, 0);
    ok(json_integer_value(json_object_get(one, "line")) == 3 &&
           json_integer_value(json_object_get(one, "end_line")) == 4 &&
           json_integer_value(json_object_get(one, "end_column")) == 4, "JSON has both ends");
    is_text(json_string_value(json_object_get(one, "message")), "no ?", "and valid UTF-8");
    is_text(json_string_value(json_object_get(one, "code")), "unknown-name", "and the code");
    is_text(json_string_value(json_object_get(json_object_get(one, "mend"), "label")), "did you mean", "and the mend");
    ok(json_array_size(json_object_get(one, "notes")) == 1, "and the notes");
    json_decref(all);
    is_text(printed(ctx, DIAG_JSON, false, 0), "[]\n", "nothing is an empty array");
    ctx_free(ctx);
}

static void test_sources(void)
{
    struct ctx *ctx = ctx_new();
    struct source *first = source_add(ctx->sources, "1", "ab", 2), *second = source_add(ctx->sources, "2", "", 0);
    ok(first->base > 0 && source_of(ctx->sources, first->base + 2) == first, "the end of a text is in it");
    ok(source_of(ctx->sources, second->base) == second && !source_of(ctx->sources, second->base + 1), "an empty text");
    ok(!source_of(ctx->sources, 0) && !source_place(ctx->sources, 0).source, "nowhere");
    struct span joined = span_join((struct span){0}, (struct span){3, 5});
    ok(joined.start == 3 && joined.end == 5, "joined with nowhere");
    ctx_free(ctx);
}

static void test_paths(struct arena *arena)
{
    is_text(path_join(arena, "a", "b"), "a/b", "joined");
    is_text(path_join(arena, "a/", "/b"), "/b", "an absolute name wins");
    is_text(path_dir(arena, "a/b/c"), "a/b", "folder");
    is_text(path_dir(arena, "c"), ".", "no folder");
    is_text(path_dir(arena, "/c"), "/", "the root");
    is_text(path_base("a/b"), "b", "base");
    is_text(path_shown(arena, "/p/", "/p/models/x"), "models/x", "inside");
    is_text(path_shown(arena, "/p", "/pq/x"), "/pq/x", "outside");
    is_text(path_shown(arena, ".", "./x"), "x", "here");
}

static void test_files(void)
{
    struct ctx *ctx = ctx_new();
    char top[] = "/tmp/modelc-base-XXXXXX";
    ok(mkdtemp(top) != NULL, "a folder to work in");
    const char *deep = path_join(ctx->arena, top, "a/.b"), *file = path_join(ctx->arena, top, "a/z.model");
    ok(dir_make(ctx, deep, 0777) && dir_exists(deep) && dir_empty(deep), "made with its parents");
    ok(file_write(ctx, file, "\xEF\xBB\xBFx\r\n", 6) && file_exists(file), "written");
    ok(chmod(file, 0600) == 0 && file_write(ctx, file, "\xEF\xBB\xBFx\r\n", 6), "and again");
    struct stat info;
    ok(stat(file, &info) == 0 && (info.st_mode & 0777) == 0600, "with the rights it had");
    struct source *source = file_load(ctx, file, "z");
    ok(source && source->len == 3 && diag_errors(ctx) == 0, "a BOM is skipped, CRLF kept");
    is_text(source ? source->text : NULL, "x\r\n", "the text");
    file_write(ctx, path_join(ctx->arena, top, "y.model"), "a\nb\0c", 5);
    file_write(ctx, path_join(ctx->arena, top, "a/.b/hidden.model"), "", 0);
    struct paths found = {0};
    ok(dir_walk(ctx, top, ".model", &found) && found.n == 2, "walked, hidden folders left out");
    ok(found.n == 2 && str_ends(found.at[0], "a/z.model") && str_ends(found.at[1], "y.model"), "sorted by bytes");
    struct paths globbed = {0};
    path_glob(ctx->arena, path_join(ctx->arena, top, "*.model"), &globbed);
    path_glob(ctx->arena, path_join(ctx->arena, top, "*.none"), &globbed);
    ok(globbed.n == 1, "globbed");
    ok(!file_load(ctx, globbed.at[0], "y") && !file_load(ctx, top, "top") && !file_load(ctx, "/no/such", NULL) &&
           !file_write(ctx, "/no/such/file", "", 0) && !dir_make(ctx, path_join(ctx->arena, file, "x"), 0777) &&
           !dir_walk(ctx, "/no/such", "", &found), "failures");
    const char *said = printed(ctx, DIAG_TEXT, false, 0);
    ok(strstr(said, "/no/such: error: cannot be read: No such file or directory\n") != NULL, "a missing file");
    ok(strstr(said, "/no/such/file: error: cannot be written: No such file or directory\n") != NULL, "no folder");
    ok(strstr(said, "top: error: cannot be read: Is a directory\n") != NULL, "a folder is no file");
    ok(strstr(said, "y: error: holds a NUL byte (line 2)\n") != NULL, "a NUL byte");
    ok(str_ends(said, "\n5 errors\n"), "the same twice is one");
    const char *clean = arena_printf(ctx->arena, "rm -r %s", top);
    ok(system(clean) == 0, "cleaned up");
    ctx_free(ctx);
}

int main(void)
{
    struct arena *arena = arena_new();
    test_arena(arena);
    test_str(arena);
    test_maps(arena);
    test_suggest();
    test_graph(arena);
    test_sources();
    test_diag_text();
    test_diag_tools();
    test_paths(arena);
    test_files();
    is_text(digest_text(arena, "abc", 3), "v1:ba7816bf8f01cfea", "SHA-256, shortened");
    arena_free(arena);
    return tap_done();
}
