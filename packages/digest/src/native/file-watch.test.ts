import assert from 'node:assert/strict'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import { loadBinding, MAPPED, PASSED } from './binding.js'
import type { FileWatch } from './file-watch.js'
import { loadNative } from './native.js'

const skip = onTmpfs || ((process.platform !== 'linux' || loadNative() === undefined) && 'files cannot be watched here')

const CHUNK = 64 * 1024
const content = Buffer.from(
  Uint8Array.from({ length: 3 * CHUNK + 1000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24),
)

/** A file in memory, and the descriptor of a socket whose other end is read. */
async function parts(t: TestContext) {
  const path = join(newFolder(t, 'bindery-watch-'), 'content')
  writeFileSync(path, content)
  assert.ok(readFileSync(path).equals(content))
  const fd = openSync(path, 'r')
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = connect(address.port, '127.0.0.1')
  const received: Buffer[] = []
  client.on('data', (bytes: Buffer) => received.push(bytes))
  const [socket] = (await once(server, 'connection')) as [Socket & { readonly _handle: { readonly fd: number } }]
  const connections = loadNative()?.openConnections?.()
  const owned = connections?.adopt(socket._handle.fd)
  assert.ok(connections !== undefined && owned !== undefined)
  socket.destroy()
  atEnd(t, () => {
    client.destroy()
    connections.close()
    server.close()
    closeSync(fd)
  })
  const read = async (bytes: number) => {
    while (Buffer.concat(received).length < bytes) await new Promise((resolve) => setTimeout(resolve, 1))
    return Buffer.concat(received.splice(0))
  }
  const raw = (watch: object, position: number, length: number) =>
    new Promise<number[]>((resolve) => owned.pass('', watch, position, length, (...outcome) => resolve(outcome)))
  const pass = (watch: FileWatch, position: number, length: number) =>
    new Promise<number>((resolve) => {
      watch.pass({ pass: (...bytes) => owned.pass('', ...bytes) }, position, length, resolve)
    })
  return { path, part: { fd, start: 0, size: content.length, chunkBytes: CHUNK }, owned, pass, raw, read }
}

test('only bytes of chunks that were noted and not forgotten are passed, up to the first that is not', {
  skip,
}, async (t) => {
  const { part, pass, read } = await parts(t)
  const watch = loadNative()?.watchFile(part, 0)
  assert.ok(watch !== undefined)
  assert.equal(await pass(watch, 0, 10), 0)
  for (const index of [0, 1, 3]) {
    assert.ok(watch.map(index))
    watch.note(index)
  }
  assert.ok(!watch.map(4), 'there is no such chunk')
  assert.equal(await pass(watch, 1, content.length - 1), 2 * CHUNK - 1)
  assert.deepEqual(await read(2 * CHUNK - 1), content.subarray(1, 2 * CHUNK))
  assert.equal(await pass(watch, 2 * CHUNK, 1), 0)
  assert.equal(await pass(watch, 3 * CHUNK + 999, 1), 1)
  assert.deepEqual(await read(1), content.subarray(-1))
  watch.forget(1)
  assert.equal(await pass(watch, CHUNK, 1), 0)
  watch.forgetEarliest()
  assert.deepEqual([watch.has(0), watch.has(1), watch.has(3), watch.count], [false, false, true, 1])
  watch.end()
  assert.equal(await pass(watch, 3 * CHUNK, 1), 0)
  assert.ok(!watch.map(0))
})

test('a page that is no longer mapped is not passed, nor a neighbour of a chunk that is', { skip }, async (t) => {
  const { part, raw, owned, read } = await parts(t)
  const binding = loadBinding()
  assert.ok(binding !== undefined)
  const watch = binding.watchFile(part.fd, 0, part.size, CHUNK, 0)
  assert.ok(watch !== undefined)
  assert.equal(binding.mapChunk(watch, 1), MAPPED.done)
  assert.deepEqual(await raw(watch, CHUNK, CHUNK), [0, PASSED.unmapped], 'it was not checked yet')
  binding.trustChunk(watch, 1)
  for (const at of [CHUNK - 1, 2 * CHUNK]) assert.deepEqual(await raw(watch, at, 1), [0, PASSED.unmapped])
  assert.deepEqual(await raw(watch, CHUNK, CHUNK), [CHUNK, PASSED.all])
  assert.deepEqual(await read(CHUNK), content.subarray(CHUNK, 2 * CHUNK))
  binding.unmapChunk(watch, 1)
  assert.deepEqual(await raw(watch, CHUNK, CHUNK), [0, PASSED.unmapped])
  assert.throws(() => owned.pass('', {}, 0, 1, () => {}), TypeError)
  assert.throws(() => binding.watchFile(part.fd, 0, part.size, -1, 0), TypeError)
  binding.endWatch(watch)
  assert.throws(() => binding.mapChunk(watch, 0), TypeError)
})

test('a file that changes, or is deleted, ends its watch, and one that is too young is not watched', {
  skip,
}, async (t) => {
  const { part, path, pass } = await parts(t)
  const native = loadNative()
  const future = Date.now() / 1000 + 1_000
  utimesSync(path, future, future)
  assert.equal(native?.watchFile(part, 1), undefined)
  utimesSync(path, 1, 1)
  const changes = [() => utimesSync(path, 1, 1), () => writeFileSync(path, content), () => unlinkSync(path)]
  for (const change of changes) {
    const [noting, passing] = [native?.watchFile(part, 0), native?.watchFile(part, 0)]
    assert.ok(noting !== undefined && passing !== undefined)
    assert.ok(noting.isCurrent() && passing.map(0))
    passing.note(0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    change()
    assert.ok(!noting.isCurrent())
    assert.ok(!noting.map(0) && noting.hasEnded)
    assert.equal(await pass(passing, 0, 1), 0)
    assert.ok(passing.hasEnded)
  }
})

test('a file whose times are finer than a second is watched a tenth of a second after its last change', {
  skip,
}, async (t) => {
  const { part, path } = await parts(t)
  const { ctimeNs } = statSync(path, { bigint: true })
  if (ctimeNs % 1_000_000_000n === 0n) return
  let watch = loadNative()?.watchFile(part, 3_600_000)
  while (watch === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    watch = loadNative()?.watchFile(part, 3_600_000)
  }
  assert.ok(BigInt(Date.now()) * 1_000_000n - ctimeNs >= 99_000_000n)
  assert.ok(watch.map(0))
  writeFileSync(path, content)
  assert.ok(!watch.isCurrent())
})
