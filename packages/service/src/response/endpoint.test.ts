import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, startWithBucket } from '../testing/index.js'
import { bucketUrlOf, type Endpoint, endpointsOf, type Reached } from './endpoint.js'

const REGION = 'cn-hangzhou'

function reached(host: string, style: Reached['style'] = 'path'): Reached {
  return { scheme: 'http', host, style, localAddress: '10.0.0.1:9000' }
}

function endpoint(from: Reached, configured?: Endpoint): string[] {
  const { location, extranetEndpoint, intranetEndpoint } = endpointsOf(REGION, from, configured)
  assert.equal(location, 'oss-cn-hangzhou')
  return [extranetEndpoint, intranetEndpoint]
}

test('a client is answered the endpoint that it used', () => {
  for (const host of ['127.0.0.1:9000', '[::1]:9000', 'localhost', 'oss.lan:8443']) {
    assert.deepEqual(endpoint(reached(host)), [host, host])
  }
  for (const host of ['localhost:9000', 'oss.lan', 'deep.oss.lan:9000']) {
    assert.deepEqual(endpoint(reached(`bkt.${host}`, 'host')), [host, host])
  }
  assert.deepEqual(endpoint(reached('')), ['10.0.0.1:9000', '10.0.0.1:9000'])
})

test('the names of the real service are answered only to clients that used them', () => {
  const real = ['oss-cn-hangzhou.aliyuncs.com', 'oss-cn-hangzhou-internal.aliyuncs.com']
  for (const host of ['oss-cn-hangzhou.aliyuncs.com', 'undefined.oss-cn-hangzhou.aliyuncs.com:9000']) {
    assert.deepEqual(endpoint(reached(host)), real)
  }
  assert.deepEqual(endpoint(reached('bkt.oss-cn-beijing.aliyuncs.com', 'host')), real)
  for (const host of ['aliyuncs.com.example', 'notaliyuncs.com'])
    assert.deepEqual(endpoint(reached(host)), [host, host])
})

test('where an endpoint is configured, it is the answer whatever the Host', () => {
  const configured = { scheme: 'https', host: 'oss.example:8443' } as const
  for (const host of ['127.0.0.1:9000', 'oss-cn-hangzhou.aliyuncs.com']) {
    assert.deepEqual(endpoint(reached(host), configured), ['oss.example:8443', 'oss.example:8443'])
  }
  assert.equal(bucketUrlOf('bkt', reached('127.0.0.1:9000'), configured), 'https://oss.example:8443/bkt')
  assert.equal(bucketUrlOf('bkt', reached('bkt.backend', 'host'), configured), 'https://bkt.oss.example:8443')
})

test('a bucket is where the request addressed it', () => {
  assert.equal(bucketUrlOf('bkt', reached('127.0.0.1:9000'), undefined), 'http://127.0.0.1:9000/bkt')
  assert.equal(bucketUrlOf('bkt', reached('bkt.localhost:9000', 'host'), undefined), 'http://bkt.localhost:9000')
  const real = 'bkt.oss-cn-hangzhou.aliyuncs.com'
  assert.equal(bucketUrlOf('bkt', reached(real), undefined), `http://${real}`)
  assert.equal(bucketUrlOf('bkt', reached('bkt.lan'), undefined), 'http://bkt.lan/bkt')
  assert.equal(bucketUrlOf('bkt', reached(''), undefined), 'http://10.0.0.1:9000/bkt')
})

test('a strict server refuses a bucket at the endpoint of another region, and names its own', async () => {
  for (const strict of [true, false]) {
    const started = await startWithBucket({ strict })
    const at = (host: string) => call(started, { method: 'GET', bucket: BUCKET, host: `${BUCKET}.${host}` })
    for (const host of [
      'oss-cn-hangzhou.aliyuncs.com',
      'oss-cn-hangzhou-internal.aliyuncs.com:9000',
      'oss-accelerate.aliyuncs.com',
      'oss-accelerate-overseas.aliyuncs.com',
    ]) {
      assert.equal((await at(host)).status, 200, host)
    }
    for (const host of ['oss-us-west-1.aliyuncs.com', 'oss-cn-hangzhou-2-internal.aliyuncs.com']) {
      const { status, text } = await at(host)
      assert.equal(status, strict ? 403 : 200, host)
      if (!strict) continue
      assert.deepEqual(
        ['Code', 'EC', 'Bucket', 'Endpoint'].map((name) => element(text, name)),
        ['AccessDenied', '0003-00001403', BUCKET, 'oss-cn-hangzhou.aliyuncs.com'],
      )
    }
  }
})
