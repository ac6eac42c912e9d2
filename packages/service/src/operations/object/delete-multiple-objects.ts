import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import type { Domain } from '../../domain/domain.js'
import { deleteObject } from '../../domain/objects/objects.js'
import type { Deleted } from '../../domain/objects/versions.js'
import type { ObjectName } from '../../domain/stored/model.js'

/** Enough to share commits, and few enough to leave room for other requests. */
const DELETES_AT_ONCE = 16

/** Deletes nothing unless every object may be deleted. */
export const deleteMultipleObjects = handler('DeleteMultipleObjects', async (call) => {
  const { quiet, objects } = call.document
  const { bypassGovernance } = call.input
  const { keyOf } = call.exchange.dialect
  const names = objects.map(({ key, versionId }): ObjectName => {
    return { bucket: call.bucket.name, key: keyOf(key), version: versionId }
  })
  for (const name of names) await call.authorise(name)
  const deleted: ReturnType<typeof described>[] = []
  for (let at = 0; at < names.length; at += DELETES_AT_ONCE) {
    const batch = names.slice(at, at + DELETES_AT_ONCE)
    const done = await Promise.all(batch.map((name) => deleteUnlessRetained(call.domain, name, bypassGovernance)))
    deleted.push(...done.flat())
  }
  if (quiet === true) return { output: {}, result: undefined }
  return { output: {}, result: { encodingType: call.input.encodingType, deleted } }
})

/** Nothing where the object is retained or held: OSS leaves it out of its answer. */
async function deleteUnlessRetained(
  domain: Domain,
  name: ObjectName,
  bypassGovernance: boolean,
): Promise<ReturnType<typeof described>[]> {
  try {
    return [described(name, await deleteObject(domain, name, bypassGovernance))]
  } catch (error) {
    if (error instanceof OssError && error.reason === 'fileImmutable') return []
    throw error
  }
}

/** A delete marker is named whether it was made or deleted. */
function described({ key, version }: ObjectName, { version: deleted, isMarker }: Deleted) {
  return {
    key,
    versionId: version,
    deleteMarker: isMarker ? true : undefined,
    deleteMarkerVersionId: isMarker ? deleted : undefined,
  }
}
