import { utf8Text } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'
import { checkVersion, damagedRecord, decodeJson, isText } from '../codec.js'
import { JsonMembers } from '../json-members.js'
import type { ObjectRecord } from '../model.js'
import { headOf, OBJECT_VERSION } from './object.js'

/** The members of an object's record that listings show. */
export interface ListedRecord
  extends Pick<ObjectRecord, 'type' | 'owner' | 'size' | 'etag' | 'modifiedAt' | 'storageClass'> {
  readonly digestETag?: ObjectRecord['digestETag'] | undefined
  readonly restore?: ObjectRecord['restore'] | undefined
  readonly movedAt?: ObjectRecord['movedAt'] | undefined
}

/** The names of these members, in the order of `listedFrom`. */
export const LISTED = [
  'type',
  'owner',
  'size',
  'etag',
  'modifiedAt',
  'storageClass',
  'digestETag',
  'restore',
  'movedAt',
] as const
const listed = new JsonMembers(LISTED)

/**
 * The members that a listing shows of the object in a value of `objectCodec`, at a third of the cost of the whole record. Throws
 * StorageError `corrupt`.
 */
export function decodeListed(value: Bytes): ListedRecord {
  const head = headOf(value)
  checkVersion(OBJECT_VERSION, head)
  const values = listed.find(utf8Text(head.subarray(1)) ?? '')
  if (values !== undefined) return listedFrom(values)
  const stored = decodeJson(OBJECT_VERSION, head) as Readonly<Record<string, unknown>>
  return listedFrom(LISTED.map((name) => stored[name]))
}

function listedFrom(values: readonly unknown[]): ListedRecord {
  const [type, owner, size, etag, modifiedAt, storageClass, digestETag, restore, movedAt] = values
  const isWhole = isText(type) && isText(owner) && isText(etag) && isText(storageClass)
  if (!isWhole || !Number.isFinite(size) || !Number.isFinite(modifiedAt)) throw damagedRecord()
  return { type, owner, size, etag, modifiedAt, storageClass, digestETag, restore, movedAt } as ListedRecord
}
