"""What the checks of boto3 share."""

import contextlib

import botocore
from botocore.exceptions import ClientError
from harness import BUCKET_PREFIX, equal

KIB = 1024


def bucket_named(word):
    return f'{BUCKET_PREFIX}-boto3-{word}'


@contextlib.contextmanager
def refused(code, status):
    """The block must fail with this code of S3."""
    try:
        yield
    except ClientError as error:
        equal((error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']), (code, status))
    else:
        raise AssertionError(f'not refused with {code}')


def anonymous(client):
    """A client of the same server that signs nothing."""
    import boto3

    config = botocore.config.Config(signature_version=botocore.UNSIGNED)
    return boto3.client('s3', endpoint_url=client.meta.endpoint_url, region_name='cn-hangzhou', config=config)


def empty(client, bucket):
    """Deletes all versions, and the bucket."""
    for page in client.get_paginator('list_object_versions').paginate(Bucket=bucket):
        for entry in page.get('Versions', []) + page.get('DeleteMarkers', []):
            client.delete_object(Bucket=bucket, Key=entry['Key'], VersionId=entry['VersionId'])
    client.delete_bucket(Bucket=bucket)
