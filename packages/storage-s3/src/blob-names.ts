/**
 * Ids of blobs, and the keys of their objects.
 *
 *     id       <incarnation>-<counter>.<bytes of the owner>.<size>[.e]      both in base 36; .e: encrypted
 *     key      <prefix><incarnation>/<counter>.<bytes of the owner>[.e]
 *     upload   <incarnation>-<counter>.<bytes of the owner>[.e].U           an unfinished multipart upload
 */
import type { BlobId } from '@bindery/storage'
import type { BlobShape } from './format.js'

const COUNTER_DIGITS = 12
const ID = /^([0-9a-z]{1,64}-[0-9a-f]{12})\.([0-9a-z]{1,4})\.([0-9a-z]{1,11})(\.e)?$/
const UPLOAD_ID = /^([0-9a-z]{1,64}-[0-9a-f]{12})\.([0-9a-z]{1,4})(\.e)?\.U$/
const KEY = /^([0-9a-z]{1,64})\/([0-9a-f]{12})\.([0-9a-z]{1,4})(\.e)?$/
const INCARNATION = /^[0-9a-z]{1,64}$/

/** A blob's name, the same for ciphers and seals, and its shape without the size. */
export interface BlobName {
  /** `<incarnation>-<counter>` */
  readonly name: string
  readonly ownerBytes: number
  readonly isEncrypted: boolean
}

/** A blob that is stored. */
export interface StoredBlob extends BlobName, BlobShape {}

/** Whether a text may be the beginning of ids. */
export function isIncarnation(text: string): boolean {
  return INCARNATION.test(text)
}

/** The name of the blob with this counter. */
export function nameOf(incarnation: string, counter: number): string {
  return `${incarnation}-${counter.toString(16).padStart(COUNTER_DIGITS, '0')}`
}

/** The id of a stored blob. */
export function blobIdOf({ name, ownerBytes, size, isEncrypted }: StoredBlob): BlobId {
  return `${name}.${ownerBytes.toString(36)}.${size.toString(36)}${isEncrypted ? '.e' : ''}`
}

/** The id by which an unfinished multipart upload is listed and deleted. */
export function uploadIdOf({ name, ownerBytes, isEncrypted }: BlobName): BlobId {
  return `${name}.${ownerBytes.toString(36)}${isEncrypted ? '.e' : ''}.U`
}

/** The blob of an id; undefined if it is not such an id. */
export function storedBlobOf(id: BlobId): StoredBlob | undefined {
  const [, name, ownerBytes = '', size = '', isEncrypted] = ID.exec(id) ?? []
  if (name === undefined) return undefined
  return {
    name,
    ownerBytes: Number.parseInt(ownerBytes, 36),
    size: Number.parseInt(size, 36),
    isEncrypted: isEncrypted !== undefined,
  }
}

/** The unfinished upload of an id; undefined if it is not such an id. */
export function unfinishedOf(id: BlobId): BlobName | undefined {
  const [, name, ownerBytes = '', isEncrypted] = UPLOAD_ID.exec(id) ?? []
  return name === undefined
    ? undefined
    : { name, ownerBytes: Number.parseInt(ownerBytes, 36), isEncrypted: isEncrypted !== undefined }
}

/** The key of a blob's object, without the prefix of the store. */
export function keyOf({ name, ownerBytes, isEncrypted }: BlobName): string {
  return `${name.replace('-', '/')}.${ownerBytes.toString(36)}${isEncrypted ? '.e' : ''}`
}

/** The blob of a key without its prefix; undefined if it is not the key of one. */
export function blobNameOf(key: string): BlobName | undefined {
  const [, incarnation, counter, ownerBytes = '', isEncrypted] = KEY.exec(key) ?? []
  if (incarnation === undefined) return undefined
  return {
    name: `${incarnation}-${counter}`,
    ownerBytes: Number.parseInt(ownerBytes, 36),
    isEncrypted: isEncrypted !== undefined,
  }
}

/** The incarnation in a name. */
export function incarnationOf({ name }: BlobName): string {
  return name.slice(0, name.indexOf('-'))
}

/** The key after which a list begins whose ids sort after this one, which need not be the id of a blob. */
export function listAfter(id: BlobId): string {
  const blob = storedBlobOf(id) ?? unfinishedOf(id)
  return blob === undefined ? id.replace('-', '/') : keyOf(blob)
}
