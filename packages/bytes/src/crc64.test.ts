import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crc64Chain, crc64, crc64Combine } from './crc64.js'

const text = (value: string) => new TextEncoder().encode(value)

function bitwise(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0xc96c5795d7870f42n : 0n)
  }
  return crc ^ 0xffffffffffffffffn
}

function scrambled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)
}

test('the published test vectors give their checksums', () => {
  assert.equal(crc64(text('')), 0n)
  assert.equal(crc64(text('a')), 3675645893302102789n)
  assert.equal(crc64(text('hello world')), 5981764153023615706n)
  assert.equal(crc64(text('hello oss')), 15021467531229347219n)
  assert.equal(crc64(text('123456789')), 0x995dc9bbdf1939fan)
  assert.equal(crc64(new Uint8Array(102_400).fill(0x61)), 12696911168479852064n)
})

test('every length and alignment agrees with the definition', () => {
  const bytes = scrambled(300)
  for (let start = 0; start < 9; start++) {
    for (let end = start; end <= bytes.length; end += end < 40 ? 1 : 37) {
      assert.equal(crc64(bytes.subarray(start, end)), bitwise(bytes.subarray(start, end)), `${start}..${end}`)
    }
  }
})

test('a checksum computed in pieces equals the checksum of the whole', () => {
  const bytes = scrambled(1000)
  const whole = crc64(bytes)
  for (const cut of [0, 1, 7, 8, 9, 500, 999, 1000]) {
    assert.equal(crc64(bytes.subarray(cut), crc64(bytes.subarray(0, cut))), whole)
  }
})

test('the checksums of two parts combine as in the official example', () => {
  const parts = [12696911168479852064n, 15021467531229347219n] as const
  assert.equal(crc64Combine(parts[0], parts[1], 9), 14439424006907896166n)
})

test('combining agrees with hashing the whole, wherever it is split', () => {
  const bytes = scrambled(70_000)
  const whole = crc64(bytes)
  for (const cut of [0, 1, 2, 255, 256, 257, 4096, 65_535, 65_536, 69_999, 70_000]) {
    const [a, b] = [bytes.subarray(0, cut), bytes.subarray(cut)]
    assert.equal(crc64Combine(crc64(a), crc64(b), b.length), whole, `${cut}`)
  }
})

test('combining is associative for lengths beyond 32 bits', () => {
  const [a, b, c] = [crc64(text('a')), crc64(text('b')), crc64(text('c'))]
  for (const [lengthOfB, lengthOfC] of [
    [5 * 2 ** 30, 48 * 2 ** 40],
    [2 ** 32, 2 ** 32 - 1],
    [1, 2 ** 53 - 2],
  ] as const) {
    const left = crc64Combine(crc64Combine(a, b, lengthOfB), c, lengthOfC)
    const right = crc64Combine(a, crc64Combine(b, c, lengthOfC), lengthOfB + lengthOfC)
    assert.equal(left, right)
  }
})

test('combining stays correct for more lengths than the cache holds', () => {
  let combined = 0n
  let length = 0
  const zeros = new Uint8Array(2000)
  for (let part = 0; part < 2000; part++) {
    combined = crc64Combine(combined, crc64(zeros.subarray(0, part)), part)
    length += part
  }
  assert.equal(combined, crc64(new Uint8Array(length)))
})

test('a chain of pieces has the checksum of the whole', () => {
  const bytes = scrambled(5000)
  const chain = new Crc64Chain()
  assert.equal(chain.value, 0n)
  for (let start = 0, length = 0; start < bytes.length; start += length, length = (length + 7) % 61) {
    const piece = crc64(bytes.subarray(start, start + length))
    chain.append(Number(piece >> 32n), Number(piece & 0xffffffffn), Math.min(length, bytes.length - start))
    assert.equal(chain.value, crc64(bytes.subarray(0, start + length)))
  }
  const [a, b] = [crc64(text('a')), crc64(text('b'))]
  const long = new Crc64Chain()
  for (const [crc, length] of [
    [a, 1],
    [b, 48 * 2 ** 40],
  ] as const) {
    long.append(Number(crc >> 32n), Number(crc & 0xffffffffn), length)
  }
  assert.equal(long.value, crc64Combine(a, b, 48 * 2 ** 40))
})

test('a length that is not a safe integer is rejected', () => {
  for (const length of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => crc64Combine(1n, 1n, length), RangeError)
    assert.throws(() => new Crc64Chain().append(1, 1, length), RangeError)
  }
})
