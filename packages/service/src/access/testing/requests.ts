/** The shortest request of every operation, for tests that try them all. */
import assert from 'node:assert/strict'
import { type Operation, operations } from '@bindery/protocol'
import { attachPolicy, createIdentity } from '../../domain/ram/identities.js'
import { BUCKET, type Ram, type StartedService } from '../../testing/index.js'
import { documentOf } from '../../testing/ram.js'
import { testSealer } from '../../testing/sealer.js'
import type { AccessKey } from '../requester.js'
import { sealSession } from '../session-token.js'

const ALL: readonly Operation[] = Object.values(operations)
/** Operations that anyone may request, because browsers send a preflight before they sign. */
const OPEN = ['OptionObject']
/** The sender of a form is known from its fields; forms have tests of their own. */
export const SIGNED = ALL.filter(({ name }) => !OPEN.includes(name) && name !== 'PostObject')

/** Values for all fields that an operation requires, by their names. */
const SAMPLES: Readonly<Record<string, string>> = {
  'list-type': '2',
  inventoryId: 'report',
  cname: 'example.com',
  styleName: 'small',
  'x-oss-access-point-name': 'point',
  qosRequester: '1000000000000002',
  'x-oss-target-redundancy-type': 'ZRS',
  'x-oss-redundancy-transition-taskid': 'A'.repeat(32),
  wormId: 'A'.repeat(32),
  Origin: 'http://example.com',
  'Access-Control-Request-Method': 'GET',
  position: '0',
  'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==',
  'x-oss-object-acl': 'private',
  'x-oss-symlink-target': 'k',
  'x-oss-process': 'image/info',
  'x-oss-copy-source': `/${BUCKET}/k`,
  partNumber: '1',
  id: 'report',
  'x-amz-copy-source': `/${BUCKET}/k`,
  'x-amz-object-attributes': 'ETag',
  uploadId: 'A'.repeat(32),
}

interface Written {
  readonly method: string
  readonly bucket?: string
  readonly key?: string
  readonly query: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string>>
}

/** The shortest request that is this operation. */
export function written({ name, method, level, when = [], input }: Operation): Written {
  const query: Record<string, string | undefined> = {}
  const headers: Record<string, string> = {}
  const [discriminator = {}] = when
  for (const key of discriminator.query ?? []) {
    const [asked = '', value] = key.split('=')
    query[asked] = value ?? SAMPLES[asked]
  }
  for (const header of discriminator.header ?? []) headers[header] = SAMPLES[header] ?? ''
  for (const field of Object.values(input)) {
    if (field.presence !== 'required' || field.place === 'implied' || field.place === 'metadata') continue
    const sample = query[field.name] ?? SAMPLES[field.name]
    assert.ok(sample !== undefined, `${name} requires ${field.name}: give this test a sample`)
    if (field.place === 'query') query[field.name] = sample
    else headers[field.name.toLowerCase()] = sample
  }
  return {
    method,
    ...(level === 'service' ? {} : { bucket: BUCKET }),
    ...(level === 'object' ? { key: 'k' } : {}),
    query,
    headers,
  }
}

/** The actions that an operation needs; a version needs others, and is not named here. */
export const actionsOf = ({ permissions, sourcePermissions = [] }: Operation): readonly string[] => [
  ...permissions,
  ...sourcePermissions,
]

/** A statement that allows everything. */
export const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' }

/** A temporary key of a role that may do everything, for an hour; `policy` is that of its session. */
export async function session(ram: Ram, started: StartedService, policy?: object): Promise<AccessKey> {
  const name = { account: ram.account, kind: 'role', name: 'reader' } as const
  const described = { kind: 'role', comments: '', trust: '{}', sessionSecondsMax: 3_600 } as const
  const { id: roleId } = await createIdentity(ram.domain, name, described)
  await ram.policy('everything', EVERYTHING)
  await attachPolicy(ram.domain, name, 'everything')
  const expiresAt = started.now() + 3_600_000
  const key = { accessKeyId: 'STS.matrix', accessKeySecret: 'secret', account: ram.account }
  const content = { ...key, role: 'reader', roleId, sessionName: 'matrix', expiresAt }
  const securityToken = sealSession(testSealer(), {
    ...content,
    policy: policy && documentOf([policy as Readonly<Record<string, unknown>>]),
  })
  const account = { id: ram.account, displayName: ram.account }
  return { ...key, account, session: { securityToken, expiresAt } }
}
