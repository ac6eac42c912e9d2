import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { crc64, Md5 } from '@bindery/bytes'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import { loadBinding } from './binding.js'
import { BLOCK_BYTES, loadNative, type Native, type NativeEngine } from './native.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-engine-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const md5Of = (...pieces: Uint8Array[]) =>
  pieces.reduce((hash, piece) => hash.update(piece), createHash('md5')).digest('hex')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Bytes in shared memory, like the buffers of the pool. */
function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  for (let index = 0; index < length; index++) bytes[index] = Math.imul(index + seed, 0x9e3779b1) >>> 24
  return bytes
}

/** A test of the addon with an engine, and a file that is open for reading and writing. */
function engineTest(name: string, body: (engine: NativeEngine, file: FileHandle, native: Native) => Promise<void>) {
  test(name, { skip }, async () => {
    assert.ok(native)
    const engine = native.createEngine()
    const file = await open(path.join(folder, 'file'), 'w+')
    try {
      await body(engine, file, native)
    } finally {
      await engine.close()
      await file.close()
    }
  })
}

engineTest('an update is hashed, checksummed and written at its position', async (engine, file) => {
  const pieces = [bytesOf(1_000_000, 1), bytesOf(65, 2), bytesOf(0, 3), bytesOf(300_001, 4)]
  const stream = engine.begin()
  let position = 10
  const checksums = pieces.map((piece) => {
    const update = stream.update(piece, { fd: file.fd, position })
    position += piece.length
    return update
  })
  const digest = await stream.finish()
  assert.deepEqual(
    await Promise.all(checksums),
    pieces.map((piece) => crc64(piece)),
  )
  assert.equal(hex(digest.md5), md5Of(...pieces))
  assert.equal(digest.crc64, crc64(Buffer.concat(pieces)))
  assert.deepEqual(await file.readFile(), Buffer.concat([Buffer.alloc(10), ...pieces]))
})

engineTest('a failed write is reported as by Node, and the bytes are hashed nevertheless', async (engine) => {
  const readOnly = await open(process.execPath, 'r')
  const bytes = bytesOf(100_000, 5)
  const stream = engine.begin()
  await assert.rejects(stream.update(bytes, { fd: readOnly.fd, position: 0 }), {
    code: 'EBADF',
    errno: -9,
    syscall: 'pwrite',
  })
  assert.equal(hex((await stream.finish()).md5), md5Of(bytes))
  await readOnly.close()
})

engineTest(
  'pieces of any length and alignment are written one after the other, directly or not',
  async (engine, file, own) => {
    const memory = bytesOf(5 << 20, 8)
    const page = 4096
    const lengths = [0, 1, page - 1, page, 3 * page, 100_000, (1 << 20) + 1, 2 << 20]
    for (const [round, position] of [0, page, 7 * page, 1, page + 5].entries()) {
      const pieces = lengths.map((_, index) => {
        const start = (round * index * 517) % (2 * page)
        return memory.subarray(start, start + (lengths[(index + round) % lengths.length] ?? 0))
      })
      for (const directFd of [undefined, own.openDirect(file.fd)]) {
        await file.truncate()
        await engine.write(pieces, { fd: file.fd, directFd, position })
        const expected = Buffer.concat([Buffer.alloc(position), ...pieces])
        const { bytesRead, buffer } = await file.read(Buffer.alloc(expected.length + 1), 0, expected.length + 1, 0)
        assert.deepEqual(buffer.subarray(0, bytesRead), expected, `round ${round}`)
        if (directFd !== undefined) closeSync(directFd)
      }
    }
  },
)

engineTest('an update is written directly, and so is one whose last bytes fill no page', async (engine, file, own) => {
  const pieces = [bytesOf(1 << 20, 9), bytesOf(300_001, 10)]
  const directFd = own.openDirect(file.fd)
  const stream = engine.begin()
  await Promise.all(
    pieces.map((piece, index) => stream.update(piece, { fd: file.fd, directFd, position: 4096 + (index << 20) })),
  )
  assert.equal(hex((await stream.finish()).md5), md5Of(...pieces))
  assert.deepEqual(await file.readFile(), Buffer.concat([Buffer.alloc(4096), ...pieces]))
  if (directFd !== undefined) closeSync(directFd)
})

engineTest('what a file refuses to take directly is written through the page cache', async (engine, file) => {
  if (process.platform !== 'linux') return
  // it refuses what is not a number, with the error of a file system without direct writes
  const refusing = await open('/proc/self/oom_score_adj', 'r+')
  const bytes = bytesOf(300_000, 11)
  await engine.write([bytes], { fd: file.fd, directFd: refusing.fd, position: 0 })
  assert.deepEqual(await file.readFile(), Buffer.from(bytes))
  await refusing.close()
})

engineTest('appends in any order are written and durable, and share syncs', async (engine, file, own) => {
  const lengths = Array.from({ length: 300 }, (_, index) => (index % 7 === 0 ? 40_960 : (index * 61) % 5000))
  const pieces = lengths.map((length, index) => [
    bytesOf(length >> 1, index),
    bytesOf(length - (length >> 1), index + 1),
  ])
  const starts = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0))
  const other = await open(path.join(folder, 'other'), 'w+')
  const directFd = own.openDirect(file.fd)
  const failed = [new Uint8Array(1), new Uint8Array(1)] as const
  const order = lengths.map((_, index) => (index * 101) % lengths.length)
  const times = await Promise.all(
    order.flatMap((index) => {
      const position = starts[index] ?? 0
      const bytes = pieces[index] ?? []
      const place = { fd: file.fd, directFd: index % 3 === 0 ? directFd : undefined, position }
      return [engine.append(bytes, place, failed[0]), engine.append(bytes, { fd: other.fd, position }, failed[1])]
    }),
  )
  const expected = Buffer.concat(pieces.flat())
  assert.deepEqual(await file.readFile(), expected)
  assert.deepEqual(await other.readFile(), expected)
  const syncs = times.filter(({ milliseconds }) => milliseconds > 0).length
  assert.ok(syncs > 0 && syncs < times.length, `${syncs} syncs of ${times.length} appends`)
  if (directFd !== undefined) closeSync(directFd)
  await other.close()
})

engineTest(
  'after a failed sync every append to the file fails, and those to other files do not',
  async (engine, file) => {
    if (process.platform !== 'linux') return
    const failed = new Uint8Array(1)
    // it takes bytes, and cannot be synced
    const unsyncable = await open('/dev/null', 'r+')
    const append = () => engine.append([bytesOf(10, 1)], { fd: unsyncable.fd, position: 0 }, failed)
    await assert.rejects(append(), { code: 'EINVAL' })
    assert.equal(failed[0], 1)
    await assert.rejects(append(), { code: 'EIO' })
    await engine.append([bytesOf(10, 1)], { fd: file.fd, position: 0 }, new Uint8Array(1))
    assert.deepEqual(await file.readFile(), Buffer.from(bytesOf(10, 1)))
    await unsyncable.close()
  },
)

engineTest('an append that cannot be written fails alone', async (engine, file) => {
  const readOnly = await open(process.execPath, 'r')
  const failed = new Uint8Array(1)
  const places = [readOnly.fd, file.fd].map((fd) => ({ fd, position: 0 }))
  const results = await Promise.allSettled(places.map((place) => engine.append([bytesOf(9, 2)], place, failed)))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  await readOnly.close()
})

engineTest('a digest of bytes is that of a stream of them', async (engine) => {
  for (const length of [0, 1, 63, 64, 65, 100_000, 1 << 20]) {
    const bytes = bytesOf(length, length)
    const stream = engine.begin({ digests: engine.digests })
    const [digest, , ofStream] = await Promise.all([
      engine.digest(bytes, engine.digests),
      stream.update(bytes),
      stream.finish(),
    ])
    assert.deepEqual(digest, ofStream)
    assert.equal(hex(digest.md5), md5Of(bytes))
  }
})

engineTest('more jobs than there are slots keep their order', async (engine) => {
  const pieces = Array.from({ length: 3000 }, (_, index) => bytesOf(index % 200, index))
  const streams = [engine.begin(), engine.begin()] as const
  const updates = pieces.flatMap((piece) => streams.map((stream) => stream.update(piece)))
  const digests = await Promise.all(streams.map((stream) => stream.finish()))
  await Promise.all(updates)
  for (const digest of digests) assert.equal(hex(digest.md5), md5Of(...pieces))
})

engineTest('discarding a stream with jobs under way and waiting does not affect the others', async (engine) => {
  const bytes = bytesOf(10_000, 6)
  const dropped = Array.from({ length: 20 }, () => engine.begin())
  const updates = dropped.flatMap((stream) => Array.from({ length: 50 }, () => stream.update(bytes)))
  for (const stream of dropped) stream.discard()
  const kept = Array.from({ length: 20 }, () => engine.begin())
  const digests = await Promise.all(
    kept.map(async (stream) => {
      await stream.update(bytes)
      return stream.finish()
    }),
  )
  for (const digest of digests) assert.equal(hex(digest.md5), md5Of(bytes))
  for (const checksum of await Promise.all(updates)) assert.equal(checksum, crc64(bytes))
})

engineTest('an ended stream takes no more bytes', async (engine) => {
  const finished = engine.begin()
  await finished.finish()
  const discarded = engine.begin()
  discarded.discard()
  for (const stream of [finished, discarded]) {
    await assert.rejects(stream.update(new Uint8Array(1)), /the stream has ended/)
    await assert.rejects(stream.finish(), /the stream has ended/)
    assert.throws(() => stream.discard(), /the stream has ended/)
  }
})

engineTest('space is reserved, released and written back early', async (engine, file, { can }) => {
  if (!can.allocate || !can.punchHole || !can.writeBack) {
    await assert.rejects(engine.allocate(file.fd, 0, 1), { code: 'ENOSYS' })
    return
  }
  const bytes = bytesOf(1 << 20, 7)
  await engine.allocate(file.fd, 0, bytes.length)
  const reserved = await file.stat()
  assert.equal(reserved.size, 0)
  assert.ok(reserved.blocks * 512 >= bytes.length)
  await file.write(bytes)
  await engine.writeBack(file.fd, 0, bytes.length)
  await engine.punchHole(file.fd, 4096, bytes.length - 4096)
  const punched = await file.stat()
  assert.equal(punched.size, bytes.length)
  assert.ok(punched.blocks < reserved.blocks)
  const found = Buffer.alloc(bytes.length, 1)
  await file.read(found, 0, found.length, 0)
  assert.deepEqual(found, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096)]))
  await assert.rejects(engine.allocate(file.fd, 0, 0), { code: 'EINVAL', syscall: 'fallocate' })
})

engineTest('a wrong argument is refused, and the engine continues', async (engine, file) => {
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
  const stream = engine.begin()
  for (const bytes of [
    undefined,
    null,
    7,
    'text',
    {},
    new ArrayBuffer(8),
    new Uint16Array(8),
    new DataView(new ArrayBuffer(8)),
  ]) {
    await assert.rejects(stream.update(bytes as unknown as Uint8Array), refused)
  }
  for (const number of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '0', undefined] as number[]) {
    await assert.rejects(stream.update(new Uint8Array(1), { fd: file.fd, position: number ?? -1 }), refused)
    await assert.rejects(engine.punchHole(file.fd, number, 1), refused)
    await assert.rejects(engine.allocate(file.fd, 0, number), refused)
    await assert.rejects(engine.writeBack(number, 0, 1), refused)
  }
  assert.equal(await stream.update(Buffer.from('123456789')), 0x995dc9bbdf1939fan)
  assert.equal(hex((await stream.finish()).md5), md5Of(Buffer.from('123456789')))
})

test('the addon itself refuses wrong engines, streams, kernels and callbacks', { skip }, () => {
  const binding = loadBinding()
  assert.ok(binding)
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
  const loose = binding as unknown as Record<string, (...values: unknown[]) => unknown>
  const call = (name: string, ...values: unknown[]) => assert.throws(() => loose[name]?.(...values), refused, name)
  const engine = binding.createEngine(2, 1, 0, 0, () => {})
  for (const name of ['begin', 'update', 'finish', 'discard', 'workOnFile', 'close', 'createEngine', 'crc', 'crypt']) {
    call(name)
    call(name, {}, 0, new Uint8Array(1), false, 0, 0)
    call(name, null, 0, 0, 0, 0, 0)
  }
  call('finish', engine, 0)
  call('discard', engine, 2 ** 32 - 1)
  call('update', engine, 5, new Uint8Array(1), false, 0, 0)
  call('workOnFile', engine, 3, 0, 0, 0)
  call('begin', engine, 64, false, new Uint8Array(0))
  call('begin', engine, 0, 0, new Uint8Array(0))
  const state = new Md5().update(new Uint8Array(70)).state()
  for (const length of [1, 23, 24, state.length - 1]) call('begin', engine, 0, true, state.subarray(0, length))
  call('begin', engine, 0, true, Uint8Array.of(...state, 0))
  call('crc', 0, new Uint8Array(1), -1n, 0)
  call('crc', 0, new Uint8Array(1), 2n ** 64n, 0)
  call('crc', 0, new Uint8Array(1), 0n, 99)
  call('crc', 4, new Uint8Array(1), 0n, 0)
  const [key, nonce] = [new Uint8Array(32), new Uint8Array(12)]
  call('createCipher', 2, true, key, nonce)
  call('createCipher', 0, 1, key, nonce)
  call('createCipher', 0, true, key.subarray(1), nonce)
  call('createCipher', 1, true, key, nonce)
  call('createCipher', 0, true, key, nonce.subarray(1))
  call('crypt', engine, {}, new Uint8Array(1))
  call('crypt', engine, engine, new Uint8Array(1))
  for (const name of ['cryptHere', 'cipherTag', 'cipherVerify']) call(name, {}, new Uint8Array(16))
  if (binding.ciphers !== 0) {
    const cipher = binding.createCipher(0, true, key, nonce)
    call('crypt', cipher, engine, new Uint8Array(1))
    call('cipherTag', cipher, new Uint8Array(15))
  }
  const ok = () => {}
  call('createEngine', 0, 1, 0, 0, ok)
  call('createEngine', 1, 0, 0, 0, ok)
  call('createEngine', 1e9, 1, 0, 0, ok)
  call('createEngine', 1, 1, 99, 0, ok)
  call('createEngine', 1, 1, 0, 99, ok)
  call('createEngine', 1, 1, 0, 0, 'no function')
  binding.close(engine)
  call('begin', engine)
  call('close', engine)
})

test('closing waits for the jobs under way and refuses new ones', { skip }, async () => {
  assert.ok(native)
  const engine = native.createEngine()
  const stream = engine.begin()
  let done = 0
  const updates = Array.from({ length: 40 }, async () => {
    await stream.update(bytesOf(100_000, 8))
    done++
  })
  const closed = engine.close()
  await assert.rejects(stream.update(new Uint8Array(1)), /the engine is closed/)
  await assert.rejects(engine.allocate(0, 0, 1), /the engine is closed/)
  assert.throws(() => engine.begin(), /the engine is closed/)
  await closed
  await Promise.all(updates)
  assert.equal(done, 40)
  await engine.close()
})

test('a locked file is locked for every other descriptor until its own is closed', { skip }, async () => {
  assert.ok(native)
  const first = await open(path.join(folder, 'locked'), 'w+')
  const second = await open(path.join(folder, 'locked'), 'r+')
  assert.equal(native.tryLock(first.fd), true)
  assert.equal(native.tryLock(second.fd), false)
  await first.close()
  assert.equal(native.tryLock(second.fd), true)
  await second.close()
  assert.throws(() => native.tryLock(999_999), { code: 'EBADF', syscall: 'flock' })
})

test('bytes that the system has in memory are read without waiting, with the checksum of their surroundings', {
  skip: process.platform === 'linux' ? skip || onTmpfs : 'only Linux reads without waiting',
}, async () => {
  assert.ok(native)
  const bytes = bytesOf(200_000, 3)
  const file = await open(path.join(folder, 'cached'), 'w+')
  try {
    await file.write(bytes)
    for (const [before, length, after] of [
      [0, 200_000, 0],
      [70_000, 10, 129_990],
      [65_536, 65_536, 0],
      [0, 0, 5],
    ] as const) {
      const range = bytesOf(length, 9)
      const checksum = native.readChecked(file.fd, range, before, { before, after })
      assert.equal(checksum, crc64(bytes.subarray(0, before + length + after)))
      assert.ok(Buffer.from(range).equals(bytes.subarray(before, before + length)))
      assert.equal(native.readCached(file.fd, range, before), length)
      const sums = new BigUint64Array(4)
      assert.equal(native.readChecked(file.fd, range, before, { before, after, sums }), checksum)
      const all = before + length + after
      for (let block = 0; block < Math.ceil(all / BLOCK_BYTES); block += 1) {
        const end = Math.min((block + 1) * BLOCK_BYTES, all)
        assert.equal(sums[block], crc64(bytes.subarray(0, end)))
      }
      const previous = crc64(bytes.subarray(0, 7))
      if (before > 7)
        assert.equal(native.readChecked(file.fd, range, before, { before: before - 7, after, previous }), checksum)
    }
    const ten = new Uint8Array(10)
    assert.equal(native.readCached(file.fd, ten, 199_995), 5, 'the end of the file')
    assert.equal(native.readChecked(file.fd, ten, 199_995, { before: 0, after: 0 }), undefined)
    assert.equal(native.readChecked(file.fd, ten, 199_980, { before: 0, after: 11 }), undefined)
    assert.equal(native.readCached(999_999, ten, 0), -1)
    assert.throws(() => native.readChecked(file.fd, ten, 5, { before: 6, after: 0 }), TypeError)
    const sums = new BigUint64Array(1)
    assert.throws(() => native.readChecked(file.fd, ten, 0, { before: 0, after: BLOCK_BYTES, sums }), TypeError)
  } finally {
    await file.close()
  }
})
