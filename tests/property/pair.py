"""A pair of states from a seed: a random model, and the model after random edits."""
import random

import edits
import edits_more  # noqa: F401 its edits register themselves
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


def draw(seed, size=8, count=None, weights=None, major=15, names=None):
    """The pair of a seed: always the same."""
    g = generate(seed, size, weights, major)
    g.before = g.m.clone()
    g.rng = random.Random(seed * 7 + 1)
    g.names.rng = g.rng
    wanted = names or edits.choose(g, count or g.rng.choice([1, 1, 2, 3, 4, 5, 6, 8, 10, 14, 20]))
    done = edits.mutate(g, wanted)
    edits.settle(g)
    return Pair(g.before, g.m, done, seed)
