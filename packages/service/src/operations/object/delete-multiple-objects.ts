import { objectKey } from '@bindery/protocol'
import { handler } from '../../call.js'
import { deleteObject } from '../../domain/objects/objects.js'
import type { Deleted } from '../../domain/objects/versions.js'
import type { ObjectName } from '../../domain/stored/model.js'

/** Enough to share commits, and few enough to leave room for other requests. */
const DELETES_AT_ONCE = 16

/** Deletes nothing unless every object may be deleted. */
export const deleteMultipleObjects = handler('DeleteMultipleObjects', async (call) => {
  const { quiet, objects } = call.document
  const names = objects.map(({ key, versionId }): ObjectName => {
    return { bucket: call.bucket.name, key: objectKey(key), version: versionId }
  })
  for (const name of names) await call.authorise(name)
  const deleted: ReturnType<typeof described>[] = []
  for (let at = 0; at < names.length; at += DELETES_AT_ONCE) {
    const batch = names.slice(at, at + DELETES_AT_ONCE)
    const done = await Promise.all(batch.map(async (name) => described(name, await deleteObject(call.domain, name))))
    deleted.push(...done)
  }
  if (quiet === true) return { output: {}, result: undefined }
  return { output: {}, result: { encodingType: call.input.encodingType, deleted } }
})

/** A delete marker is named whether it was made or deleted. */
function described({ key, version }: ObjectName, { version: deleted, isMarker }: Deleted) {
  return {
    key,
    versionId: version,
    deleteMarker: isMarker ? true : undefined,
    deleteMarkerVersionId: isMarker ? deleted : undefined,
  }
}
