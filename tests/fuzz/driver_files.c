/* driver_files.c: a target driven by every file of the folders given: a normal test, that speaks TAP. */
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "fuzz.h"
#include "tap.h"

/* Processor time that one small file may take, under the sanitizers, too. */
enum { MOST_SECONDS = 2 };

static unsigned char *read_whole(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    unsigned char *data = NULL;
    size_t cap = 0;
    *size = 0;
    while (in && !feof(in) && !ferror(in)) {
        cap = cap ? cap * 2 : 4096;
        data = realloc(data, cap);
        if (!data) abort();
        *size += fread(data + *size, 1, cap - *size, in);
    }
    if (in) fclose(in);
    return data;
}

/* As TAP's comments. */
static void show(const char *complaint)
{
    while (*complaint) {
        int len = (int)strcspn(complaint, "\n");
        printf("# %.*s\n", len, complaint);
        complaint += len + (complaint[len] == '\n');
    }
}

static void run_file(const char *path)
{
    size_t size;
    char *complaint = NULL;
    size_t complaint_len = 0;
    unsigned char *data = read_whole(path, &size);
    FILE *complaints = open_memstream(&complaint, &complaint_len);
    if (!complaints) abort();
    printf("# %s\n", path); /* should it crash, this is the last line */
    fflush(stdout);
    clock_t start = clock();
    bool passed = data && fuzz_run(data, size, complaints);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    fclose(complaints);
    ok(passed && seconds < MOST_SECONDS, "%s (%zu bytes, %.2f s)", path_base(path), size, seconds);
    show(complaint);
    free(complaint);
    free(data);
}

int main(int argc, char **argv)
{
    struct ctx *ctx = ctx_new();
    struct paths files = {0};
    for (int i = 1; i < argc; i++) ok(dir_walk(ctx, argv[i], "", &files), "%s can be read", argv[i]);
    for (size_t i = 0; i < files.n; i++) run_file(files.at[i]);
    ctx_free(ctx);
    return tap_done();
}
