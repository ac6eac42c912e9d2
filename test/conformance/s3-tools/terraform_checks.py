"""Terraform, where it is installed, with its state in a bucket, locked by another object. No provider is needed."""

import io
import json
import shutil
import subprocess

import minio
from harness import Checks, ENDPOINT, REGION, equal

from support import ENVIRONMENT, HOST, KEY, SECRET, bucket_named, root, run

checks = Checks()
TERRAFORM = shutil.which('terraform')
BUCKET = bucket_named('terraform')
STATE = 'team/app.tfstate'
LOCK = f'{STATE}.tflock'

PROGRAM = '''
terraform {
  backend "s3" {
    bucket       = "%(bucket)s"
    key          = "%(key)s"
    region       = "%(region)s"
    use_lockfile = true
    encrypt      = true

    use_path_style              = true
    skip_credentials_validation = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    endpoints                   = { s3 = "%(endpoint)s" }
  }
}

variable "word" {}

resource "terraform_data" "word" {
  input = var.word
}

output "word" {
  value = terraform_data.word.output
}
'''

client = minio.Minio(HOST, access_key=KEY, secret_key=SECRET, secure=False, region=REGION)


def terraform(*arguments, word='one'):
    return run(TERRAFORM, *arguments, TF_VAR_word=word, TF_IN_AUTOMATION='true', TF_DATA_DIR=str(root / 'terraform' / '.data'))


def at(folder):
    return f'-chdir={folder}'


def fact(sentence):
    """No registry of packages has Terraform: a machine may lack it."""
    return checks.fact(sentence) if TERRAFORM is not None else lambda body: body


def keys():
    return sorted(entry.object_name for entry in client.list_objects(BUCKET, recursive=True))


def state():
    return json.loads(client.get_object(BUCKET, STATE).read())


folder = root / 'terraform'


@fact('Terraform keeps its state in a bucket, encrypted, and reads it back')
def _(_):
    client.make_bucket(BUCKET)
    folder.mkdir()
    (folder / 'main.tf').write_text(PROGRAM % {'bucket': BUCKET, 'key': STATE, 'region': REGION, 'endpoint': ENDPOINT})
    terraform(at(folder), 'init', '-input=false')
    terraform(at(folder), 'apply', '-auto-approve', '-input=false')
    equal(terraform(at(folder), 'output', '-raw', 'word'), 'one')
    equal(keys(), [STATE])
    equal(client.stat_object(BUCKET, STATE).metadata['x-amz-server-side-encryption'], 'AES256')
    terraform(at(folder), 'apply', '-auto-approve', '-input=false', word='two')
    equal(state()['outputs']['word']['value'], 'two')


@fact('a state that another run has locked is not changed, until it is unlocked')
def _(_):
    serial = state()['serial']
    lock = {'ID': 'one', 'Operation': 'OperationTypeApply', 'Who': 'another', 'Version': '1', 'Created': '2026-01-05T08:00:00Z', 'Path': f'{BUCKET}/{STATE}'}
    text = json.dumps(lock).encode()
    client.put_object(BUCKET, LOCK, io.BytesIO(text), len(text))
    command = [TERRAFORM, at(folder), 'apply', '-auto-approve', '-input=false', '-no-color']
    settings = {**ENVIRONMENT, 'TF_VAR_word': 'three', 'TF_DATA_DIR': str(folder / '.data')}
    refused = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120)
    equal(refused.returncode, 1)
    assert 'Error acquiring the state lock' in refused.stderr and 'another' in refused.stderr, refused.stderr
    equal(state()['serial'], serial)
    terraform(at(folder), 'force-unlock', '-force', 'one')
    terraform(at(folder), 'apply', '-auto-approve', '-input=false', word='three')
    equal((state()['outputs']['word']['value'], keys()), ('three', [STATE]))


@fact('workspaces are listed, and one is removed with its state')
def _(_):
    terraform(at(folder), 'workspace', 'new', 'other')
    terraform(at(folder), 'apply', '-auto-approve', '-input=false', word='four')
    equal(keys(), [f'env:/other/{STATE}', STATE])
    assert 'other' in terraform(at(folder), 'workspace', 'list')
    terraform(at(folder), 'destroy', '-auto-approve', '-input=false')
    terraform(at(folder), 'workspace', 'select', 'default')
    terraform(at(folder), 'workspace', 'delete', 'other')
    equal(keys(), [STATE])
    client.remove_object(BUCKET, STATE)
    client.remove_bucket(BUCKET)
