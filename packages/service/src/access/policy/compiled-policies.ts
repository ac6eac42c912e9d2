import type { AppliedPolicy } from '../../domain/ram/find-holder.js'
import type { AttachedPolicy } from '../requester.js'
import { PolicyCache } from './cache.js'

/** Compiles the policies of users and roles, each text once. */
export class CompiledPolicies {
  readonly #cache = new PolicyCache('identity')

  /** Stored policies were checked when they were set. Throws PolicyFault for one that this version does not understand. */
  of(policies: readonly AppliedPolicy[]): AttachedPolicy[] {
    return policies.map(({ name, document }) => ({ name, policy: this.#cache.get(document) }))
  }
}
