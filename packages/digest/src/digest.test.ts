import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createWasmCrc64, crc64 as plainCrc64 } from '@bindery/bytes'
import { crc64, createDigester } from './index.js'

const scrambled = Uint8Array.from({ length: 200_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)

test('the WebAssembly kernel agrees with the plain one for all lengths to 2048 and all alignments', () => {
  const kernel = createWasmCrc64()
  assert.ok(kernel, 'this runtime has WebAssembly')
  for (let length = 0; length <= 2048; length++) {
    const start = length % 17
    const bytes = scrambled.subarray(start, start + length)
    assert.equal(kernel(bytes), plainCrc64(bytes), `${length} bytes from ${start}`)
  }
  for (let start = 0; start < 64; start++) {
    const bytes = scrambled.subarray(start, start + 1000)
    assert.equal(kernel(bytes), plainCrc64(bytes), `from ${start}`)
  }
})

test('the WebAssembly kernel goes on from a checksum and over its block of 64 KiB', () => {
  const whole = plainCrc64(scrambled)
  for (const cut of [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 131_072, 200_000]) {
    assert.equal(crc64(scrambled.subarray(cut), crc64(scrambled.subarray(0, cut))), whole, `cut at ${cut}`)
  }
})

test('without WebAssembly there is no kernel', () => {
  const api = Reflect.get(globalThis, 'WebAssembly')
  Reflect.set(globalThis, 'WebAssembly', undefined)
  try {
    assert.equal(createWasmCrc64(), undefined)
  } finally {
    Reflect.set(globalThis, 'WebAssembly', api)
  }
})

test('published vectors come out of a digester', () => {
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

test('a digester gives the checksum of each piece and the digest of all', () => {
  const digester = createDigester()
  for (let start = 0, length = 1; start < scrambled.length; start += length, length *= 3) {
    const piece = scrambled.subarray(start, start + length)
    assert.equal(digester.update(piece), plainCrc64(piece))
  }
  const { md5, crc64: whole } = digester.finish()
  assert.equal(whole, plainCrc64(scrambled))
  assert.deepEqual(md5, createHash('md5').update(scrambled).digest())
})
