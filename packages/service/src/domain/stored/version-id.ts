/** Ids and places of versions. An id contains the place of its version, so that a version is found by its id. */
import { base64, base64Bytes, hex, utf8Bytes, utf8Text } from '@bindery/bytes'
import type { BucketRecord, VersionId, VersionRecord } from './model.js'

/** The version that is written while a bucket keeps no versions. */
export const NULL_VERSION: VersionId = 'null'

/** Bytes of a place in a key. */
export const PLACE_BYTES = 6

/**
 * The first bytes of ids: OSS's are base64 of a message whose last field has 32 characters; ours have the same in all
 * other fields.
 */
const PREFIX = base64(Uint8Array.of(8, 1, 0x10, 1, 0x18, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0x22))
/** The length of the last field, which precedes it. */
const LENGTH_PREFIX = String.fromCharCode(32)
const PLACE_DIGITS = PLACE_BYTES * 2
const RANDOM_BYTES = 10

/** A new id of 64 characters for the version at a place. */
export function newVersionId(place: number, { random }: { readonly random: (bytes: number) => Uint8Array }): VersionId {
  const digits = place.toString(16).padStart(PLACE_DIGITS, '0') + hex(random(RANDOM_BYTES))
  return PREFIX + base64(utf8Bytes(LENGTH_PREFIX + digits))
}

/** The place in an id; undefined for `null`, and for a text that is not an id. */
export function placeOfId(id: VersionId): number | undefined {
  if (!id.startsWith(PREFIX)) return undefined
  const text = utf8Text(base64Bytes(id.slice(PREFIX.length)) ?? new Uint8Array()) ?? ''
  return /^ [0-9a-f]{32}$/.test(text) ? Number.parseInt(text.slice(1, 1 + PLACE_DIGITS), 16) : undefined
}

/** The id of a version; `null` for one that was written before its bucket kept versions. */
export const versionIdOf = ({ version }: Pick<VersionRecord, 'version'>): VersionId => version?.id ?? NULL_VERSION

/** The place of a version among those of its key: later versions have greater ones. */
export const placeOf = ({ version, modifiedAt }: Pick<VersionRecord, 'version' | 'modifiedAt'>): number =>
  version?.place ?? modifiedAt

/** The place of a version created now, after the newest of its key, including current ones and delete markers. */
export function nextPlace(now: number, newest: Pick<VersionRecord, 'version' | 'modifiedAt'> | undefined): number {
  return newest === undefined ? now : Math.max(now, placeOf(newest) + 1)
}

/** The id of a version, as answers show it: not at all in a bucket that never kept versions. */
export function shownVersionOf(
  { versioning }: Pick<BucketRecord, 'versioning'>,
  record: Pick<VersionRecord, 'version'>,
): VersionId | undefined {
  return versioning === undefined ? undefined : versionIdOf(record)
}
