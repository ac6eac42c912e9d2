"""Shared by the checks of both SDKs: the server under test, bytes to upload, and a line of output for each check."""

import base64
import contextlib
import hashlib
import json
import os
import random
import time
import traceback

ENDPOINT = os.environ['ENDPOINT']
REGION = os.environ['REGION']
BUCKET_PREFIX = os.environ['BUCKET_PREFIX']
STRICT = os.environ['STRICT_OSS'] == 'true'
APPLICATION_URL = os.environ['APPLICATION_URL']
os.environ['OSS_ACCESS_KEY_ID'] = os.environ['ACCESS_KEY_ID']
os.environ['OSS_ACCESS_KEY_SECRET'] = os.environ['ACCESS_KEY_SECRET']

PART = 100 * 1024
DATA = random.Random(1).randbytes(9 * PART + 12_345)

# Published values: 102,400 times `a`, then `hello oss`, uploaded as two parts.
GOLDEN = [b'a' * PART, b'hello oss']
GOLDEN_ETAG = 'CDE8D21A00DEF1AF2825E34D665747D0-2'
GOLDEN_CRC64 = 14439424006907896166

ODD_KEYS = ['a b', 'a+b', '100%', '%41', 'a?b#c&d=e', '中文/文件', 'é', 'a//b', '~!*()\'"', '<&>', '\U0001f600', '.a/..b', 'tab\tline\nend']

# A key with the control characters from 0x01 to 0x1F.
CONTROL_KEY = 'control/' + ''.join(map(chr, range(1, 32)))

# The options of the published multipart samples, as they are sent and as HEAD returns them.
INITIATE_HEADERS = {
    'Cache-Control': 'no-cache',
    'Content-Disposition': 'oss_MultipartUpload.txt',
    'Content-Encoding': 'utf-8',
    'Expires': '1000',
    'Content-Type': 'text/plain',
    'x-oss-storage-class': 'Standard',
    'x-oss-meta-year': '2020',
    'x-oss-meta-people': 'test',
}
TAGGING = 'k1=v1&k2=v2&k3=v3'


def chunks(data=DATA, size=PART):
    """The parts of `data`, in order."""
    return [data[start:start + size] for start in range(0, len(data), size)]


def md5_hex(data):
    return hashlib.md5(data).hexdigest().upper()


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def multipart_etag(parts):
    """OSS's ETag of an object: the MD5 of its parts' ETags, joined as text, and their number."""
    return f"{md5_hex(''.join(md5_hex(part) for part in parts).encode())}-{len(parts)}"


def bare(etag):
    return etag.strip('"')


def equal(actual, expected):
    assert actual == expected, f'{actual!r:.200} instead of {expected!r:.200}'


def callback(path):
    """The two parameters of a callback to the application, encoded."""
    asked = {'callbackUrl': APPLICATION_URL + path, 'callbackBody': 'key=${object}&size=${size}&user=${x:user}'}
    return tuple(base64.b64encode(json.dumps(value).encode()).decode() for value in (asked, {'x:user': 'a b'}))


def received(key, size):
    """The application's answer to such a callback at /done."""
    return {'Status': 'OK', 'received': f'key={key}&size={size}&user=a%20b'}


class Interrupted(Exception):
    """Interrupts an upload."""


@contextlib.contextmanager
def parts_sent(client, number_of, limit=None):
    """The numbers of the parts that `client` starts to send within the block; after `limit` of them, sending fails."""
    sent = []
    send = client.upload_part

    def watch(*arguments, **named):
        if limit is not None and len(sent) >= limit:
            raise Interrupted
        sent.append(number_of(*arguments))
        return send(*arguments, **named)

    client.upload_part = watch
    try:
        yield sent
    finally:
        del client.upload_part


class Checks:
    """The checks of one SDK: functions that take its client, each with a fact as its name."""

    def __init__(self):
        self.functions = []
        self.closing = []

    def fact(self, sentence, last=False):
        """Registers a check; those that are `last` run after all others."""
        def register(function):
            (self.closing if last else self.functions).append((sentence, function))
            return function

        return register

    def run(self, variant, client):
        """Prints a line for each check, and returns whether all hold."""
        failures = 0
        for sentence, function in self.functions + self.closing:
            try:
                function(client)
                print(f'ok {variant}: {sentence}', flush=True)
            except Exception as error:
                failures += 1
                place = traceback.extract_tb(error.__traceback__)
                own = next((frame for frame in reversed(place) if frame.filename.startswith(os.path.dirname(__file__))), place[-1])
                reason = ' '.join(str(error).split())
                print(f'not ok {variant}: {sentence}: {type(error).__name__} {reason} (line {own.lineno})', flush=True)
        return failures == 0


def bucket_name(variant):
    return f"{BUCKET_PREFIX}-{variant.lower().replace(' ', '-')}-{time.time_ns() % 1_000_000}"
