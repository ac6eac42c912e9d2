import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { linesOf, runWith } from '../testing/support.js'

const { server, folder, bindery, succeed, keys } = await startShared()

test('the lines of a file are run in one process, and those that fail are named', async () => {
  const file = path.join(folder, 'lines')
  await writeFile(path.join(folder, 'a b'), 'content')
  const lines = [
    '# a comment, and then a blank line',
    '',
    `cp '${path.join(folder, 'a b')}' "oss://demo/run/two words"`,
    'bindery touch oss://demo/run/empty --quiet',
    'stat oss://demo/run/missing --json --output-query size',
    'touch oss://demo/run/last',
    "rm 'open quote",
    'serve',
  ]
  await writeFile(file, lines.join('\n'))
  const { code, stdout, stderr } = await bindery(['run', file, '--json'])
  assert.equal(code, 4, stderr)
  const failed = linesOf(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('{"t":"failed"'))
      .join('\n'),
  )
  assert.deepEqual(failed.map(({ line, exit }) => [line, exit]).sort(), [
    [5, 2],
    [7, 1],
    [8, 1],
  ])
  assert.match(stdout, /^\{"t":"summary","commands":6,"failed":3,"exit":4\}$/m)
  assert.deepEqual(await keys('run/'), ['run/empty', 'run/last', 'run/two words'])
})

test('many lines run at a time without a warning', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `touch oss://demo/at-once/${index}`)
  const { code, stderr } = await bindery(['run', '-', '--jobs', '20'], lines.join('\n'))
  assert.deepEqual([code, stderr], [0, '40 commands\n'])
  assert.equal((await keys('at-once/')).length, 40)
})

test('with --fail-fast no line follows one that failed', async () => {
  const { code, stderr } = await bindery(
    ['run', '-', '--jobs', '1', '--fail-fast'],
    'stat oss://demo/none\ntouch oss://demo/never\n',
  )
  assert.equal(code, 4)
  assert.match(stderr, /line 1 ended with exit code 2/)
  assert.match(stderr, /Line 2 and those after it were not run/)
  assert.deepEqual(await keys('never'), [])
})

test('the way to a server is measured step by step, and nothing is left of it', async () => {
  const steps = linesOf(await succeed(['probe', 'oss://demo', '--size', '100KiB', '--json']))
  assert.deepEqual(
    steps.map(({ step }) => step),
    ['name', 'connection', 'answer', 'key', 'put', 'get', 'delete', 'upload', 'download'],
  )
  assert.deepEqual(await keys('bindery-probe-'), [])
  const silent = await runWith({ ...server, endpoint: 'http://127.0.0.1:1' }, ['probe'])
  assert.equal(silent.code, 6)
  assert.match(silent.stdout, /^✗ connection .*ECONNREFUSED/m)
  const refused = await runWith({ ...server, accessKeySecret: 'wrong' }, ['probe'])
  assert.equal(refused.code, 6)
  assert.match(refused.stdout, /^✗ signed request .*SignatureDoesNotMatch/m)
})
