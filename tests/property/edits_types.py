"""Kinds of edit of enums, domains, composites, sequences, keys and indexes."""
import make_code
import make_tables
import values
from edits import edit, old, pick_old
from edits_columns import group_of
from model import Ref


# ---- enums, domains, composites, sequences ----

@edit('add label')
def add_label(g):
    e = pick_old(g, 'enum')
    if e is None:
        return False
    label = g.m.add('label', g.name('label', None, e.id, reuse=False), None, e.id)
    label.pos = g.rng.choice([x.pos for x in g.m.children(e.id)]) + g.rng.choice([-0.5, 0.5, 0.25])
    return True


@edit('drop label')
def drop_label(g):
    e = g.pick([e for e in old(g, 'enum') if len([x for x in g.m.children(e.id) if g.before is None
                                                  or g.before.get(x.id)]) > 1])
    if e is None:
        return False
    g.m.drop(g.rng.choice(g.m.children(e.id)[1:]).id)
    return True


@edit('reorder labels')
def reorder(g):
    e = g.pick([e for e in old(g, 'enum') if len(g.m.children(e.id)) > 1])
    if e is None:
        return False
    a, b = g.some(g.m.children(e.id), 2, 2)
    a.pos, b.pos = b.pos, a.pos
    return True


@edit('domain default')
def domain_default(g):
    d = pick_old(g, 'domain')
    if d is None:
        return False
    d.p['default'] = None if d.p.get('default') and g.chance(0.4) else values.default(g.rng, g.m, d.p['type'])
    return True


@edit('domain not null')
def domain_not_null(g):
    d = pick_old(g, 'domain', test=lambda d: not in_composite(g, d))
    if d is None:
        return False
    d.p['not_null'] = not d.p.get('not_null')
    return True


def in_composite(g, d):
    return any(o.kind == 'attribute' for o in g.m.users(d.id))


@edit('add domain check')
def add_domain_check(g):
    d = pick_old(g, 'domain')
    return bool(d and make_code.domain_check(g, d))


@edit('domain type')
def domain_type(g):
    d = pick_old(g, 'domain', test=lambda d: d.p['type'].text[0] in sum(values.SAME_FAMILY.values(), []))
    if d is None or any(c.kind == 'column' and len(group_of(g, c)) > 1 for c in g.m.users(d.id)):
        return False
    # What is said of it stays good for a type of the same family; the types of those who have it say what of.
    names = [n for n in values.SAME_FAMILY[d.p['type'].fam] if n != d.p['type'].of]
    d.p['type'] = values.base(g.rng.choice(names))
    for c in g.m.users(d.id):
        if c.kind in ('column', 'attribute', 'view_column') and c.p['type'].text == (Ref(d.id),):
            c.p['type'] = c.p['type']._replace(of=d.p['type'])
    return True


@edit('add attribute')
def add_attribute(g):
    c = pick_old(g, 'composite')
    return bool(c and make_code.attribute(g, c))


@edit('attribute type')
def attribute_type(g):
    a = pick_old(g, 'attribute', test=lambda a: len(a.p['type'].text) == 1
                 and a.p['type'].text[0] in sum(values.SAME_FAMILY.values(), []))
    if a is None:
        return False
    a.p['type'] = values.base(g.rng.choice([n for n in values.SAME_FAMILY[a.p['type'].fam] if n != a.p['type'].of]))
    return True


@edit('sequence options')
def sequence_options(g):
    s = pick_old(g, 'sequence')
    if s is None:
        return False
    s.p['options'] = make_code.sequence_options(g)
    return True


@edit('sequence owned by')
def sequence_owned(g):
    s = pick_old(g, 'sequence')
    if s is None:
        return False
    if s.p.get('owned'):
        s.p['owned'] = None
        return True
    found = [(t, c) for t, c in g.columns_where(lambda c: True) if t.schema == s.schema and t.owner == s.owner
             and c.parent == t.id]
    if not found:
        return False
    t, c = g.rng.choice(found)
    s.p['owned'] = (Ref(t.id), '.', Ref(c.id, 'n'))
    return True


# ---- keys, checks, indexes ----

def toggled(p, key, *choices):
    p[key] = None if p.get(key) and p[key] not in choices[1:] else [c for c in choices if c != p.get(key)][0]


@edit('key columns')
def key_columns(g):
    k = pick_old(g, 'primary_key', 'unique')
    if k is None:
        return False
    t = g.m.get(k.parent)
    used = {r.id for r in k.p['cols']}
    more = [c for c in g.m.all_cols(t) if c.id not in used and values.btree(c.p['type'])
            and (c.parent == t.id or k.kind == 'unique')]
    for fk in constraint_users(g, k):  # they would have no key
        g.m.drop(fk.id)
    if more:
        c = g.rng.choice(more)
        k.p['cols'] = k.p['cols'] + [Ref(c.id, 'n')]
        k.p['include'] = [r for r in k.p.get('include') or () if r.id != c.id] or None
        if k.kind == 'primary_key' and c.p['nullable']:
            c.p['nullable'], c.p['backfill'] = False, values.sample(g.m, c.p['type'])
    elif len(k.p['cols']) > 1 and not any(x.p.get('partition') for x in [t] + g.m.heirs(t)):
        k.p['cols'] = list(reversed(k.p['cols']))
    else:
        return False
    k.p['inline'] = None
    return True


def constraint_users(g, k):
    return [fk for fk in g.m.of('foreign_key') if fk.p['to'].id == k.id]


@edit('key attributes')
def key_attributes(g):
    k = pick_old(g, 'primary_key', 'unique')
    if k is None:
        return False
    t = g.m.get(k.parent)
    what = g.rng.choice(['defer', 'include', 'with', 'nnd'])
    used = {r.id for r in k.p['cols']}
    others = [c for c in g.m.all_cols(t) if c.id not in used]
    if what == 'defer' and not constraint_users(g, k):
        k.p['defer'] = None if k.p.get('defer') else g.rng.choice(['deferrable', 'deferrable initially deferred'])
    elif what == 'include' and others:
        k.p['include'] = None if k.p.get('include') else [Ref(g.rng.choice(others).id, 'n')]
    elif what == 'with' and not t.p.get('partition'):
        k.p['with'] = g.rng.choice([None, 60, 95])
    elif what == 'nnd' and k.kind == 'unique' and g.major >= 15:
        k.p['nnd'] = not k.p.get('nnd')
    else:
        return False
    k.p['inline'] = None
    return True


@edit('check expression')
def check_expression(g):
    k = pick_old(g, 'check')
    if k is None:
        return False
    k.p['expr'] = values.predicate(g.rng, g.m, g.rng.choice(g.m.all_cols(g.m.get(k.parent))))
    k.p['inline'] = None
    return True


@edit('check attributes')
def check_attributes(g):
    k = pick_old(g, 'check', test=lambda k: not g.m.heirs(g.m.get(k.parent)) and not g.m.get(k.parent).p.get('part_of')
                 and not g.m.get(k.parent).p.get('partition'))
    if k is None:
        return False
    key = g.rng.choice(['no_inherit', 'not_valid'])
    k.p[key] = not k.p.get(key)
    k.p['inline'] = None
    return True


@edit('domain check expression')
def domain_check_expression(g):
    k = pick_old(g, 'domain_check')
    if k is None:
        return False
    k.p['expr'] = values.predicate(g.rng, g.m, g.m.get(k.parent).p['type'], ('value',))
    return True


@edit('index attributes')
def index_attributes(g):
    i = pick_old(g, 'index')
    if i is None:
        return False
    t = g.m.get(i.parent)
    what = g.rng.choice(['with', 'where', 'elements', 'unique', 'include'])
    cols = [c for c in g.m.all_cols(t) if values.btree(c.p['type'])]
    if what == 'with' and i.p.get('using') != 'gin':
        i.p['with'] = g.rng.choice([None, 55, 75])
    elif what == 'where':
        i.p['where'] = None if i.p.get('where') and g.chance(0.5) else values.predicate(g.rng, g.m,
                g.rng.choice(g.m.all_cols(t)))
    elif what == 'elements' and not i.p.get('using') and cols:
        i.p['elements'] = [make_tables.element(g, c) for c in g.some(cols, 1, 2)]
        i.p['include'] = None
    elif what == 'unique' and not i.p.get('using') and not t.p.get('partition') and not t.p.get('part_of') \
            and not g.m.heirs(t):
        i.p['unique'] = not i.p.get('unique')
        i.p['nnd'] = None
    else:
        return False
    i.p['inline'] = None
    return True


@edit('foreign key attributes')
def fk_attributes(g):
    f = pick_old(g, 'foreign_key')
    if f is None:
        return False
    what = g.rng.choice(['delete', 'update', 'defer', 'not_valid', 'match'])
    if what in ('delete', 'update'):
        f.p[what] = g.rng.choice([None] + ['on %s %s' % (what, a) for a in make_tables.ACTIONS])
    elif what == 'defer':
        f.p['defer'] = g.rng.choice([None, 'deferrable', 'deferrable initially deferred'])
    elif what == 'match':
        f.p['match'] = None if f.p.get('match') else 'match full'
    elif not g.m.get(f.parent).p.get('partition'):
        f.p['not_valid'] = None if f.p.get('not_valid') else 'not valid'
    return True


@edit('foreign key target')
def fk_target(g):
    f = pick_old(g, 'foreign_key')
    if f is None:
        return False
    types = [g.m.get(r.id).p['type'].text for r in f.p['cols']]
    found = [(t, cols, k) for t, cols, k in make_tables.targets(g) if t.id != f.p['target'].id
             and [c.p['type'].text for c in cols] == types
             and bool(t.p.get('unlogged')) <= bool(g.m.get(f.parent).p.get('unlogged'))]
    if not found:
        return False
    t, cols, key = g.rng.choice(found)
    f.p.update(target=Ref(t.id), target_cols=[Ref(c.id, 'n') for c in cols], to=Ref(key.id))
    return True
