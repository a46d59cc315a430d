/* shown.h: texts from databases and files as a terminal may have them: what it would obey is spelled out instead. */
#ifndef MODELC_SHOWN_H
#define MODELC_SHOWN_H

#include "base/str.h"

/* The bytes of the character at `text` where that steers a terminal or turns the order of what is read (escapes and other controls, U+202E
 * and its like), else 0. A newline and a tab do, too. */
size_t shown_steers(const char *text);
/* Such characters as \n, \x1B, \u202E; `lines`: newlines and tabs stay. The text itself where there are none. */
const char *text_shown(struct arena *arena, const char *text, bool lines);

#endif
