"""Versions for the first Python SDK, each fact in a bucket of its own."""

import contextlib
import time

import oss2
from oss2.models import BatchDeleteObjectVersion, BatchDeleteObjectVersionList, BucketVersioningConfig, PartInfo

from harness import ENDPOINT, REGION, chunks, equal
from oss2_checks import fact, refused, upload


def set_versioning(bucket, status):
    config = BucketVersioningConfig()
    config.status = status
    bucket.put_bucket_versioning(config)


@contextlib.contextmanager
def versioned(bucket):
    """A new bucket that keeps versions; it is deleted with all that it holds."""
    own = oss2.Bucket(bucket.auth, ENDPOINT, f'{bucket.bucket_name[:40]}-{time.time_ns() % 1_000_000}', region=REGION)
    own.create_bucket()
    set_versioning(own, 'Enabled')
    yield own
    page = own.list_object_versions()
    for found in page.versions + page.delete_marker:
        own.delete_object(found.key, params={'versionId': found.versionid})
    own.delete_bucket()


def listed(bucket, max_keys=1):
    """All versions and delete markers as (key, version, is latest), page by page."""
    found, key, version, more = [], '', '', True
    while more:
        page = bucket.list_object_versions(key_marker=key, versionid_marker=version, max_keys=max_keys)
        found += [(one.key, one.versionid, one.is_latest) for one in page.versions + page.delete_marker]
        key, version, more = page.next_key_marker, page.next_versionid_marker, page.is_truncated
    return found


@fact('versions are kept, read, listed, restored by a copy, and deleted one by one')
def versions(bucket):
    with versioned(bucket) as own:
        equal(own.get_bucket_versioning().status, 'Enabled')
        first, second = own.put_object('k', b'first').versionid, own.put_object('k', b'second').versionid
        read = lambda version: own.get_object('k', params={'versionId': version}).read()
        equal([own.get_object('k').read(), read(first), read(second)], [b'second', b'first', b'second'])
        marker = own.delete_object('k')
        equal(marker.delete_marker, True)
        refused('NoSuchKey', lambda: own.get_object('k'))
        equal(listed(own), [('k', marker.versionid, True), ('k', second, False), ('k', first, False)])
        refused('InvalidArgument', lambda: own.get_object('k', params={'versionId': '234'}))
        own.copy_object(own.bucket_name, 'k', 'k', params={'versionId': first})
        equal(own.get_object('k').read(), b'first')
        objects = BatchDeleteObjectVersionList()
        objects.append(BatchDeleteObjectVersion(key='k', versionid=first))
        objects.append(BatchDeleteObjectVersion(key='k', versionid=marker.versionid))
        deleted = own.delete_object_versions(objects).delete_versions
        equal([(one.versionid, one.delete_marker) for one in deleted], [(first, False), (marker.versionid, True)])
        refused('NoSuchVersion', lambda: read(first))
        refused('BucketNotEmpty', own.delete_bucket)


@fact('a suspended bucket replaces its null version alone, and forbids no overwrite')
def suspended(bucket):
    with versioned(bucket) as own:
        kept = own.put_object('k', b'kept').versionid
        set_versioning(own, 'Suspended')
        for data in (b'one', b'two'):
            equal(own.put_object('k', data, headers={'x-oss-forbid-overwrite': 'true'}).versionid, 'null')
        equal(listed(own), [('k', 'null', True), ('k', kept, False)])
        own.delete_object('k', params={'versionId': 'null'})
        equal(own.get_object('k').read(), b'kept')


@fact('an upload in parts makes a version, and a part is copied from any version')
def parts(bucket):
    with versioned(bucket) as own:
        first = own.put_object('parts', chunks()[0]).versionid
        equal(len(upload(own, 'parts', chunks()[:2]).versionid), 64)
        upload_id = own.init_multipart_upload('copied').upload_id
        part = own.upload_part_copy(own.bucket_name, 'parts', None, 'copied', upload_id, 1, params={'versionId': first})
        own.complete_multipart_upload('copied', upload_id, [PartInfo(1, part.etag)])
        equal(own.get_object('copied').read(), chunks()[0])
