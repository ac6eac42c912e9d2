import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ossDialect, s3Dialect } from '@bindery/protocol'
import { sourceOf } from './domain/testing.js'
import { whole } from './testing/call.js'
import { BUCKET, type StartedService, s3, startWithBucket } from './testing/index.js'

/** A request without a signature, and without a header of an SDK. */
async function ask(started: StartedService, host: string, target: string) {
  const request = {
    method: 'GET',
    scheme: 'http',
    host,
    target,
    headers: { host },
    remoteAddress: '127.0.0.1',
  } as const
  return whole(await started.service.handle({ ...request, body: sourceOf(new Uint8Array(0)) }))
}

test('a request that shows no protocol is of OSS, unless configured otherwise', async () => {
  const usual = await startWithBucket()
  assert.equal((await ask(usual, '127.0.0.1:9000', `/${BUCKET}/k`)).headers.server, 'AliyunOSS')
  const other = await startWithBucket({ dialects: [ossDialect, s3Dialect] })
  const refused = await ask(other, '127.0.0.1:9000', `/${BUCKET}/k`)
  assert.deepEqual([refused.status, refused.headers.server], [403, 'AmazonS3'])
  assert.match(refused.text, /<Error><Code>AccessDenied<\/Code>/)
})

test('at a host of S3, and below it, a request that shows no protocol is of S3', async () => {
  const started = await startWithBucket({ domains: ['s3.example'], s3Domains: ['s3.example'] })
  for (const [host, target] of [
    [`${BUCKET}.s3.example:9000`, '/k'],
    ['s3.example', `/${BUCKET}/k`],
  ] as const) {
    const { headers, text } = await ask(started, host, target)
    assert.equal(headers.server, 'AmazonS3', host)
    assert.match(text, /<Code>AccessDenied<\/Code>/)
  }
  assert.equal((await ask(started, 'other.example', `/${BUCKET}/k`)).headers.server, 'AliyunOSS')
})

test('versioning needs a status, and deletion by a second factor is refused', async () => {
  const started = await startWithBucket()
  const put = async (content: string) => {
    const body = `<VersioningConfiguration>${content}</VersioningConfiguration>`
    const { status, text } = await s3(started, { method: 'PUT', bucket: BUCKET, query: 'versioning', body })
    return `${status} ${/<Code>(\w+)/.exec(text)?.[1]}`
  }
  assert.equal(await put(''), '400 IllegalVersioningConfigurationException')
  assert.equal(await put('<Status>On</Status>'), '400 MalformedXML')
  assert.equal(await put('<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>'), '501 NotImplemented')
  assert.equal(await put('<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>'), '200 undefined')
})
