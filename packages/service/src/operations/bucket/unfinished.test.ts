import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, startWithBucket } from '../../testing/index.js'

test('a server refuses settings that would have no effect: versions are not kept yet, nor bytes encrypted', async () => {
  const started = await startWithBucket({ acceptUnfinished: false })
  const put = (query: string, body: string) =>
    call(started, { method: 'PUT', bucket: BUCKET, query: { [query]: undefined }, body })
  const rule =
    '<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>'
  const responses = [
    await put('versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
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
      [501, 'NotImplemented'],
      [400, 'NotImplemented'],
    ],
  )
  const get = await call(started, { method: 'GET', bucket: BUCKET, query: { versioning: undefined } })
  assert.equal(get.status, 200)
})
