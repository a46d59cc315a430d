/* revision_graph_test.c: graphs of migration files, ways through them, manifests, ids. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "revision/project.h"
#include "revision/write.h"
#include "tap.h"

static struct ctx *ctx;
static char folder[] = "/tmp/modelc-revision-XXXXXX";

static const char *findings(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    diag_print(ctx, out, DIAG_TEXT, false, 0);
    fclose(out);
    const char *copy = arena_strdup(ctx->arena, text);
    free(text);
    return copy;
}

static void says(const char *expected, const char *what)
{
    const char *said = findings();
    if (!ok(strstr(said, expected) != NULL, "%s", what)) printf("#   expected: %s\n#   found: %s\n", expected, said);
}

/* "id created revises,.. depends,.. [objects]" with `.` for none: a migration file. */
static void put_file(const char *id, const char *created, const char *parents, const char *depends, const char *objects)
{
    struct buf text = buf_new(ctx->arena);
    buf_printf(&text, "-- about %s\n-- modelc:revision %s\n", id, id);
    if (*parents != '.') buf_printf(&text, "-- modelc:revises %s\n", parents);
    if (*depends != '.') buf_printf(&text, "-- modelc:depends-on %s\n", depends);
    buf_printf(&text, "-- modelc:created %s\n-- modelc:upgrade\nSELECT 1;\n-- modelc:downgrade\nSELECT 2;\n%s",
               created, objects);
    file_write(ctx, path_join(ctx->arena, folder, arena_printf(ctx->arena, "%s_x.sql", id)), text.text, text.len);
}

static void clear_folder(void)
{
    struct paths paths = {0};
    dir_walk(ctx, folder, ".sql", &paths);
    for (size_t i = 0; i < paths.n; i++) unlink(paths.at[i]);
}

static struct graph_of_revisions *load(void)
{
    return revisions_load(ctx, folder, folder);
}

static const char *ids(const struct revision_set *set)
{
    struct buf text = buf_new(ctx->arena);
    for (size_t i = 0; i < set->n; i++) {
        buf_separate(&text, "", " ");
        buf_add(&text, set->at[i]->id);
    }
    return text.text;
}

static struct revision_set at(const struct graph_of_revisions *graph, const char *names)
{
    struct revision_set set = {0};
    for (const char *name = names; *name;) {
        size_t len = strcspn(name, " ");
        vec_push(ctx->arena, &set, map_get(graph->by_id, arena_strndup(ctx->arena, name, len)));
        name += len + (name[len] == ' ');
    }
    return set;
}

static void up(const struct graph_of_revisions *graph, const char *from, const char *target, const char *expected)
{
    struct revision_set current = at(graph, from), steps = {0};
    bool found = revisions_upgrade_path(ctx, graph, &current, target, &steps);
    const char *what = arena_printf(ctx->arena, "upgrade %s from [%s]", target, from);
    found ? is_text(ids(&steps), expected, what) : (says(expected, what), true);
}

static void down(const struct graph_of_revisions *graph, const char *from, const char *target, const char *expected)
{
    struct revision_set current = at(graph, from), steps = {0};
    bool found = revisions_downgrade_path(ctx, graph, &current, target, &steps);
    const char *what = arena_printf(ctx->arena, "downgrade %s from [%s]", target, from);
    found ? is_text(ids(&steps), expected, what) : (says(expected, what), true);
}

static void after(const struct graph_of_revisions *graph, const char *before, const char *step, bool is_up,
                  const char *expected)
{
    struct revision_set from = at(graph, before), to = {0};
    revisions_heads_after(ctx, graph, &from, map_get(graph->by_id, step), is_up, &to);
    is_text(ids(&to), expected,
            arena_printf(ctx->arena, "heads after %s %s from [%s]", is_up ? "applying" : "taking back", step, before));
}

/* base - root - left1 - left2 - merge - top
 *             \ right1 -------/            right1 depends on other1; other1 - other2 is a line of its own */
static struct graph_of_revisions *branched(void)
{
    clear_folder();
    put_file("root", "2026-01-01", ".", ".", "-- modelc:object table a v1:1\n-- modelc:object table b v1:1\n");
    put_file("left1", "2026-01-02", "root", ".", "-- modelc:object table a v1:2\n");
    put_file("left2", "2026-01-04", "left1", ".", "-- modelc:object table c v1:1\n");
    put_file("right1", "2026-01-03", "root", "other1", "-- modelc:object table b -\n-- modelc:object table d v1:1\n");
    put_file("merge", "2026-01-05", "left2 right1", ".", "");
    put_file("top", "2026-01-06", "merge", ".", "-- modelc:object table d v1:2\n");
    put_file("other1", "2026-01-01", ".", ".", "-- modelc:object table o v1:1\n");
    put_file("other2", "2026-02-01", "other1", ".", "");
    return load();
}

static void test_order(void)
{
    ok(revisions_load(ctx, "/nonexistent/folder", "/")->all.n == 0, "no folder: no revisions");
    struct graph_of_revisions *graph = branched();
    struct revision_set all = {graph->all.at, graph->all.n, 0}, heads = {graph->heads.at, graph->heads.n, 0};
    struct revision_set bases = {graph->bases.at, graph->bases.n, 0};
    ok(diag_errors(ctx) == 0, "no errors");
    is_text(ids(&all), "other1 root left1 right1 left2 merge top other2", "order");
    is_text(ids(&heads), "top other2", "heads");
    is_text(ids(&bases), "other1 root", "bases");
    const struct revision *root = map_get(graph->by_id, "root"), *top = map_get(graph->by_id, "top");
    ok(root->children.n == 2 && root->path && str_ends(root->path, "/root_x.sql"), "children and path");
    is_text(root->source->name, "root_x.sql", "shown path");
    ok(revision_reaches(graph, root, top) && !revision_reaches(graph, top, root), "reaches");
    ok(revision_reaches(graph, map_get(graph->by_id, "other1"), top), "reaches by depends-on");
}

static void test_finding(void)
{
    struct graph_of_revisions *graph = branched();
    is_text(revision_find(ctx, graph, "top")->id, "top", "by id");
    is_text(revision_find(ctx, graph, "ri")->id, "right1", "by prefix");
    is_text(revision_find(ctx, graph, "left1@head")->id, "top", "head below");
    ok(!revision_find(ctx, graph, "le"), "ambiguous prefix");
    says("le may be left1 (about left1), left2 (about left2)", "names all");
    ok(!revision_find(ctx, graph, "t"), "prefix of one character");
    says("no revision is called t", "unknown");
    ok(!revision_find(ctx, graph, "rihgt1"), "misspelt");
    says("did you mean: right1", "suggestion");
    ok(!revision_find(ctx, graph, "head"), "several heads");
    const char *said = findings();
    ok(strstr(said, "two heads: top (about top), other2 (about other2)") &&
       strstr(said, "mend: modelc rebase, or modelc merge -m \"...\" heads"), "names the heads and what helps");
}

static void test_upgrades(void)
{
    struct graph_of_revisions *graph = branched();
    up(graph, "", "heads", "other1 root left1 right1 left2 merge top other2");
    up(graph, "", "head", "two heads: top (about top), other2");
    up(graph, "root", "top", "other1 left1 right1 left2 merge top");
    up(graph, "left2", "merge", "other1 right1 merge");
    up(graph, "left2 other1", "ri", "right1");
    up(graph, "left1", "+1", "left2");
    up(graph, "left1", "+2", "other1 right1 left2 merge");
    up(graph, "root", "+1", "+1 is ambiguous: root (about root): left1 (about left1), right1 (about right1)");
    up(graph, "", "+1", "+1 is ambiguous: base: other1");
    up(graph, "top", "+1", "+1 is too far: no revision follow");
    up(graph, "merge", "+2", "+2 is too far: 1 revision follows");
    up(graph, "top other2", "+1", "stands at several revisions");
    up(graph, "root", "left1+1", "left1 left2");
    up(graph, "root", "top-3", "top-3 is ambiguous: merge is a merge of");
    up(graph, "root", "left2-1", "left1");
    up(graph, "top", "top", "");
    up(graph, "top", "left1", "mend: modelc downgrade left1");
    up(graph, "top", "base", "mend: modelc downgrade base");
    up(graph, "top", "-1", "mend: modelc downgrade -1");
    up(graph, "top", "nonsense", "no revision is called nonsense");
}

static void test_downgrades(void)
{
    struct graph_of_revisions *graph = branched();
    down(graph, "top", "base", "top merge left2 right1 left1 root other1");
    down(graph, "top", "-1", "top");
    down(graph, "top", "-2", "top merge");
    down(graph, "top", "-3", "-3 is ambiguous: merge is a merge of: left2 (about left2), right1 (about right1)");
    down(graph, "left2", "-3", "left2 left1 root");
    down(graph, "left2", "-4", "-4 is too far: 3 revisions are applied");
    down(graph, "", "-1", "-1 is too far: no revision");
    down(graph, "left2 right1", "-1", "stands at several revisions");
    down(graph, "right1 other1", "-1", "right1");
    down(graph, "top", "left2", "top merge");
    down(graph, "top", "root", "top merge left2 right1 left1");
    down(graph, "top", "merge-1", "merge-1 is ambiguous");
    down(graph, "left2", "left1-1", "left2 left1");
    down(graph, "left2", "root-1", "left2 left1 root");
    down(graph, "left2", "left2", "");
    down(graph, "top other2", "other1", "other2 top merge right1");
    down(graph, "left1", "right1", "mend: modelc upgrade right1");
    down(graph, "left1", "+1", "mend: modelc upgrade +1");
    down(graph, "left1", "heads", "mend: modelc upgrade heads");
    down(graph, "left1", "left", "left may be left1");
}

static void test_heads_after(void)
{
    struct graph_of_revisions *graph = branched();
    after(graph, "", "root", true, "root");
    after(graph, "root", "left1", true, "left1");
    after(graph, "left1", "right1", true, "left1 right1");
    after(graph, "right1 left2", "merge", true, "merge");
    after(graph, "merge", "merge", false, "right1 left2");
    after(graph, "left2 right1", "right1", false, "left2");
    after(graph, "left1", "left1", false, "root");
    after(graph, "root", "root", false, "");
    after(graph, "other2 right1", "other2", false, "other1 right1");
}

static const char *manifest(const struct graph_of_revisions *graph, const char *heads)
{
    struct revision_set set = at(graph, heads);
    struct map *map = revisions_manifest(ctx, graph, *heads ? &set : NULL);
    struct buf text = buf_new(ctx->arena);
    for (struct map_entry e = map_first(map); e.key; e = map_next(e)) buf_printf(&text, "%s=%s;", e.key,
                                                                                 (const char *)e.value);
    return text.text;
}

static void test_manifests(void)
{
    struct graph_of_revisions *graph = branched();
    is_text(manifest(graph, "root"), "table a=v1:1;table b=v1:1;", "at the root");
    is_text(manifest(graph, "left2"), "table a=v1:2;table b=v1:1;table c=v1:1;", "on a branch");
    is_text(manifest(graph, "merge"), "table o=v1:1;table a=v1:2;table d=v1:1;table c=v1:1;", "a merge is the union");
    is_text(manifest(graph, ""), "table o=v1:1;table a=v1:2;table d=v1:2;table c=v1:1;", "all heads");
    ok(diag_errors(ctx) == 0, "no conflicts");
    put_file("left2", "2026-01-04", "left1", ".", "-- modelc:object table d v1:9\n");
    graph = load();
    is_text(manifest(graph, "top"), "table o=v1:1;table a=v1:2;table d=v1:2;", "a later revision settles it");
    ok(diag_errors(ctx) == 0, "settled: no conflict");
    manifest(graph, "merge");
    says("left2_x.sql:9:1: error: revisions right1 and left2 change table d differently", "conflict");
    put_file("left2", "2026-01-04", "left1", ".", "-- modelc:object table d v1:1\n");
    manifest(load(), "merge");
    ok(diag_errors(ctx) == 0, "the same on both branches is no conflict");
    put_file("left2", "2026-01-04", "left1", ".", "-- modelc:object table b v1:3\n");
    manifest(load(), "left2 right1");
    says("revisions right1 and left2 change or drop table b differently", "dropped on one, changed on the other");
}

static void test_defects(void)
{
    clear_folder();
    put_file("root", "1", ".", ".", "");
    put_file("next", "2", "rot", ".", "");
    load();
    says("next_x.sql:3:19: error: no file has revision rot, which next revises", "unknown parent");
    put_file("next", "2", "rot", ".", "");
    load();
    says("did you mean: root", "suggestion");
    put_file("next", "2", "last", ".", "");
    put_file("last", "3", "next", ".", "");
    load();
    says("the revisions form a circle", "circle");
    put_file("last", "3", "last", ".", "");
    load();
    says("revision last follows itself", "circle of one");
    clear_folder();
    put_file("root", "1", ".", ".", "");
    file_write(ctx, path_join(ctx->arena, folder, "b.sql"), "-- modelc:revision root\n", 24);
    struct graph_of_revisions *graph = load();
    const char *said = findings();
    ok(strstr(said, "two files have the revision id root") && strstr(said, "b.sql") && strstr(said, "root_x.sql"),
       "one id twice");
    ok(graph->all.n == 2, "both are there to be rebased");
    clear_folder();
    put_file("060", "1", ".", ".", "");
    put_file("0060", "2", ".", ".", "");
    load();
    says("two files have the number 60", "one number twice");
    file_write(ctx, path_join(ctx->arena, folder, "other.sql"), "SELECT 1;\n", 10);
    load();
    says("other.sql: error: no line `-- modelc:revision ID`", "a file that is no revision");
}

static void test_adding(void)
{
    clear_folder();
    put_file("root", "1", ".", ".", "");
    struct graph_of_revisions *graph = load();
    const char *text = "-- x\n-- modelc:revision next\n-- modelc:revises root\n-- modelc:label summer\n";
    struct revision *next = revision_parse(ctx, source_add(ctx->sources, "journal", text, strlen(text)));
    revisions_add(ctx, graph, next);
    ok(graph->heads.n == 1 && graph->heads.at[0] == next && next->order == 1, "added");
    is_text(revision_find(ctx, graph, "summer")->id, "next", "by label");
    is_text(revision_find(ctx, graph, "head")->id, "next", "head");
    revisions_add(ctx, graph, next);
    ok(graph->all.n == 2, "adding again replaces");
}

static void test_ids(void)
{
    struct project project = {.ids = IDS_RANDOM, .file_name = "%(rev)s_%(slug)s"};
    struct graph_of_revisions *graph = load();
    const char *id = revision_new_id(ctx, &project, graph);
    ok(strlen(id) == 12 && strspn(id, "0123456789abcdef") == 12, "random id");
    ok(strcmp(id, revision_new_id(ctx, &project, graph)) != 0, "and another");
    project.ids = IDS_TIMESTAMP;
    id = revision_new_id(ctx, &project, graph);
    ok(strlen(id) == 14 && str_starts(id, "20"), "id of the time");
    project.ids = IDS_SEQUENTIAL;
    is_text(revision_new_id(ctx, &project, graph), "001", "first number");
    clear_folder();
    put_file("009", "1", ".", ".", "");
    is_text(revision_new_id(ctx, &project, load()), "010", "next number");
    put_file("1200", "2", "009", ".", "");
    is_text(revision_new_id(ctx, &project, load()), "1201", "width in use");
    is_text(revision_find(ctx, load(), "9")->id, "009", "found without its zeroes");
    is_text(revision_slug(ctx, "  Add XYZ-column: \xc3\xa4, 50% "), "add_xyz_column_50", "slug");
    is_text(revision_slug(ctx, "aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeee"),
            "aaaaaaaaa_bbbbbbbbb_ccccccccc_ddddddddd", "cut slug");
    is_text(revision_file_name(ctx, &project, "060", "Add usd master"), "060_add_usd_master.sql", "file name");
    is_text(revision_file_name(ctx, &project, "060", "\xc3\xa4"), "060.sql", "no slug");
    project.file_name = "%(year)d_%(month).2d_%(day).2d-%(rev)s";
    id = revision_file_name(ctx, &project, "060", "x");
    ok(str_starts(id, "20") && str_ends(id, "-060.sql") && strlen(id) == strlen("2026_01_02-060.sql"),
       "file name with the date");
}

static const char *by_template(const char *template)
{
    struct project project = {.templates = folder, .shown_from = folder};
    struct plan plan = {0};
    vec_push(ctx->arena, &plan.ops, ((struct op){.sql = "SELECT 'x'"}));
    struct revision_draft draft = {.id = "ab12", .message = "m", .created = "2026", .up = &plan, .down = &plan};
    file_write(ctx, path_join(ctx->arena, folder, "revision.sql"), template, strlen(template));
    return revision_text(ctx, &project, &draft);
}

static void test_templates(void)
{
    const char *text = by_template("-- ${message}\n-- ours\n${header}\n\n\n${upgrade}\n"
                                   "SELECT 'own';\n${downgrade}\n\n${objects}\n");
    ok(text && str_starts(text, "-- m\n-- ours\n-- modelc:revision   ab12\n"), "a template of the project");
    ok(text && strstr(text, "\n\n-- modelc:upgrade\n\nSELECT 'x';\nSELECT 'own';\n"), "with statements of its own");
    struct revision *revision = revision_parse(ctx, source_add(ctx->sources, "t", text, strlen(text)));
    is_text(revision->generated, revision_generated_digest(ctx, revision), "they are in the digest");
    ok(!by_template("${header}\n${upgrade}\n${downgrad}\n"), "unknown field");
    says("revision.sql:3:3: error: unknown field ${downgrad}", "at its place");
    ok(!by_template("${header}\n${downgrade}\n"), "a template that loses the upgrade");
    says("can't be written so that it reads back", "is refused");
    unlink(path_join(ctx->arena, folder, "revision.sql"));
}

/* ---- modelc.ini */

static struct project *ini(const char *text, const char *env)
{
    file_write(ctx, path_join(ctx->arena, folder, "modelc.ini"), text, strlen(text));
    return project_load(ctx, folder, NULL, env);
}

static void wrong_ini(const char *text, const char *env, const char *expected, const char *what)
{
    ok(!ini(text, env), "%s: refused", what);
    says(expected, what);
}

static void test_project(void)
{
    setenv("MODELC_TEST_URL", "postgres://a:p%40s@h/d", 1);
    unsetenv("MODELC_TEST_NONE");
    struct project *p = ini("", NULL);
    ok(p && p->online && !p->embedded && !p->protect && p->lock_wait == 30 && !p->lease && p->retries == 5 && !p->url, "an empty one");
    is_text(p->migrations, arena_printf(ctx->arena, "%s/migrations/versions", p->root), "default folder");
    p = ini("# comment\r\nmodels = %(here)s/m\r\nids = sequential\r\nfile-name = %(rev)s\nembedded = true\n"
            "online=never\nprotect = yes\nschema = meta\nrole = owner\nurl = %(MODELC_TEST_URL)s?a=%%(b&c=%20\n"
            "lock-wait = 5\nlock = lease\nlock-timeout = 500ms\nstatement-timeout = 2 min\nretries = 0\n"
            "direct-url = postgres://h:5433/d\nignore = table public.spatial_*, function f(integer, text)\n  public.tmp_*\n"
            "\n[env prod]\nurl = %(MODELC_TEST_NONE)s\nprotect = true\n[env empty]\n", NULL);
    if (!ok(p != NULL, "a full one")) {
        printf("# %s\n", findings());
        return;
    }
    is_text(p->models, arena_printf(ctx->arena, "%s/m", p->root), "here");
    is_text(p->url, "postgres://a:p%40s@h/d?a=%(b&c=%20", "url");
    ok(p->ids == IDS_SEQUENTIAL && p->embedded && !p->online && p->protect && p->lock_wait == 5 && p->lease && p->retries == 0, "values");
    is_text(p->lock_timeout, "500ms", "lock timeout");
    is_text(p->statement_timeout, "2 min", "statement timeout");
    is_text(p->direct_url, "postgres://h:5433/d", "direct url");
    ok(p->ignore.n == 3, "three patterns");
    ok(project_ignores(p, "table", "public.spatial_ref_sys") && !project_ignores(p, "view", "public.spatial_v"),
       "by kind and path");
    ok(project_ignores(p, "view", "public.tmp_x") && project_ignores(p, "function", "f(integer, text)"), "by path");
    p = project_load(ctx, folder, NULL, "prod");
    ok(p && !p->url, "a variable that isn't set is no error offline");
    is_text(p->url_missing, "MODELC_TEST_NONE", "but known");
    is_text(p->role, "owner", "what the env doesn't say stays");
    ok(project_load(ctx, folder, "modelc.ini", "empty") != NULL, "an env without settings, an ini by name");
    const char *below = path_join(ctx->arena, folder, "a");
    mkdir(below, 0700);
    p = project_load(ctx, below, NULL, NULL);
    ok(p && strcmp(p->root, folder) == 0 && strcmp(p->shown_from, below) == 0, "found in a folder above");
    rmdir(below);
}

static void test_wrong_projects(void)
{
    wrong_ini("x = 1\nmodel = a\n", NULL, "modelc.ini:1:1: error: unknown setting x", "unknown key");
    wrong_ini("model = a\n", NULL, "did you mean: models", "suggestion");
    wrong_ini("ids = sequentail\n", NULL, "modelc.ini:1:7: error: ids: \"sequentail\" is none of", "unknown word");
    wrong_ini("[env a]\nurl = x\n", "b", "modelc.ini: error: no section [env b]", "unknown env");
    wrong_ini("[envs]\n", NULL, "modelc.ini:1:2: error: unknown section [envs]", "unknown section");
    wrong_ini("ids = random\nids = random\n", NULL, "modelc.ini:2:1: error: ids is set twice", "twice");
    wrong_ini("\nnonsense\n", NULL, "modelc.ini:2:1: error: neither a section nor a setting", "no setting");
    wrong_ini("models = %(MODELC_TEST_NONE)s\n", NULL, "variable MODELC_TEST_NONE isn't set", "unset variable");
    wrong_ini("models = a\n  ids = random\n", NULL, "the indented line below continues this value", "indented");
    wrong_ini("file-name = %(slug)s\n", NULL, "%(rev)s is missing", "file name without the id");
    wrong_ini("file-name = %(rve)s\n", NULL, "did you mean %(rev)s?", "unknown field");
    wrong_ini("lock-wait = 1m\n", NULL, "lock-wait: not a number of seconds", "not a number");
    wrong_ini("lock-timeout = 1m\n", NULL, "lock-timeout: not a length of time", "no unit of PostgreSQL's");
    wrong_ini("statement-timeout = 25000h\n", NULL, "not a length of time", "too long a time");
    wrong_ini("retries = many\n", NULL, "not a number below 1000", "retries");
    wrong_ini("lock = row\n", NULL, "lock: \"row\" is none of: session, lease", "lock");
    wrong_ini("protect =\n", NULL, "protect", "no value");
    wrong_ini("schema = pg_x\n", NULL, "not a name that a schema can have", "schema");
    struct buf line = buf_new(ctx->arena);
    buf_add(&line, "url = ");
    for (size_t i = 0; i < 70000; i++) buf_addc(&line, 'x');
    wrong_ini(line.text, NULL, "this line is longer than", "a line too long for inih");
    unlink(path_join(ctx->arena, folder, "modelc.ini"));
    ok(!project_load(ctx, folder, NULL, NULL), "none");
    says("mend: modelc init", "none: what to do");
    ok(!project_load(ctx, folder, "other.ini", NULL) && strstr(findings(), "other.ini: error: no such file"),
       "named, but not there");
}

int main(void)
{
    ctx = ctx_new();
    if (!mkdtemp(folder)) return 1;
    test_order();
    test_finding();
    test_upgrades();
    test_downgrades();
    test_heads_after();
    test_manifests();
    test_defects();
    test_adding();
    test_ids();
    clear_folder();
    test_templates();
    test_project();
    test_wrong_projects();
    rmdir(folder);
    ctx_free(ctx);
    return tap_done();
}
