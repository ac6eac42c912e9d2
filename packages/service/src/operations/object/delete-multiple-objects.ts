import { objectKey } from '@bindery/protocol'
import { handler } from '../../call.js'
import { deleteObject } from '../../domain/objects/objects.js'

/** Enough to share commits, and few enough to leave room for other requests. */
const DELETES_AT_ONCE = 16

/** Deletes nothing unless every object may be deleted. */
export const deleteMultipleObjects = handler('DeleteMultipleObjects', async (call) => {
  const { quiet, objects } = call.document
  const keys = objects.map(({ key }) => objectKey(key))
  for (const key of keys) await call.authorise(key)
  for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
    const batch = keys.slice(at, at + DELETES_AT_ONCE)
    await Promise.all(batch.map((key) => deleteObject(call.domain, { bucket: call.bucket.name, key })))
  }
  if (quiet === true) return { output: {}, result: undefined }
  return { output: {}, result: { encodingType: call.input.encodingType, deleted: keys.map((key) => ({ key })) } }
})
