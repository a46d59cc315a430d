/* procedure.c: procedures; function.c's query reads them. */
#include "kind/routine.h"

#define FIELDS(F)             \
    STATEMENT_FIELD(F, ALTER) \
    DEPENDS_FIELD(F)          \
    SIGNATURE_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_definition]) statement_replace(from, to, changed, ops);
    depends_alter(from, to, changed[F_definition], ops);
}

const struct kind kind_procedure = {
    .name = "procedure",
    .title = "procedure",
    .noun = "PROCEDURE",
    .parent = "schema",
    .word = "procedure",
    .name_space = NAMES_OWN,
    .overloaded = true,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .create = statement_create,
    .finish = depends_finish,
    .alter = alter,
    .drop = statement_drop,
    .must_recreate = routine_must_recreate,
    .describe_change = routine_describe_change,
};
