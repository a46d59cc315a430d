/* seed_scalars.c: the n-th value of each built-in type, as its input function takes it. Numbers, dates and times
 * grow with n. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pg/seed_parts.h"

#define DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"

/* The i-th modifier of "12,2". */
static long modifier(const char *mods, unsigned i, long absent)
{
    for (; mods && i; i--) {
        mods = strchr(mods, ',');
        if (mods) mods++;
    }
    return mods && *mods ? strtol(mods, NULL, 10) : absent;
}

static size_t power(size_t base, size_t exponent, size_t most)
{
    size_t result = 1;
    while (exponent-- && result < most) result *= base;
    return result;
}

/* ---- numbers */

static const char *small(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu", n % 32000 + 1);
}

static const char *whole(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu", n + 1);
}

static const char *fraction(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu.%s", n + 1, n % 2 ? "5" : "25");
}

static const char *numeric(struct arena *arena, const char *mods, size_t n)
{
    long precision = modifier(mods, 0, 1000), scale = modifier(mods, 1, mods ? 0 : 2);
    if (scale < 0) return arena_printf(arena, "%zue%ld", (n + 1) % power(10, (size_t)precision, 1000000000), -scale);
    size_t before = precision > scale ? (size_t)(precision - scale) : 0, shown = scale > 4 ? 4 : (size_t)scale;
    size_t whole_part = before ? (n + 1) % power(10, before, 1000000000) : 0;
    if (!scale) return arena_printf(arena, "%zu", whole_part);
    size_t after = before ? n * 37 % power(10, shown, 10000) : (n + 1) % power(10, shown, 10000);
    /* below 1 with leading zeros after the point: numeric(2, 4) */
    size_t zeros = scale > precision ? (size_t)(scale - precision) : 0;
    if (!zeros) return arena_printf(arena, "%zu.%0*zu", whole_part, (int)shown, after);
    return arena_printf(arena, "0.%0*d%zu", (int)zeros, 0, (n + 1) % power(10, (size_t)precision, 10000));
}

static const char *money(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu.%02zu", n + 1, n * 37 % 100);
}

static const char *boolean(struct arena *arena, const char *mods, size_t n)
{
    (void)arena, (void)mods;
    return n % 2 ? "false" : "true";
}

/* ---- texts */

/* n in few characters: a, b, .. 9, ba, bb .. */
static const char *brief(struct arena *arena, size_t n, size_t length)
{
    struct buf text = buf_new(arena);
    for (size_t i = 0; i < length && (i == 0 || n); i++, n /= strlen(DIGITS))
        buf_addc(&text, DIGITS[n % strlen(DIGITS)]);
    return text.text;
}

static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static const char *text_value(struct arena *arena, const char *mods, size_t n)
{
    static const struct { const char *before, *after; } forms[] = {
        {"text ", ""}, {"O'Brien ", ""}, {"Größe 日本語 ", ""}, {"two\nlines ", ""}, {"back\\slash \"", "\""},
        {"", " % _ -- /* $$ ;"}, {"Ünïcode ", " 😀"},
    };
    enum { FORMS = sizeof forms / sizeof *forms };
    size_t length = (size_t)modifier(mods, 0, 0);
    if (n == FORMS) return "";
    const char *text = arena_printf(arena, "%s%zu%s", forms[n % FORMS].before, n, forms[n % FORMS].after);
    return !length || characters(text) <= length ? text : brief(arena, n, length);
}

static const char *name_value(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, n % 3 == 1 ? "Na\"me %zu" : "name_%zu", n);
}

/* What trailing blanks and the empty text mean differs here: neither is made. */
static const char *blank_padded(struct arena *arena, const char *mods, size_t n)
{
    return brief(arena, n, (size_t)modifier(mods, 0, 8));
}

static const char *one_byte(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%c", DIGITS[n % strlen(DIGITS)]);
}

static const char *bytes(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    if (n == 7) return "\\x";
    return arena_printf(arena, "\\x%04zx%s", n % 65536, n % 3 ? "00ff" : "");
}

static const char *uuid(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    unsigned long long a = seed_mix(n), b = seed_mix(n + 0x10000);
    return arena_printf(arena, "%08llx-%04llx-4%03llx-8%03llx-%012llx", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52,
                        b & 0xffffffffffff);
}

static const char *json(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    if (n % 9 == 7) return arena_printf(arena, "[%zu, \"two\", null]", n);
    return arena_printf(
        arena, "{\"id\": %zu, \"name\": \"O'Brien \\\"%zu\\\"\", \"tags\": [\"a\", \"ä\"],"
        " \"more\": {\"none\": null}}",
        n, n);
}

/* ---- dates and times */

#define START 1577836800 /* 2020-01-01 */

static const char *moment(struct arena *arena, const char *format, size_t n)
{
    char text[64];
    time_t at = START + (time_t)(n % 6000) * 86400 + (time_t)(n * 3701 % 86400);
    struct tm parts;
    gmtime_r(&at, &parts);
    strftime(text, sizeof text, format, &parts);
    return arena_strdup(arena, text);
}

static const char *date(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return moment(arena, "%Y-%m-%d", n);
}

static const char *timestamp(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return moment(arena, n % 3 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M:%S.25", n);
}

static const char *timestamp_zone(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return moment(arena, n % 3 ? "%Y-%m-%d %H:%M:%S+00" : "%Y-%m-%d %H:%M:%S+02", n);
}

static const char *time_of_day(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    size_t minute = n * 7 % 1440;
    return arena_printf(arena, "%02zu:%02zu:%02zu", minute / 60, minute % 60, n % 60);
}

static const char *time_zone(struct arena *arena, const char *mods, size_t n)
{
    return arena_printf(arena, "%s+00", time_of_day(arena, mods, n));
}

/* Some part of it remains, whatever fields the column keeps. */
static const char *interval(struct arena *arena, const char *mods, size_t n)
{
    bool all = !mods || str_starts(mods, "32767");
    if (all) return arena_printf(arena, "%zu days %02zu:%02zu:00", n + 1, n % 24, n % 60);
    return arena_printf(arena, "%zu years %zu mons %zu days %02zu:%02zu:%02zu", n + 1, n % 12, n % 28, n % 24, n % 60,
                        n % 60);
}

/* ---- networks, bits, geometry and the rest */

static const char *inet(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    if (n % 5 == 3) return arena_printf(arena, "2001:db8::%zx", n + 1);
    return arena_printf(arena, "10.%zu.%zu.%zu%s", n >> 16 & 255, n >> 8 & 255, n & 255, n % 4 == 1 ? "/24" : "");
}

static const char *cidr(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "10.%zu.%zu.0/24", n >> 8 & 255, n & 255);
}

static const char *hardware(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "08:00:2b:%02zx:%02zx:%02zx", n >> 16 & 255, n >> 8 & 255, n & 255);
}

static const char *hardware_long(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "08:00:2b:01:02:%02zx:%02zx:%02zx", n >> 16 & 255, n >> 8 & 255, n & 255);
}

static const char *bit_string(struct arena *arena, size_t n, size_t length)
{
    struct buf text = buf_new(arena);
    for (size_t i = length; i-- > 0;) buf_addc(&text, i < 64 && n >> i & 1 ? '1' : '0');
    return text.text;
}

static const char *bits(struct arena *arena, const char *mods, size_t n)
{
    return bit_string(arena, n, (size_t)modifier(mods, 0, 1));
}

static const char *varying_bits(struct arena *arena, const char *mods, size_t n)
{
    size_t most = (size_t)modifier(mods, 0, 16);
    return bit_string(arena, n, most > 16 ? 16 : most);
}

/* Formats with up to four numbers that grow by ten, so that no two shapes overlap. */
static const char *shape(struct arena *arena, const char *name, size_t n)
{
    size_t a = n * 10, b = a + 5;
    if (str_eq(name, "point")) return arena_printf(arena, "(%zu,%zu)", a, b);
    if (str_eq(name, "line")) return arena_printf(arena, "{1,-1,%zu}", n);
    if (str_eq(name, "lseg")) return arena_printf(arena, "[(%zu,%zu),(%zu,%zu)]", a, a, b, b);
    if (str_eq(name, "box")) return arena_printf(arena, "(%zu,%zu),(%zu,%zu)", b, b, a, a);
    if (str_eq(name, "path")) return arena_printf(arena, "[(%zu,0),(%zu,1),(%zu,0)]", a, b, b);
    if (str_eq(name, "polygon")) return arena_printf(arena, "((%zu,0),(%zu,1),(%zu,0))", a, b, b);
    if (str_eq(name, "circle")) return arena_printf(arena, "<(%zu,%zu),4>", a, a);
    return NULL;
}

static const char *search_vector(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "'fat':2 'cat%zu':3", n);
}

static const char *search_query(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "'fat' & 'cat%zu'", n);
}

static const char *log_position(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "0/%zX", n + 1);
}

static const char *row_place(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "(0,%zu)", n % 60000 + 1);
}

static const char *snapshot(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu:%zu:", n + 10, n + 20);
}

static const char *json_path(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "$.\"a%zu\"", n);
}

static const char *numbers(struct arena *arena, const char *mods, size_t n)
{
    (void)mods;
    return arena_printf(arena, "%zu 2", n % 1000 + 1);
}

/* What every database has, whichever rows other databases got. */
static const char *catalog_name(const char *name, size_t n)
{
    static const struct { const char *type, *values[3]; } names[] = {
        {"regclass", {"pg_class", "pg_type", "pg_proc"}}, {"regtype", {"integer", "text", "uuid"}},
        {"regproc", {"pg_catalog.pg_sleep", "pg_catalog.version", "pg_catalog.pg_backend_pid"}},
        {"regprocedure", {"pg_catalog.abs(integer)", "pg_catalog.lower(text)", "pg_catalog.upper(text)"}},
        {"regoper", {"||/", "|/", "!~~*"}},
        {"regoperator", {"+(integer,integer)", "-(integer,integer)", "*(integer,integer)"}},
        {"regconfig", {"simple", "english", "german"}}, {"regdictionary", {"simple", "english_stem", "german_stem"}},
        {"regnamespace", {"pg_catalog", "information_schema", "pg_toast"}},
        {"regrole", {"pg_monitor", "pg_read_all_stats", "pg_read_all_settings"}},
        {"regcollation", {"\"C\"", "\"POSIX\"", "\"default\""}},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(names[i].type, name)) return names[i].values[n % 3];
    }
    return NULL;
}

const char *scalar_text(struct arena *arena, const char *name, const char *mods, size_t n)
{
    static const struct {
        const char *name, *(*text)(struct arena *arena, const char *mods, size_t n);
    } types[] = {
        {"int2", small}, {"int4", whole}, {"int8", whole}, {"numeric", numeric}, {"float4", fraction},
        {"float8", fraction},
        {"money", money}, {"bool", boolean}, {"text", text_value}, {"varchar", text_value}, {"bpchar", blank_padded},
        {"name", name_value}, {"char", one_byte}, {"bytea", bytes}, {"uuid", uuid}, {"json", json}, {"jsonb", json},
        {"date", date}, {"timestamp", timestamp}, {"timestamptz", timestamp_zone}, {"time", time_of_day},
        {"timetz", time_zone}, {"interval", interval}, {"inet", inet}, {"cidr", cidr}, {"macaddr", hardware},
        {"macaddr8", hardware_long}, {"bit", bits}, {"varbit", varying_bits}, {"tsvector", search_vector},
        {"tsquery", search_query}, {"pg_lsn", log_position}, {"tid", row_place}, {"oid", whole}, {"xid", whole},
        {"xid8", whole}, {"cid", whole}, {"pg_snapshot", snapshot}, {"txid_snapshot", snapshot},
        {"jsonpath", json_path},
        {"refcursor", name_value}, {"int2vector", numbers}, {"oidvector", numbers},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eq(types[i].name, name)) return types[i].text(arena, mods, n);
    }
    const char *of_catalog = catalog_name(name, n);
    return of_catalog ? of_catalog : shape(arena, name, n);
}
