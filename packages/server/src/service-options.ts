import { ossDialect, s3Dialect } from '@bindery/protocol'
import type { ServiceOptions } from '@bindery/service'
import type { Config } from './config.js'

const DAY_MS = 86_400_000

/** The options of the service that a configuration holds as they are. */
export function serviceOptionsOf(config: Config) {
  return {
    region: config.region,
    domains: [...config.domains, ...config.s3Domains],
    s3Domains: config.s3Domains,
    ...(config.anonymousDialect === 's3' && { dialects: [ossDialect, s3Dialect] as const }),
    endpoint: config.endpoint,
    strict: config.strict,
    receiptMs: config.receiptMs,
    ...(config.auditDays > 0 && { trailMs: config.auditDays * DAY_MS }),
  } satisfies Partial<ServiceOptions>
}
