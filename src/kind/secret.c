/* secret.c: creating what may have secret options, which modelc neither reads nor writes. */
#include "kind/exotic.h"

void secret_create(const struct object *object, struct ops *ops)
{
    const char *secrets = object_text(object, "secrets");
    size_t first = ops->list.n;
    statement_create(object, ops);
    if (!secrets || first == ops->list.n) return;
    ops->list.at[first].complete =
        arena_printf(ops->ctx->arena, "add the options that modelc never reads: %s", secrets);
}
