import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { hmacSha256, sha256 } from './sha256.js'

const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 131 + length) % 256)

test('SHA-256 is that of Node.js, for every length around the edges of its blocks', () => {
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1_000, 70_000]) {
    const expected = createHash('sha256').update(bytes(length)).digest('hex')
    assert.equal(Buffer.from(sha256(bytes(length))).toString('hex'), expected, String(length))
  }
})

test('HMAC-SHA256 is that of Node.js, for secrets shorter and longer than a block', () => {
  for (const length of [0, 1, 30, 63, 64, 65, 200]) {
    const expected = createHmac('sha256', bytes(length)).update(bytes(99)).digest('hex')
    assert.equal(Buffer.from(hmacSha256(bytes(length), bytes(99))).toString('hex'), expected, String(length))
  }
})
