/** The chain of signatures over the chunks of a body: each covers the one before, the first the request's own. */
import { hex, stringToBytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import { equalSignatures } from '../signature/signable.js'
import { EMPTY_SHA256, type SigV4Scope, sigV4ScopeText, sigV4Signature } from './sigv4.js'

/** The signature and key from which the signatures of a body's chunks are derived. */
export interface ChunkChain {
  /** The request's signature. */
  readonly seed: string
  readonly signingKey: Uint8Array
  /** The request's time, in the basic form. */
  readonly timestamp: string
  readonly scope: SigV4Scope
  readonly digests: Digests
}

/** Verifies the chunks of one body in their order. */
export class ChunkSignatures {
  readonly #chain: ChunkChain
  #previous: string

  constructor(chain: ChunkChain) {
    this.#chain = chain
    this.#previous = chain.seed
  }

  /** Whether a chunk with this SHA-256, in hex, has this signature. */
  verifiesChunk(sha256: string, signature: string): boolean {
    return this.#verifies('PAYLOAD', `${EMPTY_SHA256}\n${sha256}`, signature)
  }

  /** Whether a trailer has this signature. @param lines `name:value` of each, with a line feed at the end */
  verifiesTrailer(lines: string, signature: string): boolean {
    const { digests } = this.#chain
    return this.#verifies('TRAILER', hex(digests.sha256(stringToBytes(lines))), signature)
  }

  #verifies(kind: 'PAYLOAD' | 'TRAILER', content: string, signature: string): boolean {
    const { timestamp, scope, signingKey, digests } = this.#chain
    const head = `AWS4-HMAC-SHA256-${kind}\n${timestamp}\n${sigV4ScopeText(scope)}\n${this.#previous}`
    const expected = sigV4Signature(signingKey, `${head}\n${content}`, digests)
    this.#previous = expected
    return equalSignatures(expected, signature)
  }
}
