"""Makes a failing pair small: takes objects, changes and options away while it still fails in the same way."""
import time

from model import OPTIONAL

# Values that may be emptied beside those that objects do without by themselves.
EXTRA = ('inline', 'no_data', 'unlogged', 'rls', 'delete', 'update', 'defer', 'not_valid', 'no_inherit', 'nnd', 'match',
         'restrictive', 'as_sql', 'state', 'args',
         'volatility', 'strict', 'definer', 'parallel', 'cost', 'set', 'check_option', 'fill', 'unique', 'target',
         'not_null', 'col_options', 'say', 'step',
         'backfill', 'convert', 'back', 'partition')


def touched(pair):
    """What the edits changed, made or took away."""
    found = set()
    for oid in set(pair.before.objs) | set(pair.after.objs):
        a, b = pair.before.get(oid), pair.after.get(oid)
        if a is None or b is None or not a.same_as(b):
            found.add(oid)
    return found


class Shrinker:
    """`fails(pair)` says whether a pair fails as the first one did."""

    def __init__(self, pair, fails, seconds):
        self.best, self.fails, self.until = pair, fails, time.time() + seconds
        self.runs = 0

    def late(self):
        return time.time() > self.until

    def attempt(self, change):
        """Applies a change to a copy; keeps it if it still fails."""
        if self.late():
            return False
        copy = self.best.clone()
        try:
            if change(copy) is False or copy.texts() == self.best.texts():
                return False
            copy.texts()
        except (KeyError, AttributeError, IndexError, TypeError):
            return False
        self.runs += 1
        if not self.fails(copy):
            return False
        self.best = copy
        return True

    def run(self):
        self.attempt(self.only_touched)
        while not self.late():
            mark = self.best.texts()
            self.without_objects()
            self.without_changes()
            self.without_options()
            self.plainly()
            if self.best.texts() == mark:
                break
        return self.best

    def only_touched(self, pair):
        ids = touched(pair)
        pair.before.keep_only(ids)
        pair.after.keep_only(ids | {x for x in pair.before.objs})

    def without_objects(self):
        """Halves, quarters, .. single ones; whatever needs them goes with them."""
        ids = sorted(set(self.best.before.objs) | set(self.best.after.objs), reverse=True)
        size = max(len(ids) // 2, 1)
        while size >= 1 and not self.late():
            at = 0
            while at < len(ids):
                chunk = ids[at:at + size]
                if self.attempt(lambda p, c=chunk: drop_all(p, c)):
                    ids = [x for x in ids if x in self.best.before.objs or x in self.best.after.objs]
                else:
                    at += size
            size //= 2

    def without_changes(self):
        for oid in sorted(touched(self.best)):
            self.attempt(lambda p, i=oid: revert(p, i))
            self.attempt(lambda p, i=oid: keep_gone(p, i))

    def without_options(self):
        for oid in sorted(set(self.best.before.objs) | set(self.best.after.objs)):
            o = self.best.before.get(oid) or self.best.after.get(oid)
            if o is None:
                continue
            for key in ('comment', 'owner', 'grants'):
                if any(getattr(m.get(oid), key, None) for m in (self.best.before, self.best.after)):
                    self.attempt(lambda p, i=oid, k=key: clear_attribute(p, i, k))
            for key in list(o.p):
                if key in EXTRA or key in OPTIONAL.get(o.kind, ()):
                    if any(m.get(oid) and m.get(oid).p.get(key) for m in (self.best.before, self.best.after)):
                        self.attempt(lambda p, i=oid, k=key: clear_value(p, i, k))

    def plainly(self):
        self.attempt(lambda p: layout(p))
        self.attempt(plain_names)


def drop_all(pair, ids):
    for state in (pair.before, pair.after):
        for oid in ids:
            if state.get(oid):
                state.drop(oid)


def revert(pair, oid):
    """An object stays as it was."""
    a, b = pair.before.get(oid), pair.after.get(oid)
    if a is None or b is None or a.same_as(b):
        return False
    import copy
    pair.after.objs[oid] = copy.deepcopy(a)
    return all(x in pair.after.objs for x in pair.after.needs(pair.after.objs[oid]))


def keep_gone(pair, oid):
    """What was dropped isn't, or isn't there at all."""
    a = pair.before.get(oid)
    if a is None or oid in pair.after.objs:
        return False
    import copy
    pair.after.objs[oid] = copy.deepcopy(a)
    return all(x in pair.after.objs for x in pair.after.needs(a))


def clear_attribute(pair, oid, key):
    for state in (pair.before, pair.after):
        if state.get(oid):
            setattr(state.get(oid), key, [] if key == 'grants' else None)


def clear_value(pair, oid, key):
    for state in (pair.before, pair.after):
        if state.get(oid) and key in state.get(oid).p:
            state.get(oid).p[key] = None


def layout(pair):
    for state in (pair.before, pair.after):
        state.shuffle, state.bare = None, True


def plain_names(pair):
    """Names that tell the kind; what is renamed stays renamed."""
    a, b = pair.before, pair.after
    for oid in set(a.objs) | set(b.objs):
        one, two = a.get(oid), b.get(oid)
        o = one or two
        if o.name is None or o.kind in ('extension', 'operator', 'label'):
            continue
        renamed = one is not None and two is not None and one.name != two.name
        plain = '%s_%d' % (''.join(w[:4] for w in o.kind.split('_')), oid)
        if one is not None:
            one.name = plain
        if two is not None:
            two.name = plain + ('b' if renamed else '')
