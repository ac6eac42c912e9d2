"""Multipart upload by boto3."""

import hashlib
import io
import random

from boto3.s3.transfer import TransferConfig
from harness import Checks, equal

from s3_support import KIB, bucket_named, empty, refused

checks = Checks()
fact = checks.fact
BUCKET = bucket_named('uploads')
PARTS = [random.Random(number).randbytes(300 * KIB) for number in range(3)] + [b'end']
LARGE = random.Random(7).randbytes(9 * KIB * KIB)


def etag_of(parts):
    digests = b''.join(hashlib.md5(part).digest() for part in parts)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(parts)}"'


def begin(s3, key, **more):
    return {'Bucket': BUCKET, 'Key': key, 'UploadId': s3.create_multipart_upload(Bucket=BUCKET, Key=key, **more)['UploadId']}


def send(s3, upload, parts, **more):
    answers = [s3.upload_part(**upload, PartNumber=number, Body=part, **more) for number, part in enumerate(parts, 1)]
    return [{'PartNumber': number, 'ETag': answer['ETag']} for number, answer in enumerate(answers, 1)]


@fact('an upload by parts has the ETag of S3, and a repeated Complete gets the same answer')
def _(s3):
    s3.create_bucket(Bucket=BUCKET)
    upload = begin(s3, 'parts', Metadata={'k': 'v'}, ContentType='text/plain')
    listed = send(s3, upload, PARTS)
    done = [s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': listed}) for _ in range(2)]
    equal([one['ETag'] for one in done], [etag_of(PARTS)] * 2)
    got = s3.get_object(Bucket=BUCKET, Key='parts')
    equal((got['Body'].read(), got['Metadata'], got['ContentType']), (b''.join(PARTS), {'k': 'v'}, 'text/plain'))


@fact('parts are read by their numbers, and described')
def _(s3):
    for number, part in enumerate(PARTS, 1):
        got = s3.get_object(Bucket=BUCKET, Key='parts', PartNumber=number)
        equal((got['Body'].read(), got['PartsCount']), (part, len(PARTS)))
        equal(s3.head_object(Bucket=BUCKET, Key='parts', PartNumber=number)['ContentLength'], len(part))
    with refused('416', 416):
        s3.head_object(Bucket=BUCKET, Key='parts', PartNumber=5)
    with refused('InvalidPartNumber', 416):
        s3.get_object(Bucket=BUCKET, Key='parts', PartNumber=5)
    with refused('InvalidArgument', 400):
        s3.get_object(Bucket=BUCKET, Key='parts', PartNumber=10001)
    with refused('InvalidRequest', 400):
        s3.get_object(Bucket=BUCKET, Key='parts', PartNumber=1, Range='bytes=0-1')
    names = ['ETag', 'ObjectParts', 'ObjectSize', 'StorageClass', 'Checksum']
    shown = s3.get_object_attributes(Bucket=BUCKET, Key='parts', ObjectAttributes=names, MaxParts=2)
    equal((shown['ObjectParts']['TotalPartsCount'], shown['ObjectParts']['IsTruncated']), (4, True))
    equal([part['Size'] for part in shown['ObjectParts']['Parts']], [len(part) for part in PARTS[:2]])
    equal((f'"{shown["ETag"]}"', shown['ObjectSize']), (etag_of(PARTS), len(b''.join(PARTS))))


@fact('boto3 transfers a large file by parts, both ways')
def _(s3):
    config = TransferConfig(multipart_threshold=5 * KIB * KIB, multipart_chunksize=5 * KIB * KIB)
    s3.upload_fileobj(io.BytesIO(LARGE), BUCKET, 'large', Config=config)
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, 'large', target, Config=config)
    assert target.getvalue() == LARGE
    assert s3.head_object(Bucket=BUCKET, Key='large', ChecksumMode='ENABLED')['ChecksumCRC32'].endswith('-2')
    shown = s3.get_object_attributes(Bucket=BUCKET, Key='large', ObjectAttributes=['Checksum', 'ObjectParts'])
    assert all('ChecksumCRC32' in part for part in shown['ObjectParts']['Parts'])
    s3.copy({'Bucket': BUCKET, 'Key': 'large'}, BUCKET, 'copied', Config=config)
    assert s3.get_object(Bucket=BUCKET, Key='copied')['Body'].read() == LARGE


@fact('a listed subset makes the object, and the others are dropped')
def _(s3):
    upload = begin(s3, 'subset')
    listed = send(s3, upload, PARTS)
    s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': [listed[0], listed[2]]})
    got = s3.get_object(Bucket=BUCKET, Key='subset')
    equal(got['Body'].read(), PARTS[0] + PARTS[2])
    equal(s3.get_object(Bucket=BUCKET, Key='subset', PartNumber=3)['PartsCount'], 2)


@fact('wrong lists are refused, and the upload stays')
def _(s3):
    upload = begin(s3, 'wrong')
    listed = send(s3, upload, PARTS)
    complete = lambda parts, **more: s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': parts}, **more)
    with refused('InvalidPartOrder', 400):
        complete(listed[::-1])
    with refused('InvalidPart', 400):
        complete([{'PartNumber': 9, 'ETag': '"x"'}])
    with refused('MalformedXML', 400):
        complete([])
    with refused('EntityTooSmall', 400):
        complete([listed[3], {'PartNumber': 5, 'ETag': s3.upload_part(**upload, PartNumber=5, Body=b'x')['ETag']}])
    equal(len(s3.list_parts(**upload)['Parts']), 5)
    s3.abort_multipart_upload(**upload)
    for again in [lambda: complete(listed), lambda: s3.list_parts(**upload), lambda: s3.abort_multipart_upload(**upload)]:
        with refused('NoSuchUpload', 404):
            again()


@fact('conditions of Complete')
def _(s3):
    s3.put_object(Bucket=BUCKET, Key='taken', Body=b'x')
    upload = begin(s3, 'taken')
    listed = send(s3, upload, PARTS[-1:])
    with refused('PreconditionFailed', 412):
        s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': listed}, IfNoneMatch='*')
    s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': listed})


@fact('uploads and parts are listed in pages')
def _(s3):
    uploads = [begin(s3, key) for key in ['u/a', 'u/a', 'u/b/1', 'u/c']]
    pages = s3.get_paginator('list_multipart_uploads').paginate(Bucket=BUCKET, Prefix='u/', PaginationConfig={'PageSize': 1})
    equal([(one['Key'], one['UploadId']) for page in pages for one in page.get('Uploads', [])], [(one['Key'], one['UploadId']) for one in uploads])
    grouped = s3.list_multipart_uploads(Bucket=BUCKET, Prefix='u/', Delimiter='/')
    equal([one['Prefix'] for one in grouped['CommonPrefixes']], ['u/b/'])
    none = s3.list_parts(**uploads[0])
    equal((none['PartNumberMarker'], none['NextPartNumberMarker'], none.get('Parts', [])), (0, 0, []))
    send(s3, uploads[0], PARTS)
    pages = s3.get_paginator('list_parts').paginate(**uploads[0], PaginationConfig={'PageSize': 3})
    equal([part['PartNumber'] for page in pages for part in page['Parts']], [1, 2, 3, 4])
    for upload in uploads:
        s3.abort_multipart_upload(**upload)


@fact('ranges of objects are copied as parts, and none that leaves its source')
def _(s3):
    s3.put_object(Bucket=BUCKET, Key='source', Body=b'0123456789' * 20 * KIB)
    upload = begin(s3, 'joined')
    copy = lambda number, **more: s3.upload_part_copy(**upload, PartNumber=number, CopySource=f'{BUCKET}/source', **more)['CopyPartResult']['ETag']
    listed = [{'PartNumber': 1, 'ETag': copy(1, CopySourceRange='bytes=0-150000')}, {'PartNumber': 2, 'ETag': copy(2)}]
    for wrong in ['bytes=0-999999', 'bytes=5-', '0-5', 'bytes=5-2']:
        with refused('InvalidArgument', 400):
            copy(3, CopySourceRange=wrong)
    s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': listed})
    whole = b'0123456789' * 20 * KIB
    assert s3.get_object(Bucket=BUCKET, Key='joined')['Body'].read() == whole[:150001] + whole


@fact('a bucket with an open upload is deleted', last=True)
def _(s3):
    begin(s3, 'open')
    empty(s3, BUCKET)
