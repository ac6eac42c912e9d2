"""Temporary keys by AssumeRole, by a URI and in the form of an instance's metadata, with both Python SDKs; presigned URLs and forms."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import alibabacloud_oss_v2 as oss
import oss2
from oss2.credentials import EcsRamRoleCredentialsProvider, StaticCredentialsProvider

ENDPOINT = os.environ['ENDPOINT']
REGION = os.environ['REGION']
BUCKET = os.environ['BUCKET']
failed = False


def fact(sentence):
    """Runs a check at once, and prints its line."""

    def run(check):
        global failed
        try:
            check()
            print(f'ok {sentence}', flush=True)
        except Exception as error:  # noqa: BLE001
            failed = True
            print(f"not ok {sentence}: {type(error).__name__} {' '.join(str(error).split())}", flush=True)

    return run


def assume_role():
    """A temporary key of the role, by a call that the key of the user signs."""
    parameters = {
        'Action': 'AssumeRole', 'Version': '2015-04-01', 'Format': 'JSON', 'SignatureMethod': 'HMAC-SHA1',
        'SignatureVersion': '1.0', 'SignatureNonce': uuid.uuid4().hex, 'AccessKeyId': os.environ['USER_KEY_ID'],
        'Timestamp': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), 'RoleArn': os.environ['ROLE_ARN'],
        'RoleSessionName': 'python', 'DurationSeconds': '900',
    }
    query = '&'.join(f'{quoted(name)}={quoted(value)}' for name, value in sorted(parameters.items()))
    secret = os.environ['USER_KEY_SECRET'] + '&'
    parameters['Signature'] = signature(secret, f'POST&%2F&{quoted(query)}')
    body = urllib.parse.urlencode(parameters).encode()
    with urllib.request.urlopen(ENDPOINT, data=body) as answer:
        return json.load(answer)['Credentials']


def quoted(text):
    return urllib.parse.quote(text, safe='~')


def signature(secret, text):
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def status_of(request, **options):
    try:
        with urllib.request.urlopen(request, **options) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def refused(body):
    try:
        body()
    except (oss2.exceptions.AccessDenied, oss.exceptions.OperationError):
        return
    raise AssertionError('accepted, but AccessDenied was due')


KEY = assume_role()
TRIPLE = (KEY['AccessKeyId'], KEY['AccessKeySecret'], KEY['SecurityToken'])
AUTHS = {
    'StsAuth V1': oss2.StsAuth(*TRIPLE),
    'StsAuth V2': oss2.StsAuth(*TRIPLE, auth_version='v2'),
    'StsAuth V4': oss2.StsAuth(*TRIPLE, auth_version='v4'),
    'ProviderAuth with a static key': oss2.ProviderAuth(StaticCredentialsProvider(*TRIPLE)),
    'ProviderAuthV2 with a static key': oss2.ProviderAuthV2(StaticCredentialsProvider(*TRIPLE)),
    'ProviderAuth of an instance': oss2.ProviderAuth(EcsRamRoleCredentialsProvider(os.environ['INSTANCE_URL'])),
    'ProviderAuthV2 of an instance': oss2.ProviderAuthV2(EcsRamRoleCredentialsProvider(os.environ['INSTANCE_URL'])),
    'ProviderAuthV4 of an instance': oss2.ProviderAuthV4(EcsRamRoleCredentialsProvider(os.environ['INSTANCE_URL'])),
    'ProviderAuthV4 by a URI': oss2.ProviderAuthV4(EcsRamRoleCredentialsProvider(os.environ['CREDENTIALS_URI'])),
}

for name, auth in AUTHS.items():
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=REGION)

    @fact(f'oss2 {name}: a temporary key writes and reads below the prefix of its role, and nowhere else')
    def reads():
        bucket.put_object('in/python', b'hello')
        assert bucket.get_object('in/python').read() == b'hello'
        refused(lambda: bucket.put_object('out/python', b'x'))
        refused(lambda: bucket.list_objects())

    @fact(f'oss2 {name}: a URL that it signs needs no other key')
    def presigned():
        put = bucket.sign_url('PUT', 'in/signed', 60, slash_safe=True, headers={'Content-Type': 'text/plain'})
        request = urllib.request.Request(put, data=b'signed', method='PUT', headers={'Content-Type': 'text/plain'})
        assert status_of(request) == 200
        with urllib.request.urlopen(bucket.sign_url('GET', 'in/signed', 60, slash_safe=True)) as answer:
            assert answer.read() == b'signed'
        assert status_of(bucket.sign_url('GET', 'out/signed', 60, slash_safe=True)) == 403


for version in ('v1', 'v2', 'v4'):
    signer = oss2.Bucket(oss2.StsAuth(*TRIPLE, auth_version=version), ENDPOINT, BUCKET, region=REGION)

    @fact(f'oss2 {version}: a URL may be restricted to the addresses of some clients')
    def restricted():
        def read(address, mask):
            terms = {'x-oss-ac-source-ip': address, 'x-oss-ac-subnet-mask': mask}
            return status_of(signer.sign_url('GET', 'in/python', 60, params=terms, slash_safe=True))

        assert (read('127.0.0.1', '32'), read('127.0.0.0', '8')) == (200, 200)
        assert read('10.0.0.0', '8') == 403


def fetched():
    with urllib.request.urlopen(os.environ['CREDENTIALS_URI']) as answer:
        found = json.load(answer)
    return oss.credentials.Credentials(found['AccessKeyId'], found['AccessKeySecret'], found['SecurityToken'])


for version in ('v1', 'v4'):
    for name, provider in {
        'static': oss.credentials.StaticCredentialsProvider(*TRIPLE),
        'by a URI': oss.credentials.CredentialsProviderFunc(fetched),
    }.items():
        config = oss.config.load_default()
        config.region, config.endpoint, config.signature_version = REGION, ENDPOINT, version
        config.credentials_provider = provider
        client = oss.Client(config)

        @fact(f'alibabacloud-oss-v2 {version}, {name}: a temporary key writes and reads below the prefix, and nowhere else')
        def v2_reads():
            client.put_object(oss.PutObjectRequest(bucket=BUCKET, key='in/python-2', body=b'hello'))
            assert client.get_object(oss.GetObjectRequest(bucket=BUCKET, key='in/python-2')).body.content == b'hello'
            refused(lambda: client.put_object(oss.PutObjectRequest(bucket=BUCKET, key='out/python-2', body=b'x')))

        @fact(f'alibabacloud-oss-v2 {version}, {name}: a URL that it signs needs no other key')
        def v2_presigned():
            signed = client.presign(oss.GetObjectRequest(bucket=BUCKET, key='in/python-2'), expires=datetime.timedelta(minutes=1))
            with urllib.request.urlopen(urllib.request.Request(signed.url, headers=signed.signed_headers)) as answer:
                assert answer.read() == b'hello'


def post(fields):
    """Sends a form with a file, and returns the status."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append('--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nposted\r\n--b--\r\n')
    headers = {'Content-Type': 'multipart/form-data; boundary=b'}
    return status_of(urllib.request.Request(f'{ENDPOINT}/{BUCKET}/', data=''.join(parts).encode(), headers=headers))


def form(version):
    """The fields of a form that the temporary key signs for keys below `in/`."""
    now = datetime.datetime.now(datetime.timezone.utc)
    date = now.strftime('%Y%m%dT%H%M%SZ')
    end = (now + datetime.timedelta(minutes=1)).strftime('%Y-%m-%dT%H:%M:%S.000Z')
    terms = {'x-oss-security-token': KEY['SecurityToken']}
    if version == 'V4':
        credential = f"{KEY['AccessKeyId']}/{date[:8]}/{REGION}/oss/aliyun_v4_request"
        terms |= {'x-oss-signature-version': 'OSS4-HMAC-SHA256', 'x-oss-credential': credential, 'x-oss-date': date}
    conditions = [{'bucket': BUCKET}, ['starts-with', '$key', 'in/'], *({name: value} for name, value in terms.items())]
    policy = base64.b64encode(json.dumps({'expiration': end, 'conditions': conditions}).encode()).decode()
    if version == 'V1':
        signed = {'OSSAccessKeyId': KEY['AccessKeyId'], 'Signature': signature(KEY['AccessKeySecret'], policy)}
        return {**terms, 'policy': policy, **signed}
    key = ('aliyun_v4' + KEY['AccessKeySecret']).encode()
    for step in (date[:8], REGION, 'oss', 'aliyun_v4_request', policy):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return {**terms, 'policy': policy, 'x-oss-signature': key.hex()}


for version in ('V1', 'V4'):

    @fact(f'Python: a form that a temporary key signs by {version} uploads what its policy allows')
    def posted():
        assert post({'key': 'in/form', **form(version), 'success_action_status': '201'}) == 201
        assert oss2.Bucket(AUTHS['StsAuth V1'], ENDPOINT, BUCKET).get_object('in/form').read() == b'posted'
        assert post({'key': 'out/form', **form(version)}) == 403


sys.exit(1 if failed else 0)
