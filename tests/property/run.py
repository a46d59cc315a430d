"""Property tests: random pairs of models, proven one by one; TAP on stdout. See --help; property.sh starts it."""
import argparse
import concurrent.futures
import ctypes
import hashlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback

import matrix
import prove
from pair import draw
from shrink import Shrinker


def case_text(pair, failure, title):
    """The pair as a file of tests/cases."""
    before, after, rows = pair.texts()
    text = '%s\n=== ini\nroles = *\n=== from\n%s' % (title, before)
    if rows:
        text += '=== setup\n' + rows
    text += '=== to\n%s=== args\n--drop all\n' % after
    del failure
    return text


class Worker:
    """What one process needs, made once."""

    prover = None
    options = None

    @classmethod
    def begin(cls, options):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # no worker outlives the run, whatever ends it
        cls.options = options
        cls.prover = prove.Prover(options.modelc, options.normalise, options.work, 'p%d' % os.getpid())


def judge(pair, prover, only=None):
    """None where the pair is proven, else the failure."""
    try:
        prover.prove(*pair.texts(), only)
    except prove.Failure as failure:  # what it is, the caller says
        return failure
    return None


def smaller(pair, failure, options, prover):
    """The failing pair, shrunk, with the failure that it gives now."""
    last = [failure]

    def fails(other):
        found = judge(other, prover, failure.stage)
        if found is not None and found.signature() == failure.signature():
            last[0] = found
            return True
        return False
    shrinker = Shrinker(pair, fails, options.shrink)
    small = shrinker.run()
    return small, last[0], shrinker.runs


def first_ones(failure, options):
    """Whether this is among the first failures of its sort: only those are shrunk."""
    mark = os.path.join(options.work, 'seen.' + hashlib.md5(failure.signature().encode()).hexdigest())
    for number in '12':
        try:
            os.close(os.open(mark + number, os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            continue
    return False


def one(seed):
    """Runs the pair of a seed; gives (seed, status, notes, report)."""
    options, prover = Worker.options, Worker.prover
    began = time.time()
    try:
        pair = draw(seed, options.size, options.edits, options.weights, options.major, skip=options.without)
        pair.texts()
    except Exception:  # the generator's own fault, whatever it is: reported as such
        return seed, 'generator', [], traceback.format_exc(), '', time.time() - began
    failure = judge(pair, prover)
    if failure is None:
        return seed, 'ok', prover.notes, '', '', time.time() - began
    status = 'invalid' if isinstance(failure, prove.Invalid) else 'failed'
    runs = 0
    if options.shrink > 0 and first_ones(failure, options):
        pair, failure, runs = smaller(pair, failure, options, prover)
    title = 'Seed %d: %s' % (seed, failure.signature().replace('\n', ' ')[:150])
    path = os.path.join(options.keep, 'seed_%d.case' % seed)
    os.makedirs(options.keep, exist_ok=True)
    with open(path, 'w', encoding='utf8') as f:
        f.write(case_text(pair, failure, title))
    report = '%s\nedits: %s (shrunk in %d runs)\ncase: %s\n%s\n%s' % (
        failure.signature(), ', '.join(pair.done), runs, path, failure.text(), case_text(pair, failure, title))
    with open(path[:-5] + '.txt', 'w', encoding='utf8') as f:
        f.write(report)
    return seed, status, [], report, failure.signature(), time.time() - began


def options_of(argv):
    parser = argparse.ArgumentParser(description='Random pairs of models, proven by pg_dump.')
    parser.add_argument('modelc')
    parser.add_argument('normalise')
    parser.add_argument('--pairs', type=int, default=200, help='how many (200)')
    parser.add_argument('--seed', type=int, help='of the first pair; the next ones follow (1)')
    parser.add_argument('--size', type=int, default=8, help='how many things a model is made of, about (8)')
    parser.add_argument('--edits', type=int, help='how many edits each (1 to 20)')
    parser.add_argument('--weight', action='append', default=[], metavar='KIND=N', help='how often a kind is made')
    parser.add_argument('--without', action='append', default=[], metavar='NAME',
                        help='leave out a kind, an edit, or a value of an object')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--shrink', type=float, default=60, help='seconds to shrink a failure, 0: none (60)')
    parser.add_argument('--keep', default='property-failures', help='the folder for cases of what failed')
    parser.add_argument('--edit-pairs', nargs='?', const='1/1', metavar='SHARD/OF',
                        help='every ordered pair of two kinds of edit')
    parser.add_argument('--batch', type=int, default=40, help='pairs of edits in one database (40)')
    parser.add_argument('--progress', action='store_true', help='a line per hundred pairs, not per pair')
    options = parser.parse_args(argv)
    options.weights = {w.split('=')[0]: float(w.split('=')[1]) for w in options.weight}
    options.major = int(os.environ.get('PROPERTY_MAJOR', '15'))
    options.seed = options.seed if options.seed is not None else int(os.environ.get('MODELC_SEED') or 1)
    return options


def results(options):
    """Runs all seeds, a few at a time; yields what comes of each, in order."""
    seeds = range(options.seed, options.seed + options.pairs)
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=Worker.begin, initargs=(options,)) as pool:
        yield from pool.map(one, seeds)


def main(argv):
    options = options_of(argv)
    options.work = tempfile.mkdtemp(prefix='property.', dir=os.environ.get('TMPDIR', '/tmp'))
    options.keep = os.path.abspath(options.keep)
    try:
        if options.edit_pairs:
            return matrix.main(options)
        return pairs(options)
    finally:
        shutil.rmtree(options.work, ignore_errors=True)


def known(options):
    """Seeds of this size that are known to fail, with the reason (known.tsv)."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'known.tsv'), encoding='utf8') as f:
        rows = [line.rstrip('\n').split('\t') for line in f if not line.startswith('#')]
    return {int(seed): why for seed, size, why in rows if int(size) == options.size}


def pairs(options):
    open_ones = known(options)
    print('1..%d' % options.pairs)
    print('# MODELC_SEED=%d, size %d, PostgreSQL %d%s' % (
        options.seed, options.size, options.major, ''.join(', without ' + x for x in options.without)), flush=True)
    counts, kinds, began = {}, {}, time.time()
    for number, (seed, status, notes, report, signature, took) in enumerate(results(options), 1):
        for word in [status] + notes:
            counts[word] = counts.get(word, 0) + 1
        if status == 'ok':
            if not options.progress:
                print('ok %d - seed %d%s' % (number, seed, ' (%s)' % ', '.join(notes) if notes else ''), flush=True)
        elif seed in open_ones:
            counts['known'] = counts.get('known', 0) + 1
            print('not ok %d - seed %d: %s # TODO %s' % (number, seed, status, open_ones[seed]), flush=True)
        else:
            kinds.setdefault(signature, []).append(seed)
            print('not ok %d - seed %d: %s' % (number, seed, status))
            print(re.sub('(?m)^', '#   ', report), flush=True)
        if options.progress and number % 100 == 0:
            print('# %d of %d: %s; %.1f s a pair' % (number, options.pairs, counts, (time.time() - began) / number),
                  flush=True)
        del took
    print('# pairs %d in %.0f s: %s' % (options.pairs, time.time() - began,
                                        ', '.join('%s %d' % x for x in sorted(counts.items()))))
    for signature, seeds in sorted(kinds.items(), key=lambda x: -len(x[1])):
        print('# %3d x %s (seeds %s)' % (len(seeds), signature[:200], ' '.join(map(str, seeds[:8]))))
    return 0 if counts.get('ok', 0) + counts.get('known', 0) == options.pairs else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
