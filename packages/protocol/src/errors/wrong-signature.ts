import { OssError } from './oss-error.js'
import { RamError } from './ram-error.js'

const CODES: ReadonlySet<string> = new Set(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'InvalidSecurityToken'])

/** Whether a request failed because its signature, its key or its token is wrong, on any interface of a server. */
export function isWrongSignature(error: unknown): boolean {
  if (error instanceof OssError) return CODES.has(error.code)
  // codes of RAM have a second part behind a dot
  return error instanceof RamError && CODES.has(error.code.split('.')[0] ?? '')
}
