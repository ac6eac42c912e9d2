/** Requests in OSS's words. */
import type { Body, RetryPolicy, SignedOperation } from '../types/client.js'
import type { OssError } from '../types/error.js'

/** A request, whatever signs and sends it. Header names are in lower case. */
export interface Call {
  /** OSS's name of the operation. */
  readonly op: SignedOperation | (string & {})
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For presigned URLs: headers that are signed besides those that V4 always signs. */
  readonly signedHeaders?: readonly string[] | undefined
  /** Makes the body of one attempt. */
  readonly body?: (() => Body | Promise<Body>) | undefined
  /** Bytes. */
  readonly bodyLength?: number | undefined
  /** Pieces of the answer's body may be lent: each is valid until the next is requested. */
  readonly lends?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly retry?: Partial<RetryPolicy> | undefined
  readonly onSent?: ((bytes: number) => void) | undefined
  /** Called before each further attempt, with what ended the last one. */
  readonly onRetry?: ((error: OssError, attempt: number) => void) | undefined
  readonly onOffline?: ((isOffline: boolean) => void) | undefined
}
