import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT } from '@bindery/service/testing'
import { signV4Target } from '../testing/sign-target.js'
import { content, KIB, rejection, startClient } from '../testing/support.js'
import type { Credentials, RequestTrace, SignTarget } from '../types/client.js'
import { OssError } from '../types/error.js'
import { createAddress } from './address.js'
import { createCredentialsSource } from './credentials.js'

const { accessKeyId, accessKeySecret } = ROOT

test('the bucket stands where the endpoint and the style put it', () => {
  const url = (endpoint: string, addressing?: 'path' | 'virtual' | 'cname') =>
    createAddress({ endpoint, ...(addressing === undefined ? {} : { addressing }) }).url('bkt', 'a b/ü')
  assert.equal(url('http://127.0.0.1:9000'), 'http://127.0.0.1:9000/bkt/a%20b/%C3%BC')
  assert.equal(url('http://localhost:9000/'), 'http://localhost:9000/bkt/a%20b/%C3%BC')
  assert.equal(url('oss-cn-beijing.aliyuncs.com'), 'https://bkt.oss-cn-beijing.aliyuncs.com/a%20b/%C3%BC')
  assert.equal(url('https://files.example.com', 'cname'), 'https://files.example.com/a%20b/%C3%BC')
  assert.equal(url('https://s.example.com', 'path'), 'https://s.example.com/bkt/a%20b/%C3%BC')
  assert.equal(createAddress({ endpoint: 'oss-cn-beijing-internal.aliyuncs.com' }).region, 'cn-beijing')
  assert.throws(() => createAddress({ endpoint: 'ftp://x' }), /not an http or https URL/)
})

test('both signatures are accepted, and what is wrong is reported with its hint', async () => {
  for (const signature of ['v4', 'v1'] as const) {
    const { client } = await startClient(undefined, { signature })
    await client.put('ключ +&', 'x', { meta: { a: 'ü' } })
    assert.equal((await client.head('ключ +&')).meta.a, 'ü')
  }
  const wrong = { credentials: { accessKeyId, accessKeySecret: 'wrong' } }
  const { client } = await startClient(undefined, { auth: wrong })
  const error = await rejection<OssError>(client.head('k'))
  assert.deepEqual([error.code, error.status, error.attempts], ['SignatureDoesNotMatch', 403, 1])
  assert.match(error.hint ?? '', /secret/)
  assert.ok(error.requestId !== undefined)
})

test('a clock that is wrong is corrected by the server, once for all requests', async () => {
  const { client, seen } = await startClient(undefined, { clockSkew: 'auto' })
  await client.put('k', 'x')
  const afterFirst = seen.length
  await client.put('k', 'y')
  assert.deepEqual([afterFirst, seen.length], [2, 3])
})

test('many requests share one call of the credentials provider, before they expire and after', async () => {
  let calls = 0
  let running = 0
  const provider = async (): Promise<Credentials> => {
    calls += 1
    running += 1
    assert.equal(running, 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    running -= 1
    return { accessKeyId, accessKeySecret, expiration: Date.now() + 80 }
  }
  const { client, seen } = await startClient(undefined, { auth: { credentials: provider } })
  const bytes = content(3000 * KIB)
  const options = { key: 'k', multipartThreshold: 1, partSize: 100 * KIB, bytesPerSecond: 9000 * KIB }
  await client.upload(bytes, options).result
  assert.ok(calls >= 2 && calls < seen.length, `${calls} calls for ${seen.length} requests`)
})

test('refused credentials are renewed once, and only those that were refused', async () => {
  let time = 0
  const given: string[] = []
  const source = createCredentialsSource(
    ({ reason }) => {
      given.push(reason)
      return { accessKeyId: `key${given.length}`, accessKeySecret: 's', expiration: time + 3_600_000 }
    },
    () => time,
  )
  const { signal } = new AbortController()
  const first = await source.get(signal)
  assert.equal(source.reject(first), true)
  const second = await source.get(signal)
  source.reject(first)
  assert.equal(await source.get(signal), second)
  time += 3_600_000 - 30_000
  await source.get(signal)
  assert.deepEqual(given, ['initial', 'rejected', 'expiring'])
})

test('a remote signer signs whole batches, and the client holds no key', async () => {
  const batches: number[] = []
  const signer = async (targets: readonly SignTarget[]) => {
    batches.push(targets.length)
    return targets.map((target) => signV4Target(target, 'http://127.0.0.1:9000', now()))
  }
  const { client, started } = await startClient(undefined, { auth: { signer } })
  const now = () => started.now()
  const bytes = content(1000 * KIB)
  await client.upload(bytes, { key: 'k', multipartThreshold: 1, partSize: 100 * KIB, parallel: 10 }).result
  assert.deepEqual(await client.get('k'), bytes)
  assert.ok(Math.max(...batches) >= 5, String(batches))
  const short = await startClient(undefined, { auth: { signer: async () => [] } })
  assert.match((await rejection(short.client.head('k'))).message, /answered 0 of 1/)
})

test('a signer and a provider that fail are called again, unless they refuse for good', async () => {
  const { client: usual, started } = await startClient()
  await usual.put('k', 'x')
  const key = { accessKeyId, accessKeySecret }
  const sign = (targets: readonly SignTarget[]) =>
    targets.map((target) => signV4Target(target, 'http://127.0.0.1:9000', started.now()))
  for (const failure of [new TypeError('fetch failed'), new OssError({ code: 'Refused', message: 'no' })]) {
    let calls = 0
    const failing = <T>(value: () => T) => {
      calls += 1
      if (calls % 3 !== 0) throw failure
      return value()
    }
    const auths = [
      { signer: async (targets: readonly SignTarget[]) => failing(() => sign(targets)) },
      { credentials: () => failing(() => key) },
    ]
    for (const auth of auths) {
      calls = 0
      const { client } = await startClient(undefined, { auth }, started)
      const described = client.head('k')
      if (failure instanceof OssError) await assert.rejects(described, { code: 'Refused' })
      else await described
      assert.equal(calls, failure instanceof OssError ? 1 : 3)
    }
  }
})

test('each attempt is traced without its signature', async () => {
  const traces: RequestTrace[] = []
  const { client } = await startClient(({ count }) => (count === 1 ? 'busy' : undefined), {
    onRequest: (trace) => traces.push(trace),
  })
  await client.put('k', 'x')
  assert.deepEqual(
    traces.map(({ op, status, attempt }) => [op, status, attempt]),
    [
      ['PutObject', 503, 1],
      ['PutObject', 200, 2],
    ],
  )
  assert.ok(traces.every(({ url }) => !/signature/i.test(url)))
})

test('a presigned URL opens what it names, by either signature', async () => {
  for (const signature of ['v4', 'v1'] as const) {
    const { client, started } = await startClient(undefined, { signature })
    await client.put('a b', 'x')
    const url = new URL(await client.presign({ key: 'a b' }))
    const { host, pathname, search } = url
    const body = { size: 0, ready: async () => {}, read: async () => 0 }
    const request = { method: 'GET', scheme: 'http', host, target: pathname + search, headers: { host }, body } as const
    const { status } = await started.service.handle({ ...request, remoteAddress: '127.0.0.1' })
    assert.equal(status, 200, signature)
  }
})

test('no URL is signed by V1 that would be valid for a subresource of another key', async () => {
  for (const key of ['k?acl', 'a?b?versionId=1&tagging']) {
    const { client } = await startClient(undefined, { signature: 'v1' })
    await assert.rejects(client.presign({ key }), { code: 'InvalidOption' })
    const { client: byV4 } = await startClient(undefined, { signature: 'v4' })
    assert.match(await byV4.presign({ key }), /x-oss-signature=/)
  }
})

test('no attempt begins after the time that a call may take', async () => {
  const { client, seen } = await startClient(() => 'busy', {
    retry: { baseDelayMs: 40, maxDelayMs: 40, maxElapsedMs: 100 },
  })
  const error = await rejection<OssError>(client.head('k'))
  assert.equal(error.status, 503)
  assert.ok(seen.length < 10, `${seen.length} attempts`)
})

test('a signed request that was refused after its end is signed again', async () => {
  const { started } = await startClient()
  const ends = [started.now() - 1, undefined]
  let signatures = 0
  const signer = async (targets: readonly SignTarget[]) =>
    targets.map((target) => {
      const expiresAt = ends[signatures]
      signatures += 1
      const time = signatures === 1 ? started.now() - 3_600_000 : started.now()
      return {
        ...signV4Target(target, 'http://127.0.0.1:9000', time),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }
    })
  const { client } = await startClient(undefined, { auth: { signer } }, started)
  await client.put('k', 'x')
  assert.equal(signatures, 2)
})

test('a trace has the bytes of the answer', async () => {
  const traces: RequestTrace[] = []
  const { client } = await startClient(undefined, { onRequest: (trace) => traces.push(trace) })
  await client.put('k', 'hello')
  await client.get('k')
  assert.deepEqual(
    traces.map(({ op, bytesSent, bytesReceived }) => [op, bytesSent, bytesReceived]),
    [
      ['PutObject', 5, 0],
      ['GetObject', 0, 5],
    ],
  )
})
