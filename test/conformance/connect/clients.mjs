// Which clients of `bindery connect` the tests run.

/** In JavaScript and Python: their scripts run in connect-scripts.test.mjs, and the browser's page in Chromium. */
export const SCRIPTS = [
  'node',
  'aws-sdk',
  'minio',
  'client',
  'python',
  'python-v2',
  'boto3',
  'opendal',
  'ossfs',
  'pyarrow',
  'duckdb',
]

/** In compiled languages, and programs: connect-programs.test.mjs. The Android SDK runs on Robolectric. */
export const PROGRAMS = [
  'curl',
  'aws',
  'rclone',
  'restic',
  'ossutil',
  'terraform',
  'go',
  'go-v2',
  'aws-go',
  'java',
  'java-v2',
  'aws-java',
  'spring',
]

/** All that are run, each way. */
export const RUN = [...SCRIPTS, 'browser', ...PROGRAMS, 'android']
