import type { ObjectKey } from '@bindery/protocol'
import type { HandlerOf } from '../call.js'
import { type ObjectEntry, listObjects as readObjects } from '../domain/listing.js'
import type { ObjectRecord } from '../domain/model.js'
import { ownerOf } from './describe.js'

export const listObjects: HandlerOf<'ListObjects'> = async (call) => {
  const { encodingType, ...query } = call.input
  const bucket = call.bucket.name
  const { prefix, delimiter, marker, maxKeys } = query
  const page = { bucket, prefix, delimiter, maxKeys, after: marker, wholeGroups: true }
  const { entries, next } = await readObjects(call.domain, page)
  const result = {
    name: bucket,
    ...query,
    encodingType,
    isTruncated: next !== undefined,
    nextMarker: next,
    contents: objectsOf(entries).map(({ key, record }) => ({
      ...listedObject(key, record),
      owner: ownerOf(record.owner),
    })),
    commonPrefixes: prefixesOf(entries),
  }
  return { output: {}, result }
}

/** The objects of a page. */
export function objectsOf(entries: readonly ObjectEntry[]): (ObjectEntry & { kind: 'object' })[] {
  return entries.filter((entry) => entry.kind === 'object')
}

/** The common prefixes of a page. */
export function prefixesOf(entries: readonly ObjectEntry[]): { readonly prefix: string }[] {
  return entries.flatMap((entry) => (entry.kind === 'prefix' ? [{ prefix: entry.prefix }] : []))
}

/** An object as a listing shows it, before its owner. */
export function listedObject(key: ObjectKey, { modifiedAt, etag, type, size, storageClass }: ObjectRecord) {
  return { key, lastModified: modifiedAt, etag, type, size, storageClass }
}
