import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { MemberDetails } from '@bindery/service'
import type { Config } from './config.js'

/** Settings that change what a request means: gateways that differ in them answer the same request differently. */
const SHARED = [
  'region',
  'domains',
  's3Domains',
  'anonymousDialect',
  'strict',
  'trustedDomains',
  'auditDays',
  'receiptMs',
  'accessKeyId',
] as const satisfies readonly (keyof Config)[]

/** This process, as it is shown among those that serve the same stores. */
export function memberDetails(config: Config, version: string): MemberDetails {
  const shared = SHARED.map((name) => [name, config[name] ?? null])
  const settings = createHash('sha256').update(JSON.stringify(shared)).digest('hex').slice(0, 12)
  return { host: `${hostname()}:${process.pid}`, version, settings }
}
