// Runs test files under one node:test runner, so that there is one summary at the end.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const FILE_TIMEOUT_MS = 15 * 60_000 // a file that hangs fails instead of blocking the rest forever

/**
 * Runs `files` (absolute paths), each in its own process, as many at a time as there are processors but at most 4.
 * The command keeps its records of transfers in a temporary folder, not in that of the user, whose records no test reads.
 * Resolves to whether at least one test ran and none failed.
 * @param {string[]} files
 * @param {{ testNamePatterns?: string[] }} [options]
 * @returns {Promise<boolean>}
 */
export async function runTests(files, { testNamePatterns = [] } = {}) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`.trim()
  const state = mkdtempSync(path.join(tmpdir(), 'bindery-state-'))
  process.env.XDG_STATE_HOME = state
  let executed = 0
  let failed = 0
  const events = run({
    files,
    concurrency: Math.min(availableParallelism(), 4),
    timeout: FILE_TIMEOUT_MS,
    ...(testNamePatterns.length > 0 ? { testNamePatterns } : {}),
  })
  events.on('test:pass', (test) => {
    // node reports a file without tests as a test with the file's name, and a test that was filtered out as skipped
    if (test.skip === undefined && !files.includes(path.resolve(test.name))) executed += 1
  })
  events.on('test:fail', () => {
    failed += 1
  })
  const report = events.compose(spec)
  report.pipe(process.stdout)
  await new Promise((resolve, reject) => report.on('end', resolve).on('error', reject))
  rmSync(state, { recursive: true, force: true })
  if (executed + failed === 0) console.error('No test ran.')
  return executed > 0 && failed === 0
}

/**
 * Whether a compiled test still has its source: the compiler leaves the output of a deleted or renamed file.
 * @param {string} file  a path with `/dist/` in it, or that of a test which is not compiled
 */
export function hasSource(file) {
  if (!file.includes('/dist/')) return true
  return existsSync(file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))
}
