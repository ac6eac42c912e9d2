import type { ReadingOptions, Readings } from './address.js'
import type { EncodedError, ErrorExchange } from './errors/encode.js'
import type { OssError } from './errors/oss-error.js'
import type { Head } from './message.js'
import type { BucketName, ObjectKey } from './names.js'
import type { Notation } from './notation.js'
import type { Router } from './operations/route.js'
import type { SentForm } from './post/form.js'
import type { FormClaim } from './post/form-claim.js'
import type { FormFields } from './post/post-policy.js'
import type { BodyFacts, Payload } from './s3/payload.js'
import type { Claim } from './signature/claim-form.js'

/** Facts that the headers of every response state. */
export interface Answered {
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds that the request has taken. */
  readonly took: number
}

/** A protocol's rules for forms of browsers. */
export interface FormRules {
  /** Whether the fields show this protocol. */
  isSpoken(fields: FormFields): boolean
  /** The claim of a form, undefined if it is not signed. Throws the causes of malformed ones. */
  readClaim(fields: FormFields): FormClaim | undefined
  /** The fields as headers, for the operation's input. Throws invalidArgument, headerNotImplemented. */
  headersOf(form: SentForm): Head['headers']
  /** Each field needs a condition in the policy. */
  readonly needsConditions: boolean
}

/**
 * A protocol over the operations: all that distinguishes it on the wire. It is chosen for each request; handlers and the
 * domain do not know it.
 */
export interface Dialect extends Notation, Router {
  /** For logs. */
  readonly name: string
  /** Whether a request shows that its client speaks this protocol. */
  isSpoken(head: Head): boolean
  /** The possible readings of Host and path, the likelier first. */
  readings(host: string, rawPath: string, options: ReadingOptions): Readings
  /** Its clients may name an access point in place of a bucket. */
  readonly hasAccessPoints?: true
  /** The name of a bucket that is to be created. Throws invalidBucketName. */
  newBucketName(text: string): BucketName
  /** That an object does not exist is reported only to those that may list the keys of its bucket. */
  readonly concealsMissing?: true
  /** The key of an object that may exist. Throws the objectName… causes. */
  keyOf(text: string): ObjectKey
  /** The head that operations are decoded from, where it is not the one that was sent. */
  headOf?(head: Head): Head
  /** The claim of a request, undefined if it is not signed. Throws the causes of malformed signatures. */
  readClaim(head: Head): Claim | undefined
  /** How forms of browsers are signed, and what their fields mean. */
  readonly forms: FormRules
  /** Reads the facts about a body in the head; absent: the body is content as it comes. */
  readPayload?(head: Head, facts: BodyFacts): Payload
  encodeError(error: OssError, exchange: ErrorExchange): EncodedError
  /** The first headers of every response, in their order. */
  commonHeaders(answered: Answered): readonly (readonly [name: string, value: string])[]
  /** Input of the ETag of a multipart object: the text of its parts' ETags, or the digests that they spell. */
  readonly etagRecipe: 'text' | 'digests'
}
