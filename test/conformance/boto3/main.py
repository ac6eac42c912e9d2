"""Checks boto3 and the AWS CLI, with their defaults, against the server at ENDPOINT."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))

import boto3
from botocore.config import Config
from harness import ENDPOINT, REGION

import cli_checks
import object_checks
import setting_checks
import sts_checks
import upload_checks


def client(service='s3', **more):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=os.environ['ACCESS_KEY_ID'],
        aws_secret_access_key=os.environ['ACCESS_KEY_SECRET'],
        config=Config(retries={'max_attempts': 1}, **more),
    )


s3 = client()
sts = client('sts')
results = [
    object_checks.checks.run('boto3', s3),
    upload_checks.checks.run('boto3', s3),
    setting_checks.checks.run('boto3', s3),
    sts_checks.checks.run('boto3', sts),
    cli_checks.checks.run('aws cli', s3),
]
sys.exit(0 if all(results) else 1)
