"""Runs the checks of both Python SDKs against ENDPOINT; one line per check, exit code 1 if any fails."""

import sys

import oss2_checks
import oss2_details  # noqa: F401  it adds to the checks of oss2
import oss2_objects  # noqa: F401  and this
import oss2_versions  # noqa: F401  so does this
import oss_v2_checks
import oss_v2_details  # noqa: F401  it adds to the checks of alibabacloud-oss-v2

results = [oss2_checks.run(version) for version in ('V1', 'V2', 'V4')]
results += [oss_v2_checks.run(version) for version in ('v1', 'v4')]
sys.exit(0 if all(results) else 1)
