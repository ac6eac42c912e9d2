"""The AWS CLI, with its defaults."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import Checks, ENDPOINT, REGION, equal

from s3_support import bucket_named

checks = Checks()
fact = checks.fact
BUCKET = bucket_named('cli')
folder = tempfile.TemporaryDirectory()


def aws(*arguments):
    env = {
        **os.environ,
        'AWS_ACCESS_KEY_ID': os.environ['ACCESS_KEY_ID'],
        'AWS_SECRET_ACCESS_KEY': os.environ['ACCESS_KEY_SECRET'],
        'AWS_DEFAULT_REGION': REGION,
        'AWS_EC2_METADATA_DISABLED': 'true',
        'HOME': folder.name,
    }
    command = [os.path.join(os.path.dirname(sys.executable), 'aws'), '--endpoint-url', ENDPOINT, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@fact('cp, ls, sync, mv and rm')
def _(s3):
    aws('s3', 'mb', f's3://{BUCKET}')
    root = pathlib.Path(folder.name)
    large = os.urandom(9 * 1024 * 1024)
    (root / 'up').mkdir()
    (root / 'up' / 'large.bin').write_bytes(large)
    (root / 'up' / 'a b.txt').write_text('hello')
    # a time of a listing has whole seconds: a file of the same second would seem newer than its copy
    for file in (root / 'up').iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))
    aws('s3', 'sync', str(root / 'up'), f's3://{BUCKET}/dir')
    assert 'large.bin' in aws('s3', 'ls', f's3://{BUCKET}/dir/')
    equal(aws('s3', 'sync', str(root / 'up'), f's3://{BUCKET}/dir'), '')
    aws('s3', 'cp', f's3://{BUCKET}/dir/large.bin', str(root / 'down.bin'))
    assert (root / 'down.bin').read_bytes() == large
    aws('s3', 'mv', f's3://{BUCKET}/dir/a b.txt', f's3://{BUCKET}/moved.txt')
    equal(aws('s3', 'cp', f's3://{BUCKET}/moved.txt', '-'), 'hello')
    aws('s3', 'rm', '--recursive', f's3://{BUCKET}')
    equal(aws('s3', 'ls', f's3://{BUCKET}'), '')


@fact('rb', last=True)
def _(s3):
    aws('s3', 'rb', f's3://{BUCKET}')
