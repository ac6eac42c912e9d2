/** Errors in the form of ali-oss. */
import type { OssError } from '../types/error.js'

/** An error as ali-oss throws it: `NoSuchKeyError` for the code `NoSuchKey`. */
export class AliOssError extends Error {
  override name: string
  readonly code: string
  /** -1 where no answer arrived. */
  readonly status: number
  readonly requestId: string | undefined
  readonly ecCode: string | undefined

  constructor(
    { code, status, message, requestId, ec }: Pick<OssError, 'code' | 'status' | 'message' | 'requestId' | 'ec'>,
    cause?: unknown,
  ) {
    super(message, { cause })
    this.name = `${code}Error`
    this.code = code
    this.status = status === 0 ? -1 : status
    this.requestId = requestId
    this.ecCode = ec
  }
}

/** The error that a cancelled call throws. */
export function cancelled(): Error & { readonly status: number } {
  return Object.assign(new Error('cancel'), { name: 'cancel', status: 0 })
}
