/* ascii.h: letters of SQL's keywords, whatever the locale (tolower('I') is no 'i' in Turkish). */
#ifndef MODELC_REVISION_ASCII_H
#define MODELC_REVISION_ASCII_H

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

#endif
