"""Kinds of edit of columns: types, defaults, identity, what is generated, NOT NULL."""
import make_code
import make_tables
import values
from edits import edit, old, pick_old
from make import type_of
from model import OPTIONAL, Ref, refs_in


@edit('add column')
def add_column(g):
    t = g.pick([t for t in g.m.of('table') if not t.p.get('part_of')])
    if t is None:
        return False
    c = make_tables.column(g, t)
    if t.p.get('partition') and c.p.get('identity'):
        c.p['identity'] = None
    ready = c.p.get('default') or c.p.get('identity') or c.p.get('serial') or c.p.get('generated') or c.p['nullable']
    if not ready and g.chance(0.6):
        value = values.sample(g.m, c.p['type'])
        c.p['backfill'] = value
    return True


def plain_column(g, test=lambda c: True, tables=lambda t: True):
    """A column of a table that was there, with nothing made of it by itself."""
    found = []
    for c in old(g, 'column'):
        t = g.m.get(c.parent)
        key = any(r.id == c.id for x in [t] + g.m.heirs(t) for r in x.p.get('key') or ())
        if not key and not c.p.get('generated') and tables(t) and test(c):
            found.append(c)
    return g.pick(found)


def group_of(g, col):
    """The columns that foreign keys tie to this one: their types change together."""
    found, todo = set(), [col.id]
    while todo:
        now = todo.pop()
        if now in found:
            continue
        found.add(now)
        for fk in g.m.of('foreign_key'):
            for a, b in zip(fk.p['cols'], fk.p['target_cols']):
                if now in (a.id, b.id):
                    todo += [a.id, b.id]
    return [g.m.get(x) for x in found]


def set_type(g, cols, ty, family):
    """Another type for the columns; what can't go with it goes."""
    for c in cols:
        if family:
            for o in g.m.users(c.id, ('e', 'E')):
                if g.m.get(o.id):
                    drop_expression(g, o, c.id)
        p = c.p
        p['type'], p['default'] = ty, None
        p.pop('serial', None)
        if p.get('identity') and ty.of not in ('smallint', 'int', 'bigint'):
            p['identity'] = None
        fam = ty.fam
        if fam != 'text' or ty.text[0] != ty.of:
            p['collate'] = None
        if ty.text[0] not in ('text', 'jsonb', 'bytea'):
            p['storage'] = p['compression'] = None


def drop_expression(g, o, col):
    """An object's expression over a column goes: with the object, unless it can do without."""
    left = [k for k, v in o.p.items() if any(r.id == col and r.form in ('e', 'E') for r in refs_in(v))]
    for k in left:
        if k in OPTIONAL.get(o.kind, ()):
            o.p[k] = None
        else:
            g.m.drop(o.id)
            return


@edit('type within family')
def type_family(g):
    c = plain_column(g, lambda c: c.p['type'].text[0] in sum(values.SAME_FAMILY.values(), [])
                     and len(c.p['type'].text) == 1 and not c.p.get('serial'))
    if c is None:
        return False
    fam = c.p['type'].fam
    cols = group_of(g, c)
    if any(x.p.get('convert') for x in cols):
        return False  # to another family already: the way back is said for that type
    if any(x.p.get('serial') or x.p.get('identity') or x.p.get('generated') or len(x.p['type'].text) != 1
           for x in cols):
        names = ['smallint', 'int', 'bigint']
    else:
        names = values.SAME_FAMILY[fam]
    if any(x.p.get('serial') or x.p.get('generated') for x in cols):
        return False
    name = g.rng.choice([n for n in names if n != c.p['type'].of] or names)
    defaults = {x.id: x.p.get('default') for x in cols}
    exact = any(any(' text_pattern_ops' in str(e) for e in o.p.get('elements', ())) or o.kind == 'index' for x in cols
                for o in g.m.users(x.id, ('e',)))
    exact = exact or any(o.kind == 'exclude' for x in cols for o in g.m.users(x.id, ('e',)))
    set_type(g, cols, values.base(name), exact)
    for x in cols:
        d = defaults[x.id]
        if d and not any(isinstance(y, Ref) for y in d) and name not in ('smallint',) and fam == 'num' \
                and 'random' not in str(d) and '.' not in str(d):
            x.p['default'] = d
        elif d and fam == 'text' and g.chance(0.7):
            x.p['default'] = d
    return True


@edit('type to another family')
def type_other(g):
    c = plain_column(g, lambda c: c.p['type'].fam in values.OTHER and not c.p.get('serial') and not c.p.get('identity'))
    if c is None:
        return False
    cols = group_of(g, c)
    if any(x.p.get('serial') or x.p.get('identity') or x.p.get('generated') or x.p['type'].fam != c.p['type'].fam
           for x in cols):
        return False
    if any(x.p['type'].text != c.p['type'].text or any(isinstance(r, Ref) and g.m.get(r.id).kind == 'domain'
                                                       for r in x.p['type'].text) for x in cols):
        return False
    name = g.rng.choice(values.OTHER[c.p['type'].fam])
    if name == 'json' and any(o.kind in ('index', 'unique', 'primary_key', 'exclude', 'foreign_key', 'view_index')
                              for x in cols for o in g.m.users(x.id, ('n',))):
        return False  # json has no order
    if name not in ('text', 'varchar(20)') and c.p['type'].fam == 'text' and any(x.p.get('collate') for x in cols):
        return False
    before = g.before.get(c.id).p['type'] if g.before else c.p['type']
    if c.p['type'] != before:
        return False
    source, target = ''.join(str(x) for x in before.text if not isinstance(x, Ref)), name
    fill(g, cols)
    set_type(g, cols, values.base(name), True)
    for x in cols:
        to = x.p['type'].text
        x.p['convert'] = (Ref(x.id, 'n'), '::text::', *to) if before.fam != 'bool' \
                or target == 'text' else (Ref(x.id, 'n'), '::int')
        x.p['back'] = (Ref(x.id, 'n'), '::text::', *before.text) if before.fam != 'bool' else (Ref(x.id, 'n'), '::',
                *before.text)
    del source
    return True


def fill(g, cols):
    """Indexes and keys that the new type could not have (json has no order) go."""
    for c in cols:
        for o in g.m.users(c.id, ('n',)):
            if o.kind in ('index', 'unique', 'primary_key', 'statistics', 'exclude', 'view_index') \
                    and o.kind == 'index' and o.p.get('using') and g.m.get(o.id):
                g.m.drop(o.id)


@edit('not null')
def not_null(g):
    c = plain_column(g, lambda c: not c.p.get('identity') and not c.p.get('serial')
                     and values.sample(g.m, c.p['type']) is not None)
    if c is None:
        return False
    if c.p['nullable']:
        c.p['nullable'] = False
        if g.chance(0.7):
            c.p['backfill'] = values.sample(g.m, c.p['type'])
    elif any(o.kind == 'primary_key' for o in g.m.users(c.id)):
        return False
    else:
        c.p['nullable'] = True
    return True


@edit('default')
def default(g):
    c = plain_column(g, lambda c: not c.p.get('identity') and not c.p.get('serial'))
    if c is None:
        return False
    c.p['default'] = None if c.p.get('default') and g.chance(0.4) else values.default(g.rng, g.m, c.p['type'])
    return True


@edit('identity')
def identity(g):
    c = plain_column(g, lambda c: c.p['type'].of in ('smallint', 'int', 'bigint') and c.p['type'].fam == 'num'
                     and len(c.p['type'].text) == 1 and not c.p.get('group'),
                     lambda t: not t.p.get('partition') and not t.p.get('inherits') and not g.m.heirs(t)
                     and not t.p.get('part_of'))
    if c is None or group_of(g, c) != [c]:
        return False
    p = c.p
    roll = g.rng.random()
    serial = {'smallint': 'smallserial', 'int': 'serial', 'bigint': 'bigserial'}[p['type'].of]
    if p.get('identity') and roll < 0.4:
        p['identity'] = g.rng.choice([x for x in ('identity', 'identity always', 'identity (start with 7)',
                                                  'identity always (increment by 3)') if x != p['identity']])
    elif p.get('identity') and roll < 0.7 or p.get('serial') and roll < 0.3:
        p['identity'], p['serial'] = None, None
        p['type'] = values.base(p['type'].of)
    elif p.get('serial') or roll < 0.6 and not p.get('identity'):
        p['type'], p['serial'], p['default'] = values.base(p['type'].of), None, None
        p['identity'], p['nullable'] = g.rng.choice(['identity', 'identity always']), False
    else:
        p['identity'], p['default'] = None, None
        p['type'], p['serial'], p['nullable'] = p['type']._replace(text=(serial,)), True, False
    if not p['nullable'] and not p.get('serial') and not p.get('identity'):
        p['backfill'] = ('1',)
    return True


@edit('generated')
def generated(g):
    c = g.pick([c for c in old(g, 'column') if c.p.get('generated')])
    if c is None:
        t = g.pick([t for t in g.m.of('table') if not t.p.get('part_of') and not t.p.get('partition')
                    and not g.m.heirs(t)])
        sources = [x for x in g.m.cols(t.id) if not x.p.get('generated') and not x.p.get('identity')
                   and not x.p.get('serial')] if t else []
        made = sources and values.immutable(g.rng, g.m, g.rng.choice(sources))
        if not made:
            return False
        c = make_tables.column(g, t, made[0])
        c.p.update(generated=made[1], default=None)
        return True
    if g.chance(0.3):
        c.p['generated'] = None
        return True
    sources = [x for x in g.m.cols(c.parent) if not x.p.get('generated') and not x.p.get('identity')
               and not x.p.get('serial')]
    for _ in range(5):
        made = sources and values.immutable(g.rng, g.m, g.rng.choice(sources))
        if made and made[0] == c.p['type'] and made[1] != c.p['generated']:
            c.p['generated'] = made[1]
            return True
    return False


@edit('column attributes')
def column_attributes(g):
    c = plain_column(g)
    if c is None:
        return False
    what = g.rng.choice(['statistics', 'storage', 'compression', 'col_options'])
    if what == 'statistics' and 'column statistics' in g.skip:
        return False
    if what == 'statistics':
        c.p['statistics'] = g.rng.choice([None, 40, 77])
    elif what == 'col_options':
        t = g.m.get(c.parent)
        if 'col_options' in g.skip or t.p.get('part_of') or t.p.get('partition'):
            return False
        c.p['col_options'] = g.rng.choice([None, 'n_distinct = 9', 'n_distinct_inherited = 3'])
    elif c.p['type'].text[0] in ('text', 'jsonb', 'bytea'):
        c.p[what] = g.rng.choice([None, 'external', 'plain', 'main']) if what == 'storage' else g.rng.choice([None,
                'pglz']) if g.major >= 14 else None
    return True


@edit('collation of a column')
def column_collation(g):
    c = plain_column(g, lambda c: c.p['type'].fam == 'text' and c.p['type'].text[0] == c.p['type'].of)
    if c is None:
        return False
    wanted = None if c.p.get('collate') else g.rng.choice(['"C"', '"POSIX"'])
    for x in group_of(g, c):
        x.p['collate'] = wanted
    return True


@edit('column to an own type')
def to_own_type(g):
    c = plain_column(g, lambda c: c.p['type'].text in (('text',), ('int',)) and not c.p.get('identity'))
    if c is None or group_of(g, c) != [c]:
        return False
    if c.p['type'].fam == 'text':
        e = next((x for x in g.m.of('enum') if any(l.name == '1' for l in g.m.children(x.id, 'label'))), None)
        if e is None:
            e = g.add('enum', g.schema())
            for name in ('1', '2'):
                g.m.add('label', name, None, e.id)
    else:
        e = g.add('domain', g.schema(), type=values.base('int'))
        make_code.domain_check(g, e)
    ty = type_of(g.m, e)
    back = c.p['type'].text
    set_type(g, [c], ty, True)
    c.p['convert'], c.p['back'] = (Ref(c.id, 'n'), '::text::', *ty.text), (Ref(c.id, 'n'), '::text::', *back)
    return True


@edit('move column')
def move_column(g):
    """A column's place among its table's: no difference."""
    c = pick_old(g, 'column')
    if c is None:
        return False
    c.pos = g.rng.choice([x.pos for x in g.m.cols(c.parent)]) - 0.5
    return True
