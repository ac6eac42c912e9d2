import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyBytes, keyBytes, keyText, textBytes, textBytesBefore } from './bytes.js'

const plain = (bytes: Uint8Array) => [...bytes]

test('the text of a key is the same for an array and a buffer, and leads back to its bytes', () => {
  const bytes = [0, 1, 127, 128, 255]
  for (const key of [Uint8Array.from(bytes), Buffer.from(bytes)]) {
    assert.equal(keyText(key), '\0\x01\x7f\x80\xff')
    assert.deepEqual(plain(keyBytes(keyText(key))), bytes)
  }
})

test('a text becomes UTF-8, alone and before a text of ASCII', () => {
  for (const text of ['', 'k', 'k\0é', '\u{1f600}', '\ud800', 'x'.repeat(9_000)]) {
    const encoded = plain(new TextEncoder().encode(text))
    assert.deepEqual(plain(textBytes(text)), encoded)
    assert.deepEqual(plain(textBytesBefore(text, 'ab')), [...encoded, 97, 98])
  }
})

test('a copy shares no memory with what was copied, nor with other copies', () => {
  for (const size of [0, 1, 100, 4_096, 4_097, 100_000]) {
    const bytes = new Uint8Array(size).fill(1)
    const copies = Array.from({ length: 40 }, () => copyBytes(bytes))
    bytes.fill(2)
    for (const [index, copy] of copies.entries()) copy.fill(index)
    for (const [index, copy] of copies.entries()) {
      assert.equal(copy.length, size)
      assert.ok(copy.every((byte) => byte === index))
      assert.equal(Object.getPrototypeOf(copy), Uint8Array.prototype)
    }
  }
})
