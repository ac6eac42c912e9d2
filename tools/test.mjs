// `npm test [-- FILTER… [--test-name-pattern PATTERN]]`: runs the compiled tests of the packages and those of tools/
// and test/. A filter is a package's name or a part of a test file's path. `--all` adds `npm run check`, a short run of
// `npm run crash` and the conformance of every SDK, as CI does.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { listFiles } from './list-files.mjs'
import { readArguments } from './read-arguments.mjs'
import { hasSource, runTests } from './run-tests.mjs'

// These need tools of other languages, a browser or strace, take minutes, or check the repository itself.
const SLOW = [
  'test/conformance/',
  'test/console/',
  'test/crash/',
  'test/packages/',
  'test/repository/',
  'test/runtimes/',
]

// These wait for other processes, leases, limits of bandwidth and downloads: while they do, files that compute run. One of them runs at a
// time, so together they should take no longer than the others.
const WAITING = [
  'test/cluster/',
  'test/packages/',
  'test/runtimes/',
  'packages/storage-postgres/',
  'packages/storage-s3/',
  'packages/cli/',
]

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = readArguments({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, 'test-name-pattern': { type: 'string', multiple: true } },
})

// what takes minutes begins first, so that no such file runs alone at the end
const files = ['test', 'tools', 'packages']
  .flatMap((folder) => listFiles(root, folder, { built: true }))
  .filter((file) => /\/dist\/.+\.test\.js$/.test(file) || file.endsWith('.test.mjs'))
  .filter((file) => hasSource(path.join(root, file)))
  .filter((file) => values.all || !SLOW.some((folder) => file.startsWith(folder)))
  .filter((file) => positionals.length === 0 || positionals.some((filter) => matches(file, filter)))

function matches(file, filter) {
  const asSource = file.replace('/dist/', '/src/').replace(/\.js$/, '.ts')
  return file.startsWith(`packages/${filter}/`) || file.includes(filter) || asSource.includes(filter)
}

const isWaiting = (file) => WAITING.some((folder) => file.startsWith(folder))
const absolute = (some) => some.map((file) => path.join(root, file))
const passed = await runTests(absolute(files.filter((file) => !isWaiting(file))), {
  waiting: absolute(files.filter(isWaiting)),
  testNamePatterns: values['test-name-pattern'],
})
process.exitCode = passed ? 0 : 1
