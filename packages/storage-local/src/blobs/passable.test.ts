import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open, utimes } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FileWatch, loadNative } from '@bindery/digest'
import { type PassableBytes, type PassSocket, StorageError } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { isPacked, locationOf } from './blob-location.js'
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

/** A connection: one end that takes bytes, how many of those it was given it has not taken yet, and the other end. */
async function connection(t: TestContext) {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = connect(address.port, '127.0.0.1').pause()
  const [socket] = (await once(server, 'connection')) as [Socket & { readonly _handle: { readonly fd: number } }]
  const connections = loadNative()?.openConnections?.()
  const owned = connections?.adopt(socket._handle.fd)
  assert.ok(connections !== undefined && owned !== undefined)
  socket.destroy()
  atEnd(t, () => {
    client.destroy()
    connections.close()
    server.close()
  })
  let isDropped = false
  const taker: PassSocket = {
    pass(watch, position, length, passed) {
      if (isDropped) passed(0, BROKEN)
      else owned.pass('', watch, position, length, passed)
    },
  }
  const drop = () => {
    isDropped = true
    owned.drop()
  }
  return { taker, unpassed: () => owned.unpassed(), drop, client }
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
async function passAll(bytes: PassableBytes, taker: PassSocket): Promise<number> {
  let passed = 0
  for (;;) {
    const length = await new Promise<number>((resolve) => bytes.pass(taker, resolve))
    if (length === 0) return passed
    passed += length
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

/** The outcome of a pass to a connection that was dropped. */
const BROKEN = 4

const isCorrupt = (error: unknown) => error instanceof StorageError && error.kind === 'corrupt'

test('ranges of a blob in a file of its own are passed to a socket as they are', { skip }, async (t) => {
  const { passable, watches } = await openStore(t)
  const { taker, client } = await connection(t)
  const ranges = [
    [0, content.length],
    [MIB - 70_001, MIB + 130_003],
    [3 * MIB + 1, content.length],
    [0, content.length],
  ]
  for (const [start = 0, end = 0] of ranges) {
    const bytes = passable(start, end)
    const arriving = received(client, end - start)
    assert.equal(await passAll(bytes, taker), end - start)
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
  const { taker, client } = await connection(t)
  client.resume()
  const first = passable(0, content.length)
  assert.equal(await passAll(first, taker), content.length)
  await first.release()
  const second = passable(0, content.length)
  await damage(folder, 2 * MIB + 5)
  assert.equal(await passAll(second, taker), 2 * MIB, 'the others are checked again')
  await second.release()
  const third = passable(MIB, content.length)
  assert.equal(await passAll(third, taker), MIB)
  await assert.rejects(third.next(), isCorrupt)
  await third.release()
  const behind = passable(3 * MIB, content.length)
  assert.equal(await passAll(behind, taker), MIB + 300_000)
  await behind.release()
})

/** Passes the blob again and again to a reader that does not read, until its socket takes no more of the last one. */
async function stalled(t: TestContext) {
  const opened = await openStore(t)
  const connected = await connection(t)
  const rounds: { readonly bytes: PassableBytes; readonly passed: Promise<number> }[] = []
  for (;;) {
    const bytes = opened.passable(0, content.length)
    const round = { bytes, passed: passAll(bytes, connected.taker) }
    rounds.push(round)
    let before = 0
    while (before === 0 || before !== connected.unpassed()) {
      before = connected.unpassed()
      const isTaken = await Promise.race([round.passed.then(() => true), sleep(50)])
      if (isTaken) break
    }
    if (connected.unpassed() > 0) return { ...opened, ...connected, rounds, last: round }
  }
}

test('P2: a reader that stalls holds no memory, and gets every byte when it goes on, also of a blob that is deleted', {
  skip,
}, async (t) => {
  const { rounds, client, store, id } = await stalled(t)
  await store.delete(id)
  const arriving = await received(client, rounds.length * content.length)
  for (const [index, { bytes, passed }] of rounds.entries()) {
    assert.ok(arriving.subarray(index * content.length, (index + 1) * content.length).equals(whole))
    assert.equal(await passed, content.length)
    await bytes.release()
  }
})

test('D5: a byte that changes while a reader stalls is not passed when it goes on', { skip }, async (t) => {
  const { folder, rounds, client, last } = await stalled(t)
  await damage(folder, 4 * MIB + 1)
  const right = rounds.length * content.length - 300_000
  assert.ok((await received(client, right)).equals(Buffer.concat(rounds.map(() => whole)).subarray(0, right)))
  assert.equal(await last.passed, 4 * MIB)
  await assert.rejects(last.bytes.next(), isCorrupt)
  await Promise.all(rounds.map(({ bytes }) => bytes.release()))
})

/** A store with blobs in areas of a pack, small ones between them, and all of the pack in pages of memory that are as large as the system's can be. */
async function openAreas(t: TestContext) {
  const folder = await temporaryFolder(t)
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', watchLimits: { ageMsMin: 0 } })
  atEnd(t, () => store.close())
  const blobs: { readonly id: string; readonly bytes: Buffer }[] = []
  for (let round = 0; round < 40; round++) {
    const bytes = whole.subarray(round * 1000, round * 1000 + (round % 3 === 0 ? 100_000 : MIB - round))
    blobs.push({ id: (await store.write(sourceOf(Uint8Array.from(bytes)), options)).id, bytes })
  }
  for (const path of await filesBelow(folder)) {
    const file = await open(path)
    const piece = Buffer.alloc(MIB)
    for (let at = 0; (await file.read(piece, 0, piece.length, at)).bytesRead > 0; ) at += piece.length
    await file.close()
  }
  for (const { id } of blobs) await readAll(store, id)
  return { folder, store, blobs, areas: blobs.filter(({ bytes }) => bytes.length > 100_000) }
}

test('ranges of a blob in an area of a pack are passed to a socket as they are', { skip }, async (t) => {
  const { store, areas } = await openAreas(t)
  const { taker, client } = await connection(t)
  for (const { id, bytes } of areas) {
    for (const [start, end] of [
      [0, bytes.length],
      [70_001, 300_003],
      [bytes.length - 131_072, bytes.length],
    ] as const) {
      const passable = store.passNow?.(id, { start, end })
      assert.ok(passable !== undefined)
      const arriving = received(client, end - start)
      assert.equal(await passAll(passable, taker), end - start)
      assert.ok((await arriving).equals(bytes.subarray(start, end)))
      await passable.release()
    }
  }
})

test('D5: what a socket holds of a blob in an area stays as it is when that blob and all around it are deleted', {
  skip,
}, async (t) => {
  const { store, blobs, areas } = await openAreas(t)
  const { taker, client, unpassed } = await connection(t)
  const sent: Buffer[] = []
  let passed = 0
  const passes: Promise<void>[] = []
  while (unpassed() === 0) {
    for (const { id, bytes } of areas.toReversed()) {
      const passable = store.passNow?.(id, { start: 0, end: bytes.length })
      assert.ok(passable !== undefined)
      sent.push(bytes)
      const pass = passAll(passable, taker).then((length) => {
        passed += length
        return passable.release()
      })
      passes.push(pass)
      const isTaken = await Promise.race([pass.then(() => true), sleep(50, false)])
      if (!isTaken) break
    }
  }
  for (const { id } of blobs) await store.delete(id)
  const right = Buffer.concat(sent)
  const inFlight = right.length - unpassed()
  assert.ok((await received(client, inFlight)).equals(right.subarray(0, inFlight)))
  client.resume()
  await Promise.all(passes)
  assert.ok(passed >= inFlight, 'what was not passed yet is left')
})

test('D5: a byte of an area that changed after it was checked is not passed', { skip }, async (t) => {
  const { folder, store, areas } = await openAreas(t)
  const { taker, client } = await connection(t)
  client.resume()
  const { id = '', bytes = whole } = areas.at(-1) ?? {}
  const pass = async () => {
    const passable = store.passNow?.(id, { start: 0, end: bytes.length })
    const passed = passable === undefined ? 0 : await passAll(passable, taker)
    await passable?.release()
    return passed
  }
  assert.equal(await pass(), bytes.length)
  const location = locationOf(id)
  assert.ok(location && isPacked(location))
  const [path = ''] = (await filesBelow(folder)).filter((name) => name.endsWith('.pack'))
  const file = await open(path, 'r+')
  await file.write(Buffer.from([(bytes[5000] ?? 0) ^ 0x20]), 0, 1, location.offset + location.headerBytes + 5000)
  await file.close()
  assert.equal(await pass(), 0)
  await assert.rejects(readAll(store, id), isCorrupt)
})

test('a pass ends when its connection is dropped or reset, with the bytes that were taken', { skip }, async (t) => {
  for (const isDropped of [true, false]) {
    const { rounds, client, last, drop, watches, store } = await stalled(t)
    if (isDropped) drop()
    else client.resetAndDestroy()
    const taken = (rounds.length - 1) * content.length + (await last.passed)
    assert.ok((await last.passed) < content.length)
    if (isDropped) assert.equal((await received(client, taken)).length, taken)
    await Promise.all(rounds.map(({ bytes }) => bytes.release()))
    await store.close()
    assert.ok(watches.every(({ hasEnded }) => hasEnded))
  }
})

test('what follows bytes that were read through memory is passed again where it was checked before', {
  skip,
}, async (t) => {
  const { passable } = await openStore(t)
  const { taker, client } = await connection(t)
  const before = passable(MIB, content.length)
  const first = received(client, content.length - MIB)
  await passAll(before, taker)
  await Promise.all([first, before.release()])
  const bytes = passable(100, content.length)
  const piece = await bytes.next()
  assert.deepEqual(piece && Buffer.from(piece.bytes), whole.subarray(100, MIB))
  const arriving = received(client, content.length - MIB)
  assert.equal(await passAll(bytes, taker), content.length - MIB)
  piece?.release()
  await bytes.release()
  assert.deepEqual(await arriving, whole.subarray(MIB))
})

test('a blob that is deleted while it is passed is read to its end', { skip }, async (t) => {
  const { passable, store, id } = await openStore(t)
  const { taker, client } = await connection(t)
  const bytes = passable(0, content.length)
  const first: PassSocket = { pass: (watch, position, _, ...passed) => taker.pass(watch, position, MIB, ...passed) }
  const passed = await new Promise<number>((resolve) => bytes.pass(first, resolve))
  assert.equal(passed, MIB)
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
  const { taker, client } = await connection(t)
  client.destroy()
  const bytes = passable(0, content.length)
  assert.ok((await passAll(bytes, taker)) < content.length)
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

test('encrypted blobs, blobs without an area of their pack and short ranges go through memory', { skip }, async (t) => {
  const { store, id } = await openStore(t)
  const cipher = testCipher('secret')
  const encrypted = await store.write(sourceOf(content), { ...options, cipher })
  await readAll(store, encrypted.id, undefined, { cipher })
  const packed = await store.write(sourceOf(content.subarray(0, MIB / 2 - 1)), options)
  await readAll(store, packed.id)
  assert.equal(store.passNow?.(encrypted.id, { start: 0, end: MIB }), undefined)
  assert.equal(store.passNow?.(packed.id, { start: 0, end: MIB / 2 - 1 }), undefined)
  assert.equal(store.passNow?.(id, { start: 0, end: 100_000 }), undefined)
})

test('P2: at most as many chunks are noted as may be, the latest, and none of a file that is closed', {
  skip,
}, async (t) => {
  const { store, passable, watches } = await openStore(t, { ageMsMin: 0, chunksMax: 3 })
  const { taker, client } = await connection(t)
  client.resume()
  for (let round = 0; round < 2; round++) {
    const bytes = passable(0, content.length)
    assert.equal(await passAll(bytes, taker), content.length)
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
