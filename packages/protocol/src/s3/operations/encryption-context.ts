/** The context of a data key of KMS: names and values that it is bound to. */
import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Codec } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'

/** Bytes of a context as JSON. @see https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html */
const CONTEXT_BYTES_MAX = 8_192

/** The JSON as it was sent, so that it is returned unchanged. */
const context: Codec<string> = {
  name: 'base64 of a JSON object of strings',
  causes: ['encryptionContextInvalid'],
  decode(value, name) {
    const bytes = base64Bytes(value)
    const json = bytes === undefined || bytes.length > CONTEXT_BYTES_MAX ? undefined : utf8Text(bytes)
    if (json === undefined || !isMapOfTexts(json)) throw new OssError('encryptionContextInvalid', { name })
    return json
  },
  encode: (json) => base64(utf8Bytes(json)),
}

function isMapOfTexts(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isMap && Object.values(value).every((one) => typeof one === 'string')
  } catch {
    return false
  }
}

/** A field of written objects, and of answers to their writers. */
export const encryptionContext = optional(header('x-amz-server-side-encryption-context', context))

/** Causes of the context of a write. */
export const CONTEXT_CAUSES = [
  'encryptionContextInvalid',
  'encryptionContextWithoutKms',
] as const satisfies readonly Cause[]
