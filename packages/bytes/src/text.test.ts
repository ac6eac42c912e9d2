import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  base64,
  base64Bytes,
  byteString,
  bytesToString,
  hex,
  percentDecode,
  percentEncode,
  stringToBytes,
  textOfByteString,
  utf8Bytes,
  utf8Text,
} from './text.js'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const TEXTS = ['', 'abc', "a b+/~*'()!", 'üñ☃', '\u{1f600}', '\u0000\u0001\u007f', '\ufeffbom']

test('a byte string holds the UTF-8 bytes of a text', () => {
  assert.equal(byteString('ü'), '\u00c3\u00bc')
  for (const text of TEXTS) {
    assert.equal(textOfByteString(byteString(text)), text)
    assert.deepEqual(stringToBytes(byteString(text)), utf8Bytes(text))
  }
  assert.equal(textOfByteString('\u00ff'), undefined)
  assert.equal(utf8Text(new Uint8Array([0xc3])), undefined)
  assert.deepEqual(stringToBytes(bytesToString(EVERY_BYTE)), EVERY_BYTE)
})

test('the UTF-8 bytes of a text agree with the platform, short or long', () => {
  for (const length of [0, 1, 63, 64, 65, 1_000]) {
    for (const character of ['a', '\0', '\x7f', '\x80', 'ß', '中', '\ud800', '😀']) {
      const text = 'k'.repeat(length).slice(character.length) + character
      assert.deepEqual(utf8Bytes(text), new TextEncoder().encode(text))
    }
  }
})

test('hex and base64 agree with the platform', () => {
  assert.equal(hex(EVERY_BYTE), Buffer.from(EVERY_BYTE).toString('hex'))
  assert.equal(base64(EVERY_BYTE), Buffer.from(EVERY_BYTE).toString('base64'))
  for (let length = 0; length <= EVERY_BYTE.length; length += 1) {
    const bytes = EVERY_BYTE.subarray(EVERY_BYTE.length - length)
    assert.deepEqual(base64Bytes(base64(bytes)), bytes, String(length))
  }
  // bits that stand for no byte are ignored
  assert.deepEqual(base64Bytes('YR=='), Uint8Array.of(0x61))
})

test('text that is not padded base64 of the standard alphabet is rejected', () => {
  for (const text of ['YQ', 'YQ=', 'Y===', '====', 'Y Q=', '_-8=', 'YQ==YQ==', 'é===']) {
    assert.equal(base64Bytes(text), undefined, text)
  }
})

test('percent-encoding keeps only the unreserved characters, as in OSS URLs', () => {
  assert.equal(percentEncode('AZaz09-_.~'), 'AZaz09-_.~')
  assert.equal(percentEncode("dir/a b+*!'()"), 'dir%2Fa%20b%2B%2A%21%27%28%29')
  assert.equal(percentEncode('ü\u{1f600}\u0001'), '%C3%BC%F0%9F%98%80%01')
  assert.equal(percentEncode('a/~', { keepSlash: true }), 'a/~')
  assert.equal(percentEncode('a/~', { keepTilde: false }), 'a%2F%7E')
  for (const text of TEXTS) assert.equal(percentDecode(percentEncode(text)), text)
})

test('percent-decoding happens once and keeps a plus sign', () => {
  assert.equal(percentDecode('a%2520+%2B%c3%bc'), 'a%20++ü')
  assert.equal(percentDecode('\u00c3\u00bc%20'), 'ü ')
  for (const broken of ['%', '%2', '%g0', 'a%FF', '\u00ff']) assert.equal(percentDecode(broken), undefined, broken)
})
