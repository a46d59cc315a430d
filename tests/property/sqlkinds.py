"""The kinds that models write as SQL: their statements, as texts with Refs. What can change of an object is the number
`v` in its values (another variant of the definition), and the values that the statement is made of."""
from model import Ref


def ME(o, form='q'):
    return Ref(o.id, form)


def spread(items, between=', '):
    """Joins texts (tuples) by a separator into one text."""
    out = ()
    for n, item in enumerate(items):
        out += ((between,) if n else ()) + tuple(item)
    return out


# ---- routines ----

def arguments(o):
    found = []
    for name, ty, default in o.p['args']:
        found.append(((name + ' ') if name else '',) + tuple(ty) + ((' default ',) + tuple(default) if default else ()))
    return spread(found)


def signature(o):
    """What tells a routine from another of its name."""
    args = [tuple(a[1]) for a in o.p.get('args', ())]
    return (ME(o), '(') + (('*',) if o.kind == 'aggregate' and not args else spread(args)) + (')',)


def options(o):
    p = o.p
    words = [p.get('volatility') or '', 'strict' if p.get('strict') else '', 'security definer' if p.get('definer')
             else '',
             'parallel safe' if p.get('parallel') else '', 'cost %d' % p['cost'] if p.get('cost') else '', p.get('set')
             or '']
    return ' '.join(w for w in words if w)


def function(o):
    p, k = o.p, o.p['v']
    style, use = p['style'], p.get('use', ())
    head = ('create function ', ME(o), '(', *arguments(o), ')')
    opts = options(o)
    if style == 'plain':
        return (*head, ' returns ', *p['returns'], ' language sql ', opts, ' as $$ select %d::' % (k + 1),
                *p['returns'], ' $$')
    if style == 'argument':  # uses its first argument, whatever it is
        return (*head, ' returns text language sql ', opts, " as 'select ($1)::text || ''%d'''" % k)
    if style == 'rows':
        return (*head, ' returns bigint language sql ', opts or 'stable', ' as $body$ select count(*) + %d from ' % k,
                *use, ' where ', p['column'],
                ' is not null $body$')
    if style == 'atomic':
        return (*head, ' returns bigint language sql ', opts, ' begin atomic select count(', p['column'],
                ') + %d from ' % k, *use, '; end')
    if style == 'setof':
        return (*head, ' returns setof ', *use, ' language sql ', opts or 'stable', ' as $$ select * from ', *use,
                ' limit %d $$' % (k + 1))
    if style == 'table':
        return (*head, ' returns table (x int, y %s) language plpgsql ' % ('text', 'bigint')[k % 2], opts,
                ' as $$ begin return query select 1, null::%s; end $$' % ('text', 'bigint')[k % 2])
    if style == 'plpgsql':
        return (*head, ' returns ', *p['returns'], ' language plpgsql ', opts, ' as $f$ declare n ', *p['returns'],
                '; begin if %d > 1 then return n; end if; '
                'perform count(*) from ' % k, *use, '; return n; end $f$')
    if style == 'rowtype':
        return (*head, ' returns boolean language plpgsql ', opts, ' as $$ declare r ', *use,
                "%%rowtype; begin return r is null or %d > 0; end $$" % k)
    if style == 'trigger':
        return (*head, ' returns trigger language plpgsql ', opts,
                " as $$ begin /* %d */ if tg_op = 'DELETE' then return old; end if; return new; end $$" % k)
    if style == 'event':
        return (*head, ' returns event_trigger language plpgsql as $$ begin /* %d */ end $$' % k)
    if style == 'compare':
        return (*head, " returns int language sql immutable as 'select btint4cmp(%s)'" % ('b, a', 'a, b')[k % 2])
    if style == 'same':
        return (*head, " returns boolean language sql immutable as 'select a = b or %s'" % ('false',
                'a is null')[k % 2])
    if style == 'step':
        return (*head, " returns int language sql immutable as 'select coalesce(a, 0) + b + %d'" % k)
    if style == 'convert':
        return (*head, ' returns ', *p['returns'],
                " language plpgsql immutable as $$ begin /* %d */ return null; end $$" % k)
    if style == 'internal':
        return (*head, ' returns ', *p['returns'], ' language internal immutable strict as $$%s$$' % p['symbol'])
    raise ValueError(style)


def procedure(o):
    p, k = o.p, o.p['v']
    if p['style'] == 'atomic':
        return ('create procedure ', ME(o), '(', *arguments(o), ') language sql begin atomic delete from ', *p['use'],
                ' where %s; end' % ('false', 'null')[k % 2])
    if p['style'] == 'sql':
        return ('create procedure ', ME(o), '(', *arguments(o), ') language sql as $$ delete from ', *p['use'],
                ' where %d = 0 $$' % (k + 1))
    return ('create procedure ', ME(o), '(', *arguments(o), ') language plpgsql ', 'security definer '
            if p.get('definer') else '',
            'as $$ begin perform %d; commit; end $$' % k)


def aggregate(o):
    step = o.p.get('step')
    extra = ('', ", initcond = '0'", ", initcond = '5'", ', parallel = safe')[o.p['v'] % 4]
    return ('create aggregate ', ME(o), '(', *arguments(o), ') (sfunc = ', *((step,) if step else ('int4pl',)),
            ', stype = int', extra, ')')


# ---- operators, casts ----

def operator(o):
    return ('create operator ', ME(o, 'o'), ' (function = ',
            *((o.p['function'],) if o.p.get('function') else (('int4eq', 'int4ne')[o.p['v'] % 2],)),
            ', leftarg = int, rightarg = int', ', restrict = eqsel' if o.p['v'] % 3 == 2 else '', ')')


def operator_family(o):
    members = ('operator 1 < (int4, int8)', 'operator 1 < (int4, int8), operator 2 <= (int4, int8)',
               'operator 5 > (int8, int4)')
    return ('create operator family ', ME(o), ' using btree;\nalter operator family ', ME(o),
            ' using btree add ' + members[o.p['v'] % 3])


def operator_class(o):
    members = ('operator 1 >, operator 5 <', 'operator 1 >, operator 3 =, operator 5 <',
               'operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <')
    return ('create operator class ', ME(o), ' for type int using btree ',
            *(('family ', o.p['family'], ' ') if o.p.get('family') else ()),
            'as ' + members[o.p['v'] % 3] + ', function 1 ', o.p['function'], '(int, int)')


def cast(o):
    # Not implicit: that makes operators ambiguous, which no order of statements can help.
    how = (' as assignment', '')[o.p['v'] % 2]
    with_what = ('with function ', *o.p['function']) if o.p.get('function') else ('with inout',)
    return ('create cast (', *o.p['source'], ' as ', *o.p['target'], ') ', *with_what, how)


def transform(o):
    parts = ('from sql with function ', o.p['from'], '(internal)'), ('to sql with function ', o.p['to'], '(internal)')
    chosen = (parts, parts[:1], parts[1:])[o.p['v'] % 3]
    return ('create transform for ', *o.p['type'], ' language sql (', *spread(chosen), ')')


# ---- types ----

def range_type(o):
    variants = (('float8', ', subtype_diff = float8mi'), ('float8', ''), ('numeric', ''), ('date', ''),
                ('text', ', collation = "C"'))
    subtype, more = variants[o.p['v'] % 5]
    return ('create type ', ME(o), ' as range (subtype = ', subtype, more, ')')


def base_type(o):
    n = ME(o, 'n')
    more = ('', ", category = 'S'", ", delimiter = ';'", ", collatable = true")[o.p['v'] % 4]
    q = ME(o)
    io_in, io_out = (ME(o, 'io_in'),), (ME(o, 'io_out'),)
    del n
    return ('create type ', q, ';\ncreate function ', *io_in, '(cstring) returns ', q,
            ' language internal immutable strict as $$textin$$;\n'
            'create function ', *io_out, '(', q, ') returns cstring language internal immutable strict '
            'as $$textout$$;\n'
            'create type ', q, ' (input = ', *io_in, ', output = ', *io_out,
            ', internallength = variable, alignment = int4, storage = extended', more, ')')


def collation(o):
    return ('create collation ', ME(o), (' from "C"', " (lc_collate = 'C', lc_ctype = 'POSIX')",
                                         ' from "POSIX"')[o.p['v'] % 3])


def conversion(o):
    return ('create conversion ', ME(o), (" for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
                                          " for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1")[o.p['v'] % 2])


# ---- text search ----

def parser(o):
    more = (', headline = prsd_headline', '')[o.p['v'] % 2]
    return ('create text search parser ', ME(o), ' (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, '
            'lextypes = prsd_lextype', more, ')')


def template(o):
    return ('create text search template ', ME(o), (' (init = dsimple_init, lexize = dsimple_lexize)',
                                                    ' (lexize = dsimple_lexize)')[o.p['v'] % 2])


def dictionary(o):
    if o.p.get('template'):
        return ('create text search dictionary ', ME(o), ' (template = ', o.p['template'], ')')
    return ('create text search dictionary ', ME(o),
            (' (template = simple, stopwords = english)', ' (template = simple)',
             ' (template = simple, accept = false)')[o.p['v'] % 3])


def configuration(o):
    text = ('create text search configuration ', ME(o), ' (parser = ',
            *((o.p['parser'],) if o.p.get('parser') else ('default',)), ')')
    words = ('word', 'word, asciiword', 'asciiword, email')[o.p['v'] % 3]
    with_what = (o.p['dictionary'],) if o.p.get('dictionary') else (('simple', 'english_stem, simple')[o.p['v'] % 2],)
    return (*text, ';\nalter text search configuration ', ME(o), ' add mapping for %s with ' % words, *with_what)


# ---- far away ----

def wrapper(o):
    return ('create foreign data wrapper ', ME(o, 'n'),
            ('', " options (debug 'true')", " options (debug 'false', more 'x')")[o.p['v'] % 3])


def server(o):
    return ('create server ', ME(o, 'n'), (" type 'a'", " version '2'", '', '')[o.p['v'] % 4], ' foreign data wrapper ',
            Ref(o.p['wrapper'].id, 'n'),
            (" options (host 'a')", " options (host 'b', port '1')", '')[o.p['v'] % 3])


def user_mapping(o):
    return ('create user mapping for %s server ' % o.p['role'], Ref(o.p['server'].id, 'n'),
            (" options (user 'a')", " options (user 'b')", '')[o.p['v'] % 3])


def language(o):
    return ('create ', ('trusted ', '')[o.p['v'] % 2], 'language ', ME(o, 'n'), ' handler plpgsql_call_handler',
            (' validator plpgsql_validator', '')[o.p['v'] // 2 % 2])


def access_method(o):
    return ('create access method ', ME(o, 'n'), ' type ', 'table handler heap_tableam_handler' if o.p.get('table')
            else 'index handler ' + ('bthandler', 'hashhandler')[o.p['v'] % 2])


def event_trigger(o):
    tags = (" when tag in ('CREATE TABLE')", '', " when tag in ('DROP VIEW', 'ALTER TABLE')")[o.p['v'] % 3]
    event = ('ddl_command_end', 'ddl_command_start')[o.p['v'] // 3 % 2]
    state = (';\nalter event trigger ', ME(o, 'n'), ' ' + o.p['state']) if o.p.get('state') else ()
    return ('create event trigger ', ME(o, 'n'), ' on ', event, tags, ' execute function ', o.p['function'], '()',
            *state)


def publication(o):
    text = ('create publication ', ME(o, 'n'))
    p = o.p
    if p.get('tables'):
        text += (' for table ', *spread([(t,) for t in p['tables']]))
        if p.get('where') and len(p['tables']) == 1:
            text += (' where (', *p['where'], ')')
    elif p.get('all'):
        text += (' for all tables',)
    elif p.get('in_schema'):
        text += (' for tables in schema ', Ref(p['in_schema'].id, 'n'))
    # Never updates: PostgreSQL refuses those, such as a backfill, of a published table without a replica identity.
    return text + ((" with (publish = 'insert')", " with (publish = 'insert, truncate')",
                    " with (publish = 'insert', publish_via_partition_root = true)")[p['v'] % 3],)


def statistics(o):
    kinds = ('', ' (dependencies)', ' (ndistinct, mcv)')[o.p['v'] % 3]
    target = (';\nalter statistics ', ME(o), ' set statistics %d' % o.p['target']) if o.p.get('target') else ()
    return ('create statistics ', ME(o), kinds, ' on ', *spread([(c,) for c in o.p['cols']]), ' from ', o.p['table'],
            *target)


def default_privileges(o):
    where = (' in schema ', Ref(o.p['in_schema'].id, 'n')) if o.p.get('in_schema') else ()
    what = o.p['on']
    variants = {'tables': ('select', 'insert, update', 'all'), 'sequences': ('usage', 'select', 'all'),
                'functions': ('execute',), 'types': ('usage',)}[what]
    return ('alter default privileges for role %s' % o.p['role'], *where, ' grant ', variants[o.p['v'] % len(variants)],
            ' on %s to %s' % (what, o.p['to']),
            ' with grant option' if o.p['v'] % 5 == 4 else '')


STATEMENTS = {
    'function': function, 'procedure': procedure, 'aggregate': aggregate, 'operator': operator,
              'operator_family': operator_family,
    'operator_class': operator_class, 'cast': cast, 'transform': transform, 'range': range_type, 'base_type': base_type,
              'collation': collation,
    'conversion': conversion, 'text_search_parser': parser, 'text_search_template': template,
              'text_search_dictionary': dictionary,
    'text_search_configuration': configuration, 'foreign_data_wrapper': wrapper, 'server': server,
              'user_mapping': user_mapping, 'language': language,
    'access_method': access_method, 'event_trigger': event_trigger, 'publication': publication,
              'statistics': statistics,
    'default_privileges': default_privileges,
}
