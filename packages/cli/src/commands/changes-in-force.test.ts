/** A change of permissions is in force in all processes of a server when the call that makes it returns. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AdminOperationName, Query, signV4 } from '@bindery/protocol'
import { nodeDigests } from '@bindery/server/local'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { type AdminServer, sendAdmin } from '../admin/send.js'
import { type Server, start } from '../testing/support.js'

const WORKERS = 4
/** Requests after each change, each on a connection of its own: the system gives them to the processes. */
const REQUESTS = 12
const ROUNDS = 3

interface Key {
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

interface Sent {
  readonly query?: string
  readonly body?: string
}

/** The status of a request on a new connection. */
async function status(
  server: Server,
  as: Key | undefined,
  method: string,
  key: string,
  sent: Sent = {},
): Promise<number> {
  const { query = '', body } = sent
  const parameters = query === '' ? [] : [{ name: query, value: undefined }]
  const unsigned = { method, bucket: 'demo', key, query: new Query(parameters), headers: {} }
  const options = { time: Date.now(), region: 'cn-hangzhou', digests: nodeDigests() }
  const headers = as === undefined ? {} : signV4(unsigned, as, options).headers
  const response = await fetch(`${server.endpoint}/demo/${key}${query && `?${query}`}`, {
    method,
    headers: { ...headers, connection: 'close' },
    ...(body !== undefined && { body: Buffer.from(body) }),
  })
  await response.arrayBuffer()
  return response.status
}

async function prepared(t: TestContext) {
  const server = await start(t, newFolder(t), {}, WORKERS)
  const target: AdminServer = {
    endpoint: server.endpoint,
    region: 'cn-hangzhou',
    credentials: { ...server, securityToken: undefined },
  }
  const admin = (operation: AdminOperationName, input: object) => sendAdmin(target, operation, input)
  const set = async (query: string, body: string | undefined) => {
    const method = body === undefined ? 'DELETE' : 'PUT'
    const answered = await status(server, server, method, '', { query, ...(body !== undefined && { body }) })
    assert.ok(answered < 300, `${query}: ${answered}`)
  }
  assert.equal(await status(server, server, 'PUT', 'k', { body: 'x' }), 200)
  return { server, admin, set }
}

/** All processes answer a read of the object with this status. */
async function all(server: Server, as: Key | undefined, expected: number, story: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: REQUESTS }, () => status(server, as, 'GET', 'k')))
  assert.deepEqual(
    answers,
    answers.map(() => expected),
    story,
  )
}

function keyOf({ AccessKey }: Readonly<Record<string, unknown>>): Key {
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = AccessKey as Record<string, string>
  return { accessKeyId: accessKeyId ?? '', accessKeySecret: accessKeySecret ?? '' }
}

test('a change of users, groups and keys is in force in every process when it returns', async (t) => {
  const { server, admin } = await prepared(t)
  const user = { UserName: 'alice' }
  await admin('CreateUser', user)
  await admin('CreateGroup', { GroupName: 'staff' })
  await admin('AttachPolicyToGroup', { GroupName: 'staff', PolicyName: 'AliyunOSSReadOnlyAccess' })
  const alice = keyOf(await admin('CreateAccessKey', user))
  const key = { ...user, UserAccessKeyId: alice.accessKeyId }
  await all(server, alice, 403, 'before')
  for (let round = 0; round < ROUNDS; round += 1) {
    await admin('AttachPolicyToUser', { ...user, PolicyName: 'AliyunOSSReadOnlyAccess' })
    await all(server, alice, 200, 'attached')
    await admin('DetachPolicyFromUser', { ...user, PolicyName: 'AliyunOSSReadOnlyAccess' })
    await all(server, alice, 403, 'detached')
    await admin('AddUserToGroup', { ...user, GroupName: 'staff' })
    await all(server, alice, 200, 'added')
    await admin('UpdateAccessKey', { ...key, Status: 'Inactive' })
    await all(server, alice, 403, 'disabled')
    await admin('UpdateAccessKey', { ...key, Status: 'Active' })
    await all(server, alice, 200, 'enabled')
    await admin('RemoveUserFromGroup', { ...user, GroupName: 'staff' })
    await all(server, alice, 403, 'removed')
  }
})

test('a change of a bucket or of an account is in force in every process when it returns', async (t) => {
  const { server, admin, set } = await prepared(t)
  const { Account, ...created } = await admin('CreateAccount', {})
  const { AccountId } = Account as { AccountId: string }
  const team = keyOf(created)
  const allow = (principal: string) =>
    JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Principal: [principal], Action: 'oss:GetObject', Resource: 'acs:oss:*:*:demo/*' }],
    })
  const block =
    '<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>'
  for (let round = 0; round < ROUNDS; round += 1) {
    await all(server, team, 403, 'before')
    await set('policy', allow(AccountId))
    await all(server, team, 200, 'allowed')
    await admin('UpdateAccountAccessKey', { AccountId, UserAccessKeyId: team.accessKeyId, Status: 'Inactive' })
    await all(server, team, 403, 'disabled')
    await admin('UpdateAccountAccessKey', { AccountId, UserAccessKeyId: team.accessKeyId, Status: 'Active' })
    await all(server, team, 200, 'enabled')
    await set('policy', allow('*'))
    await all(server, undefined, 200, 'open')
    await set('publicAccessBlock', block)
    await all(server, undefined, 403, 'blocked')
    await set('publicAccessBlock', undefined)
    await all(server, undefined, 200, 'unblocked')
    await set('policy', undefined)
    await all(server, undefined, 403, 'closed')
  }
})
