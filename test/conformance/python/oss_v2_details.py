"""Uploads together with copies, listings, callbacks and rules for the second Python SDK."""

import json

import alibabacloud_oss_v2 as oss

from harness import CONTROL_KEY, DATA, PART, STRICT, bare, callback, chunks, equal, md5_base64, md5_hex, received
from oss_v2_checks import fact, refused


@fact('a part copy takes the whole source or a range, and the whole source if the range exceeds it')
def part_copies(target):
    source = 'parts of/a + b'
    target.call('put_object', key=source, body=DATA)
    ids = {'key': 'ranges', 'upload_id': target.call('initiate_multipart_upload', key='ranges').upload_id}
    copy = lambda number, span: target.call('upload_part_copy', part_number=number, source_key=source, source_range=span, **ids)
    first = copy(1, f'bytes=0-{PART - 1}')
    equal(first.headers['Content-Range'], f'bytes 0-{PART - 1}/{len(DATA)}')
    for span in (f'bytes=0-{len(DATA)}', f'bytes={len(DATA)}-', None):
        second = copy(2, span)
        equal((bare(second.etag), second.headers.get('Content-Range')), (md5_hex(DATA), None))
    parts = [oss.UploadPart(part_number=number, etag=part.etag) for number, part in ((1, first), (2, second))]
    target.complete(**ids, parts=parts)
    equal(target.read('ranges'), DATA[:PART] + DATA)


@fact('a copy keeps or replaces the metadata of its source, also onto itself')
def copied_headers(target):
    target.call('put_object', key='described', body=DATA, content_type='text/plain', metadata={'people': 'test'})
    described = lambda key: (lambda head: (head.content_type, head.metadata))(target.call('head_object', key=key))
    target.call('copy_object', key='kept', source_key='described', metadata_directive='COPY', metadata={'people': 'no'})
    equal(described('kept'), ('text/plain', {'people': 'test'}))
    anew = {'metadata_directive': 'REPLACE', 'content_type': 'text/html', 'metadata': {'people': 'others'}}
    for key in ('anew', 'described'):
        target.call('copy_object', key=key, source_key='described', **anew)
        equal((described(key), target.read(key)), (('text/html', anew['metadata']), DATA))
    refused('NoSuchKey', lambda: target.call('copy_object', key='kept', source_key='absent'))


@fact('the answer to a callback replaces the result, and a failed callback keeps the object')
def callbacks(target):
    def fields(path):
        return dict(zip(('callback', 'callback_var'), callback(path)))

    def upload(path):
        upload_id = target.call('initiate_multipart_upload', key='called/parts').upload_id
        part = target.send_part('called/parts', upload_id, 1, chunks()[0])
        return target.complete('called/parts', upload_id, [part], **fields(path))

    put = target.call('put_object', key='called', body=DATA, **fields('/done'))
    answers = [json.loads(result.callback_result) for result in (put, upload('/done'))]  # a string, despite the SDK's documentation
    equal(answers, [received('called', len(DATA)), received('called%2Fparts', PART)])
    for key in ('called', 'called/parts'):
        target.call('delete_object', key=key)
    for failed in (target.call('put_object', key='called', body=DATA, **fields('/broken')), upload('/broken')):
        equal((failed.status_code, '<Code>CallbackFailed</Code>' in failed.callback_result), (203, True))  # not an error for this SDK
    equal([target.read('called'), target.read('called/parts')], [DATA, chunks()[0]])


@fact('a sequential upload accepts each part once and in order, and its object has an MD5')
def sequential(target):
    key, parts = 'sequential', chunks()[:2]
    upload_id = target.call('initiate_multipart_upload', key=key, parameters={'sequential': ''}).upload_id
    send = lambda number: target.send_part(key, upload_id, number, parts[number - 1])
    refused('PartNotSequential', lambda: send(2))
    sent = [send(1), send(2)]
    try:
        send(1)
    except oss.exceptions.OperationError as error:
        reason = error.unwrap()
        headers = [reason.error_fileds[name] for name in ('PartNumber', 'PartEtag')]
        equal((reason.status_code, reason.code, headers), (409, 'PartAlreadyExist', ['1', md5_hex(parts[0])]))
    else:
        raise AssertionError('a part was replaced')
    target.complete(key, upload_id, sent)
    equal(target.call('head_object', key=key).content_md5, md5_base64(parts[0] + parts[1]))


@fact('uploads and parts are listed from any marker, in pages of any size')
def markers(target):
    keys = ('mark/a', 'mark/a', 'mark/b4x', 'mark/b4y', 'mark/c')
    begun = [(key, target.call('initiate_multipart_upload', key=key).upload_id) for key in keys]
    one, two, *rest = sorted(begun)

    def listed(**query):
        page = target.call('list_multipart_uploads', prefix='mark/', **query)
        return [(found.key, found.upload_id) for found in page.uploads or []]

    equal(listed(upload_id_marker=two[1]), [one, two, *rest])
    equal(listed(key_marker='mark/a'), rest)
    equal(listed(key_marker='mark/a', upload_id_marker=one[1], max_uploads=1), [two])
    equal(listed(key_marker='mark/b5'), rest[2:])
    for number in (2, 4):
        target.send_part(*one, number, b'x')
    for marker, numbers in ((None, [2, 4]), (1, [2, 4]), (2, [4]), (4, [])):
        page = target.call('list_parts', key=one[0], upload_id=one[1], part_number_marker=marker)
        equal([part.part_number for part in page.parts or []], numbers)
    for key, upload_id in begun:
        target.call('abort_multipart_upload', key=key, upload_id=upload_id)


@fact('keys with all control characters are listed unchanged')
def control_characters(target):
    upload_id = target.call('initiate_multipart_upload', key=CONTROL_KEY).upload_id
    target.call('put_object', key=CONTROL_KEY, body=b'x')
    equal([found.key for found in target.call('list_multipart_uploads', prefix='control/').uploads], [CONTROL_KEY])
    for operation in ('list_objects', 'list_objects_v2'):
        equal([found.key for found in target.call(operation, prefix='control/').contents], [CONTROL_KEY])
    target.complete(CONTROL_KEY, upload_id, [target.send_part(CONTROL_KEY, upload_id, 1, b'y')])
    equal(target.read(CONTROL_KEY), b'y')
    target.call('delete_object', key=CONTROL_KEY)


@fact('a traffic limit within the allowed range is accepted, and any other refused')
def traffic(target):
    upload_id = target.call('initiate_multipart_upload', key='limited').upload_id
    target.send_part('limited', upload_id, 1, chunks()[0], traffic_limit=83_886_080)
    for limit in (1, 838_860_801):
        refused('InvalidArgument', lambda: target.send_part('limited', upload_id, 1, chunks()[0], traffic_limit=limit))
    target.call('abort_multipart_upload', key='limited', upload_id=upload_id)


@fact('a rule that aborts uploads is returned as it was set')
def rules(target):
    rule = oss.LifecycleRule(id='days', prefix='tmp/', status='Enabled', abort_multipart_upload=oss.LifecycleRuleAbortMultipartUpload(days=30))
    target.call('put_bucket_lifecycle', lifecycle_configuration=oss.LifecycleConfiguration(rules=[rule]))
    found, = target.call('get_bucket_lifecycle').lifecycle_configuration.rules
    equal((found.id, found.prefix, found.status, found.abort_multipart_upload.days), ('days', 'tmp/', 'Enabled', 30))
    target.call('delete_bucket_lifecycle')
    refused('NoSuchLifecycle', lambda: target.call('get_bucket_lifecycle'))


@fact('the statistics of a bucket count its uploads')
def statistics(target):
    count = lambda: target.call('get_bucket_stat').multi_part_upload_count
    before = count()
    upload_id = target.call('initiate_multipart_upload', key='counted').upload_id
    equal(count(), before + 1)
    target.call('abort_multipart_upload', key='counted', upload_id=upload_id)
    equal(count(), before)


@fact('a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first')
def repeated(target):
    upload_id = target.call('initiate_multipart_upload', key='repeated').upload_id
    parts = [target.send_part('repeated', upload_id, 1, b'x')]
    complete = lambda: target.complete('repeated', upload_id, parts).etag
    first = complete()
    if STRICT:
        refused('NoSuchUpload', complete)
    else:
        equal(complete(), first)
