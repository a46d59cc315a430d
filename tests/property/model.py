"""The abstract schema that models are printed from: objects, and references between them by id.

A text that names something holds a Ref in place of the name, so that renaming an object is setting its name, and what
uses an object is found by walking the values. Two states of one schema (before and after the edits) share ids.
"""
import copy
from typing import NamedTuple


class Ref(NamedTuple):
    """A mention of an object. form: q qualified name, n bare name, e bare name in an expression that needs its type to
    be of the same family, l a label's literal, s the name as one, o qualified operator, io_in, io_out a base type's."""
    id: int
    form: str = 'q'


class Ty(NamedTuple):
    """A column's type: its text (with Refs), its family, and what that family is made of (enum id, base name, Ty)."""
    text: tuple
    fam: str
    of: object = None


# Values that an object can do without: when what they mention goes, they are emptied and the object stays.
OPTIONAL = {
    'table': ('with', 'replica', 'am', 'policy_state'),
    'column': ('default', 'collate', 'identity', 'backfill', 'convert', 'back', 'storage', 'compression', 'statistics',
               'col_options'),
    'attribute': ('collate',), 'domain': ('default', 'collate'),
    'index': ('where', 'include', 'with'), 'unique': ('include', 'with'), 'primary_key': ('include', 'with'),
            'exclude': ('where',),
    'view': ('where', 'with'), 'trigger': ('when', 'columns'), 'publication': ('where',), 'sequence': ('owned',),
    'function': ('set',), 'event_trigger': ('tags',), 'composite': (), 'view_column': ('default',),
}
RELATIONS = ('table', 'view', 'materialized_view', 'foreign_table', 'sequence', 'index', 'view_index', 'primary_key',
             'unique', 'exclude',
             'composite')
TYPES = ('enum', 'domain', 'composite', 'range', 'base_type', 'table', 'view', 'materialized_view', 'foreign_table',
         'sequence')
CONSTRAINTS = ('primary_key', 'unique', 'check', 'exclude', 'foreign_key')
ROUTINES = ('function', 'procedure', 'aggregate')
MEMBERS = ('column', 'label', 'attribute', 'view_column', 'domain_check', 'member') + CONSTRAINTS + (
    'index', 'view_index', 'trigger', 'rule', 'policy')
WAS = ('schema', 'table', 'column', 'domain', 'enum', 'label', 'composite', 'attribute', 'sequence',
       'index') + CONSTRAINTS
NO_SCHEMA = ('schema', 'extension', 'language', 'access_method', 'foreign_data_wrapper', 'server', 'user_mapping',
             'cast', 'transform',
             'event_trigger', 'publication', 'default_privileges') + MEMBERS


class Obj:
    """One object: kind, name (None: PostgreSQL gives one), ids of schema (None: public, or none) and parent, values."""

    def __init__(self, oid, kind, name, schema, parent, p):
        self.id, self.kind, self.name, self.schema, self.parent, self.p = oid, kind, name, schema, parent, p
        self.pos = float(oid)
        self.comment = self.owner = None
        self.grants = []  # (privileges, role, with grant option)

    def same_as(self, other):
        return self.__dict__ == other.__dict__

    def __repr__(self):
        return '%s#%d %s %r' % (self.kind, self.id, self.name, self.p)


def refs_in(value):
    """Every Ref somewhere in a value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from refs_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from refs_in(item)


class Model:
    """All objects of one state."""

    def __init__(self):
        self.objs = {}
        self.next = 1
        self.bare = False     # whether names in public are printed without their schema
        self.shuffle = None   # a seed: the declarations stand in another order

    def add(self, kind, name, schema=None, parent=None, **p):
        o = Obj(self.next, kind, name, schema, parent, p)
        self.objs[o.id] = o
        self.next += 1
        return o

    def get(self, oid):
        return self.objs.get(oid)

    def of(self, *kinds):
        return [o for o in self.objs.values() if o.kind in kinds]

    def children(self, oid, *kinds):
        found = [o for o in self.objs.values() if o.parent == oid and (not kinds or o.kind in kinds)]
        return sorted(found, key=lambda o: o.pos)

    def cols(self, oid):
        return self.children(oid, 'column')

    def clone(self):
        return copy.deepcopy(self)

    def needs(self, o):
        """The ids that an object mentions, with its parent and schema."""
        found = {r.id for r in refs_in(o.p)}
        for extra in (o.schema, o.parent):
            if extra is not None:
                found.add(extra)
        found.discard(o.id)
        return found

    def users(self, oid, forms=None):
        """The objects that mention this one (in one of the forms)."""
        return [o for o in self.objs.values() if o.id != oid and any(r.id == oid and (not forms or r.form in forms)
                for r in refs_in(o.p))]

    def all_cols(self, table):
        """The columns of a table with those of its parents, of inheritance and partitioning."""
        found = []
        for parent in self.parents(table):
            found += self.all_cols(parent)
        return found + self.cols(table.id)

    def parents(self, table):
        refs = list(table.p.get('inherits') or ())
        if table.p.get('part_of'):
            refs.append(table.p['part_of'])
        return [self.objs[r.id] for r in refs if r.id in self.objs]

    def heirs(self, table):
        """Tables below this one, all the way down."""
        found = []
        for o in self.of('table'):
            if any(x.id == table.id for x in self.parents(o)):
                found += [o] + self.heirs(o)
        return found

    def root(self, table):
        while True:
            up = self.parents(table)
            if not up:
                return table
            table = up[0]

    def drop(self, oid):
        """Takes an object out with all that can't be without it; optional values that mention it are emptied."""
        gone, todo = set(), [oid]
        while todo:
            now = todo.pop()
            if now in gone or now not in self.objs:
                continue
            gone.add(now)
            for o in list(self.objs.values()):
                if o.id in gone:
                    continue
                if o.parent == now or o.schema == now:
                    todo.append(o.id)
                    continue
                if any(r.id == now for r in refs_in(o.p)):
                    for key in OPTIONAL.get(o.kind, ()):
                        if any(r.id == now for r in refs_in(o.p.get(key))):
                            o.p[key] = None
                    if any(r.id == now for r in refs_in(o.p)):
                        todo.append(o.id)
        for x in gone:
            del self.objs[x]
        # What was said of the columns that are left may be nothing any more.
        for o in list(self.objs.values()):
            if o.id in self.objs and hollow(self, o):
                self.drop(o.id)
                gone.add(o.id)
        for o in self.of('view'):  # an updatable view has a column that is one of its table's
            if o.p.get('check_option') and not any(len(c.p['expr']) == 1 for c in self.children(o.id, 'view_column')):
                o.p['check_option'] = None
        return gone

    def keep_only(self, ids):
        """Takes everything else out; ids with all that they need."""
        wanted, todo = set(), list(ids)
        while todo:
            now = todo.pop()
            if now in wanted or now not in self.objs:
                continue
            wanted.add(now)
            todo += self.needs(self.objs[now])
            todo += required(self, self.objs[now])
        for oid in [x for x in self.objs if x not in wanted]:
            if oid in self.objs:
                self.drop(oid)

    def path(self, o):
        """What an object is called: for conflicts of old and new names."""
        spaces = ((RELATIONS, 'relation'), (TYPES, 'type'), (ROUTINES, 'routine'), (CONSTRAINTS, 'constraint'))
        space = next((name for kinds, name in spaces if o.kind in kinds), o.kind)
        parent = self.path(self.objs[o.parent]) if o.parent in self.objs else None
        schema = self.objs[o.schema].name if o.schema in self.objs else None
        return parent, schema, space, o.name


def hollow(model, o):
    """Whether an object has lost what makes it one: a view without columns, an enum without labels."""
    if o.kind in ('view', 'materialized_view'):
        return not model.children(o.id, 'view_column')
    if o.kind == 'enum':
        return not model.children(o.id, 'label')
    if o.kind == 'statistics':
        return len(o.p.get('cols', (1, 1))) < 2
    return False


def required(model, o):
    """What else has to be there for an object to be one."""
    if o.kind in ('view', 'materialized_view'):
        return [x.id for x in model.children(o.id, 'view_column')[:1]]
    if o.kind == 'enum':
        return [x.id for x in model.children(o.id, 'label')[:1]]
    return []
