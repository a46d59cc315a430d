/* cmd_import.c: models of a database, or of what a script makes. */
#include <stdio.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/import.h"
#include "pg/catalog.h"
#include "pg/embedded.h"
#include "pg/load.h"

static const struct span nowhere = {0, 0};

/* ---- where to */

/* The project's folder of models, or ./models where there is no project. */
static bool choose_folder(struct import *import)
{
    struct session *s = import->s;
    const char *folder = option_text(s->options, OPT_MODELS);
    bool named = option_given(s->options, OPT_CONFIG) || option_given(s->options, OPT_ENV);
    import->project = named || project_exists(s->ctx, s->start);
    if (!import->project) s->project = project_without_ini(s->ctx, s->start);
    if (!session_project(s)) return false;
    if (folder || option_given(s->options, OPT_SQL_FILE)) s->ctx->within = NULL; /* named by who runs it, not by a branch */
    import->folder = folder ? path_join(s->ctx->arena, s->start, folder) : s->project->models;
    return true;
}

/* Models that are there already would declare the same a second time. */
static bool is_free(struct import *import)
{
    struct session *s = import->s;
    struct paths found = {0};
    if (!dir_exists(import->folder) || option_given(s->options, OPT_FORCE)) return true;
    if (!dir_walk(s->ctx, import->folder, ".model", &found)) return false;
    if (found.n == 0) return true;
    struct diag *diag = diag_file(s->ctx, D_FILE, session_shown(s, import->folder),
                                  "holds %s already, such as %s: nothing was written",
                                  str_count(s->ctx->arena, found.n, "model file"), session_shown(s, found.at[0]));
    diag_mend(s->ctx, diag, "mend", "modelc import -o OTHER, or --force (files of the same name are lost)");
    diag_mend(s->ctx, diag, "mend", "modelc import --add PATH adds single objects to the models there are");
    return false;
}

/* ---- where from */

static struct source *read_stdin(struct session *s)
{
    enum { MOST = 64 << 20 };
    struct buf text = buf_new(s->ctx->arena);
    char chunk[16384];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, stdin)) > 0 && text.len < MOST;) buf_addn(&text, chunk, n);
    struct source *source = NULL;
    if (memchr(text.text, '\0', text.len) || str_utf8_valid(text.text, text.len) != text.len) {
        diag_add(s->ctx, D_FILE, nowhere, "standard input is not text in UTF-8");
        return NULL;
    }
    if (!ferror(stdin) && text.len < MOST) source = source_add(s->ctx->sources, "standard input", text.text, text.len);
    if (!source) diag_add(s->ctx, D_FILE, nowhere, "standard input cannot be read whole");
    return source;
}

/* CREATE EXTENSION gives them: what a person wrote stays. */
static void forget_comments(struct ctx *ctx, struct conn *conn, struct schema *live)
{
    struct rows rows;
    struct server_error error;
    struct map *known = map_new(ctx->arena);
    static const char query[] = "SELECT name, coalesce(comment, '') FROM pg_available_extensions"
                                " WHERE installed_version IS NOT NULL";
    if (!conn_query(conn, query, &rows, &error)) return;
    for (size_t i = 0; i < rows.n_rows; i++)
        map_put(known, rows_get(&rows, i, 0), arena_strdup(ctx->arena, rows_get(&rows, i, 1)));
    rows_free(&rows);
    for (size_t i = 0; i < live->roots.n; i++) {
        struct object *root = live->roots.at[i];
        if (object_is(root, "extension") && str_eq(root->comment, map_get(known, root->name))) root->comment = NULL;
    }
}

static struct schema *read_schema(struct import *import, struct conn *conn)
{
    struct catalog_options options = {.state_schema = import->s->project->state_schema};
    struct schema *live = catalog_read(conn, &options);
    if (!live) return NULL;
    forget_comments(import->s->ctx, conn, live);
    unhandled_leave_ignored(import->s->project, live);
    return live;
}

static struct schema *read_script(struct import *import, const char *name)
{
    struct session *s = import->s;
    const char *path = path_join(s->ctx->arena, s->start, name);
    struct source *source = strcmp(name, "-") == 0 ? read_stdin(s) : file_load(s->ctx, path, name);
    struct scratch *scratch = source ? scratch_open(s->ctx, NULL, 0) : NULL;
    struct schema *schema = NULL;
    if (scratch && load_script(scratch_conn(scratch), source)) schema = read_schema(import, scratch_conn(scratch));
    scratch_close(scratch);
    return schema;
}

static struct schema *read_database(struct import *import)
{
    return session_connect(import->s) ? read_schema(import, import->s->conn) : NULL;
}

/* What modelc.ini ignores, with all that is below it or its own. */
static void leave_out(struct import *import)
{
    struct arena *arena = import->s->ctx->arena;
    for (size_t i = 0; i < import->live->all.n; i++) {
        struct object *object = import->live->all.at[i];
        const struct object *owner = object_get(object, "owned_by")->ref.to;
        object->aside = (object->parent && object->parent->aside) || (owner && owner->aside) ||
                        project_ignores(import->s->project, object->kind->name, object_path(arena, object));
    }
}

static bool read_live(struct import *import)
{
    const char *script = option_text(import->s->options, OPT_SQL_FILE);
    import->live = script ? read_script(import, script) : read_database(import);
    if (import->live) leave_out(import);
    return import->live != NULL;
}

/* ---- how */

/* Partitions stand in their table. */
static bool is_whole_table(const struct object *object)
{
    return object_is(object, "table") && !object_get(object, "partition_of")->set;
}

/* A file that nobody wants to read whole is split. */
static enum layout_style choose_style(const struct import *import)
{
    enum { MANY = 60 };
    static const char *const names[] = {[LAYOUT_SINGLE] = "single", [LAYOUT_SCHEMA] = "schema",
                                        [LAYOUT_GROUP] = "group", [LAYOUT_TABLE] = "table"};
    const char *name = option_text(import->s->options, OPT_LAYOUT);
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) return (enum layout_style)i;
    }
    size_t most = 0;
    for (size_t i = 0; i < import->live->roots.n; i++) {
        size_t tables = 0;
        const struct object *schema = import->live->roots.at[i];
        for (size_t k = 0; k < schema->children.n; k++) tables += is_whole_table(schema->children.at[k]);
        if (tables > most) most = tables;
    }
    return most > MANY ? LAYOUT_GROUP : LAYOUT_SCHEMA;
}

/* ---- the report */

static void add_unsaid(const struct import *import, struct block *block)
{
    enum { SHOWN = 20 };
    const struct schema *live = import->live;
    for (size_t i = 0; i < live->unhandled.n && i < SHOWN; i++) {
        const struct unhandled *one = &live->unhandled.at[i];
        block_add(block, i ? "" : "Not handled", "%s %s", one->what, one->path);
    }
    if (live->unhandled.n > SHOWN) block_add(block, "", "and %zu more", live->unhandled.n - SHOWN);
}

static void report(const struct import *import)
{
    struct session *s = import->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    for (size_t i = 0; i < import->files.n; i++) {
        const struct import_file *file = &import->files.at[i];
        block_add(&block, i ? "" : "Wrote", "%s   %s", file->shown,
                  file->layout ? import_counts(s->ctx->arena, &file->layout->units) : "added to");
    }
    if (import->files.n == 0) block_add(&block, "Wrote", "nothing: there is nothing to say");
    add_unsaid(import, &block);
    bool add = option_given(s->options, OPT_ADD);
    if (!import->project) block_add(&block, "Next", "modelc init, then modelc baseline -m \"import\"");
    else if (add) block_add(&block, "Next", "modelc autogenerate -m \"...\" takes it into the revisions");
    else block_add(&block, "Next", "modelc baseline -m \"import\"; from then on modelc autogenerate -m \"...\"");
    block_print(&block);
}

static void report_json(const struct import *import)
{
    struct session *s = import->s;
    json_t *files = json_array(), *unhandled = json_array();
    for (size_t i = 0; i < import->files.n; i++) json_array_append_new(files, out_text(import->files.at[i].shown));
    for (size_t i = 0; i < import->live->unhandled.n; i++) {
        const struct unhandled *one = &import->live->unhandled.at[i];
        json_array_append_new(unhandled, out_text(arena_printf(s->ctx->arena, "%s %s", one->what, one->path)));
    }
    out_json(&s->out, json_pack("{s:o, s:o}", "files", files, "unhandled", unhandled));
}

int cmd_import(struct session *s)
{
    struct import import = {.s = s};
    bool add = option_given(s->options, OPT_ADD);
    if (!choose_folder(&import) || (!add && !is_free(&import)) || !read_live(&import)) return session_code(s);
    bool printed = add ? import_add(&import) : import_print(&import, choose_style(&import));
    if (!printed || !import_write(&import)) return session_code(s);
    if (s->out.json) report_json(&import);
    else report(&import);
    return CODE_DONE;
}
