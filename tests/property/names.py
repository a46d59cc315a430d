"""Names: plain and odd ones, how they are quoted in a model, and which are still free."""
import re

PLAIN = ('alpha beta gamma delta items orders people parts nodes edges links marks notes price qty code state label '
         'amount parent_id owner_id ref_id seen_at body tag flag sku span color width depth story region team').split()
ODD = ['Order', 'user', 'select', 'table', 'index', 'check', 'default', 'was', 'group', 'a b', 'x"y', "it's", 'a.b',
       '--d', 'größe', '日本',
       'd$1', 'p' * 63, 'long_' + 'é' * 29, 'UPPER', 'end', 'null', 'primary', 'unique', 'use', 'has', 'as',
       'position',
       'values', 'type',
       'name', 'o' * 60, '/*x', 'a;b', '\\', '$x$', ' lead', '%s', 'enum', 'to', 'where', '{table}', 'partition',
       'grant', '?', '->', '@x']
LABELS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'draft', 'paid', 'sent', 'x y', "it's", 'Ü', 'A', 'null', 'a,b', '{z}',
          'lost', 'won', 'was', '"q"']
OPERATORS = ['===', '<+>', '@@@', '~~~~', '&&&', '<->>', '|=|', '#=#', '%%%', '!==']
QUOTED = set('''order user select table index check default was group end null primary unique use has as position values
    type name enum to where partition grant foreign exclude constraint trigger policy'''.split())


def ident(name):
    """A name as a model or SQL spells it."""
    if re.fullmatch(r'[a-z_][a-z0-9_]*', name) and name not in QUOTED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    if '\\' in text:
        return " E'" + text.replace('\\', '\\\\').replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"


def scope(model, kind, schema, parent):
    """The names that an object of the kind may not have."""
    if kind in ('column', 'label', 'attribute', 'view_column', 'domain_check', 'trigger', 'rule', 'policy', 'check',
                'foreign_key'):
        taken = {o.name for o in model.children(parent)}
        if kind in ('column', 'check', 'foreign_key', 'trigger'):  # no clash with anything above or below it
            table = model.get(parent)
            if table is not None and table.kind == 'table':
                family = [model.root(table)]
                family += model.heirs(family[0])
                taken |= {o.name for x in family for o in model.children(x.id)}
        return taken | {'tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'}
    if kind in ('schema', 'extension', 'language', 'access_method', 'foreign_data_wrapper', 'server', 'event_trigger',
                'publication'):
        return {o.name for o in model.of(kind)} | {'public', 'modelc', 'plpgsql', 'sql', 'c', 'internal'}
    # Relations, types, routines and the rest of one schema: one pool, so that nothing clashes by accident.
    if parent is not None:
        schema = model.get(parent).schema
    taken = {o.name for o in model.objs.values() if o.schema == schema}
    for o in model.objs.values():
        owner = model.get(o.parent) if o.parent else None
        if owner is not None and owner.schema == schema and o.kind not in ('column', 'label', 'attribute'):
            taken.add(o.name)
    return taken


class Namer:
    """Gives out names: `odd` is the share of odd ones; `freed` what objects gave up; `banned` what not to take."""

    def __init__(self, rng, odd):
        self.rng, self.odd, self.freed, self.banned = rng, odd, [], set()
        self.prefix = ''

    def fresh(self, model, kind, schema=None, parent=None, reuse=True):
        taken = scope(model, kind, schema, parent)
        pool = LABELS if kind == 'label' else OPERATORS if kind == 'operator' else None
        for _ in range(100):
            if pool:
                name = self.rng.choice(pool)
            elif reuse and self.freed and self.rng.random() < 0.3:
                name = self.rng.choice(self.freed)
            else:
                name = self.plain_or_odd(kind)
            if name not in taken and name not in self.banned:
                return name
        number = 1
        while True:
            name = '~' * number + '+' if kind == 'operator' else 'z%d' % number
            if name not in taken and name not in self.banned:
                return name
            number += 1

    def plain_or_odd(self, kind):
        if self.odd and self.rng.random() < self.odd:
            name = self.rng.choice(ODD)
        else:
            name = self.rng.choice(PLAIN)
        if self.rng.random() < 0.4 and len(name.encode()) < 50:
            name += str(self.rng.randint(1, 9))
        if kind == 'schema' and name.startswith('pg_'):
            name = 's' + name
        return name
