// A server with a user and a role for the tests of access: both may do everything below one prefix, and nothing else.

import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { Query, signV4 } from '@bindery/protocol'
import { nodeDigests } from '@bindery/server'
import OSS from 'ali-oss'
import { startServer } from '../../support/start-server.mjs'

export const BUCKET = 'conformance-access'
const ACCOUNT = '1000000000000001'
export const ROLE = 'uploads'
export const ROLE_ARN = `acs:ram::${ACCOUNT}:role/${ROLE}`
export const STATEMENTS = [
  { Effect: 'Allow', Action: 'oss:*', Resource: `acs:oss:*:*:${BUCKET}/in/*` },
  { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
]

/** Starts the server: two processes, which hand out temporary keys of the role to programs on this machine. */
export async function startWithRole() {
  const server = await startServer({
    args: ['--workers', '2', '--buckets', BUCKET, '--instance-role', ROLE, '--instance-token', 'optional'],
  })
  await admin(server, 'CreateUser', { UserName: 'uploader' })
  const user = (await admin(server, 'CreateAccessKey', { UserName: 'uploader' })).AccessKey
  const document = (statements) => ({ Version: '1', Statement: statements })
  const own = { PolicyName: 'own', PolicyDocument: document(STATEMENTS) }
  await admin(server, 'PutUserPolicy', { UserName: 'uploader', ...own })
  const trust = document([
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${ACCOUNT}:user/uploader`] } },
  ])
  await admin(server, 'CreateRole', { RoleName: ROLE, AssumeRolePolicyDocument: trust })
  await admin(server, 'PutRolePolicy', { RoleName: ROLE, ...own })
  return { server, user }
}

/** An operation of the admin interface, by the key of the server. */
export async function admin(server, operation, input) {
  const key = `admin/v1/${operation}`
  const body = JSON.stringify(input)
  const headers = { 'content-type': 'application/json', 'x-oss-nonce': randomUUID() }
  const unsigned = { method: 'POST', bucket: '-', key, query: new Query([]), headers }
  const payload = createHash('sha256').update(body).digest('hex')
  const options = { time: Date.now(), region: server.region, payload, digests: nodeDigests() }
  const signed = signV4(unsigned, server, options)
  const response = await fetch(`${server.endpoint}/-/${key}`, {
    method: 'POST',
    headers: signed.headers,
    body,
  })
  const answer = await response.json()
  assert.equal(response.status, 200, JSON.stringify(answer))
  return answer
}

/** A client of ali-oss with a key as RAM and STS show it. */
export function clientOf(server, { AccessKeyId, AccessKeySecret, SecurityToken }, options = {}) {
  return new OSS({
    endpoint: server.endpoint.replace('127.0.0.1', 'localhost'),
    region: `oss-${server.region}`,
    sldEnable: true,
    bucket: BUCKET,
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    stsToken: SecurityToken,
    ...options,
  })
}
