/* code.c: what findings and outcomes amount to for whoever started us. */
#include "lib/code.h"

int code_of_findings(const struct ctx *ctx)
{
    if (diag_errors(ctx) == 0) return CODE_DONE;
    if (diag_has(ctx, D_SERVER)) return CODE_SERVER;
    if (diag_has(ctx, D_POLICY)) return CODE_REFUSED;
    return CODE_UNJUDGED;
}

int code_of_outcome(enum run_outcome outcome)
{
    static const int codes[] = {
        [RUN_DONE] = CODE_DONE,       [RUN_FAILED] = CODE_SERVER,           [RUN_PARTIAL] = CODE_PARTIAL,
        [RUN_REFUSED] = CODE_REFUSED, [RUN_INTERRUPTED] = CODE_INTERRUPTED, [RUN_LOST] = CODE_SERVER,
    };
    return codes[outcome];
}
