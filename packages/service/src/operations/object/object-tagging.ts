import { handler } from '../../call.js'
import { findObject, setObjectTagging } from '../../domain/objects/objects.js'

export const putObjectTagging = handler('PutObjectTagging', async (call) => {
  const tags = call.document.tagSet.tags.map(({ key, value }) => [key, value] as const)
  await setObjectTagging(call.domain, call.objectName, tags)
  return { output: {} }
})

export const getObjectTagging = handler('GetObjectTagging', async (call) => {
  const { tagging } = await findObject(call.domain, call.objectName)
  return { output: {}, result: { tagSet: { tags: tagging.map(([key, value]) => ({ key, value })) } } }
})

export const deleteObjectTagging = handler('DeleteObjectTagging', async (call) => {
  await setObjectTagging(call.domain, call.objectName, [])
  return { output: {} }
})
