"""The second Python SDK, alibabacloud-oss-v2, as its documentation uses it."""

import datetime
import io
import os
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import alibabacloud_oss_v2 as oss

from harness import (DATA, ENDPOINT, GOLDEN, GOLDEN_CRC64, GOLDEN_ETAG, ODD_KEYS, PART, REGION, TAGGING, Checks, Interrupted, bare,
                     bucket_name, chunks, equal, md5_base64, md5_hex, multipart_etag, parts_sent)

checks = Checks()
fact = checks.fact

# The options of the published multipart samples, under this SDK's names.
OPTIONS = {
    'cache_control': 'no-cache',
    'content_disposition': 'oss_MultipartUpload.txt',
    'content_encoding': 'utf-8',
    'expires': '1000',
    'content_type': 'text/plain',
    'storage_class': 'Standard',
    'metadata': {'year': '2020', 'people': 'test'},
}


def run(version):
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.EnvironmentVariableCredentialsProvider()
    config.region = REGION
    config.endpoint = ENDPOINT
    config.signature_version = version
    return checks.run(f'alibabacloud-oss-v2 {version}', Target(oss.Client(config), bucket_name(f'oss-v2-{version}')))


class Target:
    """A client and its bucket; `call('put_object', key=…)` sends a PutObjectRequest that names the bucket."""

    def __init__(self, client, bucket):
        self.client = client
        self.bucket = bucket

    def call(self, operation, **fields):
        return getattr(self.client, operation)(self.request(operation, **fields))

    def request(self, operation, **fields):
        name = ''.join(word.capitalize() for word in operation.split('_')) + 'Request'
        return getattr(oss, name)(bucket=fields.pop('bucket', self.bucket), **fields)

    def read(self, key, **fields):
        return self.call('get_object', key=key, **fields).body.read()

    def pages(self, operation, **fields):
        return getattr(self.client, f'{operation}_paginator')().iter_page(self.request(operation, **fields))

    def complete(self, key, upload_id, parts, **fields):
        listed = oss.CompleteMultipartUpload(parts=parts)
        return self.call('complete_multipart_upload', key=key, upload_id=upload_id, complete_multipart_upload=listed, **fields)

    def send_part(self, key, upload_id, number, part, **fields):
        """Uploads one part and returns it in the form that complete takes."""
        sent = self.call('upload_part', key=key, upload_id=upload_id, part_number=number, body=part, **fields)
        equal((bare(sent.etag), sent.content_md5), (md5_hex(part), md5_base64(part)))
        return oss.UploadPart(part_number=number, etag=sent.etag)


def refused(code, call):
    try:
        call()
    except oss.exceptions.OperationError as error:
        reason = error.unwrap()
        equal(getattr(reason, 'code', reason), code)
        equal(len(reason.request_id), 24)
        return
    raise AssertionError(f'accepted, expected {code}')


@fact('a bucket is created, listed and described')
def buckets(target):
    target.call('put_bucket', acl='private')
    pages = target.client.list_buckets_paginator().iter_page(oss.ListBucketsRequest(prefix=target.bucket))
    equal([found.name for page in pages for found in page.buckets or []], [target.bucket])
    info = target.call('get_bucket_info').bucket_info
    equal((info.name, info.acl, info.storage_class, info.location), (target.bucket, 'private', 'Standard', f'oss-{REGION}'))
    equal(target.call('get_bucket_location').location, f'oss-{REGION}')
    equal(target.call('get_bucket_stat').object_count, 0)
    equal((target.client.is_bucket_exist(target.bucket), target.client.is_bucket_exist(f'{target.bucket}-no')), (True, False))


@fact('the ACL of a bucket changes')
def bucket_acl(target):
    for acl in ('public-read', 'private'):
        target.call('put_bucket_acl', acl=acl)
        equal(target.call('get_bucket_acl').acl, acl)


@fact('an object is returned byte for byte, with its checksums and metadata')
def put_and_get(target):
    put = target.call('put_object', key='whole', body=DATA, tagging=TAGGING, content_md5=md5_base64(DATA), **OPTIONS)
    equal(bare(put.etag), md5_hex(DATA))
    equal(target.read('whole'), DATA)
    head = target.call('head_object', key='whole')
    equal({name: getattr(head, name) for name in OPTIONS}, OPTIONS)
    equal((head.content_length, head.object_type, head.tagging_count), (len(DATA), 'Normal', 3))
    equal((head.hash_crc64, head.content_md5), (put.hash_crc64, md5_base64(DATA)))
    equal(bare(target.call('get_object_meta', key='whole').etag), md5_hex(DATA))
    target.call('put_object', key='empty', body=b'')
    equal(target.read('empty'), b'')


@fact('ranges and conditions select what is read')
def ranges(target):
    target.call('put_object', key='ranged', body=DATA)
    equal(target.read('ranged', range_header='bytes=5-99999'), DATA[5:100_000])
    equal(target.read('ranged', range_header='bytes=-7'), DATA[-7:])
    refused('InvalidRange', lambda: target.read('ranged', range_header=f'bytes={len(DATA)}-', range_behavior='standard'))
    refused('PreconditionFailed', lambda: target.read('ranged', if_match='"0"'))
    equal(target.read('ranged', if_match=f'"{md5_hex(DATA)}"'), DATA)


@fact('a missing item is reported by its error code')
def missing(target):
    refused('NoSuchKey', lambda: target.read('absent'))
    refused('NoSuchKey', lambda: target.call('head_object', key='absent'))
    refused('NoSuchBucket', lambda: target.read('absent', bucket=f'{target.bucket}-no'))
    equal(target.client.is_object_exist(target.bucket, 'absent'), False)


@fact('unusual keys are kept unchanged')
def odd_keys(target):
    for key in ODD_KEYS:
        target.call('put_object', key=f'odd/{key}', body=key.encode())
        equal(target.read(f'odd/{key}'), key.encode())
    names = [found.key for page in target.pages('list_objects_v2', prefix='odd/') for found in page.contents or []]
    equal(sorted(names), sorted(f'odd/{key}' for key in ODD_KEYS))
    deleted = target.call('delete_multiple_objects', encoding_type='url', objects=[oss.DeleteObject(key=name) for name in names])
    equal(sorted(item.key for item in deleted.deleted_objects), sorted(names))


@fact('listings group by delimiter and continue page by page')
def listings(target):
    keys = [f'list/{folder}/{n}' for folder in 'abc' for n in range(3)] + ['list/z']
    for key in keys:
        target.call('put_object', key=key, body=b'x')
    for operation in ('list_objects', 'list_objects_v2'):
        pages = target.pages(operation, prefix='list/', max_keys=2)
        equal([found.key for page in pages for found in page.contents or []], keys)
        pages = list(target.pages(operation, prefix='list/', delimiter='/', max_keys=2))
        equal([found.prefix for page in pages for found in page.common_prefixes or []], ['list/a/', 'list/b/', 'list/c/'])
        equal([found.key for page in pages for found in page.contents or []], ['list/z'])
    page = target.call('list_objects_v2', prefix='list/', start_after='list/c/2', fetch_owner=True)
    equal([(found.key, bool(found.owner.id)) for found in page.contents], [('list/z', True)])


@fact('an object is not overwritten where that is forbidden, and can be deleted twice')
def overwrite_and_delete(target):
    target.call('put_object', key='once', body=b'1', forbid_overwrite=True)
    refused('FileAlreadyExists', lambda: target.call('put_object', key='once', body=b'2', forbid_overwrite=True))
    equal([target.call('delete_object', key='once').status_code for _ in range(2)], [204, 204])


@fact('the ACL of an object changes, and presigned URLs need no access key')
def access(target):
    target.call('put_object', key='secret', body=b'secret')
    for acl in ('default', 'public-read', 'private'):
        target.call('put_object_acl', key='secret', acl=acl)
        equal(target.call('get_object_acl', key='secret').acl, acl)
    fields = {'key': 'signed/中 文+.txt'}
    put = target.client.presign(target.request('put_object', **fields, content_type='text/plain'), expires=datetime.timedelta(minutes=1))
    urllib.request.urlopen(urllib.request.Request(put.url, b'signed', put.signed_headers, method=put.method)).close()
    got = target.client.presign(target.request('get_object', **fields, response_content_type='text/x-signed'))
    with urllib.request.urlopen(got.url) as answer:
        equal((answer.read(), answer.headers['Content-Type']), (b'signed', 'text/x-signed'))
    try:
        urllib.request.urlopen(got.url.replace('x-signed', 'x-forged'))
    except urllib.error.HTTPError as error:
        equal(error.code, 403)
    else:
        raise AssertionError('a forged URL was accepted')


@fact('the published sample runs: options at initiate, parts of 100 KiB, an ACL at complete')
def sample(target):
    key = 'exampledir/exampleobject.txt'
    options = {**OPTIONS, 'tagging': TAGGING, 'forbid_overwrite': True}
    upload_id = target.call('initiate_multipart_upload', key=key, **options).upload_id
    parts = [target.send_part(key, upload_id, number, part) for number, part in enumerate(chunks(), 1)]
    done = target.complete(key, upload_id, parts, acl='private', encoding_type='url')
    equal((bare(done.etag), done.bucket, done.key), (multipart_etag(chunks()), target.bucket, key))
    equal(target.read(key), DATA)
    equal(target.read(key, range_header=f'bytes={PART - 1}-{3 * PART}'), DATA[PART - 1:3 * PART + 1])
    equal(target.call('get_object_acl', key=key).acl, 'private')
    head = target.call('head_object', key=key)
    equal({name: getattr(head, name) for name in OPTIONS}, OPTIONS)
    equal((head.object_type, head.tagging_count, head.content_md5, head.hash_crc64), ('Multipart', 3, None, done.hash_crc64))
    refused('FileAlreadyExists', lambda: target.call('initiate_multipart_upload', key=key, **options))


@fact('parts from eight threads make the object')
def parallel(target):
    upload_id = target.call('initiate_multipart_upload', key='parallel').upload_id
    with ThreadPoolExecutor(max_workers=8) as executor:
        sent = executor.map(lambda part: target.send_part('parallel', upload_id, *part), enumerate(chunks(), 1))
        target.complete('parallel', upload_id, list(sent))
    equal(target.read('parallel'), DATA)


@fact('the checksums are the published ones')
def golden(target):
    upload_id = target.call('initiate_multipart_upload', key='golden').upload_id
    parts = [target.send_part('golden', upload_id, number, part) for number, part in enumerate(GOLDEN, 1)]
    done = target.complete('golden', upload_id, parts)
    equal((bare(done.etag), done.hash_crc64), (GOLDEN_ETAG, str(GOLDEN_CRC64)))


@fact('complete-all takes every stored part, and is refused together with a list')
def complete_all(target):
    parts = chunks()
    upload_id = target.call('initiate_multipart_upload', key='all').upload_id
    listed = [target.send_part('all', upload_id, number, parts[number - 1]) for number in (3, 1, 2)]
    refused('InvalidArgument', lambda: target.complete('all', upload_id, listed, complete_all='yes'))
    done = target.call('complete_multipart_upload', key='all', upload_id=upload_id, complete_all='yes')
    equal((bare(done.etag), target.read('all')), (multipart_etag(parts[:3]), DATA[:3 * PART]))


@fact('the uploader resumes from its checkpoint, and uploads a stream of unknown length')
def uploader(target):
    request = target.request('put_object', key='resumed', **OPTIONS)
    number_of = lambda part: part.part_number
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file')
        with open(path, 'wb') as file:
            file.write(DATA)
        manager = target.client.uploader(part_size=PART, parallel_num=3, enable_checkpoint=True, checkpoint_dir=folder)
        with parts_sent(target.client, number_of, limit=4):
            try:
                manager.upload_file(request, path)
            except oss.exceptions.BaseError:
                pass
        left, = target.call('list_multipart_uploads', prefix='resumed').uploads
        before = [part.part_number for part in target.call('list_parts', key='resumed', upload_id=left.upload_id).parts]
        unbroken = next(number for number in range(1, 11) if number not in before)  # this SDK sends the rest from the first gap on
        assert unbroken > 1, f'parts {before} were stored'
        with parts_sent(target.client, number_of) as sent:
            equal(manager.upload_file(request, path).upload_id, left.upload_id)
    equal(sorted(sent), list(range(unbroken, 11)))
    equal(target.read('resumed'), DATA)

    class Stream(io.BytesIO):
        def seekable(self):
            return False

    target.client.uploader(part_size=PART).upload_from(target.request('put_object', key='streamed'), Stream(DATA))
    equal(target.read('streamed'), DATA)


@fact('the copier copies an object in parts')
def copies(target):
    target.call('put_object', key='source', body=DATA, **OPTIONS)
    fields = {'source_bucket': target.bucket, 'source_key': 'source'}
    copied = target.call('copy_object', key='copied', **fields)
    equal((bare(copied.etag), target.read('copied')), (md5_hex(DATA), DATA))
    copier = target.client.copier(part_size=3 * PART, parallel_num=3, multipart_copy_threshold=PART, disable_shallow_copy=True)
    copier.copy(target.request('copy_object', key='joined', **fields))
    head = target.call('head_object', key='joined')
    equal((head.object_type, head.metadata, target.read('joined')), ('Multipart', OPTIONS['metadata'], DATA))


@fact('parts and uploads are listed page by page')
def list_parts(target):
    parts = chunks()
    ids = {key: target.call('initiate_multipart_upload', key=key).upload_id for key in ('up/a', 'up/b/1', 'up/b/2', 'up/c d')}
    for number in (1, 2, 5, 9):
        target.send_part('up/a', ids['up/a'], number, parts[number - 1])
    pages = target.pages('list_parts', key='up/a', upload_id=ids['up/a'], max_parts=3)
    found = [(part.part_number, bare(part.etag), part.size) for page in pages for part in page.parts]
    equal(found, [(n, md5_hex(parts[n - 1]), PART) for n in (1, 2, 5, 9)])
    pages = target.pages('list_multipart_uploads', prefix='up/', max_uploads=1)
    equal([(item.key, item.upload_id) for page in pages for item in page.uploads or []], sorted(ids.items()))
    for key, upload_id in ids.items():
        abort = lambda: target.call('abort_multipart_upload', key=key, upload_id=upload_id)
        equal(abort().status_code, 204)
        refused('NoSuchUpload', abort)
        refused('NoSuchUpload', lambda: target.call('list_parts', key=key, upload_id=upload_id))
    equal(target.call('list_multipart_uploads', prefix='up/').uploads or [], [])


@fact('a refused complete leaves the upload unchanged')
def refusals(target):
    key, last = 'refused', b'last'
    upload_id = target.call('initiate_multipart_upload', key=key).upload_id
    wrong = {'content_md5': md5_base64(b'y')}
    refused('InvalidDigest', lambda: target.send_part(key, upload_id, 1, b'x', **wrong))
    parts = [target.send_part(key, upload_id, number, part) for number, part in enumerate([b'short', chunks()[0], last], 1)]
    refused('EntityTooSmall', lambda: target.complete(key, upload_id, parts))
    refused('InvalidPartOrder', lambda: target.complete(key, upload_id, [parts[2], parts[1]]))
    refused('InvalidPart', lambda: target.complete(key, upload_id, [oss.UploadPart(part_number=4, etag=parts[2].etag)]))
    refused('NoSuchUpload', lambda: target.complete(key, '0' * 32, parts))
    target.complete(key, upload_id, parts[1:])  # part 1 is left out
    equal(target.read(key), chunks()[0] + last)
    refused('NoSuchUpload', lambda: target.send_part(key, upload_id, 1, b'x'))


@fact('a bucket is deleted only when it is empty', last=True)
def delete_bucket(target):
    upload_id = target.call('initiate_multipart_upload', key='open').upload_id
    names = [found.key for page in target.pages('list_objects_v2') for found in page.contents or []]
    refused('BucketNotEmpty', lambda: target.call('delete_bucket'))
    target.call('delete_multiple_objects', objects=[oss.DeleteObject(key=name) for name in names])
    refused('BucketNotEmpty', lambda: target.call('delete_bucket'))
    target.call('abort_multipart_upload', key='open', upload_id=upload_id)
    target.call('delete_bucket')
    refused('NoSuchBucket', lambda: target.call('get_bucket_info'))
