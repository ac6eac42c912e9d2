import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { findObject, setObjectTagging } from '../../domain/objects/objects.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'

export const putObjectTagging = handler('PutObjectTagging', async (call) => {
  const tags = call.document.tagSet.tags.map(({ key, value }) => [key, value] as const)
  await call.authoriseTags(tags)
  const object = await setObjectTagging(call.domain, call.objectName, tags)
  return { output: { versionId: shownVersionOf(call.bucket, object) } }
})

export const getObjectTagging = handler('GetObjectTagging', (call) => {
  return andThen(findObject(call.domain, call.objectName), (object) => {
    const tags = object.tagging.map(([key, value]) => ({ key, value }))
    return { output: { versionId: shownVersionOf(call.bucket, object) }, result: { tagSet: { tags } } }
  })
})

export const deleteObjectTagging = handler('DeleteObjectTagging', async (call) => {
  const object = await setObjectTagging(call.domain, call.objectName, [])
  return { output: { versionId: shownVersionOf(call.bucket, object) } }
})
