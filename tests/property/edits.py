"""The mutator: kinds of edit, each with a name. An edit changes the state of a Gen and says whether it found something to do."""

import make_code
import make_tables
import values
from model import CONSTRAINTS, Ref, refs_in
from make import MAKERS, type_of
from sqlkinds import STATEMENTS

EDITS = {}


def edit(name):
    def note(fn):
        assert name not in EDITS
        EDITS[name] = fn
        return fn
    return note


def old(g, *kinds):
    """Objects that were there before the edits, those in focus first."""
    return [o for o in g.m.of(*kinds) if g.before is None or g.before.get(o.id)]


def pick_old(g, *kinds, test=lambda o: True):
    return g.pick([o for o in old(g, *kinds) if test(o)])


# ---- the same for many kinds: add, drop, rename, move, change, comment ----

def add_edit(kind, label=None):
    @edit('add ' + (label or kind))
    def add(g):
        return MAKERS[kind](g) is not None


for _kind in ('schema', 'table', 'partitioned', 'child', 'unique', 'check', 'index', 'exclude', 'foreign_key', 'primary_key', 'enum', 'domain', 'composite', 'range',
              'base_type', 'sequence', 'view', 'materialized_view', 'view_index', 'function', 'procedure', 'aggregate', 'trigger', 'event_trigger', 'rule',
              'policy', 'statistics', 'publication', 'collation', 'conversion', 'operator', 'operator_class', 'operator_family', 'cast', 'transform',
              'text_search_parser', 'text_search_template', 'text_search_dictionary', 'text_search_configuration', 'language', 'access_method',
              'foreign_data_wrapper', 'server', 'user_mapping', 'foreign_table', 'default_privileges', 'extension'):
    add_edit(_kind)


def drop_edit(kind):
    @edit('drop ' + kind)
    def drop(g):
        o = pick_old(g, kind, test=lambda x: droppable(g, x))
        if o is None:
            return False
        if o.name and o.kind not in ('label',):
            g.freed_later.append((o.kind, o.name))
        g.m.drop(o.id)
        return True


def droppable(g, o):
    """Not what would leave nothing to test, and no key column of a partitioned table."""
    if o.kind == 'column':
        table = g.m.get(o.parent)
        if any(r.id == o.id for x in [table] + g.m.heirs(table) for r in x.p.get('key') or ()):
            return False
        return len(g.m.cols(o.parent)) > 1
    if o.kind == 'table' and o.p.get('part_of'):
        return True
    return True


for _kind in ('schema', 'table', 'column', 'primary_key', 'unique', 'check', 'index', 'exclude', 'foreign_key', 'enum', 'domain', 'domain_check', 'composite', 'attribute',
              'range', 'base_type', 'sequence', 'view', 'view_column', 'materialized_view', 'view_index', 'function', 'procedure', 'aggregate', 'trigger', 'event_trigger', 'rule',
              'policy', 'statistics', 'publication', 'collation', 'conversion', 'operator', 'operator_class', 'operator_family', 'cast', 'transform',
              'text_search_parser', 'text_search_template', 'text_search_dictionary', 'text_search_configuration', 'language', 'access_method',
              'foreign_data_wrapper', 'server', 'user_mapping', 'foreign_table', 'default_privileges', 'extension'):
    drop_edit(_kind)


def rename_edit(kind):
    @edit('rename ' + kind)
    def rename(g):
        o = pick_old(g, kind, test=lambda x: x.name is not None)
        if o is None:
            return False
        was = o.name
        o.name = g.name(kind, o.schema, o.parent, reuse=False)
        g.names.freed.append(was)
        return True


for _kind in ('schema', 'table', 'column', 'domain', 'enum', 'label', 'composite', 'attribute', 'sequence', 'index', 'primary_key', 'unique', 'check', 'exclude', 'foreign_key',
              'view', 'view_column', 'materialized_view', 'view_index', 'function', 'range', 'trigger', 'policy', 'rule', 'statistics', 'publication', 'collation',
              'domain_check', 'foreign_table', 'server', 'operator', 'aggregate', 'text_search_configuration'):
    rename_edit(_kind)


def move_edit(kind):
    @edit('move ' + kind)
    def move(g):
        o = pick_old(g, kind)
        if o is None:
            return False
        places = [x.id for x in g.m.of('schema')] + [None]
        places = [x for x in places if x != o.schema]
        if not places:
            places = [make_code.schema(g).id]
        to = g.rng.choice(places)
        taken = {x.name for x in g.m.objs.values() if x.schema == to}
        taken |= {x.name for x in g.m.objs.values() if x.parent and g.m.get(x.parent).schema == to and x.kind not in ('column', 'label', 'attribute')}
        family = {o.name} | {x.name for x in g.m.children(o.id, *CONSTRAINTS, 'index', 'view_index')}
        if taken & family:
            return False
        o.schema = to
        for s in g.m.of('sequence'):  # it has to stay beside its column
            if s.id == o.id or any(r.id == o.id for r in refs_in(s.p.get('owned'))):
                s.p['owned'] = None
        return True


for _kind in ('table', 'view', 'materialized_view', 'enum', 'domain', 'composite', 'range', 'sequence', 'function', 'procedure', 'aggregate', 'operator', 'operator_class',
              'collation', 'statistics', 'text_search_configuration', 'text_search_dictionary', 'foreign_table', 'base_type'):
    move_edit(_kind)


def change_edit(kind):
    @edit('change ' + kind)
    def change(g):
        o = pick_old(g, kind)
        if o is None:
            return False
        o.p['v'] += g.rng.randint(1, 3)
        return True


for _kind in STATEMENTS:
    change_edit(_kind)


@edit('comment')
def comment(g):
    o = g.pick([x for x in old(g, *set(x.kind for x in g.m.objs.values())) if commentable(x)])
    if o is None:
        return False
    o.comment = g.rng.choice(['another note', "it's", 'new -- one', '', '']) or None
    return True


def commentable(o):
    return o.kind not in ('label', 'member', 'domain_check', 'extension', 'cast', 'transform', 'user_mapping', 'default_privileges') and not o.p.get('inline') and o.name is not None


@edit('grant')
def grant(g):
    return make_code.grant(g) is not None


@edit('revoke')
def revoke(g):
    o = g.pick([x for x in g.m.objs.values() if x.grants])
    if o is None:
        return False
    o.grants.pop(g.rng.randrange(len(o.grants)))
    return True


@edit('owner')
def owner(g):
    from printer import OWNED
    o = g.pick([x for x in g.m.objs.values() if (x.kind in OWNED or x.kind == 'table') and not x.p.get('part_of') and x.kind not in ('schema', 'server')])
    if o is None:
        return False
    o.owner = g.rng.choice([x for x in ('shop_owner', 'app', 'postgres') if x != o.owner])
    return True


# ---- columns ----

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
    from model import OPTIONAL
    left = [k for k, v in o.p.items() if any(r.id == col and r.form in ('e', 'E') for r in refs_in(v))]
    for k in left:
        if k in OPTIONAL.get(o.kind, ()):
            o.p[k] = None
        else:
            g.m.drop(o.id)
            return


@edit('type within family')
def type_family(g):
    c = plain_column(g, lambda c: c.p['type'].text[0] in sum(values.SAME_FAMILY.values(), []) and len(c.p['type'].text) == 1 and not c.p.get('serial'))
    if c is None:
        return False
    fam = c.p['type'].fam
    cols = group_of(g, c)
    if any(x.p.get('serial') or x.p.get('identity') or x.p.get('generated') or len(x.p['type'].text) != 1 for x in cols):
        names = ['smallint', 'int', 'bigint']
    else:
        names = values.SAME_FAMILY[fam]
    if any(x.p.get('serial') or x.p.get('generated') for x in cols):
        return False
    name = g.rng.choice([n for n in names if n != c.p['type'].of] or names)
    defaults = {x.id: x.p.get('default') for x in cols}
    exact = any(any(' text_pattern_ops' in str(e) for e in o.p.get('elements', ())) or o.kind == 'index' for x in cols for o in g.m.users(x.id, ('e',)))
    exact = exact or any(o.kind == 'exclude' for x in cols for o in g.m.users(x.id, ('e',)))
    set_type(g, cols, values.base(name), exact)
    for x in cols:
        d = defaults[x.id]
        if d and not any(isinstance(y, Ref) for y in d) and name not in ('smallint',) and fam == 'num' and 'random' not in str(d) and '.' not in str(d):
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
    if any(x.p.get('serial') or x.p.get('identity') or x.p.get('generated') or x.p['type'].fam != c.p['type'].fam for x in cols):
        return False
    if any(x.p['type'].text != c.p['type'].text or any(isinstance(r, Ref) and g.m.get(r.id).kind == 'domain' for r in x.p['type'].text) for x in cols):
        return False
    name = g.rng.choice(values.OTHER[c.p['type'].fam])
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
        x.p['convert'] = (Ref(x.id, 'n'), '::text::', *to) if before.fam != 'bool' or target == 'text' else (Ref(x.id, 'n'), '::int')
        x.p['back'] = (Ref(x.id, 'n'), '::text::', *before.text) if before.fam != 'bool' else (Ref(x.id, 'n'), '::', *before.text)
    del source
    return True


def fill(g, cols):
    """Indexes and keys that the new type could not have (json has no order) go."""
    for c in cols:
        for o in g.m.users(c.id, ('n',)):
            if o.kind in ('index', 'unique', 'primary_key', 'statistics', 'exclude', 'view_index') and o.kind == 'index' and o.p.get('using') and g.m.get(o.id):
                g.m.drop(o.id)


@edit('not null')
def not_null(g):
    c = plain_column(g, lambda c: not c.p.get('identity') and not c.p.get('serial') and values.sample(g.m, c.p['type']) is not None)
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
    c = plain_column(g, lambda c: c.p['type'].of in ('smallint', 'int', 'bigint') and c.p['type'].fam == 'num' and len(c.p['type'].text) == 1 and not c.p.get('group'),
                     lambda t: not t.p.get('partition') and not t.p.get('inherits') and not g.m.heirs(t) and not t.p.get('part_of'))
    if c is None or group_of(g, c) != [c]:
        return False
    p = c.p
    roll = g.rng.random()
    serial = {'smallint': 'smallserial', 'int': 'serial', 'bigint': 'bigserial'}[p['type'].of]
    if p.get('identity') and roll < 0.4:
        p['identity'] = g.rng.choice([x for x in ('identity', 'identity always', 'identity (start with 7)', 'identity always (increment by 3)') if x != p['identity']])
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
        t = g.pick([t for t in g.m.of('table') if not t.p.get('part_of') and not t.p.get('partition') and not g.m.heirs(t)])
        sources = [x for x in g.m.cols(t.id) if not x.p.get('generated') and not x.p.get('identity') and not x.p.get('serial')] if t else []
        made = sources and values.immutable(g.rng, g.m, g.rng.choice(sources))
        if not made:
            return False
        c = make_tables.column(g, t, made[0])
        c.p.update(generated=made[1], default=None)
        return True
    if g.chance(0.3):
        c.p['generated'] = None
        return True
    sources = [x for x in g.m.cols(c.parent) if not x.p.get('generated') and not x.p.get('identity') and not x.p.get('serial')]
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
        c.p[what] = g.rng.choice([None, 'external', 'plain', 'main']) if what == 'storage' else g.rng.choice([None, 'pglz']) if g.major >= 14 else None
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


def mutate(g, names):
    """Applies named edits in turn; gives those that found something to do."""
    done = []
    if not hasattr(g, 'freed_later'):
        g.freed_later = []
    for name in names:
        if not skipped(g, name) and EDITS[name](g):
            done.append(name)
    return done


def skipped(g, name):
    return name in g.skip or name.split(' ', 1)[-1] in g.skip


def choose(g):
    """The name of one edit: something new, something with an object of a kind that is there, or any of those with a name of their own."""
    roll = g.rng.random()
    if roll < 0.2:
        return g.rng.choice([x for x in EDITS if x.startswith('add ')])
    if roll < 0.5 and g.m.objs:
        kind = g.rng.choice(sorted({o.kind for o in g.m.objs.values()}))
        names = [x for x in (verb + ' ' + kind for verb in ('drop', 'rename', 'rename', 'move', 'change')) if x in EDITS]
        if names:
            return g.rng.choice(names)
    return g.rng.choice([x for x in EDITS if not x.startswith(('add ', 'drop ')) or x in ('drop label', 'drop partition')])


def settle(g):
    """After the edits: what is new must not have the name of something else that was there, or it would be taken for it."""
    before, m = g.before, g.m
    was = {}
    for o in before.objs.values():
        if o.name is not None:
            was.setdefault(before.path(o), []).append(o.id)
    for o in list(m.objs.values()):
        if o.name is None or o.kind in ('extension',):
            continue
        others = [x for x in was.get(m.path(o), []) if x != o.id]
        for other in others:
            left = m.get(other)
            if left is None or before.get(o.id):
                g.names.banned.add(o.name)
                o.name = g.name(o.kind, o.schema, o.parent, reuse=False)
                break
    return g


