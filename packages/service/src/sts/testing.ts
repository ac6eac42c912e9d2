/** Requests of STS for tests. */
import assert from 'node:assert/strict'
import { rpcSignature, rpcStringToSign } from '@bindery/protocol'
import type { AccessKey } from '../access/requester.js'
import { createIdentity, setInlinePolicy } from '../domain/ram/identities.js'
import { bytesOf, nodeDigests, sourceOf } from '../domain/testing.js'
import { BUCKET, call, Ram, ROOT, type StartedService, startWithBucket } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'

export const ROLE_ARN = 'acs:ram::1000000000000001:role/reader'
export const TRUST = {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { RAM: ['acs:ram::1000000000000001:root'] },
}
export const MAY_ASSUME = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'acs:ram:*:*:role/reader' }
export const READS = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/*' }
export const READS_A = { ...READS, Resource: 'acs:oss:*:*:bkt/a/*' }

export type Parameters = Readonly<Record<string, string | undefined>>

export interface Form {
  readonly method?: 'GET' | 'POST'
  readonly host?: string
  /** Default: this machine. */
  readonly remoteAddress?: string
  /** Names of parameters that travel in the query of a POST. */
  readonly inQuery?: readonly string[]
  /** Changes of the parameters after they were signed. */
  readonly forged?: Parameters
}

export interface Answer {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  readonly json: any
  readonly log: { readonly code?: string | undefined; readonly operation?: string | undefined }
}

let nonces = 0
/** Another one each time, as SDKs send them. */
function newNonce(): string {
  nonces += 1
  return `n-${nonces}`
}

export async function rpc(started: StartedService, as: AccessKey, own: Parameters, form: Form = {}): Promise<Answer> {
  const { method = 'POST', host = '127.0.0.1:9000', inQuery = [], forged = {}, remoteAddress } = form
  const common = {
    Format: 'JSON',
    Version: '2015-04-01',
    AccessKeyId: as.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: newNonce(),
    Timestamp: new Date(started.now()).toISOString(),
    SecurityToken: as.session?.securityToken,
  }
  const parameters = new Map(given({ ...common, ...own }))
  parameters.set('Signature', rpcSignature(as.accessKeySecret, rpcStringToSign(method, parameters), nodeDigests))
  for (const [name, value] of given(forged)) parameters.set(name, value)
  const query = new URLSearchParams([...parameters].filter(([name]) => method === 'GET' || inQuery.includes(name)))
  const body = new URLSearchParams([...parameters].filter(([name]) => method === 'POST' && !inQuery.includes(name)))
  return send(started, {
    method,
    host,
    target: query.size === 0 ? '/' : `/?${query}`,
    headers: method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } : {},
    body: method === 'POST' ? body.toString() : '',
    ...(remoteAddress !== undefined && { remoteAddress }),
  })
}

function given(parameters: Parameters): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

export interface Sent {
  readonly method: string
  readonly host: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly remoteAddress?: string
}

export async function send(
  started: StartedService,
  { method, host, target, headers, body, remoteAddress = '127.0.0.1' }: Sent,
): Promise<Answer> {
  const response = await started.service.handle({
    method,
    host,
    target,
    headers: { ...headers, host },
    scheme: 'http',
    remoteAddress,
    body: sourceOf(body),
  })
  const bytes =
    response.body instanceof Uint8Array ? response.body : await bytesOf(response.body ?? (async function* () {})())
  const text = Buffer.from(bytes).toString()
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined, log: response.log }
}

/** A service with objects, a role that reads all of them, and a user who may assume it. */
export async function withRole() {
  const started = await startWithBucket()
  for (const key of ['a/1', 'b/1']) await call(started, { method: 'PUT', bucket: BUCKET, key, body: key })
  const ram = new Ram(started)
  const alice = await ram.user('alice', MAY_ASSUME)
  const role = { account: ram.account, kind: 'role', name: 'reader' } as const
  await createIdentity(ram.domain, role, {
    kind: 'role',
    comments: '',
    trust: documentOf([TRUST]),
    sessionSecondsMax: 7_200,
  })
  await setInlinePolicy(ram.domain, role, 'own', documentOf([READS]))
  return { started, ram, alice, role }
}

export const ASSUME = { Action: 'AssumeRole', RoleArn: ROLE_ARN, RoleSessionName: 'job-1' }

export async function assume(
  started: StartedService,
  as: AccessKey,
  more: Parameters = {},
  form: Form = {},
): Promise<AccessKey> {
  const { status, json, text } = await rpc(started, as, { ...ASSUME, ...more }, form)
  assert.equal(status, 200, text)
  const {
    AccessKeyId: accessKeyId,
    AccessKeySecret: accessKeySecret,
    SecurityToken: securityToken,
    Expiration,
  } = json.Credentials
  assert.match(Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  return {
    accessKeyId,
    accessKeySecret,
    account: ROOT.account,
    session: { securityToken, expiresAt: Date.parse(Expiration) },
  }
}
