"""Makers of tables and all that stands in them."""
import values
from make import maker
from model import Ref

SHARE_NAMED = 0.7


def inline_free(g, t, kind, col):
    """Whether a column may say this itself: once."""
    return not any(x.p.get('inline') and x.p['inline'].id == col.id for x in g.m.children(t.id, kind))


def unnamed(g, o, share=1 - SHARE_NAMED):
    if g.chance(share) and not o.comment:
        o.name = None
    return o


@maker('table', 8)
def table(g):
    t = g.add('table', g.schema())
    if g.chance(0.08):
        t.p['unlogged'] = True
    if g.chance(0.12):
        t.p['with'] = g.rng.choice([['fillfactor = 80'], ['autovacuum_enabled = false', 'fillfactor = 70'],
                                    ['parallel_workers = 2']])
    for _ in range(g.rng.randint(1, 5)):
        column(g, t)
    if g.chance(0.7):
        primary_key(g, t)
    for kind, share in (('unique', 0.25), ('check', 0.3), ('index', 0.4)):
        if g.chance(share):
            member(g, kind, t)
    return t


@maker('column', 4)
def any_column(g):
    t = g.pick([t for t in g.m.of('table') if not t.p.get('part_of')])
    return t and column(g, t)


def column(g, t, ty=None):
    c = g.add('column', None, t.id, type=ty or g.type(), nullable=g.chance(0.45))
    p = c.p
    if g.m.heirs(t) and ty is None:
        pass  # a parent's column: no identity
    elif ty is None and p['type'].of in ('smallint', 'int', 'bigint') and p['type'].text[0] == p['type'].of:
        roll = g.rng.random()
        if roll < 0.12 and not g.m.parents(t) and not t.p.get('partition'):
            p['identity'] = g.rng.choice(['identity', 'identity always', 'identity (start with 5)',
                                          'identity always (increment by 10 cache 3)'])
            p['nullable'] = False
        elif roll < 0.22:
            p['type'] = p['type']._replace(text=({'smallint': 'smallserial', 'int': 'serial',
                                                  'bigint': 'bigserial'}[p['type'].of],))
            p['nullable'], p['serial'] = False, True
        elif roll < 0.3 and g.m.of('sequence'):
            p['default'] = ("nextval(", Ref(g.pick(g.m.of('sequence')).id, 's'), ")")
    if ty is None and not p.get('identity') and not p.get('serial') and not p.get('default') and g.chance(0.12):
        sources = [x for x in g.m.cols(t.id) if x is not c and not x.p.get('generated') and not x.p.get('identity')
                   and not x.p.get('serial')]
        made = sources and not t.p.get('partition') and not g.m.heirs(t) \
                and values.immutable(g.rng, g.m, g.rng.choice(sources))
        if made:
            p['type'], p['generated'] = made
    if not (p.get('identity') or p.get('serial') or p.get('generated') or p.get('default')) and g.chance(0.4):
        p['default'] = values.default(g.rng, g.m, p['type'])
    fam = values.under(p['type']).fam
    if fam == 'text' and p['type'].text[0] == p['type'].of and g.chance(0.1):
        own = g.m.of('collation')
        p['collate'] = (Ref(g.pick(own).id),) if own and g.chance(0.5) else g.rng.choice(['"C"', '"POSIX"'])
    if p['type'].text[0] in ('text', 'jsonb', 'bytea') and g.chance(0.1):
        p['storage'] = g.rng.choice(['external', 'main', 'plain'])
        if g.major >= 14 and g.chance(0.4):
            p['compression'] = 'pglz'
    if g.chance(0.06) and 'column statistics' not in g.skip:
        p['statistics'] = g.rng.randint(10, 500)
    if g.chance(0.03) and 'col_options' not in g.skip and not t.p.get('part_of') and not t.p.get('partition'):
        p['col_options'] = g.rng.choice(['n_distinct = 5', 'n_distinct = -0.5'])
    return c


def simple_cols(g, t, low=1, high=2, fk=False):
    """Columns to make a key of."""
    found = [c for c in g.m.all_cols(t) if values.btree(c.p['type']) and (not fk or not c.p.get('generated'))]
    chosen = g.some(found, low, high)
    if t.p.get('partition'):  # its key has to be in there
        need = [g.m.get(r.id) for r in t.p.get('key', ())]
        chosen = need + [c for c in chosen if c not in need]
    return chosen


def cannot_hold_keys(g, t):
    """A partitioned table, or one below it, whose key is an expression."""
    root = g.m.root(t)
    return any(x.p.get('partition') and not x.p.get('key') for x in [root] + g.m.heirs(root))


def full_key(g, t, cols):
    for x in [t] + g.m.heirs(t):
        for r in x.p.get('key', ()):
            c = g.m.get(r.id)
            if c and c not in cols:
                cols.append(c)
    return cols


def member(g, kind, t=None):
    if t is None:
        t = g.pick(g.m.of('table'))
    if t is None:
        return None
    return globals()[kind](g, t)


@maker('primary_key', 2)
def any_primary_key(g):
    return primary_key(g, g.pick(g.m.of('table')))


def primary_key(g, t):
    if t is None or g.m.children(t.id, 'primary_key') or t.p.get('part_of') or cannot_hold_keys(g, t) \
            or t.p.get('inherits'):
        return None
    cols = [c for c in simple_cols(g, t) if c.parent == t.id]
    cols = full_key(g, t, cols)
    if not cols:
        return None
    for c in cols:
        c.p['nullable'] = False
    o = g.add('primary_key', None, t.id, cols=[Ref(c.id, 'n') for c in cols])
    key_more(g, t, o, cols)
    return unnamed(g, o)


def key_more(g, t, o, cols):
    others = [c for c in g.m.all_cols(t) if c not in cols and not c.p.get('generated')]
    if g.chance(0.12) and others and not t.p.get('partition'):
        o.p['include'] = [Ref(g.rng.choice(others).id, 'n')]
    if g.chance(0.1) and not t.p.get('partition'):
        o.p['with'] = g.rng.choice([70, 90])
    if g.chance(0.08) and not g.m.of('foreign_key'):
        o.p['defer'] = g.rng.choice(['deferrable', 'deferrable initially deferred'])
    if len(cols) == 1 and not o.p.get('include') and not o.p.get('with') and not o.p.get('defer') and not o.comment \
            and g.chance(0.5) and cols[0].parent == t.id \
            and inline_free(g, t, o.kind, cols[0]):
        o.p['inline'] = Ref(cols[0].id, 'n')


@maker('unique', 2)
def any_unique(g):
    return member(g, 'unique')


def unique(g, t):
    if cannot_hold_keys(g, t) or t.p.get('part_of'):
        return None
    cols = full_key(g, t, simple_cols(g, t, 1, 3))
    if not cols:
        return None
    o = g.add('unique', None, t.id, cols=[Ref(c.id, 'n') for c in cols])
    key_more(g, t, o, cols)
    if g.major >= 15 and g.chance(0.15) and not o.p.get('inline'):
        o.p['nnd'] = True
    return unnamed(g, o)


@maker('check', 2)
def any_check(g):
    return member(g, 'check')


def check(g, t):
    cols = [c for c in g.m.all_cols(t)]
    if not cols:
        return None
    c = g.rng.choice(cols)
    o = g.add('check', None, t.id, expr=values.predicate(g.rng, g.m, c))
    if g.chance(0.1) and not t.p.get('partition') and not t.p.get('part_of'):
        o.p['no_inherit'] = True
    elif g.chance(0.1) and not t.p.get('partition') and not t.p.get('part_of') and not g.m.heirs(t):
        o.p['not_valid'] = True
    if not o.p.get('no_inherit') and not o.p.get('not_valid') and not o.comment and c.parent == t.id and g.chance(0.3):
        o.p['inline'] = Ref(c.id, 'n')
    return unnamed(g, o) if o.p.get('inline') else o


@maker('index', 4)
def any_index(g):
    return member(g, 'index')


def element(g, c):
    ty = values.under(c.p['type'])
    text = (Ref(c.id, 'n'),)
    made = values.immutable(g.rng, g.m, c) if g.chance(0.25) and not c.p.get('generated') else None
    if made and values.btree(made[0]) and ty.fam != 'enum':
        text = ('(', *made[1], ')')
    elif ty.fam == 'text' and g.chance(0.2):
        own = g.m.of('collation')
        text += (' collate ', Ref(g.pick(own).id)) if own and g.chance(0.4) else (' collate "C"',)
    if ty.fam == 'text' and ty.text == ('text',) and c.p['type'].text == ('text',) and g.chance(0.2) and not made:
        text = (Ref(c.id, 'e'),) + text[1:] + (' text_pattern_ops',)
    return text + (g.rng.choice(['', '', '', ' desc', ' desc nulls last', ' nulls first']),)


def index(g, t):
    cols = [c for c in g.m.all_cols(t) if values.btree(c.p['type'])]
    if not cols:
        return None
    chosen = g.some(cols, 1, 3)
    o = g.add('index', None, t.id, elements=[element(g, c) for c in chosen])
    jsons = [c for c in g.m.all_cols(t) if c.p['type'].text == ('jsonb',)]
    ints = [c for c in cols if c.p['type'].text == ('int',)]
    classes = g.m.of('operator_class')
    if jsons and g.chance(0.3):
        o.p.update(elements=[(Ref(g.rng.choice(jsons).id, 'e'), g.rng.choice(['', ' jsonb_path_ops']))], using='gin')
    elif g.chance(0.06):
        o.p.update(elements=[(Ref(chosen[0].id, 'n'),)], using='hash')
        if values.under(chosen[0].p['type']).fam in ('bit', 'money', 'ts', 'array') \
                or chosen[0].p['type'].fam == 'array':
            o.p['using'] = None
    elif ints and classes and g.chance(0.6):
        o.p['elements'] = [(Ref(g.rng.choice(ints).id, 'e'), ' ', Ref(g.pick(classes).id))]
    if not o.p.get('using'):
        if g.chance(0.2) and not t.p.get('partition') and not t.p.get('part_of') \
                and not any(x.p.get('partition') for x in g.m.heirs(t)):
            o.p['unique'] = True
            if g.major >= 15 and g.chance(0.2):
                o.p['nnd'] = True
        others = [c for c in g.m.all_cols(t) if not any(r.id == c.id for e in o.p['elements'] for r in e
                                                        if isinstance(r, Ref))]
        if g.chance(0.1) and others:
            o.p['include'] = [Ref(g.rng.choice(others).id, 'n')]
        if g.chance(0.1):
            o.p['with'] = g.rng.choice([60, 85])
    if g.chance(0.2):
        o.p['where'] = values.predicate(g.rng, g.m, g.rng.choice(g.m.all_cols(t)))
    plain = len(o.p['elements']) == 1 and len([x for x in o.p['elements'][0] if x]) == 1 and chosen[0].parent == t.id
    if plain and not any(o.p.get(k) for k in ('using', 'unique', 'include', 'with', 'where')) and not o.comment \
            and g.chance(0.3) and o.p['elements'][0][0].id == chosen[0].id \
            and inline_free(g, t, 'index', chosen[0]):
        o.p['inline'] = Ref(chosen[0].id, 'n')
    return unnamed(g, o, 0.3 if not o.p.get('unique') else 0.1)


@maker('exclude', 0.7)
def exclude_any(g):
    return exclude(g, None)


def exclude(g, t):
    ranges = [(x, c) for x, c in g.columns_where(lambda c: c.p['type'].of in ('int4range', 'tstzrange', 'daterange')
                                                 and c.p['type'].fam == 'range')
              if not x.p.get('partition') and not x.p.get('part_of') and (t is None or t is x)]
    if not ranges:
        t = t or g.pick([x for x in g.m.of('table') if not x.p.get('partition') and not x.p.get('part_of')])
        if t is None:
            return None
        c = column(g, t, values.base('daterange'))
        c.p['nullable'] = True
    else:
        t, c = g.rng.choice(ranges)
    o = g.add('exclude', None, t.id, elements=(Ref(c.id, 'e'), ' with &&'))
    if g.chance(0.3):
        o.p['where'] = values.predicate(g.rng, g.m, g.rng.choice(g.m.all_cols(t)))
    elif g.chance(0.2):
        o.p['defer'] = 'deferrable initially deferred'
    return unnamed(g, o, 0.2)


ACTIONS = ['cascade', 'restrict', 'set null', 'set default', 'no action']


@maker('foreign_key', 4)
def any_foreign_key(g):
    return foreign_key(g, g.pick(g.m.of('table')))


def can_refer(ty):
    """PostgreSQL finds no operator for the foreign key of arrays of ranges and of domains over enums."""
    return ty.fam != 'array' and not (ty.fam == 'enum' and ty.text != (Ref(ty.of),))


def targets(g):
    """(table, columns, key) of what foreign keys may refer to."""
    found = []
    for t in g.m.of('table'):
        if t.p.get('part_of'):
            continue
        for k in g.m.children(t.id, 'primary_key', 'unique'):
            cols = [g.m.get(r.id) for r in k.p['cols']]
            if not k.p.get('defer') and not k.p.get('nnd') and all(not c.p.get('generated') and can_refer(c.p['type'])
                    for c in cols):
                found.append((t, cols, k))
    return found


def foreign_key(g, t):
    """A foreign key from the table, over new columns (nullable ones) of the types of the target's."""
    found = targets(g)
    if not found or t is None or t.p.get('part_of'):
        return None
    if g.focus:
        found = [x for x in found if x[0].id in g.focus] or found
    target, target_cols, key = g.rng.choice(found)
    if t.p.get('unlogged') != target.p.get('unlogged') and target.p.get('unlogged'):
        return None
    cols = []
    for k in target_cols:
        ty = k.p['type']
        if k.p.get('serial'):
            ty = values.base(ty.of)
        c = column(g, t, ty)
        c.p.update(nullable=True, default=None, collate=k.p.get('collate'), group=True)
        cols.append(c)
    o = g.add('foreign_key', None, t.id, cols=[Ref(c.id, 'n') for c in cols], target=Ref(target.id),
              target_cols=[Ref(c.id, 'n') for c in target_cols], to=Ref(key.id))
    p = o.p
    if g.chance(0.5):
        p['delete'] = 'on delete ' + g.rng.choice(ACTIONS)
    if g.chance(0.25):
        p['update'] = 'on update ' + g.rng.choice(ACTIONS)
    if g.chance(0.15):
        p['defer'] = g.rng.choice(['deferrable', 'deferrable initially deferred'])
    if g.chance(0.08) and not t.p.get('partition'):
        p['not_valid'] = 'not valid'
    if len(cols) > 1 and g.chance(0.2):
        p['match'] = 'match full'
    if len(cols) == 1 and not o.comment and g.chance(0.6):
        p['inline'], o.name = Ref(cols[0].id, 'n'), None
        return o
    return unnamed(g, o)


# ---- partitions, children ----

@maker('partitioned', 2)
def partitioned(g):
    t = table(g)
    t.p.pop('with', None)
    t.p.pop('unlogged', None)
    t.p['unlogged'] = None
    for c in g.m.cols(t.id):
        c.p.pop('col_options', None)
        if c.p.get('identity'):
            c.p['identity'] = None
        if c.p.get('generated'):
            g.m.drop(c.id)
    for k in g.m.children(t.id, 'primary_key', 'unique', 'exclude', 'index', 'check'):
        g.m.drop(k.id)
    method = g.rng.choice(['range', 'list', 'hash'])
    ty = values.base({'range': g.rng.choice(['int', 'date', 'bigint']), 'list': g.rng.choice(['text', 'int']),
                      'hash': 'int'}[method])
    key = column(g, t, ty)
    key.p.update(nullable=False, default=None, collate=None)
    t.p['partition'] = (method, (Ref(key.id, 'e'),))
    t.p['key'] = [Ref(key.id, 'n')]
    if g.chance(0.5):
        primary_key(g, t)
    count = g.rng.randint(1, 3)
    if method == 'hash':
        for n in range(count + 1):
            part(g, t, ('with (modulus %d, remainder %d)' % (count + 1, n),))
    else:
        for n in range(count):
            part(g, t, bound(g, t, n))
        if g.chance(0.5):
            part(g, t, ('default',))
    if g.chance(0.4):
        index(g, t)
    return t


def bound(g, t, n):
    """The n-th bound of a table partitioned by range or list."""
    method, ty = t.p['partition'][0], values.under(g.m.get(t.p['key'][0].id).p['type'])
    del g
    t.p['parts'] = max(t.p.get('parts', 0), n + 1)
    if method == 'list':
        return ("in ('%d', 'x%d')" % (n + 1, n),) if ty.fam == 'text' else ('in (%d, %d)' % (n + 1, 100 + n),)
    if ty.fam == 'time':
        return ("from ('20%02d-01-01') to ('20%02d-01-01')" % (20 + n, 21 + n),)
    return ('from (%d) to (%d)' % (n * 100, n * 100 + 100),)


def part(g, t, bounds):
    o = g.add('table', t.schema if g.chance(0.8) else g.schema(), None, part_of=Ref(t.id), bound=bounds)
    o.owner = None
    if t.owner:
        o.owner = t.owner
    if g.chance(0.15):
        o.p['with'] = ['fillfactor = 90']
    if g.chance(0.1):
        check(g, o)
    if g.chance(0.15):
        index(g, o)
    ints = [c for c in g.m.all_cols(o) if c.p['type'].text == ('int',)]
    if g.chance(0.15) and ints and not g.m.children(t.id, 'primary_key', 'unique'):
        key = g.rng.choice(ints)
        o.p.update({'partition': ('list', (Ref(key.id, 'e'),)), 'key': [Ref(key.id, 'n')], 'with': None})
        if not [c for c in g.m.children(o.id, 'index', 'check')]:
            part(g, o, ('in (1, 2)',))
            part(g, o, ('default',))
        else:
            o.p.update(partition=None, key=())
    return o


@maker('child', 1.5)
def child(g):
    parents = [t for t in g.m.of('table') if not t.p.get('partition') and not t.p.get('part_of')
               and not t.p.get('unlogged')
               and not any(c.p.get('identity') or c.p.get('generated') for c in g.m.all_cols(t))]
    parent = g.pick(parents)
    if parent is None:
        return None
    t = g.add('table', g.schema(), None, inherits=[Ref(parent.id)])
    for _ in range(g.rng.randint(0, 2)):
        column(g, t)
    if g.chance(0.3):
        check(g, t)
    return t
