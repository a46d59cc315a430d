/* project.c: modelc.ini: finding it, and what its settings mean. */
#include "revision/project.h"


#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/suggest.h"
#include "revision/duration.h"
#include "revision/ids.h"
#include "revision/revision.h"
#include "revision/settings.h"
#include "sql/quote.h"

struct loading {
    struct ctx *ctx;
    struct project *project;
    struct settings *settings;
};

static struct diag *refuse(struct loading *loading, const struct setting *setting, const char *message)
{
    return diag_add(loading->ctx, D_CONFIG, setting->value_span, "%s: %s", setting->key, message);
}

/* ---- values */

/* The value of -x, or else of the environment. */
static const char *variable(const struct project *project, const char *name)
{
    const char *text = strcmp(name, "here") == 0 ? project->root : map_get(project->extra, name);
    return text ? text : getenv(name);
}

/* %(NAME)s reads -x and the environment, %(here)s is the folder of modelc.ini, %%( is %( itself. Any other % stands for
 * itself: URLs are full of them. NULL: *missing names a variable that isn't set, or is empty. */
static const char *expand(struct loading *loading, const char *value, const char **missing)
{
    struct buf out = buf_new(loading->ctx->arena);
    for (const char *at = value; *at;) {
        size_t len = str_starts(at, "%(") ? strcspn(at + 2, ")") : 0;
        if (str_starts(at, "%%(")) {
            buf_add(&out, "%(");
            at += 3;
            continue;
        }
        if (len == 0 || !str_starts(at + 2 + len, ")s")) {
            buf_addc(&out, *at++);
            continue;
        }
        const char *name = arena_strndup(loading->ctx->arena, at + 2, len);
        const char *text = variable(loading->project, name);
        if (!text || !*text) {
            *missing = name;
            return NULL;
        }
        buf_add(&out, text);
        at += len + 4;
    }
    return out.text;
}

/* The value of a setting of one line, or NULL and a diagnostic. */
static const char *text_of(struct loading *loading, const struct setting *setting)
{
    const char *missing = NULL;
    const char *text = expand(loading, setting->value, &missing);
    if (!text) {
        struct diag *diag =
            diag_add(loading->ctx, D_CONFIG, setting->value_span, "the environment variable %s isn't set", missing);
        diag_mend(loading->ctx, diag, "mend", "set it, or pass -x %s=VALUE", missing);
    } else if (strchr(text, '\n')) {
        struct diag *diag = refuse(loading, setting, "the indented line below continues this value");
        diag_mend(loading->ctx, diag, "mend", "begin each setting at the start of its line");
        return NULL;
    } else if (!*text) {
        refuse(loading, setting, "needs a value");
        return NULL;
    }
    return text;
}

/* The place of the value among `words`, or -1 and a diagnostic. */
static int choice_of(struct loading *loading, const struct setting *setting, const char *const *words, int n)
{
    const char *text = text_of(loading, setting);
    struct suggest near = {.word = text};
    struct buf all = buf_new(loading->ctx->arena);
    if (!text) return -1;
    for (int i = 0; i < n; i++) {
        if (strcmp(words[i], text) == 0) return i;
        suggest_try(&near, words[i]);
        buf_separate(&all, "", ", ");
        buf_add(&all, words[i]);
    }
    struct diag *diag = refuse(loading, setting,
                               arena_printf(loading->ctx->arena, "\"%s\" is none of: %s", text, all.text));
    if (near.best) diag_mend(loading->ctx, diag, "did you mean", "%s", near.best);
    return -1;
}

static void read_bool(struct loading *loading, const struct setting *setting, bool *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    int choice = choice_of(loading, setting, words, 6);
    if (choice >= 0) *value = choice % 2 == 1;
}

static void read_path(struct loading *loading, const struct setting *setting, const char **path)
{
    const char *text = text_of(loading, setting);
    if (text) *path = path_join(loading->ctx->arena, loading->project->root, text);
}

/* ---- settings, one function each */

static void read_models(struct loading *loading, const struct setting *setting)
{
    read_path(loading, setting, &loading->project->models);
}

static void read_migrations(struct loading *loading, const struct setting *setting)
{
    read_path(loading, setting, &loading->project->migrations);
}

static void read_templates(struct loading *loading, const struct setting *setting)
{
    read_path(loading, setting, &loading->project->templates);
}

static void read_ids(struct loading *loading, const struct setting *setting)
{
    static const char *const words[] = {
        [IDS_RANDOM] = "random", [IDS_SEQUENTIAL] = "sequential", [IDS_TIMESTAMP] = "timestamp"};
    int choice = choice_of(loading, setting, words, 3);
    if (choice >= 0) loading->project->ids = (enum id_style)choice;
}

/* Its %(rev)s is a field, not the environment. */
static void read_file_name(struct loading *loading, const struct setting *setting)
{
    const char *defect = file_name_defect(loading->ctx->arena, setting->value);
    if (defect) refuse(loading, setting, defect);
    loading->project->file_name = setting->value;
}

static void read_embedded(struct loading *loading, const struct setting *setting)
{
    read_bool(loading, setting, &loading->project->embedded);
}

static void read_online(struct loading *loading, const struct setting *setting)
{
    static const char *const words[] = {"never", "always"};
    int choice = choice_of(loading, setting, words, 2);
    if (choice >= 0) loading->project->online = choice == 1;
}

static void read_drop(struct loading *loading, const struct setting *setting)
{
    static const char *const words[] = {"drop", "park"};
    int choice = choice_of(loading, setting, words, 2);
    if (choice >= 0) loading->project->park = choice == 1;
}

static void read_protect(struct loading *loading, const struct setting *setting)
{
    read_bool(loading, setting, &loading->project->protect);
}

static void read_certified(struct loading *loading, const struct setting *setting)
{
    const char *text = text_of(loading, setting);
    if (!text) return;
    bool valid = str_eq(text, "base") || revision_id_valid(text);
    if (valid) loading->project->certified = text;
    else refuse(loading, setting, "neither a revision nor base");
}

static void read_schema(struct loading *loading, const struct setting *setting)
{
    const char *text = text_of(loading, setting);
    if (!text) return;
    if (strlen(text) > 63 || str_starts(text, "pg_")) {
        refuse(loading, setting, "not a name that a schema can have");
        return;
    }
    loading->project->state_schema = text;
}

static void read_role(struct loading *loading, const struct setting *setting)
{
    const char *text = text_of(loading, setting);
    if (text) loading->project->role = text;
}

/* Offline commands need no url: that its variable isn't set is reported by who connects. */
static void read_url(struct loading *loading, const struct setting *setting)
{
    struct project *project = loading->project;
    project->url_span = setting->value_span;
    project->url = expand(loading, setting->value, &project->url_missing);
    if (project->url) project->url = text_of(loading, setting);
}

static void read_direct_url(struct loading *loading, const struct setting *setting)
{
    struct project *project = loading->project;
    project->direct_url_span = setting->value_span;
    project->direct_url = expand(loading, setting->value, &project->direct_url_missing);
    if (project->direct_url) project->direct_url = text_of(loading, setting);
}

/* At most `most` digits, which is enough for what is counted. */
static void read_number(struct loading *loading, const struct setting *setting, size_t most, const char *what, int *value)
{
    const char *text = text_of(loading, setting);
    if (!text) return;
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > most) {
        refuse(loading, setting, arena_printf(loading->ctx->arena, "not a number%s", what));
        return;
    }
    *value = atoi(text);
}

static void read_lock_wait(struct loading *loading, const struct setting *setting)
{
    read_number(loading, setting, 5, " of seconds", &loading->project->lock_wait);
}

static void read_retries(struct loading *loading, const struct setting *setting)
{
    read_number(loading, setting, 3, " below 1000", &loading->project->retries);
}

static void read_duration(struct loading *loading, const struct setting *setting, const char **value)
{
    long milliseconds;
    const char *text = text_of(loading, setting);
    if (!text) return;
    if (duration_parse(text, &milliseconds)) {
        *value = text;
        return;
    }
    struct diag *diag = refuse(loading, setting, "not a length of time");
    diag_mend(loading->ctx, diag, "write", "%s = 10s, or 0 for none", setting->key);
}

static void read_lock_timeout(struct loading *loading, const struct setting *setting)
{
    read_duration(loading, setting, &loading->project->lock_timeout);
}

static void read_statement_timeout(struct loading *loading, const struct setting *setting)
{
    read_duration(loading, setting, &loading->project->statement_timeout);
}

static void read_lock(struct loading *loading, const struct setting *setting)
{
    static const char *const words[] = {"session", "lease"};
    int choice = choice_of(loading, setting, words, 2);
    if (choice >= 0) loading->project->lease = choice == 1;
}

/* Patterns stand between commas or on lines of their own; a comma in parentheses or in a quoted name separates nothing:
 * function public.f(integer, text) */
static void read_ignore(struct loading *loading, const struct setting *setting)
{
    const char *missing = NULL;
    struct arena *arena = loading->ctx->arena;
    const char *text = expand(loading, setting->value, &missing);
    if (!text) {
        text_of(loading, setting);
        return;
    }
    loading->project->ignore = (struct paths){0};
    while (*text) {
        size_t len = 0;
        bool quoted = false;
        int parens = 0;
        for (; text[len] && text[len] != '\n'; len++) {
            if (text[len] == '"') quoted = !quoted;
            if (!quoted) parens += (text[len] == '(') - (text[len] == ')');
            if (text[len] == ',' && !quoted && parens <= 0) break;
        }
        const char *pattern = str_trim(arena, arena_strndup(arena, text, len));
        if (*pattern) vec_push(arena, &loading->project->ignore, pattern);
        text += len + (text[len] != '\0');
    }
}

/* Names between commas or on lines of their own, folded as in SQL; PUBLIC is `public`. */
static void read_roles(struct loading *loading, const struct setting *setting)
{
    struct project *project = loading->project;
    struct arena *arena = loading->ctx->arena;
    const char *missing = NULL, *text = expand(loading, setting->value, &missing);
    if (!text) {
        text_of(loading, setting);
        return;
    }
    project->roles = (struct paths){0};
    project->roles_given = true;
    for (size_t len; *text; text += len + (text[len] != '\0')) {
        len = strcspn(text, ",\n");
        const char *name = str_trim(arena, arena_strndup(arena, text, len));
        if (*name) vec_push(arena, &project->roles, sql_fold(arena, name, strlen(name)));
    }
}

static bool add_target(struct loading *loading, const char *word)
{
    struct project *project = loading->project;
    size_t most = sizeof project->targets.at / sizeof *project->targets.at;
    int major = strspn(word, "0123456789") == strlen(word) && strlen(word) == 2 ? atoi(word) : 0;
    if (major < 13 || major > 18 || project->targets.n == most) return false;
    project->targets.at[project->targets.n++] = major;
    return true;
}

/* Major versions of PostgreSQL between commas or blanks. */
static void read_target(struct loading *loading, const struct setting *setting)
{
    static const char blanks[] = ", \t\n";
    const char *text = text_of(loading, setting);
    if (!text) return;
    loading->project->targets.n = 0;
    loading->project->target_span = setting->value_span;
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t len = strcspn(text, blanks);
        if (!add_target(loading, arena_strndup(loading->ctx->arena, text, len))) {
            struct diag *diag = refuse(loading, setting, "not a list of PostgreSQL versions from 13 to 18");
            diag_mend(loading->ctx, diag, "write", "target = 15");
            return;
        }
        text += len;
    }
}

static const struct key {
    const char *name;
    void (*read)(struct loading *loading, const struct setting *setting);
} keys[] = {
    {"models", read_models},       {"migrations", read_migrations}, {"templates", read_templates},
    {"ids", read_ids},             {"file-name", read_file_name},   {"embedded", read_embedded},
    {"online", read_online},       {"protect", read_protect},       {"schema", read_schema},
    {"role", read_role},           {"url", read_url},               {"direct-url", read_direct_url},
    {"lock-wait", read_lock_wait}, {"lock", read_lock},             {"lock-timeout", read_lock_timeout},
    {"statement-timeout", read_statement_timeout}, {"retries", read_retries},
    {"ignore", read_ignore},       {"roles", read_roles},           {"drop", read_drop},             {"target", read_target},           {"certified", read_certified},
};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

/* ---- the file */

static bool is_main(const char *section)
{
    return !*section || strcmp(section, "modelc") == 0;
}

/* Lines of this section are kept as they are: src/review knows its own rules. */
static bool is_review(const char *section)
{
    return strcmp(section, "review") == 0;
}

/* NAME of [env NAME], else NULL. */
static const char *env_name(struct arena *arena, const char *section)
{
    const char *name = str_starts(section, "env ") ? str_trim(arena, section + 4) : "";
    return *name ? name : NULL;
}

static void check_sections(struct loading *loading)
{
    for (size_t i = 0; i < loading->settings->sections.n; i++) {
        const struct settings_section *section = &loading->settings->sections.at[i];
        if (is_main(section->name) || is_review(section->name) || env_name(loading->ctx->arena, section->name)) continue;
        struct diag *diag = diag_add(loading->ctx, D_CONFIG, section->span, "unknown section [%s]", section->name);
        diag_mend(loading->ctx, diag, "write", "[env NAME], or settings above all sections");
    }
}

static bool is_known_key(struct loading *loading, const struct setting *setting)
{
    struct suggest near = {.word = setting->key};
    for (size_t i = 0; i < N_KEYS; i++) {
        if (strcmp(keys[i].name, setting->key) == 0) return true;
        suggest_try(&near, keys[i].name);
    }
    struct diag *diag = diag_add(loading->ctx, D_CONFIG, setting->key_span, "unknown setting %s", setting->key);
    if (near.best) diag_mend(loading->ctx, diag, "did you mean", "%s", near.best);
    return false;
}

static void check_keys(struct loading *loading)
{
    struct map *seen = map_new(loading->ctx->arena);
    for (size_t i = 0; i < loading->settings->values.n; i++) {
        struct setting *setting = &loading->settings->values.at[i];
        const char *env = env_name(loading->ctx->arena, setting->section);
        bool review = is_review(setting->section);
        const char *name = arena_printf(loading->ctx->arena, "%s\n%s", env ? env : review ? setting->section : "", setting->key);
        const struct setting *other = map_get(seen, name);
        if (!review && !is_known_key(loading, setting)) continue;
        if (other) {
            struct diag *diag = diag_add(loading->ctx, D_DUPLICATE, setting->key_span, "%s is set twice", setting->key);
            diag_note(loading->ctx, diag, other->key_span, "the other one");
        }
        map_put(seen, name, setting);
        struct review_setting line = {setting->key, setting->value, setting->key_span, setting->value_span};
        if (review) vec_push(loading->ctx->arena, &loading->project->review, line);
    }
}

/* The setting in force: the env's, else the main one, else NULL. */
static const struct setting *setting_of(struct loading *loading, const char *key)
{
    const struct setting *found = NULL;
    for (size_t i = 0; i < loading->settings->values.n; i++) {
        const struct setting *setting = &loading->settings->values.at[i];
        const char *env = env_name(loading->ctx->arena, setting->section);
        if (strcmp(setting->key, key) != 0) continue;
        if (env && loading->project->env && strcmp(env, loading->project->env) == 0) return setting;
        if (is_main(setting->section)) found = setting;
    }
    return found;
}

static void check_env(struct loading *loading)
{
    struct suggest near = {.word = loading->project->env};
    if (!near.word) return;
    for (size_t i = 0; i < loading->settings->sections.n; i++) {
        const char *name = env_name(loading->ctx->arena, loading->settings->sections.at[i].name);
        if (name && strcmp(name, near.word) == 0) return;
        if (name) suggest_try(&near, name);
    }
    struct diag *diag = diag_file(loading->ctx, D_CONFIG, loading->settings->source->name, "no section [env %s]",
                                  near.word);
    if (near.best) diag_mend(loading->ctx, diag, "did you mean", "%s", near.best);
}

static struct project *project_new(struct ctx *ctx, const char *ini, const char *shown_from, const char *env,
                                   struct map *extra)
{
    struct project *project = ARENA_NEW(ctx->arena, struct project);
    const char *root = path_dir(ctx->arena, ini);
    *project = (struct project){
        .root = root,
        .ini = ini,
        .models = path_join(ctx->arena, root, "models"),
        .migrations = path_join(ctx->arena, root, "migrations/versions"),
        .templates = path_join(ctx->arena, root, "templates"),
        .shown_from = shown_from,
        .ids = IDS_RANDOM,
        .file_name = "%(rev)s_%(slug)s",
        .online = true,
        .state_schema = "modelc",
        .env = env,
        .lock_wait = 30,
        .lock_timeout = "3s",
        .statement_timeout = "0",
        .retries = 5,
        .extra = extra ? extra : map_new(ctx->arena),
    };
    return project;
}

static const char *absolute(struct ctx *ctx, const char *path)
{
    char resolved[PATH_MAX];
    return realpath(path, resolved) ? arena_strdup(ctx->arena, resolved) : NULL;
}

static const char *ini_above(struct ctx *ctx, const char *start)
{
    for (const char *dir = start;; dir = path_dir(ctx->arena, dir)) {
        const char *path = path_join(ctx->arena, dir, "modelc.ini");
        if (file_exists(path)) return path;
        if (strcmp(dir, "/") == 0) return NULL;
    }
}

bool project_exists(struct ctx *ctx, const char *start)
{
    const char *from = absolute(ctx, start);
    return from && ini_above(ctx, from);
}

struct project *project_without_ini(struct ctx *ctx, const char *start)
{
    return project_new(ctx, path_join(ctx->arena, start, "modelc.ini"), start, NULL, NULL);
}

/* The absolute path of the ini: the one that was named, or the nearest modelc.ini from `start` upwards. */
static const char *find_ini(struct ctx *ctx, const char *start, const char *named)
{
    if (named) {
        const char *path = absolute(ctx, path_join(ctx->arena, start, named));
        if (!path) diag_file(ctx, D_CONFIG, named, "no such file");
        return path;
    }
    const char *path = ini_above(ctx, start);
    if (path) return path;
    struct diag *diag = diag_add(ctx, D_CONFIG, (struct span){0}, "no modelc.ini here or in a folder above");
    diag_mend(ctx, diag, "mend", "modelc init");
    return NULL;
}

struct project *project_load(struct ctx *ctx, const char *start, const char *explicit_ini, const char *env)
{
    return project_load_with(ctx, start, explicit_ini, env, NULL);
}

struct project *project_load_with(struct ctx *ctx, const char *start, const char *explicit_ini, const char *env,
                                  struct map *extra)
{
    const char *from = absolute(ctx, start ? start : ".");
    size_t errors = diag_errors(ctx);
    if (!from) {
        diag_file(ctx, D_CONFIG, start, "no such folder");
        return NULL;
    }
    const char *ini = find_ini(ctx, from, explicit_ini);
    struct settings *settings = ini ? settings_load(ctx, ini, path_shown(ctx->arena, from, ini)) : NULL;
    if (!settings) return NULL;
    struct loading loading = {ctx, project_new(ctx, ini, from, env, extra), settings};
    check_sections(&loading);
    check_keys(&loading);
    check_env(&loading);
    for (size_t i = 0; i < N_KEYS; i++) {
        const struct setting *setting = setting_of(&loading, keys[i].name);
        if (setting) keys[i].read(&loading, setting);
    }
    return diag_errors(ctx) == errors ? loading.project : NULL;
}

bool project_ignores(const struct project *project, const char *kind, const char *path)
{
    struct arena *arena = arena_new();
    const char *full = arena_printf(arena, "%s %s", kind, path);
    bool found = false;
    for (size_t i = 0; !found && i < project->ignore.n; i++) {
        const char *pattern = project->ignore.at[i];
        found = fnmatch(pattern, full, 0) == 0 || fnmatch(pattern, path, 0) == 0;
    }
    arena_free(arena);
    return found;
}
