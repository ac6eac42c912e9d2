import assert from 'node:assert/strict'
import { test } from 'node:test'
import { curlFor } from './curl.js'
import type { RecentRequest } from './requests.js'

const request = (more: Partial<RecentRequest>) => ({ Method: 'GET', Target: '/', ...more }) as RecentRequest

test('a request is repeated with the parameters that do not sign it', () => {
  const Target =
    '/demo/?uploads&prefix=a%2F&x-oss-signature=1&x-oss-credential=k%2F1&Signature=s&Expires=9&OSSAccessKeyId=k'
  assert.equal(
    curlFor(request({ Target, Bucket: 'demo' })),
    `curl "$(bindery sign 'oss://demo' --query 'uploads&prefix=a%2F')"`,
  )
})

test('methods and keys with quotes reach the command as they are', () => {
  assert.equal(
    curlFor(request({ Method: 'DELETE', Target: "/demo/it's", Bucket: 'demo', Key: "it's" })),
    `curl --request DELETE "$(bindery sign 'oss://demo/it'\\''s' --method DELETE)"`,
  )
  assert.equal(
    curlFor(request({ Method: 'HEAD', Target: '/demo/a', Bucket: 'demo', Key: 'a' })),
    `curl --head "$(bindery sign 'oss://demo/a' --method HEAD)"`,
  )
})
