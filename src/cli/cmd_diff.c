/* cmd_diff.c: models against the live database, whatever its revision. */
#include "cli/compare.h"
#include "revision/line.h"

static void print_sql(struct session *s, const struct comparison *found)
{
    for (size_t i = 0; i < found->upgrade->ops.n; i++) {
        const struct op *op = &found->upgrade->ops.at[i];
        if (op->search_path) out_print(&s->out, "SET search_path = %s;\n", op->search_path);
        struct buf note = buf_new(s->ctx->arena);
        line_comments(&note, op->note ? op->note : "");
        out_print(&s->out, "%s%s;\n\n", note.text ? note.text : "", line_statement(s->ctx->arena, op->sql));
    }
}

int cmd_diff(struct session *s)
{
    struct comparison found = {0};
    if (!session_open_db(s, FOREIGN_ALLOWED) || !session_models(s) || !compare_read(s, &found)) return session_code(s);
    if (!compare_changes(s, &found) || !compare_plan(s, &found)) return session_code(s);
    compare_unhandled(s, s->models);
    if (s->out.json) out_json(&s->out, compare_json(s, &found));
    else if (option_given(s->options, OPT_SQL)) print_sql(s, &found);
    else if (found.up->n == 0) compare_say_equal(s, &found);
    if (!option_given(s->options, OPT_SQL)) compare_report(s, &found);
    return option_given(s->options, OPT_EXIT_CODE) && !compare_is_empty(&found) ? CODE_FINDINGS : CODE_DONE;
}
