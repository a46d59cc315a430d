"""A row for every table where that is easy: the same values everywhere, so that keys hold before and after."""
import values
from printer import Printer


def barren(model, other):
    """Ids of the tables that get no row: no rule can know what the change asks of it. Nor those that refer to them."""
    found = set()
    for t in model.of('table'):
        if not easy(model, other, t) or not possible(model, other, t):
            root = model.root(t)
            found |= {t.id, root.id} | {x.id for x in model.heirs(t)} | {x.id for x in model.heirs(root)}
    known = None
    while known != len(found):
        known = len(found)
        for state in (model, other):
            for fk in state.of('foreign_key'):
                target = fk.p['target'].id
                if target in found or model.get(target) is None or other.get(target) is None:
                    found.add(fk.parent)
                    source = state.get(fk.parent)
                    found |= {x.id for x in state.heirs(source)} | {state.root(source).id}
    return found


def possible(model, other, t):
    """Whether every column that needs a value can have one."""
    labels = {o.id for o in model.of('label')} & {o.id for o in other.of('label')}
    return all(c.p['nullable'] or c.p.get('generated') or values.sample(model, c.p['type'], labels) is not None
               for c in model.cols(t.id))


def easy(model, other, t):
    if t.p.get('partition') or t.p.get('part_of') or t.p.get('inherits') or model.heirs(t):
        return False
    after = other.get(t.id)
    if after is None:
        return True
    if after.p.get('partition') or after.p.get('part_of') or after.p.get('inherits') or other.heirs(after):
        return False
    for one, two in ((model, other), (other, model)):
        for c in one.all_cols(one.get(t.id)):
            p = c.p
            made = p['nullable'] or p.get('identity') or p.get('serial') or p.get('generated')
            before = two.get(c.id)
            if before is None or before.parent != t.id:  # a new column: in the other direction, one that comes back
                users = one.users(c.id)
                keyed = any(o.kind in ('unique', 'primary_key', 'foreign_key', 'exclude', 'check') for o in users)
                target = any(r.id == c.id for o in users if o.kind == 'foreign_key' for r in o.p['target_cols'])
                if not made and not p.get('default') and not p.get('backfill'):
                    return False
                if target or keyed and (p.get('default') or not p['nullable']):  # it comes with another value than ours
                    return False
            elif before.p['nullable'] != p['nullable'] and not p['nullable'] and one.get(t.id) is after \
                    and values.sample(one, p['type']) is None:
                return False
    return True


def insert(model, other):
    """The SQL that inserts the rows."""
    printer, out = Printer(model), []
    labels = {o.id for o in model.of('label')} & {o.id for o in other.of('label')}
    none = barren(model, other)
    for t in model.of('table'):
        if t.id in none:
            continue
        names, row = [], []
        for c in model.cols(t.id):
            if c.p.get('generated'):
                continue
            value = values.sample(model, c.p['type'], labels)
            if value is None and not c.p['nullable']:
                break
            names.append(printer.text(printer_name(c)))
            row.append('NULL' if value is None else printer.text(value))
        else:
            if names:
                out.append('insert into %s (%s) overriding system value values (%s);' % (printer.qualified(t),
                        ', '.join(names), ', '.join(row)))
    return '\n'.join(["set session_replication_role = replica;"] + out) + '\n' if out else ''


def printer_name(c):
    from names import ident
    return ident(c.name)
