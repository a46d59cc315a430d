/* lib_test.c: the public library, as a program that uses it. */
#include <stdlib.h>

#include "modelc.h"
#include "tap.h"

static void count(void *arg, const char *revision, size_t section, size_t sections, double milliseconds)
{
    size_t *sections_done = arg;
    if (revision && section >= 1 && section <= sections && milliseconds >= 0) (*sections_done)++;
}

static void fails_to_open(const char *folder, const char *url, enum modelc_code code, const char *says)
{
    struct modelc_error *error = NULL;
    struct modelc *db = modelc_open(folder, url, &error);
    bool said = error && strstr(modelc_error_message(error), says);
    if (!ok(!db && said && modelc_error_code(error) == code, "refused: %s", says) && error) {
        printf("# %d %s\n", (int)modelc_error_code(error), modelc_error_message(error));
    }
    modelc_error_free(error);
    modelc_close(db);
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct modelc_error *error = NULL;
    size_t sections = 0;
    ok(strlen(modelc_version()) >= 5, "version %s", modelc_version());
    fails_to_open("/nonexistent", argv[2], MODELC_UNJUDGED, "/nonexistent");
    fails_to_open(argv[1], "postgresql:///x?host=/nonexistent", MODELC_SERVER, "cannot connect");
    unsetenv("DATABASE_URL");
    fails_to_open(argv[1], NULL, MODELC_UNJUDGED, "no database named");

    struct modelc *db = modelc_open(argv[1], argv[2], &error);
    ok(db && !error, "opens");
    ok(modelc_pending(db, &error) == 2, "two revisions are pending");
    is_text(modelc_current(db, &error), "base", "at base");
    ok(modelc_upgrade(db, count, &sections, &error), "upgrades");
    ok(sections == 3, "three sections were told of");
    ok(modelc_pending(db, &error) == 0, "nothing is pending");
    is_text(modelc_current(db, &error), "8f3a1c2b9d04", "at the head");
    ok(modelc_upgrade(db, NULL, NULL, NULL), "once more: nothing to do");
    modelc_close(db);
    return tap_done();
}
