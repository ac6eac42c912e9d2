import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-run-tests-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const starter = path.join(folder, 'start.mjs')
const runner = new URL('./run-tests.mjs', import.meta.url).href
writeFileSync(
  starter,
  `import { runTests } from ${JSON.stringify(runner)}\nprocess.exitCode = (await runTests(process.argv.slice(2))) ? 0 : 1\n`,
)

/** Runs one test file with this text under the runner, in its own process. */
function runFile(name, text) {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // or node would treat the inner runner as a part of this one
  return spawnSync(process.execPath, [starter, file], { encoding: 'utf8', env })
}

test('a run whose tests pass passes and ends with its summary', () => {
  const { status, stdout } = runFile('pass.test.mjs', "import { test } from 'node:test'\ntest('a fact', () => {})\n")
  assert.equal(status, 0, stdout)
  assert.match(stdout, /pass 1\n[\s\S]*duration_ms [\d.]+\n$/)
})

test('a run with a failing test fails', () => {
  const text = "import { test } from 'node:test'\ntest('no fact', () => { throw new Error('no') })\n"
  assert.equal(runFile('fail.test.mjs', text).status, 1)
})

test('a run in which no test ran fails', () => {
  const { status, stderr } = runFile('empty.test.mjs', 'export {}\n')
  assert.equal(status, 1)
  assert.match(stderr, /No test ran/)
})

test('a file that cannot be loaded fails the run', () => {
  assert.equal(runFile('broken.test.mjs', "import './not-there.mjs'\n").status, 1)
})
