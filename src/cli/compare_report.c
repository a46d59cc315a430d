/* compare_report.c: what was detected, for people and for programs. */
#include "cli/compare.h"
#include "pg/attic.h"
#include "pg/catalog.h"

static const struct object *object_of(const struct change *change)
{
    return change->to && change->type != CHANGE_DROP ? change->to : change->from;
}

/* A new table's columns and keys are counted in its own line. */
static bool has_line(const struct change *change)
{
    const struct object *object = object_of(change), *parent = object->parent;
    if (change_only_follows(change)) return false;
    if (change->with_parent) return false;
    if (object->implied && change->type != CHANGE_PRIVILEGES) return false;
    bool whole = change->type == CHANGE_CREATE || change->type == CHANGE_DROP;
    return !(whole && parent && object_is(parent, "table") && parent->change && parent->change->type == change->type);
}

static const char *sign_of(const struct out *out, const struct change *change)
{
    if (change->type == CHANGE_CREATE) return out_paint(out, PAINT_GREEN, "+");
    if (change->type == CHANGE_DROP) return out_paint(out, PAINT_RED, "-");
    return out_paint(out, PAINT_YELLOW, "~");
}

/* change_text() less the kind's title, which has a column of its own; "is new" goes without saying. */
static const char *text_of(struct session *s, const struct change *change)
{
    struct buf text = buf_new(s->ctx->arena);
    const struct object *object = object_of(change);
    if (change->type != CHANGE_CREATE && change->type != CHANGE_DROP) {
        return change_text(s->ctx, change) + strlen(object->kind->title) + 1;
    }
    buf_add(&text, object_shown(s->ctx->arena, object));
    struct buf more = buf_new(s->ctx->arena);
    if (change->type == CHANGE_CREATE && object->kind->describe) object->kind->describe(object, &more);
    if (more.len) buf_printf(&text, " %s", more.text);
    return text.text;
}

static const char *place_of(struct session *s, const struct change *change)
{
    const struct object *object = change->to;
    if (!object || !span_known(object->span)) return NULL;
    struct place place = source_place(s->ctx->sources, object->span.start);
    return arena_printf(s->ctx->arena, "%s:%u", place.source->name, place.line);
}

/* What a drop costs. */
static const char *loss_of(struct session *s, const struct change *change)
{
    if (change->type != CHANGE_DROP || !object_is(change->from, "table")) return NULL;
    long long rows = catalog_rows(s->conn, change->from);
    if (change->from->park == PARK_ITSELF) {
        return rows > 0 ? arena_printf(s->ctx->arena, "parks %s", str_count(s->ctx->arena, (size_t)rows, "row")) : "is parked";
    }
    if (rows <= 0) return rows == 0 ? "is empty" : "DROPS ITS ROWS";
    const char *number = text_number(s->ctx->arena, (size_t)rows);
    return out_paint(&s->out, PAINT_RED, arena_printf(s->ctx->arena, "DROPS %s ROW%s", number, rows == 1 ? "" : "S"));
}

static void print_changes(struct session *s, const struct comparison *found)
{
    struct table table = table_new(&s->out, 3, "  ");
    for (size_t i = 0; i < found->up->n; i++) {
        const struct change *change = found->up->at[i];
        if (!has_line(change)) continue;
        const char *end = place_of(s, change);
        const char *what = arena_printf(s->ctx->arena, "%s %s", sign_of(&s->out, change), object_of(change)->kind->title);
        table_row(&table, what, text_of(s, change), end ? end : loss_of(s, change));
    }
    table_print(&table);
}

static bool said(const struct plan *plan, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (str_eq(plan->ops.at[j].risk_text, plan->ops.at[i].risk_text)) return true;
    }
    return false;
}

static void add_risks(const struct plan *plan, struct block *block)
{
    const char *label = "Risks";
    for (size_t i = 0; i < plan->ops.n; i++) {
        const struct op *op = &plan->ops.at[i];
        const char *risk = op->complete ? op->complete : op->risk_text;
        if (!risk || (!op->complete && said(plan, i))) continue;
        block_add(block, label, "%s", risk);
        label = "";
    }
}

/* A serial's sequence comes with its column. */
static const struct object *first_whole(const struct objects *unmanaged)
{
    for (size_t i = 0; i < unmanaged->n; i++) {
        if (!object_get(unmanaged->at[i], "owned_by")->set) return unmanaged->at[i];
    }
    return unmanaged->at[0];
}

static void add_unmanaged(struct session *s, const struct comparison *found, struct block *block)
{
    const struct objects *unmanaged = &found->diff->unmanaged;
    for (size_t i = 0; i < unmanaged->n && i < 20; i++) {
        const struct object *object = unmanaged->at[i];
        block_add(block, i ? "" : "Unmanaged", "%s %s: in the database, in no revision and no model", object->kind->title,
                  object_shown(s->ctx->arena, object));
    }
    if (unmanaged->n > 20) block_add(block, "", "and %zu more", unmanaged->n - 20);
    if (unmanaged->n) {
        const struct object *first = first_whole(unmanaged);
        const char *shown = object_shown(s->ctx->arena, first);
        block_add(block, "", "modelc import --add \"%s %s\" takes it into the models, autogenerate --drop %s drops it;",
                  first->kind->title, shown, shown);
        block_add(block, "", "or name it under ignore = in modelc.ini");
    }
}

static void add_not_verified(struct session *s, const struct comparison *found, struct block *block)
{
    const struct objects *list = &found->diff->not_verified;
    for (size_t i = 0; i < list->n; i++) {
        block_add(block, i ? "" : "Unsure", "%s %s: the server could not compare its expression; taken as equal",
                  list->at[i]->kind->title, object_shown(s->ctx->arena, list->at[i]));
    }
}

static void add_attic(struct session *s, struct block *block)
{
    const char *count = attic_count(s->conn);
    if (count) block_add(block, "Attic", "%s: modelc attic", count);
}

void compare_report(struct session *s, const struct comparison *found)
{
    if (s->out.json) return;
    struct block models = block_new(&s->out, BLOCK_WIDTH), rest = models;
    if (found->up->n) {
        block_add(&models, "Models", "%s, %s", str_count(s->ctx->arena, s->models->files, "file"),
                  str_count(s->ctx->arena, schema_count(s->models, "table"), "table"));
        block_print(&models);
        out_print(&s->out, "\n");
        print_changes(s, found);
        out_print(&s->out, "\n");
    }
    if (found->upgrade) add_risks(found->upgrade, &rest);
    add_unmanaged(s, found, &rest);
    add_not_verified(s, found, &rest);
    unhandled_add(s, found->live, &rest);
    if (option_given(s->options, OPT_VERBOSE)) add_attic(s, &rest);
    block_print(&rest);
}

void compare_say_equal(struct session *s, const struct comparison *found)
{
    struct arena *arena = s->ctx->arena;
    size_t tables = schema_count(s->models, "table"), unmanaged = found->diff->unmanaged.n;
    if (s->out.json) return;
    if (unmanaged) {
        out_print(&s->out, "No changes detected in what the models hold; %s of %s %s unmanaged:\n",
                  str_count(arena, unmanaged, "object"), s->conn->database, unmanaged == 1 ? "is" : "are");
        return;
    }
    if (s->models->files == 0) {
        out_print(&s->out, "No changes detected: there are no models yet.\n");
        return;
    }
    out_print(&s->out, "No changes detected: %s in %s %s %s at %s.\n", str_count(arena, tables, "table"),
              str_count(arena, s->models->files, "file"), tables == 1 ? "equals" : "equal", s->conn->database, session_position(s));
}

static const char *type_name(enum change_type type)
{
    static const char *const names[] = {
        [CHANGE_CREATE] = "create", [CHANGE_DROP] = "drop", [CHANGE_RENAME] = "rename",
        [CHANGE_ALTER] = "alter", [CHANGE_RECREATE] = "recreate", [CHANGE_COMMENT] = "comment",
        [CHANGE_OWNER] = "owner", [CHANGE_PRIVILEGES] = "privileges",
    };
    return names[type];
}

static json_t *change_json(struct session *s, const struct change *change)
{
    const struct object *object = object_of(change);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "change", type_name(change->type), "kind", out_text(object->kind->name), "path",
                     out_text(object_path(s->ctx->arena, object)), "text", out_text(change_text(s->ctx, change)), "place",
                     out_text(place_of(s, change)), "with_parent", change->with_parent);
}

json_t *compare_json(struct session *s, const struct comparison *found)
{
    json_t *changes = json_array(), *risks = json_array(), *unmanaged = json_array(), *statements = json_array();
    for (size_t i = 0; i < found->up->n; i++) json_array_append_new(changes, change_json(s, found->up->at[i]));
    for (size_t i = 0; found->upgrade && i < found->upgrade->ops.n; i++) {
        const struct op *op = &found->upgrade->ops.at[i];
        json_array_append_new(statements, out_text(op->sql));
        if (op->risk_text && !said(found->upgrade, i)) json_array_append_new(risks, out_text(op->risk_text));
    }
    for (size_t i = 0; i < found->diff->unmanaged.n; i++) {
        const struct object *object = found->diff->unmanaged.at[i];
        const char *path = object_path(s->ctx->arena, object);
        json_array_append_new(unmanaged, out_text(arena_printf(s->ctx->arena, "%s %s", object->kind->name, path)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "changes", changes, "statements", statements, "risks", risks, "unmanaged",
                     unmanaged, "unhandled", unhandled_json(s, s->models, found->live));
}
