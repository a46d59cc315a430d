/* canon_cache.c: equalities that the server has proven before. */
#include "pg/canon_cache.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/file.h"

#define HEADER "modelc canonical 1\n"

enum { DIGEST = 16, LINE = DIGEST + 1, LINES_MAX = 100000 };

struct canon_cache {
    struct ctx *ctx;
    const char *path;
    const char *lines; /* sorted, LINE bytes each */
    size_t n;
    bool *used; /* [n] */
    VEC(const char *) added;
    const char *context; /* NULL: the server doesn't tell */
    bool context_asked;
    const struct object *table; /* whose columns are in `ground` */
    const char *ground;         /* digest of context and columns */
    struct buf key;
    struct objects relabelled; /* enums of the models whose labels differ from the live ones */
    bool new_types;            /* the models have types that the database lacks */
};

/* ---- the file */

static bool is_sound(const char *lines, size_t len)
{
    if (len % LINE != 0) return false;
    for (size_t at = 0; at < len; at += LINE) {
        if (strspn(lines + at, "0123456789abcdef") != DIGEST || lines[at + DIGEST] != '\n') return false;
        if (at && memcmp(lines + at - LINE, lines + at, DIGEST) >= 0) return false;
    }
    return true;
}

static void load(struct canon_cache *cache)
{
    size_t mark = diag_mark(cache->ctx), head = strlen(HEADER);
    const struct source *source = file_exists(cache->path) ? file_load(cache->ctx, cache->path, NULL) : NULL;
    diag_rollback(cache->ctx, mark);
    if (!source || !str_starts(source->text, HEADER) || !is_sound(source->text + head, source->len - head)) return;
    cache->lines = source->text + head;
    cache->n = (source->len - head) / LINE;
    cache->used = ARENA_ARRAY(cache->ctx->arena, bool, cache->n + 1);
}

static int compare_digests(const void *left, const void *right)
{
    return memcmp(left, right, DIGEST);
}

static int compare_texts(const void *left, const void *right)
{
    return memcmp(*(const char *const *)left, *(const char *const *)right, DIGEST);
}

/* Old verdicts that this run had no use for may be another database's: they stay while there is room. */
static const char *content(const struct canon_cache *cache, size_t *len)
{
    size_t n = 0;
    bool room = cache->n + cache->added.n <= LINES_MAX;
    const char **all = ARENA_ARRAY(cache->ctx->arena, const char *, cache->n + cache->added.n);
    for (size_t i = 0; i < cache->n; i++) {
        if (room || cache->used[i]) all[n++] = cache->lines + i * LINE;
    }
    for (size_t i = 0; i < cache->added.n; i++) all[n++] = cache->added.at[i];
    qsort(all, n, sizeof *all, compare_texts);
    struct buf text = buf_new(cache->ctx->arena);
    buf_add(&text, HEADER);
    for (size_t i = 0; i < n && i < LINES_MAX; i++) {
        if (i && memcmp(all[i - 1], all[i], DIGEST) == 0) continue;
        buf_addn(&text, all[i], DIGEST);
        buf_addc(&text, '\n');
    }
    *len = text.len;
    return text.text;
}

/* The folder keeps itself out of version control, wherever it stands. */
static bool make_folder(struct ctx *ctx, const char *dir)
{
    const char *ignore = path_join(ctx->arena, dir, ".gitignore");
    return dir_make(ctx, dir, 0755) && (file_exists(ignore) || file_write(ctx, ignore, "*\n", 2));
}

void cache_save(struct canon_cache *cache)
{
    if (!cache || cache->added.n == 0) return;
    size_t mark = diag_mark(cache->ctx), len;
    const char *text = content(cache, &len);
    bool made = make_folder(cache->ctx, path_dir(cache->ctx->arena, cache->path));
    if (made) file_write(cache->ctx, cache->path, text, len);
    diag_rollback(cache->ctx, mark);
}

/* ---- what verdicts rest on */

#define HASH_OF(columns, from) \
    "(SELECT md5(coalesce(string_agg(concat_ws('|', " columns "), ',' ORDER BY x.oid), '')) FROM " from ")"

/* Names and signatures that users have defined: system objects come with the server's version, and bodies don't change
 * what a text means. Row types count only for those whose path could find another one first. */
static const char context_query[] =
    "SELECT concat_ws(' ', current_setting('server_version'), current_setting('DateStyle'), current_database(),"
    " (SELECT oid FROM pg_database WHERE datname = current_database()),"
    HASH_OF("x.oid, proname, pronamespace::regnamespace, prorettype, proretset, provariadic, prokind, pronargdefaults,"
            " proargtypes", "pg_proc x WHERE x.oid >= 16384") ","
    HASH_OF("x.oid, oprname, oprnamespace::regnamespace, oprleft, oprright, oprresult, oprcode",
            "pg_operator x WHERE x.oid >= 16384") ","
    HASH_OF("x.oid, castsource, casttarget, castfunc, castcontext, castmethod", "pg_cast x WHERE x.oid >= 16384") ","
    HASH_OF("x.oid, opcname, opcmethod, opcnamespace::regnamespace, opcintype, opcdefault, opckeytype",
            "pg_opclass x WHERE x.oid >= 16384") ","
    HASH_OF("x.oid, collname, collnamespace::regnamespace, collprovider, collcollate, collctype",
            "pg_collation x WHERE x.oid >= 16384") ","
    HASH_OF("x.oid, typname, typnamespace::regnamespace, typtype, typcategory, typispreferred, typbasetype, typtypmod,"
            " typelem, typcollation", "pg_type x WHERE x.oid >= 16384 AND typtype <> 'c' AND typelem NOT IN"
            " (SELECT oid FROM pg_type WHERE typtype = 'c')") ","
    HASH_OF("x.oid, relname, attnum, attname, atttypid, atttypmod",
            "pg_class x JOIN pg_attribute ON attrelid = x.oid WHERE relkind = 'c'") ")";

/* What a path of several schemas could find first. */
static const char row_types_query[] =
    "SELECT " HASH_OF("x.oid, typname, typnamespace::regnamespace", "pg_type x WHERE x.oid >= 16384 AND typtype = 'c'");

static bool several_schemas(const char *path)
{
    return path && strchr(path, ',');
}

static bool any_several(const struct diff *diff)
{
    for (size_t i = 0; i < diff->questions.n; i++) {
        if (several_schemas(diff->questions.at[i].to->search_path)) return true;
    }
    return false;
}

static bool ask_context(struct canon_cache *cache, struct job *job)
{
    const char *sql[] = {"BEGIN READ ONLY", "SET LOCAL search_path = ''", context_query,
                         any_several(job->diff) ? row_types_query : "SELECT ''", "ROLLBACK"};
    enum { N = sizeof sql / sizeof *sql };
    struct rows rows[N];
    struct server_error error;
    size_t failed;
    if (!conn_pipeline(job->conn, sql, N, rows, &error, &failed)) {
        if (!error.lost) conn_query(job->conn, "ROLLBACK", NULL, &error);
        return false;
    }
    const char *context = rows_get(&rows[2], 0, 0), *row_types = rows_get(&rows[3], 0, 0);
    cache->context = context && row_types ? arena_printf(cache->ctx->arena, "%s %s", context, row_types) : NULL;
    for (size_t i = 0; i < N; i++) rows_free(&rows[i]);
    return cache->context != NULL;
}

static bool same_labels(const struct object *a, const struct object *b)
{
    const struct labels *x = &object_get(a, "labels")->labels, *y = &object_get(b, "labels")->labels;
    if (x->n != y->n) return false;
    for (size_t i = 0; i < x->n; i++) {
        if (!str_eq(x->at[i].name, y->at[i].name)) return false;
    }
    return true;
}

/* The canonicaliser makes the types of the models, and stand-ins for those that get new labels. */
static void note_types(struct canon_cache *cache, const struct schema *models)
{
    for (size_t i = 0; i < models->all.n; i++) {
        struct object *object = models->all.at[i];
        if (!object_is(object, "enum")) continue;
        if (!object->peer) cache->new_types = true;
        else if (!same_labels(object, object->peer)) vec_push(cache->ctx->arena, &cache->relabelled, object);
    }
}

struct canon_cache *cache_open(struct ctx *ctx, const char *path)
{
    if (!path) return NULL;
    struct canon_cache *cache = ARENA_NEW(ctx->arena, struct canon_cache);
    cache->ctx = ctx;
    cache->path = path;
    cache->key = buf_new(ctx->arena);
    load(cache);
    return cache;
}

/* Asked with the first key that rests on it; false: not known. */
static bool has_context(struct canon_cache *cache, struct job *job)
{
    if (cache->context_asked) return cache->context != NULL;
    cache->context_asked = true;
    note_types(cache, job->diff->models);
    return !job->renamed && ask_context(cache, job);
}

/* ---- keys: texts with their closing zero, which no text holds */

static void add(struct buf *key, const char *text)
{
    if (text) buf_addn(key, text, strlen(text) + 1);
    else buf_addn(key, "\1", 2);
}

static const char *ground_of(struct canon_cache *cache, const struct object *table)
{
    struct buf *columns = &cache->key;
    columns->len = 0;
    add(columns, cache->context);
    add(columns, table->name);
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.at[i];
        if (!object_is(column, "column")) continue;
        add(columns, column->name);
        sql_type(columns, &object_get(column, "type")->type);
        const struct value *collation = object_get(column, "collation");
        if (collation->set) {
            buf_addc(columns, ' ');
            sql_ref(columns, &collation->ref);
        }
        add(columns, "");
    }
    return digest_text(cache->ctx->arena, columns->text, columns->len);
}

static void add_value(struct buf *key, const struct ask *ask, const struct value *value)
{
    if (is_keys(ask)) sql_keys(key, &value->keys);
    else buf_add(key, value->expr.text);
    add(key, "");
}

static bool says(const char *at, const char *word)
{
    return strncasecmp(at, word, strlen(word)) == 0;
}

/* Constants that are the time of their reading: 'now', 'yesterday'. */
static bool tells_time(const char *text, const char *at)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
    bool within = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
    for (size_t i = 0; i < sizeof words / sizeof *words && !within; i++) {
        if (says(at, words[i]) && at[strlen(words[i])] != '(') return true;
    }
    return false;
}

static bool rests_on_more(const struct canon_cache *cache, const char *text)
{
    if (!text) return false;
    for (const char *at = text; (at = strpbrk(at, ":nNtTyY")); at++) {
        if (says(at, "nextval") || says(at, "::reg") || tells_time(text, at)) return true;
    }
    for (size_t i = 0; i < cache->relabelled.n; i++) {
        if (strstr(text, cache->relabelled.at[i]->name)) return true;
    }
    return false;
}

static bool value_rests_on_more(const struct canon_cache *cache, const struct ask *ask, const struct value *value)
{
    if (!is_keys(ask)) return rests_on_more(cache, value->expr.text);
    for (size_t i = 0; i < value->keys.n; i++) {
        if (rests_on_more(cache, value->keys.at[i].expr.text)) return true;
    }
    return false;
}

const char *cache_key(struct canon_cache *cache, struct job *job, const struct ask *ask)
{
    const struct object *to = ask->to;
    if (!ask->from || ask->moved || !has_context(cache, job) || (several_schemas(to->search_path) && cache->new_types)) return NULL;
    if (value_rests_on_more(cache, ask, ask->model) || value_rests_on_more(cache, ask, ask->live)) return NULL;
    if (cache->table != to->parent) cache->ground = ground_of(cache, to->parent);
    cache->table = to->parent;
    struct buf *key = &cache->key;
    key->len = 0;
    add(key, cache->ground);
    add(key, to->search_path);
    add(key, to->kind->name);
    add(key, to->kind->fields[ask->field].name);
    add(key, object_is(to, "column") ? to->name : object_text(to, "method"));
    add_value(key, ask, ask->model);
    add_value(key, ask, ask->live);
    return strchr(digest_text(job->ctx->arena, key->text, key->len), ':') + 1;
}

bool cache_knows(struct canon_cache *cache, const char *key)
{
    if (!key || cache->n == 0) return false;
    const char *found = bsearch(key, cache->lines, cache->n, LINE, compare_digests);
    if (found) cache->used[(size_t)(found - cache->lines) / LINE] = true;
    return found != NULL;
}

void cache_add(struct canon_cache *cache, const char *key)
{
    vec_push(cache->ctx->arena, &cache->added, key);
}
