"""Appends, symlinks, tags, archives and settings of buckets for the first Python SDK."""

import contextlib
import time
import urllib.error
import urllib.request

import oss2
from oss2 import models

from harness import DATA, ENDPOINT, GOLDEN, GOLDEN_CRC64, PART, REGION, equal
from oss2_checks import fact, refused


@contextlib.contextmanager
def own_bucket(bucket):
    """A new bucket, which is deleted with its objects."""
    own = oss2.Bucket(bucket.auth, ENDPOINT, f'{bucket.bucket_name[:40]}-{time.time_ns() % 1_000_000}', region=REGION)
    own.create_bucket()
    yield own
    for found in oss2.ObjectIterator(own):
        own.delete_object(found.key)
    own.delete_bucket()


@fact('an object grows by appends at its end, and by nothing else')
def appends(bucket):
    first = bucket.append_object('grown', 0, GOLDEN[0], init_crc=0)
    equal(first.next_position, PART)
    try:
        bucket.append_object('grown', 0, GOLDEN[1])
        raise AssertionError('accepted at a wrong position')
    except oss2.exceptions.PositionNotEqualToLength as error:
        equal(error.next_position, PART)
    second = bucket.append_object('grown', first.next_position, GOLDEN[1], init_crc=first.crc)
    equal((second.next_position, second.crc), (PART + len(GOLDEN[1]), GOLDEN_CRC64))
    head = bucket.head_object('grown')
    equal((head.object_type, head.headers['x-oss-hash-crc64ecma']), ('Appendable', str(GOLDEN_CRC64)))
    equal(bucket.get_object('grown').read(), b''.join(GOLDEN))
    bucket.put_object('whole', b'x')
    refused('ObjectNotAppendable', lambda: bucket.append_object('whole', 1, b'y'))


@fact('a symlink leads to its target, names it, and fails where it leads nowhere')
def symlinks(bucket):
    bucket.put_object('target/中', b'target')
    bucket.put_symlink('target/中', 'link', headers={'x-oss-meta-of': 'link'})
    equal(bucket.get_object('link').read(), b'target')
    found = bucket.get_symlink('link')
    equal((found.target_key, found.headers['x-oss-meta-of']), ('target/中', 'link'))
    bucket.put_symlink('nowhere', 'dangling')
    refused('SymlinkTargetNotExist', lambda: bucket.get_object('dangling'))
    refused('NotSymlink', lambda: bucket.get_symlink('target/中'))


@fact('the tags of an object are set, read and deleted')
def tags(bucket):
    bucket.put_object('tagged', b'x')
    read = lambda: bucket.get_object_tagging('tagged').tag_set.tagging_rule
    equal(read(), {})
    rule = models.TaggingRule()
    rule.add('a b', '1+1')
    rule.add('c', '')
    bucket.put_object_tagging('tagged', models.Tagging(rule))
    equal(read(), {'a b': '1+1', 'c': ''})
    bucket.delete_object_tagging('tagged')
    equal(read(), {})


@fact('an archived object is read after it was restored')
def archives(bucket):
    bucket.put_object('archived', b'cold', headers={'x-oss-storage-class': oss2.BUCKET_STORAGE_CLASS_ARCHIVE})
    refused('InvalidObjectState', lambda: bucket.get_object('archived'))
    equal(bucket.restore_object('archived').status, 202)
    refused('RestoreAlreadyInProgress', lambda: bucket.restore_object('archived'))
    end = time.monotonic() + 20
    while bucket.head_object('archived').headers['x-oss-restore'] == 'ongoing-request="true"' and time.monotonic() < end:
        time.sleep(0.2)
    equal(bucket.get_object('archived').read(), b'cold')
    equal(bucket.restore_object('archived').status, 200)


@fact('objects are encrypted as they, or their bucket, demand')
def encryption(bucket):
    with own_bucket(bucket) as own:
        refused('NoSuchServerSideEncryptionRule', own.get_bucket_encryption)
        rule = models.ServerSideEncryptionRule()
        rule.sse_algorithm = oss2.SERVER_SIDE_ENCRYPTION_AES256
        own.put_bucket_encryption(rule)
        equal(own.get_bucket_encryption().sse_algorithm, 'AES256')
        for key, sent in (('AES256', {}), ('SM4', {'x-oss-server-side-encryption': 'SM4'}), ('KMS', {'x-oss-server-side-encryption': 'KMS'})):
            own.put_object(key, DATA, headers=sent)
            equal(own.head_object(key).headers['x-oss-server-side-encryption'], key)
            equal(own.get_object(key, byte_range=(70_000, 170_000)).read(), DATA[70_000:170_001])
        own.delete_bucket_encryption()


@fact('rules of a lifecycle come back as they were set')
def lifecycle(bucket):
    with own_bucket(bucket) as own:
        rule = models.LifecycleRule('r', 'log/', status=models.LifecycleRule.ENABLED, expiration=models.LifecycleExpiration(days=10),
                                    abort_multipart_upload=models.AbortMultipartUpload(days=2),
                                    storage_transitions=[models.StorageTransition(days=3, storage_class=oss2.BUCKET_STORAGE_CLASS_IA)])
        own.put_bucket_lifecycle(models.BucketLifecycle([rule]))
        found = own.get_bucket_lifecycle().rules[0]
        equal((found.id, found.prefix, found.status, found.expiration.days, found.abort_multipart_upload.days), ('r', 'log/', 'Enabled', 10, 2))
        equal([(one.days, one.storage_class) for one in found.storage_transitions], [(3, 'IA')])
        own.put_object('log/k', b'x')
        equal('rule-id="r"' in own.head_object('log/k').headers['x-oss-expiration'], True)
        own.delete_bucket_lifecycle()
        refused('NoSuchLifecycle', own.get_bucket_lifecycle)


@fact('a website shows its pages to everyone, and its rules come back as they were set')
def website(bucket):
    with own_bucket(bucket) as own:
        redirect = models.Redirect(redirect_type=models.REDIRECT_TYPE_EXTERNAL, host_name='other.example', proto='https', http_redirect_code=302,
                                   pass_query_string=False, replace_key_prefix_with='new/')
        rule = models.RoutingRule(rule_num=1, condition=models.Condition(key_prefix_equals='old/', http_err_code_return_equals=404), redirect=redirect)
        own.put_bucket_website(models.BucketWebsite('index.html', 'error.html', [rule]))
        found = own.get_bucket_website()
        equal((found.index_file, found.error_file, found.rules[0].redirect.host_name), ('index.html', 'error.html', 'other.example'))
        for page in ('index.html', 'error.html'):
            own.put_object(page, page, headers={'x-oss-object-acl': 'public-read'})
        root = f'{ENDPOINT}/{own.bucket_name}/'
        equal(urllib.request.urlopen(root).read(), b'index.html')
        own.put_bucket_acl(oss2.BUCKET_ACL_PUBLIC_READ)
        try:
            urllib.request.urlopen(root + 'none')
            raise AssertionError('a missing page was found')
        except urllib.error.HTTPError as error:
            equal((error.code, error.read()), (404, b'error.html'))
        own.delete_bucket_website()


@fact('a retention policy is begun, locked and extended, and until then given up')
def worm(bucket):
    with own_bucket(bucket) as own:
        own.init_bucket_worm(1)
        own.abort_bucket_worm()
        worm_id = own.init_bucket_worm(1).worm_id
        own.complete_bucket_worm(worm_id)
        own.extend_bucket_worm(worm_id, 2)
        found = own.get_bucket_worm()
        equal((found.worm_id, found.state, found.retention_period_days), (worm_id, 'Locked', 2))
        refused('WORMConfigurationLocked', own.abort_bucket_worm)


@fact('rows of a CSV file are selected, raw and in frames')
def select(bucket):
    bucket.put_object('rows.csv', 'name,age\nann,3\nbob,40\n')
    sql = "select name from ossobject where cast(age as int) > 10"
    for raw in ('false', 'true'):
        asked = {'CsvHeaderInfo': 'Use', 'OutputRawData': raw}
        equal(bucket.select_object('rows.csv', sql, None, asked).read(), b'bob\n')
    equal(bucket.create_select_object_meta('rows.csv', {'RecordDelimiter': '\n'}).rows, 3)
