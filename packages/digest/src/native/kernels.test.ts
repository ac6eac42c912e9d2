import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { CRC_PARAMETERS, type CrcName, createPlainCrc, crc64 as plainCrc64 } from '@bindery/bytes'
import { loadNative, type NativeEngine } from './native.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'
const { md5: md5Kernels, crc: crcKernels } = native?.kernels ?? { md5: ['none'], crc: ['none'] }

/** More than two steps of the widest kernel, and beyond a page. */
const LENGTH_MAX = 4200
const ALIGNMENTS = 64

const content = Uint8Array.from({ length: 64 * 1024 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)

const md5Of = (...pieces: Uint8Array[]) =>
  pieces.reduce((hash, piece) => hash.update(piece), createHash('md5')).digest('hex')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** `content` from its beginning, at each of the alignments in turn. */
function atAlignment(start: number): Uint8Array {
  const memory = new Uint8Array(ALIGNMENTS + content.length)
  memory.set(content, start)
  return memory.subarray(start)
}

async function withEngine<T>(md5: string, body: (engine: NativeEngine) => Promise<T>): Promise<T> {
  assert.ok(native)
  const engine = native.createEngine({ md5 })
  try {
    return await body(engine)
  } finally {
    await engine.close()
  }
}

async function digestOf(engine: NativeEngine, ...pieces: Uint8Array[]): Promise<{ md5: string; crc64: bigint }> {
  const stream = engine.begin()
  const updates = pieces.map((piece) => stream.update(piece))
  const { md5, crc64 } = await stream.finish()
  await Promise.all(updates)
  return { md5: hex(md5), crc64 }
}

for (const name of Object.keys(CRC_PARAMETERS) as CrcName[]) {
  const plain = createPlainCrc(CRC_PARAMETERS[name])
  const expected = [0n]
  for (let length = 1; length <= LENGTH_MAX; length++) {
    expected.push(plain(content.subarray(length - 1, length), expected[length - 1]))
  }
  // All CRCs run the same code, which CRC-64 tests at all alignments.
  const step = name === 'crc64' ? 1 : 13

  for (const kernel of crcKernels) {
    test(`the kernel ${kernel} of ${name} agrees with the plain one for all lengths to 4200 at many alignments`, {
      skip,
    }, () => {
      assert.ok(native)
      for (let start = 0; start < ALIGNMENTS; start += step) {
        const bytes = atAlignment(start)
        for (let length = 0; length <= LENGTH_MAX; length++) {
          const found: bigint = native.crc(name, bytes.subarray(0, length), 0n, kernel)
          if (found !== expected[length]) assert.fail(`${length} bytes at ${start}: ${found}, not ${expected[length]}`)
        }
      }
    })

    test(`the kernel ${kernel} of ${name} continues from a checksum`, { skip }, () => {
      assert.ok(native)
      const whole = plain(content)
      for (const cut of [0, 1, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1023, 1025, 40_000, content.length]) {
        const first = native.crc(name, content.subarray(0, cut), 0n, kernel)
        assert.equal(native.crc(name, content.subarray(cut), first, kernel), whole, `cut at ${cut}`)
      }
    })
  }
}

for (const kernel of crcKernels) {
  test(`the kernel ${kernel} of CRC-64 gives the published checksums`, { skip }, () => {
    assert.ok(native)
    assert.equal(native.crc('crc64', Buffer.from('123456789'), 0n, kernel), 0x995dc9bbdf1939fan)
    assert.equal(native.crc('crc64', Buffer.from('hello oss'), 0n, kernel), 15021467531229347219n)
    assert.equal(native.crc('crc64', Buffer.from('a'.repeat(102_400)), 0n, kernel), 12696911168479852064n)
  })
}

/** RFC 1321, A.5. */
const PUBLISHED_MD5 = [
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
] as const

for (const kernel of md5Kernels) {
  test(`the MD5 kernel ${kernel} gives the published digests`, { skip }, () =>
    withEngine(kernel, async (engine) => {
      for (const [text, md5] of PUBLISHED_MD5) assert.equal((await digestOf(engine, Buffer.from(text))).md5, md5)
      const digests = await Promise.all(PUBLISHED_MD5.map(([text]) => digestOf(engine, Buffer.from(text))))
      assert.deepEqual(
        digests.map(({ md5 }) => md5),
        PUBLISHED_MD5.map(([, md5]) => md5),
      )
    }),
  )

  test(`the MD5 kernel ${kernel} agrees with node:crypto for all lengths to 4200`, { skip }, () =>
    withEngine(kernel, async (engine) => {
      const lengths = Array.from({ length: LENGTH_MAX + 1 }, (_, length) => length)
      const placed = Array.from({ length: ALIGNMENTS }, (_, start) => atAlignment(start))
      await Promise.all(
        lengths.map(async (length) => {
          const bytes = (placed[(length * 7) % ALIGNMENTS] ?? content).subarray(0, length)
          const { md5, crc64 } = await digestOf(engine, bytes)
          if (md5 !== md5Of(bytes)) assert.fail(`${length} bytes: ${md5}, not ${md5Of(bytes)}`)
          assert.equal(crc64, plainCrc64(bytes))
        }),
      )
    }),
  )

  test(`the MD5 kernel ${kernel} keeps streams apart that are split anywhere, at all alignments`, { skip }, () =>
    withEngine(kernel, async (engine) => {
      const streams = Array.from({ length: ALIGNMENTS }, async (_, start) => {
        const bytes = atAlignment(start)
        const pieces = Array.from({ length: 70 }, (_, piece) =>
          bytes.subarray(piece, piece + ((start * 37 + piece * 61) % LENGTH_MAX)),
        )
        const { md5, crc64 } = await digestOf(engine, ...pieces)
        assert.equal(md5, md5Of(...pieces), `at ${start}`)
        assert.equal(
          crc64,
          pieces.reduce((sum, piece) => plainCrc64(piece, sum), 0n),
          `at ${start}`,
        )
      })
      await Promise.all(streams)
    }),
  )
}

test('any number of streams of any lengths is hashed by the appropriate kernels', { skip }, async () => {
  assert.ok(native)
  const engine = native.createEngine()
  for (let count = 1; count <= 40; count++) {
    const pieces = Array.from({ length: count }, (_, index) => content.subarray(index, (index * 7919) % content.length))
    const digests = await Promise.all(pieces.map((piece) => digestOf(engine, piece, content)))
    digests.forEach(({ md5 }, index) => {
      assert.equal(md5, md5Of(pieces[index] ?? content, content), `${index} of ${count}`)
    })
  }
  await engine.close()
})

test('an unknown kernel is refused by name', { skip }, () => {
  assert.ok(native)
  assert.throws(() => native.createEngine({ md5: 'abacus' }), /there is no kernel abacus here/)
  assert.throws(() => native.crc('crc64', content, 0n, 'abacus'), /there is no kernel abacus here/)
})
