/* duration.c: lengths of time as PostgreSQL's settings take them. */
#include "revision/duration.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool duration_parse(const char *text, long *milliseconds)
{
    static const struct {
        const char *unit;
        long milliseconds;
    } units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits + strspn(text + digits, " ");
    if (digits == 0 || digits > 10) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].unit) != 0) continue;
        long n = strtol(text, NULL, 10);
        if (n > INT_MAX / units[i].milliseconds) return false;
        *milliseconds = n * units[i].milliseconds;
        return true;
    }
    return false;
}
