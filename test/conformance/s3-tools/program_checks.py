"""rclone with the bucket in the path and in the host, restic, s3cmd, s5cmd and mc."""

import os
import pathlib
import shutil
import urllib.request

from harness import Checks, ENDPOINT, REGION, equal

from support import ENVIRONMENT, HOST, KEY, SECRET, bucket_named, files, root, run, script, tree

checks = Checks()
fact = checks.fact
ENVIRONMENT['RCLONE_CONFIG'] = os.devnull
S3_DOMAIN = os.environ['S3_DOMAIN']
PROGRAMS = pathlib.Path(os.environ['PROGRAMS'])


def rclone(provider, *arguments):
    """As to Alibaba it puts the bucket into the host, whose name no resolver knows: the server is its proxy as well."""
    endpoint = {'Other': ENDPOINT, 'Alibaba': f'http://{S3_DOMAIN}:{HOST.rpartition(":")[2]}'}[provider]
    settings = {'TYPE': 's3', 'PROVIDER': provider, 'ENDPOINT': endpoint, 'REGION': REGION}
    keys = {'ACCESS_KEY_ID': KEY, 'SECRET_ACCESS_KEY': SECRET}
    named = {f'RCLONE_CONFIG_{provider.upper()}_{name}': value for name, value in {**settings, **keys}.items()}
    return run('rclone', '--retries', '1', '--s3-upload-cutoff', '5M', *arguments, HTTP_PROXY=ENDPOINT, **named)


def rclone_round_trip(provider):
    source = tree(provider)
    remote = f'{provider.lower()}:{bucket_named(provider.lower())}'
    rclone(provider, 'mkdir', remote)
    rclone(provider, 'copy', str(source), f'{remote}/tree')
    rclone(provider, 'check', '--download', str(source), f'{remote}/tree')
    (source / 'small.txt').unlink()
    rclone(provider, 'sync', str(source), f'{remote}/tree')
    equal('small.txt' in rclone(provider, 'lsf', '-R', remote), False)
    back = root / f'{provider}-back'
    rclone(provider, 'move', f'{remote}/tree', str(back))
    equal(files(back), files(source))
    rclone(provider, 'rmdir', remote)


@fact('rclone copies, checks, synchronises and moves folders, with the bucket in the path')
def _(_):
    rclone_round_trip('Other')


@fact('rclone copies, checks, synchronises and moves folders, with the bucket in the host')
def _(_):
    rclone_round_trip('Alibaba')


@fact('restic makes a repository, backs up, checks, restores and prunes')
def _(_):
    source = tree('restic')
    repository = {'RESTIC_REPOSITORY': f's3:{ENDPOINT}/{bucket_named("restic")}', 'RESTIC_PASSWORD': 'secret'}
    run('restic', 'init', **repository)
    run('restic', 'backup', str(source), **repository)
    (source / 'small.txt').write_text('changed')
    run('restic', 'backup', str(source), **repository)
    run('restic', 'check', '--read-data', **repository)
    run('restic', 'restore', 'latest', '--target', str(root / 'restored'), **repository)
    equal(files(root / 'restored' / source.relative_to('/')), files(source))
    run('restic', 'forget', '--keep-last', '1', '--prune', **repository)
    equal(run('restic', 'snapshots', '--json', **repository).count('"short_id"'), 1)


@fact('s3cmd makes, puts, synchronises, lists, copies, signs and removes')
def _(_):
    source = tree('s3cmd')
    bucket = f's3://{bucket_named("s3cmd")}'

    def s3cmd(*arguments):
        options = [f'--access_key={KEY}', f'--secret_key={SECRET}', f'--host={HOST}', f'--host-bucket={HOST}']
        return run(script('s3cmd'), '--no-ssl', f'--region={REGION}', '--multipart-chunk-size-mb=5', *options, *arguments)

    s3cmd('mb', bucket)
    s3cmd('sync', f'{source}/', f'{bucket}/tree/')
    equal(s3cmd('ls', '-r', bucket).count(bucket), 4)
    s3cmd('modify', '--add-header=x-amz-meta-note: changed', f'{bucket}/tree/small.txt')
    assert 'changed' in s3cmd('info', f'{bucket}/tree/small.txt')
    s3cmd('cp', f'{bucket}/tree/large.bin', f'{bucket}/copy.bin')
    s3cmd('get', '--force', f'{bucket}/copy.bin', str(root / 'copy.bin'))
    equal((root / 'copy.bin').read_bytes() == (source / 'large.bin').read_bytes(), True)
    s3cmd('rb', '--recursive', '--force', bucket)


@fact('s5cmd makes, copies, lists, synchronises and removes')
def _(_):
    source = tree('s5cmd')
    bucket = f's3://{bucket_named("s5cmd")}'

    def s5cmd(*arguments):
        return run(str(PROGRAMS / 's5cmd'), '--endpoint-url', ENDPOINT, *arguments)

    s5cmd('mb', bucket)
    s5cmd('cp', '--part-size', '5', f'{source}/', f'{bucket}/tree/')
    equal(len(s5cmd('ls', f'{bucket}/*').splitlines()), 4)
    (source / 'small.txt').unlink()
    s5cmd('sync', '--delete', f'{source}/', f'{bucket}/tree/')
    back = root / 's5cmd-back'
    s5cmd('cp', f'{bucket}/tree/*', f'{back}/')
    equal(files(back), files(source))
    s5cmd('rm', f'{bucket}/*')
    s5cmd('rb', bucket)
    shutil.rmtree(back)


@fact('mc mirrors, compares, versions, tags, opens, and removes')
def _(_):
    source = tree('mc')
    bucket = f'b/{bucket_named("mc")}'

    def mc(*arguments):
        scheme, host = ENDPOINT.split('://')
        return run(str(PROGRAMS / 'mc'), '--quiet', *arguments, MC_HOST_b=f'{scheme}://{KEY}:{SECRET}@{host}')

    mc('mb', bucket)
    mc('mirror', str(source), f'{bucket}/tree')
    equal(len(mc('ls', '--recursive', bucket).splitlines()), 4)
    mc('version', 'enable', bucket)
    mc('tag', 'set', bucket, 'k=v')
    mc('ilm', 'rule', 'add', bucket, '--expire-days', '7')
    assert 'Enabled' in mc('ilm', 'rule', 'ls', bucket)
    mc('anonymous', 'set', 'download', bucket)
    with urllib.request.urlopen(f'{ENDPOINT}/{bucket_named("mc")}/tree/small.txt') as answer:
        equal(answer.read(), b'hello s3')
    mc('cp', f'{bucket}/tree/large.bin', str(root / 'mc-large'))
    equal((root / 'mc-large').read_bytes() == (source / 'large.bin').read_bytes(), True)
    mc('rb', '--force', bucket)
