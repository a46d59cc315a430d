"""Column types and what can be said of a column of each: defaults, predicates, expressions, a sample row's value."""
from model import Ref, Ty

# name: (family, the value of sample rows, defaults). One value for all rows: keys and foreign keys always hold.
BASES = {
    'smallint': ('num', '1', ('0', '(1 + 1)', '-1')), 'int': ('num', '1', ('0', '(1 + 1)', '7')),
         'bigint': ('num', '1', ('0', '42')),
    'numeric': ('num', '1', ('0', '1.50', '(2 * 3)')), 'numeric(10,2)': ('num', '1', ('0', '1.5')),
         'real': ('num', '1', ('0', '1.5e3')),
    'double precision': ('num', '1', ('0', '-1.5e3', 'random()')),
    'text': ('text', "'1'", ("''", "'x'", "('a' || 'b')", "lower('AB')")), 'varchar': ('text', "'1'", ("'x'",)),
    'varchar(20)': ('text', "'1'", ("''", "'x'")), 'varchar(40)': ('text', "'1'", ("'it''s'",)),
         'char(5)': ('text', "'1'", ("'x'",)),
    'boolean': ('bool', 'true', ('true', 'false', '(not true)', "'t'")),
    'date': ('time', "'2020-01-01'", ('current_date', "'2001-01-01'")),
    'timestamp': ('time', "'2020-01-01'", ('localtimestamp', "'2001-01-01 10:00'")),
    'timestamp(3)': ('time', "'2020-01-01'", ('localtimestamp',)),
    'timestamptz': ('time', "'2020-01-01 00:00:00+00'", ('now()', 'current_timestamp')),
    'time': ('clock', "'10:00'", ("'0:00'", 'localtime')),
         'interval': ('interval', "'1 day'", ("interval '1 month'", "'1 hour'")),
    'uuid': ('uuid', "'00000000-0000-0000-0000-000000000001'", ('gen_random_uuid()',)),
    'jsonb': ('jsonb', "'{\"a\": 1}'", ("'{}'", "'[]'", "jsonb_build_object('a', 1)")),
         'json': ('json', "'{\"a\": 1}'", ("'{}'",)),
    'bytea': ('bytea', "'\\x01'", ("'\\xff'",)), 'inet': ('net', "'10.0.0.1'", ("'127.0.0.1'",)),
         'cidr': ('net', "'10.0.0.1/32'", ("'10.0.0.0/8'",)),
    'int4range': ('range', "'[1,2)'", ("'empty'", 'int4range(1, 5)')),
         'tstzrange': ('range', "'[2020-01-01 00:00+00,2020-01-02 00:00+00)'", ("'empty'",)),
    'daterange': ('range', "'[2020-01-01,2020-01-02)'", ("'empty'",)),
    'tsvector': ('ts', "'a'", ("to_tsvector('simple', 'a b')",)), 'point': ('geo', "'(1,2)'", ("'(0,0)'",)),
         'money': ('money', "'1'", ("'0'",)),
    'bit(8)': ('bit', "B'00000001'", ("B'00000000'",)), 'varbit(10)': ('bit', "B'00000001'", ("B'00'",)),
    'macaddr': ('mac', "'08:00:2b:01:02:03'", ("'08:00:2b:01:02:03'",)), 'oid': ('oid', '1', ('0',)),
         'xml': ('xml', "'<a/>'", ("'<a/>'",)),
    'citext': ('text', "'1'", ("'x'",)),
}
COMMON = ['int', 'bigint', 'text', 'varchar(20)', 'uuid', 'numeric(10,2)', 'timestamptz', 'boolean', 'jsonb', 'date']
NO_BTREE = ('json', 'geo', 'xml', 'composite', 'base')
SAME_FAMILY = {
    'num': ['smallint', 'int', 'bigint', 'numeric', 'numeric(10,2)', 'real', 'double precision'],
    'text': ['text', 'varchar', 'varchar(20)', 'varchar(40)', 'char(5)'],
    'time': ['date', 'timestamp', 'timestamp(3)', 'timestamptz'], 'net': ['inet', 'cidr'],
               'bit': ['varbit(10)', 'bit(8)'],
}
# Other families that the sample value can be converted to, there and back.
OTHER = {'num': ['text', 'varchar(20)'], 'text': ['int', 'bigint', 'numeric'], 'bool': ['text', 'int'],
         'time': ['text'], 'uuid': ['text'],
         'jsonb': ['text', 'json'], 'json': ['text', 'jsonb'], 'enum': ['text'], 'net': ['text'], 'clock': ['text'],
         'interval': ['text'],
         'range': ['text'], 'mac': ['text'], 'oid': ['bigint']}


def base(name):
    return Ty((name,), BASES[name][0], name)


def array(ty):
    return Ty(ty.text + ('[]',), 'array', ty)


def sample(model, ty, allowed=None):
    """The value of sample rows, as a text with Refs, or None. `allowed`: the labels that may be used."""
    if ty.fam == 'enum':
        labels = [x for x in model.children(ty.of, 'label') if allowed is None or x.id in allowed]
        return (Ref(labels[0].id, 'l'),) if labels else None
    if ty.fam == 'array':
        inner = sample(model, ty.of, allowed)
        return inner and ('array[', *inner, ']::', *ty.text)
    if ty.fam in ('composite', 'base', 'urange'):
        return ("'empty'",) if ty.fam == 'urange' else ("'x'",) if ty.fam == 'base' else None
    if isinstance(ty.of, Ty):  # a domain
        return sample(model, ty.of, allowed)
    return (BASES[ty.of][1],)


def under(ty):
    """The type below a domain."""
    while ty.fam not in ('array', 'enum', 'composite', 'base', 'urange') and isinstance(ty.of, Ty):
        ty = ty.of
    return ty


def default(rng, model, ty):
    if ty.fam == 'array':
        return ("'{}'",)
    if ty.fam == 'enum':
        label = rng.choice(model.children(ty.of, 'label'))
        return (Ref(label.id, 'l'),) if rng.random() < 0.6 else (Ref(label.id, 'l'), '::', Ref(ty.of))
    if ty.fam in ('composite', 'base'):
        return None
    if ty.fam == 'urange':
        return ("'empty'",)
    return (rng.choice(BASES[under(ty).of][2]),)


def btree(ty):
    ty = under(ty)
    return ty.fam not in NO_BTREE and not (ty.fam == 'array' and not btree(ty.of))


def mentioned(col):
    """The column in an expression that asks for its family; a domain over an enum has no operators of its own."""
    ty = col.p['type']
    if ty.fam == 'enum' and ty.text != (Ref(ty.of),):
        return Ref(col.id, 'e'), '::', Ref(ty.of)
    return (Ref(col.id, 'e'),)


def predicate(rng, model, col, mention=None):
    """A condition that holds for the sample value. `mention`: what stands for the column (`value`, in a domain's)."""
    c = mentioned(col) if mention is None else mention
    ty = col.p['type'] if mention is None else col
    ty = under(ty)
    options = [(*c, ' is not null or true'), ('(', *c, ' is null) is not null')]
    if ty.fam == 'num':
        options += [(*c, ' >= -5'), (*c, ' between -5 and 100000'), (*c, ' in (-1, 0, 1, 2, 3, 7, 42)'), (*c, ' <> 77')]
    elif ty.fam == 'text':
        options += [(*c, " <> 'zz'"), ('length(', *c, '::text) < 100'), (*c, " not in ('q', 'r')"),
                    (*c, "::text like '%'")]
    elif ty.fam == 'bool':
        options += [(*c, ' or not ', *c)]
    elif ty.fam == 'time':
        options += [(*c, " > '1990-01-01'")]
    elif ty.fam == 'jsonb':
        options += [('(', *c, " ->> 'x') is null")]
    elif ty.fam in ('range', 'urange'):
        options += [('not isempty(', *c, ') or true')]
    elif ty.fam == 'array':
        options += [('cardinality(', *c, ') < 10')]
    elif ty.fam == 'enum':
        one, two = (rng.choice(model.children(ty.of, 'label')) for _ in (1, 2))
        options += [(*c, ' in (', Ref(one.id, 'l'), ', ', Ref(two.id, 'l'), ') or true'),
                    (*c, ' is distinct from ', Ref(one.id, 'l'), ' or true'),
                    (*c, ' = ', Ref(one.id, 'l'), '::', Ref(ty.of), ' or ', *c, ' is not null')]
    return rng.choice(options)


def immutable(rng, model, col):
    """(type, expression) of something computed from the column, immutable; None where nothing is at hand."""
    c, ty = mentioned(col), under(col.p['type'])
    if ty.fam == 'num':
        return rng.choice([(base('numeric'), (*c, ' + 1')), (base('double precision'), (*c, ' * 2'))])
    if ty.fam == 'text':
        return base('text'), rng.choice([('upper(', *c, '::text)'), (*c, "::text || 'x'"),
                                         ('coalesce(', *c, "::text, '')")])
    if ty.fam == 'enum':
        label = rng.choice(model.children(ty.of, 'label'))
        return rng.choice([(base('boolean'), (*c, ' = ', Ref(label.id, 'l'))),
                           (base('int'), ('case ', *c, ' when ', Ref(label.id, 'l'), ' then 1 else 2 end'))])
    if ty.fam == 'bool':
        return base('boolean'), ('not ', *c)
    if ty.fam == 'jsonb':
        return base('text'), (*c, " ->> 'a'")
    if ty.fam == 'array':
        return base('int'), ('cardinality(', *c, ')')
    if ty.fam == 'uuid':
        return base('boolean'), (*c, " <> '00000000-0000-0000-0000-000000000009'")
    return None


def in_view(rng, model, col):
    """An expression of a view's column over this one, and its type."""
    c, ty = Ref(col.id, 'n'), col.p['type']
    if rng.random() < 0.6:
        return ty, (c,)
    computed = immutable(rng, model, col)
    if computed and rng.random() < 0.7:
        return computed
    return base('text'), (c, '::text')


def conversion(old, new):
    """(using, back) of a type change, with None where PostgreSQL casts by itself."""
    a, b = under(old), under(new)
    if a.fam == b.fam and a.fam in SAME_FAMILY:
        return None
    return True
