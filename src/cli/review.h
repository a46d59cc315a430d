/* review.h: shared by the parts of `modelc review`: the command, what it asks of a database, what it prints. */
#ifndef MODELC_CLI_REVIEW_H
#define MODELC_CLI_REVIEW_H

#include "cli/session.h"
#include "review/review.h"

/* Sizes and column types of the tables that the files speak of, from the open connection. */
bool review_facts(struct session *s, const struct review_files *files, struct review_options *options);

/* In the form that --format asks for. */
void review_print(struct session *s, const struct review_files *files, const struct review_options *options,
                  const struct review_result *result);
void review_print_rules(struct session *s, const struct review_options *options);

#endif
