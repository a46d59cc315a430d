"""Makers of everything that isn't a table: types, views, routines, triggers, and the rarer kinds."""
import values
from make import maker, type_of
from model import Ref


@maker('schema', 0.8)
def schema(g):
    return g.add('schema')


EXTENSIONS = ['citext', 'hstore', 'pg_trgm', 'btree_gist', 'pgcrypto', 'unaccent']


@maker('extension', 0.6)
def extension(g):
    names = [x for x in EXTENSIONS if x not in {o.name for o in g.m.of('extension')}]
    if not names:
        return None
    return g.m.add('extension', g.rng.choice(names), g.schema(), say=g.chance(0.5))


# ---- types ----

@maker('enum', 3)
def enum(g):
    o = g.add('enum', g.schema())
    for _ in range(g.rng.randint(2, 5)):
        g.m.add('label', g.name('label', None, o.id, reuse=False), None, o.id)
    return o


@maker('domain', 2)
def domain(g):
    enums = g.m.of('enum')
    ty = type_of(g.m, g.pick(enums)) if enums and g.chance(0.2) else g.type(plain=True)
    o = g.add('domain', g.schema(), type=ty)
    if g.chance(0.35):
        o.p['default'] = values.default(g.rng, g.m, ty)
    if g.chance(0.1):
        o.p['not_null'] = True
    if ty.fam == 'text' and g.chance(0.15):
        o.p['collate'] = '"C"'
    for _ in range(g.rng.choice([0, 1, 1, 2])):
        domain_check(g, o)
    return o


def domain_check(g, o):
    expr = values.predicate(g.rng, g.m, o.p['type'], ('value',))
    return g.m.add('domain_check', g.name('domain_check', None, o.id), None, o.id, expr=expr)


@maker('composite', 1.5)
def composite(g):
    o = g.add('composite', g.schema())
    for _ in range(g.rng.randint(1, 4)):
        attribute(g, o)
    return o


def attribute(g, o):
    ty = g.type()
    if any(r.id == o.id for r in ty.text if isinstance(r, Ref)) or ty.fam in ('composite',) \
            or (ty.fam == 'array' and ty.of.fam == 'composite'):
        ty = g.type(plain=True)
    a = g.add('attribute', None, o.id, type=ty)
    if ty.fam == 'text' and ty.text[0] == ty.of and g.chance(0.15):
        a.p['collate'] = '"C"'
    return a


@maker('range', 0.8)
def range_type(g):
    return g.add('range', g.schema(), v=g.rng.randint(0, 4))


@maker('base_type', 0.4)
def base_type(g):
    return g.add('base_type', g.schema(), v=g.rng.randint(0, 3))


@maker('collation', 0.6)
def collation(g):
    return g.add('collation', g.schema(), v=g.rng.randint(0, 2))


@maker('conversion', 0.3)
def conversion(g):
    return g.add('conversion', g.schema(), v=g.rng.randint(0, 1))


@maker('sequence', 1.5)
def sequence(g):
    return g.add('sequence', g.schema(), options=sequence_options(g))


def sequence_options(g):
    found = ['as ' + g.rng.choice(['int', 'bigint', 'smallint'])] if g.chance(0.3) else []
    for share, text in ((0.4, 'start %d' % g.rng.randint(1, 50)), (0.3, 'increment by %d' % g.rng.randint(1, 10)),
                        (0.2, 'cache %d' % g.rng.randint(2, 30)),
                        (0.2, 'maxvalue %d' % g.rng.randint(1000, 30000)), (0.1, 'cycle')):
        if g.chance(share):
            found.append(text)
    return found


# ---- views ----

def relations(g):
    return [t for t in g.m.of('table', 'view', 'materialized_view', 'foreign_table') if not t.p.get('no_data')
            and readable(g, t)]


def readable(g, t):
    """Its columns: those of a table with its parents', or the view's."""
    return g.m.all_cols(t) if t.kind == 'table' else [c for c in g.m.children(t.id, 'view_column') if c.p.get('type')]


def far_away(g, t):
    return t.kind == 'foreign_table' or t.kind == 'view' and far_away(g, g.m.get(t.p['from'][0].id))


@maker('view', 4)
def view(g, kind='view'):
    sources = relations(g)
    if kind == 'materialized_view':  # nothing can be read from a foreign table of a wrapper without a handler
        sources = [t for t in sources if not far_away(g, t)]
    source = g.pick(sources)
    if source is None:
        return None
    o = g.add(kind, g.schema(), **{'from': (Ref(source.id),)})
    cols = readable(g, source)
    for c in g.some(cols, 1, 4):
        view_column(g, o, c)
    if g.chance(0.3):
        o.p['where'] = values.predicate(g.rng, g.m, g.rng.choice(cols))
    if kind == 'view':
        if g.chance(0.2):
            o.p['with'] = g.rng.choice(['security_barrier', 'security_barrier = false'] + (['security_invoker']
                    if g.major >= 15 else []))
        elif g.chance(0.1) and source.kind == 'table':
            if any(len(c.p['expr']) == 1 for c in g.m.children(o.id, 'view_column')):
                o.p['check_option'] = g.rng.choice(['local', 'cascaded'])
    return o


def view_column(g, o, c):
    ty, expr = values.in_view(g.rng, g.m, c)
    name = c.name if g.chance(0.5) and c.name and c.name not in {x.name
            for x in g.m.children(o.id)} else g.name('view_column', None, o.id)
    x = g.m.add('view_column', name, None, o.id, expr=expr, type=ty)
    if g.chance(0.06):
        x.comment = 'of a view'
    return x


@maker('materialized_view', 2)
def materialized_view(g):
    o = view(g, 'materialized_view')
    if o is None:
        return None
    if g.chance(0.5):
        view_index(g, o)
    o.p['no_data'] = g.chance(0.3)
    return o


@maker('view_index', 0.6)
def any_view_index(g):
    return view_index(g, g.pick(g.m.of('materialized_view')))


def view_index(g, o):
    cols = [c for c in g.m.children(o.id, 'view_column') if values.btree(c.p['type'])] if o else []
    if not cols:
        return None
    return g.add('view_index', None, o.id, elements=[(Ref(c.id, 'n'),) for c in g.some(cols, 1, 2)],
                 unique=g.chance(0.2), fill=g.rng.choice([None, None, 80]))


# ---- routines ----

def more_options(g, o):
    p = o.p
    p['volatility'] = g.rng.choice(['', '', 'stable', 'volatile'])
    p['strict'], p['definer'], p['parallel'] = g.chance(0.15), g.chance(0.1), g.chance(0.1)
    p['cost'] = g.rng.choice([None, None, None, 50])
    p['set'] = g.rng.choice(['', '', '', "set timezone = 'UTC'", "set work_mem = '8MB' set statement_timeout = 1000"])
    return o


def args(g, low=0, high=2):
    found = []
    for n in range(g.rng.randint(low, high)):
        ty = g.type()
        found.append(('arg%d' % n, ty.text, values.default(g.rng, g.m, ty) if n and found and found[-1][2]
                      and g.chance(0.5) else None))
    return found


@maker('function', 4)
def function(g, style=None):
    tables = g.m.of('table')
    with_table = ['rows', 'plpgsql', 'setof', 'rowtype'] + (['atomic'] if g.major >= 14 else [])
    style = style or g.rng.choice(['plain', 'plain', 'argument', 'table', 'trigger'] + (with_table if tables else []))
    o = g.add('function', g.schema(), style=style, v=g.rng.randint(0, 3), args=[])
    p = o.p
    if style in ('plain', 'plpgsql'):
        p['returns'] = (g.rng.choice(['int', 'bigint', 'numeric']),)
    if style in ('plain', 'plpgsql', 'table', 'rows', 'setof'):
        p['args'] = args(g)
    if style == 'argument':
        p['args'] = [('', g.type().text, None)]
    if style in with_table:
        source = g.pick(tables)
        p['use'] = (Ref(source.id),)
        cols = g.m.all_cols(source)
        p['column'] = (Ref(g.rng.choice(cols).id, 'n'),) if cols else ('1',)
    if style not in ('trigger',):
        more_options(g, o)
        p['definer'] = p['definer'] and style != 'setof'
    else:
        o.grants = []
    if style == 'atomic' and p['set'] and "'" in p['set']:
        p['set'] = ''
    if g.chance(0.12) and style in ('plain', 'argument'):  # an overload
        twins = [x for x in g.m.of('function') if x is not o and x.p['style'] in ('plain', 'argument')
                 and [a[1] for a in x.p['args']] != [a[1] for a in p['args']]]
        if twins:
            twin = g.rng.choice(twins)
            if not any(x.schema == twin.schema and x.name == twin.name and x is not twin for x in g.m.of('function')):
                o.name, o.schema, p['args'] = twin.name, twin.schema, [('a', ('int',), None), ('b', ('text',), None),
                        ('c', ('uuid',), None)]
    return o


def helper(g, style, **p):
    """A function that an operator, a cast, a trigger is made of."""
    a = {'compare': [('a', ('int',), None), ('b', ('int',), None)],
         'same': [('a', ('int',), None), ('b', ('int',), None)],
         'step': [('a', ('int',), None), ('b', ('int',), None)]}.get(style, [])
    o = g.m.add('function', g.name('function', None), None, style=style, v=0, args=p.pop('args', a), **p)
    return o


@maker('procedure', 1)
def procedure(g):
    tables = g.m.of('table')
    style = g.rng.choice((['sql'] + (['atomic'] if g.major >= 14 else []) if tables else []) + ['plpgsql'])
    o = g.add('procedure', g.schema(), style=style, v=g.rng.randint(0, 3), args=args(g, 0, 2), definer=False)
    if style in ('sql', 'atomic'):
        o.p['use'] = (Ref(g.pick(tables).id),)
    return o


@maker('aggregate', 0.8)
def aggregate(g):
    step = Ref(helper(g, 'step').id) if g.chance(0.5) else None
    return g.add('aggregate', g.schema(), args=[('', ('int',), None)], v=g.rng.randint(0, 3), step=step)


# ---- what stands on tables ----

def trigger_function(g):
    found = [f for f in g.m.of('function') if f.p['style'] == 'trigger']
    return g.pick(found) if found and g.chance(0.8) else helper(g, 'trigger')


@maker('trigger', 2)
def trigger(g):
    t = g.pick([t for t in g.m.of('table') if not t.p.get('part_of')])
    if t is None:
        return None
    return trigger_on(g, t)


def trigger_on(g, t):
    rows = g.chance(0.7)
    o = g.add('trigger', None, t.id, timing=g.rng.choice(['after', 'before', 'after']), each='row' if rows
              else 'statement',
              events=g.rng.choice(['insert', 'delete', 'insert or delete', 'update', 'insert or update']),
              function=Ref(trigger_function(g).id))
    p = o.p
    cols = g.m.all_cols(t)
    if p['events'].endswith('update') and g.chance(0.4) and cols:
        p['columns'] = [Ref(g.rng.choice(cols).id, 'n')]
    if rows and g.chance(0.3):
        p['when'] = ('pg_trigger_depth() = 0',)
    if g.chance(0.2):
        p['args'] = "'one', 'it''s'"
    p['as_sql'] = g.chance(0.4)
    if g.chance(0.1):
        p['state'] = g.rng.choice(['disable', 'enable always', 'enable replica'])
    return o


@maker('policy', 1.5)
def policy(g):
    t = g.pick([t for t in g.m.of('table')])
    cols = t and g.m.all_cols(t)
    if not cols:
        return None
    if not t.p.get('rls') and g.chance(0.7):
        t.p['rls'] = g.rng.choice(['rls', 'rls force'])
    command = g.rng.choice(['all', 'select', 'insert', 'update', 'delete'])
    o = g.add('policy', None, t.id, command=command, roles=g.rng.choice(['public', 'app', 'app, support']),
              restrictive=g.chance(0.2), as_sql=g.chance(0.4))
    if command != 'insert':
        o.p['using'] = values.predicate(g.rng, g.m, g.rng.choice(cols))
    if command not in ('select', 'delete') and (command == 'insert' or g.chance(0.5)):
        o.p['check'] = values.predicate(g.rng, g.m, g.rng.choice(cols))
    return o


@maker('rule', 0.8)
def rule(g):
    t = g.pick([t for t in g.m.of('table', 'view') if not t.p.get('part_of')])
    if t is None:
        return None
    others = [x for x in g.m.of('table') if x is not t]
    action = ('do also notify x%d' % g.rng.randint(1, 3),)
    if others and g.chance(0.5):
        action = ('do instead delete from ', Ref(g.rng.choice(others).id), ' where false')
    elif g.chance(0.3):
        action = ('do instead nothing',)
    event = g.rng.choice(['update', 'delete'])
    return g.add('rule', None, t.id, event=event, action=action)


@maker('statistics', 1)
def statistics(g):
    found = [t for t in g.m.of('table') if len([c for c in g.m.all_cols(t) if values.btree(c.p['type'])]) >= 2]
    t = g.pick(found)
    if t is None:
        return None
    cols = g.some([c for c in g.m.all_cols(t) if values.btree(c.p['type'])], 2, 3)
    return g.add('statistics', t.schema, table=Ref(t.id), cols=[Ref(c.id, 'n') for c in cols], v=g.rng.randint(0, 2),
                 target=g.rng.choice([None, None, 33]))


@maker('publication', 1)
def publication(g):
    tables = [t for t in g.m.of('table') if not t.p.get('unlogged')]
    o = g.add('publication', v=g.rng.randint(0, 2))
    roll = g.rng.random()
    if tables and roll < 0.6:
        o.p['tables'] = [Ref(t.id) for t in g.some(tables, 1, 2)]
        if any(x.id in [h.id for h in g.m.heirs(g.m.get(o.p['tables'][0].id))]
               for x in [g.m.get(r.id) for r in o.p['tables'][1:]]):
            o.p['tables'] = o.p['tables'][:1]
    elif roll < 0.75 and g.m.of('schema') and g.major >= 15:
        o.p['in_schema'] = Ref(g.pick(g.m.of('schema')).id)
    elif roll < 0.85:
        o.p['all'] = True
    return o


# ---- operators and the like ----

@maker('operator', 0.7)
def operator(g):
    f = Ref(helper(g, 'same').id) if g.chance(0.5) else None
    return g.add('operator', g.schema(), function=f, v=g.rng.randint(0, 2))


@maker('operator_family', 0.4)
def operator_family(g):
    return g.add('operator_family', g.schema(), v=g.rng.randint(0, 2))


@maker('operator_class', 0.6)
def operator_class(g):
    return g.add('operator_class', g.schema(), function=Ref(helper(g, 'compare').id), v=g.rng.randint(0, 2))


@maker('cast', 0.7)
def cast(g):
    source = g.pick(g.m.of('enum', 'composite', 'range')) or enum(g)
    taken = {tuple(c.p['source']) + tuple(c.p['target']) for c in g.m.of('cast')}
    target = g.rng.choice(['int', 'bigint', 'uuid'])
    if ((Ref(source.id), target)) in taken:
        return None
    f = helper(g, 'convert', args=[('a', (Ref(source.id),), None)], returns=(target,)) if g.chance(0.5) else None
    return g.m.add('cast', None, None, None, source=(Ref(source.id),), target=(target,),
                   function=(Ref(f.id), '(', Ref(source.id), ')') if f else None, v=g.rng.randint(0, 2))


@maker('transform', 0.3)
def transform(g):
    source = g.pick(g.m.of('enum')) or enum(g)
    if any(tuple(x.p['type']) == (Ref(source.id),) for x in g.m.of('transform')):
        return None
    a = helper(g, 'internal', args=[('', ('internal',), None)], returns=('internal',), symbol='prsd_lextype')
    b = helper(g, 'internal', args=[('', ('internal',), None)], returns=(Ref(source.id),), symbol='prsd_lextype')
    return g.m.add('transform', None, None, None, type=(Ref(source.id),), v=g.rng.randint(0, 2),
                   **{'from': Ref(a.id), 'to': Ref(b.id)})


# ---- text search ----

@maker('text_search_parser', 0.3)
def text_search_parser(g):
    return g.add('text_search_parser', g.schema(), v=g.rng.randint(0, 1))


@maker('text_search_template', 0.3)
def text_search_template(g):
    return g.add('text_search_template', g.schema(), v=g.rng.randint(0, 1))


@maker('text_search_dictionary', 0.5)
def text_search_dictionary(g):
    t = g.pick(g.m.of('text_search_template')) if g.chance(0.6) else None
    return g.add('text_search_dictionary', g.schema(), v=g.rng.randint(0, 2), template=Ref(t.id) if t else None)


@maker('text_search_configuration', 0.6)
def text_search_configuration(g):
    p, d = g.pick(g.m.of('text_search_parser')), g.pick(g.m.of('text_search_dictionary'))
    return g.add('text_search_configuration', g.schema(), v=g.rng.randint(0, 2), parser=Ref(p.id) if p and g.chance(0.6)
                 else None,
                 dictionary=Ref(d.id) if d and g.chance(0.6) else None)


# ---- the database's own ----

@maker('language', 0.3)
def language(g):
    return g.add('language', v=g.rng.randint(0, 3))


@maker('access_method', 0.3)
def access_method(g):
    return g.add('access_method', v=g.rng.randint(0, 1), table=g.chance(0.5))


@maker('foreign_data_wrapper', 0.4)
def foreign_data_wrapper(g):
    return g.add('foreign_data_wrapper', v=g.rng.randint(0, 2))


@maker('server', 0.5)
def server(g):
    return g.add('server', wrapper=Ref(g.need('foreign_data_wrapper').id), v=g.rng.randint(0, 3))


@maker('user_mapping', 0.4)
def user_mapping(g):
    s = g.need('server')
    taken = [m.p['role'] for m in g.m.of('user_mapping') if m.p['server'].id == s.id]
    free = [r for r in ['public', 'app', 'support'] if r not in taken]
    return g.m.add('user_mapping', None, None, None, server=Ref(s.id), role=g.rng.choice(free),
                   v=g.rng.randint(0, 2)) if free else None


@maker('foreign_table', 0.7)
def foreign_table(g):
    o = g.add('foreign_table', g.schema(), server=Ref(g.need('server').id), v=g.rng.randint(0, 2))
    for _ in range(g.rng.randint(1, 3)):
        ty = g.type()
        g.m.add('view_column', g.name('view_column', None, o.id), None, o.id, expr=ty.text, type=ty)
    return o


@maker('event_trigger', 0.4)
def event_trigger(g):
    found = [f for f in g.m.of('function') if f.p['style'] == 'event']
    f = g.pick(found) or helper(g, 'event')
    return g.add('event_trigger', function=Ref(f.id), v=g.rng.randint(0, 5),
                 state=g.rng.choice([None, None, 'disable']))


@maker('default_privileges', 0.5)
def default_privileges(g):
    schema_ref = Ref(g.pick(g.m.of('schema')).id) if g.m.of('schema') and g.chance(0.5) else None
    role, on = g.rng.choice(['shop_owner', 'support']), g.rng.choice(['tables', 'sequences', 'functions', 'types'])
    for o in g.m.of('default_privileges'):
        if (o.p['role'], o.p['on'], o.p['in_schema']) == (role, on, schema_ref):
            return None
    return g.m.add('default_privileges', None, None, None, role=role, on=on, in_schema=schema_ref, to='app',
                   v=g.rng.randint(0, 3))


@maker('grant', 1.5)
def grant(g):
    o = g.pick(g.m.of('table', 'view', 'materialized_view', 'sequence', 'schema', 'function', 'procedure', 'enum',
                      'domain', 'composite', 'range',
                      'foreign_table', 'server'))
    if o:
        g.rights(o, 1.0) if g.chance(0.7) else g.rights(o, 0.5)
    return o


