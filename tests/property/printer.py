"""Prints a state as a .model file. With the state before, what has another name now says `was`."""
import random

from model import CONSTRAINTS, Ref, WAS
from names import ident, literal
from sqlkinds import STATEMENTS, signature, spread

OWNED = {'view': 'view', 'materialized_view': 'materialized view', 'function': 'function', 'procedure': 'procedure',
         'aggregate': 'aggregate',
         'enum': 'type', 'domain': 'domain', 'composite': 'type', 'range': 'type', 'sequence': 'sequence',
         'schema': 'schema', 'collation': 'collation',
         'foreign_table': 'foreign table', 'server': 'server', 'statistics': 'statistics',
         'text_search_dictionary': 'text search dictionary',
         'conversion': 'conversion', 'text_search_configuration': 'text search configuration'}
GRANTED = {'view': 'table', 'materialized_view': 'table', 'function': 'function', 'procedure': 'procedure',
           'aggregate': 'function', 'enum': 'type',
           'domain': 'domain', 'composite': 'type', 'range': 'type', 'sequence': 'sequence', 'schema': 'schema',
           'foreign_table': 'table', 'server': 'foreign server'}


class Printer:
    def __init__(self, model, before=None):
        self.m, self.before, self.out = model, before, []

    # ---- names ----

    def qualified(self, o):
        schema = self.m.get(o.schema) if o.schema else None
        if schema is None:
            return ident(o.name) if self.m.bare else 'public.' + ident(o.name)
        return ident(schema.name) + '.' + ident(o.name)

    def mention(self, ref):
        o = self.m.objs[ref.id]
        if ref.form in ('n', 'e'):
            return ident(o.name)
        if ref.form == 'l':
            return literal(o.name)
        if ref.form == 's':
            return literal(self.qualified(o))
        if ref.form == 'o':
            schema = self.m.get(o.schema) if o.schema else None
            return ('public' if schema is None else ident(schema.name)) + '.' + o.name
        if ref.form == 'sig':
            return self.text(signature(o))
        if ref.form in ('io_in', 'io_out'):
            schema = self.m.get(o.schema) if o.schema else None
            return ('public' if schema is None else ident(schema.name)) + '.io_%s_%d' % (ref.form[3:], o.id)
        return self.qualified(o)

    def text(self, parts):
        if isinstance(parts, str):
            return parts
        if isinstance(parts, Ref):
            return self.mention(parts)
        return ''.join(self.text(x) for x in parts)

    def was(self, o):
        """` was OLD` where the object had another name or schema before."""
        old = self.before.get(o.id) if self.before else None
        if old is None or o.kind not in WAS or old.name is None or o.name is None:
            return ''
        if o.kind in ('label',):
            return ' was ' + literal(old.name) if old.name != o.name else ''
        if o.name == old.name and o.schema == old.schema:
            return ''
        if o.kind in ('schema', 'column', 'attribute', 'index') + CONSTRAINTS:
            return ' was ' + ident(old.name)
        return ' was ' + Printer(self.before).qualified(old)

    def doc(self, o, indent=''):
        if o.comment:
            self.out.append('%s--- %s' % (indent, o.comment))

    # ---- the file ----

    def show(self):
        m = self.m
        for o in m.of('extension'):
            schema = m.get(o.schema) if o.schema else None
            self.out.append('extension %s%s' % (ident(o.name), ' schema ' + (ident(schema.name) if schema else 'public')
                                                if o.p.get('say') or schema else ''))
        for o in m.of('schema'):
            self.doc(o)
            self.out.append('schema %s%s' % (ident(o.name), self.was(o)))
            self.rights(o)
        self.out.append('schema public')
        tops = [o for o in m.objs.values() if self.is_top(o)]
        if m.shuffle is not None:
            random.Random(m.shuffle).shuffle(tops)
        for o in tops:
            getattr(self, o.kind, self.statement)(o)
        return '\n'.join(self.out) + '\n'

    def is_top(self, o):
        if o.kind in ('extension', 'schema'):
            return False
        if o.kind == 'table':
            return not o.p.get('part_of')
        return o.parent is None

    def rights(self, o):
        if o.owner and o.kind in OWNED and o.kind != 'table':
            self.out.append('alter %s %s owner to %s;' % (OWNED[o.kind], self.handle(o), o.owner))
        for privileges, role, option in o.grants:
            if o.kind in GRANTED:
                self.out.append('grant %s on %s %s to %s%s;' % (privileges, GRANTED[o.kind], self.handle(o), role,
                                                                ' with grant option' if option else ''))

    def handle(self, o):
        if o.kind in ('function', 'procedure', 'aggregate'):
            return self.text(signature(o))
        return ident(o.name) if o.kind in ('schema', 'server') else self.qualified(o)

    # ---- kinds with words of their own ----

    def enum(self, o):
        self.doc(o)
        labels = [literal(x.name) + self.was(x) for x in self.m.children(o.id, 'label')]
        self.out.append('enum %s%s { %s }' % (self.qualified(o), self.was(o), ', '.join(labels)))
        self.rights(o)

    def domain(self, o):
        self.doc(o)
        p = o.p
        line = 'domain %s %s' % (self.qualified(o), self.text(p['type'].text))
        if p.get('collate'):
            line += ' collate ' + self.text(p['collate'])
        if p.get('default'):
            line += ' default ' + self.text(p['default'])
        if p.get('not_null'):
            line += ' not null'
        for check in self.m.children(o.id, 'domain_check'):
            line += ' check %s(%s)' % (ident(check.name) + ' ' if check.name else '', self.text(check.p['expr']))
        self.out.append(line + self.was(o))
        self.rights(o)

    def composite(self, o):
        self.doc(o)
        self.out.append('composite %s%s {' % (self.qualified(o), self.was(o)))
        for a in self.m.children(o.id, 'attribute'):
            self.doc(a, '  ')
            collate = ' collate ' + self.text(a.p['collate']) if a.p.get('collate') else ''
            self.out.append('  %s %s%s%s' % (ident(a.name), self.text(a.p['type'].text), collate, self.was(a)))
        self.out.append('}')
        self.rights(o)

    def sequence(self, o):
        self.doc(o)
        opts = ' '.join(o.p['options'])
        owned = ' owned by %s' % self.text(o.p['owned']) if o.p.get('owned') else ''
        self.out.append('sequence %s%s%s' % (self.qualified(o), ' (%s%s)' % (opts, owned) if opts or owned else '',
                                             self.was(o)))
        self.rights(o)

    def statement(self, o):
        self.doc(o)
        self.out.append(self.text(STATEMENTS[o.kind](o)) + ';')
        self.rights(o)

    def view(self, o):
        self.doc(o)
        p, material = o.p, o.kind == 'materialized_view'
        cols = [self.text(c.p['expr']) + (' as ' + ident(c.name)) for c in self.m.children(o.id, 'view_column')]
        words = 'materialized view' if material else 'recursive view' if p.get('recursive') else 'view'
        text = 'create %s %s%s as\n  select %s\n  from %s' % (words, self.qualified(o), ' with (%s)' % p['with']
                                                              if p.get('with') else '', ', '.join(cols),
                                                              self.text(p['from']))
        if p.get('where'):
            text += '\n  where ' + self.text(p['where'])
        text += p.get('tail') or ''
        if p.get('check_option') and not material:
            text += ' with %s check option' % p['check_option']
        self.out.append(text + (' with no data' if material and p.get('no_data') else '') + ';')
        for c in self.m.children(o.id, 'view_column'):
            if c.comment:
                self.out.append('comment on column %s.%s is %s;' % (self.qualified(o), ident(c.name),
                        literal(c.comment)))
            if c.p.get('default') and not material:
                self.out.append('alter view %s alter column %s set default %s;' % (self.qualified(o), ident(c.name),
                        self.text(c.p['default'])))
        self.rights(o)
        for child in self.m.children(o.id, 'view_index'):
            self.view_index(o, child)
        self.statements_of(o)

    materialized_view = view

    def view_index(self, view, o):
        self.doc(o)
        self.out.append('create %sindex %s on %s (%s)%s;' % ('unique ' if o.p.get('unique') else '', ident(o.name),
                                                             self.qualified(view),
                        self.text(spread(o.p['elements'])), ' with (fillfactor = %d)' % o.p['fill'] if o.p.get('fill')
                                                             else ''))

    def foreign_table(self, o):
        self.doc(o)
        cols = ', '.join('%s %s' % (ident(c.name), self.text(c.p['expr']))
                         for c in self.m.children(o.id, 'view_column'))
        self.out.append("create foreign table %s (%s) server %s%s;" % (self.qualified(o), cols,
                self.text(Ref(o.p['server'].id, 'n')), ('', " options (a 'b')", " options (a 'c')")[o.p['v'] % 3]))
        for c in self.m.children(o.id, 'view_column'):
            if c.comment:
                self.out.append('comment on column %s.%s is %s;' % (self.qualified(o), ident(c.name),
                        literal(c.comment)))
        self.rights(o)
        self.statements_of(o)

    # ---- tables ----

    def table(self, o):
        self.doc(o)
        p = o.p
        head = 'table ' + self.qualified(o) + self.was(o)
        if p.get('partition'):
            head += ' partition by %s (%s)' % (p['partition'][0], self.text(p['partition'][1]))
        if p.get('inherits'):
            head += ' inherits (%s)' % self.text(spread([(r,) for r in p['inherits']]))
        self.out.append(head + self.table_options(o) + ' {')
        self.block(o, '  ')
        self.out.append('}')
        self.after(o)

    def table_options(self, o):
        p, text = o.p, ''
        if p.get('unlogged'):
            text += ' unlogged'
        if p.get('with'):
            text += ' with (%s)' % ', '.join(p['with'])
        if p.get('am'):
            text += ' using ' + self.text(Ref(p['am'].id, 'n'))
        if o.owner:
            text += ' owner ' + o.owner
        if p.get('rls'):
            text += ' ' + p['rls']
        return text

    def block(self, o, indent):
        for c in self.m.cols(o.id):
            self.column(o, c, indent)
        for item in self.m.children(o.id, *CONSTRAINTS, 'index', 'policy', 'trigger'):
            if item.p.get('inline') or item.p.get('as_sql'):
                continue
            self.doc(item, indent)
            self.out.append(indent + getattr(self, "item_" + item.kind)(item) + ("" if item.p.get("where")
                    and item.kind in ("index", "exclude") else self.was(item)))
        for privileges, role, option in o.grants:
            self.out.append('%sgrant %s to %s%s' % (indent, privileges, role, ' with grant option' if option else ''))
        for part in self.m.of('table'):
            if part.p.get('part_of') and part.p['part_of'].id == o.id:
                self.partition(part, indent)

    def partition(self, o, indent):
        self.doc(o, indent)
        p = o.p
        name = self.qualified(o)
        if o.schema is None and self.m.bare and self.m.get(p['part_of'].id).schema is not None:
            name = 'public.' + name  # else it would be in its parent's schema
        line = '%spartition %s %s%s' % (indent, name, self.text(p['bound']), self.was(o))
        if p.get('partition'):
            line += ' partition by %s (%s)' % (p['partition'][0], self.text(p['partition'][1]))
        line += self.table_options(o)
        mark = len(self.out)
        self.block(o, indent + '  ')
        if len(self.out) > mark:
            self.out.insert(mark, line + ' {')
            self.out.append(indent + '}')
        else:
            self.out.append(line)

    def after(self, o):
        """What is said of a table in statements: of its partitions too."""
        for c in self.m.cols(o.id):
            if c.p.get('col_options'):
                self.out.append('alter table %s alter column %s set (%s);' % (self.qualified(o), ident(c.name),
                        c.p['col_options']))
        if o.p.get('replica'):
            self.out.append('alter table %s replica identity %s;' % (self.qualified(o), self.text(o.p['replica'])))
        self.statements_of(o)
        for part in self.m.of('table'):
            if part.p.get('part_of') and part.p['part_of'].id == o.id:
                self.after(part)

    def statements_of(self, o):
        for item in self.m.children(o.id, 'trigger', 'policy', 'rule'):
            if item.kind == 'rule':
                self.doc(item)
                self.out.append('create rule %s as on %s to %s %s;' % (ident(item.name), item.p['event'],
                        self.qualified(o), self.text(item.p['action'])))
            elif item.p.get('as_sql'):
                self.doc(item)
                head = getattr(self, 'item_' + item.kind)(item)
                self.out.append('create ' + head.replace('\1', ' on ' + self.qualified(o)) + ';')
            if item.p.get('state'):
                self.out.append('alter table %s %s %s %s;' % (self.qualified(o), item.p['state'], item.kind,
                                                              ident(item.name)))

    def column(self, table, c, indent):
        self.doc(c, indent)
        p = c.p
        line = '%s%s %s%s' % (indent, ident(c.name), self.text(p['type'].text), '?' if p.get('nullable') else '')
        for word in ('collate', 'storage', 'compression', 'statistics'):
            if p.get(word):
                line += ' %s %s' % (word, self.text(p[word]) if not isinstance(p[word], int) else p[word])
        if p.get('identity'):
            line += ' ' + p['identity']
        if p.get('generated'):
            line += ' generated (%s)' % self.text(p['generated'])
        if p.get('default'):
            line += ' default ' + self.text(p['default'])
        for item in self.m.children(table.id, 'primary_key', 'unique', 'check', 'index', 'foreign_key'):
            if item.p.get('inline') and self.inline_of(item) == c.id:
                line += self.inline(item)
        line += self.was(c)
        if self.before and p.get('backfill') and not p.get('generated'):
            line += ' backfill (%s)' % self.text(p['backfill'])
        if self.before and p.get('convert'):
            line += ' convert (%s)' % self.text(p['convert'])
            if p.get('back'):
                # What is renamed or moved has its old name again by then.
                line += ' back (%s)' % (Printer(self.before) if self.before else self).text(p['back'])
        self.out.append(line)

    def inline_of(self, item):
        return item.p['inline'].id

    def inline(self, item):
        name = ' ' + ident(item.name) if item.name else ''
        if item.kind == 'primary_key':
            return ' pk' + name
        if item.kind == 'check':
            return ' check%s (%s)' % (name, self.text(item.p['expr']))
        if item.kind == 'foreign_key':
            return ' ' + self.fk_tail(item)
        return ' ' + item.kind + name

    def named(self, words, item):
        return words + (' ' + ident(item.name) if item.name else '')

    def keys(self, cols):
        return '(%s)' % ', '.join(self.text(c) for c in cols)

    def tail(self, p):
        text = ' include ' + self.keys(p['include']) if p.get('include') else ''
        if p.get('nnd'):
            text += ' nulls not distinct'
        if p.get('with'):
            text += ' with (fillfactor = %d)' % p['with']
        return text + (' ' + p['defer'] if p.get('defer') else '')

    def item_primary_key(self, o):
        return self.named('primary key', o) + ' ' + self.keys(o.p['cols']) + self.tail(o.p)

    def item_unique(self, o):
        return self.named('unique', o) + ' ' + self.keys(o.p['cols']) + self.tail(o.p)

    def item_check(self, o):
        return self.named('check', o) + ' (%s)' % self.text(o.p['expr']) + (' not valid' if o.p.get('not_valid')
                else '') + (' no inherit' if o.p.get('no_inherit') else '')

    def fk_tail(self, o):
        p = o.p
        text = '-> %s%s' % (self.text(p['target']), self.keys(p['target_cols']))
        for word in ('match', 'delete', 'update', 'defer', 'not_valid'):
            if p.get(word):
                text += ' ' + p[word]
        return text

    def item_foreign_key(self, o):
        return self.named('foreign key', o) + ' ' + self.keys(o.p['cols']) + ' ' + self.fk_tail(o)

    def item_exclude(self, o):
        text = self.named('exclude', o) + ' using gist (%s)' % self.text(o.p['elements'])
        text += ' ' + o.p['defer'] if o.p.get('defer') else ''
        if o.p.get('where'):
            text += self.was(o) + ' where (%s)' % self.text(o.p['where'])
        return text

    def item_index(self, o):
        p = o.p
        text = self.named('unique index' if p.get('unique') else 'index', o)
        text += (' using ' + p['using'] if p.get('using')
                 else '') + ' (%s)' % self.text(spread(p['elements'])) + self.tail(p)
        was = self.was(o)
        # `where` goes to the end of the item: `was` stands before it.
        if p.get('where'):
            text += was + ' where ' + self.text(p['where'])
        return text

    def item_policy(self, o):
        p = o.p
        text = 'policy ' + ident(o.name) + ('\1' if p.get('as_sql') else '')
        text += (' as restrictive' if p.get('as_sql') else ' restrictive') if p.get('restrictive') else ''
        text += ' for ' + p['command'] + ' to ' + p['roles']
        if p.get('using'):
            text += ' using (%s)' % self.text(p['using'])
        return text + (' with check (%s)' % self.text(p['check']) if p.get('check') else '')

    def item_trigger(self, o):
        p = o.p
        text = 'trigger %s %s %s%s' % (ident(o.name), p['timing'], p['events'],
                                       ' of ' + ', '.join(self.text(c) for c in p['columns']) if p.get('columns')
                                       else '')
        text += '\1' if p.get('as_sql') else ''
        text += ' for each ' + p['each'] + (' when (%s)' % self.text(p['when']) if p.get('when') else '')
        return text + ' execute %s%s(%s)' % ('function ' if p.get('as_sql') else '', self.text(p['function']),
                                             p.get('args') or '')


def show(model, before=None):
    """The text of the model file."""
    return Printer(model, before).show()
