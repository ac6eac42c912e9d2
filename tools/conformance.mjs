// `npm run conformance [-- go|java|s3|boto3|… …]`: runs the official SDKs and programs, in their own languages, against the built
// server, or against another one if ENDPOINT, ACCESS_KEY_ID, ACCESS_KEY_SECRET and REGION are set.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTests } from './run-tests.mjs'

const LANGUAGES = [
  ...['node', 'access', 'access-programs', 'browser', 'python', 'go', 'java', 'c'],
  ...['s3', 's3-go', 's3-java', 's3-tools', 'boto3', 'uppy'],
  ...['connect-scripts', 'connect-programs', 'guides', 'guide-commands', 'guide-requests', 'proxies'],
]

const root = fileURLToPath(new URL('..', import.meta.url))
const asked = process.argv.slice(2)
const unknown = asked.filter((language) => !LANGUAGES.includes(language))

if (unknown.length > 0) {
  console.error(`conformance: no language ${unknown.join(', ')}; there are ${LANGUAGES.join(', ')}`)
  process.exitCode = 1
} else {
  const languages = asked.length > 0 ? asked : LANGUAGES
  const passed = await runTests(
    languages.map((language) => path.join(root, 'test', 'conformance', `${language}.test.mjs`)),
  )
  process.exitCode = passed ? 0 : 1
}
