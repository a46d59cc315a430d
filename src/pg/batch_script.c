/* batch_script.c: a statement in batches as a DO block for psql, which commits after each. It records how far it is as the runner does. */
#include "base/str.h"
#include "pg/batch.h"
#include "sql/quote.h"

static void constant(struct buf *out, const char *name, const char *type, const char *value)
{
    buf_printf(out, "    %s CONSTANT %s := ", name, type);
    sql_literal(out, value);
    buf_add(out, ";\n");
}

static void declare(struct ctx *ctx, struct buf *out, const struct statement *statement)
{
    const struct sql_batch *sql = &statement->batch->sql;
    struct buf sets = buf_new(ctx->arena);
    for (size_t i = 0; i < sql->sets.n; i++) {
        buf_separate(&sets, "", ", ");
        sql_ident(&sets, sql->sets.at[i]);
    }
    buf_add(out, "DECLARE\n");
    constant(out, "relation", "text", sql->relation);
    constant(out, "target", "text", sql->target);
    constant(out, "alias", "text", sql->qualifier);
    constant(out, "sets", "text", arena_printf(ctx->arena, ", %s, ", sets.text));
    constant(out, "only_it", "boolean", sql->only ? "t" : "f");
    constant(out, "deletes", "boolean", sql->deletes ? "t" : "f");
    constant(out, "size", "bigint", arena_printf(ctx->arena, "%zu", statement->batch->options.size));
    constant(out, "pause", "double precision", arena_printf(ctx->arena, "%.3f", statement->batch->options.pause / 1e3));
    constant(out, "before_it", "text", sql->before);
    constant(out, "after_it", "text", sql->after);
    constant(out, "left_before", "text", sql->left_before);
    constant(out, "left_after", "text", sql->left_after);
    buf_add(out, "    names text; columns text; backwards text; casts text; lows text; highs text;  -- of the key; NULL: by the table's pages\n"
                 "    kind \"char\"; heirs boolean; pages bigint; changes_key boolean; span text;\n"
                 "    at_key text[]; to_key text[]; last_key text[];\n"
                 "    changed bigint; changed_all bigint := 0; remaining bigint; passes integer := 0;\n");
}

static void find_key(struct ctx *ctx, struct buf *out, const struct statement *statement)
{
    buf_add(out, "    SELECT c.relkind, c.relhassubclass,\n"
                 "            greatest(size / CASE WHEN c.reltuples > 0 THEN greatest(c.reltuples / c.relpages, 1) ELSE 100 END, 1)\n"
                 "        INTO STRICT kind, heirs, pages FROM pg_catalog.pg_class c WHERE c.oid = relation::regclass;\n"
                 "    SELECT string_agg(k.name, ', '), string_agg(alias || '.' || k.name, ', '),\n"
                 "            string_agg(alias || '.' || k.name || ' DESC', ', '), string_agg(alias || '.' || k.name || '::text', ', '),\n"
                 "            string_agg(format('$1[%s]::%s', k.i, k.type), ', '), string_agg(format('$2[%s]::%s', k.i, k.type), ', '),\n"
                 "            bool_or(strpos(sets, ', ' || k.name || ', ') > 0)\n"
                 "        INTO names, columns, backwards, casts, lows, highs, changes_key FROM (SELECT q.*, row_number() OVER () AS i FROM (\n");
    buf_add(out, batch_key_query(ctx, statement->batch));
    buf_printf(out, "\n        ) q) k;\n"
                    "    IF kind NOT IN ('r', 'p') OR (kind = 'r' AND heirs AND NOT only_it) OR changes_key\n"
                    "            OR (names IS NULL AND (%s kind = 'p' OR left_before IS NULL)) THEN\n"
                    "        RAISE EXCEPTION '%% can''t be changed in batches', relation USING HINT = 'modelc upgrade says why';\n"
                    "    END IF;\n",
               statement->batch->options.key.n ? "true OR" : "");
    buf_add(out, "    IF names IS NULL THEN\n"
                 "        lows := format('%s.ctid >= (''('' || $1[1] || '',0)'')::pg_catalog.tid', alias);\n"
                 "        highs := format('%s.ctid < (''('' || $2[1] || '',0)'')::pg_catalog.tid', alias);\n"
                 "    ELSE\n"
                 "        lows := format('(%s) > (%s)', columns, lows);\n"
                 "        highs := format('(%s) <= (%s)', columns, highs);\n"
                 "    END IF;\n");
}

static void set_out(struct buf *out, const char *schema, const struct step_key *key, const char *here)
{
    buf_add(out, "        passes := passes + 1;\n"
                 "        at_key := NULL;\n"
                 "        IF names IS NULL THEN\n"
                 "            last_key := ARRAY[pg_relation_size(relation::regclass) / current_setting('block_size')::bigint];\n"
                 "            IF last_key[1] = '0' THEN last_key := NULL; END IF;\n"
                 "        ELSE\n"
                 "            EXECUTE format('SELECT ARRAY[%s] FROM %s ORDER BY %s LIMIT 1', casts, target, backwards) INTO last_key;\n"
                 "        END IF;\n");
    buf_printf(out, "        DELETE FROM %s.batch WHERE %s;\n"
                    "        INSERT INTO %s.batch (revision, direction, section, statement, target, key, digest, pass, rows, bound)\n"
                    "            VALUES (", schema, here, schema);
    sql_literal(out, key->revision);
    buf_printf(out, ", '%s', %d, %d, relation, coalesce(names, 'ctid'), ", key->up ? "up" : "down", key->section, key->statement);
    sql_literal(out, key->digest);
    buf_add(out, ", passes, changed_all, last_key);\n"
                 "        COMMIT;\n");
}

static void run_pass(struct buf *out, const char *schema, const char *here, const struct timeouts *timeouts)
{
    buf_add(out, "        WHILE last_key IS NOT NULL AND at_key IS DISTINCT FROM last_key LOOP\n"
                 "            PERFORM set_config('lock_timeout', ");
    sql_literal(out, timeouts->lock);
    buf_printf(out, ", true);\n"
                    "            span := CASE WHEN at_key IS NULL THEN highs ELSE lows || ' AND ' || highs END;\n"
                    "            to_key := NULL;\n"
                    "            IF names IS NULL THEN\n"
                    "                to_key := ARRAY[least(coalesce(at_key[1]::bigint, 0) + pages, last_key[1]::bigint)];\n"
                    "            ELSE\n"
                    "                EXECUTE format('SELECT ARRAY[%%s] FROM %%s WHERE %%s ORDER BY %%s OFFSET %%s LIMIT 1',\n"
                    "                    casts, target, span, columns, size - 1) INTO to_key USING at_key, last_key;\n"
                    "            END IF;\n"
                    "            to_key := coalesce(to_key, last_key);\n"
                    "            EXECUTE before_it || span || after_it USING at_key, to_key;\n"
                    "            GET DIAGNOSTICS changed = ROW_COUNT;\n"
                    "            changed_all := changed_all + changed;\n"
                    "            UPDATE %s.batch SET reached = to_key, rows = changed_all, batches = batches + 1, batched = clock_timestamp()\n"
                    "                WHERE %s;\n"
                    "            COMMIT;\n"
                    "            at_key := to_key;\n"
                    "            IF changed > 0 THEN PERFORM pg_sleep(pause); END IF;\n"
                    "        END LOOP;\n", schema, here);
}

const char *batch_script(struct ctx *ctx, const char *schema, const struct step_key *key, const struct statement *statement,
                         const struct timeouts *timeouts)
{
    const char *here = batch_here(ctx, key);
    struct buf out = buf_new(ctx->arena), body = buf_new(ctx->arena);
    declare(ctx, &body, statement);
    buf_add(&body, "BEGIN\n");
    find_key(ctx, &body, statement);
    buf_add(&body, "    LOOP\n");
    set_out(&body, schema, key, here);
    run_pass(&body, schema, here, timeouts);
    buf_printf(&body, "        EXIT WHEN left_before IS NULL;\n"
                      "        EXECUTE left_before\n"
                      "            || CASE WHEN deletes AND names IS NOT NULL AND last_key IS NOT NULL THEN highs ELSE 'true' END || left_after\n"
                      "            INTO remaining USING at_key, last_key;\n"
                      "        EXIT WHEN remaining = 0;\n"
                      "        IF passes > %d THEN\n"
                      "            RAISE EXCEPTION '%%: its condition still holds for %% rows after %% passes', relation, remaining, passes;\n"
                      "        END IF;\n"
                      "    END LOOP;\n"
                      "END", BATCH_FURTHER_PASSES);
    buf_add(&out, "DO ");
    sql_dollar(&out, body.text, "modelc");
    return out.text;
}
