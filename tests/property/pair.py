"""A pair of states from a seed: a random model, and the model after random edits."""
import random

import edits
import edits_columns  # noqa: F401 their edits register themselves
import edits_more  # noqa: F401
import edits_types  # noqa: F401
from make import generate
from printer import show
from rows import insert


class Pair:
    def __init__(self, before, after, done, seed=None):
        self.before, self.after, self.done, self.seed = before, after, done, seed

    def texts(self):
        return show(self.before), show(self.after, self.before), insert(self.before, self.after)

    def clone(self):
        return Pair(self.before.clone(), self.after.clone(), list(self.done), self.seed)


def draw(seed, size=8, count=None, weights=None, major=15, names=None, skip=()):
    """The pair of a seed: always the same."""
    g = generate(seed, size, weights, major, skip=skip)
    g.before = g.m.clone()
    g.rng = random.Random(seed * 7 + 1)
    g.names.rng = g.rng
    if names:
        done = edits.mutate(g, names)
    else:
        wanted, done = count or g.rng.choice([1, 1, 2, 3, 4, 5, 6, 8, 10, 14, 20]), []
        for _ in range(4 * wanted):  # not every edit finds something to do
            done += edits.mutate(g, [edits.choose(g)]) if len(done) < wanted else []
    edits.settle(g)
    return Pair(g.before, g.m, done, seed)
