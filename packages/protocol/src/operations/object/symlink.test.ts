import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectKey } from '../../names.js'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { getSymlink, putSymlink } from './symlink.js'

const targetOf = (header: string) => inputOf(putSymlink, `PUT /link?symlink HTTP/1.1\n${header}`).target

test('the target is decoded, as each SDK encodes it, and encoded again', () => {
  const target = objectKey('dir/a b+中.txt')
  for (const encoded of ['dir%2Fa%20b%2B%E4%B8%AD.txt', 'dir/a+b%2B%E4%B8%AD.txt', 'dir/a b%2B%e4%b8%ad.txt']) {
    assert.equal(targetOf(`x-oss-symlink-target: ${encoded}`), target)
  }
  const output = {
    contentLength: 0,
    contentType: 'application/octet-stream',
    etag: '0A3D0B2D5D8E8E5D2F1C3D4E5F607182',
    lastModified: Date.parse('2026-01-05T08:00:00Z'),
    target,
    userMetadata: { a: 'b' },
  }
  assert.equal(
    responseOf(getSymlink, output),
    `200
Content-Length: 0
Content-Type: application/octet-stream
ETag: "0A3D0B2D5D8E8E5D2F1C3D4E5F607182"
Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT
x-oss-symlink-target: dir%2Fa%20b%2B%E4%B8%AD.txt
x-oss-meta-a: b`,
  )
})

test('a symlink needs a target that could be an object', () => {
  const failure = (header: string) => failureOf(() => targetOf(header))[0]
  assert.equal(failure('x-oss-symlink-target:'), 'symlinkTargetMissing')
  assert.equal(failure('x-oss-symlink-target: %2Fa'), 'objectNameInvalid')
  assert.equal(failure('x-oss-symlink-target: %FF'), 'objectNameNotUtf8')
  assert.equal(failure(`x-oss-symlink-target: ${'k'.repeat(1024)}`), 'objectNameTooLong')
})
