/* parse.h: shared by the parts of the parser of migration files: statements (parse.c) and directives (directive.c). */
#ifndef MODELC_REVISION_PARSE_H
#define MODELC_REVISION_PARSE_H

#include "base/str.h"
#include "revision/revision.h"
#include "revision/scan.h"

struct parser {
    struct ctx *ctx;
    struct source *source;
    struct revision *revision;
    struct scan *scan;
    struct scan_piece piece; /* the one to look at */
    size_t counted;          /* `line` is the line of this byte */
    unsigned line;
    bool in_section, up;     /* the section being read is the last of its direction */
    bool body;               /* the header is over */
    uint64_t seen_file;      /* directives that may stand once in a file, by their number in the table */
    uint64_t seen_section;   /* the same for a section */
    const char *search_path;
    enum statement_origin origin;
    const char *reason, *allow;
    struct batch *batch;     /* waits for its statement */
    struct buf note;         /* comment lines that may turn out to be a statement's note */
    size_t note_end;         /* where the last of them ended; 0: none */
    struct map *objects;     /* object lines by "kind path": struct object_line * */
};

struct span parser_span(const struct parser *parser, size_t start, size_t end);
unsigned parser_line(struct parser *parser, size_t at);
/* The section being read; only where in_section. */
struct section *parser_section(struct parser *parser);
/* A `-- modelc:batch` that no statement follows in its section is an error. */
void parser_drop_batch(struct parser *parser);
/* Reads the line comment that is parser->piece, known to be a directive whose name starts at byte name_at of it. */
void parse_directive(struct parser *parser, size_t name_at);

#endif
