import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { COMMAND, linesOf } from '../testing/support.js'

const PART = 102_400

const { server, client, folder, bindery, succeed } = await startShared()

const content = (parts: number) => Buffer.from(Array.from({ length: parts * PART }, (_, at) => (at * 31) % 251))

/** Begins an upload, and stores the parts with these numbers of a content. */
async function begin(key: string, bytes: Uint8Array, numbers: readonly number[]): Promise<string> {
  const request = { bucket: 'demo', key }
  const begun = await client.requester.sendForText({
    op: 'InitiateMultipartUpload',
    method: 'POST',
    ...request,
    query: { uploads: '' },
  })
  const [, uploadId = ''] = /<UploadId>(\w+)</.exec(begun.text) ?? []
  for (const partNumber of numbers) {
    const body = bytes.subarray((partNumber - 1) * PART, partNumber * PART)
    await client.requester.sendForText({
      op: 'UploadPart',
      method: 'PUT',
      ...request,
      query: { uploadId, partNumber: String(partNumber) },
      headers: { 'content-length': String(body.length) },
      body: () => body,
      bodyLength: body.length,
    })
  }
  return uploadId
}

test('the map of an upload shows what is stored and missing, and with the file what is left to send', async () => {
  const bytes = content(6)
  const file = path.join(folder, 'mapped')
  await writeFile(file, bytes)
  const uploadId = await begin('mapped', bytes, [1, 3, 4])
  const map = await succeed(['mpu', 'map', 'oss://demo/mapped', uploadId])
  assert.match(map, /^Upload \w+: 3 parts, 300\.0 KiB\n█░██\n/)
  assert.match(map, /^Missing parts: 2$/m)
  assert.match(map, /^Begun: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(/m)
  assert.match(map, /^Completing it takes --all, because its object would lack the missing parts\.$/m)
  const planned = await succeed(['mpu', 'map', 'oss://demo/mapped', '--upload', file, '--part-size', String(PART)])
  assert.match(planned, /\n█░██░░\n/)
  assert.match(planned, /^Missing parts: 2, 5-6$/m)
  assert.match(planned, /^Left to send: 300\.0 KiB \(50 %\)$/m)
  const [json] = linesOf(await succeed(['mpu', 'map', 'oss://demo/mapped', uploadId, '--json']))
  assert.deepEqual(json?.gaps, [{ from: 2, to: 2 }])
  const none = await bindery(['mpu', 'map', 'oss://demo/no-upload'])
  assert.deepEqual([none.code, /no-upload has no incomplete upload/.test(none.stderr)], [3, true])
})

test('an upload that another program began is resumed with the parts that are missing, in any order', async () => {
  const bytes = content(5)
  const file = path.join(folder, 'resumed')
  await writeFile(file, bytes)
  const uploadId = await begin('resumed', bytes, [2, 5])
  const lines = linesOf(await succeed(['mpu', 'resume', 'oss://demo/resumed', uploadId, file, '--json']))
  const done = lines.find(({ t }) => t === 'done')
  assert.deepEqual([done?.parts, done?.reusedParts], [5, 2])
  assert.ok(bytes.equals(await client.get('resumed')))
})

test('complete makes the object of the stored parts, and refuses gaps without --all', async () => {
  const bytes = content(3)
  const whole = await begin('whole', bytes, [1, 2, 3])
  assert.match(await succeed(['mpu', 'complete', 'oss://demo/whole', whole]), /^Completed oss:\/\/demo\/whole: 3 parts/)
  assert.ok(bytes.equals(await client.get('whole')))
  const gap = await begin('gap', bytes, [1, 3])
  const refused = await bindery(['mpu', 'complete', 'oss://demo/gap', gap])
  assert.equal(refused.code, 6)
  assert.match(refused.stderr, /has 1 gap.*--all/)
  await succeed(['mpu', 'complete', 'oss://demo/gap', gap, '--all'])
  assert.equal((await client.head('gap')).size, 2 * PART)
  assert.equal((await bindery(['mpu', 'complete', 'oss://demo/gap', 'F'.repeat(32)])).code, 2)
})

test('gc aborts uploads without activity, shows them beforehand, and du sums what they hold', async () => {
  const old = await begin('gc/old', content(2), [1, 2])
  await begin('gc/young', content(1), [1])
  const [sum] = linesOf(await succeed(['mpu', 'du', 'oss://demo/gc/', '--json']))
  assert.deepEqual([sum?.uploads, sum?.parts, sum?.bytes], [2, 3, 3 * PART])
  assert.equal((await bindery(['mpu', 'gc', 'oss://demo/gc/'])).code, 1, 'it must be confirmed')
  const [kept] = linesOf(await succeed(['mpu', 'gc', 'oss://demo/gc/', '--older-than', '1h', '-y', '--json']))
  assert.deepEqual([kept?.t, kept?.uploads, kept?.kept], ['summary', 0, 2])
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  const planned = linesOf(await succeed(['mpu', 'gc', 'oss://demo/gc/old', '--older-than', '1s', '-n', '--json']))
  assert.deepEqual([planned[0]?.t, planned[0]?.uploadId, planned[1]?.bytes], ['planned', old, 2 * PART])
  await succeed(['mpu', 'gc', 'oss://demo/gc/old', '--older-than', '1s', '-y'])
  const left = linesOf(await succeed(['mpu', 'ls', 'oss://demo/gc/', '--json']))
  assert.deepEqual(
    left.map(({ key }) => key),
    ['gc/young'],
  )
  await succeed(['uploads', 'abort', '--all', 'oss://demo/gc/', '-y'])
  const none = await bindery(['mpu', 'ls', 'oss://demo/gc/'])
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'oss://demo/gc/ has no incomplete uploads.\n'])
})

test('watch prints the events of uploads, and the map of one until it ends', async () => {
  const watch = (...args: readonly string[]) => {
    const { endpoint, accessKeyId, accessKeySecret } = server
    const keys = { OSS_ENDPOINT: endpoint, OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret }
    const child = spawn(process.execPath, [COMMAND, 'mpu', 'watch', ...args], {
      env: { ...process.env, BINDERY_LANG: 'en', ...keys },
    })
    const seen = { text: '' }
    child.stdout.on('data', (piece) => {
      seen.text += piece
    })
    return { child, seen }
  }
  const { child, seen } = watch('oss://demo/watched', '--json')
  let uploadId = ''
  // an event is lost that happens before there is a listener
  while (!seen.text.includes('"t":"part"')) {
    uploadId = await begin('watched', content(2), [1])
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const part = linesOf(seen.text).find(({ t }) => t === 'part')
  assert.deepEqual([part?.key, part?.partNumber, part?.size], ['watched', 1, PART])
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [0, null])

  const map = watch('oss://demo/watched', uploadId)
  while (!map.seen.text.includes('1 part')) await new Promise((resolve) => setTimeout(resolve, 50))
  await client.abortUpload({ key: 'watched', uploadId })
  assert.deepEqual(await once(map.child, 'exit'), [0, null])
  assert.match(map.seen.text, /The upload to oss:\/\/demo\/watched has ended\.\n$/)
})

test('a misspelt action is refused with the right one', async () => {
  const { code, stderr } = await bindery(['mpu', 'abrt', 'oss://demo/x'])
  assert.deepEqual([code, stderr], [1, 'bindery: unknown command mpu abrt. Did you mean mpu abort?\n'])
})
