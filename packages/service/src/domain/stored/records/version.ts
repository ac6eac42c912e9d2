import type { Bytes } from '@bindery/storage'
import { type Codec, damagedRecord, encodeJson, isText, jsonCodec } from '../codec.js'
import type { DeleteMarker, NullVersionRecord, VersionRecord } from '../model.js'
import { NULL_VERSION, placeOf, placeOfId, versionIdOf } from '../version-id.js'
import { decodeHead, OBJECT_VERSION, objectCodec, objectOf } from './object.js'

/** An object's record as it was while it was current, so that a version is moved as it is, or a delete marker. */
export const versionCodec: Codec<VersionRecord, { readonly place: number }> = {
  form: 'JSON',
  version: OBJECT_VERSION,
  encode: (record) => ('deleteMarker' in record ? encodeJson(OBJECT_VERSION, record) : objectCodec.encode(record)),
  decode: decodeVersion,
  isSound: (record, names) =>
    isVersion(record, names) && ('deleteMarker' in record || objectCodec.isSound(record, names)),
}

function decodeVersion(value: Bytes): VersionRecord {
  const { stored, carried } = decodeHead(value)
  if (!('deleteMarker' in stored)) return objectOf(stored, carried)
  if (stored.deleteMarker !== true) throw damagedRecord()
  return stored as DeleteMarker
}

function isVersion(record: VersionRecord, { place }: { readonly place: number }): boolean {
  const id = versionIdOf(record)
  return placeOf(record) === place && isText(record.owner) && (id === NULL_VERSION || placeOfId(id) === place)
}

/** The codec of the places of null versions. */
export const nullVersionCodec = jsonCodec<NullVersionRecord>({
  version: 1,
  isSound: ({ place }) => Number.isSafeInteger(place) && place >= 0,
})
