"""One pair of models, all the way: up, compared, down, compared, imported, made again. pg_dump is the judge."""
import difflib
import os
import re
import shutil
import subprocess

import wire

INI = 'models = models\nmigrations = migrations/versions\nids = sequential\nroles = *\n'


def program(name):
    """The server's own, where it has one: what stands in the path may be a script that looks for it first."""
    path = os.path.join(os.environ.get('PG_BIN', ''), name)
    return path if os.environ.get('PG_BIN') and os.access(path, os.X_OK) else name


class Failure(Exception):
    """A pair that isn't proven: stage, and what was said."""

    def __init__(self, stage, said, file=''):
        super().__init__(stage)
        self.stage, self.said, self.file = stage, said, file

    def signature(self):
        """What makes two failures the same: the stage and the words, without names, numbers and places."""
        said = re.sub(r'"[^"]*"|\'[^\']*\'|\b[a-z_0-9]+\.[^ ]+|\d+', '#', self.said)
        words = re.findall(r'error: [^\n]*|AddressSanitizer[^\n]*|runtime error[^\n]*', said)
        if words:
            return self.stage + ': ' + words[0]
        if self.stage.endswith('not empty'):
            kinds = {x.group(1) for x in re.finditer(r'(?m)^ *([~+-] +[a-z]+( [a-z]+)?|Unmanaged +[a-z]+)', self.said)}
            return self.stage + ': ' + ', '.join(sorted(re.sub(' +', ' ', k) for k in kinds)[:2])
        if self.stage.startswith('dump'):
            # the kinds of statements that are more or less
            kinds = {x.group(0) for x in re.finditer(r'(?m)^[+ -] *(CREATE|ALTER|GRANT|COMMENT|REVOKE)( [A-Z]+)*',
                                                     self.said)}
            return self.stage + ': ' + ', '.join(sorted(re.sub(' +', ' ', k) for k in kinds)[:1])
        return self.stage

    def text(self):
        return '%s\n%s%s' % (self.stage, self.said, '\n--- its file\n' + self.file if self.file else '')


class Invalid(Failure):
    """Model A or B itself is refused: the generator's fault, not modelc's (or so it seems)."""


class Prover:
    """Runs pairs in a work folder of its own, on the cluster of the environment."""

    def __init__(self, modelc, normalise, work, name, quick=False):
        self.modelc, self.normalise = os.path.abspath(modelc), os.path.abspath(normalise)
        self.work, self.db = work, name
        self.quick = quick
        self.dir = os.path.join(work, name)
        self.admin = wire.Connection('postgres')
        self.made = set()
        self.notes = []

    def close(self):
        for db in list(self.made):
            self.drop_db(db)
        self.admin.close()

    # ---- small steps ----

    def make_db(self, suffix=''):
        db = self.db + suffix
        self.drop_db(db)
        self.admin.query('create database "%s" template template0' % db)
        self.made.add(db)
        return db

    def drop_db(self, db):
        self.admin.query('drop database if exists "%s" with (force)' % db
                         if int(os.environ.get('PROPERTY_MAJOR', '15')) >= 13 else 'drop database if exists "%s"' % db)
        self.made.discard(db)

    def project(self, name='project'):
        folder = os.path.join(self.dir, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, 'models'))
        os.makedirs(os.path.join(folder, 'migrations', 'versions'))
        with open(os.path.join(folder, 'modelc.ini'), 'w') as f:
            f.write(INI)
        return folder

    def models(self, folder, text):
        with open(os.path.join(folder, 'models', 'main.model'), 'w', encoding='utf8') as f:
            f.write(text)

    def run(self, folder, db, *args):
        env = dict(os.environ, DATABASE_URL=wire.url(db), NO_COLOR='1')
        try:
            r = subprocess.run([self.modelc, '--no-color', *args], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=240)
        except subprocess.TimeoutExpired:
            raise Failure(args[0] + ': timed out', '') from None
        said = r.stdout.decode('utf8', 'replace')
        if r.returncode < 0 or r.returncode >= 128 or 'AddressSanitizer' in said or 'runtime error:' in said:
            raise Failure(args[0] + ': crash', 'exit %d\n%s' % (r.returncode, said), self.newest(folder))
        return r.returncode, said

    def must(self, stage, folder, db, *args, kind=Failure):
        code, said = self.run(folder, db, *args)
        if code:
            raise kind(stage, 'exit %d\n%s' % (code, said), self.newest(folder))
        return said

    def scratch(self):
        return ('--scratch', wire.url('postgres'))

    def newest_path(self, folder):
        path = os.path.join(folder, 'migrations', 'versions')
        files = sorted(os.listdir(path)) if os.path.isdir(path) else []
        return os.path.join(path, files[-1]) if files else None

    def newest(self, folder):
        path = self.newest_path(folder)
        if not path:
            return ''
        with open(path, encoding='utf8') as f:
            return f.read()

    def dump(self, db):
        r = subprocess.run([program('pg_dump'), '-s', '-N', 'modelc', '-d', wire.url(db)], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        if r.returncode:
            raise Failure('pg_dump', r.stderr.decode('utf8', 'replace'))
        return self.normal(r.stdout)

    def normal(self, text):
        r = subprocess.run([self.normalise], input=text, stdout=subprocess.PIPE)
        return r.stdout.decode('utf8', 'replace')

    def again(self, text):
        """What a dump gives, loaded and dumped once more (docs/dump-normaliser.md)."""
        db = self.make_db('_again')
        subprocess.run([program('psql'), '-qX', '-d', db], input=text.encode(), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        found = self.dump(db)
        self.drop_db(db)
        return found

    @staticmethod
    def attributes_sorted(dump):
        def ordered(m):
            return m.group(1) + ','.join(sorted(x.strip() for x in m.group(2).split(',\n'))) + '\n);'
        return re.sub(r'(?ms)^(CREATE TYPE [^\n]* AS \()\n(.*?)\n\);$', ordered, dump)

    def same(self, stage, expected, found, file=''):
        if expected == found:
            return
        expected, found = self.again(expected), self.again(found)
        if expected != found and self.attributes_sorted(expected) == self.attributes_sorted(found):
            self.notes.append('order of attributes')  # kept where a table holds values (docs/exactness.md)
        elif expected != found:
            lines = difflib.unified_diff(expected.split('\n'), found.split('\n'), 'expected', 'found', lineterm='', n=1)
            raise Failure(stage, '\n'.join(lines), file)

    def clean(self, stage, folder, db):
        code, said = self.run(folder, db, 'diff', '--exit-code', *self.scratch())
        if code:
            raise Failure(stage + ': diff is not empty', 'exit %d\n%s' % (code, said), self.newest(folder))
        if re.search(r'(?m)^ *(Unsure|Not handled)', said):
            self.notes.append('unsure' if 'Unsure' in said else 'not handled')

    def complete(self, folder):
        """Statements for a person to finish: those tables are empty, so that any value does."""
        path = self.newest_path(folder)
        text = self.newest(folder)
        if '-- modelc:complete' in text:
            self.notes.append('completed')
            with open(path, 'w', encoding='utf8') as f:
                f.write(re.sub(r'(?m)^-- modelc:complete ', '-- modelc:data ', text))

    # ---- the way ----

    def prove(self, before, after, rows='', only=None):
        """Proves a pair of model texts; raises Failure. What was noteworthy is in .notes.

        `only`: a stage that failed; what it doesn't need is left out."""
        self.notes = []
        try:
            if only and (only.startswith('import') or only.startswith('dump of what was imported')):
                _, db, wanted = self.fresh(after)
                self.imported(db, wanted)
            elif only and (only.startswith('upgrade') or only.startswith('downgrade') or only == 'autogenerate'
                           or only.startswith('dump after downgrade')):
                folder, db = self.start(before, rows)
                old = self.dump(db)
                if self.change(folder, db, after):
                    self.up_and_down(folder, db, None, old)
            else:
                self.go(before, after, rows)
        finally:
            for db in list(self.made):
                self.drop_db(db)

    def start(self, before, rows):
        folder = self.project()
        self.models(folder, before)
        db = self.make_db()
        self.must('A: autogenerate', folder, db, 'autogenerate', '-m', 'a', *self.scratch(), kind=Invalid)
        self.must('A: upgrade', folder, db, 'upgrade', 'head', kind=Invalid)
        if rows:
            connection = wire.Connection(db)
            try:
                connection.query(rows)
            except wire.ServerError as e:
                raise Invalid('A: rows', str(e)) from None
            finally:
                connection.close()
        return folder, db

    def fresh(self, after):
        """The database that is wanted, made at once, and its dump."""
        folder = self.project('fresh')
        self.models(folder, after)
        db = self.make_db('_fresh')
        self.must('B: create', folder, db, 'create', kind=Invalid)
        return folder, db, self.dump(db)

    def go(self, before, after, rows):
        _, fresh_db, wanted = self.fresh(after)
        folder, db = self.start(before, rows)
        old = self.dump(db)
        if self.change(folder, db, after):
            self.up_and_down(folder, db, wanted, old)
        else:
            self.notes.append('no change')
            self.same('dump: no changes were found, but the databases differ', wanted, old)
            self.clean('no change', folder, db)
        self.drop_db(db)
        if not self.quick:
            self.imported(fresh_db, wanted)

    def change(self, folder, db, after):
        """Whether autogenerate writes a file for the other models."""
        self.models(folder, after)
        first = self.newest_path(folder)
        self.must('autogenerate', folder, db, 'autogenerate', '-m', 'b', '--drop', 'all', *self.scratch())
        return self.newest_path(folder) != first

    def up_and_down(self, folder, db, wanted, old):
        self.complete(folder)
        file = self.newest(folder)
        self.must('upgrade', folder, db, 'upgrade', 'head')
        if wanted is not None:
            self.same('dump after upgrade: not as one made at once', wanted, self.dump(db), file)
        self.clean('upgrade', folder, db)
        self.must('downgrade', folder, db, 'downgrade', '-1')
        self.same('dump after downgrade: not as before', old, self.dump(db), file)

    def imported(self, db, wanted):
        folder = self.project('imported')
        self.must('import', folder, db, 'import', '--force', '--layout', 'single')
        self.clean('import', folder, db)
        again = self.make_db('_import')
        code, said = self.run(folder, again, 'create')
        if code:
            models = ''.join(open(os.path.join(d, f), encoding='utf8').read() for d, _,
                             fs in os.walk(os.path.join(folder, 'models')) for f in fs)
            raise Failure('import: create from what was imported', 'exit %d\n%s' % (code, said), models)
        self.same('dump of what was imported and made again', wanted, self.dump(again))
