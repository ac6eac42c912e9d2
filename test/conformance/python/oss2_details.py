"""Uploads together with copies, listings, callbacks and rules for the first Python SDK."""

import json

import oss2
from oss2.models import AbortMultipartUpload, BucketLifecycle, LifecycleRule, PartInfo

from harness import CONTROL_KEY, DATA, PART, STRICT, callback, chunks, equal, md5_base64, md5_hex, received
from oss2_checks import fact, refused, upload


@fact('a part copy takes the whole source or a range, and the whole source if the range exceeds it')
def part_copies(bucket):
    source = 'parts of/a + b'
    bucket.put_object(source, DATA)
    upload_id = bucket.init_multipart_upload('ranges').upload_id
    copy = lambda number, span: bucket.upload_part_copy(bucket.bucket_name, source, span, 'ranges', upload_id, number)
    first = copy(1, (0, PART - 1))
    equal(first.headers['Content-Range'], f'bytes 0-{PART - 1}/{len(DATA)}')
    for span in ((0, len(DATA)), (len(DATA), len(DATA) + 9), None):
        second = copy(2, span)
        equal((second.etag, second.headers.get('Content-Range')), (md5_hex(DATA), None))
    bucket.complete_multipart_upload('ranges', upload_id, [PartInfo(1, first.etag), PartInfo(2, second.etag)])
    equal(bucket.get_object('ranges').read(), DATA[:PART] + DATA)


@fact('a copy keeps or replaces the metadata of its source, also onto itself')
def copied_headers(bucket):
    bucket.put_object('described', DATA, headers={'Content-Type': 'text/plain', 'x-oss-meta-people': 'test'})
    described = lambda key: [bucket.head_object(key).headers.get(name) for name in ('Content-Type', 'x-oss-meta-people')]
    bucket.copy_object(bucket.bucket_name, 'described', 'kept', headers={'x-oss-metadata-directive': 'COPY', 'x-oss-meta-people': 'no'})
    equal(described('kept'), ['text/plain', 'test'])
    anew = {'x-oss-metadata-directive': 'REPLACE', 'Content-Type': 'text/html', 'x-oss-meta-people': 'others'}
    bucket.copy_object(bucket.bucket_name, 'described', 'anew', headers=anew)
    equal(described('anew'), ['text/html', 'others'])
    bucket.copy_object(bucket.bucket_name, 'described', 'described', headers=anew)
    equal((described('described'), bucket.get_object('described').read()), (['text/html', 'others'], DATA))
    refused('NoSuchKey', lambda: bucket.copy_object(bucket.bucket_name, 'absent', 'kept'))


@fact('objects, uploads and the default of a bucket are encrypted, and show it')
def encryption(bucket):
    header = 'x-oss-server-side-encryption'
    for algorithm in ('AES256', 'KMS', 'SM4'):
        equal(bucket.put_object('encrypted', DATA, headers={header: algorithm}).headers[header], algorithm)
        equal(bucket.get_object('encrypted', byte_range=(7, 100006)).read(), DATA[7:100007])
        upload_id = bucket.init_multipart_upload('encrypted', headers={header: algorithm}).upload_id
        part = bucket.upload_part('encrypted', upload_id, 1, DATA)
        equal(part.headers[header], algorithm)
        done = bucket.complete_multipart_upload('encrypted', upload_id, [PartInfo(1, part.etag)])
        equal((done.headers[header], bucket.get_object('encrypted').read()), (algorithm, DATA))
    bucket.put_bucket_encryption(oss2.models.ServerSideEncryptionRule('KMS'))
    equal(bucket.get_bucket_encryption().sse_algorithm, 'KMS')
    bucket.put_object('encrypted', DATA)
    equal(bucket.head_object('encrypted').headers[header], 'KMS')
    bucket.delete_bucket_encryption()


@fact('appends continue where the last one ended, and their CRC-64 is that of the whole')
def appends(bucket):
    first = bucket.append_object('appended', 0, 'first ', init_crc=0)
    second = bucket.append_object('appended', first.next_position, DATA, init_crc=first.crc)
    equal((first.next_position, second.next_position), (6, 6 + len(DATA)))
    try:
        bucket.append_object('appended', 6, DATA)
    except oss2.exceptions.PositionNotEqualToLength as error:
        equal((error.status, error.next_position), (409, second.next_position))
    else:
        raise AssertionError('bytes were appended in the middle')
    equal(bucket.get_object('appended').read(), b'first ' + DATA)
    equal(bucket.head_object('appended').object_type, 'Appendable')


@fact('a symlink is read as its target, and is followed once')
def symlinks(bucket):
    bucket.put_object('目标 + target', DATA)
    bucket.put_symlink('目标 + target', 'symlink', headers={'x-oss-meta-people': 'test'})
    found = bucket.get_symlink('symlink')
    equal((found.target_key, found.headers['x-oss-meta-people']), ('目标 + target', 'test'))
    equal(bucket.get_object('symlink').read(), DATA)
    equal(bucket.head_object('symlink').object_type, 'Symlink')
    bucket.put_symlink('symlink', 'again')
    refused('InvalidTargetType', lambda: bucket.get_object('again'))
    bucket.put_symlink('nothing', 'dangling')
    refused('SymlinkTargetNotExist', lambda: bucket.get_object('dangling'))


@fact('the answer to a callback replaces the result, and a failed callback keeps the object')
def callbacks(bucket):
    def headers(path):
        return dict(zip(('x-oss-callback', 'x-oss-callback-var'), callback(path)))

    put = bucket.put_object('called', DATA, headers=headers('/done'))
    equal(json.loads(put.resp.read()), received('called', len(DATA)))
    done = upload(bucket, 'called/parts', chunks(), complete_headers=headers('/done'))
    equal(json.loads(done.resp.read()), received('called%2Fparts', len(DATA)))
    bucket.batch_delete_objects(['called', 'called/parts'])
    for failed in (bucket.put_object('called', DATA, headers=headers('/broken')),
                   upload(bucket, 'called/parts', chunks(), complete_headers=headers('/broken'))):
        equal((failed.status, b'<Code>CallbackFailed</Code>' in failed.resp.read()), (203, True))  # not an error for this SDK
    equal([bucket.get_object(key).read() for key in ('called', 'called/parts')], [DATA, DATA])


@fact('a sequential upload accepts each part once and in order, and its object has an MD5')
def sequential(bucket):
    key, parts = 'sequential', chunks()[:2]
    upload_id = bucket.init_multipart_upload(key, params={'sequential': ''}).upload_id
    send = lambda number: PartInfo(number, bucket.upload_part(key, upload_id, number, parts[number - 1]).etag)
    refused('PartNotSequential', lambda: send(2))
    sent = [send(1), send(2)]
    try:
        send(1)
    except oss2.exceptions.OssError as error:
        headers = [error.details[name] for name in ('Code', 'PartNumber', 'PartEtag')]
        equal((error.status, headers), (409, ['PartAlreadyExist', '1', md5_hex(parts[0])]))
    else:
        raise AssertionError('a part was replaced')
    bucket.complete_multipart_upload(key, upload_id, sent)
    equal(bucket.head_object(key).headers['Content-MD5'], md5_base64(parts[0] + parts[1]))


@fact('uploads and parts are listed from any marker, and grouped by any delimiter')
def markers(bucket):
    begun = [(key, bucket.init_multipart_upload(key).upload_id) for key in ('mark/a', 'mark/a', 'mark/b4x', 'mark/b4y', 'mark/c')]
    one, two, *rest = sorted(begun)

    def listed(**query):
        page = bucket.list_multipart_uploads(prefix='mark/', **query)
        return [(found.key, found.upload_id) for found in page.upload_list] + page.prefix_list

    equal(listed(upload_id_marker=two[1]), [one, two, *rest])
    equal(listed(key_marker='mark/a'), rest)
    equal(listed(key_marker='mark/a', upload_id_marker=one[1], max_uploads=1), [two])
    equal(listed(key_marker='mark/b5'), rest[2:])
    equal(listed(delimiter='4'), [one, two, rest[2], 'mark/b4'])
    for number in (2, 4):
        bucket.upload_part(*one, number, b'x')
    for marker, numbers in (('', [2, 4]), ('1', [2, 4]), ('2', [4]), ('4', [])):
        equal([part.part_number for part in bucket.list_parts(*one, marker=marker).parts], numbers)
    for key, upload_id in begun:
        bucket.abort_multipart_upload(key, upload_id)


@fact('keys with all control characters are listed unchanged')
def control_characters(bucket):
    # the parser of this SDK rejects such characters, and its Initiate requests no encoding
    upload_id = bucket.init_multipart_upload(CONTROL_KEY, params={'encoding-type': 'url'}).upload_id
    bucket.put_object(CONTROL_KEY, b'x')
    equal([found.key for found in bucket.list_multipart_uploads(prefix='control/').upload_list], [CONTROL_KEY])
    for iterator in (oss2.ObjectIterator, oss2.ObjectIteratorV2):
        equal([found.key for found in iterator(bucket, prefix='control/')], [CONTROL_KEY])
    bucket.abort_multipart_upload(CONTROL_KEY, upload_id)
    bucket.delete_object(CONTROL_KEY)  # in a list of keys this SDK loses the carriage return


@fact('a traffic limit within the allowed range is accepted, and any other refused')
def traffic(bucket):
    upload_id = bucket.init_multipart_upload('limited').upload_id
    send = lambda limit: bucket.upload_part('limited', upload_id, 1, chunks()[0], headers={'x-oss-traffic-limit': limit})
    equal(send('83886080').etag, md5_hex(chunks()[0]))
    for limit in ('1', '838860801', 'fast'):
        refused('InvalidArgument', lambda: send(limit))
    bucket.abort_multipart_upload('limited', upload_id)


@fact('a rule that aborts uploads is returned as it was set')
def rules(bucket):
    bucket.put_bucket_lifecycle(BucketLifecycle([LifecycleRule('days', 'tmp/', abort_multipart_upload=AbortMultipartUpload(days=30))]))
    found, = bucket.get_bucket_lifecycle().rules
    equal((found.id, found.prefix, found.status, found.abort_multipart_upload.days), ('days', 'tmp/', 'Enabled', 30))
    bucket.delete_bucket_lifecycle()
    refused('NoSuchLifecycle', bucket.get_bucket_lifecycle)


@fact('the statistics of a bucket count its uploads and their parts')
def statistics(bucket):
    count = lambda: (lambda stat: (stat.multi_part_upload_count, stat.multipart_part_count))(bucket.get_bucket_stat())
    uploads, parts = count()
    upload_id = bucket.init_multipart_upload('counted').upload_id
    bucket.upload_part('counted', upload_id, 1, b'x')
    equal(count(), (uploads + 1, parts + 1))
    bucket.abort_multipart_upload('counted', upload_id)
    equal(count(), (uploads, parts))


@fact('a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first')
def repeated(bucket):
    upload_id = bucket.init_multipart_upload('repeated').upload_id
    parts = [PartInfo(1, bucket.upload_part('repeated', upload_id, 1, b'x').etag)]
    complete = lambda: bucket.complete_multipart_upload('repeated', upload_id, parts).etag
    first = complete()
    if STRICT:
        refused('NoSuchUpload', complete)
    else:
        equal(complete(), first)
