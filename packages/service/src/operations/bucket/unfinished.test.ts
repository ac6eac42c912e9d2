import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, startWithBucket } from '../../testing/index.js'

test('a server refuses settings that would have no effect: bytes are not encrypted yet', async () => {
  const started = await startWithBucket({ acceptUnfinished: false })
  const put = (query: string, body: string) =>
    call(started, { method: 'PUT', bucket: BUCKET, query: { [query]: undefined }, body })
  const rule =
    '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
  const responses = [
    await put('encryption', `<ServerSideEncryptionRule>${rule}</ServerSideEncryptionRule>`),
    await call(started, {
      method: 'PUT',
      bucket: 'other-bucket',
      headers: { 'x-oss-server-side-encryption': 'AES256' },
    }),
  ]
  assert.deepEqual(
    responses.map(({ status, text }) => [status, element(text, 'Code')]),
    [
      [501, 'NotImplemented'],
      [400, 'NotImplemented'],
    ],
  )
})
