"""The generator: random models by the weights of the kinds. A maker adds an object and what it needs, or gives None."""
import random

import values
from model import Model, Ref, Ty
from names import Namer

COMMENTS = ['a note', "it's noted", 'größer; -- than', 'two words', "back\\slash $$ and {braces}", '100%']
ROLES = ['app', 'support', 'shop_owner', '"Clerk"']
MAKERS = {}
WEIGHTS = {}


def maker(kind, weight):
    def note(fn):
        MAKERS[kind] = fn
        WEIGHTS[kind] = weight
        return fn
    return note


class Gen:
    """A random state and the means to go on with it: `m` the model, `rng`, `names`, `major` the server's version."""

    def __init__(self, seed, major=15, odd=None, skip=()):
        self.rng = random.Random(seed)
        self.m = Model()
        self.major = major
        self.names = Namer(self.rng, odd if odd is not None else self.rng.choice([0, 0, 0, 0.4]))
        self.m.bare = self.chance(0.3)
        self.m.shuffle = self.rng.randint(1, 999) if self.chance(0.3) else None
        self.focus = None    # ids that edits prefer (pairs of edits)
        self.before = None   # the state before the edits, once they begin
        self.skip = set(skip)  # kinds, values and edits that are left out

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, items):
        """One of the items, those in focus first; None of none."""
        items = list(items)
        if self.focus and items and hasattr(items[0], 'id'):
            near = [x for x in items if x.id in self.focus or x.parent in self.focus]
            items = near or items
        return self.rng.choice(items) if items else None

    def some(self, items, low, high):
        items = list(items)
        return self.rng.sample(items, min(len(items), self.rng.randint(low, high)))

    def schema(self):
        found = self.m.of('schema')
        return self.rng.choice(found).id if found and self.chance(0.45) else None

    def name(self, kind, schema=None, parent=None, **more):
        return self.names.fresh(self.m, kind, schema, parent, **more)

    def add(self, kind, schema=None, parent=None, **p):
        """A new object with a fresh name, and perhaps a comment, an owner, grants."""
        o = self.m.add(kind, self.name(kind, schema, parent), schema, parent,
                       **{k: v for k, v in p.items() if k not in self.skip})
        if self.chance(0.1):
            o.comment = self.rng.choice(COMMENTS)
        self.rights(o, 0.05)
        return o

    def rights(self, o, share):
        what = {'table': ['select', 'insert, update', 'all'], 'view': ['select'], 'materialized_view': ['select'],
                'sequence': ['usage', 'select, update'],
                'schema': ['usage', 'create'], 'function': ['execute'], 'procedure': ['execute'],
                'aggregate': ['execute'], 'enum': ['usage'], 'domain': ['usage'],
                'composite': ['usage'], 'range': ['usage'], 'foreign_table': ['select'],
                'server': ['usage']}.get(o.kind)
        if what and self.chance(share):
            role = self.rng.choice(ROLES + ['public'])
            o.grants = [g for g in o.grants if g[1] != role] + [(self.rng.choice(what), role, role != 'public'
                    and self.chance(0.2))]
        from printer import OWNED
        if (o.kind in OWNED or o.kind == 'table') and not o.p.get('part_of') and self.chance(share) \
                and o.kind not in ('server', 'schema'):
            o.owner = self.rng.choice(['shop_owner', 'app'])

    def make(self, kind):
        return MAKERS[kind](self)

    def need(self, kind, share=0.8):
        """An object of the kind: one there is, or a new one."""
        found = self.m.of(kind)
        if found and self.chance(share):
            return self.pick(found)
        return self.make(kind) or self.pick(found)

    # ---- types and columns ----

    def type(self, plain=False):
        """A column's type, perhaps one of the model's own."""
        roll = self.rng.random()
        if not plain and roll < 0.3:
            own = self.own_type()
            if own:
                return values.array(own) if self.chance(0.12) else own
        name = self.rng.choice(list(values.BASES)) if roll > 0.65 else self.rng.choice(values.COMMON)
        if name == 'citext':
            ext = [x for x in self.m.of('extension') if x.name == 'citext']
            if not ext or plain:
                return values.base('text')
            schema = ext[0].schema
            return Ty((Ref(schema, 'n') if schema else 'public', '.', Ref(ext[0].id, 'n')), 'text', 'citext')
        ty = values.base(name)
        return values.array(ty) if not plain and self.chance(0.1) and ty.fam not in ('xml', 'json', 'geo') else ty

    def own_type(self):
        o = self.pick(self.m.of('enum', 'enum', 'domain', 'composite', 'range', 'base_type'))
        return o and type_of(self.m, o)

    def columns_where(self, test, kinds=('table',)):
        found = []
        for t in self.m.of(*kinds):
            found += [(t, c) for c in self.m.all_cols(t) if test(c)]
        return found


def type_of(model, o):
    """The type that an enum, domain, composite, range or base type makes."""
    if o.kind == 'enum':
        return Ty((Ref(o.id),), 'enum', o.id)
    if o.kind == 'domain':
        inner = o.p['type']
        return Ty((Ref(o.id),), inner.fam, inner if inner.fam not in ('enum', 'array') else inner.of)
    if o.kind == 'range':
        return Ty((Ref(o.id),), 'urange', o.id)
    return Ty((Ref(o.id),), 'composite' if o.kind == 'composite' else 'base', o.id)


def generate(seed, size=8, weights=None, major=15, odd=None, skip=()):
    """A Gen with a random model of about `size` weighty objects."""
    import make_code    # noqa: F401 the makers register themselves
    import make_tables  # noqa: F401
    g = Gen(seed, major, odd, skip)
    known = dict(WEIGHTS)
    known.update(weights or {})
    known.update({k: 0 for k in skip if k in known})
    for _ in range(g.rng.choice([0, 0, 1, 2])):
        g.make('schema')
    kinds = list(known)
    for _ in range(g.rng.randint(0, 2)):
        g.make(g.rng.choice(['enum', 'domain', 'composite', 'sequence', 'collation']))
    g.make('table')
    for _ in range(size):
        g.make(g.rng.choices(kinds, [known[k] for k in kinds])[0])
    return g
