import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto'
import { test } from 'node:test'
import { loadNative } from './native.js'

const native = loadNative()
const skip = native?.signDigest === undefined && 'the addon was not built, or has no SHA-256'

/** The same by node:crypto. */
function expected(key: Uint8Array, head: string, text: string): string {
  const digest = createHash('sha256').update(text, 'latin1').digest('hex')
  return createHmac('sha256', key).update(`${head}${digest}`, 'latin1').digest('hex')
}

function signed(key: Uint8Array, head: string, text: string): string {
  assert.ok(native?.signDigest)
  return native.signDigest(key, head, text)
}

const textOf = (length: number): string => randomBytes(length).toString('latin1')

test('the signature of a digest equals that of node:crypto, for keys of up to a block and texts of any length', {
  skip,
}, () => {
  for (const keyBytes of [0, 1, 31, 32, 63, 64]) {
    const key = randomBytes(keyBytes)
    for (const length of [0, 1, 55, 56, 63, 64, 65, 300, 2045, 2046, 2047, 2048, 2049, 4096, 70_000]) {
      const text = textOf(length)
      for (const head of ['', 'OSS4-HMAC-SHA256\n', text])
        assert.equal(signed(key, head, text), expected(key, head, text), `${keyBytes} ${length} ${head.length}`)
    }
  }
  for (let round = 0; round < 2_000; round += 1) {
    const [key, head, text] = [randomBytes(32), textOf(randomInt(200)), textOf(randomInt(3_000))]
    assert.equal(signed(key, head, text), expected(key, head, text))
  }
})

test('a text that was put together from others is signed as one', { skip }, () => {
  const key = randomBytes(32)
  let text = ''
  for (let length = 0; length < 400; length += 1) {
    text += String.fromCharCode(length % 256)
    assert.equal(signed(key, text.slice(length % 50), text), expected(key, text.slice(length % 50), text))
  }
})

test('of a character beyond a byte the low byte counts, as where JavaScript signs', { skip }, () => {
  const key = randomBytes(32)
  assert.equal(signed(key, '目', 'a\u{1f600}'), expected(key, '\xee', 'a\x3d\x00'))
})

test('a key above a block is refused, and so are values of other types', { skip }, () => {
  assert.throws(() => signed(randomBytes(65), '', ''), TypeError)
  for (const wrong of [undefined, 1, null, {}, Buffer.alloc(1)]) {
    assert.throws(() => signed(randomBytes(32), wrong as string, ''), TypeError)
    assert.throws(() => signed(randomBytes(32), '', wrong as string), TypeError)
  }
  assert.throws(() => signed('key' as unknown as Uint8Array, '', ''), TypeError)
})
