"""Kinds of edit of whole tables, partitions, inheritance, views, routines, triggers, and larger rebuildings."""
import make_code
import make_tables
import values
from edits import edit, old, pick_old
from make import ROLES
from model import Ref


# ---- tables ----

@edit('table options')
def table_options(g):
    t = pick_old(g, 'table', test=lambda t: not t.p.get('partition'))
    if t is None:
        return False
    t.p['with'] = g.rng.choice([None, ['fillfactor = 55'], ['autovacuum_enabled = false'],
                                ['fillfactor = 45', 'parallel_workers = 3']])
    return True


@edit('unlogged')
def unlogged(g):
    def free(t):
        if t.p.get('partition') or t.p.get('part_of') or t.p.get('inherits') or g.m.heirs(t) \
                or any(o.kind == 'publication' for o in g.m.users(t.id)):
            return False
        return not any(f.parent == t.id or f.p['target'].id == t.id for f in g.m.of('foreign_key'))
    t = pick_old(g, 'table', test=free)
    if t is None:
        return False
    t.p['unlogged'] = not t.p.get('unlogged')
    return True


@edit('row level security')
def rls(g):
    t = pick_old(g, 'table')
    if t is None:
        return False
    t.p['rls'] = g.rng.choice([x for x in (None, 'rls', 'rls force') if x != t.p.get('rls')])
    return True


@edit('replica identity')
def replica(g):
    t = pick_old(g, 'table')
    if t is None:
        return False
    choices = [None, ('full',), ('nothing',)]
    for i in g.m.children(t.id, 'index', 'unique'):
        cols = i.p.get('cols') or [e[0] for e in i.p['elements'] if isinstance(e[0], Ref)]
        whole = i.kind == 'unique' or len(cols) == len(i.p['elements']) \
                and all(len([x for x in e if x]) == 1 for e in i.p['elements'])
        if i.name and whole and (i.kind == 'unique' or i.p.get('unique')) and not i.p.get('where') \
                and not i.p.get('defer') and not i.p.get('include') \
                and all(not g.m.get(r.id).p['nullable'] for r in cols):
            choices += [('using index ', Ref(i.id, 'n'))] * 2
    t.p['replica'] = g.rng.choice(choices)
    return True


@edit('table access method')
def table_am(g):
    t = pick_old(g, 'table', test=lambda t: not t.p.get('partition') and not t.p.get('part_of'))
    if t is None:
        return False
    if t.p.get('am'):
        t.p['am'] = None
        return True
    found = [a for a in g.m.of('access_method') if a.p.get('table')]
    a = g.pick(found) or g.add('access_method', v=0, table=True)
    t.p['am'] = Ref(a.id)
    return True


@edit('split table')
def split(g):
    """Some columns of a table become a table of their own that refers to it."""
    t = pick_old(g, 'table', test=lambda t: not t.p.get('partition') and not t.p.get('part_of') and not g.m.heirs(t)
                 and len(g.m.cols(t.id)) > 2)
    if t is None:
        return False
    found = [x for x in make_tables.targets(g) if x[0] is t]
    gone = [c for c in g.m.cols(t.id) if not any(c in cols for _, cols, _ in found) and not c.p.get('generated')][:2]
    if not gone or not found:
        return False
    new = g.add('table', t.schema)
    make_tables.foreign_key(g, new)
    for c in gone:
        make_tables.column(g, new, c.p['type'])
        g.m.drop(c.id)
    return True


@edit('table becomes view')
def becomes_view(g):
    t = pick_old(g, 'table', test=lambda t: not t.p.get('partition') and not t.p.get('part_of') and not g.m.heirs(t))
    others = [x for x in g.m.of('table') if x is not t]
    if t is None or not others:
        return False
    name, schema = t.name, t.schema
    g.m.drop(t.id)
    source = g.pick([x for x in others if g.m.get(x.id)])
    if source is None or not g.m.all_cols(source):
        return True
    v = g.m.add('view', name, schema, None, **{'from': (Ref(source.id),)})
    make_code.view_column(g, v, g.rng.choice(g.m.all_cols(source)))
    return True


# ---- partitions ----
# No child leaves its parent here: PostgreSQL keeps the note that a column once was its own, so that the way back shows
# in a dump (docs/language.md says so).

@edit('add partition')
def add_partition(g):
    t = pick_old(g, 'table', test=lambda t: (t.p.get('partition') or ' ')[0] in ('range', 'list')
                 and not t.p.get('part_of'))
    if t is None:
        return False
    make_tables.part(g, t, make_tables.bound(g, t, t.p.get('parts', 0)))
    return True


@edit('drop partition')
def drop_partition(g):
    t = pick_old(g, 'table', test=lambda t: t.p.get('part_of')
                 and (g.m.get(t.p['part_of'].id).p['partition'][0] != 'hash'))
    return bool(t and g.m.drop(t.id))


@edit('partition bounds')
def partition_bounds(g):
    t = pick_old(g, 'table', test=lambda t: t.p.get('part_of')
                 and g.m.get(t.p['part_of'].id).p['partition'][0] != 'hash' and t.p['bound'] != ('default',)
                 and not g.m.get(t.p['part_of'].id).p.get('part_of'))
    if t is None:
        return False
    parent = g.m.get(t.p['part_of'].id)
    t.p['bound'] = make_tables.bound(g, parent, parent.p.get('parts', 0))
    return True


@edit('detach partition')
def detach(g):
    """A partition becomes a table of its own: its parent's columns are declared by it now."""
    t = pick_old(g, 'table', test=lambda t: t.p.get('part_of') and not t.p.get('partition')
                 and not g.m.get(t.p['part_of'].id).p.get('part_of')
                 and g.m.get(t.p['part_of'].id).p['partition'][0] != 'hash' and not g.m.children(t.id))
    if t is None:
        return False
    parent = g.m.get(t.p['part_of'].id)
    t.p['part_of'] = t.p['bound'] = None
    for c in g.m.cols(parent.id):
        if c.p.get('serial'):
            g.m.drop(t.id)
            return True
        p = {k: v for k, v in c.p.items() if k not in ('backfill', 'convert', 'back', 'generated')}
        g.m.add('column', c.name, None, t.id, **p)
    return True


@edit('attach partition')
def attach(g):
    """A table of the same columns becomes a partition: here, a new one that the model had no place for."""
    t = pick_old(g, 'table', test=lambda t: (t.p.get('partition') or ' ')[0] in ('range', 'list')
                 and not t.p.get('part_of'))
    if t is None:
        return False
    o = make_tables.part(g, t, make_tables.bound(g, t, t.p.get('parts', 0)))
    o.schema = g.schema()
    return True


# ---- views, routines, triggers, policies, rules ----

@edit('view text')
def view_text(g):
    v = pick_old(g, 'view', 'materialized_view')
    if v is None:
        return False
    source = g.m.get(v.p['from'][0].id)
    cols = make_code.readable(g, source)
    if not cols:
        return False
    if g.chance(0.5):
        make_code.view_column(g, v, g.rng.choice(cols))
    else:
        v.p['where'] = None if v.p.get('where') and g.chance(0.5) else values.predicate(g.rng, g.m, g.rng.choice(cols))
    return True


@edit('view options')
def view_options(g):
    v = pick_old(g, 'view')
    if v is None:
        return False
    v.p['with'] = g.rng.choice([x for x in (None, 'security_barrier', 'security_barrier = false')
                                if x != v.p.get('with')])
    return True


@edit('view column order')
def view_order(g):
    v = pick_old(g, 'view', 'materialized_view', test=lambda v: len(g.m.children(v.id, 'view_column')) > 1)
    if v is None:
        return False
    a, b = g.some(g.m.children(v.id, 'view_column'), 2, 2)
    a.pos, b.pos = b.pos, a.pos
    return True


@edit('view column default')
def view_default(g):
    c = g.pick([c for c in old(g, 'view_column') if g.m.get(c.parent).kind == 'view'
                and c.p['type'].fam in ('num', 'text')])
    if c is None:
        return False
    c.p['default'] = None if c.p.get('default') else values.default(g.rng, g.m, c.p['type'])
    return True


@edit('function options')
def function_options(g):
    f = pick_old(g, 'function', test=lambda f: f.p['style'] in ('plain', 'argument', 'table', 'plpgsql', 'rows'))
    if f is None:
        return False
    make_code.more_options(g, f)
    return True


@edit('function signature')
def function_signature(g):
    f = pick_old(g, 'function', test=lambda f: f.p['style'] in ('plain', 'table', 'rows', 'plpgsql'))
    if f is None:
        return False
    f.p['args'] = make_code.args(g, 0, 3)
    return True


@edit('function returns')
def function_returns(g):
    f = pick_old(g, 'function', test=lambda f: f.p['style'] in ('plain', 'plpgsql'))
    if f is None:
        return False
    f.p['returns'] = (g.rng.choice([x for x in ('int', 'bigint', 'numeric') if (x,) != f.p['returns']]),)
    return True


@edit('trigger change')
def trigger_change(g):
    t = pick_old(g, 'trigger')
    if t is None:
        return False
    what = g.rng.choice(['events', 'timing', 'state', 'args', 'each'])
    if what == 'events':
        t.p['events'], t.p['columns'] = g.rng.choice([x
                                                      for x in ('insert', 'delete', 'insert or delete',
                                                                'insert or update') if x != t.p['events']]), None
    elif what == 'timing':
        t.p['timing'] = 'after' if t.p['timing'] == 'before' else 'before'
    elif what == 'state':
        t.p['state'] = g.rng.choice([x for x in (None, 'disable', 'enable always', 'enable replica')
                                     if x != t.p.get('state')])
    elif what == 'args':
        t.p['args'] = None if t.p.get('args') else "'two'"
    else:
        t.p['each'], t.p['when'] = ('statement' if t.p['each'] == 'row' else 'row'), None
    return True


@edit('policy change')
def policy_change(g):
    o = pick_old(g, 'policy')
    if o is None:
        return False
    what = g.rng.choice(['roles', 'restrictive', 'using'])
    if what == 'roles':
        o.p['roles'] = g.rng.choice([x for x in ['public', 'support', ', '.join(ROLES[:3])] if x != o.p['roles']])
    elif what == 'restrictive':
        o.p['restrictive'] = not o.p.get('restrictive')
    else:
        key = 'using' if o.p.get('using') else 'check'
        o.p[key] = values.predicate(g.rng, g.m, g.rng.choice(g.m.all_cols(g.m.get(o.parent))))
    return True


@edit('rule change')
def rule_change(g):
    o = pick_old(g, 'rule')
    if o is None:
        return False
    if g.chance(0.3):
        o.p['state'] = None if o.p.get('state') else 'disable'
    else:
        o.p['action'] = ('do also notify y%d' % g.rng.randint(1, 3),)
    return True


@edit('statistics columns')
def statistics_columns(g):
    o = pick_old(g, 'statistics')
    if o is None:
        return False
    o.p['target'] = g.rng.choice([None, 44])
    cols = [c for c in g.m.all_cols(g.m.get(o.p['table'].id)) if values.btree(c.p['type'])]
    if len(cols) < 2:
        return False
    o.p['cols'] = [Ref(c.id, 'n') for c in g.some(cols, 2, 3)]
    return True


@edit('publication tables')
def publication_tables(g):
    o = pick_old(g, 'publication', test=lambda o: o.p.get('tables'))
    t = g.pick([t for t in g.m.of('table') if not t.p.get('unlogged') and not t.p.get('part_of')])
    if o is None or t is None:
        return False
    o.p['tables'] = [Ref(t.id)]
    return True


@edit('event trigger state')
def event_state(g):
    o = pick_old(g, 'event_trigger')
    if o is None:
        return False
    o.p['state'] = g.rng.choice([x for x in (None, 'disable', 'enable always') if x != o.p.get('state')])
    return True


@edit('extension schema')
def extension_schema(g):
    o = pick_old(g, 'extension', test=lambda o: o.name not in ('plpgsql',))
    places = [s.id for s in g.m.of('schema')] + [None]
    if o is None:
        return False
    o.schema = g.rng.choice([x for x in places if x != o.schema] or [make_code.schema(g).id])
    o.p['say'] = True
    return True


def reads_unfilled(g, o):
    source = g.m.get(o.p['from'][0].id)
    return source.kind in ('view', 'materialized_view') and (bool(source.p.get('no_data')) or reads_unfilled(g, source))


@edit('materialized view data')
def no_data(g):
    # What reads from one that is not filled can't be filled either.
    o = pick_old(g, 'materialized_view', test=lambda o: not any(x.kind in ('view', 'materialized_view')
                                                                for x in g.m.users(o.id)) and not reads_unfilled(g, o))
    if o is None:
        return False
    o.p['no_data'] = not o.p.get('no_data')
    return True
