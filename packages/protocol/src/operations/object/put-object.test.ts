import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { putObject } from './put-object.js'

const failure = (header: string) => failureOf(() => inputOf(putObject, `PUT /dir/a.txt HTTP/1.1\n${header}`))

test('the request of the official page is parsed', () => {
  const input = inputOf(
    putObject,
    `PUT /dir/a.txt HTTP/1.1
Host: mybucket.oss-cn-hangzhou.aliyuncs.com
Content-Type: text/plain
Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==
x-oss-object-acl: private
x-oss-acl: nonsense
x-oss-storage-class: IA
x-oss-tagging: team=blue
x-oss-meta-author: kim

hello world`,
  )
  assert.equal(input.contentType, 'text/plain')
  assert.equal(Buffer.from(input.contentMd5 ?? []).toString('base64'), 'XrY7u+Ae7tCTyyK7j1rNww==')
  assert.equal(input.objectAcl, 'private')
  assert.equal(input.storageClass, 'IA')
  assert.deepEqual(input.tagging, [['team', 'blue']])
  assert.deepEqual(input.userMetadata, { author: 'kim' })
  assert.equal(input.forbidOverwrite, false)
})

test('the answer of the official page is written', () => {
  const output = {
    etag: '5EB63BBBE01EEED093CB22BB8F5ACDC3',
    contentMd5: 'XrY7u+Ae7tCTyyK7j1rNww==',
    crc64: 5981764153023615706n,
  }
  assert.equal(
    responseOf(putObject, output),
    `200
ETag: "5EB63BBBE01EEED093CB22BB8F5ACDC3"
Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==
x-oss-hash-crc64ecma: 5981764153023615706`,
  )
})

test('a conditional put is not implemented, and the error names the header', () => {
  for (const header of ['If-Modified-Since', 'If-Unmodified-Since', 'If-Match', 'If-None-Match']) {
    assert.deepEqual(failure(`${header}: x`), ['conditionalPutNotImplemented', { header: header }])
  }
})

test('headers that change the meaning of a put are refused, not ignored', () => {
  const header = 'x-oss-server-side-encryption-context'
  assert.deepEqual(failure(`${header}: x`), ['headerNotImplemented', { header: header }])
})

test("an invalid ACL is reported in OSS's terms", () => {
  assert.deepEqual(failure('x-oss-object-acl: everyone'), [
    'invalidObjectAcl',
    { argumentName: 'x-oss-object-acl', argumentValue: 'everyone' },
  ])
})
