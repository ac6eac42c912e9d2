"""Checks programs and libraries that speak S3, as their users run them, against the server at ENDPOINT."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))

import library_checks
import mount_checks
import program_checks
import terraform_checks

results = [
    library_checks.checks.run('libraries', None),
    program_checks.checks.run('programs', None),
    mount_checks.checks.run('s3fs', None),
    terraform_checks.checks.run('terraform', None),
]
sys.exit(0 if all(results) else 1)
