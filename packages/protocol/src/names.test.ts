import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketName, objectKey, ossBucketName, soughtKey } from './names.js'
import { failureOf } from './testing/exchange.js'

function assertInvalid(read: (name: string) => string, names: readonly string[]): void {
  for (const name of names) {
    const expected = ['invalidBucketName', { bucketName: name }]
    assert.deepEqual(
      failureOf(() => read(name)),
      expected,
    )
  }
}

const VALID = ['abc', '0-9', 'a--b', 'a'.repeat(63)]
const DOTTED = ['a.b', 'a.b.c', '1.2.3', 'my.bucket-1.example', `${'a'.repeat(31)}.${'b'.repeat(31)}`]
const INVALID = ['', 'ab', 'a'.repeat(64), 'Abc', 'a_b', '-ab', 'ab-', 'abc\n', 'äbc']

test('a bucket of OSS has 3 to 63 lower-case letters, digits and hyphens, and does not end with a hyphen', () => {
  for (const name of VALID) assert.equal(ossBucketName(name), name)
  assertInvalid(ossBucketName, [...INVALID, ...DOTTED])
})

test('a bucket of S3 may have labels between dots, and is not an address', () => {
  for (const name of [...VALID, ...DOTTED]) assert.equal(bucketName(name), name)
  const malformed = [
    '.ab',
    'ab.',
    'a..b',
    'a.-b',
    'a-.b',
    '..',
    '...',
    '192.168.1.1',
    `${'a'.repeat(32)}.${'b'.repeat(31)}`,
  ]
  assertInvalid(bucketName, [...INVALID, ...malformed])
})

test('a key has 1 to 1,023 bytes of any text', () => {
  for (const key of ['a', 'a/', 'a\\', '\u0001\r\n', '+&%?', '\u{1f600}', 'ü'.repeat(511)])
    assert.equal(objectKey(key), key)
  const causes = {
    '': 'objectNameEmpty',
    '/a': 'objectNameInvalid',
    '\\a': 'objectNameInvalid',
    'a\0': 'objectNameInvalid',
  }
  for (const [key, cause] of Object.entries(causes)) assert.equal(failureOf(() => objectKey(key))[0], cause)
  assert.equal(failureOf(() => objectKey('ü'.repeat(512)))[0], 'objectNameTooLong')
})

test('a key that is looked for has up to 1,024 bytes, as in S3', () => {
  assert.equal(soughtKey('ü'.repeat(512)), 'ü'.repeat(512))
  const tooLong = ['objectNameTooLong', { size: 1025, maxSizeAllowed: 1024 }]
  assert.deepEqual(
    failureOf(() => soughtKey('k'.repeat(1025))),
    tooLong,
  )
})
