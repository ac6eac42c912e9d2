// Runs test files under one node:test runner, so that there is one summary at the end.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const FILE_TIMEOUT_MS = 15 * 60_000 // a file that hangs fails instead of blocking the rest forever

/**
 * Runs `files` (absolute paths), each in its own process, as many at a time as there are processors but at most 4. Besides these, one of
 * `waiting` runs at a time: files that wait for other processes more than they compute, and would leave a processor idle.
 * The command keeps its records of transfers in a temporary folder, not in that of the user, whose records no test reads.
 * Resolves to whether at least one test ran and none failed.
 * @param {string[]} files
 * @param {{ waiting?: string[], testNamePatterns?: string[] }} [options]
 * @returns {Promise<boolean>}
 */
export async function runTests(files, { waiting = [], testNamePatterns = [] } = {}) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`.trim()
  const state = mkdtempSync(path.join(tmpdir(), 'bindery-state-'))
  process.env.XDG_STATE_HOME = state
  let executed = 0
  let failed = 0
  const names = new Set([...files, ...waiting])
  const count = ({ type, data }) => {
    // node reports a file without tests as a test with the file's name, and a test that was filtered out as skipped
    if (type === 'test:pass' && data.skip === undefined && !names.has(path.resolve(data.name))) executed += 1
    if (type === 'test:fail') failed += 1
  }
  const begin = (some, concurrency) =>
    run({
      files: some,
      concurrency,
      timeout: FILE_TIMEOUT_MS,
      ...(testNamePatterns.length > 0 ? { testNamePatterns } : {}),
    })
  const atOnce = Math.min(availableParallelism(), 4)
  const runs =
    files.length === 0 || waiting.length === 0
      ? [begin([...files, ...waiting], atOnce)]
      : [begin(files, atOnce), begin(waiting, 1)]
  const report = Readable.from(oneAfterAnother(runs, count)).compose(spec)
  report.pipe(process.stdout)
  await new Promise((resolve, reject) => report.on('end', resolve).on('error', reject))
  rmSync(state, { recursive: true, force: true })
  if (executed + failed === 0) console.error('No test ran.')
  return executed > 0 && failed === 0
}

/** The lines that end the report of a run: numbers of tests, and their duration. */
const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/

/** The events of runs that go on at the same time, each run after the other, with one summary; `see` is called with each event. */
async function* oneAfterAnother(runs, see) {
  const sums = new Map()
  // the last one's events are kept until those of the others have been reported
  for (const events of runs.map((one) => (one === runs[0] ? one : one.toArray()))) {
    for await (const event of await events) {
      see(event)
      const [, name, value] = (event.type === 'test:diagnostic' && SUMMARY.exec(event.data.message)) || []
      if (name === undefined || event.data.nesting > 0) yield event
      else sums.set(name, { ...event.data, value: joined(name, sums.get(name)?.value ?? 0, Number(value)) })
    }
  }
  for (const [name, { value, ...data }] of sums)
    yield { type: 'test:diagnostic', data: { ...data, message: `${name} ${value}` } }
}

/** A number of two runs that went on at the same time. */
function joined(name, one, other) {
  return name === 'duration_ms' ? Math.max(one, other) : one + other
}

/**
 * Whether a compiled test still has its source: the compiler leaves the output of a deleted or renamed file.
 * @param {string} file  a path with `/dist/` in it, or that of a test which is not compiled
 */
export function hasSource(file) {
  if (!file.includes('/dist/')) return true
  return existsSync(file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))
}
