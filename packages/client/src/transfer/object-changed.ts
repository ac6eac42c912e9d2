/** Objects that are not, or no longer, those that a transfer is to read. */
import { CLIENT_CODES, OssError } from '../types/error.js'

/** An object with another ETag than the one that is read, or that the caller requires. */
export function objectChanged(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.objectChanged,
    status: 412,
    message: `${key} is not the object that was to be read: it was replaced.`,
    hint: 'Find out its new ETag, and begin again.',
  })
}
