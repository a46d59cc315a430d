/* effect_text.c: locks and work in words. */
#include "sql/effect.h"

static const struct { const char *name, *blocks; } locks[] = {
    [LOCK_NONE] = {"no lock", NULL},
    [LOCK_ACCESS_SHARE] = {"ACCESS SHARE", NULL},
    [LOCK_ROW_SHARE] = {"ROW SHARE", NULL},
    [LOCK_ROW_EXCLUSIVE] = {"ROW EXCLUSIVE", NULL},
    [LOCK_SHARE_UPDATE_EXCLUSIVE] = {"SHARE UPDATE EXCLUSIVE", "other changes of the table"},
    [LOCK_SHARE] = {"SHARE", "writes"},
    [LOCK_SHARE_ROW_EXCLUSIVE] = {"SHARE ROW EXCLUSIVE", "writes"},
    [LOCK_EXCLUSIVE] = {"EXCLUSIVE", "writes"},
    [LOCK_ACCESS_EXCLUSIVE] = {"ACCESS EXCLUSIVE", "reads and writes"},
};

static const struct { unsigned work; const char *word; } works[] = {
    {WORK_REWRITE, "rewrite"}, {WORK_MAY_REWRITE, "may rewrite"}, {WORK_BUILD, "index build"}, {WORK_SCAN, "scan"},
    {WORK_ROWS, "changes rows"}, {WORK_LOSES, "loses data"}, {WORK_WAITS, "waits for older transactions"},
};

const char *lock_name(enum lock_level level)
{
    return locks[level].name;
}

const char *lock_blocks(enum lock_level level)
{
    return locks[level].blocks;
}

const char *work_text(struct arena *arena, unsigned work)
{
    struct buf text = buf_new(arena);
    if (work & WORK_REWRITE) work &= ~(unsigned)(WORK_MAY_REWRITE | WORK_BUILD | WORK_SCAN);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        if (!(work & works[i].work)) continue;
        buf_separate(&text, "", ", ");
        buf_add(&text, works[i].word);
    }
    return text.text;
}

const char *effect_text(struct arena *arena, const char *shown, const struct relation_effect *effect)
{
    const char *work = work_text(arena, effect->work);
    return arena_printf(arena, "%s: %s%s%s", shown, lock_name(effect->lock), *work ? ", " : "", work);
}
