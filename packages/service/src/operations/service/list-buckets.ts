import { badArgument, OBJECTS_PAGE_SIZE_DEFAULT } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { type CallOf, handler } from '../../call.js'
import { listBuckets as readBuckets } from '../../domain/buckets/buckets.js'
import { ownerOf } from '../describe.js'

export const listBuckets = handler('ListBuckets', (call) => {
  const { region, endpoints, accountId: owner } = call
  const { prefix = '', marker = '', maxKeys = OBJECTS_PAGE_SIZE_DEFAULT, resourceGroupId } = call.input
  const query = { owner, prefix, marker, maxKeys, tags: tagsOf(call), resourceGroupId }
  return andThen(readBuckets(call.domain, query), ({ buckets, nextMarker }) => {
    const isTruncated = nextMarker !== undefined
    const asked = Object.values(call.input).some((value) => value !== undefined)
    const bucket = buckets.map(({ name, createdAt, storageClass }) => {
      return { creationDate: createdAt, ...endpoints, name, region, resourceGroupId, storageClass }
    })
    const result = {
      ...(asked || isTruncated ? { prefix, marker, maxKeys, isTruncated, nextMarker } : {}),
      owner: ownerOf(owner),
      buckets: { bucket },
    }
    return { output: {}, result }
  })
})

/** The tags that listed buckets must have. Throws invalidArgument for a value without its key. */
function tagsOf(call: CallOf<'ListBuckets'>) {
  const { tagKey, tagValue, tagging = [] } = call.input
  if (tagKey === undefined) {
    if (tagValue !== undefined) throw badArgument('invalidArgument', call.nameOf('tagValue'), tagValue)
    return tagging
  }
  return [...tagging, { key: tagKey, value: tagValue }]
}
