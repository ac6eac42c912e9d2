import type { Domain } from '../domain/domain.js'
import { Trail } from '../domain/trail/trail.js'
import type { ServiceOptions } from '../options.js'
import { type Authenticate, authenticator } from './authenticate.js'
import { Authoriser } from './authoriser.js'
import { BucketRuleBook } from './bucket-rules.js'
import { FailedSignatures } from './failed-signatures.js'
import { PolicyCache } from './policy/cache.js'
import { RamKeys } from './ram-keys.js'
import { RememberedRefusals } from './remembered-refusals.js'

/** Authentication and authorisation. One for a service: its surfaces share what is remembered of keys and policies. */
export class Access {
  readonly keys: RamKeys
  /** Counts those of requests, forms and calls of STS together. */
  readonly failedSignatures: FailedSignatures
  readonly authenticate: Authenticate
  readonly authoriser: Authoriser
  readonly rules = new BucketRuleBook()
  /** The policies by which roles trust others. */
  readonly trustPolicies = new PolicyCache('trust')

  readonly refusals = new RememberedRefusals()

  /** Absent: control actions leave no trace. */
  readonly trail: Trail | undefined

  constructor(options: ServiceOptions, domain: Domain) {
    this.keys = new RamKeys(domain, options)
    this.failedSignatures = new FailedSignatures(options.clock)
    this.authenticate = authenticator({ ...options, accessKeys: this.keys }, this.failedSignatures)
    this.authoriser = new Authoriser(options)
    const { trailMs, onAudit } = options
    this.trail = trailMs === undefined ? undefined : new Trail(domain, trailMs, onAudit)
  }
}
