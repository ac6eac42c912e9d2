/** The shortest request of every operation, for tests that try them all. */
import assert from 'node:assert/strict'
import { type Operation, operations } from '@bindery/protocol'
import { BUCKET } from '../../testing/index.js'

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
