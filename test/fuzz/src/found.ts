import { OssError } from '@bindery/protocol'

/** A fault, and how to reproduce it. */
export class Found extends Error {
  override readonly name = 'Found'
}

/** Whether a parser took its input. Throws Found for a failure that is not a refusal. */
export function takes(parse: () => void, isRefusal: (error: unknown) => boolean, story: () => string): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error instanceof Found ? error : new Found(`${error} for ${story()}`, { cause: error })
  }
}

/** A refusal that the client is answerable for, or of what is not implemented. */
export const isOssError = (error: unknown): boolean =>
  error instanceof OssError && (error.row.status < 500 || error.row.status === 501)
