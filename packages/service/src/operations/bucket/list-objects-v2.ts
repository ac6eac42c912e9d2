import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { listObjects as readObjects } from '../../domain/objects/listing.js'
import { ownerOf } from '../describe.js'
import { listedObjects } from './list-objects.js'

export const listObjectsV2 = handler('ListObjectsV2', (call) => {
  const { prefix, delimiter, startAfter, continuationToken, maxKeys, encodingType, fetchOwner, skipsGroups } =
    call.input
  const bucket = call.bucket.name
  const after = continuationToken ?? startAfter ?? ''
  const page = { bucket, prefix, delimiter, maxKeys, after, wholeGroups: continuationToken !== undefined, skipsGroups }
  return andThen(readObjects(call.domain, page), ({ objects, prefixes, next }) => {
    const result = {
      name: bucket,
      prefix,
      startAfter,
      continuationToken,
      maxKeys,
      delimiter: delimiter === '' ? undefined : delimiter,
      encodingType,
      isTruncated: next !== undefined,
      nextContinuationToken: next,
      contents: listedObjects(call, objects, {
        ownerOf: fetchOwner ? ownerOf : () => undefined,
        printRows: call.exchange.surroundings.options.printRows,
      }),
      commonPrefixes: prefixes.map((prefix) => ({ prefix })),
      keyCount: objects.count + prefixes.length,
    }
    return { output: {}, result }
  })
})
