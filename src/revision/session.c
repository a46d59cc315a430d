/* session.c: BEGIN, COMMIT, DISCARD, COPY FROM STDIN: refused before anything runs. */
#include "revision/session.h"

#include <string.h>

static const struct {
    const char *first, *second; /* second NULL: whatever follows */
    const char *shown;
    bool transaction;
} refused[] = {
    {"begin", NULL, "BEGIN", true},
    {"start", "transaction", "START TRANSACTION", true},
    {"commit", NULL, "COMMIT", true},
    {"end", NULL, "END", true},
    {"rollback", NULL, "ROLLBACK", true},
    {"abort", NULL, "ABORT", true},
    {"savepoint", NULL, "SAVEPOINT", true},
    {"release", NULL, "RELEASE SAVEPOINT", true},
    {"prepare", "transaction", "PREPARE TRANSACTION", true},
    {"discard", NULL, "DISCARD", false},
};

static void refuse(struct ctx *ctx, struct span span, const char *shown, bool transaction)
{
    struct diag *diag = diag_add(ctx, D_REVISION, span, "%s can't stand in a migration", shown);
    if (transaction) {
        diag_mend(ctx, diag, "mend",
                  "leave it out: each section is one transaction, a `no-transaction` section is none");
    }
}

bool session_refuses(struct ctx *ctx, const char *const *words, size_t n_words, bool copies, struct span span)
{
    if (copies) {
        struct diag *diag = diag_add(ctx, D_REVISION, span, "COPY from or to the client can't stand in a migration");
        diag_mend(ctx, diag, "mend", "write INSERT statements");
        return true;
    }
    for (size_t i = 0; n_words > 0 && i < sizeof refused / sizeof refused[0]; i++) {
        if (strcmp(words[0], refused[i].first) != 0) continue;
        if (refused[i].second && (n_words < 2 || strcmp(words[1], refused[i].second) != 0)) continue;
        refuse(ctx, span, refused[i].shown, refused[i].transaction);
        return true;
    }
    return false;
}
