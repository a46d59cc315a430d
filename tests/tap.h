/* tap.h: the whole of our unit test harness: one line per check, in the Test Anything Protocol. */
#ifndef MODELC_TAP_H
#define MODELC_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool passed, const char *format, ...)
{
    va_list args;
    char name[512]; /* a name is one line */
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    for (char *at = name; (at = strchr(at, '\n')) != NULL;) *at = ' ';
    printf("%sok %d - %s\n", passed ? "" : "not ", ++tap_count, name);
    fflush(stdout);
    if (!passed) tap_failed++;
    return passed;
}

__attribute__((unused)) static bool is_text(const char *got, const char *expected, const char *what)
{
    bool same = got && expected ? strcmp(got, expected) == 0 : got == expected;
    if (!ok(same, "%s", what)) {
        printf("#   expected: %s\n#   found:    %s\n", expected ? expected : "(null)", got ? got : "(null)");
    }
    return same;
}

__attribute__((unused)) static void skip(const char *what, const char *why)
{
    printf("ok %d - %s # SKIP %s\n", ++tap_count, what, why);
}

/* The last line of main(): prints the plan, returns the exit code. */
__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
