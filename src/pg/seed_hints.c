/* seed_hints.c: values that a condition's own constants suggest: one of a list, next to a bound, of a length, of a
 * pattern. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pg/seed_parts.h"

enum { LONGEST = 2000, VARIANTS = 12 };

struct hinting {
    struct seeder *seeder;
    const char *name; /* of the type below domains */
    size_t length;    /* at most as many characters */
    bool sure;
    struct texts *hints;
};

static bool among(const char *list, const char *name)
{
    const char *found = name ? strstr(list, name) : NULL;
    size_t length = name ? strlen(name) : 0;
    for (; found; found = strstr(found + 1, name)) {
        if (found > list && found[-1] == ' ' && found[length] == ' ') return true;
    }
    return false;
}

static bool is_whole(const char *name) { return among(" int2 int4 int8 oid ", name); }
static bool is_number(const char *name) { return among(" int2 int4 int8 oid numeric float4 float8 money ", name); }
static bool is_text(const char *name) { return among(" text varchar bpchar name char citext ", name); }
static bool is_json(const char *name) { return among(" json jsonb ", name); }
static bool is_date(const char *name) { return among(" date timestamp timestamptz ", name); }

static void add(const struct hinting *hinting, const char *text)
{
    if (hinting->length && is_text(hinting->name) && strlen(text) > hinting->length) return;
    vec_push(hinting->seeder->arena, hinting->hints, text);
}

/* ---- numbers */

static void near_number(const struct hinting *hinting, const char *text)
{
    struct arena *arena = hinting->seeder->arena;
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end) return;
    double limit = str_eq(hinting->name, "int2") ? 32766 : str_eq(hinting->name, "int8") ? 9e15 : 2147483646;
    static const double steps[] = {0, 1, -1, 0.5, -0.5, 0.01, -0.01, 2, 5};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        double value = number + steps[i];
        bool whole = value >= -9e15 && value <= 9e15 && value == (double)(long long)value;
        if (is_whole(hinting->name) && (!whole || value > limit || value < -limit)) continue;
        if (str_eq(hinting->name, "oid") && value < 0) continue;
        if (whole) add(hinting, arena_printf(arena, "%lld", (long long)value));
        else add(hinting, arena_printf(arena, "%.10g", value));
    }
    double half = number / 2;
    if (half > -limit && half < limit) add(hinting, arena_printf(arena, "%lld", (long long)half));
}

/* ---- texts */

static void of_length(const struct hinting *hinting, long length)
{
    static const char *const letters = "abcdefghijklmnopqrstuvwxyz";
    for (long variant = 0; variant < VARIANTS; variant++) {
        struct buf text = buf_new(hinting->seeder->arena), digits = buf_new(hinting->seeder->arena);
        for (long i = 0; i < length; i++) {
            buf_addc(&text, letters[(i * 7 + variant) % 26]);
            buf_addc(&digits, (char)('0' + (i * 3 + variant) % 10));
        }
        add(hinting, text.text);
        add(hinting, digits.text);
    }
}

static void near_length(const struct hinting *hinting, const char *number)
{
    char *end;
    long length = strtol(number, &end, 10);
    if (*end || length < 0 || length > LONGEST) return;
    of_length(hinting, length);
    if (length) of_length(hinting, length - 1);
    of_length(hinting, length + 1);
}

/* What LIKE would match. */
static const char *like_text(struct arena *arena, const char *pattern, size_t variant)
{
    struct buf text = buf_new(arena);
    for (; *pattern; pattern++) {
        if (*pattern == '\\' && pattern[1]) buf_addc(&text, *++pattern);
        else if (*pattern == '%') buf_printf(&text, "x%zu", variant);
        else if (*pattern == '_') buf_addc(&text, (char)('a' + variant % 26));
        else buf_addc(&text, *pattern);
    }
    return text.text;
}

static void like_literal(const struct hinting *hinting, const char *literal)
{
    struct arena *arena = hinting->seeder->arena;
    add(hinting, literal);
    add(hinting, arena_printf(arena, "x%s", literal));
    add(hinting, arena_printf(arena, "%sx", literal));
    for (size_t i = 0; i < VARIANTS && strpbrk(literal, "%_"); i++) add(hinting, like_text(arena, literal, i));
    for (size_t i = 0; i < VARIANTS && strpbrk(literal, "^$[]*+?.\\|()"); i++)
        add(hinting, pattern_text(arena, literal, i));
}

/* What checks of texts usually ask for. */
static void usual_texts(const struct hinting *hinting)
{
    static const char *const forms[] = {
        "user#@example.com", "https://example.com/#", "+491234567#", "abc-#", "a#", "A#", "#", "192.168.0.#", "/path/#",
        "example#.com", "1.0.#", "AAA#",
    };
    static const char *const words[] = {"USD", "EUR", "GBP", "US", "DE", "en", "de", "en-US", "abc", "ABC",
                                        "Abc", "a", "A", "yes", "no"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) add(hinting, words[i]);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        for (size_t n = 1; n < 25; n += 2) {
            add(hinting, form_text(hinting->seeder->arena, forms[i], n));
        }
    }
}

/* ---- dates, JSON, arrays */

static void near_date(const struct hinting *hinting, const char *literal)
{
    static const int steps[] = {0, 1, -1, 2, 3, 5, 9, 14, 20, 27, 40, 300};
    struct tm at = {0};
    bool day = str_eq(hinting->name, "date");
    if (sscanf(literal, "%4d-%2d-%2d", &at.tm_year, &at.tm_mon, &at.tm_mday) != 3) return;
    at.tm_year -= 1900;
    at.tm_mon--;
    time_t seconds = timegm(&at);
    if (!day) add(hinting, literal);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char text[64];
        time_t other = seconds + steps[i] * 86400L + (day ? 0 : 3600 * (time_t)(i % 24));
        struct tm parts;
        gmtime_r(&other, &parts);
        strftime(text, sizeof text,
                 day                                    ? "%Y-%m-%d"
                 : str_eq(hinting->name, "timestamptz") ? "%Y-%m-%d %H:%M:%S+00"
                                                        : "%Y-%m-%d %H:%M:%S",
                 &parts);
        add(hinting, arena_strdup(hinting->seeder->arena, text));
    }
}

/* A number that reads as a year: a condition on a part of the date. */
static void of_year(const struct hinting *hinting, const char *number)
{
    char *end;
    long year = strtol(number, &end, 10);
    if (end == number || *end || year < 1900 || year > 2200) return;
    for (int month = 1; month <= 12; month++) {
        add(hinting, arena_printf(hinting->seeder->arena, "%ld-%02d-15", year, month));
        add(hinting, arena_printf(hinting->seeder->arena, "%ld-%02d-28", year, month));
    }
}

static void add_quoted(struct buf *text, const char *name)
{
    buf_addc(text, '"');
    for (; *name; name++) {
        if (*name == '"' || *name == '\\') buf_addc(text, '\\');
        if ((unsigned char)*name >= ' ') buf_addc(text, *name);
    }
    buf_addc(text, '"');
}

/* Objects that have all the names that the condition speaks of, and its literals as they are. */
static void like_json(const struct hinting *hinting, const struct sql_mentions *mentions)
{
    static const char *const values[] = {"1", "\"x\"", "true", "[]", "{}", "null"};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        struct buf text = buf_new(hinting->seeder->arena);
        buf_addc(&text, '{');
        for (size_t i = 0; i < mentions->n; i++) {
            if (mentions->at[i].what != SQL_MENTION_LITERAL) continue;
            buf_separate(&text, "{", ", ");
            add_quoted(&text, mentions->at[i].name);
            buf_printf(&text, ": %s", values[v]);
        }
        buf_addc(&text, '}');
        add(hinting, text.text);
    }
    static const char *const plain[] = {"{}", "[]", "[1]", "1", "\"x\"", "null"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) add(hinting, plain[i]);
}

static void like_array(const struct hinting *hinting, const struct sql_mentions *mentions)
{
    struct buf all = buf_new(hinting->seeder->arena);
    buf_addc(&all, '{');
    for (size_t i = 0; i < mentions->n; i++) {
        if (mentions->at[i].what != SQL_MENTION_LITERAL) continue;
        struct buf one = buf_new(hinting->seeder->arena);
        buf_addc(&one, '{');
        add_quoted(&one, mentions->at[i].name);
        buf_addc(&one, '}');
        add(hinting, one.text);
        buf_separate(&all, "{", ",");
        add_quoted(&all, mentions->at[i].name);
    }
    buf_addc(&all, '}');
    add(hinting, all.text);
    add(hinting, "{}");
}

/* ---- all */

static void of_literal(const struct hinting *hinting, const char *literal)
{
    if (is_number(hinting->name)) near_number(hinting, literal);
    else if (is_text(hinting->name)) like_literal(hinting, literal);
    else if (is_date(hinting->name) && strchr(literal, '-')) near_date(hinting, literal);
    else if (is_date(hinting->name)) of_year(hinting, literal);
    else if (!hinting->sure && !is_json(hinting->name)) add(hinting, literal);
}

/* Numbers stand bare in what the server prints; texts and names stand in quotes. */
static void of_numbers(const struct hinting *hinting, const char *condition)
{
    for (const char *at = condition; *at;) {
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            at = end ? end + 1 : at + strlen(at);
            continue;
        }
        bool begins =
            isdigit((unsigned char)*at) && (at == condition || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'));
        size_t length = begins ? strspn(at, "0123456789.") : 0;
        if (!length) {
            at++;
            continue;
        }
        bool minus = at > condition && at[-1] == '-';
        const char *number = arena_printf(hinting->seeder->arena, "%s%.*s", minus ? "-" : "", (int)length, at);
        if (is_number(hinting->name)) near_number(hinting, number);
        else if (is_text(hinting->name) && !minus) near_length(hinting, number);
        else if (is_date(hinting->name)) of_year(hinting, number);
        at += length;
    }
}

void seed_hints(struct seeder *seeder, const char *condition, const struct type_name *type, bool sure,
                struct texts *hints)
{
    const struct type_name base = type_base(type);
    bool enumerated = base.to && object_is(base.to, "enum");
    struct hinting hinting = {.seeder = seeder,
                              .name = base.to ? "" : base.sql.name,
                              .length = seed_length(type),
                              .sure = sure,
                              .hints = hints};
    struct sql_mentions mentions = {0};
    if (enumerated || (base.to && sure) || !sql_mentions(seeder->arena, SQL_EXPR, condition, &mentions)) return;
    if (base.sql.array) {
        if (!sure) like_array(&hinting, &mentions);
        return;
    }
    of_numbers(&hinting, condition);
    for (size_t i = 0; i < mentions.n; i++) {
        if (mentions.at[i].what == SQL_MENTION_LITERAL) of_literal(&hinting, mentions.at[i].name);
    }
    if (!sure && is_text(hinting.name)) usual_texts(&hinting);
    if (!sure && is_json(hinting.name)) like_json(&hinting, &mentions);
}
