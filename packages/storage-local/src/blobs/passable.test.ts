import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open, utimes } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type FileWatch, loadNative } from '@bindery/digest'
import { type PassableBytes, StorageError } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { systemFiles } from './files.js'
import { HEADER_BYTES } from './format.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, MIB, options, readAll, readsWait, scrambled, sourceOf, temporaryFolder } from './testing.js'
import type { WatchLimits } from './watched-chunks.js'

const content = scrambled(4 * MIB + 300_000)
const whole = Buffer.from(content)

/** A store whose files may be watched as soon as they are written, and what is watched in it. */
async function openStore(t: TestContext, watchLimits: WatchLimits = { ageMsMin: 0 }) {
  const folder = await temporaryFolder(t)
  const watches: FileWatch[] = []
  const files: typeof systemFiles = {
    ...systemFiles,
    watch(part, ageMs) {
      const watch = systemFiles.watch?.(part, ageMs)
      if (watch !== undefined) watches.push(watch)
      return watch
    },
  }
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', files, watchLimits })
  atEnd(t, () => store.close())
  const { id } = await store.write(sourceOf(content), options)
  await readAll(store, id)
  const passable = (start: number, end: number) => {
    const bytes = store.passNow?.(id, { start, end })
    assert.ok(bytes !== undefined)
    return bytes
  }
  return { folder, store, id, watches, passable }
}

const skip = readsWait || (loadNative() === undefined && 'the addon was not built')

/** A connection: the descriptor of one end, and the other one. */
async function connection(t: TestContext): Promise<{ readonly descriptor: number; readonly client: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = connect(address.port, '127.0.0.1').pause()
  const [socket] = (await once(server, 'connection')) as [Socket & { readonly _handle: { readonly fd: number } }]
  socket.on('error', () => {})
  atEnd(t, () => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { descriptor: socket._handle.fd, client }
}

/** Reads this many bytes of a connection. */
async function received(client: Socket, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let length = 0; length < bytes; ) {
    const piece: Buffer | null = client.read()
    if (piece === null) await once(client, 'readable')
    else {
      pieces.push(piece)
      length += piece.length
    }
  }
  return Buffer.concat(pieces)
}

/** Passes what can be passed while the other end is read; the number of bytes. */
async function passAll(bytes: PassableBytes, descriptor: number): Promise<number> {
  let passed = 0
  for (;;) {
    const length = bytes.pass(descriptor)
    if (length < 0) return passed
    passed += length
    await new Promise((resolve) => setTimeout(resolve, length === 0 ? 2 : 0))
  }
}

/** Changes the byte of a blob at a position. */
async function damage(folder: string, position: number): Promise<void> {
  const paths = await filesBelow(folder)
  for (const path of paths) {
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    const place = HEADER_BYTES + position
    if (size > content.length) await file.write(Buffer.from([(whole[position] ?? 0) ^ 0xff]), 0, 1, place)
    await file.close()
  }
}

const isCorrupt = (error: unknown) => error instanceof StorageError && error.kind === 'corrupt'

test('ranges of a blob in a file of its own are passed to a socket as they are', { skip }, async (t) => {
  const { passable, watches } = await openStore(t)
  const { descriptor, client } = await connection(t)
  const ranges = [
    [0, content.length],
    [MIB - 70_001, MIB + 130_003],
    [3 * MIB + 1, content.length],
    [0, content.length],
  ]
  for (const [start = 0, end = 0] of ranges) {
    const bytes = passable(start, end)
    const arriving = received(client, end - start)
    assert.equal(await passAll(bytes, descriptor), end - start)
    assert.equal(await bytes.next(), undefined)
    assert.deepEqual(await arriving, whole.subarray(start, end))
    await bytes.release()
  }
  assert.deepEqual(
    watches.map(({ count }) => count),
    [5],
  )
})

test('D5: a byte that changed after its chunk was checked is not passed, nor one in a chunk that does not match', {
  skip,
}, async (t) => {
  const { folder, passable } = await openStore(t)
  const { descriptor, client } = await connection(t)
  client.resume()
  const first = passable(0, content.length)
  assert.equal(await passAll(first, descriptor), content.length)
  await first.release()
  const second = passable(0, content.length)
  await damage(folder, 2 * MIB + 5)
  assert.equal(await passAll(second, descriptor), 2 * MIB, 'the others are checked again')
  await second.release()
  const third = passable(MIB, content.length)
  assert.equal(await passAll(third, descriptor), MIB)
  await assert.rejects(third.next(), isCorrupt)
  await third.release()
  const behind = passable(3 * MIB, content.length)
  assert.equal(await passAll(behind, descriptor), MIB + 300_000)
  await behind.release()
})

test('P2: a reader that stalls holds no memory, and gets every byte when it goes on', { skip }, async (t) => {
  const { passable } = await openStore(t)
  const { descriptor, client } = await connection(t)
  const bytes = passable(0, content.length)
  let passed = 0
  for (let length = bytes.pass(descriptor); length > 0; length = bytes.pass(descriptor)) passed += length
  // what does not fit into the socket's buffers waits in the file
  const extra = passable(0, content.length)
  for (let length = extra.pass(descriptor); length > 0; length = extra.pass(descriptor)) passed += length
  assert.equal(bytes.pass(descriptor), passed < content.length ? 0 : -1)
  const arriving = received(client, passed)
  assert.deepEqual((await arriving).subarray(0, Math.min(passed, content.length)), whole.subarray(0, passed))
  await Promise.all([bytes.release(), extra.release()])
})

test('what follows bytes that were read through memory is passed again where it was checked before', {
  skip,
}, async (t) => {
  const { passable } = await openStore(t)
  const { descriptor, client } = await connection(t)
  const before = passable(MIB, content.length)
  const first = received(client, content.length - MIB)
  await passAll(before, descriptor)
  await Promise.all([first, before.release()])
  const bytes = passable(100, content.length)
  const piece = await bytes.next()
  assert.deepEqual(piece && Buffer.from(piece.bytes), whole.subarray(100, MIB))
  const arriving = received(client, content.length - MIB)
  assert.equal(await passAll(bytes, descriptor), content.length - MIB)
  piece?.release()
  await bytes.release()
  assert.deepEqual(await arriving, whole.subarray(MIB))
})

test('a blob that is deleted while it is passed is read to its end', { skip }, async (t) => {
  const { passable, store, id } = await openStore(t)
  const { descriptor, client } = await connection(t)
  const bytes = passable(0, content.length)
  const passed = bytes.pass(descriptor)
  assert.ok(passed > 0)
  await store.delete(id)
  const rest: Buffer[] = []
  for (let piece = await bytes.next(); piece !== undefined; piece = await bytes.next()) {
    rest.push(Buffer.from(piece.bytes))
    piece.release()
  }
  assert.deepEqual(await received(client, passed), whole.subarray(0, passed))
  assert.deepEqual(Buffer.concat(rest), whole.subarray(passed))
  await bytes.release()
  assert.equal(store.passNow?.(id, { start: 0, end: content.length }), undefined)
})

test('nothing is passed to a connection that is broken', { skip }, async (t) => {
  const { passable } = await openStore(t)
  const { descriptor, client } = await connection(t)
  client.destroy()
  const bytes = passable(0, content.length)
  while (bytes.pass(descriptor) >= 0) await new Promise((resolve) => setTimeout(resolve, 1))
  await bytes.release()
})

test('a file that was changed just now is not watched', { skip }, async (t) => {
  const { folder, store, id, watches } = await openStore(t, {})
  // however long the test takes
  const future = Date.now() / 1000 + 1_000
  for (const path of await filesBelow(folder)) await utimes(path, future, future)
  assert.equal(store.passNow?.(id, { start: 0, end: content.length }), undefined)
  assert.deepEqual(watches, [])
})

test('encrypted blobs, blobs in packs and short ranges go through memory', { skip }, async (t) => {
  const { store, id } = await openStore(t)
  const cipher = testCipher('secret')
  const encrypted = await store.write(sourceOf(content), { ...options, cipher })
  await readAll(store, encrypted.id, undefined, { cipher })
  const packed = await store.write(sourceOf(content.subarray(0, MIB)), options)
  await readAll(store, packed.id)
  assert.equal(store.passNow?.(encrypted.id, { start: 0, end: MIB }), undefined)
  assert.equal(store.passNow?.(packed.id, { start: 0, end: MIB }), undefined)
  assert.equal(store.passNow?.(id, { start: 0, end: 100_000 }), undefined)
})

test('P2: at most as many chunks are noted as may be, the latest, and none of a file that is closed', {
  skip,
}, async (t) => {
  const { store, passable, watches } = await openStore(t, { ageMsMin: 0, chunksMax: 3 })
  const { descriptor, client } = await connection(t)
  client.resume()
  for (let round = 0; round < 2; round++) {
    const bytes = passable(0, content.length)
    assert.equal(await passAll(bytes, descriptor), content.length)
    await bytes.release()
    assert.deepEqual(
      watches.map(({ count }) => count),
      [3],
    )
  }
  await store.close()
  assert.deepEqual(
    watches.map(({ hasEnded }) => hasEnded),
    [true],
  )
})
