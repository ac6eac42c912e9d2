import { CompiledPolicy } from './compile.js'
import { type PolicyKind, parsePolicy } from './grammar.js'

const POLICIES_MAX = 1_000

/** Compiled policies by their text: a text always means the same, so that entries never become stale. */
export class PolicyCache {
  readonly #kind: PolicyKind
  readonly #policies = new Map<string, CompiledPolicy>()

  constructor(kind: PolicyKind) {
    this.#kind = kind
  }

  /** Throws PolicyFault. */
  get(text: string): CompiledPolicy {
    const known = this.#policies.get(text)
    if (known !== undefined) return known
    const policy = new CompiledPolicy(parsePolicy(this.#kind, text))
    const [oldest] = this.#policies.keys()
    if (this.#policies.size >= POLICIES_MAX && oldest !== undefined) this.#policies.delete(oldest)
    this.#policies.set(text, policy)
    return policy
  }
}
