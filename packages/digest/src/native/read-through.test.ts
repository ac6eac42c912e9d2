import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { crc64 } from '@bindery/protocol'
import { PipePool } from '../pipe-pool.js'
import { loadBinding } from './binding.js'
import { loadNative, type Native, type NativeEngine } from './native.js'
import type { Pipe } from './pipe.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'
const skipPipes = skip || (native?.can.pipe !== true && 'this system has no such pipes')

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-read-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const MIB = 1024 * 1024
const PAGE = 4096
const content = Buffer.from(
  Uint8Array.from({ length: PAGE + 2 * MIB + 99 }, (_, index) => Math.imul(index, 0x9e3779b1) >>> 24),
)

/** A test with an engine, and a file that holds `content`. */
function readTest(
  name: string,
  options: { skip: string | false },
  body: (engine: NativeEngine, file: FileHandle, native: Native) => Promise<void>,
) {
  test(name, options, async () => {
    assert.ok(native)
    const engine = native.createEngine()
    const file = await open(path.join(folder, 'file'), 'w+')
    await file.write(content)
    try {
      await body(engine, file, native)
    } finally {
      await engine.close()
      await file.close()
    }
  })
}

/** Ranges of the file and parts of them, on and off the borders of pages. */
const READS = [
  { position: PAGE, length: MIB, from: 0, to: MIB },
  { position: PAGE, length: MIB, from: 1, to: MIB - 1 },
  { position: PAGE, length: MIB, from: 5000, to: 5001 },
  { position: PAGE + MIB, length: MIB, from: 131_072, to: 700_001 },
  { position: PAGE + 2 * MIB, length: 99, from: 0, to: 99 },
  { position: 0, length: 1, from: 0, to: 1 },
] as const

readTest('a range is checked as a whole and a part of it kept in memory', { skip }, async (engine, file) => {
  for (const { position, length, from, to } of [...READS, { position: 7, length: 300_000, from: 9, to: 9 }]) {
    const room = new Uint8Array(to - from + 3).fill(7)
    const checksum = await engine.readThrough({ fd: file.fd, position }, length, { from, to, into: room })
    assert.equal(checksum, crc64(content.subarray(position, position + length)))
    assert.equal(Buffer.compare(room.subarray(0, to - from), content.subarray(position + from, position + to)), 0)
    assert.deepEqual([...room.subarray(to - from)], [7, 7, 7])
  }
})

readTest(
  'a part is kept in a pipe, and comes out in pieces',
  { skip: skipPipes },
  async (engine, file, { openPipe }) => {
    const pipe = openPipe()
    for (const { position, length, from, to } of READS) {
      const checksum = await engine.readThrough({ fd: file.fd, position }, length, { from, to, into: pipe })
      assert.equal(checksum, crc64(content.subarray(position, position + length)))
      assert.equal(pipe.length, to - from)
      const found = Buffer.alloc(to - from)
      const middle = found.length >> 1
      pipe.take(found.subarray(0, middle))
      assert.equal(pipe.isReusable, pipe.length === 0)
      pipe.take(found.subarray(middle))
      assert.equal(Buffer.compare(found, content.subarray(position + from, position + to)), 0)
      assert.ok(pipe.isReusable)
    }
    assert.throws(() => pipe.take(new Uint8Array(1)), RangeError)
    pipe.close()
  },
)

readTest(
  'what is in a pipe stays what was checked when the file is deleted and closed',
  { skip: skipPipes },
  async (engine, _, { openPipe }) => {
    const pipe = openPipe()
    const name = path.join(folder, 'deleted')
    const deleted = await open(name, 'w+')
    await deleted.write(content)
    await engine.readThrough({ fd: deleted.fd, position: PAGE }, MIB, { from: 0, to: MIB, into: pipe })
    rmSync(name)
    await deleted.close()
    const found = Buffer.alloc(MIB)
    pipe.take(found)
    assert.equal(Buffer.compare(found, content.subarray(PAGE, PAGE + MIB)), 0)
    pipe.close()
  },
)

readTest(
  'a file that ends before the range does is told, and the next read is sound',
  { skip },
  async (engine, file) => {
    const place = { fd: file.fd, position: content.length - 10 }
    const room = new Uint8Array(20)
    await assert.rejects(engine.readThrough(place, 20, { from: 0, to: 20, into: room }), { code: 'ENODATA' })
    await assert.rejects(engine.readThrough(place, 11, { from: 0, to: 1, into: room }), { code: 'ENODATA' })
    await assert.rejects(engine.readThrough({ fd: 999_999, position: 0 }, 1, { from: 0, to: 1, into: room }), {
      code: 'EBADF',
      syscall: 'pread',
    })
    assert.equal(
      await engine.readThrough(place, 10, { from: 0, to: 10, into: room }),
      crc64(content.subarray(content.length - 10)),
    )
  },
)

readTest('a pipe whose filling failed is not used again', { skip: skipPipes }, async (engine, file) => {
  const pool = new PipePool(2)
  const first = pool.tryTake()
  assert.ok(first)
  const place = { fd: file.fd, position: content.length - 10 }
  await assert.rejects(engine.readThrough(place, 20, { from: 0, to: 20, into: first }), { code: 'ENODATA' })
  assert.equal(first.isReusable, false)
  pool.release(first)
  assert.equal(pool.lentCount, 0)
  const read = (pipe: Pipe) => engine.readThrough({ fd: file.fd, position: 0 }, 8, { from: 0, to: 8, into: pipe })
  const [second, third] = [pool.tryTake(), pool.tryTake()]
  assert.ok(second && third)
  assert.equal(pool.tryTake(), undefined, 'no more than the most')
  assert.equal(await read(second), crc64(content.subarray(0, 8)))
  pool.release(second)
  const fourth = pool.tryTake()
  assert.ok(fourth)
  assert.equal(fourth.length, 0, 'what was left in a pipe is nobody else’s')
  pool.disable()
  for (const pipe of [third, fourth]) pool.release(pipe)
  assert.equal(pool.lentCount, 0)
  assert.equal(pool.tryTake(), undefined)
})

readTest(
  'a pipe fills a socket until it takes no more, and goes on from there',
  { skip: skipPipes },
  async (engine, file) => {
    const pipe = native?.openPipe()
    assert.ok(pipe)
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const sender = connect(address.port, '127.0.0.1')
    const reader = await accepted
    reader.pause()
    const { _handle: handle } = sender as Socket & { readonly _handle: { readonly fd: number } }
    const expected: Buffer[] = []
    while (pipe.length === 0) {
      assert.ok(expected.length < 100, 'a socket that nobody reads takes no end of bytes')
      await engine.readThrough({ fd: file.fd, position: PAGE }, MIB, { from: 0, to: MIB, into: pipe })
      expected.push(content.subarray(PAGE, PAGE + MIB))
      pipe.sendTo(handle.fd)
    }
    const found: Buffer[] = []
    reader.on('data', (bytes: Buffer) => found.push(bytes))
    reader.resume()
    while (pipe.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      pipe.sendTo(handle.fd)
    }
    sender.end()
    await new Promise((resolve) => reader.once('end', resolve))
    assert.equal(Buffer.compare(Buffer.concat(found), Buffer.concat(expected)), 0)
    reader.destroy()
    server.close()
    pipe.close()
  },
)

readTest('a socket that is closed takes nothing and leaves the bytes', { skip: skipPipes }, async (engine, file) => {
  const pipe = native?.openPipe()
  assert.ok(pipe)
  await engine.readThrough({ fd: file.fd, position: 0 }, 100, { from: 0, to: 100, into: pipe })
  assert.equal(pipe.sendTo(999_999), 0)
  assert.equal(pipe.length, 100)
  pipe.close()
})

readTest(
  'what is in memory is read and opened at once, and nothing else',
  { skip },
  async (_, file, { readCached, openCached }) => {
    const room = Buffer.alloc(100)
    if (readCached(file.fd, room, 50)) assert.equal(Buffer.compare(room, content.subarray(50, 150)), 0)
    assert.equal(readCached(file.fd, room, content.length - 99), false)
    assert.equal(readCached(999_999, room, 0), false)
    assert.equal(openCached(path.join(folder, 'missing')), undefined)
    assert.equal(openCached(`${folder}/file\0`), undefined)
    assert.equal(openCached(`/${'x'.repeat(10_000)}`), undefined)
  },
)

test('the addon refuses wrong arguments of reads and pipes', { skip }, () => {
  const binding = loadBinding()
  assert.ok(binding)
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
  const loose = binding as unknown as Record<string, (...values: unknown[]) => unknown>
  const call = (name: string, ...values: unknown[]) => assert.throws(() => loose[name]?.(...values), refused, name)
  const engine = binding.createEngine(2, 1, 0, 0, () => {})
  const room = new Uint8Array(8)
  call('readThrough', engine, 0, 0, 10, 0, 9, room, 0, 0)
  call('readThrough', engine, 0, 0, 10, 5, 4, room, 0, 0)
  call('readThrough', engine, 0, 0, 10, 0, 11, undefined, 0, 0)
  call('readThrough', engine, -1, 0, 10, 0, 8, room, 0, 0)
  call('readThrough', engine, 0, 0, 10, 0, 8, null, 0, 0)
  call('readThrough', {}, 0, 0, 10, 0, 8, room, 0, 0)
  call('sendFromPipe', 0, -1, 1)
  call('sendFromPipe', 0, 1)
  call('takeFromPipe', 0, 'text')
  call('openCached', 7)
  call('readCached', 0, room, -1)
  binding.close(engine)
})
