import type { EncodedError, ErrorExchange } from './errors/encode.js'
import type { OssError } from './errors/oss-error.js'
import type { Head } from './message.js'
import type { Notation } from './notation.js'
import type { Router } from './operations/route.js'

/** Facts that the headers of every response state. */
export interface Answered {
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds that the request has taken. */
  readonly took: number
}

/**
 * A protocol over the operations: all that distinguishes it on the wire but signatures. It is chosen for each request;
 * handlers and the domain do not know it.
 */
export interface Dialect extends Notation, Router {
  /** For logs. */
  readonly name: string
  /** Whether a request shows that its client speaks this protocol. */
  isSpoken(head: Head): boolean
  encodeError(error: OssError, exchange: ErrorExchange): EncodedError
  /** The first headers of every response, in their order. */
  commonHeaders(answered: Answered): readonly (readonly [name: string, value: string])[]
  /** Input of the ETag of a multipart object: the text of its parts' ETags, or the digests that they spell. */
  readonly etagRecipe: 'text' | 'digests'
}
