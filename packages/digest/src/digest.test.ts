import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  CRC_PARAMETERS,
  type CrcName,
  type CrcParameters,
  createPlainCrc,
  createWasmCrc,
  crc64 as plainCrc64,
} from '@bindery/bytes'
import { crcOf } from './crcs.js'
import { crc64, createDigester, DIGEST_NAMES } from './index.js'

const scrambled = Uint8Array.from({ length: 200_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)

/** The check values of the catalogue of parametrised CRCs, for the text 123456789. */
const CHECK_VALUES: Readonly<Record<CrcName, bigint>> = {
  crc64: 0x995dc9bbdf1939fan,
  crc32: 0xcbf43926n,
  crc32c: 0xe3069283n,
  crc64nvme: 0xae8b14860a799888n,
}

for (const [name, check] of Object.entries(CHECK_VALUES) as [CrcName, bigint][]) {
  const plain = createPlainCrc(CRC_PARAMETERS[name])

  test(`the plain ${name}, that of WebAssembly and the fastest give the published check value`, () => {
    for (const crc of [plain, createWasmCrc(CRC_PARAMETERS[name]), crcOf(name)]) {
      assert.equal(crc?.(Buffer.from('123456789')), check)
      assert.equal(crc?.(Buffer.from('6789'), crc(Buffer.from('12345'))), check)
    }
  })

  test(`the WebAssembly kernel of ${name} agrees with the plain one for all lengths to 2048 and all alignments`, () => {
    const kernel = createWasmCrc(CRC_PARAMETERS[name])
    assert.ok(kernel, 'this runtime has WebAssembly')
    for (let length = 0; length <= 2048; length++) {
      const start = length % 17
      const bytes = scrambled.subarray(start, start + length)
      assert.equal(kernel(bytes), plain(bytes), `${length} bytes from ${start}`)
    }
    for (let start = 0; start < 64; start++) {
      const bytes = scrambled.subarray(start, start + 1000)
      assert.equal(kernel(bytes), plain(bytes), `from ${start}`)
    }
  })
}

test('the sliced plain CRC-64 agrees with the bytewise one', () => {
  assert.equal(plainCrc64(scrambled), createPlainCrc(CRC_PARAMETERS.crc64)(scrambled))
})

test('the WebAssembly kernel continues from a checksum and across its block of 64 KiB', () => {
  const kernel = createWasmCrc(CRC_PARAMETERS.crc64)
  assert.ok(kernel)
  const whole = plainCrc64(scrambled)
  assert.equal(crc64(scrambled), whole)
  for (const cut of [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 131_072, 200_000]) {
    assert.equal(kernel(scrambled.subarray(cut), kernel(scrambled.subarray(0, cut))), whole, `cut at ${cut}`)
  }
})

for (const name of ['crc64', 'crc64nvme'] as const) {
  test(`many bytes are folded to the same ${name}, whatever came before, with and without vectors`, () => {
    const plain = createPlainCrc(CRC_PARAMETERS[name])
    const bytes = Buffer.concat([scrambled, scrambled.subarray(3)])
    for (const kernel of [createWasmCrc(CRC_PARAMETERS[name]), withoutVectors(CRC_PARAMETERS[name])]) {
      assert.ok(kernel)
      for (const length of [33_000, 41_791, 41_792, 42_000, 65_537, 131_072, 144_384, 144_385, 275_000, 399_997]) {
        const piece = bytes.subarray(length % 19, length)
        assert.equal(kernel(piece), plain(piece), `${length} bytes`)
        assert.equal(kernel(piece, 0x123456789abcdef0n), plain(piece, 0x123456789abcdef0n), `${length} more bytes`)
      }
    }
  })
}

/** The kernel of a runtime that compiles no module with vectors. */
function withoutVectors(parameters: CrcParameters): ReturnType<typeof createWasmCrc> {
  const api = Reflect.get(globalThis, 'WebAssembly')
  Reflect.set(globalThis, 'WebAssembly', {
    ...{ Memory: api.Memory, Instance: api.Instance },
    Module: function compile(code: Uint8Array) {
      if (Buffer.from(code).includes(Buffer.from([0xfd, 0x51]))) throw new api.CompileError('there are no vectors')
      return new api.Module(code)
    },
  })
  try {
    return createWasmCrc(parameters)
  } finally {
    Reflect.set(globalThis, 'WebAssembly', api)
  }
}

test('without WebAssembly there is no kernel', () => {
  const api = Reflect.get(globalThis, 'WebAssembly')
  Reflect.set(globalThis, 'WebAssembly', undefined)
  try {
    assert.equal(createWasmCrc(CRC_PARAMETERS.crc64), undefined)
  } finally {
    Reflect.set(globalThis, 'WebAssembly', api)
  }
})

test('a digester gives the published test vectors', () => {
  for (const [text, crc, md5] of [
    ['', 0n, 'd41d8cd98f00b204e9800998ecf8427e'],
    ['123456789', 0x995dc9bbdf1939fan, '25f9e794323b453885f5181f1b624d0b'],
    ['hello oss', 15021467531229347219n, '337b33c02f89493026843983ff272a30'],
    ['a'.repeat(102_400), 12696911168479852064n, '302d3a0c8e319eaa95b059b346de1d1d'],
  ] as const) {
    const digester = createDigester()
    digester.update(Buffer.from(text))
    const digest = digester.finish()
    assert.equal(digest.crc64, crc)
    assert.equal(Buffer.from(digest.md5).toString('hex'), md5)
  }
})

test('a digester returns the checksum of each piece and the digest of all', () => {
  const digester = createDigester()
  for (let start = 0, length = 1; start < scrambled.length; start += length, length *= 3) {
    const piece = scrambled.subarray(start, start + length)
    assert.equal(digester.update(piece), plainCrc64(piece))
  }
  const { md5, crc64: whole } = digester.finish()
  assert.equal(whole, plainCrc64(scrambled))
  assert.deepEqual(md5, createHash('md5').update(scrambled).digest())
})

/** FIPS 180 and the catalogue of parametrised CRCs. */
const PUBLISHED = {
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha512:
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
}

test('a digester computes the digests that were requested, and no others', () => {
  const hexOf = (digests: object) =>
    Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]))
  const digester = createDigester({ digests: DIGEST_NAMES })
  for (const piece of ['1234', '', '56789']) digester.update(Buffer.from(piece))
  assert.deepEqual(hexOf(digester.finish().digests), PUBLISHED)
  const one = createDigester({ digests: ['crc32c'] })
  assert.deepEqual(hexOf(one.finish().digests), { crc32c: '00000000' })
  assert.deepEqual(createDigester().finish().digests, {})
})
