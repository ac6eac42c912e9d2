/** The one error class of this library. */
import type { Checkpoint } from './checkpoint.js'

/** The fields from which an OssError is made. */
export interface OssErrorFields {
  /** The server's code, as `NoSuchKey`, or one of this library's, as `NetworkError`. */
  readonly code: string
  readonly message: string
  /** HTTP status; 0 where no response arrived. */
  readonly status?: number | undefined
  readonly ec?: string | undefined
  readonly requestId?: string | undefined
  readonly retryable?: boolean | undefined
  readonly cause?: unknown
  /** Advice in one sentence. */
  readonly hint?: string | undefined
}

/** A request or transfer that failed. */
export class OssError extends Error {
  override readonly name = 'OssError'
  readonly code: string
  readonly status: number
  readonly ec: string | undefined
  readonly requestId: string | undefined
  readonly retryable: boolean
  readonly hint: string | undefined
  /** Attempts that were made, this one included. */
  attempts = 1
  partNumber: number | undefined
  uploadId: string | undefined
  /** With which the transfer can be continued. */
  checkpoint: Checkpoint | undefined
  /** Milliseconds to wait, from the server's Retry-After header. */
  retryAfterMs: number | undefined
  /** The server's clock when it answered, milliseconds since 1970. */
  serverTime: number | undefined

  constructor(fields: OssErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.status = fields.status ?? 0
    this.ec = fields.ec
    this.requestId = fields.requestId
    this.retryable = fields.retryable ?? false
    this.hint = fields.hint
  }
}

/** Codes of failures that this library finds itself. */
export const CLIENT_CODES = {
  network: 'NetworkError',
  stalled: 'Stalled',
  aborted: 'Aborted',
  sourceChanged: 'SourceChanged',
  sizeMismatch: 'SizeMismatch',
  checksumMismatch: 'ChecksumMismatch',
  objectChanged: 'ObjectChanged',
  invalidOption: 'InvalidOption',
  exists: 'ObjectExists',
  locked: 'TransferLocked',
  notDeleted: 'NotDeleted',
} as const
