/** The Host of an access point, as strangers see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, OTHER, ROOT, type StartedService, startWithBucket, type TestRequest } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'

const ACCOUNT = ROOT.account.id
const POINT = 'point'

/** A bucket with an object `k` and an access point. */
async function startWithPoint(origin: string): Promise<StartedService> {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: 'content' })
  const vpc = origin === 'vpc' ? '<VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration>' : ''
  const body = `<CreateAccessPointConfiguration><AccessPointName>${POINT}</AccessPointName><NetworkOrigin>${origin}</NetworkOrigin>${vpc}</CreateAccessPointConfiguration>`
  assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query: { accessPoint: '' }, body })).status, 200)
  return started
}

async function denyAll(started: StartedService): Promise<void> {
  const point = `acs:oss:cn-hangzhou:${ACCOUNT}:accesspoint/${POINT}`
  const body = documentOf([{ Effect: 'Deny', Action: ['oss:*'], Principal: ['*'], Resource: [point, `${point}/*`] }])
  const headers = { 'x-oss-access-point-name': POINT }
  const request = { method: 'PUT', bucket: BUCKET, query: { accessPointPolicy: '' }, headers, body }
  assert.equal((await call(started, request)).status, 200)
}

/** Requests of every kind to an access point. */
const REQUESTS: readonly Partial<TestRequest>[] = [
  {},
  { key: 'missing' },
  { key: '' },
  { method: 'HEAD' },
  { method: 'PUT', body: 'x' },
  { method: 'DELETE' },
  { key: '', query: { acl: '' } },
  { key: '', query: { accessPoint: '' } },
  { method: 'PATCH' },
  { key: '', method: 'POST', query: { delete: '' }, body: '<Delete><Object><Key>k</Key></Object></Delete>' },
  { method: 'OPTIONS', headers: { origin: 'http://a', 'access-control-request-method': 'GET' } },
  { headers: { origin: 'http://a' } },
  { query: { 'response-content-type': 'text/plain' } },
  {
    key: '',
    method: 'POST',
    query: {},
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
  },
]

test('a Host that leads to no access point is answered as one that allows nothing, but to its account', async () => {
  for (const origin of ['internet', 'vpc']) {
    const started = await startWithPoint(origin)
    const stranger = { ...OTHER, accessKeySecret: 'wrong' }
    const shown = async (point: string, request: Partial<TestRequest>) => {
      const bucket = `${point}-${ACCOUNT}`
      const host = `${bucket}.oss-cn-hangzhou.oss-accesspoint.aliyuncs.com`
      const { status, headers, text } = await call(started, { method: 'GET', key: 'k', bucket, host, ...request })
      const document = text
        .replaceAll(`${point}-`, 'NAME-')
        .replace(/<RequestId>.*/, '')
        .replace(/<Signature.*/s, '')
      return [status, headers['x-oss-ec'], headers.vary, document]
    }
    for (const deny of [false, true]) {
      if (deny) await denyAll(started)
      for (const as of ['anonymous', OTHER, stranger] as const) {
        for (const more of REQUESTS) {
          const request = { as, ...more }
          assert.deepEqual(await shown(POINT, request), await shown('other', request), JSON.stringify(request))
        }
      }
    }
    assert.equal((await shown('other', {}))[0], 404)
  }
})
