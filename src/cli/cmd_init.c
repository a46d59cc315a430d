/* cmd_init.c: begins a project. */
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "pg/embedded.h"

static const struct span nowhere = {0, 0};

static const char ini_template[] =
#include "init_ini.inc"
    ;

#define IGNORED ".modelc/"

/* ---- what is named elsewhere */

static bool set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static bool database_named(const struct session *s)
{
    static const char *const names[] = {"DATABASE_URL", "PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (set(names[i])) return true;
    }
    return option_given(s->options, OPT_DB) || option_given(s->options, OPT_ENV);
}

/* ---- files */

/* The template with its one field: "# " where the private server is not to be used. */
static bool write_ini(struct session *s, const char *path, bool embedded)
{
    static const char field[] = "${embedded}";
    const char *at = strstr(ini_template, field);
    struct buf text = buf_new(s->ctx->arena);
    buf_addn(&text, ini_template, (size_t)(at - ini_template));
    buf_printf(&text, "%s%s", embedded ? "" : "# ", at + sizeof field - 1);
    return file_write(s->ctx, path, text.text, text.len);
}

static bool has_line(const char *text, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        size_t len = strcspn(at, "\r\n");
        if ((len == n || len == n - 1) && strncmp(at, line, len) == 0) return true;
    }
    return false;
}

/* Adds our line to .gitignore; *made where there was something to do. */
static bool ignore_server(struct session *s, const char *root, bool *made)
{
    const char *path = path_join(s->ctx->arena, root, ".gitignore");
    struct buf text = buf_new(s->ctx->arena);
    *made = false;
    if (file_exists(path)) {
        const struct source *old = file_load(s->ctx, path, session_shown(s, path));
        if (!old) return false;
        if (has_line(old->text, IGNORED)) return true;
        buf_addn(&text, old->text, old->len);
        if (text.len && text.text[text.len - 1] != '\n') buf_addc(&text, '\n');
    }
    buf_add(&text, IGNORED "\n");
    *made = true;
    return file_write(s->ctx, path, text.text, text.len);
}

static bool make_folder(struct session *s, const char *root, const char *name, struct buf *created)
{
    const char *path = path_join(s->ctx->arena, root, name);
    if (dir_exists(path)) return true;
    if (!dir_make(s->ctx, path, 0777)) return false;
    buf_printf(created, "  %s/", name);
    return true;
}

static bool make_files(struct session *s, const char *root, bool embedded, struct buf *created)
{
    const char *ini = path_join(s->ctx->arena, root, "modelc.ini");
    bool ignored;
    if (file_exists(ini)) {
        struct diag *diag =
            diag_file(s->ctx, D_FILE, session_shown(s, ini), "exists already: this folder holds a project");
        diag_mend(s->ctx, diag, "mend", "modelc db start, or modelc autogenerate -m \"...\"");
        return false;
    }
    if (!dir_make(s->ctx, root, 0777) || !write_ini(s, ini, embedded)) return false;
    buf_add(created, "modelc.ini");
    if (!make_folder(s, root, "models", created) || !make_folder(s, root, "migrations/versions", created)) return false;
    if (!ignore_server(s, root, &ignored)) return false;
    if (ignored) buf_add(created, "  .gitignore");
    return true;
}

/* ---- the server */

/* Makes it, and starts it once, which shows that it works here; who needs it later starts it. Without a server the
 * project is begun all the same: its errors become warnings. */
static struct embedded *try_server(struct session *s, const char *root)
{
    bool started;
    struct embedded *server = embedded_find(s->ctx, root);
    if (!server || !embedded_create(s->ctx, server) || !embedded_start(s->ctx, server, &started)) return NULL;
    return embedded_stop(s->ctx, server, false) ? server : NULL;
}

static void warn_no_server(struct session *s, size_t mark)
{
    diag_soften(s->ctx, mark);
    struct diag *diag = diag_add(s->ctx, D_UNVERIFIED, nowhere, "the private PostgreSQL could not be started");
    diag_mend(s->ctx, diag, "mend", "install postgresql (modelc db start tries again), or export DATABASE_URL=...");
}

int cmd_init(struct session *s)
{
    const char *dir = argument_text(s->options, 0);
    const char *root = dir ? path_join(s->ctx->arena, s->start, dir) : s->start;
    struct buf created = buf_new(s->ctx->arena);
    bool named = database_named(s);
    if (!make_files(s, root, !named, &created)) return session_code(s);
    struct block block = block_new(&s->out, 0);
    block_add(&block, "created", "%s", created.text);
    if (!named && !set("CI")) {
        size_t mark = diag_mark(s->ctx);
        const struct embedded *server = try_server(s, root);
        if (server) {
            const char *place = str_ends(server->base, "/.modelc") ? ".modelc/" : server->base;
            block_add(&block, "started", "a private PostgreSQL %d in %s  (another: export DATABASE_URL=...)",
                      server->major, place);
            block_add(&block, "stopped", "it again: commands start it when they need it (kept up: modelc db start)");
        } else {
            warn_no_server(s, mark);
        }
    }
    const char *enter = dir ? arena_printf(s->ctx->arena, "cd %s, ", dir) : "";
    block_add(&block, "next", "%swrite models/*.model, then: modelc autogenerate -m \"first tables\"", enter);
    block_print(&block);
    if (s->out.json) out_json(&s->out, json_pack("{s:o}", "root", out_text(root)));
    return CODE_DONE;
}
