// The examples of all help pages, run as they are printed, in a folder with a running server on its ./data.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { commandReferences } from '../../packages/cli/dist/index.js'
import { startWorld, withoutPostgres } from '../cluster/world.mjs'
import { atEnd } from '../support/at-end.mjs'
import { EXPECTED, FILES, OBJECTS, UPLOAD_ID } from './commands/examples.mjs'
import { environment, openPlace, openServed, runServer } from './guides/place.mjs'

const REFERENCES = commandReferences('en')
const examplesOf = (name) => REFERENCES.find((command) => command.name === name).examples

/** Examples that have tests of their own below: they start servers, or need one that has ended, or a cluster. */
const APART = new Set(['serve', 'fsck', 'migrate'].flatMap(examplesOf))
for (const example of [
  'bindery backup cluster /mnt/backup/bindery --bytes',
  'bindery upgrade --finish',
  'bindery restore /mnt/backup/bindery ./data',
  'bindery keys create ./data',
]) {
  APART.add(example)
}
/** More work than the test of one example is worth; the same command runs with less. */
const LARGE = {
  '--size 1GiB --objects 1000': '--size 16MiB --objects 20',
  'bench oss://demo': 'bench oss://demo --size 16MiB --objects 20',
}

const MEBIBYTE = 1024 * 1024
const BIG = randomBytes(9_000_000)

const BASH = ['bash', '-o', 'pipefail']

/** Runs a line in bash, or in the shell that it is for. With `until` it gets Ctrl-C after it has printed that. */
async function runLine(place, line, { until, meanwhile, input = '' } = {}) {
  const [shell, ...flags] = line.includes('--shell fish') ? ['fish'] : BASH
  const child = spawn(shell, [...flags, '-c', line], {
    ...{ cwd: place.cwd, env: environment(place, place.variables), detached: true },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {}).end(input)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      if (until?.test(output)) process.kill(-child.pid, 'SIGINT')
    })
  }
  const closed = new Promise((resolve) => child.once('close', resolve))
  while (meanwhile !== undefined && !until.test(output) && child.exitCode === null) await runLine(place, meanwhile)
  const code = await closed
  return { code, output }
}

/** The files, the objects and an incomplete upload that the examples name; returns the id of that. */
async function prepare({ cwd, client }) {
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true })
    writeFileSync(path.join(cwd, name), content)
  }
  writeFileSync(path.join(cwd, 'big.iso'), BIG)
  const demo = client('demo')
  await demo.putBucket('demo')
  await demo.put('big.iso', BIG)
  await demo.put('log.gz', gzipSync('zipped\n'))
  await demo.put('2020/a', Buffer.from('a'), { headers: { 'x-oss-storage-class': 'Archive' } })
  for (const [key, content] of Object.entries(OBJECTS)) await demo.put(key, Buffer.from(content))
  await demo.putObjectTagging('raw.csv', { a: '1' })
  await demo.putBucketLifecycle('demo', [{ id: 'a', prefix: 'tmp/', status: 'Enabled', expiration: { days: 1 } }])
  const { uploads = [] } = await demo.listUploads({ 'max-uploads': 100 })
  for (const { name, uploadId } of uploads) await demo.abortMultipartUpload(name, uploadId)
  const { uploadId } = await demo.initMultipartUpload('big.iso')
  writeFileSync(path.join(cwd, 'part'), BIG.subarray(0, MEBIBYTE))
  await demo.uploadPart('big.iso', uploadId, 1, path.join(cwd, 'part'), 0, MEBIBYTE)
  return uploadId
}

/** A folder with a server that has all buckets of the examples, and with the profiles of another server: the same one. */
async function openWorld(t) {
  const served = await openServed(t, ['--buckets', 'demo,tests,backup,archive,logs,demo-copy'])
  const { cwd, server } = served
  const { endpoint, accessKeyId, accessKeySecret } = server
  const profile = `endpoint=${endpoint}\naccess-key-id=${accessKeyId}\naccess-key-secret=${accessKeySecret}\n`
  const config = path.join(cwd, 'own-config')
  const profiles = `[profile backup]\n${profile}[profile offsite]\n${profile}`
  mkdirSync(path.join(cwd, 'mnt'))
  mkdirSync(path.join(cwd, '.config', 'fish', 'completions'), { recursive: true })
  const PROFILE = path.join(cwd, 'profile.ps1')
  const variables = { HOME: cwd, BINDERY_CONFIG: config, XDG_STATE_HOME: path.join(cwd, 'state'), PROFILE }
  return { ...served, variables, reset: () => writeFileSync(config, profiles) }
}

/** An example with the names of this machine in place of those that are only examples. */
function here(example, { cwd, server }, uploadId) {
  let line = example.replaceAll('/mnt/backup', path.join(cwd, 'mnt')).replace(UPLOAD_ID, uploadId)
  if (/^bindery (?:health|doctor)/.test(example)) line = line.replace(/https?:\/\/[\w.:]+/, server.endpoint)
  for (const [large, small] of Object.entries(LARGE))
    if (example.endsWith(large) || example.includes(`${large} `)) line = line.replace(large, small)
  return line
}

/** Runs an example, and compares its outcome with what is expected of it. */
async function runExample(world, example) {
  world.reset()
  const uploadId = await prepare(world)
  const expected = EXPECTED[example] ?? {}
  if (expected.before !== undefined) assert.equal((await runLine(world, expected.before)).code, 0)
  const { code, output } = await runLine(world, here(example, world, uploadId), expected)
  assert.ok((expected.codes ?? [0]).includes(code), `${example}: ${code}\n${output}`)
  const printed = expected.after === undefined ? output : (await runLine(world, expected.after)).output
  if (expected.prints !== undefined) assert.match(printed, expected.prints, example)
}

test('the examples of every command that needs nothing but a server work', async (t) => {
  const world = await openWorld(t)
  // COMMANDS=cp,sync runs those of a few commands
  const only = process.env.COMMANDS?.split(',')
  for (const { name, examples } of REFERENCES) {
    if (only?.includes(name) === false) continue
    const own = examples.filter((example) => !APART.has(example))
    if (own.length === 0) continue
    await t.test(name, async () => {
      for (const example of own) await runExample(world, example)
    })
  }
})

test('the examples of serve start servers', async (t) => {
  for (const example of examplesOf('serve')) {
    const line = example.replace('--port 9100', '--port 0')
    assert.equal(await runServer(openPlace(t), line), 0, example)
  }
})

test('the examples of fsck, keys and restore work on the folder of a server that has ended', async (t) => {
  const place = openPlace(t)
  assert.equal(await runServer(place, 'bindery serve ./data --buckets demo'), 0)
  mkdirSync(path.join(place.cwd, 'mnt'))
  const run = async (line) => {
    const { code, output } = await runLine(place, line.replaceAll('/mnt/backup', path.join(place.cwd, 'mnt')))
    assert.equal(code, 0, `${line}\n${output}`)
    return output
  }
  for (const example of examplesOf('fsck')) assert.match(await run(example), /No problems found/)
  assert.match(await run('bindery keys create ./data'), /./)
  await run('bindery backup ./data /mnt/backup/bindery')
  await run('rm -r data')
  await run('bindery restore /mnt/backup/bindery ./data')
  assert.match(await run('bindery fsck ./data'), /No problems found/)
})

test('the examples that name a cluster work', { skip: withoutPostgres() }, async (t) => {
  const masterKeys = randomBytes(32).toString('base64')
  const world = await startWorld({ masterKeys })
  atEnd(t, () => world.dispose())
  const { PATH: _, ...variables } = world.variables
  const place = { ...openPlace(t), variables }
  const BINDERY_MASTER_KEYS = masterKeys
  assert.equal(await runServer(place, 'bindery serve ./data --buckets demo', undefined, { BINDERY_MASTER_KEYS }), 0)
  mkdirSync(path.join(place.cwd, 'mnt'))
  for (const example of [
    ...examplesOf('migrate').slice(0, 2),
    'bindery upgrade --finish',
    'bindery backup cluster /mnt/backup/bindery --bytes',
    ...examplesOf('migrate').slice(2),
  ]) {
    const { code, output } = await runLine(place, example.replaceAll('/mnt/backup', path.join(place.cwd, 'mnt')))
    assert.equal(code, 0, `${example}\n${output}`)
  }
})

test('each example of every help page is run by one of these tests, and none is expected that no page has', () => {
  const all = new Set(REFERENCES.flatMap(({ examples }) => examples))
  for (const example of [...Object.keys(EXPECTED), ...APART]) assert.ok(all.has(example), example)
})
