import { handler } from '../../call.js'
import { copyObject as copy } from '../../domain/objects/copy.js'
import type { ObjectDescription, ObjectRecord } from '../../domain/stored/model.js'
import { requireWanted } from '../../response/conditions.js'
import { describeObject } from '../describe.js'
import { authoriseSource } from './copy-source.js'

export const copyObject = handler('CopyObject', async (call) => {
  const { domain, bucket, key, input } = call
  await authoriseSource(call, input.copySource)
  const asked = describeObject(input)
  const ontoItself = input.copySource.bucket === bucket.name && input.copySource.key === key
  const describe = (source: ObjectRecord): ObjectDescription => {
    requireWanted(input, source)
    // an object copied onto itself takes the metadata of the request, whatever the directive
    const { headers, userMetadata } = input.metadataDirective === 'REPLACE' || ontoItself ? asked : source
    const { tagging } = input.taggingDirective === 'REPLACE' ? asked : source
    return { ...asked, headers, userMetadata, tagging }
  }
  const { made } = await copy(domain, {
    bucket: bucket.name,
    key,
    owner: bucket.owner,
    acl: input.objectAcl ?? 'default',
    forbidOverwrite: input.forbidOverwrite,
    source: input.copySource,
    describe,
  })
  const { etag, crc64, modifiedAt } = made
  return { output: { etag, crc64 }, result: { etag, lastModified: modifiedAt } }
})
