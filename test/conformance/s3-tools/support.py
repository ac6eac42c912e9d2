"""What the checks of programs share: a folder, bytes, and the environment that holds the key."""

import os
import pathlib
import subprocess
import sys
import tempfile

from harness import BUCKET_PREFIX, ENDPOINT, REGION

folder = tempfile.TemporaryDirectory()
root = pathlib.Path(folder.name)
HOST = ENDPOINT.removeprefix('http://')
KEY, SECRET = os.environ['ACCESS_KEY_ID'], os.environ['ACCESS_KEY_SECRET']
DATA = os.urandom(12 * 1024 * 1024 + 345)

ENVIRONMENT = {
    'PATH': os.environ['PATH'],
    'HOME': folder.name,
    'AWS_ACCESS_KEY_ID': KEY,
    'AWS_SECRET_ACCESS_KEY': SECRET,
    'AWS_DEFAULT_REGION': REGION,
    'AWS_REGION': REGION,
    'AWS_EC2_METADATA_DISABLED': 'true',
}


def bucket_named(word):
    return f'{BUCKET_PREFIX}-{word}'


def run(*command, **more):
    """The output of a program that must succeed."""
    done = subprocess.run(command, env={**ENVIRONMENT, **more}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def script(name):
    """A program that pip has installed."""
    return os.path.join(os.path.dirname(sys.executable), name)


def tree(name):
    """A folder of files: small, empty, large, and with an odd name."""
    made = root / name
    (made / 'sub folder').mkdir(parents=True)
    (made / 'small.txt').write_text('hello s3')
    (made / 'empty').write_bytes(b'')
    (made / 'large.bin').write_bytes(DATA)
    (made / 'sub folder' / 'a+b é%25.txt').write_text('odd')
    return made


def files(of):
    """The bytes of all files of a folder, under their names."""
    return {str(path.relative_to(of)): path.read_bytes() for path in of.rglob('*') if path.is_file()}
