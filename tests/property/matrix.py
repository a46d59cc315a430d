"""Every ordered pair of two kinds of edit: the second on what the first touched, or near it.

Many pairs share a database, each in schemas of its own; a batch that fails is halved until the single pair is found,
which is shrunk."""
import concurrent.futures
import os
import random
import re
import time

import edits
import make_code
import make_tables
import values
from make import Gen, type_of
from model import Model, Obj, Ref, Ty
from pair import Pair
from shrink import touched

# Kinds of edit, by what they ask of modelc: where several names stand, one is drawn.
CLASSES = {name: (name,) for name in (
    'add table', 'drop table', 'rename table', 'move table', 'add column', 'drop column', 'rename column',
                                      'type within family', 'type to another family', 'not null',
    'default', 'identity', 'generated', 'column attributes', 'collation of a column', 'column to an own type',
                                      'key columns', 'key attributes', 'add index', 'drop index',
    'index attributes', 'rename index', 'add foreign_key', 'drop foreign_key', 'foreign key attributes',
                                      'foreign key target', 'add label', 'drop label', 'rename label',
    'reorder labels', 'drop enum', 'domain type', 'drop domain', 'sequence options', 'sequence owned by',
                                      'drop sequence', 'view text', 'view options', 'drop view',
    'change function', 'function options', 'function signature', 'function returns', 'drop function', 'add partition',
                                      'drop partition', 'partition bounds',
    'detach partition', 'table options', 'unlogged', 'row level security', 'replica identity', 'table access method',
                                      'split table', 'table becomes view',
    'rename schema', 'add schema', 'drop schema', 'owner', 'comment', 'add partitioned', 'add child', 'move column')}
CLASSES.update({
    'add key': ('add primary_key', 'add unique'), 'drop key': ('drop primary_key', 'drop unique'),
    'rename constraint': ('rename primary_key', 'rename unique', 'rename check', 'rename foreign_key',
                          'rename exclude'),
    'check': ('add check', 'drop check', 'check expression', 'check attributes'),
                'exclude': ('add exclude', 'drop exclude'),
    'place of an enum': ('rename enum', 'move enum'), 'domain': ('domain default', 'domain not null'),
    'domain check': ('add domain check', 'drop domain_check', 'rename domain_check', 'domain check expression'),
                'place of a domain': ('rename domain', 'move domain'),
    'attribute': ('add attribute', 'drop attribute', 'rename attribute', 'attribute type'),
                'composite': ('rename composite', 'move composite', 'drop composite'),
    'other types': ('change range', 'change base_type', 'move range', 'rename range', 'drop range', 'drop base_type',
                    'move base_type'),
    'place of a sequence': ('rename sequence', 'move sequence'),
    'view column': ('rename view_column', 'drop view_column', 'view column order', 'view column default'),
                'place of a view': ('rename view', 'move view'),
    'materialized view': ('rename materialized_view', 'move materialized_view', 'drop materialized_view',
                          'materialized view data', 'add materialized_view'),
    'view index': ('add view_index', 'drop view_index', 'rename view_index'),
                'place of a function': ('rename function', 'move function'),
    'procedure': ('change procedure', 'drop procedure', 'move procedure', 'add procedure'),
                'aggregate': ('change aggregate', 'drop aggregate', 'rename aggregate', 'move aggregate'),
    'trigger': ('trigger change', 'drop trigger', 'rename trigger', 'add trigger'),
                'policy': ('policy change', 'drop policy', 'rename policy', 'add policy'),
    'rule': ('rule change', 'drop rule', 'rename rule', 'add rule'),
    'statistics': ('change statistics', 'statistics columns', 'drop statistics', 'rename statistics',
                   'move statistics'),
    'publication': ('change publication', 'publication tables', 'drop publication', 'rename publication',
                    'add publication'), 'rights': ('grant', 'revoke'),
    'operators': ('change operator', 'change operator_class', 'change operator_family', 'move operator_class',
                  'rename operator', 'drop operator_class', 'add operator_class'),
    'casts': ('change cast', 'drop cast', 'add cast', 'change transform', 'drop transform', 'add transform'),
    'text search': ('change text_search_configuration', 'change text_search_dictionary', 'change text_search_parser',
                    'change text_search_template',
                    'move text_search_dictionary', 'drop text_search_dictionary', 'rename text_search_configuration'),
    'far away': ('change server', 'change foreign_data_wrapper', 'change user_mapping', 'rename server', 'drop server',
                 'drop foreign_table', 'move foreign_table',
                 'rename foreign_table', 'add foreign_table', 'change foreign_data_wrapper'),
    'the database': ('change event_trigger', 'event trigger state', 'change language', 'drop language',
                     'change access_method', 'add event_trigger'),
    'collation': ('change collation', 'drop collation', 'move collation', 'rename collation'),
                'default privileges': ('change default_privileges', 'drop default_privileges'),
})
GLOBAL = ('event_trigger', 'publication', 'language', 'access_method', 'foreign_data_wrapper', 'server')


def neighbourhood(seed, major, skip=()):
    """A model with one of nearly everything, each thing used by others."""
    g = Gen(seed, major, odd=0, skip=skip)
    g.m.bare, g.m.shuffle = False, None
    make_code.schema(g)
    for kind in ('enum', 'domain', 'composite', 'sequence', 'collation', 'range', 'base_type', 'operator_class'):
        if kind not in g.skip:
            getattr(make_code, 'range_type' if kind == 'range' else kind)(g)
    for _ in range(2):
        t = make_tables.table(g)
        for own in g.some(g.m.of('enum', 'domain', 'composite', 'range', 'base_type'), 2, 3):
            c = make_tables.column(g, t, type_of(g.m, own))
            c.p['nullable'] = g.chance(0.7)
        make_tables.column(g, t, values.base(g.rng.choice(['int', 'text', 'jsonb'])))
        for kind in ('primary_key', 'unique', 'check', 'index', 'index', 'foreign_key'):
            make_tables.member(g, kind, t)
    makers = [make_tables.partitioned, make_tables.child, make_tables.exclude_any] + [getattr(make_code, x) for x in (
        'view', 'view', 'materialized_view', 'function', 'function', 'procedure', 'aggregate', 'trigger', 'policy',
                'rule', 'statistics', 'publication', 'operator', 'cast',
        'transform', 'text_search_parser', 'text_search_template', 'text_search_dictionary',
                'text_search_configuration', 'foreign_table', 'user_mapping', 'event_trigger',
        'language', 'access_method', 'grant', 'operator_family')]
    for fn in makers:
        if fn.__name__ not in g.skip:
            fn(g)
    s = g.m.of('schema')[0]
    g.m.add('default_privileges', None, None, None, role='shop_owner', on='tables', in_schema=Ref(s.id), to='app', v=0)
    return g


def near(model, ids):
    """The ids with what they need and what uses them, members and parents."""
    found = set(ids)
    for oid in ids:
        o = model.get(oid)
        if o is None:
            continue
        found |= model.needs(o) | {x.id for x in model.users(oid)} | {x.id for x in model.children(oid)}
        found |= {x.id for c in model.children(oid) for x in model.users(c.id)}
        if o.parent:
            found |= {x.id for x in model.users(o.parent)} | {x.id for x in model.children(o.parent)}
    return {x for x in found if model.get(x) and model.get(x).kind != 'schema'}


def unit(first, second, seed, major, skip=()):
    """The states before and after two edits, cut to what they touched and what lies around it; None: nothing to do."""
    for attempt in range(8):
        number = seed + attempt * 7919
        g = neighbourhood(number, major, skip)
        g.before = g.m.clone()
        g.rng = random.Random(number + 5)
        g.names.rng = g.rng
        one, two = g.rng.choice(CLASSES[first]), g.rng.choice(CLASSES[second])
        if not edits.mutate(g, [one]):
            continue
        pair = Pair(g.before, g.m, [one], number)
        changed = touched(pair)
        g.focus = near(g.m, changed) | near(g.before, changed) | changed
        if not edits.mutate(g, [two]):
            continue
        edits.settle(g)
        pair = Pair(g.before, g.m, [one, two], number)
        changed = touched(pair)
        around = changed | {x.id for i in changed for m in (pair.before, pair.after) for x in m.users(i)}
        pair.before.keep_only(around)
        pair.after.keep_only(around | set(pair.before.objs))
        pair.label = '%s, then %s' % (one, two)
        return pair
    return None


# ---- many in one database ----

def shifted(value, offset):
    """A value with its Refs moved on."""
    if isinstance(value, Ref):
        return Ref(value.id + offset, value.form)
    if isinstance(value, Ty):
        of = value.of + offset if isinstance(value.of, int) else shifted(value.of, offset)
        return Ty(shifted(value.text, offset), value.fam, of)
    if isinstance(value, dict):
        return {k: shifted(v, offset) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(shifted(v, offset) for v in value)
    return value


def pour(source, target, offset, tag):
    """All objects of a state into another, in schemas and under names of their own."""
    home = Obj(offset, 'schema', tag, None, None, {})
    target.objs[home.id] = home
    for o in source.objs.values():
        new = Obj(o.id + offset, o.kind, o.name, None, o.parent and o.parent + offset, shifted(o.p, offset))
        new.pos, new.comment, new.owner, new.grants = o.pos + offset, o.comment, o.owner, list(o.grants)
        if o.schema is not None:
            new.schema = o.schema + offset
        elif in_a_schema(o):
            new.schema = home.id
        if o.kind == 'schema' or o.kind in GLOBAL:
            new.name = '%s_%s' % (tag, o.name)
        target.objs[new.id] = new


def in_a_schema(o):
    from model import NO_SCHEMA
    return o.kind not in NO_SCHEMA


def merged(units):
    before, after, offset = Model(), Model(), 0
    for number, (_, pair) in enumerate(units):
        offset += 1
        pour(pair.before, before, offset, 'p%d' % number)
        pour(pair.after, after, offset, 'p%d' % number)
        offset += max(list(pair.before.objs) + list(pair.after.objs) + [0]) + 1
    return Pair(before, after, ['; '.join(pair.label for _, pair in units)])


def alone(pair):
    """Whether a pair can't share a database: what there is only once in it."""
    return any(o.kind == 'extension' or o.kind == 'default_privileges' and not o.p.get('in_schema')
               for m in (pair.before, pair.after) for o in m.objs.values())


def blamed(units, failure):
    """The pairs that a failure speaks of, by the names of their schemas."""
    found = []
    for number in re.findall(r'\bp(\d+)[._]', failure.said):
        if int(number) < len(units) and units[int(number)] not in found:
            found.append(units[int(number)])
    return found[:6]


def bad_ones(units, judge, prover):
    """The pairs of a batch that fail, each with its failure; those that only fail together as one."""
    found = []
    while units:
        failure = judge(merged(units), prover)
        if failure is None:
            return found
        if len(units) == 1:
            return found + [(units, failure)]
        culprits = []
        for one in blamed(units, failure):
            alone_failed = judge(merged([one]), prover)
            if alone_failed is not None:
                culprits.append(one)
                found.append(([one], alone_failed))
        if not culprits:
            half = len(units) // 2
            more = bad_ones(units[:half], judge, prover) + bad_ones(units[half:], judge, prover)
            return found + (more or [(units, failure)])
        units = [u for u in units if u not in culprits]
    return found


def batch(job):
    """Runs one batch; gives (number of pairs, those that could not be made, reports of failures)."""
    import run
    options, prover = run.Worker.options, run.Worker.prover
    names, seed = job
    units, missing, reports = [], [], []
    for n, (first, second) in enumerate(names):
        try:
            pair = unit(first, second, seed + n, options.major, options.without)
        except Exception as error:  # the generator's own fault: reported as one
            import traceback
            reports.append(('generator', '%s, then %s' % (first, second), traceback.format_exc(), repr(error)))
            continue
        if pair is None:
            missing.append((first, second))
        else:
            units.append(((first, second), pair))
    singles = [u for u in units if alone(u[1])]
    shared = [u for u in units if not alone(u[1])]
    groups = ([shared] if shared else []) + [[u] for u in singles]
    for group in groups:
        for bad, failure in bad_ones(group, run.judge, prover):
            reports.append(described(bad, failure, options, prover, run))
    return len(units), missing, reports


def described(bad, failure, options, prover, run):
    pair = merged(bad)
    label = '; '.join(p.label for _, p in bad)
    if options.shrink > 0 and run.first_ones(failure, options):
        pair, failure, _ = run.smaller(pair, failure, options, prover)
    os.makedirs(options.keep, exist_ok=True)
    name = ' '.join(pair.done)[:60]
    path = os.path.join(options.keep, '%s.case' % ''.join(c if c.isalnum() else '_'
                                                          for c in name + '_%d' % bad[0][1].seed))
    text = run.case_text(pair, failure, '%s: %s' % (label[:200], failure.signature()[:150]))
    with open(path, 'w', encoding='utf8') as f:
        f.write(text)
    with open(path[:-5] + '.txt', 'w', encoding='utf8') as f:
        f.write(failure.text() + '\n' + text)
    return type(failure).__name__, label, failure.text() + '\n' + text, failure.signature()


def main(options):
    import run
    shard, of = (int(x) for x in options.edit_pairs.split('/'))
    names = sorted(CLASSES)
    ordered = [(a, b) for a in names for b in names]
    random.Random(options.seed).shuffle(ordered)
    ordered = ordered[shard - 1::of]
    jobs = [(ordered[i:i + options.batch], options.seed + i * 100) for i in range(0, len(ordered), options.batch)]
    print('1..%d' % len(jobs))
    print('# %d kinds of edit, %d ordered pairs (shard %d of %d), %d in a database, MODELC_SEED=%d' % (
        len(names), len(ordered), shard, of, options.batch, options.seed), flush=True)
    proven, failed, missing, kinds, began = 0, 0, [], {}, time.time()
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=run.Worker.begin,
                                                initargs=(options,)) as pool:
        for number, (count, lost, reports) in enumerate(pool.map(batch, jobs), 1):
            proven += count - len([r for r in reports if r[0] != 'generator'])
            failed += len(reports)
            missing += lost
            print('%sok %d - %d pairs of edits, %.0f s' % ('not ' if reports else '', number, count,
                                                           time.time() - began), flush=True)
            for kind, label, text, signature in reports:
                kinds.setdefault(signature, []).append(label)
                print('# %s: %s' % (kind, label))
                print('#   ' + text.replace('\n', '\n#   '), flush=True)
    print('# proven %d, failed %d, nothing to do %d of %d ordered pairs, in %.0f s' % (proven, failed, len(missing),
            len(ordered), time.time() - began))
    for pair in missing:
        print('# nothing to do: %s, then %s' % pair)
    for signature, labels in sorted(kinds.items(), key=lambda x: -len(x[1])):
        print('# %3d x %s (%s)' % (len(labels), signature[:200], ' | '.join(labels)[:200]))
    return 1 if failed else 0


