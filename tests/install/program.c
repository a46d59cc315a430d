/* program.c: a program of somebody else: it brings a database up to date with nothing but modelc.h and libmodelc. */
#include <modelc.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct modelc_error *error = NULL;
    struct modelc *db = modelc_open(argv[1], argv[2], &error);
    long pending = db ? modelc_pending(db, &error) : -1;
    bool done = pending >= 0 && modelc_upgrade(db, NULL, NULL, &error);
    if (done) printf("modelc %s: %ld pending, now at %s\n", modelc_version(), pending, modelc_current(db, NULL));
    else printf("%s\n", modelc_error_message(error));
    modelc_error_free(error);
    modelc_close(db);
    return done ? 0 : 1;
}
