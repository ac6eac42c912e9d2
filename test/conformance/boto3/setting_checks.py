"""Settings of buckets and tags by boto3."""

import json

from harness import Checks, equal

from s3_support import anonymous, bucket_named, empty, refused

checks = Checks()
fact = checks.fact
BUCKET = bucket_named('settings')

UNSET = {
    'get_bucket_cors': 'NoSuchCORSConfiguration',
    'get_bucket_lifecycle_configuration': 'NoSuchLifecycleConfiguration',
    'get_bucket_policy': 'NoSuchBucketPolicy',
    'get_bucket_policy_status': 'NoSuchBucketPolicy',
    'get_bucket_tagging': 'NoSuchTagSet',
    'get_bucket_website': 'NoSuchWebsiteConfiguration',
    'get_bucket_replication': 'ReplicationConfigurationNotFoundError',
    'get_public_access_block': 'NoSuchPublicAccessBlockConfiguration',
    'get_bucket_ownership_controls': 'OwnershipControlsNotFoundError',
    'get_bucket_encryption': 'ServerSideEncryptionConfigurationNotFoundError',
}


@fact('what was never set has its own answer')
def _(s3):
    s3.create_bucket(Bucket=BUCKET)
    for name, code in UNSET.items():
        with refused(code, 404):
            getattr(s3, name)(Bucket=BUCKET)
    for name in ['get_bucket_versioning', 'get_bucket_logging', 'get_bucket_notification_configuration', 'get_bucket_accelerate_configuration', 'list_bucket_analytics_configurations', 'list_bucket_metrics_configurations', 'list_bucket_inventory_configurations', 'list_bucket_intelligent_tiering_configurations']:
        getattr(s3, name)(Bucket=BUCKET)
    equal(s3.get_bucket_request_payment(Bucket=BUCKET)['Payer'], 'BucketOwner')


def listed(s3, name, member):
    """All configurations of a kind, over the pages of their list."""
    token = {}
    while True:
        page = getattr(s3, name)(Bucket=BUCKET, **token)
        yield from page.get(member, [])
        if not page['IsTruncated']:
            return
        token = {'ContinuationToken': page['NextContinuationToken']}


@fact('inventories, analytics, metrics and tiering are kept by their ids, and listed')
def _(s3):
    target = {'Bucket': f'arn:aws:s3:::{BUCKET}', 'Format': 'CSV', 'Prefix': 'reports'}
    tags = [{'Key': 'a', 'Value': 'b'}]
    condition = {'And': {'Prefix': 'p', 'Tags': tags}}
    kinds = {
        'inventory': {'Destination': {'S3BucketDestination': target}, 'IsEnabled': True, 'IncludedObjectVersions': 'All', 'OptionalFields': ['Size', 'ETag'], 'Schedule': {'Frequency': 'Weekly'}},
        'analytics': {'Filter': condition, 'StorageClassAnalysis': {'DataExport': {'OutputSchemaVersion': 'V_1', 'Destination': {'S3BucketDestination': target}}}},
        'metrics': {'Filter': {'Tag': tags[0]}},
        'intelligent_tiering': {'Filter': condition, 'Status': 'Enabled', 'Tierings': [{'Days': 90, 'AccessTier': 'ARCHIVE_ACCESS'}]},
    }
    for kind, configuration in kinds.items():
        member = ''.join(word.title() for word in kind.split('_')) + 'Configuration'
        for number in [2, 1]:
            sent = {'Id': f'c{number}', **configuration}
            getattr(s3, f'put_bucket_{kind}_configuration')(Bucket=BUCKET, Id=sent['Id'], **{member: sent})
            equal(getattr(s3, f'get_bucket_{kind}_configuration')(Bucket=BUCKET, Id=sent['Id'])[member], sent)
        equal([one['Id'] for one in listed(s3, f'list_bucket_{kind}_configurations', f'{member}List')], ['c1', 'c2'])
        for number in [1, 2]:
            getattr(s3, f'delete_bucket_{kind}_configuration')(Bucket=BUCKET, Id=f'c{number}')
        with refused('NoSuchConfiguration', 404):
            getattr(s3, f'get_bucket_{kind}_configuration')(Bucket=BUCKET, Id='c1')


@fact('replication rules of two buckets with versions are returned as they were set')
def _(s3):
    buckets = [bucket_named('source'), bucket_named('replica')]
    for name in buckets:
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={'Status': 'Enabled'})
    rule = {'ID': 'r', 'Priority': 1, 'Status': 'Enabled', 'Filter': {'And': {'Prefix': 'a/', 'Tags': [{'Key': 'k', 'Value': 'v'}]}}, 'Destination': {'Bucket': f'arn:aws:s3:::{buckets[1]}'}, 'DeleteMarkerReplication': {'Status': 'Disabled'}}
    configuration = {'Role': 'arn:aws:iam::1:role/r', 'Rules': [rule]}
    s3.put_bucket_replication(Bucket=buckets[0], ReplicationConfiguration=configuration)
    equal(s3.get_bucket_replication(Bucket=buckets[0])['ReplicationConfiguration'], configuration)
    s3.delete_bucket_replication(Bucket=buckets[0])
    for name in buckets:
        empty(s3, name)


@fact('CORS, tags, lifecycle, encryption, website and ownership are kept')
def _(s3):
    rule = {'ID': 'one', 'AllowedMethods': ['GET', 'PUT'], 'AllowedOrigins': ['*'], 'AllowedHeaders': ['*'], 'ExposeHeaders': ['ETag'], 'MaxAgeSeconds': 5}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={'CORSRules': [rule]})
    equal(s3.get_bucket_cors(Bucket=BUCKET)['CORSRules'], [rule])
    tags = [{'Key': 'a', 'Value': 'b'}]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={'TagSet': tags})
    equal(s3.get_bucket_tagging(Bucket=BUCKET)['TagSet'], tags)
    rules = [
        {'ID': 'x', 'Status': 'Enabled', 'Filter': {'Prefix': 'a/'}, 'Expiration': {'Days': 1}},
        {'ID': 'y', 'Status': 'Enabled', 'Filter': {'And': {'Prefix': 'b/', 'Tags': tags}}, 'Transitions': [{'Days': 30, 'StorageClass': 'GLACIER'}]},
        {'ID': 'z', 'Status': 'Enabled', 'Filter': {'Prefix': ''}, 'AbortIncompleteMultipartUpload': {'DaysAfterInitiation': 7}},
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={'Rules': rules})
    equal(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)['Rules'], rules)
    encryption = {'Rules': [{'ApplyServerSideEncryptionByDefault': {'SSEAlgorithm': 'AES256'}, 'BucketKeyEnabled': False}]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption)
    equal(s3.get_bucket_encryption(Bucket=BUCKET)['ServerSideEncryptionConfiguration'], encryption)
    equal(s3.put_object(Bucket=BUCKET, Key='secret', Body=b'x')['ServerSideEncryption'], 'AES256')
    s3.delete_bucket_encryption(Bucket=BUCKET)
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration={'IndexDocument': {'Suffix': 'i.html'}})
    equal(s3.get_bucket_website(Bucket=BUCKET)['IndexDocument'], {'Suffix': 'i.html'})
    controls = {'Rules': [{'ObjectOwnership': 'BucketOwnerEnforced'}]}
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=controls)
    equal(s3.get_bucket_ownership_controls(Bucket=BUCKET)['OwnershipControls'], controls)
    with refused('AccessControlListNotSupported', 400):
        s3.put_bucket_acl(Bucket=BUCKET, ACL='public-read')
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)


@fact('objects are encrypted as their requests demand')
def _(s3):
    for algorithm in ['AES256', 'aws:kms']:
        put = s3.put_object(Bucket=BUCKET, Key='sse', Body=b'secret', ServerSideEncryption=algorithm)
        equal(put['ServerSideEncryption'], algorithm)
        got = s3.get_object(Bucket=BUCKET, Key='sse')
        equal((got['ServerSideEncryption'], got['Body'].read()), (algorithm, b'secret'))
    with refused('InvalidEncryptionAlgorithmError', 400):
        s3.put_object(Bucket=BUCKET, Key='sse', Body=b'x', ServerSideEncryption='other')


@fact('a policy opens what it names, and a public access block closes it')
def _(s3):
    s3.put_object(Bucket=BUCKET, Key='open/a', Body=b'x')
    statement = {'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': f'arn:aws:s3:::{BUCKET}/open/*'}
    policy = json.dumps({'Version': '2012-10-17', 'Statement': [statement]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    equal(s3.get_bucket_policy(Bucket=BUCKET)['Policy'], policy)
    equal(s3.get_bucket_policy_status(Bucket=BUCKET)['PolicyStatus']['IsPublic'], True)
    everyone = anonymous(s3)
    equal(everyone.get_object(Bucket=BUCKET, Key='open/a')['Body'].read(), b'x')
    block = dict.fromkeys(['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'], True)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)
    with refused('AccessDenied', 403):
        everyone.get_object(Bucket=BUCKET, Key='open/a')
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.delete_bucket_policy(Bucket=BUCKET)


@fact('tags of objects')
def _(s3):
    tags = [{'Key': 'a b', 'Value': 'c+d'}]
    s3.put_object(Bucket=BUCKET, Key='tagged', Body=b'x', Tagging='x=1')
    s3.put_object_tagging(Bucket=BUCKET, Key='tagged', Tagging={'TagSet': tags})
    equal(s3.get_object_tagging(Bucket=BUCKET, Key='tagged')['TagSet'], tags)
    s3.delete_object_tagging(Bucket=BUCKET, Key='tagged')
    equal(s3.get_object_tagging(Bucket=BUCKET, Key='tagged')['TagSet'], [])
    with refused('BadRequest', 400):
        s3.put_object_tagging(Bucket=BUCKET, Key='tagged', Tagging={'TagSet': [{'Key': str(n), 'Value': ''} for n in range(11)]})


@fact('an archived object is restored before it is read')
def _(s3):
    s3.put_object(Bucket=BUCKET, Key='cold', Body=b'x', StorageClass='GLACIER')
    with refused('InvalidObjectState', 403):
        s3.get_object(Bucket=BUCKET, Key='cold')
    s3.restore_object(Bucket=BUCKET, Key='cold', RestoreRequest={'Days': 1, 'GlacierJobParameters': {'Tier': 'Standard'}})
    assert 'Restore' in s3.head_object(Bucket=BUCKET, Key='cold')


@fact('the bucket is deleted', last=True)
def _(s3):
    empty(s3, BUCKET)
