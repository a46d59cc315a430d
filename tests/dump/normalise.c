/* normalise.c: a filter: a `pg_dump -s` on standard input, without anything that is no difference (sql/dump.h), on standard output. */
#include <stdio.h>

#include "sql/dump.h"

int main(void)
{
    struct arena *arena = arena_new();
    struct buf text = buf_new(arena);
    struct dump dump = {0};
    char chunk[1 << 16];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, stdin)) > 0;) buf_addn(&text, chunk, n);
    dump_read(arena, text.text, &dump);
    for (size_t i = 0; i < dump.n; i++) puts(dump.at[i]);
    arena_free(arena);
    return ferror(stdin) || fflush(stdout) != 0 ? 2 : 0;
}
