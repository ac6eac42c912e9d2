import type { PrintRows } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { type CallOf, handler } from '../../call.js'
import type { ListedObject, ListedObjects } from '../../domain/objects/listed-object.js'
import { listObjects as readObjects } from '../../domain/objects/listing.js'
import { ownerOf, shownRestore, shownTransition } from '../describe.js'
import { PrintedObjects } from './printed-objects.js'

export const listObjects = handler('ListObjects', (call) => {
  const { encodingType, skipsGroups, ...query } = call.input
  const bucket = call.bucket.name
  const { prefix, delimiter, marker, maxKeys } = query
  const page = { bucket, prefix, delimiter, maxKeys, after: marker, wholeGroups: true, skipsGroups }
  return andThen(readObjects(call.domain, page), ({ objects, prefixes, next }) => {
    const result = {
      name: bucket,
      ...query,
      encodingType,
      isTruncated: next !== undefined,
      nextMarker: next,
      contents: listedObjects(call, objects, { ownerOf, printRows: call.exchange.surroundings.options.printRows }),
      commonPrefixes: prefixes.map((prefix) => ({ prefix })),
    }
    return { output: {}, result }
  })
})

/** How the objects of a page are printed. */
interface Listing<O> {
  /** Describes the account that owns an object. */
  readonly ownerOf: (accountId: string) => O
  /** Undefined: without native code. */
  readonly printRows: PrintRows | undefined
}

/** The objects of a page in listing form. */
export function listedObjects<O>(
  call: Pick<CallOf<'ListObjects'>, 'etagOf' | 'domain'>,
  objects: ListedObjects,
  { ownerOf, printRows }: Listing<O>,
) {
  const now = call.domain.clock()
  const shown = ({ key, record }: Pick<ListedObject, 'key' | 'record'>) => ({
    key,
    lastModified: record.modifiedAt,
    etag: call.etagOf(record),
    type: record.type,
    size: record.size,
    storageClass: record.storageClass,
    restoreInfo: shownRestore(record, now),
    transitionTime: shownTransition(record),
    owner: ownerOf(record.owner),
  })
  const showsDigests = call.etagOf({ etag: '', digestETag: 'other' }) !== ''
  return new PrintedObjects(objects, { printRows, showsDigests, shown })
}
