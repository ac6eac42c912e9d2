import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  answered as answeredBy,
  type Running,
  settled as settledAt,
  startCommand,
  until,
} from '../testing/interrupting.js'
import { startShared } from '../testing/shared.js'
import { COMMAND, linesOf } from '../testing/support.js'

const MIB = 1024 * 1024
const BUCKET = 'demo'

const { server, client, folder, env, bindery, succeed, newFile } = await startShared({ logged: true })

/** The events of a command that must succeed. */
async function events(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  return linesOf(await succeed([...args, '--json']))
}

const lastOf = (lines: readonly Record<string, unknown>[], event: string) =>
  lines.findLast((line) => line.t === event) ?? {}

/** Bytes that differ from place to place. */
function content(size: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4))
  let state = seed
  for (let index = 0; index < words.length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[index] = state
  }
  return Buffer.from(words.buffer, 0, size)
}

const answered = (operation: string, key: string) => answeredBy(server, operation, key)
const settled = (operation: string, key: string) => settledAt(server, operation, key)

/** Starts a command, and returns once the server has answered this many requests of it. */
async function startUntil(count: number, operation: string, key: string, ...args: readonly string[]): Promise<Running> {
  const running = startCommand(server, env, ...args)
  await until(running, server, count, [operation, key])
  return running
}

async function storedParts(key: string): Promise<number> {
  let parts = 0
  for await (const { uploadId } of client.listUploads({ prefix: key })) {
    for await (const _ of client.listParts({ key, uploadId })) parts += 1
  }
  return parts
}

test('a file goes up, is copied on the server, and comes down unchanged', async () => {
  const bytes = content(20 * MIB + 17)
  const file = await newFile('up/large.bin', bytes)
  const up = lastOf(await events('cp', file, `oss://${BUCKET}/trip/`, '--part-size', '3MiB'), 'done')
  assert.deepEqual([up.to, up.size, up.parts], [`oss://${BUCKET}/trip/large.bin`, bytes.length, 7])
  assert.equal(up.crc64, (await client.head('trip/large.bin')).crc64)
  await events('cp', `oss://${BUCKET}/trip/large.bin`, `oss://${BUCKET}/copied`)
  const down = path.join(folder, 'down/new/folder/back.bin')
  const summary = lastOf(await events('cp', `oss://${BUCKET}/copied`, down), 'summary')
  assert.deepEqual([summary.files, summary.bytes, summary.exit], [1, bytes.length, 0])
  assert.ok(bytes.equals(await readFile(down)))
  assert.deepEqual(await readdir(path.dirname(down)), ['back.bin'])
})

test('an empty file, and one smaller than a part, go up and come down', async () => {
  for (const size of [0, 1_000]) {
    const file = await newFile(`small-${size}`, content(size))
    await events('cp', file, `oss://${BUCKET}`)
    await events('cp', `oss://${BUCKET}/small-${size}`, `${file}.back`)
    assert.ok(content(size).equals(await readFile(`${file}.back`)))
  }
})

test('an uploaded object has the Content-Type of its ending, or the one that was chosen', async () => {
  const file = await newFile('page.HTML', '<p>')
  await events('cp', file, `oss://${BUCKET}/types/`)
  await events('cp', file, `oss://${BUCKET}/types/chosen.html`, '--content-type', 'text/x-chosen')
  assert.equal((await client.head('types/page.HTML')).contentType, 'text/html')
  assert.equal((await client.head('types/chosen.html')).contentType, 'text/x-chosen')
})

test('standard input and output take part, whatever their length', async () => {
  const bytes = content(21 * MIB + 3, 2)
  await succeed(['cp', '-', `oss://${BUCKET}/piped`], bytes)
  const { size, type } = await client.head('piped')
  assert.deepEqual([size, type], [bytes.length, 'Multipart'])
  await succeed(['cp', '-', `oss://${BUCKET}/small-piped`], 'by a pipe')
  assert.equal((await bindery(['cp', `oss://${BUCKET}/small-piped`, '-'])).stdout, 'by a pipe')
})

test('1,100 files go up with their folders, are copied, and come down, under any name', async () => {
  const names = Array.from({ length: 1_096 }, (_, index) => `d${index % 7}/file ${index}.txt`)
  names.push('100%25 + a b/中文 文件.txt', 'deep/er/and/deeper', 'quote"\'&<>', 'plus+plus')
  for (const name of names) await newFile(`tree/${name}`, `content of ${name}`)
  await symlink('/dev/null', path.join(folder, 'tree/link'))
  const up = await bindery([
    'cp',
    '--recursive',
    path.join(folder, 'tree'),
    `oss://${BUCKET}/tree`,
    '--json',
    '--jobs',
    '16',
  ])
  assert.equal(up.code, 0, up.stderr)
  assert.match(up.stderr, /tree\/link is left out: it is not a file/)
  assert.equal(lastOf(linesOf(up.stdout), 'summary').files, 1_100)
  await events('cp', '-r', `oss://${BUCKET}/tree/`, `oss://${BUCKET}/second/`, '--jobs', '16')
  const down = path.join(folder, 'tree-back')
  await events('cp', '-r', `oss://${BUCKET}/second/`, down, '--jobs', '16')
  for (const name of names) assert.equal(await readFile(path.join(down, name), 'utf8'), `content of ${name}`)
})

test('no key writes outside of the folder that it is downloaded into', async () => {
  for (const key of ['evil/../../escaped', 'evil//x', 'evil/ok']) await client.put(key, 'x')
  const down = path.join(folder, 'safe/inner')
  const { code, stderr } = await bindery(['cp', '-r', `oss://${BUCKET}/evil/`, down])
  assert.equal(code, 4)
  assert.match(stderr, /evil\/\.\.\/\.\.\/escaped is left out: its key cannot be the name of a file/)
  assert.deepEqual(await readdir(down), ['ok'])
  assert.deepEqual(await readdir(path.dirname(down)), ['inner'])
})

test('an upload of 200 MB that is killed goes on with the parts that are missing', async () => {
  const bytes = content(200_000_000, 3)
  const file = await newFile('killed.bin', bytes)
  const command = ['cp', file, `oss://${BUCKET}/killed`, '--part-size', '4MiB', '--parallel', '3']
  const { child } = await startUntil(8, 'UploadPart', 'killed', ...command, '--bandwidth-limit', '25MiB')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = await settled('UploadPart', 'killed')
  const stored = await storedParts('killed')
  assert.ok(stored >= 8 && stored < 40, `${stored} parts`)
  const done = lastOf(await events(...command), 'done')
  assert.deepEqual([done.parts, done.reusedParts], [48, stored])
  assert.equal(answered('UploadPart', 'killed') - before, 48 - stored)
  assert.ok(bytes.equals(await client.get('killed')))
  assert.equal(await storedParts('killed'), 0)
})

test('an upload that this machine has no record of goes on by its id', async () => {
  const bytes = content(30 * MIB, 9)
  const file = await newFile('foreign.bin', bytes)
  const address = `oss://${BUCKET}/foreign`
  const flags = ['--part-size', '2MiB', '--parallel', '2', '--checkpoint-dir', path.join(folder, 'elsewhere')]
  const { child } = await startUntil(
    3,
    'UploadPart',
    'foreign',
    'cp',
    file,
    address,
    ...flags,
    '--bandwidth-limit',
    '4MiB',
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  await settled('UploadPart', 'foreign')
  const stored = await storedParts('foreign')
  const [upload] = linesOf((await bindery(['uploads', 'list', address, '--json'])).stdout)
  const done = lastOf(await events('cp', file, address, '--upload-id', String(upload?.uploadId)), 'done')
  assert.deepEqual([done.parts, done.reusedParts], [15, stored])
  assert.ok(bytes.equals(await client.get('foreign')))
  const gone = await bindery(['cp', file, address, '--upload-id', String(upload?.uploadId)])
  assert.equal(gone.code, 2)
  assert.match(gone.stderr, /NoSuchUpload/)
})

test('Ctrl-C ends an upload with the command that continues it, and only the rest is sent then', async () => {
  const bytes = content(60 * MIB, 4)
  const file = await newFile("it's stopped.bin", bytes)
  const command = ['cp', file, `oss://${BUCKET}/stopped`, '--part-size', '2MiB', '--parallel', '2']
  const { child, stderr } = await startUntil(4, 'UploadPart', 'stopped', ...command, '--bandwidth-limit', '5MiB')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 5)
  assert.match(
    await stderr,
    /Stopped\. To continue: \S*bindery cp '.*it'\\''s stopped\.bin' oss:\/\/demo\/stopped --part-size 2MiB/,
  )
  const stored = await storedParts('stopped')
  const done = lastOf(await events(...command), 'done')
  assert.deepEqual([done.parts, done.reusedParts, done.reusedBytes], [30, stored, stored * 2 * MIB])
  assert.ok(bytes.equals(await client.get('stopped')))
})

test('Ctrl-C while a pipe is read leaves neither an object nor parts, also where the pipe ends with it', async () => {
  for (const [key, endsFirst] of [
    ['open-pipe', false],
    ['ended-pipe', true],
  ] as const) {
    const { endpoint, accessKeyId, accessKeySecret } = server
    const keys = { OSS_ENDPOINT: endpoint, OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret }
    const args = ['cp', '-', `oss://${BUCKET}/${key}`, '--part-size', '1MiB', '--bigfile-threshold', '1MiB']
    const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, ...keys, ...env } })
    const exited = once(child, 'exit')
    child.stdin.on('error', () => {}) // the command no longer reads it
    child.stdin.write(content(6 * MIB, 8))
    while (answered('UploadPart', key) < 3) await sleep(20)
    child.kill('SIGINT')
    if (endsFirst) child.stdin.end()
    const [code] = await exited
    assert.equal(code, 5)
    assert.equal((await bindery(['stat', `oss://${BUCKET}/${key}`])).code, 2)
    assert.equal(await storedParts(key), 0)
    assert.equal(linesOf((await bindery(['uploads', 'list', `oss://${BUCKET}/${key}`, '--json'])).stdout).length, 0)
  }
})

test('the parts of a file that has changed since are not used, and are freed by uploads abort', async () => {
  const file = await newFile('changed.bin', content(40 * MIB, 5))
  const address = `oss://${BUCKET}/changed`
  const command = ['cp', file, address, '--part-size', '2MiB', '--parallel', '2']
  const { child } = await startUntil(3, 'UploadPart', 'changed', ...command, '--bandwidth-limit', '4MiB')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const changed = content(40 * MIB, 6)
  await writeFile(file, changed)

  const required = await bindery([...command, '--resume', 'require'])
  assert.equal(required.code, 3)
  assert.match(required.stderr, /there is no interrupted upload of this file, as it is now/)
  const { code, stderr } = await bindery(command)
  assert.equal(code, 0, stderr)
  const [, uploadId = ''] =
    stderr.match(/has changed since .*: \S*bindery mpu abort oss:\/\/demo\/changed ([0-9A-F]+)/) ?? []
  assert.ok(changed.equals(await client.get('changed')))

  const listed = linesOf((await bindery(['uploads', 'list', `oss://${BUCKET}`, '--json'])).stdout)
  const held = listed.find((upload) => upload.uploadId === uploadId)
  assert.equal(held?.key, 'changed')
  assert.equal(held?.bytes, Number(held?.parts) * 2 * MIB)
  const parts = linesOf((await bindery(['uploads', 'parts', address, uploadId, '--json'])).stdout)
  assert.equal(parts.length, held?.parts)
  const aborted = await bindery(['uploads', 'abort', address, uploadId])
  assert.equal(aborted.code, 0)
  assert.match(aborted.stderr, /Aborted upload [0-9A-F]+ to oss:\/\/demo\/changed: \d+ parts/)
  assert.equal(await storedParts('changed'), 0)
  assert.deepEqual(await readdir(path.join(folder, 'state/bindery/transfers')), [])
})

test('a download that is killed goes on with the ranges that are missing', async () => {
  const bytes = content(64 * MIB, 7)
  await client.put('fetched', bytes)
  const file = path.join(folder, 'fetched.bin')
  const command = ['cp', `oss://${BUCKET}/fetched`, file, '--part-size', '2MiB', '--parallel', '2']
  const { child } = await startUntil(10, 'GetObject', 'fetched', ...command, '--bandwidth-limit', '5MiB')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = await settled('GetObject', 'fetched')
  const done = lastOf(await events(...command), 'done')
  assert.ok(Number(done.reusedParts) > 0, 'nothing was reused')
  assert.equal(answered('GetObject', 'fetched') - before, 32 - Number(done.reusedParts))
  assert.ok(bytes.equals(await readFile(file)))
})

test('objects whose names differ by an ending that downloads have had come down as they are, at the same time', async () => {
  const names = ['twin', 'twin.part', 'twin.part.json', 'twin.tmp']
  for (const [index, name] of names.entries()) await client.put(`twins/${name}`, content(9 * MIB, index + 1))
  const to = path.join(folder, 'twins')
  assert.equal(lastOf(await events('cp', '-r', 'oss://demo/twins/', to), 'summary').files, names.length)
  assert.deepEqual((await readdir(to)).sort(), names)
  for (const [index, name] of names.entries())
    assert.ok((await readFile(path.join(to, name))).equals(content(9 * MIB, index + 1)), name)
})

test('lines of JSON have names as they are, and lines for people no control characters', async () => {
  const name = 'two\nlines\tof \\u000a'
  const file = await newFile(`odd/${name}`, 'x')
  const done = lastOf(await events('cp', file, 'oss://demo/odd/'), 'done')
  assert.deepEqual([done.from, done.to], [file, `oss://demo/odd/${name}`])
  const [planned] = await events('cp', file, 'oss://demo/odd/', '--dry-run')
  assert.deepEqual([planned?.from, planned?.to], [file, `oss://demo/odd/${name}`])
  assert.equal((await succeed(['cp', file, 'oss://demo/odd/', '--dry-run'])).split('\n').length, 2)
})

test('--quiet does not hide what was not transferred', async () => {
  for (const key of ['quiet/a', 'quiet/a/b', 'quiet/..']) await client.put(key, 'x')
  const { code, stdout, stderr } = await bindery(['cp', '-r', 'oss://demo/quiet/', path.join(folder, 'quiet'), '-q'])
  assert.deepEqual([code, stdout], [4, ''])
  assert.match(stderr, /quiet\/\.\. is left out/)
  assert.match(stderr, /oss:\/\/demo\/quiet\/a(?:\/b)? → .*: .*(?:EISDIR|EEXIST|ENOTDIR)/)
})

test('files of interrupted downloads are not uploaded', async () => {
  await newFile('leftover/a', 'a')
  for (const end of ['', '.json', '.lock']) await newFile(`leftover/b.bindery-part${end}`, 'b')
  const lines = await events('cp', '-r', path.join(folder, 'leftover'), 'oss://demo/leftover/')
  assert.equal(lastOf(lines, 'summary').files, 1)
  assert.equal(lines.filter(({ t, code }) => t === 'skip' && code === 'unfinished').length, 3)
})

test('--no-overwrite keeps what exists: a single one is refused, of many the others are transferred', async () => {
  await client.put('kept/a', 'old')
  const file = await newFile('fresh/a', 'new')
  await newFile('fresh/b', 'new')
  const single = await bindery(['cp', file, `oss://${BUCKET}/kept/`, '--no-overwrite'])
  assert.equal(single.code, 2)
  assert.match(single.stderr, /FileAlreadyExists: .*The object was kept/)
  const many = await events('cp', '-r', path.join(folder, 'fresh'), `oss://${BUCKET}/kept/`, '--no-overwrite')
  const { files, skipped, failed } = lastOf(many, 'summary')
  assert.deepEqual([files, skipped, failed], [1, 1, 0])
  assert.equal(Buffer.from(await client.get('kept/a')).toString(), 'old')
  const down = await bindery(['cp', `oss://${BUCKET}/kept/a`, file, '--no-overwrite'])
  assert.equal(down.code, 3)
  assert.equal(await readFile(file, 'utf8'), 'new')
})

test('a file that cannot be transferred fails the command, and not the other files', async () => {
  await newFile('mixed/good', 'good')
  await newFile(`mixed/${'x'.repeat(200)}`, 'its key is too long')
  const prefix = 'p'.repeat(900)
  const { code, stdout, stderr } = await bindery([
    'cp',
    '-r',
    path.join(folder, 'mixed'),
    `oss://${BUCKET}/${prefix}/`,
    '--json',
  ])
  assert.equal(code, 4)
  assert.match(stderr, /mixed\/x+ → oss:.*the server refused: InvalidObjectName/)
  const { files, failed, exit } = lastOf(linesOf(stdout), 'summary')
  assert.deepEqual([files, failed, exit], [1, 1, 4])
  assert.equal((await stat(path.join(folder, 'mixed/good'))).size, 4)
})

test('wrong pairs of places, and sources that do not exist, are refused before anything is sent', async () => {
  const file = await newFile('pair', 'x')
  const cases: [args: string[], code: number, message: RegExp][] = [
    [[file, 'elsewhere'], 1, /cp cannot use elsewhere: it needs oss:\/\/BUCKET\/KEY/],
    [[folder, `oss://${BUCKET}/`], 1, /it needs --recursive/],
    [[file, `osss://${BUCKET}/`], 1, /Did you mean oss:\/\/demo\/\?/],
    [['/nowhere/at all', `oss://${BUCKET}/`], 1, /\/nowhere\/at all cannot be read/],
    [['-', `oss://${BUCKET}/`], 1, /it needs oss:\/\/BUCKET\/KEY/],
    [[file, `oss://${BUCKET}/`, '--part-size', '1KiB', '--bigfile-threshold', '0'], 1, /--part-size cannot be "1KiB"/],
    [[file, `oss://${BUCKET}/`, '--jobs', '0'], 1, /--jobs cannot be "0"/],
    [[`oss://${BUCKET}/missing`, file], 2, /NoSuchKey/],
    [['-r', `oss://${BUCKET}/missing/`, folder], 3, /There is nothing at oss:\/\/demo\/missing\//],
    [[file, 'oss://no-such-bucket/'], 2, /NoSuchBucket: .*List the buckets/],
  ]
  for (const [args, code, message] of cases) {
    const ran = await bindery(['cp', ...args])
    assert.match(ran.stderr, message)
    assert.equal(ran.code, code, args.join(' '))
  }
  assert.equal(await readFile(file, 'utf8'), 'x')
})

test('--dry-run prints the transfers, and makes none', async () => {
  await newFile('planned/a', 'x')
  const { stdout } = await bindery(['cp', '-r', path.join(folder, 'planned'), `oss://${BUCKET}/planned/`, '--dry-run'])
  assert.match(stdout, /planned\/a → oss:\/\/demo\/planned\/a\n$/)
  assert.equal((await bindery(['stat', `oss://${BUCKET}/planned/a`])).code, 2)
})

test('a file whose name is not UTF-8 is reported, and counts as failed', {
  skip: process.platform !== 'linux',
}, async () => {
  const root = path.join(folder, 'not-text')
  await newFile('not-text/ok', 'x')
  await writeFile(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'x')
  const { code, stderr } = await bindery(['cp', '-r', root, `oss://${BUCKET}/not-text/`])
  assert.equal(code, 4)
  assert.match(stderr, /bad\uFFFD is left out: its name is not UTF-8, so it cannot be a key/)
  assert.equal((await client.head('not-text/ok')).size, 1)
  for (const command of [['cp', '-r'], ['sync']]) {
    const excluded = await bindery([...command, root, `oss://${BUCKET}/not-text/`, '--exclude', 'bad*'])
    assert.equal(excluded.code, 0)
    assert.doesNotMatch(excluded.stderr, /is left out/)
  }
})
