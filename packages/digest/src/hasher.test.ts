import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Md5 } from '@bindery/bytes'
import {
  BufferPool,
  createDigester,
  createInlineHasher,
  createNativeHasher,
  createThreadedHasher,
  DIGEST_NAMES,
  type Digest,
  type Hasher,
  nativeEngine,
  SLAB_BYTES,
} from './index.js'

const native = nativeEngine()

const KINDS: readonly (readonly [name: string, create: () => Hasher])[] = [
  ...(native === undefined ? [] : [['native', () => createNativeHasher(native)] as const]),
  ['inline', createInlineHasher],
  ['one-thread', () => createThreadedHasher(1)],
  ['two-thread', () => createThreadedHasher(2)],
]

function scramble(bytes: Uint8Array, seed: number): Uint8Array {
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.imul(index + seed, 0x9e3779b1) >>> 24
  return bytes
}

for (const [name, create] of KINDS) {
  test(`the ${name} hasher keeps streams apart and in order`, async () => {
    const hasher = create()
    const pool = new BufferPool(4 * SLAB_BYTES)
    const streams = [undefined, 10, SLAB_BYTES * 3].map(async (sizeExpected, number) => {
      const [digest, reference] = [hasher.begin(sizeExpected), createDigester()]
      const jobs: Promise<void>[] = []
      for (let piece = 0; piece < 3; piece++) {
        const slab = await pool.take()
        const bytes = scramble(slab.subarray(0, SLAB_BYTES - number * 1000 - piece), number * 10 + piece)
        const expected = reference.update(bytes)
        jobs.push(
          digest.update(bytes).then((crc) => {
            pool.release(slab)
            assert.equal(crc, expected)
          }),
        )
      }
      const digestOfAll = digest.finish()
      await Promise.all(jobs)
      const { md5, crc64 } = reference.finish()
      assert.equal((await digestOfAll).crc64, crc64)
      assert.deepEqual(Buffer.from((await digestOfAll).md5), Buffer.from(md5))
    })
    await Promise.all(streams)
    await hasher.close()
  })

  test(`the ${name} hasher gives the digest of nothing and the checksum of bytes alone`, async () => {
    const hasher = create()
    const empty = await hasher.begin(undefined).finish()
    assert.equal(empty.crc64, 0n)
    assert.equal(Buffer.from(empty.md5).toString('hex'), 'd41d8cd98f00b204e9800998ecf8427e')
    for (const length of [0, 9, 300_000]) {
      const bytes = scramble(new Uint8Array(length), 1)
      const reference = createDigester()
      assert.equal(await hasher.crc64(bytes), reference.update(bytes))
      const [digest, expected] = [await hasher.digest(bytes), reference.finish()]
      assert.equal(digest.crc64, expected.crc64)
      assert.deepEqual(Buffer.from(digest.md5), Buffer.from(expected.md5))
    }
    hasher.begin(undefined).discard()
    await hasher.close()
  })

  test(`the ${name} hasher computes what is requested besides MD5 and CRC-64, of each stream its own`, async () => {
    const hasher = create()
    await Promise.all(
      [[], DIGEST_NAMES, ['sha1'] as const, ['crc32', 'crc64nvme'] as const].map(async (digests, number) => {
        const bytes = scramble(new Uint8Array(900_000 + number), number)
        const request = { digests, runningMd5: new Uint8Array(0) }
        const reference = createDigester(request)
        reference.update(bytes)
        const expected = reference.finish()
        const stream = hasher.begin(undefined, request)
        const cuts = [0, 1, 64 + number, 300_000, 900_000 + number]
        const updates = cuts.slice(1).map((end, index) => stream.update(bytes.subarray(cuts[index], end)))
        assert.deepEqual(plainOf(await stream.finish()), plainOf(expected))
        await Promise.all(updates)
        assert.deepEqual(plainOf(await hasher.digest(bytes, request)), plainOf(expected))
        hasher.begin(undefined, request).discard()
      }),
    )
    await hasher.close()
  })

  test(`the ${name} hasher continues an MD5 over streams of any lengths`, async () => {
    const hasher = create()
    const lengths = [0, 1, 63, 64, 65, 100_000, 0, 300_001, 5]
    const whole = createHash('md5')
    let state = new Uint8Array(0)
    for (const [index, length] of lengths.entries()) {
      const bytes = scramble(new Uint8Array(length), index)
      const stream = hasher.begin(undefined, { runningMd5: state })
      const update = stream.update(bytes)
      const { md5, runningMd5 } = await stream.finish()
      await update
      assert.deepEqual(Buffer.from(md5), createHash('md5').update(bytes).digest())
      assert.ok(runningMd5)
      state = Uint8Array.from(runningMd5)
      assert.deepEqual(Buffer.from(new Md5(state).digest()), whole.update(bytes).copy().digest())
    }
    assert.equal((await hasher.digest(new Uint8Array(9))).runningMd5, undefined)
    await hasher.close()
  })
}

/** With plain bytes, whatever their class. */
function plainOf({ md5, crc64, digests, runningMd5 }: Digest) {
  const others = Object.entries(digests).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')] as const)
  const hex = Buffer.from(md5).toString('hex')
  return {
    md5: hex,
    crc64,
    digests: new Map(others),
    runningMd5: runningMd5 && Buffer.from(runningMd5).toString('hex'),
  }
}

test('a closed hasher rejects pending and later calls', async () => {
  const hasher = createThreadedHasher(1)
  const digest = hasher.begin(undefined)
  const underWay = assert.rejects(digest.update(new Uint8Array(10)), /closed/)
  await hasher.close()
  await underWay
  await assert.rejects(digest.finish(), /closed/)
})
