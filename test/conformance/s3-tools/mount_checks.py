"""s3fs, where the kernel lets file systems be mounted."""

import contextlib
import os
import subprocess
import time

import minio
from harness import Checks, ENDPOINT, REGION, equal

from support import DATA, KEY, SECRET, bucket_named, root, run

checks = Checks()
BUCKET = bucket_named('s3fs')


@contextlib.contextmanager
def mounted():
    point, passwords = root / 'mount', root / 'passwords'
    point.mkdir()
    passwords.write_text(f'{KEY}:{SECRET}')
    passwords.chmod(0o600)
    options = ['-o', f'passwd_file={passwords},url={ENDPOINT},use_path_request_style,endpoint={REGION}', '-o', 'multipart_size=5']
    run('s3fs', BUCKET, str(point), *options)
    deadline = time.monotonic() + 10
    while not os.path.ismount(point):
        assert time.monotonic() < deadline, 'not mounted'
        time.sleep(0.1)
    try:
        yield point
    finally:
        subprocess.run(['fusermount', '-u', str(point)], check=True)


def round_trip(_):
    client = minio.Minio(ENDPOINT.removeprefix('http://'), access_key=KEY, secret_key=SECRET, secure=False)
    client.make_bucket(BUCKET)
    with mounted() as point:
        (point / 'sub').mkdir()
        (point / 'sub' / 'large.bin').write_bytes(DATA)
        (point / 'note.txt').write_text('hello s3')
        (point / 'note.txt').rename(point / 'sub' / 'renamed.txt')
        os.utime(point / 'sub' / 'renamed.txt', (1_000_000_000, 1_000_000_000))
        equal(sorted(os.listdir(point / 'sub')), ['large.bin', 'renamed.txt'])
    (root / 'mount').rmdir()
    with mounted() as point:
        equal((point / 'sub' / 'large.bin').read_bytes() == DATA, True)
        equal((point / 'sub' / 'renamed.txt').read_text(), 'hello s3')
        equal(int(os.stat(point / 'sub' / 'renamed.txt').st_mtime), 1_000_000_000)
        (point / 'sub' / 'large.bin').unlink()
    for entry in client.list_objects(BUCKET, recursive=True):
        client.remove_object(BUCKET, entry.object_name)
    client.remove_bucket(BUCKET)


if os.path.exists('/dev/fuse') and os.access('/dev/fuse', os.R_OK | os.W_OK):
    checks.fact('a mounted bucket is written, renamed, described and read like a folder')(round_trip)
