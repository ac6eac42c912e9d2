"""The first Python SDK, oss2, as its documentation uses it."""

import os
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import oss2
from oss2 import SizedFileAdapter, determine_part_size
from oss2.credentials import EnvironmentVariableCredentialsProvider, StaticCredentialsProvider
from oss2.models import PartInfo

from harness import (DATA, ENDPOINT, GOLDEN, GOLDEN_CRC64, GOLDEN_ETAG, INITIATE_HEADERS, ODD_KEYS, PART, REGION, TAGGING, Checks,
                     Interrupted, bare, bucket_name, chunks, equal, md5_base64, md5_hex, multipart_etag, parts_sent)

checks = Checks()
fact = checks.fact
AUTH = {'V1': oss2.ProviderAuth, 'V2': oss2.ProviderAuthV2, 'V4': oss2.ProviderAuthV4}


def open_bucket(version, name, credentials=None):
    auth = AUTH[version](credentials or EnvironmentVariableCredentialsProvider())
    return oss2.Bucket(auth, ENDPOINT, name, region=REGION)


def run(version):
    name = bucket_name(f'oss2-{version}')
    bucket = open_bucket(version, name)
    bucket.version = version
    return checks.run(f'oss2 {version}', bucket)


def refused(code, call):
    try:
        call()
    except oss2.exceptions.OssError as error:
        equal(error.code, code)
        equal(len(error.request_id), 24)
        return
    raise AssertionError(f'accepted, expected {code}')


def upload(bucket, key, parts, headers=None, complete_headers=None):
    """Uploads the parts one after another and completes; returns the SDK's result."""
    upload_id = bucket.init_multipart_upload(key, headers=headers).upload_id
    infos = [PartInfo(n, bucket.upload_part(key, upload_id, n, part).etag) for n, part in enumerate(parts, 1)]
    return bucket.complete_multipart_upload(key, upload_id, infos, headers=complete_headers)


@fact('a bucket is created, listed and described')
def buckets(bucket):
    bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE)
    service = oss2.Service(bucket.auth, ENDPOINT, region=REGION)
    equal([found.name for found in oss2.BucketIterator(service, prefix=bucket.bucket_name)], [bucket.bucket_name])
    info = bucket.get_bucket_info()
    equal((info.name, info.acl.grant, info.storage_class, info.location), (bucket.bucket_name, 'private', 'Standard', f'oss-{REGION}'))
    equal(bucket.get_bucket_location().location, f'oss-{REGION}')
    equal(bucket.get_bucket_stat().object_count, 0)


@fact('the ACL of a bucket changes')
def bucket_acl(bucket):
    for acl in (oss2.BUCKET_ACL_PUBLIC_READ, oss2.BUCKET_ACL_PRIVATE):
        bucket.put_bucket_acl(acl)
        equal(bucket.get_bucket_acl().acl, acl)


@fact('an object is returned byte for byte, with its checksums and metadata')
def put_and_get(bucket):
    headers = {**INITIATE_HEADERS, 'x-oss-tagging': TAGGING, 'Content-MD5': md5_base64(DATA)}
    put = bucket.put_object('whole', DATA, headers=headers)
    equal(put.etag, md5_hex(DATA))
    got = bucket.get_object('whole')
    equal((got.read(), got.server_crc), (DATA, got.client_crc))
    head = bucket.head_object('whole')
    equal({name: head.headers[name] for name in INITIATE_HEADERS}, INITIATE_HEADERS)
    equal((head.content_length, head.object_type, head.headers['x-oss-tagging-count']), (len(DATA), 'Normal', '3'))
    meta = bucket.get_object_meta('whole')
    equal((meta.content_length, bare(meta.etag)), (len(DATA), md5_hex(DATA)))
    bucket.put_object('empty', b'')
    equal(bucket.get_object('empty').read(), b'')


@fact('ranges and conditions select what is read')
def ranges(bucket):
    bucket.put_object('ranged', DATA)
    equal(bucket.get_object('ranged', byte_range=(5, 99_999)).read(), DATA[5:100_000])
    equal(bucket.get_object('ranged', byte_range=(len(DATA) - 3, None)).read(), DATA[-3:])
    equal(bucket.get_object('ranged', byte_range=(None, 7)).read(), DATA[-7:])
    etag = md5_hex(DATA)
    try:
        bucket.get_object('ranged', headers={'If-None-Match': f'"{etag}"'})
    except oss2.exceptions.NotModified as error:
        equal(error.status, 304)
    refused('PreconditionFailed', lambda: bucket.get_object('ranged', headers={'If-Match': '"0"'}))
    equal(bucket.get_object('ranged', headers={'If-Match': f'"{etag}"'}).read(), DATA)


@fact('a missing item is reported by its error code')
def missing(bucket):
    refused('NoSuchKey', lambda: bucket.get_object('absent'))
    equal(bucket.object_exists('absent'), False)
    refused('NoSuchBucket', lambda: open_bucket(bucket.version, f'{bucket.bucket_name}-no').get_object('absent'))
    wrong = StaticCredentialsProvider(os.environ['ACCESS_KEY_ID'], 'wrong')
    refused('SignatureDoesNotMatch', lambda: open_bucket(bucket.version, bucket.bucket_name, wrong).get_object('absent'))


@fact('unusual keys are kept unchanged')
def odd_keys(bucket):
    for key in ODD_KEYS:
        bucket.put_object(f'odd/{key}', key.encode())
        equal(bucket.get_object(f'odd/{key}').read(), key.encode())
    names = [found.key for found in oss2.ObjectIterator(bucket, prefix='odd/')]
    equal(sorted(names), sorted(f'odd/{key}' for key in ODD_KEYS))
    equal(sorted(bucket.batch_delete_objects(names).deleted_keys), sorted(names))
    equal(bucket.list_objects(prefix='odd/').object_list, [])


@fact('listings group by delimiter and continue page by page')
def listings(bucket):
    keys = [f'list/{folder}/{n}' for folder in 'abc' for n in range(3)] + ['list/z']
    for key in keys:
        bucket.put_object(key, b'x')
    for iterator in (oss2.ObjectIterator, oss2.ObjectIteratorV2):
        equal([found.key for found in iterator(bucket, prefix='list/', max_keys=2)], keys)
        grouped = iterator(bucket, prefix='list/', delimiter='/', max_keys=2)
        equal([found.key for found in grouped], ['list/a/', 'list/b/', 'list/c/', 'list/z'])
    equal([found.key for found in bucket.list_objects(prefix='list/', marker='list/c/2').object_list], ['list/z'])
    equal([found.key for found in bucket.list_objects_v2(prefix='list/', start_after='list/c/2').object_list], ['list/z'])


@fact('an object is not overwritten where that is forbidden, and can be deleted twice')
def overwrite_and_delete(bucket):
    forbid = {'x-oss-forbid-overwrite': 'true'}
    bucket.put_object('once', b'1', headers=forbid)
    refused('FileAlreadyExists', lambda: bucket.put_object('once', b'2', headers=forbid))
    equal(bucket.get_object('once').read(), b'1')
    equal([bucket.delete_object('once').status, bucket.delete_object('once').status], [204, 204])


@fact('the ACL of an object and presigned URLs decide whether a client without a key may read')
def access(bucket):
    bucket.put_object('secret', b'secret')
    equal(bucket.get_object_acl('secret').acl, 'default')
    anonymous = oss2.Bucket(oss2.AnonymousAuth(), ENDPOINT, bucket.bucket_name)
    refused('AccessDenied', lambda: anonymous.get_object('secret'))
    bucket.put_object_acl('secret', oss2.OBJECT_ACL_PUBLIC_READ)
    equal(bucket.get_object_acl('secret').acl, 'public-read')
    equal(anonymous.get_object('secret').read(), b'secret')
    bucket.put_object_acl('secret', oss2.OBJECT_ACL_PRIVATE)
    key = 'signed/中 文+.txt'
    put = urllib.request.Request(bucket.sign_url('PUT', key, 60, slash_safe=True), data=b'signed', method='PUT',
                                 headers={'Content-Type': ''})
    urllib.request.urlopen(put).close()
    url = bucket.sign_url('GET', key, 60, params={'response-content-type': 'text/x-signed'}, slash_safe=True)
    with urllib.request.urlopen(url) as answer:
        equal((answer.read(), answer.headers['Content-Type']), (b'signed', 'text/x-signed'))
    try:
        urllib.request.urlopen(url.replace('text%2Fx-signed', 'text%2Fx-forged'))
    except urllib.error.HTTPError as error:
        equal(error.code, 403)
    else:
        raise AssertionError('a forged URL was accepted')


@fact('the published sample runs: options at initiate, parts of 100 KiB, an ACL at complete')
def sample(bucket):
    with tempfile.NamedTemporaryFile() as file:
        file.write(DATA)
        file.flush()
        total_size = os.path.getsize(file.name)
        part_size = determine_part_size(total_size, preferred_size=100 * 1024)
        equal(part_size, PART)
        key = 'exampledir/exampleobject.txt'
        headers = {**INITIATE_HEADERS, 'x-oss-tagging': TAGGING, 'x-oss-forbid-overwrite': 'true'}
        upload_id = bucket.init_multipart_upload(key, headers=headers).upload_id
        parts = []
        with open(file.name, 'rb') as fileobj:
            part_number, offset = 1, 0
            while offset < total_size:
                num_to_upload = min(part_size, total_size - offset)
                result = bucket.upload_part(key, upload_id, part_number, SizedFileAdapter(fileobj, num_to_upload))
                parts.append(PartInfo(part_number, result.etag, size=num_to_upload, part_crc=result.crc))
                offset += num_to_upload
                part_number += 1
        done = bucket.complete_multipart_upload(key, upload_id, parts, headers={'x-oss-object-acl': oss2.OBJECT_ACL_PRIVATE})
    equal(done.etag, multipart_etag(chunks()))
    equal(bucket.get_object(key).read(), DATA)
    equal(bucket.get_object(key, byte_range=(PART - 1, 3 * PART)).read(), DATA[PART - 1:3 * PART + 1])
    equal(bucket.get_object_acl(key).acl, 'private')
    head = bucket.head_object(key)
    equal({name: head.headers[name] for name in INITIATE_HEADERS}, INITIATE_HEADERS)
    equal((head.object_type, head.headers['x-oss-tagging-count'], head.headers.get('Content-MD5')), ('Multipart', '3', None))
    refused('FileAlreadyExists', lambda: bucket.init_multipart_upload(key, headers=headers))


@fact('parts from eight threads make the object')
def parallel(bucket):
    key = 'parallel'
    upload_id = bucket.init_multipart_upload(key).upload_id
    with ThreadPoolExecutor(max_workers=8) as executor:
        sent = executor.map(lambda part: PartInfo(part[0], bucket.upload_part(key, upload_id, *part).etag), enumerate(chunks(), 1))
        bucket.complete_multipart_upload(key, upload_id, list(sent))
    equal(bucket.get_object(key).read(), DATA)


@fact('the checksums are the published ones')
def golden(bucket):
    done = upload(bucket, 'golden', GOLDEN)
    equal((done.etag, done.crc), (GOLDEN_ETAG, GOLDEN_CRC64))


@fact('complete-all takes every stored part')
def complete_all(bucket):
    parts = chunks()
    upload_id = bucket.init_multipart_upload('all').upload_id
    for number in (3, 1, 2):
        bucket.upload_part('all', upload_id, number, parts[number - 1])
    done = bucket.complete_multipart_upload('all', upload_id, None, headers={'x-oss-complete-all': 'yes'})
    equal((done.etag, bucket.get_object('all').read()), (multipart_etag(parts[:3]), DATA[:3 * PART]))


@fact('a resumable upload continues where it was interrupted')
def resumable(bucket):
    number_of = lambda _key, _upload_id, number, *_: number
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'file')
        with open(path, 'wb') as file:
            file.write(DATA)
        options = {'store': oss2.ResumableStore(root=folder), 'multipart_threshold': PART, 'part_size': PART, 'num_threads': 3}
        with parts_sent(bucket, number_of, limit=4):
            try:
                oss2.resumable_upload(bucket, 'resumed', path, **options)
            except Interrupted:
                pass
        left, = oss2.ObjectUploadIterator(bucket, 'resumed')
        before = [part.part_number for part in oss2.PartIterator(bucket, 'resumed', left.upload_id)]
        equal(len(before), 4)
        with parts_sent(bucket, number_of) as sent:
            oss2.resumable_upload(bucket, 'resumed', path, **options)
    equal(sorted(sent + before), list(range(1, 11)))
    equal(bucket.get_object('resumed').read(), DATA)


@fact('objects are copied whole and by range')
def copies(bucket):
    bucket.put_object('source', DATA, headers=INITIATE_HEADERS)
    equal(bucket.copy_object(bucket.bucket_name, 'source', 'copied').etag, md5_hex(DATA))
    equal((bucket.get_object('copied').read(), bucket.head_object('copied').headers['x-oss-meta-people']), (DATA, 'test'))
    bucket.update_object_meta('copied', {'x-oss-meta-people': 'others'})
    equal(bucket.head_object('copied').headers['x-oss-meta-people'], 'others')
    upload_id = bucket.init_multipart_upload('joined').upload_id
    ranges = [(0, 4 * PART - 1), (4 * PART, len(DATA) - 1)]
    parts = [PartInfo(n, bucket.upload_part_copy(bucket.bucket_name, 'source', span, 'joined', upload_id, n).etag)
             for n, span in enumerate(ranges, 1)]
    bucket.complete_multipart_upload('joined', upload_id, parts)
    equal(bucket.get_object('joined').read(), DATA)


@fact('parts and uploads are listed page by page')
def list_parts(bucket):
    parts = chunks()
    ids = {key: bucket.init_multipart_upload(key).upload_id for key in ('up/a', 'up/b/1', 'up/b/2', 'up/c d')}
    for number in (1, 2, 5, 9):
        bucket.upload_part('up/a', ids['up/a'], number, parts[number - 1])
    found = list(oss2.PartIterator(bucket, 'up/a', ids['up/a'], max_parts=3))
    equal([(part.part_number, part.etag, part.size) for part in found], [(n, md5_hex(parts[n - 1]), PART) for n in (1, 2, 5, 9)])
    uploads = list(oss2.MultipartUploadIterator(bucket, prefix='up/', max_uploads=1))
    equal([(item.key, item.upload_id) for item in uploads], sorted(ids.items()))
    page = bucket.list_multipart_uploads(prefix='up/', delimiter='/')
    equal(([item.key for item in page.upload_list], page.prefix_list), (['up/a', 'up/c d'], ['up/b/']))
    for key, upload_id in ids.items():
        equal(bucket.abort_multipart_upload(key, upload_id).status, 204)
        refused('NoSuchUpload', lambda: bucket.abort_multipart_upload(key, upload_id))
        refused('NoSuchUpload', lambda: bucket.list_parts(key, upload_id))
    equal(bucket.list_multipart_uploads(prefix='up/').upload_list, [])


@fact('a refused complete leaves the upload unchanged')
def refusals(bucket):
    key, parts = 'refused', [b'short', chunks()[0], b'last']
    upload_id = bucket.init_multipart_upload(key).upload_id
    refused('InvalidDigest', lambda: bucket.upload_part(key, upload_id, 1, b'x', headers={'Content-MD5': md5_base64(b'y')}))
    refused('InvalidArgument', lambda: bucket.upload_part(key, upload_id, 10_001, b'x'))
    infos = [PartInfo(n, bucket.upload_part(key, upload_id, n, part).etag) for n, part in enumerate(parts, 1)]
    complete = lambda listed: bucket.complete_multipart_upload(key, upload_id, listed)
    refused('EntityTooSmall', lambda: complete(infos))
    refused('InvalidPart', lambda: complete([PartInfo(2, md5_hex(b'other')), infos[2]]))
    refused('InvalidPart', lambda: complete([infos[1], PartInfo(4, infos[2].etag)]))
    infos[0] = PartInfo(1, bucket.upload_part(key, upload_id, 1, parts[1]).etag)  # again, and now large enough
    complete(infos[:2] + infos[2:])
    equal(bucket.get_object(key).read(), parts[1] + parts[1] + parts[2])
    refused('NoSuchUpload', lambda: bucket.upload_part(key, upload_id, 1, b'x'))


@fact('a bucket is deleted only when it is empty', last=True)
def delete_bucket(bucket):
    upload_id = bucket.init_multipart_upload('open').upload_id
    refused('BucketNotEmpty', bucket.delete_bucket)
    bucket.batch_delete_objects([found.key for found in oss2.ObjectIterator(bucket)])
    refused('BucketNotEmpty', bucket.delete_bucket)
    bucket.abort_multipart_upload('open', upload_id)
    bucket.delete_bucket()
    refused('NoSuchBucket', bucket.get_bucket_info)
