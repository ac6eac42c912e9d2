import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { answered, settled, startCommand, until } from '../testing/interrupting.js'
import { startShared } from '../testing/shared.js'
import { linesOf, startLogged } from '../testing/support.js'

const MIB = 1024 * 1024

const { server, client, folder, env, bindery, succeed } = await startShared({ logged: true })

/** The last event of a kind, of a command that must succeed. */
async function eventOf(event: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  return linesOf(await succeed([...args, '--json'])).findLast((line) => line.t === event) ?? {}
}

/** The records of interrupted transfers on this machine. */
const records = () => readdir(path.join(folder, 'state/bindery/transfers'))

test('a copy on the server that is killed goes on with the parts that are missing', async () => {
  await client.put('from', Buffer.alloc(60 * MIB, 'the bytes of an object '))
  const command = ['cp', 'oss://demo/from', 'oss://demo/killed', '--part-size', '100KiB', '--parallel', '1']
  const flags = ['--bigfile-threshold', '0']
  const running = startCommand(server, env, ...command, ...flags)
  await until(running, server, 5, ['UploadPartCopy', 'killed'])
  running.child.kill('SIGKILL')
  await once(running.child, 'exit')
  const copied = await settled(server, 'UploadPartCopy', 'killed')
  assert.ok(copied < 615, 'it was killed too late')
  const done = await eventOf('done', ...command, ...flags)
  assert.deepEqual([done.parts, done.reusedParts], [615, copied])
  assert.equal(answered(server, 'UploadPartCopy', 'killed'), 615)
  assert.equal(done.crc64, (await client.head('from')).crc64)
  assert.deepEqual(await records(), [])
})

test('Ctrl-C ends a copy on the server after the running part, with the command that continues it', async () => {
  const command = ['cp', 'oss://demo/from', 'oss://demo/stopped', '--part-size', '100KiB', '--parallel', '1']
  const running = startCommand(server, env, ...command, '--bigfile-threshold', '0')
  await until(running, server, 5, ['UploadPartCopy', 'stopped'])
  running.child.kill('SIGINT')
  assert.deepEqual(await once(running.child, 'exit'), [5, null])
  assert.match(await running.stderr, /Stopped\. To continue: \S*bindery cp oss:\/\/demo\/from oss:\/\/demo\/stopped /)
  const done = await eventOf('done', ...command, '--bigfile-threshold', '0', '--resume', 'require')
  assert.ok(Number(done.reusedParts) >= 5)
  const { code, stderr } = await bindery([...command, '--bigfile-threshold', '0', '--resume', 'require'])
  assert.deepEqual([code, /there is no interrupted upload/.test(stderr)], [3, true])
})

test('Ctrl-C ends downloads, moves and syncs alike, and the printed command continues them', async () => {
  const flags = ['--part-size', '100KiB', '--parallel', '1', '--bandwidth-limit', '1MiB']
  for (const [command, to] of [
    ['cp', path.join(folder, 'down/file')],
    ['mv', path.join(folder, 'moved/file')],
    ['sync', path.join(folder, 'synced')],
  ] as const) {
    const key = `signal/${command}/file`
    await client.copy({ from: { key: 'from' }, to: { key } }).result
    const from = command === 'sync' ? 'oss://demo/signal/sync/' : `oss://demo/${key}`
    const running = startCommand(server, env, command, from, to, ...flags)
    await until(running, server, 3, ['GetObject', key])
    running.child.kill('SIGINT')
    assert.deepEqual(await once(running.child, 'exit'), [5, null], command)
    assert.match(await running.stderr, new RegExp(`To continue: \\S*bindery ${command} ${from}`))
    const done = await eventOf('done', command, from, to, '--part-size', '100KiB')
    assert.ok(Number(done.reusedParts) >= 3, `${command}: ${JSON.stringify(done)}`)
  }
})

test('an object of more than 5 GiB is copied, without a byte that moves', async () => {
  const request = { bucket: 'demo', key: 'large' }
  const begun = await client.requester.sendForText({
    op: 'InitiateMultipartUpload',
    method: 'POST',
    ...request,
    query: { uploads: '' },
  })
  const [, uploadId = ''] = /<UploadId>(\w+)</.exec(begun.text) ?? []
  for (let part = 1; part <= 90; part += 1) {
    const query = { uploadId, partNumber: String(part) }
    const headers = { 'x-oss-copy-source': '/demo/from' }
    await client.requester.sendForText({ op: 'UploadPartCopy', method: 'PUT', ...request, query, headers })
  }
  await eventOf('done', 'mpu', 'complete', 'oss://demo/large', uploadId)
  const { size, crc64 } = await client.head('large')
  assert.equal(size, 90 * 60 * MIB)
  assert.ok(size > 5 * 1024 * MIB)
  const done = await eventOf('done', 'cp', 'oss://demo/large', 'oss://demo/copies/')
  assert.deepEqual([done.size, done.crc64, done.to], [size, crc64, 'oss://demo/copies/large'])
  assert.ok(Number(done.parts) > 1)
})

test('a sparse file of 100 GB is uploaded in 10,000 parts, is interrupted, and goes on', async () => {
  const file = path.join(folder, 'sparse')
  const handle = await open(file, 'w')
  await handle.truncate(10_000 * 10 * MIB)
  await handle.close()
  const command = [
    'cp',
    file,
    'oss://demo/sparse',
    '--part-size',
    '10MiB',
    '--parallel',
    '1',
    '--bandwidth-limit',
    '40MiB',
  ]
  let stored = 0
  for (const wished of [2, 4]) {
    const running = startCommand(server, env, ...command)
    await until(running, server, wished, ['UploadPart', 'sparse'])
    running.child.kill('SIGINT')
    assert.deepEqual(await once(running.child, 'exit'), [5, null])
    stored = await settled(server, 'UploadPart', 'sparse')
  }
  const [upload] = linesOf(await succeed(['mpu', 'ls', 'oss://demo/sparse', '--json']))
  assert.deepEqual([upload?.parts, upload?.bytes], [stored, stored * 10 * MIB], 'no part was sent twice')
  const map = await succeed(['mpu', 'map', 'oss://demo/sparse', '--upload', file, '--json'])
  assert.match(map, /"partCount":10000/)
  await eventOf('aborted', 'mpu', 'abort', 'oss://demo/sparse', String(upload?.uploadId))
  await rm(file)
  assert.deepEqual(await records(), [])
})

test('an upload whose server is gone ends with the command that continues it', async (t) => {
  const gone = await startLogged(t, path.join(folder, 'gone'))
  const file = path.join(folder, 'gone.bin')
  await writeFile(file, Buffer.alloc(20 * MIB, 'x'))
  const command = ['cp', file, 'oss://demo/gone', '--part-size', '100KiB', '--parallel', '2', '--retry-times', '2']
  const running = startCommand(gone, env, ...command, '--bandwidth-limit', '2MiB')
  await until(running, gone, 3, ['UploadPart', 'gone'])
  await gone.kill()
  assert.deepEqual(await once(running.child, 'exit'), [3, null])
  assert.match(await running.stderr, /nothing listens there[\s\S]*What is stored stays\. To continue: \S*bindery cp /)
})
