// The programs of docs/guides/testing.md and the commands of migrating.md, run as they are printed.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import OSS from 'ali-oss'
import { atEnd } from '../support/at-end.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { startServer } from '../support/start-server.mjs'
import { GO_ENVIRONMENT, java, python } from './programs.mjs'
import { CACHE, installSdks } from './support.mjs'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = path.join(CACHE, 'guides')

/** The programs of the guide by their file, which the sentence before each names. */
function programsOf(blocks) {
  return new Map(
    blocks.map(({ file, line, code }) => {
      const before = readFileSync(path.join(root, file), 'utf8')
        .split('\n')
        .slice(0, line - 2)
        .join('\n')
      const [, name] = [...before.matchAll(/`([\w./-]+\.(?:mjs|py|go|java))`/g)].at(-1)
      return [path.basename(name), code]
    }),
  )
}

/** Writes programs into an empty folder of their language. */
async function written(programs, language, files, { below = '' } = {}) {
  const target = path.join(folder, language)
  await rm(target, { recursive: true, force: true })
  await mkdir(path.join(target, below), { recursive: true })
  for (const file of files) {
    assert.ok(programs.has(file), `the guide has no ${file}`)
    await writeFile(path.join(target, below, file), programs.get(file))
  }
  return target
}

/** Runs a program with `bindery` on the PATH. Rejects with its output if it fails. */
async function runIn(cwd, program, args, variables = {}) {
  // rclone cannot use the bundle, and a test runner within one must not report to it
  const { NODE_TEST_CONTEXT: _, AWS_CA_BUNDLE: __, ...inherited } = process.env
  const env = { ...inherited, PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`, ...variables }
  const { stdout, stderr } = await run(program, args, { cwd, env, maxBuffer: 1 << 24 })
  return `${stdout}${stderr}`
}

let programs

before(async () => {
  await mkdir(path.join(folder, 'bin'), { recursive: true })
  await rm(path.join(folder, 'bin', 'bindery'), { force: true })
  await symlink(path.join(root, 'bindery'), path.join(folder, 'bin', 'bindery'))
  programs = programsOf(guideBlocks('testing'))
  assert.equal(programs.size, 5)
})

test('the tests for Node.js that the guide prints pass', async () => {
  const cwd = await written(programs, 'node', ['bindery.mjs', 'upload.test.mjs'])
  assert.match(await runIn(cwd, process.execPath, ['--test', '--test-reporter=tap']), /^# pass 1$/m)
})

test('the tests for Python that the guide prints pass', async () => {
  await installSdks('python', python.install)
  const cwd = await written(programs, 'python', ['test_upload.py'])
  const [interpreter] = python.command('')
  assert.match(await runIn(cwd, interpreter, ['-B', '-m', 'unittest']), /Ran 1 test.*OK/s)
})

test('the tests for Go that the guide prints pass', async () => {
  const cwd = await written(programs, 'go', ['upload_test.go'])
  for (const file of ['go.mod', 'go.sum'])
    await cp(path.join(root, 'test', 'conformance', 'go', file), path.join(cwd, file))
  assert.match(
    await runIn(cwd, 'go', ['test', '-mod=mod', '-v', '.'], GO_ENVIRONMENT),
    /--- PASS: TestUploadIsOneObject/,
  )
})

test('the tests for Java that the guide prints pass', async () => {
  const cwd = await written(programs, 'java', ['UploadTest.java'], { below: 'src/test/java' })
  await cp(path.join(root, 'test', 'conformance', 'guides', 'pom.xml'), path.join(cwd, 'pom.xml'))
  const output = await runIn(cwd, 'mvn', ['-B', '-ntp', java.repository, 'test'])
  assert.match(output, /Tests run: 1, Failures: 0, Errors: 0, Skipped: 0/)
})

test('the commands of the guide move a bucket from one server to another', async (t) => {
  const [{ code }, ...others] = guideBlocks('migrating')
  assert.deepEqual(others, [])
  const [source, target] = [await startServer({ args: ['--buckets', 'moving'] }), await startServer()]
  atEnd(t, () => Promise.all([source.stop(), target.stop()]))
  const small = Buffer.from('small')
  const large = Buffer.alloc(12_000_000, 'large')
  const before = clientOf(source)
  await before.put('a b/中.txt', small, { headers: { 'Content-Type': 'text/x' }, meta: { mine: 'yes' } })
  await before.multipartUpload('large.bin', large, { partSize: 5_000_000 })
  const cwd = path.join(folder, 'bin')
  const keys = { OLD: source, NEW: target }
  const variables = Object.entries(keys).flatMap(([side, { endpoint, accessKeyId, accessKeySecret }]) => [
    [`${side}_ENDPOINT`, endpoint],
    [`${side}_KEY_ID`, accessKeyId],
    [`${side}_KEY_SECRET`, accessKeySecret],
  ])
  await runIn(cwd, 'sh', ['-ec', code], {
    ...Object.fromEntries(variables),
    BUCKET: 'moving',
    RCLONE_CONFIG: path.join(folder, 'rclone.conf'),
  })
  const after = clientOf(target)
  const moved = await after.get('a b/中.txt')
  assert.deepEqual([moved.content, moved.res.headers['content-type']], [small, 'text/x'])
  assert.equal((await after.head('a b/中.txt')).meta.mine, 'yes')
  assert.ok((await after.get('large.bin')).content.equals(large))
})

function clientOf({ endpoint, region, accessKeyId, accessKeySecret }) {
  const common = { authorizationV4: true, sldEnable: true, bucket: 'moving' }
  return new OSS({ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, ...common })
}
