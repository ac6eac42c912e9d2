import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from '../testing/interrupting.js'
import { startShared } from '../testing/shared.js'
import { readAhead } from './prefetch.js'

const MIB = 1024 * 1024
const { server, client } = await startShared({ logged: true })

async function read(...[options]: readonly [Omit<Parameters<typeof readAhead>[1], 'bucket'>]): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of readAhead(client, { bucket: 'demo', ...options })) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('a large object is read in parts, and its bytes come in their order', async () => {
  const bytes = Buffer.alloc(53 * MIB + 5, Buffer.from(Array.from({ length: 251 }, (_, at) => at)))
  await client.put('large', bytes)
  assert.equal(Buffer.compare(await read({ key: 'large' }), bytes), 0)
  assert.equal(await settled(server, 'GetObject', 'large'), 7)
  const range = { start: 3, end: 30 * MIB }
  assert.equal(Buffer.compare(await read({ key: 'large', range }), bytes.subarray(3, 30 * MIB)), 0)
  assert.equal(Buffer.compare(await read({ key: 'large', range: { start: 50 * MIB } }), bytes.subarray(50 * MIB)), 0)
  await client.put('small', 'a few')
  assert.equal(String(await read({ key: 'small' })), 'a few')
})

test('an object that is replaced while it is read is not mixed with the new one', async () => {
  await client.put('replaced', Buffer.alloc(80 * MIB, 'a'))
  const reading = readAhead(client, { bucket: 'demo', key: 'replaced' })
  await reading.next()
  await client.put('replaced', Buffer.alloc(80 * MIB, 'b'))
  await assert.rejects(async () => {
    for await (const piece of reading) assert.equal(piece[0], 'a'.charCodeAt(0))
  }, /ObjectChanged|changed|replaced/)
})

test('a reader that ends early leaves no request behind', async () => {
  for await (const piece of readAhead(client, { bucket: 'demo', key: 'large' })) {
    assert.ok(piece.length > 0)
    break
  }
  assert.equal((await client.head('large')).size, 53 * MIB + 5)
})
