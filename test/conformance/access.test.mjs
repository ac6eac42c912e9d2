// Users limited to a prefix, temporary keys and forms, by the official SDK for Node.js against a server of several processes.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { admin, BUCKET, clientOf as clientWith, ROLE_ARN, STATEMENTS, startWithRole } from './access/setup.mjs'
import { refused } from './node/harness.mjs'

let server
let user

before(async () => {
  ;({ server, user } = await startWithRole())
})
after(() => server?.stop())

const clientOf = (key, options) => clientWith(server, key, options)

async function checkPrefix(client) {
  await client.put('in/a', Buffer.from('hello'))
  assert.equal((await client.get('in/a')).content.toString(), 'hello')
  const parts = await client.multipartUpload('in/parts', Buffer.alloc(300 * 1024, 'x'), { partSize: 100 * 1024 })
  assert.equal(parts.res.status, 200)
  await refused('AccessDenied', client.put('out/a', Buffer.from('x')))
  await refused('AccessDenied', client.get('out/a'))
  await refused('AccessDenied', client.listV2({}))
}

function stsOf({ AccessKeyId, AccessKeySecret }) {
  return new OSS.STS({ accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, endpoint: server.endpoint })
}

for (const options of [{}, { authorizationV4: true }]) {
  const version = options.authorizationV4 ? 'V4' : 'V1'
  test(`ali-oss ${version}: the key of a user writes and reads below its prefix, and nowhere else`, () =>
    checkPrefix(clientOf(user, options)))

  test(`ali-oss ${version}: so does the temporary key of a role`, async () => {
    const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, '', 3600, 'session-1')
    await checkPrefix(clientOf(credentials, options))
  })

  test(`ali-oss ${version}: a session policy narrows the role`, async () => {
    const policy = { Version: '1', Statement: [{ ...STATEMENTS[0], Action: 'oss:GetObject' }] }
    const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, policy, 900, 'session-2')
    const client = clientOf(credentials, options)
    assert.equal((await client.get('in/a')).content.toString(), 'hello')
    await refused('AccessDenied', client.put('in/a', Buffer.from('x')))
  })
}

for (const options of [{}, { authorizationV4: true }]) {
  const version = options.authorizationV4 ? 'V4' : 'V1'
  test(`ali-oss ${version}: a client whose token ends fetches another one by refreshSTSToken`, async () => {
    const next = async () => (await stsOf(user).assumeRole(ROLE_ARN, '', 900, 'session-4')).credentials
    let refreshed = 0
    const client = clientOf(await next(), {
      ...options,
      refreshSTSTokenInterval: 0,
      refreshSTSToken: async () => {
        refreshed += 1
        const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret, SecurityToken: stsToken } = await next()
        return { accessKeyId, accessKeySecret, stsToken }
      },
    })
    await client.put('in/refreshed', Buffer.from('hello'))
    await client.put('in/refreshed', Buffer.from('again'))
    assert.equal((await client.get('in/refreshed')).content.toString(), 'again')
    assert.ok(refreshed >= 2, `refreshed ${refreshed} times`)
  })

  test(`ali-oss ${version}: a URL that a temporary key has signed needs no other key`, async () => {
    const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, '', 900, 'session-5')
    const client = clientOf(credentials, options)
    const urlOf = (method, key) =>
      options.authorizationV4
        ? client.signatureUrlV4(method, 60, {}, key)
        : client.asyncSignatureUrl(key, { method, expires: 60 })
    const put = await fetch(await urlOf('PUT', 'in/signed'), { method: 'PUT', body: Buffer.from('signed') })
    assert.equal(put.status, 200, await put.text())
    assert.equal(await (await fetch(await urlOf('GET', 'in/signed'))).text(), 'signed')
    assert.equal((await fetch(await urlOf('PUT', 'out/signed'), { method: 'PUT', body: Buffer.from('x') })).status, 403)
  })
}

test('ali-oss: a role that the user may not assume is refused with the code of STS', async () => {
  const rejected = stsOf({ AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret })
  await assert.rejects(rejected.assumeRole(ROLE_ARN, '', 3600, 'session-3'), { code: 'NoPermission' })
  await assert.rejects(stsOf(user).assumeRole(ROLE_ARN, '', 1, 'session-3'), {
    code: 'InvalidParameter.DurationSeconds',
  })
})

test('ali-oss: another account owns its buckets, and reaches others by their policies, for which it pays', async () => {
  const { Account, AccessKey } = await admin(server, 'CreateAccount', { DisplayName: 'team' })
  const owner = clientOf({ AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret })
  const team = clientOf(AccessKey)
  await team.putBucket('conformance-team')
  assert.equal((await team.getBucketInfo('conformance-team')).bucket.Owner.ID, Account.AccountId)
  assert.deepEqual(
    (await team.listBuckets({})).buckets.map(({ name }) => name),
    ['conformance-team'],
  )
  await refused('AccessDenied', owner.getBucketInfo('conformance-team'))
  await owner.put('in/shared', Buffer.from('shared'))
  await refused('AccessDenied', team.get('in/shared'))
  const statement = { Effect: 'Allow', Principal: [Account.AccountId], Action: ['oss:GetObject'] }
  const resource = { Resource: [`acs:oss:*:*:${BUCKET}/in/*`] }
  await owner.putBucketPolicy(BUCKET, { Version: '1', Statement: [{ ...statement, ...resource }] })
  assert.equal((await team.get('in/shared')).content.toString(), 'shared')
  await refused('AccessDenied', team.put('in/shared', Buffer.from('x')))
  await owner.putBucketRequestPayment(BUCKET, 'Requester')
  await refused('AccessDenied', team.get('in/shared'))
  const paid = await team.get('in/shared', { headers: { 'x-oss-request-payer': 'requester' } })
  assert.equal(paid.res.headers['x-oss-request-charged'], 'requester')
  await owner.putBucketRequestPayment(BUCKET, 'BucketOwner')
  await owner.deleteBucketPolicy(BUCKET)
  await team.deleteBucket('conformance-team')
  await admin(server, 'DeleteAccount', { AccountId: Account.AccountId })
  await refused('InvalidAccessKeyId', team.listBuckets({}))
})

async function post(fields) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['posted'], { type: 'text/plain' }), 'a.txt')
  const response = await fetch(`${server.endpoint}/${BUCKET}/`, { method: 'POST', body: form })
  return `${response.status} ${/<Code>(\w+)/.exec(await response.text())?.[1] ?? ''}`.trim()
}

test('ali-oss: a form signed by calculatePostSignature uploads what its policy allows', async () => {
  const expiration = new Date(Date.now() + 60_000).toISOString()
  const client = clientOf(user)
  const signed = client.calculatePostSignature({
    expiration,
    conditions: [{ bucket: BUCKET }, ['starts-with', '$key', ''], ['content-length-range', 1, 100]],
  })
  assert.equal(await post({ key: 'in/form', ...signed, success_action_status: '201' }), '201')
  assert.equal((await client.get('in/form')).content.toString(), 'posted')
  assert.equal(await post({ key: 'out/form', ...signed }), '403 AccessDenied')
  assert.equal(await post({ key: 'in/form', ...signed, Signature: 'AAAA' }), '403 SignatureDoesNotMatch')
})

test('ali-oss: so does a form signed by signPostObjectPolicyV4', async () => {
  const now = new Date()
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const client = clientOf(user)
  const credential = `${user.AccessKeyId}/${date.slice(0, 8)}/${server.region}/oss/aliyun_v4_request`
  const terms = {
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': credential,
    'x-oss-date': date,
  }
  const policy = {
    expiration: new Date(now.getTime() + 60_000).toISOString(),
    conditions: [{ bucket: BUCKET }, ...Object.entries(terms).map(([name, value]) => ({ [name]: value }))],
  }
  const signature = client.signPostObjectPolicyV4(policy, now)
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64')
  assert.equal(await post({ key: 'in/v4', ...terms, policy: encoded, 'x-oss-signature': signature }), '204')
  assert.equal((await client.get('in/v4')).content.toString(), 'posted')
})

test('ali-oss: a form may be signed by a temporary key, whose token it carries', async () => {
  const { credentials } = await stsOf(user).assumeRole(ROLE_ARN, '', 900, 'session-6')
  const policy = { expiration: new Date(Date.now() + 60_000).toISOString(), conditions: [{ bucket: BUCKET }] }
  const signed = clientOf(credentials).calculatePostSignature(policy)
  const token = { 'x-oss-security-token': credentials.SecurityToken }
  assert.equal(await post({ key: 'in/sts', ...signed, ...token }), '204')
  assert.equal((await clientOf(user).get('in/sts')).content.toString(), 'posted')
  assert.equal(await post({ key: 'in/sts', ...signed }), '403 InvalidAccessKeyId')
  assert.equal(await post({ key: 'out/sts', ...signed, ...token }), '403 AccessDenied')
})

/** Creates an access point by the one request that the SDK has no method for, and returns its alias. */
async function createAccessPoint(owner, name) {
  const params = owner._bucketRequestParams('PUT', BUCKET, 'accessPoint', {})
  params.content = `<CreateAccessPointConfiguration><AccessPointName>${name}</AccessPointName><NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>`
  params.successStatuses = [200]
  const { data } = await owner.request(params)
  return /<Alias>([^<]+)/.exec(data.toString())[1]
}

async function deleteAccessPoint(owner, name) {
  const headers = { 'x-oss-access-point-name': name }
  const params = owner._bucketRequestParams('DELETE', BUCKET, 'accessPoint', { headers })
  await owner.request({ ...params, successStatuses: [204] })
}

for (const options of [{}, { authorizationV4: true }]) {
  const version = options.authorizationV4 ? 'V4' : 'V1'
  test(`ali-oss ${version}: the alias of an access point is the name of a bucket`, async () => {
    const name = `point-${version.toLowerCase()}`
    const root = { AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret }
    const owner = clientOf(root, options)
    const alias = await createAccessPoint(owner, name)
    const byPoint = clientOf(root, { ...options, bucket: alias })
    await byPoint.put('in/point', Buffer.from('by a point'))
    const parts = await byPoint.multipartUpload('in/point-parts', Buffer.alloc(300 * 1024, 'x'), {
      partSize: 100 * 1024,
    })
    assert.equal(parts.res.status, 200)
    assert.equal((await owner.get('in/point')).content.toString(), 'by a point')
    const { objects } = await byPoint.listV2({ prefix: 'in/point' })
    assert.deepEqual(
      objects.map(({ name: key }) => key),
      ['in/point', 'in/point-parts'],
    )
    const url = options.authorizationV4
      ? await byPoint.signatureUrlV4('GET', 60, {}, 'in/point')
      : await byPoint.asyncSignatureUrl('in/point', { expires: 60 })
    assert.equal(await (await fetch(url)).text(), 'by a point')
    await byPoint.deleteMulti(['in/point-parts'])
    await refused('AccessDenied', clientOf(user, { ...options, bucket: alias }).get('in/point'))
    await refused('MethodNotAllowed', byPoint.getBucketACL(alias))
    await deleteAccessPoint(owner, name)
    await refused('NoSuchAccessPoint', byPoint.get('in/point'))
    assert.equal((await owner.get('in/point')).content.toString(), 'by a point')
  })
}
