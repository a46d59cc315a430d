"""A little client of PostgreSQL's protocol: simple queries over the cluster's socket, so that no psql is started."""
import os
import socket
import struct


class ServerError(Exception):
    """What the server said, with its SQLSTATE."""

    def __init__(self, fields):
        self.state = fields.get('C', '')
        super().__init__(fields.get('M', '') + (' DETAIL: ' + fields['D'] if 'D' in fields else ''))


class Connection:
    def __init__(self, database):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(300)
        self.sock.connect(os.path.join(os.environ['PGHOST'], '.s.PGSQL.' + os.environ.get('PGPORT', '5432')))
        self.file = self.sock.makefile('rb')
        words = ['user', os.environ.get('PGUSER', 'postgres'), 'database', database, 'client_encoding', 'UTF8', '']
        body = struct.pack('!i', 196608) + b'\0'.join(w.encode() for w in words) + b'\0'
        self.sock.sendall(struct.pack('!i', len(body) + 4) + body)
        self.answer()

    def query(self, sql):
        """Runs one or several statements; the rows of the last as lists of text."""
        body = sql.encode() + b'\0'
        self.sock.sendall(b'Q' + struct.pack('!i', len(body) + 4) + body)
        return self.answer()

    def answer(self):
        rows, error = [], None
        while True:
            head = self.file.read(5)
            if len(head) < 5:
                raise ServerError({'M': 'the server closed the connection'})
            kind, length = head[:1], struct.unpack('!i', head[1:])[0] - 4
            body = self.file.read(length)
            if kind == b'T':
                rows = []
            elif kind == b'D':
                rows.append(fields_of(body))
            elif kind == b'E':
                error = ServerError({x[:1].decode(): x[1:].decode('utf8', 'replace') for x in body.split(b'\0') if x})
            elif kind == b'Z':
                if error:
                    raise error
                return rows

    def close(self):
        try:
            self.sock.sendall(b'X' + struct.pack('!i', 4))
        except OSError:
            pass
        self.file.close()
        self.sock.close()


def fields_of(body):
    """One row's values."""
    count, at, row = struct.unpack('!h', body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack('!i', body[at:at + 4])[0]
        at += 4
        if size < 0:
            row.append(None)
            continue
        row.append(body[at:at + size].decode('utf8', 'replace'))
        at += size
    return row


def url(database):
    return 'postgresql://postgres@/%s?host=%s' % (database, os.environ['PGHOST'])
