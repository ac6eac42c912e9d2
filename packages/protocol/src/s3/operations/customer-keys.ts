/** Keys of customers: they come with each request, encrypt its object, and are never stored. */
import { base64, base64Bytes, equalBytes, Md5 } from '@bindery/bytes'
import { type Codec, oneOf } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { OssError } from '../../errors/oss-error.js'
import { header, optional } from '../../field.js'
import type { EncryptionInput } from '../../operations/encryption-fields.js'

/** Bytes of a customer's key: that of AES-256. */
const KEY_BYTES = 32

const algorithm = oneOf(['AES256'], 'customerAlgorithmInvalid')

const key: Codec<Uint8Array> = {
  name: 'base64 of 32 bytes',
  causes: ['customerKeyInvalid'],
  decode(value) {
    const bytes = base64Bytes(value.trim())
    if (bytes?.length !== KEY_BYTES) throw new OssError('customerKeyInvalid')
    return bytes
  },
  encode: base64,
}

const digest: Codec<Uint8Array> = {
  name: 'base64 of an MD5',
  causes: ['customerKeyDigestDiffers'],
  decode(value) {
    const bytes = base64Bytes(value.trim())
    if (bytes === undefined) throw new OssError('customerKeyDigestDiffers')
    return bytes
  },
  encode: base64,
}

/** The key of the object that a request reads or writes. */
export const customerKeyInput = {
  customerAlgorithm: optional(header('x-amz-server-side-encryption-customer-algorithm', algorithm)),
  customerKey: optional(header('x-amz-server-side-encryption-customer-key', key)),
  customerKeyDigest: optional(header('x-amz-server-side-encryption-customer-key-md5', digest)),
}

/** The key of the object that a request copies. */
export const sourceKeyInput = {
  sourceAlgorithm: optional(header('x-amz-copy-source-server-side-encryption-customer-algorithm', algorithm)),
  sourceKey: optional(header('x-amz-copy-source-server-side-encryption-customer-key', key)),
  sourceKeyDigest: optional(header('x-amz-copy-source-server-side-encryption-customer-key-md5', digest)),
}

/** The answer of an object that is encrypted by a key of its customer. */
export const customerKeyOutput = {
  customerAlgorithm: customerKeyInput.customerAlgorithm,
  customerKeyDigest: customerKeyInput.customerKeyDigest,
}

/** Causes of a request that brings a key. */
export const CUSTOMER_KEY_CAUSES = [
  'customerAlgorithmInvalid',
  'customerAlgorithmMissing',
  'customerKeyMissing',
  'customerKeyInvalid',
  'customerKeyDigestMissing',
  'customerKeyDigestDiffers',
  'customerKeyInsecure',
  'customerKeyWrong',
  'customerKeyNotNeeded',
  'customerKeyNeeded',
  'kmsServiceNotEnabled',
] as const satisfies readonly Cause[]

/** The values of the fields above. */
export interface CustomerKeyInput extends Pick<EncryptionInput, 'serverSideEncryption'> {
  readonly customerAlgorithm?: 'AES256' | undefined
  readonly customerKey?: Uint8Array | undefined
  readonly customerKeyDigest?: Uint8Array | undefined
  readonly sourceAlgorithm?: 'AES256' | undefined
  readonly sourceKey?: Uint8Array | undefined
  readonly sourceKeyDigest?: Uint8Array | undefined
}

/**
 * The keys that a request brings, for its object and for the one that it copies; undefined if it brings none. Throws customerAlgorithmMissing, customerKeyMissing,
 * customerKeyDigestMissing, customerKeyDigestDiffers, customerKeyWithEncryption.
 */
export function customerKeysOf(
  input: CustomerKeyInput,
): { readonly own?: Uint8Array; readonly source?: Uint8Array } | undefined {
  const own = keyOf(input.customerAlgorithm, input.customerKey, input.customerKeyDigest)
  const source = keyOf(input.sourceAlgorithm, input.sourceKey, input.sourceKeyDigest)
  if (own !== undefined && input.serverSideEncryption !== undefined) throw new OssError('customerKeyWithEncryption')
  if (own === undefined && source === undefined) return undefined
  return { ...(own && { own }), ...(source && { source }) }
}

function keyOf(
  algorithm: string | undefined,
  key: Uint8Array | undefined,
  digest: Uint8Array | undefined,
): Uint8Array | undefined {
  if (algorithm === undefined && key === undefined && digest === undefined) return undefined
  if (algorithm === undefined) throw new OssError('customerAlgorithmMissing')
  if (key === undefined) throw new OssError('customerKeyMissing')
  if (digest === undefined) throw new OssError('customerKeyDigestMissing')
  if (!equalBytes(new Md5().update(key).digest(), digest)) throw new OssError('customerKeyDigestDiffers')
  return key
}
