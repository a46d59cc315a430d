/* intern.h: one copy of each name, so that equal names are equal pointers. */
#ifndef MODELC_INTERN_H
#define MODELC_INTERN_H

#include <stddef.h>

#include "base/arena.h"

struct intern;

struct intern *intern_new(struct arena *arena);
const char *intern(struct intern *names, const char *text);
const char *intern_n(struct intern *names, const char *text, size_t len);

#endif
