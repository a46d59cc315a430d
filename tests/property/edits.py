"""The mutator: kinds of edit, each with a name. An edit changes the state of a Gen, or says that it found nothing."""

import make_code
from model import CONSTRAINTS, refs_in
from make import MAKERS
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


for _kind in ('schema', 'table', 'partitioned', 'child', 'unique', 'check', 'index', 'exclude', 'foreign_key',
              'primary_key', 'enum', 'domain', 'composite', 'range',
              'base_type', 'sequence', 'view', 'materialized_view', 'view_index', 'function', 'procedure', 'aggregate',
              'trigger', 'event_trigger', 'rule',
              'policy', 'statistics', 'publication', 'collation', 'conversion', 'operator', 'operator_class',
              'operator_family', 'cast', 'transform',
              'text_search_parser', 'text_search_template', 'text_search_dictionary', 'text_search_configuration',
              'language', 'access_method',
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


for _kind in ('schema', 'table', 'column', 'primary_key', 'unique', 'check', 'index', 'exclude', 'foreign_key', 'enum',
              'domain', 'domain_check', 'composite', 'attribute',
              'range', 'base_type', 'sequence', 'view', 'view_column', 'materialized_view', 'view_index', 'function',
              'procedure', 'aggregate', 'trigger', 'event_trigger', 'rule',
              'policy', 'statistics', 'publication', 'collation', 'conversion', 'operator', 'operator_class',
              'operator_family', 'cast', 'transform',
              'text_search_parser', 'text_search_template', 'text_search_dictionary', 'text_search_configuration',
              'language', 'access_method',
              'foreign_data_wrapper', 'server', 'user_mapping', 'foreign_table', 'default_privileges', 'extension'):
    drop_edit(_kind)


def another_type(g, o):
    """Ranges and base types have no `was` and are not built again under columns: elsewhere, or otherwise defined, they are other
    types, to which no column can be cast."""
    return o.kind in ('range', 'base_type') and any(x.kind in ('column', 'attribute', 'view_column')
                                                    for x in g.m.users(o.id))


def rename_edit(kind):
    @edit('rename ' + kind)
    def rename(g):
        o = pick_old(g, kind, test=lambda x: x.name is not None and not another_type(g, x))
        if o is None:
            return False
        was = o.name
        o.name = g.name(kind, o.schema, o.parent, reuse=False)
        g.names.freed.append(was)
        return True


for _kind in ('schema', 'table', 'column', 'domain', 'enum', 'label', 'composite', 'attribute', 'sequence', 'index',
              'primary_key', 'unique', 'check', 'exclude', 'foreign_key',
              'view', 'view_column', 'materialized_view', 'view_index', 'function', 'range', 'trigger', 'policy',
              'rule', 'statistics', 'publication', 'collation',
              'domain_check', 'foreign_table', 'server', 'operator', 'aggregate', 'text_search_configuration'):
    rename_edit(_kind)


def move_edit(kind):
    @edit('move ' + kind)
    def move(g):
        o = pick_old(g, kind, test=lambda x: not another_type(g, x))
        if o is None:
            return False
        places = [x.id for x in g.m.of('schema')] + [None]
        places = [x for x in places if x != o.schema]
        if not places:
            places = [make_code.schema(g).id]
        to = g.rng.choice(places)
        taken = {x.name for x in g.m.objs.values() if x.schema == to}
        taken |= {x.name for x in g.m.objs.values() if x.parent and g.m.get(x.parent).schema == to
                  and x.kind not in ('column', 'label', 'attribute')}
        family = {o.name} | {x.name for x in g.m.children(o.id, *CONSTRAINTS, 'index', 'view_index')}
        if taken & family:
            return False
        o.schema = to
        for s in g.m.of('sequence'):  # it has to stay beside its column
            if s.id == o.id or any(r.id == o.id for r in refs_in(s.p.get('owned'))):
                s.p['owned'] = None
        return True


for _kind in ('table', 'view', 'materialized_view', 'enum', 'domain', 'composite', 'range', 'sequence', 'function',
              'procedure', 'aggregate', 'operator', 'operator_class',
              'collation', 'statistics', 'text_search_configuration', 'text_search_dictionary', 'foreign_table',
              'base_type'):
    move_edit(_kind)


def change_edit(kind):
    @edit('change ' + kind)
    def change(g):
        o = pick_old(g, kind, test=lambda x: not another_type(g, x))
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
    return o.kind not in ('label', 'member', 'domain_check', 'extension', 'cast', 'transform', 'user_mapping',
                          'default_privileges') and not o.p.get('inline') and o.name is not None


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
    o = g.pick([x for x in g.m.objs.values() if (x.kind in OWNED or x.kind == 'table') and not x.p.get('part_of')
                and x.kind not in ('schema', 'server')])
    if o is None:
        return False
    o.owner = g.rng.choice([x for x in ('shop_owner', 'app', 'postgres') if x != o.owner])
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
    """The name of one edit: something new, something with an object of a kind that is there, or one of the others."""
    roll = g.rng.random()
    if roll < 0.2:
        return g.rng.choice([x for x in EDITS if x.startswith('add ')])
    if roll < 0.5 and g.m.objs:
        kind = g.rng.choice(sorted({o.kind for o in g.m.objs.values()}))
        names = [x for x in (verb + ' ' + kind for verb in ('drop', 'rename', 'rename', 'move', 'change'))
                 if x in EDITS]
        if names:
            return g.rng.choice(names)
    return g.rng.choice([x for x in EDITS if not x.startswith(('add ', 'drop '))
                         or x in ('drop label', 'drop partition')])


def places(model, o):
    """What an object is called, by the names around it, and by what is around it, whatever it is called."""
    path = model.path(o)
    return path, (o.parent, o.schema) + path[2:]


def settle(g):
    """After the edits: what is new must not have the name of something that was there, or it would be taken for it."""
    before, m = g.before, g.m
    was = {}
    for o in before.objs.values():
        if o.name is not None:
            for place in places(before, o):
                was.setdefault(place, set()).add(o.id)
    for o in list(m.objs.values()):
        if o.name is None or o.kind in ('extension',):
            continue
        others = set().union(*(was.get(place, set()) for place in places(m, o))) - {o.id}
        # What was renamed away leaves its name to something new, not to something else that is renamed.
        if any(m.get(x) is None or before.get(o.id) for x in others):
            g.names.banned.add(o.name)
            o.name = g.name(o.kind, o.schema, o.parent, reuse=False)
    return g


