"""STS in the form of AWS."""

from botocore.exceptions import ClientError
from harness import Checks, equal

checks = Checks()


@checks.fact('a key reads its own identity, and the root of an account assumes no role')
def _(sts):
    identity = sts.get_caller_identity()
    equal(identity['Arn'], f"arn:aws:iam::{identity['Account']}:root")
    try:
        sts.assume_role(RoleArn=f"arn:aws:iam::{identity['Account']}:role/missing", RoleSessionName='job')
    except ClientError as error:
        equal(error.response['Error']['Code'], 'AccessDenied')
    else:
        raise AssertionError('a role was assumed')
